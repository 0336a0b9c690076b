"""What a person waits for: every page of the steward's desk, from a hub of the promise's size.

A real company's night runs first, for books and a certificate; customers, order lines and tasks are
then made in the hub itself. Pages are asked for over HTTP, one after the other, by somebody whom
Airflow's own user manager lets in; each round asks for every page once, about other records. The
limit is the time that a page may take, for 95 of 100 askings.
"""

from __future__ import annotations

import html
import io
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from concord.bench.change import run
from concord.bench.desk_server import Served, desk
from concord.bench.page_list import BIG, LIMIT_SECONDS, PAGES, Asked
from concord.bench.programs import peak
from concord.bench.results import LIMIT, OURS, Report, Result, Taken
from concord.bench.scratch import superuser, world
from concord.bench.workloads import Job
from concord.hub.sql import statement
from concord.insight import kept
from concord.pipeline import Engine, initial
from concord.sandbox.business import seed_business
from concord.sandbox.seed import seed
from concord.stewardship import exposure

ASKED = 20  # times, at least
WARM = 10.0  # seconds in which a server loads what it needs later
COMPANY = 200  # customers of the real night

LOOKED_UP = {
    "incident": "SELECT incident_id FROM ops.incident WHERE state = 'open' ORDER BY 1 LIMIT 9",
    "quarantined": "SELECT quarantine_id FROM ops.quarantine WHERE state = 'open'"
    " AND source_id LIKE 'crm%' ORDER BY md5(source_id) LIMIT 40",
    "review": "SELECT review_id FROM ops.review WHERE state = 'open' AND kind = 'conflict'"
    " ORDER BY 1 LIMIT 40 OFFSET 200",
    "conflict": "SELECT review_id FROM ops.review WHERE state = 'open' AND kind = 'conflict'"
    " AND detail ->> 'unit' = 'phone' ORDER BY md5(subject) LIMIT 40",
    "double": "SELECT review_id FROM ops.review WHERE kind = 'double' AND state = 'open'"
    " AND subject IN (SELECT golden_id::text FROM image.party WHERE source_id LIKE 'twin%')"
    " ORDER BY 1 LIMIT 40",
    "held": "SELECT max(change_set_id) FROM ops.change_set WHERE state = 'held'",
    "held_review": "SELECT max(review_id) FROM ops.review WHERE kind = 'change_set'",
    "decided": "SELECT review_id FROM ops.review WHERE decided IS NOT NULL ORDER BY 1 LIMIT 40",
    "written": "SELECT change_set_id FROM ops.change_set JOIN ops.batch USING (batch_id)"
    " WHERE run_id LIKE 'desk/%' AND change_set.state = 'passed' ORDER BY 1 LIMIT 40",
    "customer": "SELECT golden_id FROM golden.party WHERE tax_id = ANY (SELECT 'GB' || 13 * n"
    " FROM generate_series(1, 40) AS n)",
    "big": "SELECT party FROM golden.sales_order WHERE number = 'BIG1'",
    "order": "SELECT golden_id FROM golden.sales_order WHERE number = ANY (SELECT 'SO' || 17 * n"
    " FROM generate_series(1, 40) AS n)",
    "batch": "SELECT batch_id FROM ops.batch WHERE run_id LIKE 'desk/%' ORDER BY 1 LIMIT 40"
    " OFFSET 100",
    "certificate": "SELECT number FROM ops.certificate",
    "writes": "SELECT to_char(updates, 'FM999,999') FROM ops.change_set WHERE state = 'held'"
    " ORDER BY change_set_id DESC LIMIT 1",
    "load": "SELECT max(initial_load_id) FROM ops.initial_load WHERE rehearsal IS NOT NULL",
    "met": "SELECT conflict_id FROM ops.conflict WHERE batch_id = 1 ORDER BY conflict_id DESC"
    " LIMIT 40 OFFSET 200",
    "met_by": "SELECT golden_id FROM ops.conflict WHERE batch_id = 1 ORDER BY conflict_id DESC"
    " LIMIT 40 OFFSET 200",
    "run": "SELECT substr(run_id, 6) FROM ops.batch WHERE run_id LIKE 'desk/%' ORDER BY batch_id"
    " LIMIT 40 OFFSET 100",
    "then": "SELECT to_char(now() - interval '2 days', 'YYYY-MM-DD\"T\"HH24:MI')",
}
"""Things of which pages are asked for, by the names in their paths."""


def bench(job: Job) -> Report:
    """Ask for every page, with `job.rows` customers."""
    with world() as engine:
        job.say("a company's night")
        night(engine)
        job.say("filling the hub")
        fill(engine, job.rows)
        job.say("starting the desk's web server")
        with desk(engine) as served:
            job.say("asking for pages")
            taken = ask(served, looked_up(engine), job.rows, max(ASKED, job.repeat))
    lines = [_limit(job.rows), *(_result(job.rows, *one) for one in taken.items())]
    times = len(next(iter(taken.values())).seconds)
    return Report(lines, notes=[f"pages: each was asked for {times} times over HTTP, one by one"])


