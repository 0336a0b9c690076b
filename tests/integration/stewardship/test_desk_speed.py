"""Every query of the desk is answered by indexes: no large table is read whole.

A synthetic hub (customers, orders, tasks) made in the database itself; every statement that the
library sends is caught and explained.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.insight import kept, now, runs
from concord.model.spec import Config
from concord.quality import suites
from concord.stewardship import (
    effect,
    exposure,
    finding,
    following,
    groups,
    incidents,
    quarantine,
    record,
    reviews,
    scores,
    sides,
    sight,
    timeline,
)
from concord.stewardship.paging import Page
from tests.conftest import Postgres, TestHub
from tests.support.world import EXPECTATIONS

SMALL = 1_000  # rows of a table that may be read whole
MOST = 0.3  # seconds a page may take


class Desk:
    """A connection whose statements are kept, to be explained after."""

    def __init__(self, conn: Connection, config: Config, one: UUID) -> None:
        self.conn, self.config, self.one = conn, config, one
        self.sent: list[tuple[Any, Any]] = []

    def execute(self, query: Any, params: Any = None, **more: Any) -> Any:
        self.sent.append((query, params))
        return self.conn.execute(query, params, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.conn, name)

    def read_whole(self) -> list[str]:
        """Large tables that some statement reads from end to end."""
        out = []
        for query, params in self.sent:
            text = query if isinstance(query, sql.Composable) else sql.SQL(query)
            with self.conn.transaction(force_rollback=True):
                plan = self.conn.execute(
                    sql.SQL("EXPLAIN (FORMAT JSON) ") + text, params
                ).fetchone()
            assert plan
            out += [
                f"{node['Relation Name']}: {text.as_string(None)[:400]}"
                for node in _nodes(plan[0][0]["Plan"])
                if node["Node Type"] in ("Seq Scan", "Parallel Seq Scan")
                and self._rows(node["Relation Name"]) > SMALL
            ]
        return out

    def _rows(self, relation: str) -> float:
        row = self.conn.execute(
            "SELECT max(reltuples) FROM pg_class WHERE relname = %s", (relation,)
        ).fetchone()
        assert row
        return float(row[0])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)


@pytest.fixture(scope="module")
def filled(pg: Postgres, business: Config, whole_template: str, scale: Any) -> Iterator[TestHub]:
    """A hub with many customers and 10,000 open tasks of each sort."""
    name = pg.name("desk")
    pg.create(name, whole_template, "concord_owner")
    hub = TestHub(pg, name)
    fill = statement("bench", "desk", customers=sql.Literal(scale(100_000, 1_000_000)))
    with psycopg.connect(hub.admin_url, autocommit=True) as conn:
        conn.execute(fill)
        conn.execute("VACUUM ANALYZE")
    with hub.connect() as conn:
        while exposure.refresh(conn, business, most=20_000):
            conn.commit()
        assert kept.refresh(conn, business) == 3
        conn.commit()
    with psycopg.connect(hub.admin_url, autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE ops.quarantine, ops.review")
    yield hub
    pg.drop(name)


def _first(conn: Any, query: str) -> Any:
    return conn.execute(query).fetchone()[0]


NTH = "SELECT golden_id FROM golden.party WHERE tax_id = 'GB500'"
CALLS: dict[str, Any] = {
    "reviews by age": lambda d: reviews.page(d, order="age", after="5000"),
    "reviews by money": lambda d: reviews.page(d, order="money", after="100~5000"),
    "reviews of a kind": lambda d: reviews.page(d, kind="conflict", entity="party", order="money"),
    "reviews closed": lambda d: reviews.page(d, order="closed"),
    "reviews counted": reviews.counts,
    "review": lambda d: sides.detail(d, d.config, 500, may_see=sight.ALL),
    "review effect": lambda d: effect.effect(d, d.config, 10_100),
    "quarantine by age": lambda d: quarantine.page(d, order="age", after="5000"),
    "quarantine by money": lambda d: quarantine.page(d, order="money", after="100~5000"),
    "quarantine of a rule": lambda d: quarantine.page(
        d, system="crm", entity="party", rule="rule3", column="country"
    ),
    "quarantine groups": groups.groups,
    "quarantine members": lambda d: groups.members(d, CAUSE),
    "quarantine values": lambda d: groups.same_values(d, d.config, CAUSE),
    "find a key": lambda d: finding.find(d, d.config, "GB500"),
    "find a name": lambda d: finding.find(d, d.config, "Name 5", may_see=sight.ALL),
    "find a record": lambda d: finding.find(d, d.config, "crm500"),
    "record": lambda d: record.show(d, d.config, "party", d.one),
    "record as of": lambda d: timeline.as_of(
        d, d.config, "party", d.one, _first(d.conn, "SELECT now() - interval '2 days'")
    ),
    "record changes": lambda d: timeline.changes(d, d.config, "party", d.one),
    "record writes": lambda d: following.writes(d, d.config, "party", d.one),
    "orders": lambda d: following.documents(d, d.config, "party", d.one, "sales_order"),
    "shipments": lambda d: following.documents(d, d.config, "party", d.one, "shipment"),
    "invoices": lambda d: following.documents(d, d.config, "party", d.one, "invoice"),
    "overview": lambda d: now.now(d, d.config),
    "runs": lambda d: runs.runs(d, before=2_000),
    "runs of a lane": lambda d: runs.runs(d, lane="fast"),
    "key figures": lambda d: kept.kept(d, d.config, 90).figures,
    "incidents": incidents.page,
    "incidents closed": lambda d: incidents.page(d, state="closed"),
    "scores": lambda d: scores.scores(d, suites.current(EXPECTATIONS, d.config)),
    "trend": lambda d: scores.trend(d, "crm", "party", "email_form"),
}
CAUSE = groups.Cause("read", "crm", "party", "rule3", "country")


@pytest.mark.parametrize("name", CALLS)
def test_no_page_reads_a_large_table_whole(
    filled: TestHub, business: Config, name: str, figure: Any
) -> None:
    suites.current(EXPECTATIONS, business)
    with filled.connect() as conn:
        desk = Desk(conn, business, _first(conn, NTH))
        found = CALLS[name](desk)
        spent = []
        for _ in range(5):
            began = time.perf_counter()
            CALLS[name](desk)
            spent.append(time.perf_counter() - began)
        figure(f"desk {name}", median_ms=round(sorted(spent)[2] * 1000, 1))
        assert desk.read_whole() == []
        shown = found.items if isinstance(found, Page) else found
        assert shown, "a page without anything on it proves nothing"
        assert min(spent) < MOST


def test_money_at_stake_is_what_depends_on_the_record(filled: TestHub) -> None:
    with filled.connect() as conn:
        rows = conn.execute(
            "SELECT source_id, ordered, receivable, exposure FROM ops.quarantine"
            " WHERE source_id IN ('crm900', 'crm12', 'crm5') ORDER BY source_id"
        ).fetchall()
    assert [tuple(r) for r in rows] == [
        ("crm12", 12, 12, 24), ("crm5", 0, 0, 0), ("crm900", 900, 900, 1800)
    ]  # fmt: skip
