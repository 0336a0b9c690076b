"""What a fast batch of mixed changes costs in a company with many order lines.

Orders of five lines are made on both sides by two statements, taken in by a first load, and then
people change a few records of every kind. The plans of the batch's three largest statements are
kept beside the figures: they show whether anything is read that the changes do not touch.
"""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from concord.bench.change import Say, Timed, middle, quiet, run
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.runner import folder
from concord.bench.scratch import superuser, world
from concord.bench.workloads import Job
from concord.hub.database import Connection, Hub
from concord.hub.sql import statement
from concord.pipeline import Engine
from concord.sandbox.business import seed_business
from concord.sandbox.seed import seed

CUSTOMERS, PRODUCTS, LINES = 1_000, 200, 5
LARGEST = 3

CHANGES: dict[str, tuple[tuple[float, str], ...]] = {
    "erp": (
        (0.2, "UPDATE sales_orders SET requested_on = requested_on + 1 WHERE so_id IN (SELECT so_id"
              " FROM sales_orders WHERE status = 'D' ORDER BY md5(so_id || %(salt)s) LIMIT %(n)s)"),
        (0.2, "UPDATE sales_order_lines SET qty = qty + 1 WHERE line_no = 10 AND so_id IN (SELECT"
              " so_id FROM sales_orders WHERE status = 'D' ORDER BY md5(%(salt)s || so_id)"
              " LIMIT %(n)s)"),
        (0.2, "UPDATE stock SET on_hand = on_hand + 5 WHERE stock_id IN (SELECT stock_id FROM stock"
              " ORDER BY md5(stock_id || %(salt)s) LIMIT %(n)s)"),
        (0.1, "SELECT pay_advance(customer_code, '1000', 'CNY', 100) FROM (SELECT customer_code"
              " FROM customers WHERE status = 'A' ORDER BY md5(customer_code || %(salt)s)"
              " LIMIT %(n)s) AS c"),
        (0.15, "UPDATE customers SET phone = '+4420794' || lpad((random() * 99999)::int::text, 5,"
               " '0') WHERE customer_code IN (SELECT customer_code FROM customers WHERE status"
               " = 'A' ORDER BY md5(%(salt)s || customer_code) LIMIT %(n)s)"),
    ),
    "crm": (
        (0.15, "SELECT hold_stock(product_id, warehouse_id, 1) FROM (SELECT product_id,"
               " warehouse_id FROM availability WHERE available > 10 ORDER BY md5(id || %(salt)s)"
               " LIMIT %(n)s) AS a"),
    ),
}  # fmt: skip
"""By system: the share of the changes, and the statement that makes so many of them."""


@dataclass(frozen=True)
class Measured:
    """What one size gave; `plans` is the file with the largest statements' plans; `verified`:
    afterwards a full comparison of both sides found nothing that differs.
    """

    lines: int
    load: Timed
    change: Timed
    idle: Timed
    plans: Path
    verified: bool


def workload(job: Job) -> Report:
    """Mixed changes among `job.rows` order lines; the limit is a batch that finds nothing."""
    plans = folder() / f"orders-{job.rows}.plans.txt"
    plans.parent.mkdir(parents=True, exist_ok=True)
    measured = bench(job.rows, job.changed or 500, plans, job.say, job.repeat)
    subjects = {
        LIMIT: Taken([measured.idle.seconds], measured.verified),
        OURS: Taken([measured.change.seconds], measured.verified, peak()),
    }
    return Report(compared("orders", job.rows, subjects), notes=report(measured))


