"""Rules across tables: which golden records fail, judged by both, and what a query may not do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import psycopg
import pytest

from concord.errors import ConfigError
from concord.hub.database import Hub
from concord.quality import across, gx, run, trial
from concord.quality.gx import RuleBroken
from concord.quality.rules import Rule, Suite, Suites

from .conftest import TODAY

FIELDS = ("party", "full_name", "job_title", "phone", "email")
BLOCKED = (
    "SELECT b.golden_id FROM {batch} AS b JOIN golden.party AS p ON p.golden_id = b.party"
    " WHERE p.status = 'blocked'"
)


def suite(query: str, **changes: Any) -> Suite:
    meaning = {"en": "in words"}
    rule = Rule(
        "active", across.TYPE, {across.KWARG: query}, "critical", "row", "o", meaning, (), "f.json",
        7, "sql/active.sql",
    )  # fmt: skip
    return Suite("golden", "contact", (replace(rule, **changes),), FIELDS, {})


def suites(query: str, **changes: Any) -> Suites:
    return Suites({("golden", "contact"): suite(query, **changes)}, "UTC")


def key(kind: int, number: int) -> str:
    return str(UUID(int=(kind << 64) + number))


def golden(hub: Hub, batch: int, statuses: Mapping[int, str]) -> None:
    """A party by number with a status, and a contact of the same number, changed by the batch."""
    with hub.connect() as conn, conn.cursor() as cur:
        cur.executemany(
            "INSERT INTO golden.party (golden_id, provenance, version, batch_id, legal_name, kind,"
            " status) VALUES (%s, '{}', 1, 0, 'secret', 'organization', %s)",
            [(key(1, n), status) for n, status in statuses.items()],
        )
        cur.executemany(
            "INSERT INTO golden.contact (golden_id, provenance, version, batch_id, party,"
            " full_name) VALUES (%s, '{}', 1, %s, %s, 'secret')",
            [(key(2, n), batch, key(1, n)) for n in statuses],
        )


def validate(hub: Hub, found: Suites, batch: int) -> run.TableResult:
    [result] = run.validate_batch(hub, found, batch, [("golden", "contact")], today=TODAY)
    return result


def held(hub: Hub) -> list[str]:
    with hub.connect() as conn:
        rows = conn.execute("SELECT source_id FROM ops.quarantine WHERE state = 'open' ORDER BY 1")
        return [source_id for (source_id,) in rows]


def test_every_record_that_the_query_gives_is_held_and_no_other(hub: Hub, batch: int) -> None:
    numbers = range(300)
    golden(hub, batch, {n: "blocked" if n % 3 == 0 else "active" for n in numbers})
    golden(hub, batch - 1, {500: "blocked"})
    result = validate(hub, suites(BLOCKED), batch)
    assert held(hub) == [key(2, n) for n in numbers if n % 3 == 0]
    assert [(r.checked, r.failed, r.success) for r in result.rules] == [(300, 100, False)]


def test_a_record_that_the_query_gives_twice_counts_once(hub: Hub, batch: int) -> None:
    golden(hub, batch, {1: "blocked", 2: "active"})
    doubled = f"{BLOCKED} UNION ALL {BLOCKED}"
    assert validate(hub, suites(doubled), batch).rules[0].failed == 1


def test_a_warning_counts_and_holds_nothing(hub: Hub, batch: int) -> None:
    golden(hub, batch, {1: "blocked"})
    assert validate(hub, suites(BLOCKED, severity="warning"), batch).counts["warnings"] == 1
    assert held(hub) == []


def test_an_entry_has_the_records_own_values_and_not_the_key_again(hub: Hub, batch: int) -> None:
    golden(hub, batch, {1: "blocked"})
    validate(hub, suites(BLOCKED), batch)
    with hub.connect() as conn:
        row = conn.execute("SELECT raw, causes FROM ops.quarantine").fetchone()
    assert row
    assert set(row[0]) == set(FIELDS)
    assert [c["rule"] for c in row[1]] == ["active"]


def test_an_entry_takes_the_new_cause_when_a_record_fails_for_another_reason(
    hub: Hub, batch: int
) -> None:
    golden(hub, batch - 1, {1: "blocked"})
    golden(hub, batch, {2: "blocked"})
    closed = replace(
        suite(BLOCKED.replace("blocked", "closed")).rules[0], name="open", severity="critical"
    )
    two = suite(BLOCKED)
    both = Suites({("golden", "contact"): replace(two, rules=(*two.rules, closed))}, "UTC")
    validate(hub, both, batch)
    with hub.connect() as conn:
        conn.execute("UPDATE golden.party SET status = 'closed'")
        conn.execute("UPDATE golden.contact SET batch_id = 0")
    result = validate(hub, both, batch)
    assert result.rows == 1
    with hub.connect() as conn:
        [(causes,)] = conn.execute("SELECT causes FROM ops.quarantine").fetchall()
    assert [c["rule"] for c in causes] == ["open"]


def test_a_query_that_gives_records_of_other_batches_lets_no_record_through(
    hub: Hub, batch: int
) -> None:
    golden(hub, batch, {1: "blocked"})
    golden(hub, batch - 1, {2: "blocked"})
    wild = "SELECT c.golden_id FROM golden.contact AS c WHERE EXISTS (SELECT FROM {batch} AS b)"
    with pytest.raises(RuleBroken, match=r"f.json:7 \(sql/active.sql\): active: .* 2 .* 1"):
        validate(hub, suites(wild), batch)
    assert held(hub) == []


def test_a_query_that_would_write_is_refused_by_the_database(hub: Hub, batch: int) -> None:
    golden(hub, batch, {1: "blocked"})
    writes = BLOCKED.replace("'blocked'", "nextval('ops.read_seq')::text")
    with pytest.raises(RuleBroken, match="read-only transaction"):
        validate(hub, suites(writes), batch)


def test_no_value_of_a_record_comes_out_of_a_rule_across_tables(
    hub: Hub, batch: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    golden(hub, batch, {1: "blocked"})
    results: list[str] = []
    understand = gx._verdict

    def listen(rule: Rule, result: Any, rows: int) -> gx.Verdict:
        results.append(json.dumps(result.to_json_dict()))
        return understand(rule, result, rows)

    monkeypatch.setattr(gx, "_verdict", listen)
    query = BLOCKED.replace("b.golden_id", "b.golden_id, b.full_name")
    assert validate(hub, suites(query), batch).rules[0].failed == 1
    assert len(results) == 1
    assert "secret" not in results[0]
    assert capfd.readouterr() == ("", "")


BAD = [
    (BLOCKED.replace("p.status", "p.colour"), "p.colour does not exist"),
    (BLOCKED.replace("golden.party", "golden.partie"), '"golden.partie" does not exist'),
    (BLOCKED.replace("b.golden_id", "b.full_name"), "failing.golden_id does not exist"),
    (BLOCKED.replace("b.golden_id", "b.source_id AS golden_id"), "uuid = text"),
    (BLOCKED.replace("b.party", "b.owner"), "b.owner does not exist"),
    (f"WITH gone AS (DELETE FROM golden.party RETURNING 1) {BLOCKED}", "at the top level"),
    (BLOCKED.replace("WHERE", "WHRE"), "syntax error"),
]


@pytest.mark.parametrize(("query", "what"), BAD)
def test_check_names_the_file_of_a_query_that_the_hub_cannot_plan(
    hub: Hub, query: str, what: str
) -> None:
    with hub.connect() as conn:
        with pytest.raises(ConfigError) as caught:
            trial.check(conn, suites(query))
        [found] = caught.value.problems
        assert (found.file, found.where) == ("sql/active.sql", "active")
        assert what in found.what
        assert conn.execute("SELECT 1").fetchone() == (1,)


def test_check_computes_nothing(hub: Hub) -> None:
    slow = BLOCKED.replace("SELECT b.golden_id", "SELECT b.golden_id, pg_sleep(60)")
    with hub.connect() as conn:
        conn.execute("SET statement_timeout = '5s'")
        trial.check(conn, suites(slow))
        trial.check(conn, suites(f"{BLOCKED} AND p.status LIKE 'b%'"))


def test_a_few_changed_records_of_many_are_found_by_index(hub: Hub, batch: int) -> None:
    """Ten contacts of a batch and 20,000 customers: the customers are not scanned."""
    golden(hub, batch, dict.fromkeys(range(10), "blocked"))
    with hub.connect() as conn:
        conn.execute(
            "INSERT INTO golden.party (golden_id, provenance, version, batch_id, legal_name, kind)"
            " SELECT md5(n::text)::uuid, '{}', 1, 0, 'x', 'organization'"
            " FROM generate_series(1, 20000) AS n"
        )
    with psycopg.connect(hub.admin_url, autocommit=True) as conn:  # type: ignore[attr-defined]
        conn.execute("ANALYZE golden.party")
        conn.execute("SELECT pg_stat_reset()")
    assert validate(hub, suites(BLOCKED), batch).rules[0].failed == 10
    with hub.connect() as conn:
        conn.execute("SELECT pg_stat_force_next_flush()")
        row = conn.execute(
            "SELECT seq_scan, idx_scan > 0 FROM pg_stat_user_tables"
            " WHERE schemaname = 'golden' AND relname = 'party'"
        ).fetchone()
    assert row == (0, True)
