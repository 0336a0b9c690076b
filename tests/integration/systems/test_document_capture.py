"""Changes of lines are changes of their document: by log, by decoding; else it is said why not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from concord.model.spec import EntityMapping
from tests.integration.systems.conftest import Shop
from tests.support.orders import LINES, ORDERS, lines, order_mapping, parsed
from tests.support.shop import without_slot

TWO = """
INSERT INTO so (so_no, customer) VALUES ('A', 'a'), ('B', 'b'), ('C', 'c');
INSERT INTO so_line (so_no, line_no, item, qty) VALUES
    ('A', 1, 'bolt', 1), ('A', 2, 'nut', 2), ('B', 1, 'bolt', 3)
"""


@pytest.fixture
def bare_orders(bare: Shop) -> Shop:
    """Orders in a database that Concord has not touched."""
    bare.sql(ORDERS)
    bare.sql(TWO)
    bare.mapping = order_mapping()
    return bare


@pytest.fixture(params=["log", "logical"])
def orders(request: pytest.FixtureRequest, bare_orders: Shop) -> Iterator[Shop]:
    """Orders prepared for each way that misses nothing."""
    shop = bare_orders.variant(capture=request.param)
    shop.prepare()
    assert shop.system.prepare([shop.mapping]) == ""
    assert shop.system.capabilities([shop.mapping]).changes == request.param
    yield shop
    without_slot(shop.url)


@pytest.fixture
def logged(bare_orders: Shop) -> Shop:
    """Orders with a change log."""
    bare_orders.prepare()
    return bare_orders


def ops(rows: dict[str, Any] | None) -> dict[str, str]:
    assert rows is not None
    return {i: r.op for i, r in rows.items()}


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("INSERT INTO so_line (so_no, line_no, item, qty) VALUES ('C', 1, 'x', 1)", {"C": "U"}),
        ("UPDATE so_line SET qty = 9 WHERE item = 'bolt'", {"A": "U", "B": "U"}),
        ("DELETE FROM so_line WHERE item = 'nut'", {"A": "U"}),
        ("UPDATE so_line SET so_no = 'C' WHERE so_no = 'B'", {"B": "U", "C": "U"}),
        ("DELETE FROM so_line WHERE so_no = 'B'; DELETE FROM so WHERE so_no = 'B'", {"B": "D"}),
        ("UPDATE so_line SET qty = 9 WHERE item = 'none'", {}),
    ],
)
def test_every_kind_of_change_of_lines_is_one_of_their_documents(
    orders: Shop, statement: str, changed: dict[str, str]
) -> None:
    since = orders.position()
    orders.sql(statement)
    found = orders.changes(since)
    assert ops(found) == changed
    assert found == {i: r for i, r in orders.everything().items() if i in changed} | {
        i: (found or {})[i] for i, op in changed.items() if op == "D"
    }


def test_a_header_and_its_lines_may_change_in_different_transactions(orders: Shop) -> None:
    since = orders.position()
    with orders.connect() as first:
        first.execute("UPDATE so_line SET qty = 7 WHERE so_no = 'A' AND line_no = 1")
        orders.sql("UPDATE so SET note = 'n' WHERE so_no = 'A'")
        copy = orders.everything()
        between = orders.read_on(since, copy)
        assert (copy["A"].values["note"], parsed(copy["A"].values[LINES])[0][2]) == ("n", "1.00")
    orders.read_on(between, copy)
    assert parsed(copy["A"].values[LINES])[0][2] == "7.00"
    assert copy == orders.everything()


def test_emptied_lines_ask_for_a_full_comparison(orders: Shop) -> None:
    since = orders.position()
    orders.sql("TRUNCATE so_line")
    assert orders.changes(since) is None


def test_lines_whose_rows_were_all_rewritten_ask_for_a_full_comparison(orders: Shop) -> None:
    since = orders.position()
    orders.sql("ALTER TABLE so_line ALTER qty TYPE numeric(12, 3) USING qty * 2")
    assert orders.changes(since) is None
    since = orders.position()
    assert orders.changes(since) == {}


def test_lines_that_the_model_got_later_want_another_preparation(bare_orders: Shop) -> None:
    shop = bare_orders.variant(capture="log")
    with_lines, shop.mapping = shop.mapping, EntityMapping.model_validate(
        {**shop.mapping.model_dump(), "columns": shop.mapping.model_dump()["columns"][:2]}
    )  # fmt: skip
    shop.prepare()
    since = shop.position()
    assert shop.changes(since) == {}
    shop.mapping = with_lines
    able = shop.system.capabilities([shop.mapping])
    assert able.changes == "full"
    assert "so: no change log. Have `concord systems prepare erp` run." in able.notes
    shop.sql("UPDATE so_line SET qty = 9")
    assert shop.changes(since) is None
    shop.prepare()
    assert shop.changes(since) is None
    since = shop.position()
    shop.sql("UPDATE so_line SET qty = 8 WHERE so_no = 'B'")
    assert ops(shop.changes(since)) == {"B": "U"}


def test_a_log_from_before_there_were_lines_wants_another_preparation(logged: Shop) -> None:
    since = logged.position()
    logged.sql("DROP TABLE concord.watched_lines")
    able = logged.system.capabilities([logged.mapping])
    assert "so: no change log. Have `concord systems prepare erp` run." in able.notes
    assert logged.changes(logged.position()) is None
    logged.prepare()
    assert logged.changes(since) is None
    since = logged.position()
    assert logged.changes(since) == {}
    logged.system.execute(logged.system.unprepare([logged.mapping]))
    assert logged.sql("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal") == [(0,)]


@pytest.mark.parametrize("meanwhile", ["DISABLE", "DROP"])
def test_without_the_triggers_on_its_lines_a_document_has_no_log(
    logged: Shop, meanwhile: str
) -> None:
    since = logged.position()
    (name,) = logged.sql("SELECT tgname FROM pg_trigger WHERE tgname ~ 'concord_lines_update'")[0]
    if meanwhile == "DISABLE":
        logged.sql(f"ALTER TABLE so_line DISABLE TRIGGER {name}")
    else:
        logged.sql(f"DROP TRIGGER {name} ON so_line")
    assert logged.changes(since) is None
    assert logged.system.capabilities([logged.mapping]).changes == "full"
    assert name in logged.system.prepare([logged.mapping])
    logged.prepare()
    assert logged.changes(since) is None
    since = logged.position()
    logged.sql("UPDATE so_line SET qty = 8 WHERE so_no = 'B'")
    assert ops(logged.changes(since)) == {"B": "U"}


def test_one_table_may_have_the_lines_of_two_documents_and_be_one_itself(bare: Shop) -> None:
    bare.sql(
        "CREATE TABLE payment (no int PRIMARY KEY); CREATE TABLE invoice (no int PRIMARY KEY);"
        "CREATE TABLE settled (id int PRIMARY KEY, payment int, invoice int, amount numeric);"
        "INSERT INTO payment VALUES (1), (2); INSERT INTO invoice VALUES (10), (20);"
    )
    pays, bills = (
        order_mapping(
            lines("id", "amount", table="settled", parent=table, key=("id",)), table=table, key="no"
        )
        for table in ("payment", "invoice")
    )
    own = order_mapping(lines("id", table="settled", parent="id", key=("id",)), table="settled",
                        key="id")  # fmt: skip
    bare.system.execute(bare.system.prepare([pays, bills, own]))
    assert bare.system.prepare([pays, bills, own]) == ""
    since = bare.position()
    bare.sql("INSERT INTO settled VALUES (5, 1, 20, 3)")
    for mapping, changed in ((pays, {"1": "U"}), (bills, {"20": "U"}), (own, {"5": "U"})):
        bare.mapping = mapping
        assert ops(bare.changes(since)) == changed
    bare.mapping = order_mapping(
        lines("id", "amount", table="settled", parent="invoice", key=("id",)), table="payment",
        key="no",
    )  # fmt: skip
    assert bare.changes(since) is None
    assert "concord_lines_insert" in bare.system.prepare([bare.mapping])
    bare.system.execute(bare.system.unprepare([]))
    assert bare.sql("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal") == [(0,)]
    bare.sql("UPDATE settled SET amount = 1")


def test_applications_that_may_not_see_our_schema_change_lines(logged: Shop, role: Any) -> None:
    person = role("SELECT, INSERT, UPDATE, DELETE ON so_line", "SELECT ON so")
    since = logged.position()
    person.sql("UPDATE so_line SET qty = 8 WHERE so_no = 'B'")
    assert ops(logged.changes(since)) == {"B": "U"}


@pytest.mark.parametrize(
    ("ddl", "why"),
    [
        ("CREATE VIEW l AS SELECT * FROM so_line", "of table l, it is not an ordinary table"),
        ("CREATE TABLE l (so_no citext, line_no int)", "l.so_no has type citext, and the key"),
        ("CREATE TABLE l (so_no text, line_no int) PARTITION BY LIST (so_no)", "of table l, it is"),
    ],
)
def test_lines_whose_changes_do_not_tell_their_document_say_why(
    bare_orders: Shop, ddl: str, why: str
) -> None:
    bare_orders.sql(f"CREATE EXTENSION citext; {ddl}")
    bare_orders.mapping = order_mapping(lines("line_no", table="l"))
    bare_orders.prepare()
    able = bare_orders.system.capabilities([bare_orders.mapping])
    assert able.changes == "full"
    assert any(f"so cannot have a change log: {why}" in note for note in able.notes)
    assert "l has no index on so_no: every batch goes through all of it" in able.notes


def test_lines_without_their_parent_in_the_identity_are_not_decoded(bare_orders: Shop) -> None:
    bare_orders.sql(
        "CREATE TABLE l (id serial PRIMARY KEY, so_no text NOT NULL, line_no int NOT NULL,"
        " UNIQUE (so_no, line_no))"
    )
    shop = bare_orders.variant(capture="logical")
    mapping = order_mapping(lines("line_no", table="l"))
    shop.prepare()  # with lines that can be decoded
    able = shop.system.capabilities([mapping])
    why = "of table l, its replica identity has not the key column so_no"
    assert f"changes of so cannot be decoded: {why}" in able.notes
    assert shop.system.prepare([mapping]) == ""
    shop.sql("ALTER TABLE l REPLICA IDENTITY USING INDEX l_so_no_line_no_key")
    shop.mapping = mapping
    shop.prepare()
    try:
        since = shop.position()
        shop.sql("INSERT INTO l (so_no, line_no) VALUES ('B', 1)")
        assert ops(shop.changes(since)) == {"B": "U"}
    finally:
        without_slot(shop.url)


def test_capture_by_time_stamp_says_that_lines_alone_are_not_seen(bare_orders: Shop) -> None:
    shop = bare_orders.variant(capture="timestamp")
    shop.mapping = shop.mapping.model_copy(update={"modified": "updated_at"})
    able = shop.system.capabilities([shop.mapping])
    assert able.changes == "timestamp"
    assert any("of lines in so_line too, where nothing else sets it" in n for n in able.notes)


def signals(shop: Shop, *statements: str) -> list[int]:
    """How many signals come after each statement."""
    with psycopg.connect(shop.url, autocommit=True) as listener:
        listener.execute("LISTEN concord_changed")
        found = []
        for one in statements:
            shop.sql(one)
            found.append(len(list(listener.notifies(timeout=0.2))))
        return found


def test_a_transaction_that_changed_something_signals_once(logged: Shop) -> None:
    assert signals(
        logged,
        "UPDATE so SET note = 'x'; UPDATE so_line SET qty = 5; DELETE FROM so_line",
        "INSERT INTO so (customer) VALUES ('x')",
        "INSERT INTO so_line (so_no, line_no, item, qty) VALUES ('A', 7, 'x', 1)",
        "TRUNCATE so_line",
        "UPDATE so SET note = 'x' WHERE so_no = 'none'",
        "UPDATE so_line SET qty = 5 WHERE so_no = 'none'",
        "SET concord.writing = on; UPDATE so SET note = 'y'; TRUNCATE so_line",
    ) == [1, 1, 1, 1, 0, 0, 0]
