"""The report of a real batch in a real hub: what is read for it, and how its files come and go."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from concord.errors import ConcordError
from concord.hub.database import Connection, Hub
from concord.quality import run
from concord.quality.rules import Suites
from concord.report import render
from concord.report.data import LISTED, collect
from concord.report.render import batch_report

from .conftest import PARTY, TODAY, Stage

SECRET = "Sesame Street 42"


def new_batch(conn: Connection, run_id: str, state: str = "done", lane: str = "fast") -> int:
    row = conn.execute(
        "INSERT INTO ops.batch (run_id, lane, scope, systems, entities, state, ended_at)"
        " VALUES (%s, %s, 'delta', '{erp,crm}', '{party,contact,address}', %s, clock_timestamp())"
        " RETURNING batch_id",
        (run_id, lane, state),
    ).fetchone()
    assert row
    return int(row[0])


def fill(conn: Connection, batch: int) -> None:
    """Something in every table that the page reads; the values all hold the secret."""
    secret = Jsonb({"name": SECRET})
    counts = {"read": 4, "accepted": 2, "quarantined": 1, "parked": 1}
    counts |= {"planned": 3, "confirmed": 1, "waiting": 2}
    for name, n in counts.items():
        conn.execute(
            "INSERT INTO ops.batch_count VALUES (%s, 'crm', 'party', %s, %s)", (batch, name, n)
        )
    conn.execute("INSERT INTO ops.batch_count VALUES (%s, 'golden', 'party', 'x', 1)", (batch,))
    conn.execute(
        "INSERT INTO ops.batch_step (batch_id, step, system, state, ended_at)"
        " VALUES (%s, 'extract', 'crm', 'done', clock_timestamp())",
        (batch,),
    )
    conn.execute(
        "INSERT INTO ops.extract (batch_id, system, entity, read_seq, scope, position, columns,"
        " stopped, rows) VALUES (%s, 'crm', 'party', 1, 'delta', '{}', '{}',"
        ' \'{"website": "column account.web is gone"}\', 4)',
        (batch,),
    )
    conn.execute(
        "INSERT INTO ops.change_set (batch_id, system, entity, state, reason, creates,"
        " rule_version) VALUES (%s, 'crm', 'party', 'held', 'too many', 2, 'v')",
        (batch,),
    )
    conn.execute(
        "INSERT INTO ops.intent (key, change_set_id, batch_id, system, entity, golden_id, action,"
        " new, old, base, base_version, reason) SELECT gen_random_uuid(), change_set_id, %s, 'crm',"
        " 'party', gen_random_uuid(), 'create', %s, %s, %s, 0, '{}' FROM ops.change_set,"
        " generate_series(1, 3)",
        (batch, secret, secret, secret),
    )
    conn.execute(
        "INSERT INTO ops.conflict (batch_id, entity, golden_id, unit, kind, loser, winner, reason)"
        " VALUES (%s, 'party', gen_random_uuid(), 'phone', 'both_changed', %s, %s, 'latest')",
        (batch, secret, secret),
    )
    conn.execute(
        "INSERT INTO ops.parked (system, entity, source_id, raw, read_seq, batch_id, waits_for)"
        " VALUES ('crm', 'contact', 'P1', %s, 1, %s, '[]')",
        (secret, batch),
    )
    conn.execute(
        "INSERT INTO ops.review (kind, subject, detail) VALUES ('schema', 'web', %s)", (secret,)
    )


def test_the_page_of_a_validated_batch_holds_keys_and_causes_and_no_value(
    hub: Hub, stage: Stage, batch: int, shipped: Suites, tmp_path: Path
) -> None:
    stage([{**PARTY, "account_name": SECRET, "email_address": f"{SECRET}@@", "source_id": "K-77"}])
    run.validate_batch(hub, shipped, batch, [("crm", "party")], today=TODAY)
    with hub.connect() as conn:
        fill(conn, batch)
        report = collect(conn, batch)
        page = batch_report(conn, batch, tmp_path).read_text(encoding="utf-8")
    assert "K-77" in page
    assert "An e-mail address has one @ and a domain with a dot" in page
    assert "电子邮件地址只含一个 @" in page
    assert "Sesame" not in page
    assert (report.read, report.planned, report.open_quarantine, report.open_parked) == (4, 3, 1, 1)
    assert report.unfinished == 1  # of three waiting writes two are held
    assert report.reads[0].balances
    assert report.stopped == [("crm", "party", "website", "column account.web is gone")]
    assert [c.number for c in report.held_sets] == [report.change_sets[0].number]
    assert report.conflicts == [("party", "phone", "both_changed", 1, 0)]
    assert report.reviews == [("schema", 1)]
    assert [s.name for s in report.steps] == ["extract"]


def test_the_trend_is_of_this_lane_up_to_this_batch_oldest_first(hub: Hub) -> None:
    with hub.connect() as conn:
        first = new_batch(conn, "a", "failed")
        new_batch(conn, "n", lane="nightly")
        second = new_batch(conn, "b")
        new_batch(conn, "c")
        conn.execute(
            "INSERT INTO ops.batch_count VALUES (%s, 'crm', 'party', 'read', 8)", (second,)
        )
        trend = collect(conn, second).trend
    assert [(p.batch, p.state, p.read) for p in trend] == [
        (first, "failed", 0),
        (second, "done", 8),
    ]


def test_entries_of_this_batch_come_first_and_a_page_lists_so_many(hub: Hub) -> None:
    with hub.connect() as conn:
        batch = new_batch(conn, "a")
        conn.execute(
            "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
            " last_batch) SELECT 'crm', 'party', 'K' || n, '{}', '[]', 0,"
            " CASE WHEN n = 3 THEN %s ELSE 0 END FROM generate_series(1, %s) AS n",
            (batch, LISTED + 20),
        )
        conn.execute("UPDATE ops.quarantine SET state = 'dismissed' WHERE source_id = 'K1'")
        report = collect(conn, batch)
    assert report.quarantine[0].key == "K3"
    assert len(report.quarantine) == LISTED
    assert report.open_quarantine == LISTED + 19
    assert "concord quarantine list" in render.render(report)


def test_a_failed_and_a_running_batch_have_a_page_too(hub: Hub, tmp_path: Path) -> None:
    with hub.connect() as conn:
        failed = new_batch(conn, "a", "failed")
        conn.execute(
            "UPDATE ops.batch SET error = 'crm at db/crm cannot be reached' WHERE batch_id = %s",
            (failed,),
        )
        running = new_batch(conn, "b", "open")
        conn.execute("UPDATE ops.batch SET ended_at = NULL WHERE batch_id = %s", (running,))
        one = batch_report(conn, failed, tmp_path).read_text(encoding="utf-8")
        two = batch_report(conn, running, tmp_path).read_text(encoding="utf-8")
    assert "crm at db/crm cannot be reached" in one
    assert "The batch is still running" in two


def test_a_batch_that_is_not_there_is_said_to_be(hub: Hub, tmp_path: Path) -> None:
    with hub.connect() as conn, pytest.raises(ConcordError, match="there is no batch 99"):
        batch_report(conn, 99, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_latest_is_the_newest_batch_whatever_is_rendered_again(hub: Hub, tmp_path: Path) -> None:
    out = tmp_path / "a" / "reports"
    with hub.connect() as conn:
        first, second = new_batch(conn, "a"), new_batch(conn, "b")
        batch_report(conn, first, out)
        assert f"Batch {first}<" in (out / "latest.html").read_text(encoding="utf-8")
        batch_report(conn, second, out)
        batch_report(conn, first, out)
    assert f"Batch {second}<" in (out / "latest.html").read_text(encoding="utf-8")
    assert {p.name for p in out.iterdir()} == {
        f"batch-{first}.html", f"batch-{second}.html", "latest.html",
    }  # fmt: skip
    assert (out / "latest.html").stat().st_mode & 0o777 == 0o644


def test_a_page_is_whole_or_as_it_was(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub.connect() as conn:
        batch = new_batch(conn, "a")
        path = batch_report(conn, batch, tmp_path)
        before = path.read_text(encoding="utf-8")

        def full_disk(self: Path, target: Path) -> Any:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full_disk)
        with pytest.raises(OSError, match="No space left"):
            batch_report(conn, batch, tmp_path)
    assert path.read_text(encoding="utf-8") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == [path.name, "latest.html"]


def test_equal_batches_give_equal_pages(hub: Hub) -> None:
    with hub.connect() as conn:
        batch = new_batch(conn, "a")
        fill(conn, batch)
        one, two = collect(conn, batch), collect(conn, batch)
    assert one == two
    assert one.made - two.made < timedelta(minutes=1)
    stamp = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")
    assert stamp.sub("", render.render(one)) == stamp.sub("", render.render(two))
