"""Full comparisons: every record that capture missed is found, and no other is called missed."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from concord.model.spec import Config
from concord.pipeline import run_batch
from concord.systems.postgres.snapshot import PostgresSnapshot
from tests.conftest import Postgres
from tests.support.configured import changed, unlimited
from tests.support.copies import copied, gone_on, world_on
from tests.support.world import World

extracting = importlib.import_module("concord.pipeline.extract")
comparing = importlib.import_module("concord.pipeline.compare")

N = 300
BUSY = [n for n in range(5, N + 1) if n % 21]  # customers that people change all the time
COUNTS = ("missing", "extra", "changed", "late", "timing", "incomparable")
CUSTOMER = (
    "INSERT INTO customers (name, kind, country_code, vat_no) SELECT 'Customer ' || n, 'O', 'GB',"
    " 'GB' || lpad(n::text, 9, '0') FROM generate_series({}, {}) AS n"
)
PHONE = "UPDATE customers SET phone = '+442079461111' WHERE name = 'Customer {}'"


@pytest.fixture(scope="module")
def settled(
    pg: Postgres,
    config: Config,
    hub_template: str,
    sandbox_templates: dict[str, str],
    no_suites: Path,
) -> Iterator[dict[str, str]]:
    """Names of a hub, an ERP and a CRM that agree on customers."""
    with copied(pg, {"hub": hub_template, **sandbox_templates}, "settled") as names:
        world = world_on(pg, unlimited(config), names, World, no_suites)
        world.erp(CUSTOMER.format(1, N))
        world.settle()
        assert world.one("crm", "SELECT count(*) FROM account") == N
        world.hub.close()  # a database that is in use cannot be copied
        yield names


@pytest.fixture
def agreed(
    pg: Postgres, config: Config, settled: dict[str, str], no_suites: Path
) -> Iterator[World]:
    """Customers on both sides that agree, without limits that ask a person."""
    with copied(pg, settled, "agreed") as names:
        yield gone_on(pg, unlimited(config), names, World, no_suites)


def unseen(url: str, *statements: str) -> None:
    """Change rows so that neither the vendor's triggers nor ours ever know of it."""
    with psycopg.connect(url) as conn:
        conn.execute("SET session_replication_role = replica")
        for text in statements:
            conn.execute(text.encode())
        conn.execute("DELETE FROM concord.change_log WHERE xid = pg_current_xact_id()")


def found(world: World, system: str, entity: str = "party") -> Mapping[str, Any]:
    """What the newest comparison of an entity found; counts that are 0 are left out."""
    with psycopg.connect(world.hub.url, row_factory=psycopg.rows.dict_row) as conn:
        row = conn.execute(
            "SELECT * FROM ops.comparison WHERE system = %s AND entity = %s"
            " ORDER BY batch_id DESC LIMIT 1",
            (system, entity),
        ).fetchone()
    assert row is not None
    return row


def counts(world: World, system: str) -> dict[str, int]:
    row = found(world, system)
    return {name: row[name] for name in COUNTS if row[name]}


@contextmanager
def between_the_looks(act: Callable[[], object], system: str = "erp") -> Iterator[None]:
    """Something happens after a system's parties were compared, before they are looked at again."""
    compare = extracting.first_look

    def and_then(conn: Any, batch_id: int, mapping: Any, *given: Any) -> Any:
        first = compare(conn, batch_id, mapping, *given)
        if (mapping.system, mapping.entity) == (system, "party"):
            extracting.first_look = compare  # batches that `act` runs are let alone
            act()
        return first

    extracting.first_look = and_then
    try:
        yield
    finally:
        extracting.first_look = compare


