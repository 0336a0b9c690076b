"""Scenario 7: a target that trims, upper-cases and rounds what it is given is written to once.

Every write to a record is counted by a trigger in the system itself. The naive variant compares
what is there with what was sent, and writes as long as the two differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from concord.model.spec import Authority, Config
from tests.support.configured import changed, unlimited, with_entities
from tests.support.world import World

COUNTING = """
CREATE TABLE written (id text, at timestamptz DEFAULT clock_timestamp());
CREATE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO written (id) VALUES (to_jsonb(NEW) ->> TG_ARGV[0]); RETURN NULL; END $$;
"""
CRM = """
CREATE FUNCTION render() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.account_name := upper(btrim(NEW.account_name));
    NEW.web := upper(btrim(NEW.web));
    NEW.credit_limit := to_char(round(replace(NEW.credit_limit, ',', '')::numeric, -1),
                                'FM999,999,990.00');
    RETURN NEW;
END $$;
CREATE TRIGGER render BEFORE INSERT OR UPDATE ON account FOR EACH ROW EXECUTE FUNCTION render();
CREATE TRIGGER written AFTER INSERT OR UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION count_write('id');
"""
ERP = """
CREATE FUNCTION render() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name IS DISTINCT FROM OLD.name THEN NEW.name := upper(btrim(NEW.name)); END IF;
    NEW.phone := left(btrim(NEW.phone), 11);
    NEW.email := upper(btrim(NEW.email));
    RETURN NEW;
END $$;
CREATE TRIGGER render BEFORE INSERT OR UPDATE ON customers FOR EACH ROW
    WHEN (current_setting('app.desk', true) IS NULL) EXECUTE FUNCTION render();
CREATE TRIGGER written AFTER INSERT OR UPDATE ON customers
    FOR EACH ROW EXECUTE FUNCTION count_write('customer_code');
"""


def latest_names(config: Config) -> Config:
    """The configuration where the latest change of a name wins: an echo of it would win too."""
    party = config.entity["party"]
    fields = [
        changed(f, authority=Authority(kind="latest")) if f.name == "legal_name" else f
        for f in party.fields
    ]
    return with_entities(config, [changed(party, fields=tuple(fields))])


@contextmanager
def desk(url: str) -> Iterator[psycopg.Connection[Any]]:
    """A person's own form, which stores what was typed as it was typed."""
    with psycopg.connect(url, options="-c app.desk=yes") as conn:
        yield conn


class Counted:
    """The two systems with rendering targets, and how often each record was written to."""

    def __init__(self, world: World) -> None:
        self.run = {"erp": world.erp, "crm": world.crm}
        for system, text in (("erp", ERP), ("crm", CRM)):
            with psycopg.connect(world.urls[system]) as conn:
                conn.execute(COUNTING + text)

    def forget(self) -> None:
        """Begin to count."""
        for run in self.run.values():
            run("TRUNCATE written")

    def writes(self) -> dict[str, list[int]]:
        """Writes to each record that had any, by system."""
        count = "SELECT count(*) FROM written GROUP BY id"
        return {system: [n for (n,) in run(count)] for system, run in self.run.items()}


def _type_changes(world: World, n: int) -> int:
    """Four changes a customer, two on each side; returns how many changes."""
    with desk(world.urls["erp"]) as erp, psycopg.connect(world.urls["crm"]) as crm:
        erp.execute(
            "UPDATE customers SET name = ' new ' || lower(name) || ' Ltd ', credit_limit = 1234.56"
        )
        crm.execute(
            "UPDATE account SET email_address = ' new.' || email_address || ' ',"
            " phone_number = replace(phone_number, '7946', '7000')"
        )
    return 4 * n


def _customers(world: World, n: int) -> None:
    with desk(world.urls["erp"]) as conn:
        conn.execute(
            "INSERT INTO customers (name, kind, country_code, vat_no, phone, email, currency)"
            " SELECT 'Company ' || i, 'O', 'GB', 'GB' || 100000000 + i, '+442079460' || 100 + i,"
            " 'office' || i || '@example.com', 'GBP' FROM generate_series(1, %s) AS i",
            (n,),
        )


def test_what_a_target_makes_of_a_value_is_never_written_again(
    world: World, scale: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    customers, batches = scale(25, 250), scale(5, 20)
    counted = Counted(world)
    world.config = unlimited(latest_names(world.config))
    world.engine = world.fresh_engine()
    _customers(world, customers)
    world.settle()
    counted.forget()
    changes = _type_changes(world, customers)
    counted.forget()
    world.batch()
    first = counted.writes()
    counted.forget()
    for n in range(1, batches):
        world.batch("nightly" if n == batches // 2 else "fast")
    later = counted.writes()
    assert {system: max(ns) for system, ns in first.items()} == {"erp": 1, "crm": 1}
    assert {system: len(ns) for system, ns in first.items()} == dict.fromkeys(first, customers)
    assert later == {"erp": [], "crm": []}
    assert world.crm(
        "SELECT DISTINCT account_name = upper(account_name), credit_limit FROM account"
    ) == [(True, "1,230.00")]
    assert world.one("erp", "SELECT count(*) FROM customers WHERE name ~ '[a-z]'") == customers
    figure(
        "7 echo", changes=changes, batches=batches, writes_in_first=sum(map(sum, first.values())),
        most_per_record_and_side=1, later=0, naive_later=_naive(world, counted, customers, batches),
    )  # fmt: skip


def _naive(world: World, counted: Counted, customers: int, batches: int) -> int:
    """What writing whatever differs from what was sent does in as many rounds."""
    wanted = world.erp("SELECT vat_no, name FROM customers")
    counted.forget()
    for _ in range(1, batches):
        there = dict(world.crm("SELECT tax_number, account_name FROM account"))
        with psycopg.connect(world.urls["crm"]) as conn, conn.cursor() as cur:
            cur.executemany(
                "UPDATE account SET account_name = %s WHERE tax_number = %s",
                [(name, tax) for tax, name in wanted if there[tax] != name],
            )
    writes = sum(counted.writes()["crm"])
    assert writes == customers * (batches - 1)
    return writes
