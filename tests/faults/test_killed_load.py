"""A load that is killed again and again, anywhere, ends as one that nobody disturbed.

The loading process dies by kill -9, at random moments and at three chosen ones; another process
runs the same step of the same batch again, or a batch of its own. In the end the target is compared
with that of a copy in which the same load ran once, in peace.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from concord.model.spec import Config
from concord.pipeline import begin, extract, finish, load, run_batch, unify, validate
from concord.pipeline import confirm as confirm_room
from concord.pipeline.sending import Sending
from concord.systems.postgres.writer import PostgresWriter
from tests.conftest import Postgres, TestHub
from tests.faults.processes import Child
from tests.support.world import World, run_sql

POINTS = ("sent, not written", "written, not stored", "stored, not closed")
SHARE_OF_UPDATES = 4  # one customer in so many has an account already, which wants an update
SHARE_OF_CONTACTS = 10
SPARE = 10  # more tries than kills: some steps end before they are struck

CONTENT = {
    "account": "SELECT tax_number, account_name, account_type, country, phone_number, web,"
    " email_address, payment_term, state, customer_since, annual_revenue, credit_limit,"
    " currency_code, owner_name FROM account",
    "person": "SELECT a.tax_number, p.display_name, p.title, p.work_phone, p.email_address"
    " FROM person p JOIN account a ON a.id = p.account_id",
    "account_address": "SELECT a.tax_number, x.kind, x.line1, x.city, x.postcode, x.country"
    " FROM account_address x JOIN account a ON a.id = x.account_id",
}
"""What the target holds, without the keys and stamps that it made itself."""

WRITTEN = "SELECT avg((state <> 'waiting')::integer)::float8 FROM ops.intent"

CUSTOMERS = """
INSERT INTO customers (name, kind, vat_no, country_code, phone, terms_code)
SELECT 'Customer ' || n, 'O', 'GB' || lpad(n::text, 9, '0'), 'GB',
       '+4420' || lpad((70000000 + n)::text, 8, '0'), 'N60'
FROM generate_series(1, %s) AS n
"""
CONTACTS = """
INSERT INTO customer_contacts (customer_code, full_name, email)
SELECT customer_code, 'Speaker of ' || name, lower(vat_no) || '@example.com'
FROM customers WHERE right(vat_no, 9)::integer %% %s = 0
"""
ACCOUNTS = """
INSERT INTO account (account_name, tax_number, country, payment_term)
SELECT 'Customer ' || n, 'GB' || lpad(n::text, 9, '0'), 'United Kingdom', 'Net 30'
FROM generate_series(1, %s) AS n WHERE n %% %s = 0
"""


@dataclass
class Kills:
    """When each of a number of kills strikes: at a named point now and then, else at random.

    `reach` is the longest random delay in seconds. It follows how far the load has come, so that
    the kills are spread over all of it.
    """

    wanted: int
    rng: random.Random
    reach: float
    done: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[str]:
        for n in range(self.wanted + SPARE):
            if self.done.total() == self.wanted:
                return
            aimed = n < len(POINTS) or n % 20 == 0
            yield POINTS[n % len(POINTS)] if aimed else "any moment"

    def strike(self, point: str, work: Callable[[str], object]) -> None:
        """Run `work(point)` in a child and kill it, unless it kills itself at its point.

        One that ended before it was killed counts for nothing, and fails the test if it raised.
        """
        child = Child.run(lambda: work(point))
        if point == "any moment":
            end = time.monotonic() + self.rng.uniform(0, self.reach)
            while child.alive() and time.monotonic() < end:
                time.sleep(0.001)
            child.kill()
        code = child.wait(120)
        assert code in (0, -signal.SIGKILL), f"{point}: the load failed"
        self.done[point] += code != 0

    def adjust(self, written: float) -> None:
        """Strike sooner when the load is ahead of the kills, later when it is behind."""
        ahead = written > self.done.total() / self.wanted
        self.reach = min(5.0, max(0.05, self.reach * (0.8 if ahead else 1.25)))


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(point: str) -> None:
    """Arrange that this process dies when it reaches the point."""
    rooms: dict[str, tuple[Any, str]] = {
        "sent, not written": (Sending, "_mark_sent"),
        "written, not stored": (PostgresWriter, "apply"),
        "stored, not closed": (confirm_room, "store"),
    }
    if point in rooms:
        room, name = rooms[point]
        setattr(room, name, then_die(getattr(room, name)))


def then_die(act: Callable[..., Any]) -> Callable[..., Any]:
    def dying(*given: Any) -> Any:
        done = act(*given)
        if any(write.action == "create" for write in given[-2]):  # an update is not doubled
            die()
        return done

    return dying


@pytest.fixture
def planned(world: World) -> Callable[[int], int]:
    """`planned(n)`: n customers in the ERP, all that the CRM lacks planned; the batch's number."""

    def prepare(customers: int) -> int:
        for system in ("erp", "crm"):
            world.limit(system, count=10**9, share=1.0, first_load=10**9)
        world.erp(CUSTOMERS, customers)
        world.erp(CONTACTS, SHARE_OF_CONTACTS)
        world.crm(ACCOUNTS, customers, SHARE_OF_UPDATES)
        batch = begin(world.engine, lane="fast", run_id="load")
        for system in ("erp", "crm"):
            extract(world.engine, batch, system)
        validate(world.engine, batch)
        unify(world.engine, batch)
        return batch

    return prepare


