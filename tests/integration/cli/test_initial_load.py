"""`concord initial-load` at a terminal and in a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from concord.cli.__main__ import main
from concord.pipeline import Engine
from tests.support.held import accounts
from tests.support.world import World


@pytest.fixture
def at_hand(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the command line finds."""
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    monkeypatch.setattr(Engine, "open", lambda *_: world.engine)
    monkeypatch.setattr("concord.cli.runs.require_current", lambda _: None)
    world.customer("Alpha Ltd")
    world.customer("Beta Ltd")
    return world


def test_without_a_yes_nothing_is_written_and_the_next_command_goes_on(
    at_hand: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["initial-load"]) == 1
    said = capsys.readouterr().out
    assert "Nothing was written. To go on: ./concord initial-load --yes" in said
    assert "initial-load-1.html" in said
    assert accounts(at_hand) == []

    assert main(["initial-load", "--yes", "--as", "ann"]) == 0
    said = capsys.readouterr()
    assert "Going on with initial load 1, which is asked." in said.err
    assert "Initial load 1 is done" in said.out
    assert accounts(at_hand) == ["Alpha Ltd", "Beta Ltd"]
    assert at_hand.ops("SELECT decided_by FROM ops.initial_load") == [("ann",)]


@pytest.mark.parametrize(("typed", "written"), [("y", 2), ("n", 0), ("", 0)])
def test_at_a_terminal_a_person_is_asked(
    at_hand: World, typed: str, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompts: list[Any] = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda prompt: prompts.append(prompt) or typed)
    assert main(["initial-load", "--entities", "party"]) == (0 if written else 1)
    assert prompts == ["Make these 2 writes? [y/N] "]
    assert len(accounts(at_hand)) == written


def test_an_entity_that_is_not_there_is_one_line(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["initial-load", "--entities", "partys"]) == 1
    assert "there is no entity called 'partys'" in capsys.readouterr().err
