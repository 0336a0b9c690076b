import pytest

from concord.errors import ConfigError
from concord.launcher.dotenv import parse, read


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("export A=plain", "plain"),
        ("A = spaced ", "spaced"),
        ("A=", ""),
        ("A=value # a comment", "value"),
        ("A=pass#word", "pass#word"),
        ("A='single # $kept'", "single # $kept"),
        ('A="two words" # a comment', "two words"),
        (r'A="a\nb \"c\" \\"', 'a\nb "c" \\'),
        ("A=postgresql://u:p%40s@h:5432/d?sslmode=require", None),
    ],
)
def test_a_line_is_read_as_docker_compose_reads_it(line: str, value: str | None) -> None:
    assert parse(line, ".env") == {"A": line.partition("=")[2] if value is None else value}


def test_a_later_line_wins_and_comments_and_blank_lines_do_not_count() -> None:
    assert parse("# A=0\n\nA=1\n  A=2\n", ".env") == {"A": "2"}


def test_each_bad_line_is_named_by_number_and_its_value_is_never_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        parse("GOOD=1\nsecret-without-equals\nA='hunter2\n", ".env")
    text = str(caught.value)
    assert ".env:2" in text
    assert ".env:3: A: has a quote that is not closed" in text
    assert "secret" not in text
    assert "hunter2" not in text


def test_no_file_is_no_variables_and_a_byte_order_mark_is_no_part_of_a_name(tmp_path) -> None:
    assert read(tmp_path / ".env") == {}
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=1\r\nB=2\r\n")
    assert read(tmp_path / ".env") == {"A": "1", "B": "2"}


def test_a_file_that_is_not_text_is_refused_in_words(tmp_path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\xfe\n")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read(tmp_path / ".env")
