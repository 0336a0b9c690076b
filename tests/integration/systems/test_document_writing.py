"""Documents written into a real database: header and lines together, never over a newer one."""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from concord.systems.postgres.table import load
from concord.systems.postgres.writing import Group, statements
from concord.systems.protocol import Fence, Outcome, Write
from tests.integration.systems.conftest import Shop, create, update
from tests.integration.systems.test_document_capture import ops, signals
from tests.support.orders import LINES, ORDERS, line, lines, order_mapping, parsed, text

REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.item = 'forbidden' THEN RAISE 'no % here', NEW.item; END IF;
    IF NEW.item = 'ghost' THEN RETURN NULL; END IF;
    RETURN NEW;
END$$;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON so_line FOR EACH ROW EXECUTE FUNCTION refuse();
"""


@pytest.fixture
def orders(bare: Shop) -> Shop:
    """Orders prepared for capture and writing."""
    bare.sql(ORDERS)
    bare.mapping = order_mapping()
    bare.prepare()
    return bare


def made(shop: Shop, *given: Any, customer: str = "c") -> str:
    """A document that a person makes."""
    (so_no,) = shop.sql("INSERT INTO so (customer) VALUES (%s) RETURNING so_no", customer)[0]
    for one in given:
        shop.sql(
            "INSERT INTO so_line (so_no, line_no, item, qty, due) VALUES (%s, %s, %s, %s, %s)",
            so_no, one["line_no"], one["item"], one["qty"], one["due"],
        )  # fmt: skip
    return str(so_no)


def states(outcomes: list[Outcome]) -> list[str]:
    return [o.state for o in outcomes]


def test_lines_are_brought_to_what_is_wanted_and_nothing_else_is_touched(orders: Shop) -> None:
    base = [line(1, "keep"), line(2, "change"), line(3, "drop"), line(4, "erase", due="2026-01-01")]
    new = [line(1, "keep"), line(2, "changed", "7.50"), line(4, "erase"), line(10, "new")]
    so_no, other = made(orders, *base), made(orders, *base)
    orders.sql("UPDATE so_line SET printed = true")
    kept = "SELECT ctid::text, xmin::text FROM so_line WHERE item = 'keep' OR so_no = %s"
    before = orders.sql(kept, other)
    write = update(so_no, {LINES: text(*base), "note": None}, **{LINES: text(*new), "note": "n"})
    (outcome,) = orders.apply(write)
    assert outcome.state == "confirmed"
    assert outcome.row == orders.everything()[so_no]
    assert outcome.row.values == {"customer": "c", "note": "n", LINES: text(*new)}
    assert orders.sql(kept, other) == before
    printed = "SELECT line_no, printed FROM so_line WHERE so_no = %s ORDER BY 1"
    assert orders.sql(printed, so_no) == [(1, True), (2, True), (4, True), (10, False)]


def test_a_document_is_made_with_its_lines_in_their_order(orders: Shop) -> None:
    orders.sql("ALTER TABLE so_line ADD made serial")
    given = [[line(n, f"i{d}") for n in range(d)] for d in range(4)]
    outcomes = orders.apply(*(create(customer="c", **{LINES: text(*one)}) for one in given))
    stored = orders.everything()
    for one, outcome in zip(given, outcomes, strict=True):
        assert outcome.row == stored[outcome.source_id or ""]
        assert outcome.row.values[LINES] == text(*one)
    assert orders.sql("SELECT so_no, line_no FROM so_line ORDER BY made") == orders.sql(
        "SELECT so_no, line_no FROM so_line ORDER BY so_no, line_no"
    )


def test_a_document_goes_with_its_lines_when_all_is_as_it_was_seen(orders: Shop) -> None:
    first, second = made(orders, line(1), line(2)), made(orders, line(1))
    seen = orders.everything()
    orders.sql("UPDATE so_line SET qty = 2 WHERE so_no = %s", second)
    outcomes = orders.apply(
        *(Write(uuid4(), "delete", i, {}, dict(seen[i].values)) for i in (first, second))
    )
    assert states(outcomes) == ["confirmed", "superseded"]
    assert list(orders.everything()) == [second]
    assert orders.sql("SELECT count(*) FROM so_line") == [(1,)]


def test_a_deletion_that_the_target_swallows_leaves_the_lines(orders: Shop) -> None:
    so_no, free = made(orders, line(1), customer="keep"), made(orders, line(1))
    seen = orders.everything()
    orders.sql(
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS"
        " $$BEGIN IF OLD.customer = 'keep' THEN RETURN NULL; END IF; RETURN OLD; END$$;"
        "CREATE TRIGGER no BEFORE DELETE ON so FOR EACH ROW EXECUTE FUNCTION no()"
    )
    outcomes = orders.apply(
        *(Write(uuid4(), "delete", i, {}, dict(seen[i].values)) for i in (so_no, free))
    )
    assert states(outcomes) == ["rejected", "confirmed"]
    assert "did nothing" in (outcomes[0].error or "")
    assert orders.everything() == {so_no: seen[so_no]}


def test_a_write_of_lines_alone_needs_the_document_and_leaves_its_header(orders: Shop) -> None:
    so_no = made(orders, line(1))
    header = "SELECT ctid::text FROM so"
    before = orders.sql(header)
    outcomes = orders.apply(
        update(so_no, {LINES: text(line(1))}, **{LINES: text(line(1, "x"))}),
        update("none", {LINES: text()}, **{LINES: text(line(1))}),
    )
    assert states(outcomes) == ["confirmed", "superseded"]
    assert parsed(orders.everything()[so_no].values[LINES]) == [("1", "x", "1.00")]
    assert orders.sql(header) == before
    assert orders.sql("SELECT source_id FROM concord.applied") == [(so_no,)]
    assert orders.apply(update(so_no, {LINES: text(line(1))}, **{LINES: text()}))[0].state == (
        "superseded"
    )


def test_a_header_planned_on_other_lines_is_not_written(orders: Shop) -> None:
    so_no = made(orders, line(1))
    base = {LINES: text(line(1, qty="9.00")), "note": None}
    (outcome,) = orders.apply(update(so_no, base, **{LINES: text(), "note": "n"}))
    assert outcome.state == "superseded"
    assert orders.everything()[so_no].values == {
        "customer": "c", "note": None, LINES: text(line(1)),
    }  # fmt: skip


@pytest.mark.parametrize("action", ["create", "update"])
def test_a_document_with_a_bad_line_fails_whole_and_alone(orders: Shop, action: str) -> None:
    orders.sql(REFUSE)
    n, bad = 150, {0, 1, 40, 77, 78, 149}
    kinds = [line(2, "forbidden"), line(2, qty="-1.00"), line(2, "ghost"), line(2, qty="much"),
             line(2, None), line(2, due="someday")]  # type: ignore[arg-type] # fmt: skip
    faults = dict(zip(sorted(bad), kinds, strict=True))
    orders.sql("INSERT INTO so SELECT 'K' || i, 'o' FROM generate_series(0, %s) i", n)
    orders.sql("INSERT INTO so_line (so_no, line_no, item, qty) SELECT so_no, 1, 'a', 1 FROM so")
    base = {"customer": "o", LINES: text(line(1, "a"))}
    writes = []
    for i in range(n):
        new = {"customer": "new", LINES: text(line(1, "b"), faults.get(i, line(2, "b")))}
        writes.append(create(**new) if action == "create" else update(f"K{i}", base, **new))
    outcomes = orders.apply(*writes)
    assert {i for i, o in enumerate(outcomes) if o.state != "confirmed"} == bad
    said = [outcomes[i].error or "" for i in sorted(bad)]
    for words, one in zip(["no … here", "so_line_qty_check", "did nothing", "22P02", "not-null",
                           "22007"], said, strict=True):  # fmt: skip
        assert words in one
    assert not any("much" in one or "someday" in one for one in said)
    written = [r for r in orders.everything().values() if r.values["customer"] == "new"]
    assert len(written) == n - len(bad)
    assert {r.values[LINES] for r in written} == {text(line(1, "b"), line(2, "b"))}
    assert orders.sql("SELECT count(*) FROM concord.applied") == [(n - len(bad),)]
    untouched = [r for r in orders.everything().values() if r.values["customer"] == "o"]
    assert {r.values[LINES] for r in untouched} == {text(line(1, "a"))}


def test_what_the_targets_triggers_made_of_a_document_is_read_back(orders: Shop) -> None:
    orders.sql(
        "ALTER TABLE so ADD total numeric(12, 2) NOT NULL DEFAULT 0;"
        "CREATE FUNCTION total() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
        " UPDATE so SET total = (SELECT coalesce(sum(qty), 0) FROM so_line l"
        " WHERE l.so_no = so.so_no)"
        " WHERE so_no = coalesce(NEW.so_no, OLD.so_no); RETURN NULL; END$$;"
        "CREATE TRIGGER total AFTER INSERT OR UPDATE OR DELETE ON so_line"
        " FOR EACH ROW EXECUTE FUNCTION total()"
    )
    columns = orders.mapping.columns
    total = columns[1].model_copy(update={"field": "total", "column": "total"})
    orders.mapping = orders.mapping.model_copy(update={"columns": (*columns, total)})
    (one,) = orders.apply(create(customer="c", **{LINES: text(line(1, qty="2.00"), line(2))}))
    assert one.row is not None
    assert one.row.values["total"] == "3.00"
    base = dict(one.row.values)
    write = update(one.source_id or "", base, **{LINES: text(line(1, qty="5.00")), "note": "n"})
    (two,) = orders.apply(write, token=2)
    assert two.row is not None
    assert (two.row.values["total"], two.row.values["note"]) == ("5.00", "n")
    (gone,) = orders.apply(
        Write(uuid4(), "delete", one.source_id, {}, dict(two.row.values)), token=3
    )
    assert gone.state == "confirmed"
    assert orders.everything() == {}


@pytest.mark.parametrize("seconds", [0.2, 0.7])
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE so_line SET qty = 9",
        "DELETE FROM so_line",
        "INSERT INTO so_line (so_no, line_no, item, qty) SELECT so_no, 9, 'typed', 1 FROM so",
    ],
)
def test_a_line_changed_by_somebody_while_we_wait_is_not_overwritten(
    orders: Shop, edit: str, seconds: float
) -> None:
    so_no = made(orders, line(1))
    with orders.connect() as person:
        person.execute(edit)
        timer = threading.Timer(seconds, person.commit)
        timer.start()
        base = {LINES: text(line(1)), "note": None}
        (outcome,) = orders.apply(
            update(so_no, base, **{LINES: text(line(1, "ours")), "note": "n"})
        )
        timer.join()
        seen = person.execute("SELECT item, qty FROM so_line").fetchall()
    assert outcome.state == "superseded"
    assert orders.everything()[so_no].values["note"] is None
    assert orders.sql("SELECT item, qty FROM so_line") == seen


def test_a_document_of_which_somebody_keeps_a_line_is_left_and_the_others_are_written(
    orders: Shop,
) -> None:
    locked, free = made(orders, line(1), line(2)), made(orders, line(1))
    seen = orders.everything()
    writes = [update(i, {LINES: seen[i].values[LINES]}, **{LINES: text()}) for i in (locked, free)]
    with orders.connect() as person:
        person.execute("UPDATE so_line SET qty = 2 WHERE so_no = %s AND line_no = 2", (locked,))
        outcomes = orders.apply(*writes)
    assert states(outcomes) == ["unknown", "confirmed"]
    assert "another session" in (outcomes[0].error or "")
    assert len(parsed(orders.everything()[locked].values[LINES])) == 2


def test_somebody_who_changes_a_line_and_then_its_document_is_not_ended_for_us(
    orders: Shop,
) -> None:
    """We hold the first document while we wait for the second, and then want the first's line."""
    first, second = made(orders, line(1)), made(orders, line(1))
    writes = [update(i, {LINES: text(line(1))}, **{LINES: text()}) for i in (first, second)]
    result: list[Outcome] = []
    ours = threading.Thread(target=lambda: result.extend(orders.apply(*writes)))
    with orders.connect() as person, orders.connect() as another:
        person.execute("UPDATE so_line SET qty = 2 WHERE so_no = %s", (first,))
        another.execute("UPDATE so SET note = 'held' WHERE so_no = %s", (second,))
        ours.start()
        waits = "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ 'concord writer'"
        while orders.sql(f"{waits} AND wait_event_type = 'Lock'") == [(0,)]:
            time.sleep(0.02)
        timer = threading.Timer(0.3, another.commit)
        timer.start()
        # Waits for us; after a second of that the server looks for a deadlock and ends one of us.
        person.execute("UPDATE so SET note = 'typed' WHERE so_no = %s", (first,))
        person.commit()
        timer.join()
        ours.join()
    assert states(result) == ["superseded", "confirmed"]
    assert orders.sql("SELECT note, qty FROM so JOIN so_line USING (so_no)") == [("typed", 2)]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ('[{"line_no": "1"}, {"line_no": "1"}]', "two lines have the same key"),
        ('[{"line_no": null}]', "a line has no key"),
        ('[{"item": "x"}]', "a line has no key"),
        ('[{"line_no": "1"}, {"line_no": "2", "item": "x"}]', "do not all name the same columns"),
        ('[{"line_no": "1", "printed": "true"}]', "names a column that so_line has not as mapped"),
        ('[{"line_no": "1", "item": "a\\u0000"}]', "NUL character"),
        ('[{"line_no": 1}]', "not a list of lines"),
        ("{}", "not a list of lines"),
        ("lines", "not a list of lines"),
    ],
)
def test_lines_that_cannot_be_meant_are_rejected(orders: Shop, given: str, why: str) -> None:
    outcomes = orders.apply(create(customer="c", **{LINES: given}), create(customer="d"))
    assert states(outcomes) == ["rejected", "confirmed"]
    assert why in (outcomes[0].error or "")


