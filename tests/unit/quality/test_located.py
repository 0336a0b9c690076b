"""JSON that knows its lines, so that a message can name them."""

from __future__ import annotations

import pytest

from concord.quality.located import BadJson, element_lines, read_object


def test_members_and_elements_know_the_line_they_begin_on() -> None:
    text = '\n{ "name"\n :\n "x",\n "list": [ {"a": [1, {"list": 2}]},\n\n  {}\n, 3 ] }\n'
    assert read_object(text) == {"name": ("x", 4), "list": ([{"a": [1, {"list": 2}]}, {}, 3], 5)}
    assert element_lines(text, "list") == [5, 7, 8]
    assert element_lines(text, "name") == []
    assert element_lines("{}", "list") == []


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "not valid JSON"),
        ('{\n "a": 1,\n}', 3, "not valid JSON"),
        ('{\n "a": [1,\n 2', 3, "not valid JSON"),
        ("[1]", 1, "must hold one JSON object"),
        ('{\n "a": 1,\n "a": 2}', 3, "'a' stands twice"),
        ('{\n "x": {"b": 1,\n\n "b": 2}}', 4, "'b' stands twice"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(BadJson) as caught:
        read_object(text)
    assert caught.value.line == line
    assert what in caught.value.what
