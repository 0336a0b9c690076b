"""`concord approve`, `reject` and `report --change-set` at a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.cli.__main__ import main
from tests.support.held import accounts, held, state, three_on_credit
from tests.support.world import World


@pytest.fixture
def at_hand(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world that the command line finds, with 100, 200 and 300 held on the way to the CRM."""
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    monkeypatch.setenv("CONCORD_HUB_URL", world.hub.url)
    three_on_credit(world)
    return world


def test_a_part_is_approved_by_its_amount(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    number = held(at_hand)
    assert main(["approve", str(number), "--below", "300", "--as", "ann"]) == 0
    rest = held(at_hand)
    assert capsys.readouterr().out.strip() == (
        f"2 writes of change set {number} (crm.party) approved; the next batch writes it. "
        f"The other 1 are held as change set {rest}."
    )
    at_hand.settle()
    assert accounts(at_hand) == ["Company 1", "Company 2"]


def test_the_rest_is_rejected_when_asked_for(at_hand: World) -> None:
    number = held(at_hand)
    assert main(["approve", str(number), "--below", "300", "--rest", "reject"]) == 0
    assert at_hand.ops("SELECT count(*) FROM ops.change_set WHERE state = 'held'") == [(0,)]


def test_all_that_is_held_is_approved_at_once(at_hand: World) -> None:
    number = held(at_hand)
    assert main(["approve", "--all"]) == 0
    assert state(at_hand, number) == "approved"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["approve", "404"], "there is no such change set"),
        (["approve"], "name a change set"),
        (["approve", "--deletions", "crm.party", "--below", "5"], "leave the filter out"),
        (["report", "--change-set", "404"], "there is no change set 404"),
    ],
)
def test_a_mistake_is_one_line(
    at_hand: World, arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    said = capsys.readouterr().err.strip()
    assert says in said
    assert "\n" not in said


@pytest.mark.parametrize("amount", ["many", "-5", "0", "nan"])
def test_an_amount_that_is_none_is_refused(at_hand: World, amount: str) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["approve", "1", f"--below={amount}"])
    assert refused.value.code == 2


def test_the_page_of_a_change_set_is_written_and_named(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--change-set", str(held(at_hand))]) == 0
    page = Path(capsys.readouterr().out.strip())
    assert "Company 3" in page.read_text(encoding="utf-8")