def test_lines_that_came_twice_under_one_key_are_left_to_people(orders: Shop) -> None:
    orders.sql("ALTER TABLE so_line DROP CONSTRAINT so_line_pkey")
    so_no = made(orders, line(1), line(1, "x"))
    base = {LINES: orders.everything()[so_no].values[LINES]}
    (outcome,) = orders.apply(update(so_no, base, **{LINES: text(line(1))}))
    assert (outcome.state, outcome.error) == (
        "rejected",
        "so_line[lines]: two lines have the same key",
    )


def test_columns_of_lines_that_a_write_does_not_name_stay(orders: Shop) -> None:
    so_no = made(orders, line(1, due="2026-01-01"))
    new = text({"line_no": "1", "item": "x"})
    (outcome,) = orders.apply(
        update(so_no, {LINES: text(line(1, due="2026-01-01"))}, **{LINES: new})
    )
    assert outcome.row is not None
    assert outcome.row.values[LINES] == text(line(1, "x", due="2026-01-01"))


def test_many_different_writes_of_documents_share_a_call(orders: Shop) -> None:
    ids = [made(orders, line(1)) for _ in range(24)]
    base: dict[str, Any] = {LINES: text(line(1)), "note": None, "customer": "c"}
    wanted: dict[str, dict[str, Any]] = {}
    for n, so_no in enumerate(ids):
        new = {LINES: text(line(2)) if n & 8 else text(), "note": "n", "customer": "d"}
        named = [c for bit, c in enumerate(new) if n & (1 << bit)]
        wanted[so_no] = {c: new[c] for c in named or ["note"]}
    writes = [update(i, {c: base[c] for c in new}, **new) for i, new in wanted.items()]
    assert set(states(orders.apply(*writes))) == {"confirmed"}
    after = orders.everything()
    for so_no, new in wanted.items():
        assert after[so_no].values == {**base, **new}