def copy_of(world: World, pg: Postgres, config: Config) -> World:
    """The same world in databases of its own."""
    names = {system: pg.name(system) for system in ("erp", "crm", "hub")}
    world.hub.close()  # a database that is in use cannot be copied
    for system, name in names.items():
        url = world.hub.url if system == "hub" else world.urls[system]
        database = run_sql(url, "SELECT current_database()")[0][0]
        pg.create(name, database)
    urls = {system: pg.url(names[system]) for system in ("erp", "crm")}
    return World(config, TestHub(pg, names["hub"]), urls, world.expectations)


def complete(world: World, batch: int) -> None:
    """What is left of the batch, undisturbed."""
    for system in ("crm", "erp"):
        load(world.engine, batch, system)
    finish(world.engine, batch)


def holds(url: str) -> Counter[tuple[Any, ...]]:
    """What a target holds, each record with its table's name."""
    return Counter((table, *row) for table, text in CONTENT.items() for row in run_sql(url, text))


def keys(url: str, table: str = "account") -> Counter[str]:
    return Counter(row[0] for row in run_sql(url, f"SELECT tax_number FROM {table}"))


def naive_load(erp: str, crm: str, slice_: int, point: str) -> None:
    """What many would write: copy in slices, and note after each how far it came."""
    with psycopg.connect(erp) as source, psycopg.connect(crm) as target:
        last = target.execute("SELECT max(last) FROM naive_noted").fetchone()[0]
        while rows := source.execute(
            "SELECT vat_no, name, phone FROM customers WHERE vat_no > %s ORDER BY 1 LIMIT %s",
            (last, slice_),
        ).fetchall():
            if point == POINTS[0]:
                die()
            with target.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO naive (tax_number, account_name, phone_number)"
                    " VALUES (%s, %s, %s)",
                    rows,
                )
            target.commit()
            if point == POINTS[1]:
                die()
            last = rows[-1][0]
            target.execute("INSERT INTO naive_noted VALUES (%s)", (last,))
            target.commit()
            if point == POINTS[2]:
                die()


def test_a_load_killed_anywhere_ends_as_an_undisturbed_one(
    world: World,
    pg: Postgres,
    config: Config,
    planned: Callable[[int], int],
    monkeypatch: pytest.MonkeyPatch,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    rows, wanted, slice_ = scale(2_000, 100_000), scale(5, 200), scale(100, 1_000)
    at_once = property(lambda _: slice_, lambda *_: None)  # whatever the writer is made with
    monkeypatch.setattr(PostgresWriter, "at_once", at_once)
    batch = planned(rows)
    peaceful = copy_of(world, pg, config)
    complete(peaceful, batch)
    expected = holds(peaceful.urls["crm"])
    before = world.erp("SELECT vat_no, name, phone, terms_code FROM customers ORDER BY 1")

    def work(point: str) -> None:
        die_at(point)
        engine = world.fresh_engine(world.engine.config)
        if point == "any moment" and kills.done.total() % 12 == 5:
            run_batch(engine, lane="fast", run_id=f"beside/{kills.done.total()}")
        load(engine, batch, "crm")

    kills = Kills(wanted, random.Random(3), reach=scale(0.5, 1.0))
    for point in kills:
        kills.strike(point, work)
        kills.adjust(world.one("hub", WRITTEN))
    complete(world, batch)
    world.settle()

    found = holds(world.urls["crm"])
    tax = world.erp("SELECT vat_no FROM customers")
    accounts = keys(world.urls["crm"])
    lost = sum(not accounts[number] for (number,) in tax)
    doubled = accounts.total() - len(accounts)
    naive_lost, naive_doubled = naive(world, slice_, Kills(wanted, random.Random(3), 0.2))
    figure(
        "3 killed load", rows=rows, kills=kills.done.total(), lost=lost, doubled=doubled,
        different=((expected - found) + (found - expected)).total(),
        naive_lost=naive_lost, naive_doubled=naive_doubled,
    )  # fmt: skip
    assert kills.done.total() == wanted
    assert (lost, doubled) == (0, 0)
    assert found == expected
    assert world.erp("SELECT vat_no, name, phone, terms_code FROM customers ORDER BY 1") == before
    assert naive_doubled >= slice_


def naive(world: World, slice_: int, kills: Kills) -> tuple[int, int]:
    """Kill the naive loader in the same way; how many records it lost and doubled."""
    world.crm("CREATE TABLE naive (tax_number text, account_name text, phone_number text)")
    world.crm("CREATE TABLE naive_noted AS SELECT '' AS last")
    erp, crm = world.urls["erp"], world.urls["crm"]
    rows = world.one("erp", "SELECT count(*) FROM customers")
    for point in kills:
        kills.strike(point, lambda point: naive_load(erp, crm, slice_, point))
        kills.adjust(world.one("crm", "SELECT count(DISTINCT tax_number) FROM naive") / rows)
    naive_load(erp, crm, slice_, "undisturbed")
    copied = keys(crm, "naive")
    return rows - len(copied), copied.total() - len(copied)