def night(engine: Engine) -> None:
    """A small company, its first load and a night: books, certificates, judged rules."""
    with tempfile.TemporaryDirectory() as scratch:
        seed(engine.urls["erp"], engine.urls["crm"], COMPANY, truth_path=Path(scratch) / "truth")
    seed_business(engine.urls["erp"], COMPANY)
    profile(engine)
    for _ in range(2):
        run(engine, "nightly")


def profile(engine: Engine) -> None:
    """The dry run of an initial load, whose page Airflow's question leads to."""
    initial.rehearse(engine, initial.begin(engine, f"{initial.DAG}/bench"))


def fill(engine: Engine, customers: int) -> None:
    """Customers with their documents, 10,000 entries in quarantine, as many reviews."""
    parts = {"customers": sql.Literal(customers)}
    with psycopg.connect(superuser(engine.hub.url), autocommit=True) as conn:
        conn.execute(statement("bench", "desk", **parts))
        conn.execute(statement("bench", "desk_more", **parts, big=sql.Literal(BIG)))
        conn.execute("VACUUM ANALYZE")
    with engine.hub.connect() as conn:
        while exposure.refresh(conn, engine.config, most=20_000):
            conn.commit()
        kept.refresh(conn, engine.config)
        conn.commit()
    with psycopg.connect(superuser(engine.hub.url), autocommit=True) as conn:
        conn.execute("VACUUM ANALYZE ops.quarantine, ops.review")


def looked_up(engine: Engine) -> dict[str, list[Any]]:
    """Things to ask about. Raises AssertionError where the hub has none of them."""
    with engine.hub.connect() as conn:
        found = {name: [one for (one,) in conn.execute(query.encode()).fetchall()]
                 for name, query in LOOKED_UP.items()}  # fmt: skip
    missing = [name for name, things in found.items() if not things or things[0] is None]
    assert not missing, f"the hub has nothing to ask about: {', '.join(missing)}"
    return found


def ask(
    served: Served, things: Mapping[str, Sequence[Any]], customers: int, times: int
) -> dict[Asked, Taken]:
    """Seconds of each asking, and whether each answer was right, after some that do not count."""
    seconds: dict[Asked, list[float]] = {page: [] for page in PAGES}
    right = dict.fromkeys(PAGES, True)
    with httpx.Client(cookies=dict(served.cookies), follow_redirects=True, timeout=60) as client:
        begun, n = time.perf_counter(), 0
        while time.perf_counter() - begun < WARM:
            for page in PAGES:
                client.get(served.url + filled(page.path, things, customers, n))
            n += 1
        for nth in range(n, n + times):
            for page in PAGES:
                address = served.url + filled(page.path, things, customers, nth)
                before = time.perf_counter()
                answer = client.get(address)
                seconds[page].append(time.perf_counter() - before)
                wanted = [filled(text, things, customers, nth) for text in page.shows]
                right[page] &= shows(page, answer, wanted)
    memory = peak(served.process)
    return {page: Taken(seconds[page], right[page], memory) for page in PAGES}


def shows(page: Asked, answer: httpx.Response, wanted: Sequence[str]) -> bool:
    """Whether an answer is the page, with what it must show."""
    if answer.status_code != 200 or not answer.headers["content-type"].startswith(page.kind):
        return False
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            text = " ".join(book.namelist())
    else:
        text = html.unescape(answer.text)
    return all(word in text for word in wanted) and text.count("data-row") >= page.rows


def filled(text: str, things: Mapping[str, Sequence[Any]], customers: int, nth: int) -> str:
    """A path or text about the things of the nth round."""
    ten = 10 * (1 + nth * 7919 % (customers // 10 - 1))
    chosen = {name: some[nth % len(some)] for name, some in things.items()}
    return text.format(n=ten + 1, ten=ten, **chosen)


def _limit(customers: int) -> Result:
    return Result(workload="page", rows=customers, subject=LIMIT, seconds=LIMIT_SECONDS,
                  peak_mb=0.0, ratio_to_limit=1.0, verified=True)  # fmt: skip


def _result(customers: int, page: Asked, taken: Taken) -> Result:
    return Result(
        workload=f"page: {page.name}",
        rows=customers,
        subject=OURS,
        seconds=round(taken.median, 4),
        p95=round(taken.p95, 4),
        peak_mb=round(taken.peak_mb, 1),
        ratio_to_limit=round(taken.p95 / LIMIT_SECONDS, 3),
        verified=taken.verified,
    )
