"""Writing into a real database: triggers, constraints, locks, deadlocks, and many bad records."""

from __future__ import annotations

import threading
import time
from uuid import uuid4

import pytest

from concord.errors import EntityStopped
from concord.systems.protocol import Fence, Write
from tests.integration.systems.conftest import Shop, create, mapping_of, update

LOAD = Fence("load:erp", 1)


def states(outcomes: list[object]) -> list[str]:
    return [o.state for o in outcomes]  # type: ignore[attr-defined]


def test_what_the_targets_triggers_made_of_a_value_is_read_back(shop: Shop) -> None:
    shop.sql(
        "CREATE FUNCTION tidy() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.name := upper(btrim(NEW.name)); RETURN NEW; END$$;"
        "CREATE TRIGGER tidy BEFORE INSERT OR UPDATE ON customers"
        " FOR EACH ROW EXECUTE FUNCTION tidy();"
        "CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        " IF pg_trigger_depth() = 1 THEN UPDATE customers SET visits = 99; END IF;"
        " RETURN NULL; END$$;"
        "CREATE TRIGGER later AFTER INSERT OR UPDATE ON customers EXECUTE FUNCTION later()"
    )
    made, changed = shop.apply(create(name=" ann "), create(name="bob"))
    assert made.row is not None
    assert made.row.values == {"name": "ANN", "phone": None, "visits": "99"}
    assert made.row == shop.everything()[made.source_id or ""]
    (changed,) = shop.apply(update(made.source_id or "", {"name": "ANN"}, name="cy "), token=2)
    assert changed.row is not None
    assert changed.row.values["name"] == "CY"


def test_a_trigger_that_gives_keys_is_followed(shop: Shop) -> None:
    shop.sql(
        "CREATE FUNCTION number() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN NEW.code := 'T-' || NEW.name; RETURN NEW; END$$;"
        "CREATE TRIGGER number BEFORE INSERT OR UPDATE ON customers"
        " FOR EACH ROW EXECUTE FUNCTION number()"
    )
    (made,) = shop.apply(create(name="x"))
    assert made.source_id == "T-x"
    (moved,) = shop.apply(update("T-x", {"name": "x"}, name="y"), token=2)
    assert (moved.source_id, moved.row is not None) == ("T-y", True)


def test_a_write_that_the_target_swallows_is_rejected_and_not_planned_for_ever(shop: Shop) -> None:
    kept = shop.add("a")
    shop.sql(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;"
        "CREATE TRIGGER no BEFORE INSERT OR UPDATE OR DELETE ON customers"
        " FOR EACH ROW EXECUTE FUNCTION no()"
    )
    base = dict(shop.everything()[kept].values)
    outcomes = shop.apply(
        update(kept, {"name": "a"}, name="b"),
        create(name="c"),
        Write(uuid4(), "delete", kept, {}, base),
    )
    for outcome in outcomes:
        assert outcome.state == "superseded" or "did nothing" in (outcome.error or "")
    assert states([outcomes[0], outcomes[1]]) == ["rejected", "rejected"]
    assert shop.sql("SELECT name FROM customers") == [("a",)]
    assert shop.sql("SELECT count(*) FROM concord.applied") == [(0,)]


def test_defaults_stay_defaults_and_an_explicit_null_is_null(shop: Shop) -> None:
    shop.sql("ALTER TABLE customers ALTER visits SET DEFAULT 5")
    outcomes = shop.apply(create(name="a"), create(name="b", visits=None), create(name="c"))
    assert [o.row.values["visits"] for o in outcomes if o.row] == ["5", None, "5"]


def test_constraints_checked_at_the_commit_stop_only_their_record(shop: Shop) -> None:
    shop.sql(
        "CREATE TABLE regions (id int PRIMARY KEY); INSERT INTO regions VALUES (1);"
        "ALTER TABLE customers ADD region int REFERENCES regions DEFERRABLE INITIALLY DEFERRED"
    )
    shop.mapping = mapping_of("customers", "code", "name", "region")
    outcomes = shop.apply(*(create(name="n", region=r) for r in ("1", "2", None, "1")))
    assert states([*outcomes]) == ["confirmed", "rejected", "confirmed", "confirmed"]
    assert "customers_region_fkey" in (outcomes[1].error or "")


def test_a_unique_value_freed_by_one_write_serves_the_next(shop: Shop) -> None:
    doomed, renamed = shop.add("a", "1"), shop.add("b", "2")
    base = dict(shop.everything()[doomed].values)
    outcomes = shop.apply(
        create(name="c", phone="2"),
        update(renamed, {"phone": "2"}, phone="1"),
        Write(uuid4(), "delete", doomed, {}, base),
    )
    assert states([*outcomes]) == ["confirmed"] * 3
    assert sorted(shop.sql("SELECT name, phone FROM customers")) == [("b", "1"), ("c", "2")]


