"""Scenario 13: a system is restored to an hour ago. Its old values reach nobody."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import psycopg
import pytest
from psycopg import sql

from concord.pipeline import decisions, set_back
from concord.systems.postgres.snapshot import PostgresSnapshot
from tests.conftest import Postgres
from tests.support.world import World


class Backup:
    """A copy of one system's database, taken now; `restore` puts it in the original's place."""

    def __init__(self, pg: Postgres, url: str) -> None:
        self.pg, self.name = pg, psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        self.copy = pg.name("backup")
        pg.create(self.copy, self.name)

    def restore(self) -> None:
        self.pg.drop(self.name)
        with psycopg.connect(self.pg.url("postgres"), autocommit=True) as conn:
            conn.execute(
                sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                    sql.Identifier(self.copy), sql.Identifier(self.name)
                )
            )


def telephones(world: World, n: int, random: Random, side: str) -> None:
    """People on one side change n telephone numbers and names' websites."""
    for _ in range(n):
        number = f"+4420794{random.randrange(10**5):05}"
        if side == "erp":
            world.erp(
                "UPDATE customers SET phone = %s WHERE customer_code = (SELECT customer_code"
                " FROM customers ORDER BY md5(customer_code || %s) LIMIT 1)", number, number,
            )  # fmt: skip
        else:
            world.crm(
                "UPDATE account SET phone_number = %s WHERE id = (SELECT id FROM account"
                " ORDER BY md5(id::text || %s) LIMIT 1)", number, number,
            )  # fmt: skip


def an_hour(world: World, edits: int, random: Random) -> None:
    """Edits on both sides, with batches between them."""
    for _ in range(3):
        telephones(world, edits, random, "erp")
        telephones(world, edits, random, "crm")
        world.settle()


def crm(world: World) -> dict[str, str]:
    """What sales sees: telephone number by name."""
    return dict(world.crm("SELECT account_name, phone_number FROM account"))


def erp(world: World) -> dict[str, str]:
    return dict(world.erp("SELECT name, phone FROM customers"))


@pytest.fixture
def agreed(world: World, scale: Callable[[int, int], int]) -> World:
    """Customers on both sides that agree."""
    n = scale(30, 2_000)
    for system in ("erp", "crm"):
        world.limit(system, count=10**6, share=1.0, first_load=10**6)
    world.erp(
        "INSERT INTO customers (name, kind, country_code, phone)"
        " SELECT 'Customer ' || n, 'O', 'GB', '+44207946' || lpad(n::text, 4, '0')"
        " FROM generate_series(1, %s) AS n", n,
    )  # fmt: skip
    world.settle()
    return world


def test_a_system_set_back_passes_on_no_old_value_and_asks_before_it_gets_the_newer_ones(
    agreed: World, pg: Postgres, scale: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    world, edits, random = agreed, scale(5, 100), Random(13)
    backup = Backup(pg, world.urls["erp"])
    an_hour(world, edits, random)
    before = crm(world)
    backup.restore()
    lost = {name for name, phone in erp(world).items() if before[name] != phone}
    assert lost
    counts = world.batch()
    assert counts["compared"] > 0
    assert counts["set_back"] == len(lost)
    assert crm(world) == before
    assert counts["held_writes"] == len(lost)
    assert {n for n, p in erp(world).items() if before[n] != p} == lost  # until somebody agrees
    later = world.batch()
    assert (later["set_back"], later.get("planned", 0)) == (0, 0)
    [(held,)] = world.ops("SELECT change_set_id FROM ops.change_set WHERE state = 'held'")
    with world.hub.connect() as conn:
        decisions.decide(conn, held, approve=True, actor="ann", comment="the backup was a mistake")
    world.settle()
    assert crm(world) == before == erp(world)
    figure("13 set back", customers=len(before), set_back=len(lost), stale_writes=0,
           naive_stale_writes=_naive(world, pg, edits, random))  # fmt: skip


def _naive(world: World, pg: Postgres, edits: int, random: Random) -> int:
    """The same without a look at what the source was: old values count as fresh changes."""
    backup = Backup(pg, world.urls["erp"])
    an_hour(world, edits, random)
    before = crm(world)
    backup.restore()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PostgresSnapshot, "set_back", lambda *_: False)
        world.settle()
    stale = sum(phone != before[name] for name, phone in crm(world).items())
    assert stale > 0
    return stale


