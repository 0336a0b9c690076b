"""What our quality gate costs: fifteen expectations over all rows, every failing row quarantined.

Great Expectations judges, our own predicates name the rows, the counts have to agree, and the rows
go to quarantine with their causes: the real `validate` of a real batch, in a process that has the
library loaded, as the DAGs' workers have. The limit is one pass of hand-written SQL that counts.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from concord.bench import company, peers
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Taken, compared
from concord.bench.scratch import alone, superuser, world
from concord.bench.workloads import Job
from concord.hub.sql import statement
from concord.pipeline import Engine, begin, extract, finish, stage, validate
from concord.quality import gx

SUITE = Path(__file__).parent / "suites" / "party.json"
THOUSAND, WRONG_IN_IT = 1_000, 10
WRONG = {
    "country_known": 1, "email_form": 2, "phone_form": 2, "vat_form": 1, "website_form": 1,
    "since_form": 1, "credit_range": 1, "currency_known": 1, "name_length": 1,
}  # fmt: skip
"""Rows of every thousand that fail a rule, as validation_break.sql makes them."""


def bench(job: Job) -> Report:
    """Judge `job.rows` customers, in whole thousands."""
    rows = job.rows // THOUSAND * THOUSAND
    with world() as engine, suites(engine):
        job.say("building")
        build(engine, rows)
        job.say("validating")
        subjects = {OURS: alone(engine, ours_of, rows, job.repeat)}
        batch = extracted(engine, "limit")
        subjects[LIMIT] = passes(engine, batch, rows, job.repeat)
        report = Report()
        if job.peers:
            found, report.absent = _peers(engine, job, batch, rows)
            subjects |= found
        report.results = compared("validation", rows, subjects)
        return report


def build(engine: Engine, rows: int) -> None:
    """Customers in the ERP, one in a hundred with something wrong."""
    company.make(engine, rows)
    with psycopg.connect(superuser(engine.urls["erp"])) as conn:
        conn.execute("SET session_replication_role = replica")
        conn.execute(statement("bench", "validation_break"))


@contextmanager
def suites(engine: Engine) -> Iterator[None]:
    """Let the engine use the shipped suites with ours for the ERP's customers among them."""
    with tempfile.TemporaryDirectory() as folder:
        shipped, own = engine.expectations, Path(folder) / "expectations"
        shutil.copytree(shipped, own)
        shutil.copy(SUITE, own / "erp" / "party.json")
        engine.expectations = own
        yield
        engine.expectations = shipped


def extracted(engine: Engine, name: str) -> int:
    """A batch that has read all customers of the ERP."""
    run_id = f"bench/validation/{name}/{time.time_ns()}"
    batch = begin(engine, lane="fast", run_id=run_id, systems=["erp"], entities=["party"])
    extract(engine, batch, "erp")
    return batch


def ours_of(engine: Engine, rows: int, repeat: int) -> Taken:
    """Validate; exactly the wrong rows are in quarantine, each with exactly its causes."""
    gx.load()
    seconds, verified = [], True
    for n in range(repeat):
        with psycopg.connect(superuser(engine.hub.url)) as conn:
            conn.execute("DELETE FROM ops.quarantine")
        batch = extracted(engine, str(n))
        begun = time.perf_counter()
        counts = validate(engine, batch)
        seconds.append(time.perf_counter() - begun)
        verified &= counts["failed_rules"] == len(WRONG) and not counts["held_entities"]
        verified &= _quarantined(engine, rows)
        finish(engine, batch, error="measured")
    return Taken(seconds, verified, peak())


def _quarantined(engine: Engine, rows: int) -> bool:
    with engine.hub.connect() as conn:
        causes: dict[str, int] = dict(
            conn.execute(
                "SELECT c.cause ->> 'rule', count(*)::integer FROM ops.quarantine AS q"
                " CROSS JOIN LATERAL jsonb_array_elements(q.causes) AS c (cause)"
                " WHERE q.state = 'open' AND q.system = 'erp' AND q.entity = 'party' GROUP BY 1"
            ).fetchall()
        )
        other = conn.execute(
            "SELECT count(*), count(*) FILTER (WHERE substr(source_id, 2)::bigint %% %s"
            " NOT BETWEEN 1 AND %s) FROM ops.quarantine WHERE state = 'open'",
            (THOUSAND, WRONG_IN_IT),
        ).fetchone()
    return causes == expected(rows) and other == (rows // THOUSAND * WRONG_IN_IT, 0)


def expected(rows: int) -> dict[str, int]:
    """Failing rows by rule; rules that no row fails are left out."""
    return {rule: rows // THOUSAND * n for rule, n in WRONG.items()}


def passes(engine: Engine, batch: int, rows: int, repeat: int) -> Taken:
    """The limit: the same rules in one hand-written statement."""
    table = stage.stage_table(batch, "erp", "party")
    seconds, verified = [], True
    for _ in range(repeat):
        with engine.hub.connect() as conn:
            begun = time.perf_counter()
            cursor = conn.execute(statement("bench", "validation_pass", stage=table))
            row: Any = cursor.fetchone()
            seconds.append(time.perf_counter() - begun)
            names = [column.name for column in cursor.description or ()]
        found = {name: n for name, n in zip(names, row, strict=True) if n}
        verified &= found == expected(rows)
    return Taken(seconds, verified)


def _peers(engine: Engine, job: Job, batch: int, rows: int) -> tuple[dict[str, Taken], list[str]]:
    """Other tools over the same stage table; each prints the failing rows by rule as JSON."""
    url = superuser(engine.hub.url)

    def right(said: str) -> bool:
        lines = said.splitlines()
        return bool(lines) and json.loads(lines[-1]) == expected(rows)

    given = [url, "stage", f"b{batch}_erp_party", str(SUITE)]
    return peers.measure(job, "validation", given, None, right)