def test_drift_on_both_sides_is_named_moved_and_healed_and_nothing_else(agreed: World) -> None:
    unseen(
        agreed.urls["erp"],
        *(PHONE.format(n) for n in (7, 77, 177)),
        "DELETE FROM customers WHERE name IN ('Customer 8', 'Customer 88')",
        CUSTOMER.format(N + 1, N + 4),
    )
    unseen(
        agreed.urls["crm"],
        "UPDATE account SET web = 'https://www.new.example' WHERE account_name = 'Customer 9'",
        "DELETE FROM account WHERE account_name = 'Customer 99'",
        "INSERT INTO account (account_name, tax_number) VALUES ('Other', 'GB999999999')",
    )
    assert agreed.batch()["read"] == 0  # nobody has noticed
    agreed.batch("nightly")
    assert counts(agreed, "erp") == {"missing": 2, "extra": 4, "changed": 3, "late": 9}
    assert counts(agreed, "crm") == {"missing": 1, "extra": 1, "changed": 1, "late": 3}
    erp = found(agreed, "erp")
    assert (erp["compared"], erp["differing"], erp["confirmed"], erp["rows_moved"]) == (
        N + 4, 9, 9, 9,
    )  # fmt: skip
    agreed.settle()
    agreed.batch("nightly")
    assert counts(agreed, "erp") == counts(agreed, "crm") == {}
    assert agreed.crm("SELECT count(*) FROM account WHERE phone_number = '+442079461111'") == [(3,)]
    assert agreed.erp("SELECT count(*) FROM customers WHERE name = 'Other'") == [(1,)]


