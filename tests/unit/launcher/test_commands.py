"""The command line as a person meets it before anything is set up."""

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

import concord.cli.__main__ as engine
from concord.launcher import catalogue
from concord.launcher.airflow import Interface
from concord.launcher.commands import _port, main

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def nothing_is_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path / "home"))


def test_every_command_is_listed_and_every_listed_command_exists(capsys) -> None:
    assert main([]) == 0
    listed = capsys.readouterr().out
    actions = engine.parser()._subparsers
    assert actions is not None
    choices = next(a.choices for a in actions._group_actions if a.choices)
    in_engine = set(choices)
    assert {entry.name for entry in catalogue.ENGINE} == in_engine - {"status"}
    for entry in (*catalogue.LAUNCHER, *catalogue.ENGINE):
        assert f"  {entry.name} " in listed


def test_every_example_is_a_command_that_parses() -> None:
    parser = engine.parser()
    for entry in catalogue.ENGINE:
        parser.parse_args(entry.example.split())


@pytest.mark.parametrize("name", [e.name for e in (*catalogue.LAUNCHER, *catalogue.ENGINE)])
def test_every_command_has_help_with_an_example_before_anything_is_installed(
    name: str, capsys, tmp_path: Path
) -> None:
    try:
        code = main([name, "--help"])
    except SystemExit as left:
        code = left.code
    assert code == 0
    assert f"Example:\n  ./concord {name}" in capsys.readouterr().out
    assert not (tmp_path / "home").exists()


def test_a_mistyped_command_is_answered_with_the_nearest(capsys) -> None:
    assert main(["quarantin"]) == 2
    assert "Did you mean quarantine?" in capsys.readouterr().err


def test_status_of_nothing_says_how_to_start_and_makes_nothing(capsys, tmp_path: Path) -> None:
    assert main(["status"]) == 3
    assert "./concord up" in capsys.readouterr().out
    assert not (tmp_path / "home").exists()


def test_a_home_that_cannot_be_written_is_one_clear_line(
    capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path / "file" / "home"))
    assert main(["down"]) == 1
    said = capsys.readouterr().err.strip()
    assert said == f"{tmp_path / 'file' / 'home'}: Not a directory."


def test_ports_are_checked_and_addresses_are_for_the_right_reader() -> None:
    assert _port("8081") == 8081
    for text in ("0", "65536", "http", "-1"):
        with pytest.raises(argparse.ArgumentTypeError):
            _port(text)
    everywhere = Interface("0.0.0.0", 9000)
    assert (everywhere.url, everywhere.local) == ("http://localhost:9000", "http://127.0.0.1:9000")


def test_an_older_python_is_told_what_is_needed() -> None:
    # The file itself must be readable by it, so nothing newer than 3.6 may stand in it.
    source = (ROOT / "concord").read_text()
    compile(source, "concord", "exec", dont_inherit=True)
    patched = source.replace("sys.version_info < OLDEST", "True", 1)
    script = f"__file__ = {str(ROOT / 'concord')!r}\n" + patched.replace(
        "shutil.which(", "(lambda name: None)("
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Concord needs Python 3.11 or newer;")
    assert done.stderr.count("\n") == 1


def test_the_launcher_is_imported_without_any_package() -> None:
    code = (
        "import sys; sys.path.insert(0, 'include'); import concord.launcher.up, "
        "concord.launcher.commands, concord.launcher.supervisor; "
        "print({'psycopg', 'pydantic', 'yaml', 'airflow', 'pandas'} & sys.modules.keys())"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"