def test_what_we_write_is_logged_and_not_signalled(orders: Shop) -> None:
    so_no = made(orders, line(1))
    since = orders.position()
    with psycopg.connect(orders.url, autocommit=True) as listener:
        listener.execute("LISTEN concord_changed")
        orders.apply(update(so_no, {LINES: text(line(1))}, **{LINES: text()}), create(customer="x"))
        assert list(listener.notifies(timeout=0.2)) == []
    assert sorted(ops(orders.changes(since)).values()) == ["U", "U"]
    assert signals(orders, "UPDATE so SET note = 'x'") == [1]


def test_keys_of_other_types_find_their_lines(bare: Shop) -> None:
    bare.sql(
        "CREATE TABLE doc (id bigserial PRIMARY KEY, name text);"
        "CREATE TABLE doc_line (doc int REFERENCES doc, at date, code char(4), n money,"
        " PRIMARY KEY (doc, at, code))"
    )
    kept = lines("at", "code", "n", table="doc_line", parent="doc", key=("at", "code"))
    bare.mapping = order_mapping(kept, table="doc", key="id")
    bare.prepare()
    given = [
        {"at": "2026-01-02", "code": "a", "n": "1.50"},
        {"at": "2026-01-10", "code": "b", "n": None},
    ]
    (one,) = bare.apply(create(**{"doc_line[lines]": text(*given)}))
    assert one.row is not None
    assert one.row.values["doc_line[lines]"] == text(*given)
    since, new = bare.position(), text({**given[0], "n": "2.00"})
    (two,) = bare.apply(
        update(one.source_id or "", dict(one.row.values), **{"doc_line[lines]": new})
    )
    assert two.row is not None
    assert two.row.values["doc_line[lines]"] == new
    assert ops(bare.changes(since)) == {one.source_id: "U"}


def test_a_stale_holder_writes_no_lines_even_past_the_check(orders: Shop) -> None:
    """The token is in each statement, not only in front of them."""
    so_no = made(orders, line(1), line(2))
    base = text(line(1), line(2))
    write = update(so_no, {LINES: base}, **{LINES: text(line(2, "x"), line(3))})
    with orders.system.writer(Fence("f", 5)), orders.connect(autocommit=True) as conn:
        table = load(conn, orders.system.target, orders.mapping)
        group = Group("update", ((0, write),), table.lines)
        queries = statements(table, group)
        assert len(queries) == 4
        for token, found in ((4, 0), (6, 0), (5, 1)):
            for query in queries:
                with psycopg.RawCursor(conn) as cur:
                    rows = cur.execute(query, [group.payload(), "f", token]).fetchall()
                    assert len(rows) == found
            stored = orders.everything()[so_no].values[LINES]
            assert (stored == base) == (found == 0)
