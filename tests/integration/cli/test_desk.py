"""The steward's commands: from a list to a decision to what the systems confirmed."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from concord.cli.__main__ import main
from tests.support.world import World


@pytest.fixture
def at_hand(checked_world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """A world that the commands find in their environment."""
    monkeypatch.setenv("CONCORD_HUB_URL", checked_world.hub.url)
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    return checked_world


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert main(list(words)) == code
    told = capsys.readouterr()
    return told.err if code else told.out


def test_a_question_is_listed_looked_at_decided_and_followed(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hand.account(tax_number="GB123456789")
    at_hand.settle()
    second = at_hand.account("Beta Ltd", tax_number="GB123456789")
    at_hand.settle()
    number = str(at_hand.one("hub", "SELECT review_id FROM ops.review WHERE kind = 'double'"))
    assert "double" in said(capsys, "review", "list")
    shown = said(capsys, "review", "show", number)
    assert "Beta Ltd" in shown
    assert "gets a golden record of its own" in shown
    assert "needs a record" in said(capsys, "review", "decide", number, "apart", code=1)
    done = said(capsys, "review", "decide", number, "apart", "--record", second, "--as", "anna")
    assert "is decided: apart, by anna" in done
    assert "It waits" in said(capsys, "review", "effect", number)
    at_hand.settle()
    assert "Applied in batch" in said(capsys, "review", "effect", number)
    again = said(capsys, "review", "decide", number, "leave", code=1)
    assert "was decided by anna on" in again
    assert again.count("\n") == 1
    assert "apart" not in said(capsys, "review", "list")


def test_a_record_is_found_explained_and_followed_back(
    at_hand: World, capsys: pytest.CaptureFixture[str]
) -> None:
    at_hand.customer(vat_no="GB123456789", phone="+442079460001")
    at_hand.settle()
    golden = str(at_hand.one("hub", "SELECT golden_id FROM golden.party"))
    assert golden in said(capsys, "record", "find", "alpha tra")
    shown = said(capsys, "record", "show", "party", golden)
    assert "owner erp" in shown
    assert "+442079460001" not in shown
    assert "+442079460001" in said(capsys, "record", "show", "party", golden, "--values")
    assert "not there then" in said(
        capsys, "record", "show", "party", golden, "--at", "2001-01-01T00:00"
    )
    assert "is no time" in said(capsys, "record", "show", "party", golden, "--at", "soon", code=1)
    assert "legal_name" in said(capsys, "record", "changes", "party", golden)
    assert "confirmed" in said(capsys, "record", "writes", "party", golden)
    assert "No contact refers" in said(capsys, "record", "documents", "party", golden, "contact")
    assert "no entity 'x'" in said(capsys, "record", "show", "x", golden, code=1)


def test_quarantine_is_put_right_by_cause_and_quality_tells_of_it(
    at_hand: World, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for n in range(2):
        at_hand.account(f"Broken {n}", country="Atlantis")
    at_hand.batch()
    assert "country" in said(capsys, "quarantine", "groups")
    number = str(at_hand.one("hub", "SELECT min(quarantine_id) FROM ops.quarantine"))
    rule = at_hand.one(
        "hub", "SELECT causes -> 0 ->> 'rule' FROM ops.quarantine WHERE quarantine_id = %s", number
    )
    assert "fail still" in said(capsys, "quarantine", "try", number, "country=Utopia")
    assert "It would pass." in said(capsys, "quarantine", "try", number, "country=Germany")
    assert "never taken in" in said(
        capsys, "quarantine", "write-back", number, "country=Germany", code=1
    )
    assert rule in said(capsys, "quality", "incidents")
    incident = str(at_hand.one("hub", "SELECT incident_id FROM ops.incident WHERE rule = %s", rule))
    told = said(capsys, "quality", "explain", incident, "--owner", "anna", "--code", "source_data")
    assert "owner anna, reason source_data" in told
    assert "2 entries are corrected" in said(
        capsys, "quarantine", "fix-all", "crm", "party", rule, "country", "Atlantis", "Germany"
    )
    at_hand.batch()
    assert "Nothing is in quarantine" in said(capsys, "quarantine", "groups")
    assert rule not in said(capsys, "quality", "incidents")
    assert "100.00%" in said(capsys, "quality", "trend", "crm", "party", rule)
    file = tmp_path / "scores.csv"
    said(capsys, "quality", "scores", "--csv", str(file))
    assert file.read_text(encoding="utf-8-sig").startswith("system,entity,rule")
    book = tmp_path / "scores.xlsx"
    assert "rules written to" in said(capsys, "quality", "scores", "--xlsx", str(book))
    with zipfile.ZipFile(book) as made:
        assert rule in made.read("xl/worksheets/sheet1.xml").decode()