@pytest.mark.parametrize("action", ["create", "update"])
def test_every_good_record_of_a_large_call_is_written_whatever_the_bad_ones(
    shop: Shop, action: str
) -> None:
    n = 700
    bad = {0, 1, 2, 331, 332, 500, n - 1}
    shop.sql("INSERT INTO customers (code, name, phone) VALUES ('taken', 'x', 'taken')")
    shop.sql(
        "INSERT INTO customers (code, name) SELECT 'K' || i, 'o' FROM generate_series(0, %s) i", n
    )
    kinds: list[dict[str, str | None]] = [
        {"visits": "-1"}, {"visits": "many"}, {"phone": "taken"}, {"name": None},
    ]  # fmt: skip
    writes = []
    for i in range(n):
        new: dict[str, str | None] = {"name": "good", "phone": f"p{i}", "visits": "1"}
        new |= kinds[i % 4] if i in bad else {}
        base = {"name": "o", "phone": None, "visits": None}
        writes.append(create(**new) if action == "create" else update(f"K{i}", base, **new))
    outcomes = shop.apply(*writes)
    assert {i for i, o in enumerate(outcomes) if o.state != "confirmed"} == bad
    said = " ".join(outcomes[i].error or "" for i in bad)
    for word in ("customers_visits_check", "customers_phone_key", "not-null", "22P02"):
        assert word in said
    assert "many" not in said
    assert shop.sql("SELECT count(*) FROM customers WHERE name = 'good'") == [(n - len(bad),)]
    assert shop.sql("SELECT count(*) FROM concord.applied") == [(n - len(bad),)]


def test_a_create_without_any_column_takes_all_defaults(shop: Shop) -> None:
    shop.sql("ALTER TABLE customers ALTER name SET DEFAULT 'nameless'")
    outcomes = shop.apply(Write(uuid4(), "create", None, {}, {}))
    assert shop.sql("SELECT code, name FROM customers") == [(outcomes[0].source_id, "nameless")]


def test_a_table_that_refuses_merge_still_gets_its_records(
    shop: Shop,
) -> None:
    shop.sql(
        "CREATE RULE quiet AS ON DELETE TO customers WHERE OLD.name = 'keep' DO INSTEAD NOTHING"
    )
    outcomes = shop.apply(*(create(name=f"n{i}") for i in range(3)), create(name=None))
    assert states([*outcomes]) == ["confirmed"] * 3 + ["rejected"]
    assert {r.values["name"] for r in shop.everything().values()} == {"n0", "n1", "n2"}
    for outcome in outcomes[:3]:
        assert outcome.row == shop.everything()[outcome.source_id or ""]


def test_a_record_that_somebody_keeps_locked_is_left_and_the_others_are_written(
    shop: Shop,
) -> None:
    locked, free = shop.add("a"), shop.add("b")
    writes = [update(i, {"visits": None}, visits="1") for i in (locked, free)]
    with shop.connect() as person:
        person.execute("UPDATE customers SET phone = 'x' WHERE code = %s", (locked,))
        outcomes = shop.apply(*writes)
    assert states([*outcomes]) == ["unknown", "confirmed"]
    assert "another session" in (outcomes[0].error or "")
    with shop.system.writer(Fence("load:erp", 2)) as writer:
        keys = [w.key for w in writes]
        assert writer.look_up(shop.mapping, keys, shop.shape()).keys() == {writes[1].key}
    assert shop.apply(writes[0], token=3)[0].state == "confirmed"


def test_a_create_that_waits_for_somebody_elses_unique_value_is_left(shop: Shop) -> None:
    with shop.connect() as person:
        person.execute("INSERT INTO customers (name, phone) VALUES ('x', 'mine')")
        outcomes = shop.apply(create(name="a", phone="mine"), create(name="b", phone="2"))
    assert states([*outcomes]) == ["unknown", "confirmed"]


def test_a_change_committed_while_we_wait_for_it_is_not_overwritten(shop: Shop) -> None:
    code = shop.add("a", "old")
    with shop.connect() as person:
        person.execute("UPDATE customers SET phone = 'typed' WHERE code = %s", (code,))
        timer = threading.Timer(0.5, person.commit)
        timer.start()
        (outcome,) = shop.apply(update(code, {"phone": "old"}, phone="planned"))
        timer.join()
    assert outcome.state == "superseded"
    assert shop.sql("SELECT phone FROM customers") == [("typed",)]


def test_a_deadlock_with_other_people_is_tried_again(shop: Shop) -> None:
    first, second = shop.add("a"), shop.add("b")
    person = shop.connect()
    person.execute("SET deadlock_timeout = '10s'")
    person.execute("UPDATE customers SET phone = '2' WHERE code = %s", (second,))

    def crossing() -> None:
        time.sleep(0.5)  # by now the writer holds `first` and waits for `second`
        person.execute("UPDATE customers SET phone = '1' WHERE code = %s", (first,))
        person.commit()

    thread = threading.Thread(target=crossing)
    thread.start()
    with shop.system.writer(LOAD) as writer:
        outcomes = writer.apply(
            shop.mapping,
            [
                update(first, {"visits": None}, visits="1"),
                update(first, {"visits": "1"}, visits="2"),
                update(second, {"visits": None}, visits="1"),
            ],
            shop.shape(),
        )
    thread.join()
    person.close()
    assert states([*outcomes]) == ["confirmed"] * 3
    assert sorted(shop.sql("SELECT phone, visits FROM customers")) == [("1", 2), ("2", 1)]


def test_nothing_of_a_call_stays_when_its_table_goes(shop: Shop) -> None:
    with shop.system.writer(LOAD) as writer:
        shape = shop.shape()
        shop.sql("DROP TABLE customers")
        with pytest.raises(EntityStopped, match=r"customers.*does not exist"):
            writer.apply(shop.mapping, [create(name="a")], shape)
    assert shop.sql("SELECT count(*) FROM concord.applied") == [(0,)]


def test_more_writes_than_a_statement_holds_are_one_transaction(shop: Shop) -> None:
    writes = [create(name=f"n{i}") for i in range(2_001)]
    outcomes = shop.apply(*writes)
    assert [o.row.values["name"] for o in outcomes if o.row] == [f"n{i}" for i in range(2_001)]
    assert shop.sql("SELECT count(DISTINCT xmin::text) FROM concord.applied") == [(1,)]