def test_few_rows_are_named_in_vain(agreed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    agreed.erp(CUSTOMER.format(N + 1, 3_000))
    agreed.settle()
    unseen(agreed.urls["erp"], PHONE.format(7), PHONE.format(777))
    named: list[int] = []
    hashes = PostgresSnapshot.hashes

    def counted(*given: Any) -> Any:
        rows = list(hashes(*given))
        named.append(len(rows))
        return iter(rows)

    monkeypatch.setattr(PostgresSnapshot, "hashes", counted)
    agreed.batch("nightly")
    assert counts(agreed, "erp") == {"changed": 2, "late": 2}
    assert found(agreed, "erp")["rows_moved"] == 2
    assert 2 <= sum(named) < 100


def test_a_difference_that_the_fast_lane_takes_in_meanwhile_is_not_reported(agreed: World) -> None:
    agreed.erp(PHONE.format(7))
    unseen(agreed.urls["erp"], PHONE.format(8))
    with between_the_looks(agreed.batch):
        agreed.batch("nightly")
    assert counts(agreed, "erp") == {"changed": 1, "late": 1, "timing": 1}


def test_a_change_that_capture_will_bring_is_not_late_and_is_taken_in(agreed: World) -> None:
    agreed.erp(PHONE.format(7))
    agreed.erp("DELETE FROM customers WHERE name = 'Customer 8'")
    agreed.erp(CUSTOMER.format(N + 1, N + 1))
    done = agreed.batch("nightly")
    assert counts(agreed, "erp") == {"timing": 3}
    assert done["accepted"] >= 3
    assert agreed.crm("SELECT phone_number FROM account WHERE account_name = 'Customer 7'") == [
        ("+442079461111",)
    ]


def test_what_is_undone_before_the_second_look_is_not_reported(agreed: World) -> None:
    before = agreed.one("erp", "SELECT phone FROM customers WHERE name = 'Customer 7'")
    unseen(agreed.urls["erp"], PHONE.format(7))
    back = (
        f"UPDATE customers SET phone = {'NULL' if before is None else repr(before)}"
        " WHERE name = 'Customer 7'"
    )
    with between_the_looks(lambda: unseen(agreed.urls["erp"], back)):
        agreed.batch("nightly")
    assert counts(agreed, "erp") == {"timing": 1}


def test_what_changes_between_the_looks_is_taken_in_although_no_digest_told_of_it(
    agreed: World,
) -> None:
    unseen(agreed.urls["erp"], PHONE.format(7))
    with between_the_looks(lambda: agreed.erp(PHONE.format(8))):
        agreed.batch("nightly")
    assert counts(agreed, "erp") == {"changed": 1, "late": 1}
    assert agreed.crm("SELECT count(*) FROM account WHERE phone_number = '+442079461111'") == [(2,)]
    assert agreed.batch()["accepted"] == 0


def test_without_any_capture_everything_that_differs_is_late(agreed: World) -> None:
    systems = tuple(changed(s, capture="full") for s in agreed.config.systems)
    agreed.engine = agreed.fresh_engine(changed(agreed.config, systems=systems))
    agreed.erp(PHONE.format(7))
    agreed.erp("DELETE FROM customers WHERE name = 'Customer 8'")
    agreed.batch("nightly")
    assert counts(agreed, "erp") == {"changed": 1, "missing": 1, "late": 2}


def test_records_without_a_key_or_with_a_key_of_two_are_not_compared(agreed: World) -> None:
    agreed.erp("ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE")
    agreed.erp("ALTER TABLE customers ALTER customer_code DROP NOT NULL")
    unseen(
        agreed.urls["erp"],
        "INSERT INTO customers (customer_code, name, kind) VALUES (NULL, 'Nobody', 'O')",
        "INSERT INTO customers SELECT * FROM customers WHERE name = 'Customer 7'",
        PHONE.format(8),
    )
    agreed.batch("nightly")
    assert counts(agreed, "erp") == {"changed": 1, "late": 1, "incomparable": 3}
    row = found(agreed, "erp")
    assert row["reasons"] == {"duplicate key": 2, "no key": 1}
    assert row["compared"] == N - 1


def test_an_entity_that_is_held_back_is_not_compared(agreed: World) -> None:
    agreed.erp("ALTER TABLE customers RENAME TO clients")
    agreed.batch("nightly")
    row = found(agreed, "erp")
    assert (row["compared"], row["incomparable"]) == (0, N)
    assert row["reasons"] == {"held back": N}


def test_a_column_that_is_not_in_use_any_more_makes_no_record_late(agreed: World) -> None:
    unseen(agreed.urls["crm"], "DELETE FROM account WHERE account_name = 'Customer 7'")
    agreed.crm("ALTER TABLE account RENAME COLUMN web TO website")
    agreed.batch("nightly")
    assert counts(agreed, "crm") == {"missing": 1, "late": 1, "incomparable": N - 1}
    assert found(agreed, "crm")["reasons"] == {"column stopped": N - 1}


def test_other_columns_than_last_time_make_no_record_late(agreed: World) -> None:
    agreed.batch("nightly")
    party = agreed.config.entity["party"]
    mapping = party.by_system["crm"]
    fewer = tuple(c for c in mapping.columns if c.column != "web")
    mappings = tuple(changed(m, columns=fewer) if m.system == "crm" else m for m in party.mappings)
    entities = tuple(
        changed(e, mappings=mappings) if e.name == "party" else e for e in agreed.config.entities
    )
    agreed.engine = agreed.fresh_engine(changed(agreed.config, entities=entities))
    agreed.batch("nightly")
    assert found(agreed, "crm")["reasons"] == {"columns changed": N}
    agreed.batch("nightly")
    assert counts(agreed, "crm") == {}


def test_a_first_load_is_no_comparison(world: World) -> None:
    world.erp(CUSTOMER.format(1, 20))
    world.batch("nightly")
    row = found(world, "erp")
    assert (row["compared"], row["confirmed"], row["rows_moved"]) == (0, 0, 20)


def test_changes_that_capture_brings_are_not_late_where_most_records_differ(
    agreed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "FEWEST_BUCKETS", 1)
    monkeypatch.setattr(comparing, "READ_ALL_ABOVE", 0.0)
    agreed.erp(PHONE.format(7))
    agreed.erp("DELETE FROM customers WHERE name = 'Customer 9'")
    unseen(
        agreed.urls["erp"],
        PHONE.format(8),
        "DELETE FROM customers WHERE name = 'Customer 10'",
        CUSTOMER.format(N + 1, N + 2),
    )
    agreed.batch("nightly")
    assert counts(agreed, "erp") == {"missing": 1, "extra": 2, "changed": 1, "late": 4, "timing": 2}
    row = found(agreed, "erp")
    assert (row["compared"], row["rows_moved"]) == (N + 2, N)
    agreed.settle()
    agreed.batch("nightly")
    assert counts(agreed, "erp") == counts(agreed, "crm") == {}


def test_a_day_says_nothing_of_comparisons(agreed: World) -> None:
    agreed.ops("DELETE FROM ops.comparison")
    agreed.erp(PHONE.format(7))
    agreed.batch()
    assert agreed.ops("SELECT entity FROM ops.comparison") == []


def test_real_differences_are_told_from_business_that_goes_on(
    agreed: World, scale: Callable[[int, int], int]
) -> None:
    altered = [f"Customer {n}" for n in range(21, N, 21)][:12]
    unseen(
        agreed.urls["erp"],
        *(f"UPDATE customers SET phone = '+442079462222' WHERE name = '{n}'" for n in altered),
        "DELETE FROM customers WHERE name IN ('Customer 1', 'Customer 2', 'Customer 3',"
        " 'Customer 4')",
        CUSTOMER.format(9_001, 9_004),
    )
    with going_on(agreed) as lanes:
        time.sleep(1)
        nightly, fresh = [], agreed.fresh_engine()
        for n in range(scale(2, 6)):
            batch, _ = run_batch(fresh, lane="nightly", run_id=f"night/{n}")
            nightly.append(batch)
    assert lanes.batches > 1
    assert lanes.edits > 10
    first = agreed.ops(
        "SELECT missing, extra, changed, late FROM ops.comparison WHERE batch_id = %s"
        " AND system = 'erp' AND entity = 'party'", nightly[0],
    )  # fmt: skip
    assert first == [(4, 4, 12, 20)]
    invented = agreed.ops(
        "SELECT batch_id, system, entity, confirmed FROM ops.comparison WHERE confirmed > 0"
        " AND batch_id = ANY(%s) AND NOT (batch_id = %s AND system = 'erp' AND entity = 'party')",
        nightly, nightly[0],
    )  # fmt: skip
    assert invented == []
    agreed.settle(8)
    agreed.batch("nightly")
    assert counts(agreed, "erp") == counts(agreed, "crm") == {}
    assert agreed.ops("SELECT batch_id, error FROM ops.batch WHERE state <> 'done'") == []


class Lanes:
    """What goes on beside a night: people on both sides and the fast lane."""

    def __init__(self, world: World) -> None:
        self.world, self.over = world, threading.Event()
        self.batches = self.edits = 0
        self.errors: list[BaseException] = []

    def people(self) -> None:
        """Change records on both sides, over and over, none of those that drift."""
        with (
            psycopg.connect(self.world.urls["erp"], autocommit=True) as erp,
            psycopg.connect(self.world.urls["crm"], autocommit=True) as crm,
        ):
            while not self.over.is_set():
                self.edits += 1
                name = f"Customer {BUSY[self.edits * 7 % len(BUSY)]}"
                number = f"+4420794{self.edits:05}"
                erp.execute("UPDATE customers SET phone = %s WHERE name = %s", (number, name))
                web = f"https://www.w{self.edits}.example"
                crm.execute("UPDATE account SET web = %s WHERE account_name = %s", (web, name))
                time.sleep(0.01)

    def fast(self) -> None:
        """Run the fast lane's batches, one after the other."""
        engine = self.world.fresh_engine()
        while not self.over.is_set():
            run_batch(engine, lane="fast", run_id=f"beside/{self.batches}")
            self.batches += 1

    def run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as e:  # told by the test that waits for it
            self.errors.append(e)


@contextmanager
def going_on(world: World) -> Iterator[Lanes]:
    lanes = Lanes(world)
    threads = [
        threading.Thread(target=lanes.run, args=(work,)) for work in (lanes.people, lanes.fast)
    ]
    for thread in threads:
        thread.start()
    try:
        yield lanes
    finally:
        lanes.over.set()
        for thread in threads:
            thread.join()
    assert lanes.errors == []
