"""A source that breaks while people work: nothing is deleted or erased anywhere, and it is said.

Deletions in the CRM are configured to be passed on, so whatever is taken for one would delete in
the ERP. Judged by the two systems: no customer may be gone, no value may be null that was not.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
import pytest

from concord.errors import ConcordError
from concord.hub.database import SESSION
from concord.model.spec import Config
from concord.pipeline import begin, extract, finish, load, unify, validate
from tests.faults.breaks import GRANTS, HTTP, POSTGRES, ROLE, Break, Crm, HttpCrm, PostgresCrm
from tests.faults.hostile.hands import Hostile
from tests.faults.hostile.world import HostileWorld
from tests.support.configured import mapped
from tests.support.world import World


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """All kinds of break at full size, some of them in every run."""
    if "one" in metafunc.fixturenames:
        breaks = POSTGRES if "postgres_crm" in metafunc.fixturenames else HTTP
        full = metafunc.config.getoption("--faults")
        metafunc.parametrize("one", [b for b in breaks if full or b.sample], ids=lambda b: b.name)


@pytest.fixture
def passing_on(config: Config) -> Config:
    """The shipped configuration, where a deletion of a party on one side deletes on the other."""
    for system in config.system:
        config = mapped(config, "party", system, on_delete="propagate")
    return config


@pytest.fixture
def postgres_crm(
    passing_on: Config, hub: Any, sandbox_urls: dict[str, str], no_suites: Any, pg: Any
) -> tuple[World, Crm]:
    world = World(passing_on, hub, sandbox_urls, no_suites)
    world.crm(GRANTS)
    engine_url = world.urls["crm"].replace("postgres@", f"{ROLE}@")
    world.limit("crm", count=10**6, share=1.0, first_load=10**6)
    world.engine.urls = {**world.urls, "crm": engine_url}
    return world, PostgresCrm(world.urls["crm"], engine_url)


@pytest.fixture
def http_crm(
    passing_on: Config, hub: Any, sandbox_urls: dict[str, str], no_suites: Any
) -> Iterator[tuple[World, Crm]]:
    service = Hostile.crm(passing_on)
    world = HostileWorld(passing_on, hub, sandbox_urls, no_suites, service=service)
    world.widen()
    yield world, HttpCrm(service)
    service.stop()


def customer(n: int) -> dict[str, str]:
    """A customer with a value in every field that both sides may write."""
    return {
        "name": f"Customer {n}",
        "vat_no": f"GB{100_000_000 + n}",
        "phone": f"+44207946{n % 10_000:04d}",
        "email": f"c{n}@example.com",
        "website": f"https://c{n}.example",
        "customer_since": "20200131",
    }


@contextmanager
def people(world: World, names: Iterator[int]) -> Iterator[None]:
    """Someone who changes telephone numbers in the ERP, and types new customers, all the time."""
    done = threading.Event()

    def work() -> None:
        with psycopg.connect(world.urls["erp"], options=SESSION, autocommit=True) as conn:
            for n in count(1):
                conn.execute(
                    "UPDATE customers SET phone = %s WHERE customer_code ="
                    " (SELECT customer_code FROM customers ORDER BY random() LIMIT 1)",
                    (f"+44207947{n % 10_000:04d}",),
                )
                if n % 10 == 1:
                    world.customer(**customer(next(names)))
                if done.wait(0.05):
                    return

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            yield
        finally:
            done.set()
            working.result()


def attempt(world: World, lane: str) -> str:
    """A batch, and what a person is told by it: its error, or the questions that are open."""
    try:
        world.batch(lane)
    except ConcordError as e:
        return str(e)
    rows = world.ops("SELECT kind, detail::text FROM ops.review WHERE state = 'open'")
    return "; ".join(f"{kind}: {detail}" for kind, detail in rows)


def broken_between(world: World, crm: Crm, one: Break) -> None:
    """A batch whose target changes between its extract and its load."""
    batch = begin(world.engine, lane="fast", run_id="between")
    for system in ("erp", "crm"):
        extract(world.engine, batch, system)
    validate(world.engine, batch)
    unify(world.engine, batch)
    one.do(crm)
    for system in ("erp", "crm"):
        load(world.engine, batch, system)
    finish(world.engine, batch)
    assert world.one("hub", "SELECT count(*) FROM ops.quarantine") == 0  # no record is to blame


def erp_rows(world: World) -> dict[str, dict[str, Any]]:
    return {r["customer_code"]: r for (r,) in world.erp("SELECT to_jsonb(c) FROM customers AS c")}


def gone(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Records that were there and are not."""
    return len(before.keys() - after.keys())


def erased(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> int:
    """Values that were there and are null, in records that are still there."""
    return sum(
        value is not None and after[id_].get(name) is None
        for id_, row in before.items()
        if id_ in after
        for name, value in row.items()
    )


def break_and_mend(world: World, crm: Crm, one: Break, n: int) -> dict[str, int]:
    """The whole story of one break; returns what was lost on the way, by the naive reading too."""
    names = iter(count())
    for _ in range(n):
        world.customer(**customer(next(names)))
    world.settle()
    before_erp, before_crm = erp_rows(world), crm.held()
    edited = min(before_crm, key=lambda i: str(before_crm[i]["account_name"]))
    crm.edit(edited, "web", "https://typed.example")  # and nobody has read it yet
    crm.keep()
    with people(world, names):
        if one.lane == "between":
            world.erp("UPDATE customers SET phone = '+442079481234'")
            broken_between(world, crm, one)
        else:
            one.do(crm)
        read = crm.naive()
        naive = gone(before_crm, read) + erased(before_crm, read)
        said = attempt(world, "fast" if one.lane == "between" else one.lane)
        assert re.search(one.says, said), said
        for lane in ("nightly", "fast"):
            attempt(world, lane)
        during = erp_rows(world)
        one.mend(crm)
    world.settle(8)
    after_erp, after_crm = erp_rows(world), crm.held()
    assert agreeing(after_crm, "account_name", "phone_number", "web") == agreeing(
        after_erp, "name", "phone", "website"
    )
    assert after_crm[edited]["web"] == "https://typed.example"
    return {
        "customers": len(after_erp),
        "deletions_passed_on": gone(before_erp, during) + gone(before_erp, after_erp)
        + gone(before_crm, after_crm),
        "nulls_written": erased(before_erp, during) + erased(before_erp, after_erp)
        + erased(before_crm, after_crm),
        "naive_deletions_or_nulls": naive,
    }  # fmt: skip


def agreeing(records: dict[str, dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """These columns of all records, sorted."""
    return sorted(tuple(str(r[n]) for n in names) for r in records.values())


def judged(one: Break, kind: str, found: dict[str, int], figure: Callable[..., None]) -> None:
    figure(f"11 broken source, {kind}: {one.name}", **found)
    assert found["deletions_passed_on"] == 0
    assert found["nulls_written"] == 0
    assert found["naive_deletions_or_nulls"] > 0


def test_a_database_that_breaks_costs_nothing(
    postgres_crm: tuple[World, Crm],
    one: Break,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    judged(one, "PostgreSQL", break_and_mend(*postgres_crm, one, scale(8, 200)), figure)


def test_a_service_that_breaks_costs_nothing(
    http_crm: tuple[World, Crm],
    one: Break,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    judged(one, "HTTP", break_and_mend(*http_crm, one, scale(8, 200)), figure)
