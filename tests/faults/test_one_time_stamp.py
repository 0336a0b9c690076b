"""2: ten thousand records with one time stamp, and a reader that is killed at every page of them.

The reader is the real one, extract and unify in a process of its own. Whether a record was lost
or created twice is read from the other system alone.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from concord.pipeline import begin, extract, unify, validate
from concord.systems.postgres import streaming
from tests.faults.processes import Child
from tests.support.capturing import capture_by
from tests.support.shop import without_slot
from tests.support.world import World, run_sql

ROW = 110  # bytes of one customer on its way, or a little more
CUSTOMERS = """
INSERT INTO customers (name, kind, vat_no, country_code, updated_at)
SELECT 'Customer ' || n, 'O', 'GB' || lpad(n::text, 9, '0'), 'GB', now()
FROM generate_series(1, %s) AS n
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All ways of capture at full size, two in the sample."""
    full = metafunc.config.getoption("--faults")
    metafunc.parametrize("tied", ["timestamp", "logical", *["log"] * full], indirect=True)


@pytest.fixture
def tied(request: pytest.FixtureRequest, world: World) -> Iterator[World]:
    """A world that has been read once, by each way of capture."""
    world.limit("crm", count=1_000_000)
    # No overlap: what is read again is read because the cursor stands before it.
    capture_by(world, "erp", capture=request.param, overlap_minutes=0)
    world.batch()
    yield world
    without_slot(world.urls["erp"])


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def read(world: World, run_id: str, page: int, last_page: int | None = None) -> None:
    """The reader. With `last_page` it dies by kill -9 as it hands on that one; should there be
    fewer, it stops before unify.
    """
    pages = itertools.count(1)
    write = psycopg.Copy.write

    def counted(self: Any, block: Any) -> None:
        if next(pages) == last_page:
            die()
        write(self, block)

    streaming.BLOCK = page * ROW
    psycopg.Copy.write = counted  # type: ignore[method-assign]
    engine = world.fresh_engine(world.engine.config)
    batch = begin(engine, lane="fast", run_id=run_id)
    for system in ("erp", "crm"):
        extract(engine, batch, system)
    if last_page is None:
        validate(engine, batch)
        unify(engine, batch)


def killed_per_page(world: World, page: int) -> int:
    """Kill a reader at every page; every second one goes on with the batch of the one before."""
    for n in itertools.count(1):
        child = Child.run(lambda n=n: read(world, f"tied/{n // 2}", page, n))
        if child.wait() == 0:
            return n - 1
        assert child.code == -signal.SIGKILL
    raise AssertionError("the last page is never reached")


def killed_in_unify(world: World, page: int, times: int, seconds: float) -> int:
    """Kill readers that have read all, at random moments; how many were still at it."""
    rng, kills = random.Random(2), 0
    for n in range(times):
        child = Child.run(lambda n=n: read(world, f"tied/unify/{n // 2}", page))
        time.sleep(rng.uniform(0.05, seconds))
        kills += child.alive()
        child.kill()
    return kills


def naive_reader(world: World, compare: str, page: int, pages: int) -> None:
    """What is usual: page by page from the latest time stamp, each page's rows created at once."""
    with psycopg.connect(world.urls["crm"], autocommit=True) as crm:
        cursor = crm.execute("SELECT max(at) FROM naive_cursor").fetchall()[0][0]
        for n in range(pages):
            offset = 0 if compare == ">" else n * page
            rows = run_sql(
                world.urls["erp"],
                f"SELECT name, updated_at FROM customers WHERE updated_at {compare} %s"
                f" ORDER BY updated_at, customer_code LIMIT {page} OFFSET {offset}",
                cursor,
            )
            for name, _ in rows:
                crm.execute("INSERT INTO naive_account VALUES (%s)", (name,))
            if compare == ">" and rows:  # saved page by page; the other way only at the end
                cursor = rows[-1][1]
                crm.execute("INSERT INTO naive_cursor VALUES (%s)", (cursor,))
    die()


def naive(world: World, compare: str, page: int) -> tuple[int, int]:
    """(lost, doubled) of a naive reader that is killed after one page and started again."""
    run_sql(world.urls["crm"], "DROP TABLE IF EXISTS naive_account, naive_cursor")
    run_sql(world.urls["crm"], "CREATE TABLE naive_account (name text)")
    run_sql(world.urls["crm"], "CREATE TABLE naive_cursor (at timestamptz)")
    run_sql(world.urls["crm"], "INSERT INTO naive_cursor VALUES ('2000-01-01')")
    total = world.one("erp", "SELECT count(*) FROM customers")
    for pages in (1, total // page):
        child = Child.run(lambda pages=pages: naive_reader(world, compare, page, pages))
        assert child.wait() == -signal.SIGKILL
    return verdict(world, "SELECT name FROM naive_account")


def verdict(world: World, there: str) -> tuple[int, int]:
    """(lost, doubled): customers that are not in the other system, and those there once more."""
    wanted = {name for (name,) in world.erp("SELECT name FROM customers")}
    found = [name for (name,) in world.crm(there)]
    assert set(found) <= wanted
    return len(wanted - set(found)), len(found) - len(set(found))


def test_records_of_one_moment_are_all_taken_once_however_often_the_reader_dies(
    tied: World, scale: Callable[[int, int], int], figure: Callable[..., None], request: Any
) -> None:
    rows, page = scale(60, 10_000), scale(20, 250)
    tied.erp(CUSTOMERS, rows)
    assert tied.one("erp", "SELECT count(DISTINCT updated_at) FROM customers") == 1

    kills = killed_per_page(tied, page)
    kills += killed_in_unify(tied, page, scale(2, 8), scale(1, 8))
    tied.settle()

    lost, doubled = verdict(tied, "SELECT account_name FROM account")
    naive_lost, _ = naive(tied, ">", page)
    _, naive_doubled = naive(tied, ">=", page)
    figure(
        f"2 one time stamp, capture by {request.node.callspec.params['tied']}",
        rows=rows,
        kills=kills,
        lost=lost,
        doubled=doubled,
        naive_lost=naive_lost,
        naive_doubled=naive_doubled,
    )
    assert kills >= rows // page
    assert (lost, doubled) == (0, 0)
    assert tied.one("erp", "SELECT count(*) FROM customers") == rows
    assert naive_lost == rows - page
    assert naive_doubled == page
