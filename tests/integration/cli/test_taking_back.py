"""The commands that take things back say what they would do, do it, and show in status."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from concord.cli.__main__ import main
from concord.errors import HubUnavailable
from tests.conftest import Postgres
from tests.support.world import World


@pytest.fixture
def at_hand(checked_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A world that the commands find in their environment."""
    monkeypatch.setenv("CONCORD_HUB_URL", checked_world.hub.url)
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    for system, url in checked_world.urls.items():
        monkeypatch.setenv(f"CONCORD_{system.upper()}_URL", url)
    return checked_world


def test_undo_shows_first_and_acts_when_told(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hand.customer("Alpha Trading Ltd", phone="+442079460000")
    at_hand.settle()
    at_hand.erp("UPDATE customers SET phone = '+442079460001'")
    at_hand.settle()
    [(number,)] = at_hand.ops("SELECT max(change_set_id) FROM ops.change_set")
    assert main(["undo", str(number)]) == 0
    said = capsys.readouterr().out
    assert "1 values get back what they were" in said
    assert f"To do it: ./concord undo {number} --run" in said
    assert at_hand.one("crm", "SELECT phone_number FROM account") == "+442079460001"
    assert main(["undo", str(number), "--run", "--as", "ann"]) == 0
    assert at_hand.one("crm", "SELECT phone_number FROM account") == "+442079460000"
    assert at_hand.one("erp", "SELECT phone FROM customers") == "+442079460000"
    who = "SELECT actor FROM ops.audit WHERE action = 'change_set.undo'"
    assert at_hand.ops(who) == [("ann",)]


def test_a_change_set_that_is_not_there_is_one_line(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["undo", "12"]) == 1
    assert capsys.readouterr().err == "there is no change set 12\n"


def test_status_says_that_a_system_was_set_back_and_accept_answers(
    at_hand: World, pg: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hand.customer("Alpha Trading Ltd", phone="+442079460000")
    at_hand.settle()
    name = psycopg.conninfo.conninfo_to_dict(at_hand.urls["erp"])["dbname"]
    backup = pg.name("backup")
    pg.create(backup, name)
    at_hand.erp("UPDATE customers SET phone = '+442079460001'")
    at_hand.settle()
    pg.drop(name)
    pg.create(name, backup)
    pg.drop(backup)
    at_hand.batch()
    main(["status"])
    said = capsys.readouterr().out
    assert "erp.party was set back to an earlier state: 1 records hold old values" in said
    assert "./concord systems accept erp" in said
    assert main(["systems", "accept", "erp", "--as", "ann"]) == 0
    assert "1 records that were set back are taken as they are" in capsys.readouterr().out
    at_hand.settle()
    assert at_hand.one("crm", "SELECT phone_number FROM account") == "+442079460000"


def test_an_undo_that_failed_looks_again_at_what_people_did_before_it_is_repeated(
    at_hand: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concord.stewardship import undo as room

    at_hand.customer("Alpha Trading Ltd", phone="+442079460000")
    at_hand.settle()
    at_hand.erp("UPDATE customers SET phone = '+442079460001'")
    at_hand.settle()
    [(number,)] = at_hand.ops("SELECT max(change_set_id) FROM ops.change_set")

    def die(*_: object, **__: object) -> None:
        raise HubUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr(room, "undo", die)
        assert main(["undo", str(number), "--run"]) == 1
    at_hand.crm("UPDATE account SET phone_number = '+442079460002'")
    assert main(["undo", str(number), "--run"]) == 0
    at_hand.settle()
    assert at_hand.one("crm", "SELECT phone_number FROM account") == "+442079460002"
    assert at_hand.ops("SELECT count(*) FROM ops.review WHERE kind = 'undo'") == [(1,)]