def bench(lines: int, changed: int, plans: Path, say: Say, repeat: int = 3) -> Measured:
    """Measure a hub with so many order lines; says what it does as it goes."""
    with world() as engine, tempfile.TemporaryDirectory() as scratch:
        customers = min(CUSTOMERS, lines // LINES)
        say("seeding customers and products")
        seed(engine.urls["erp"], engine.urls["crm"], customers, truth_path=Path(scratch) / "truth")
        seed_business(engine.urls["erp"], PRODUCTS)
        run(engine, "nightly")
        _settle(engine)
        say(f"making {lines // LINES:,} orders on both sides")
        make_orders(engine, lines // LINES)
        say("first load of them")
        load = run(engine)
        _settle(engine)
        idle = middle([run(engine) for _ in range(repeat)])
        say(f"batches of {changed:,} changes, and one more with its plans")
        changes = []
        for n in range(repeat):
            make_changes(engine, changed, str(n))
            changes.append(run(engine))
            _settle(engine)
        make_changes(engine, changed, "plans")
        with _explained(engine, plans):
            run(engine)
        _settle(engine)
        return Measured(lines, load, middle(changes), idle, plans, verified=quiet(engine))


def _settle(engine: Engine) -> None:
    while any(run(engine).counts.get(name, 0) for name in ("read", "planned")):
        continue


def make_orders(engine: Engine, orders: int) -> None:
    """Make the orders in the ERP and in the CRM, past the vendors' triggers: they are history."""
    items, customers, places = _known(engine)
    with _past_triggers(engine.urls["erp"]) as erp:
        _fill(erp, "item (n bigint, item_id bigint, uom text)", [i[:3] for i in items])
        _fill(erp, "customer (n bigint, customer_code text)", [c[:2] for c in customers])
        erp.execute(statement("bench", "erp_orders"), {"orders": orders})
    with _past_triggers(engine.urls["crm"]) as crm:
        _fill(crm, "item (n bigint, product_id uuid, unit text)", [(i[0], *i[3:]) for i in items])
        _fill(crm, "customer (n bigint, account_id uuid)", [(c[0], c[2]) for c in customers])
        _fill(crm, "place (n bigint, warehouse_id uuid)", places)
        crm.execute(statement("bench", "crm_orders"), {"orders": orders})


def _known(engine: Engine) -> tuple[list[Any], list[Any], list[Any]]:
    """Products, customers and warehouses that both sides have, numbered, with both sides' keys."""
    pair = (
        "SELECT row_number() OVER (ORDER BY e.source_id) - 1, {}"
        " FROM image.{} AS e JOIN image.{} AS c USING (golden_id) WHERE {}"
        " AND e.deleted_at IS NULL AND c.deleted_at IS NULL"
    )
    with engine.hub.connect() as conn:
        items = conn.execute(
            sql.SQL(pair).format(
                sql.SQL("e.source_id::bigint, e.raw ->> 'uom', c.source_id, c.raw ->> 'unit'"),
                sql.Identifier("product_erp"),
                sql.Identifier("product_crm"),
                sql.SQL("e.kind = 'bought'"),
            )
        ).fetchall()
        customers = conn.execute(
            sql.SQL(pair).format(
                sql.SQL("e.source_id, c.source_id"),
                sql.Identifier("party_erp"),
                sql.Identifier("party_crm"),
                sql.SQL("e.raw ->> 'status' = 'A'"),
            )
        ).fetchall()
        places = conn.execute(
            "SELECT e.source_id::bigint, c.source_id FROM image.warehouse_erp AS e"
            " JOIN image.warehouse_crm AS c USING (golden_id)"
        ).fetchall()
    return items, customers, places


@contextmanager
def _past_triggers(url: str) -> Iterator[Connection]:
    """A transaction in which the vendor's triggers are off; the change log's are always on."""
    with psycopg.connect(superuser(url)) as conn:
        conn.execute("SET session_replication_role = replica")
        yield conn
    with psycopg.connect(superuser(url), autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE")


def _fill(conn: Connection, table: str, rows: list[Any]) -> None:
    name = table.partition(" ")[0]
    conn.execute(sql.SQL("CREATE TEMP TABLE {}").format(sql.SQL(table)))
    with conn.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
        for row in rows:
            copy.write_row(row)


def make_changes(engine: Engine, changed: int, salt: str) -> None:
    """What people do between two batches: records of every kind, spread over the tables."""
    for name, changes in CHANGES.items():
        with psycopg.connect(engine.urls[name]) as conn:
            for share, text in changes:
                conn.execute(text.encode(), {"salt": salt, "n": max(1, round(share * changed))})


@contextmanager
def _explained(engine: Engine, path: Path) -> Iterator[None]:
    """Keep EXPLAIN (ANALYZE, BUFFERS) of the largest statements that run on the hub meanwhile."""
    name = sql.Identifier(urlsplit(engine.hub.url).path.lstrip("/"))
    settings = {
        "session_preload_libraries": "auto_explain",
        "auto_explain.log_min_duration": "20ms",
        "auto_explain.log_analyze": "on",
        "auto_explain.log_buffers": "on",
        "auto_explain.log_timing": "off",
        "auto_explain.log_level": "notice",
    }
    with psycopg.connect(superuser(engine.hub.url), autocommit=True) as admin:
        for setting, value in settings.items():
            parts = map(sql.Identifier, setting.split("."))
            admin.execute(
                sql.SQL("ALTER DATABASE {} SET {} = {}").format(
                    name, sql.SQL(".").join(parts), sql.Literal(value)
                )
            )
    hub = engine.hub
    engine.hub = told = _Telling(hub.url)
    try:
        yield
    finally:
        engine.hub = hub
    largest = sorted(told.plans, key=_milliseconds, reverse=True)[:LARGEST]
    path.write_text("\n\n".join(largest) + "\n", encoding="utf-8")


class _Telling(Hub):
    """A hub whose connections keep the plans that the server tells of."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.plans: list[str] = []
        self._lock = threading.Lock()

    def connect(self, **options: Any) -> Connection:
        conn = super().connect(**options)
        conn.add_notice_handler(self._keep)
        return conn

    def _keep(self, notice: psycopg.errors.Diagnostic) -> None:
        text = notice.message_primary or ""
        if text.startswith("duration:"):
            with self._lock:
                self.plans.append(text)


def _milliseconds(plan: str) -> float:
    found = re.match(r"duration: ([0-9.]+) ms", plan)
    return float(found[1]) if found else 0.0


def report(measured: Measured) -> list[str]:
    """What was measured, as lines to print."""
    counts = measured.change.counts
    lines = [
        f"First load of {measured.lines:,} order lines a side: {measured.load.seconds:.1f} s,"
        f" {measured.load.counts.get('read', 0):,} records read,"
        f" {measured.load.counts.get('confirmed', 0):,} written",
        f"A fast batch with {counts.get('read', 0):,} changed records,"
        f" {counts.get('confirmed', 0):,} written: {measured.change.seconds:.2f} s",
    ]
    lines += [f"  {name:<14}{seconds:>8.2f} s" for name, seconds in measured.change.steps.items()]
    lines.append("Rows read by full scans of tables in that batch:")
    lines += [f"  {name:<40}{n:>12,}" for name, n in sorted(measured.change.scanned.items())]
    lines.append(f"An idle batch: {measured.idle.seconds:.2f} s")
    lines.append(f"Plans of its {LARGEST} largest statements: {measured.plans}")
    return lines