def test_the_earlier_state_becomes_the_right_one_when_a_person_says_so(
    agreed: World, pg: Postgres
) -> None:
    world = agreed
    backup = Backup(pg, world.urls["erp"])
    first = erp(world)
    an_hour(world, 4, Random(1))
    backup.restore()
    world.batch()
    party = world.config.entity["party"].by_system["erp"]
    with world.hub.connect() as conn:
        assert set_back.accept(conn, party, actor="ann") > 0
    world.settle()
    assert erp(world) == first
    assert crm(world) == first
    assert world.ops("SELECT DISTINCT state FROM ops.review WHERE kind = 'set_back'") == [
        ("approved",)
    ]


def test_what_people_did_since_the_restore_waits_for_a_person_and_is_not_overwritten(
    agreed: World, pg: Postgres
) -> None:
    world = agreed
    backup = Backup(pg, world.urls["erp"])
    world.crm("UPDATE account SET phone_number = '+442079400001' WHERE account_name = 'Customer 1'")
    world.settle()
    backup.restore()
    world.erp("UPDATE customers SET phone = '+442079400002' WHERE name = 'Customer 1'")
    world.customer("Newcomer Ltd")
    counts = world.batch()
    assert counts["quarantined"] == 1
    assert world.ops("SELECT causes -> 0 ->> 'rule' FROM ops.quarantine") == [("set_back",)]
    assert crm(world)["Customer 1"] == "+442079400001"
    assert erp(world)["Customer 1"] == "+442079400002"
    world.settle()
    assert "Newcomer Ltd" in crm(world)  # the others go on
    with world.hub.connect() as conn:
        set_back.accept(conn, world.config.entity["party"].by_system["erp"], actor="ann")
    world.settle()
    assert crm(world)["Customer 1"] == "+442079400002"


def test_records_made_in_the_lost_hour_are_not_taken_for_deleted(
    agreed: World, pg: Postgres
) -> None:
    world = agreed
    backup = Backup(pg, world.urls["erp"])
    world.customer("Made In The Lost Hour Ltd")
    world.settle()
    backup.restore()
    counts = world.batch()
    assert counts["held"] == 1
    live = "SELECT count(*) FROM image.party WHERE deleted_at IS NULL AND system = 'erp'"
    assert world.one("hub", live) == len(crm(world))
    assert "Made In The Lost Hour Ltd" in crm(world)
    world.batch()
    assert world.one("hub", live) == len(crm(world))


def test_a_record_deleted_in_the_lost_hour_does_not_come_back_by_itself(
    agreed: World, pg: Postgres
) -> None:
    world = agreed
    backup = Backup(pg, world.urls["erp"])
    world.erp("DELETE FROM customers WHERE name = 'Customer 2'")
    world.crm("DELETE FROM account WHERE account_name = 'Customer 2'")
    world.settle()
    backup.restore()
    world.settle()
    assert "Customer 2" not in crm(world)
    assert world.ops("SELECT causes -> 0 ->> 'rule' FROM ops.quarantine") == [("set_back",)]


def test_a_change_log_that_was_made_anew_is_no_restore(world: World) -> None:
    code = world.customer("Alpha Trading Ltd")
    world.settle()
    system = world.engine.system("erp")
    mappings = [m for e in world.config.entities for m in e.mappings if m.system == "erp"]
    system.execute(system.unprepare(mappings))
    system.execute(system.prepare(mappings))
    world.erp("UPDATE customers SET phone = '+442079460001' WHERE customer_code = %s", code)
    counts = world.batch()
    assert (counts["set_back"], counts["quarantined"], counts["accepted"]) == (0, 0, 1)
    world.settle()
    assert crm(world) == erp(world)
