"""Documents read from a real database: their lines are one value, whichever way it comes."""

from __future__ import annotations

import json

import pytest

from concord.errors import SystemUnavailable
from concord.hub.database import Hub
from concord.model.spec import Authority, Entity, Field
from concord.pipeline import drift
from concord.systems.digest import hash_sum, lines_of, lines_text, row_hash
from concord.systems.protocol import Row
from tests.integration.systems.conftest import Shop
from tests.support.orders import LINES, ORDERS, line, lines, order_mapping, text


@pytest.fixture
def orders(bare: Shop) -> Shop:
    """Orders in a database that Concord has not touched."""
    bare.sql(ORDERS)
    bare.mapping = order_mapping()
    return bare


def add(shop: Shop, so_no: str, *given: dict[str, str | None]) -> None:
    shop.sql("INSERT INTO so (so_no, customer) VALUES (%s, 'c')", so_no)
    for one in given:
        shop.sql(
            "INSERT INTO so_line (so_no, line_no, item, qty, due) VALUES (%s, %s, %s, %s, %s)",
            so_no, one["line_no"], one["item"], one["qty"], one["due"],
        )  # fmt: skip


def test_lines_are_one_text_in_the_order_of_their_key_as_its_type_has_it(orders: Shop) -> None:
    add(orders, "A", line(10, "ten"), line(9, "nine", due="2026-02-03"), line(100))
    add(orders, "B")
    found = orders.everything()
    assert found["A"].values[LINES] == (
        '[{"due":"2026-02-03","item":"nine","line_no":"9","qty":"1.00"},'
        '{"due":null,"item":"ten","line_no":"10","qty":"1.00"},'
        '{"due":null,"item":"bolt","line_no":"100","qty":"1.00"}]'
    )
    assert found["B"].values[LINES] == "[]"


def test_python_makes_the_same_text_and_hash_of_any_characters(orders: Shop) -> None:
    hostile = (
        "".join(map(chr, range(1, 0x180)))
        + "\u2028\u2029\ufeff\uffff𝔘 你好 </script> % {} $1 \\u0041"
    )
    given = [line(1, hostile), line(2, '"\\/\b\f\n\r\t'), line(3, "")]
    add(orders, "A", *given)
    row = orders.everything()["A"]
    assert row.values[LINES] == lines_text(given)
    assert lines_of(lines_text(given)) == given
    assert row.raw_hash == row_hash(row.values)


def ways(shop: Shop, ids: list[str]) -> list[dict[str, Row]]:
    """The records as each way of reading gives them."""
    with shop.system.snapshot() as snapshot:
        shape = snapshot.shape(shop.mapping)
        found = [shop.rows(snapshot.everything(shop.mapping, shape))]
        found += [shop.rows(snapshot.records(shop.mapping, ids, shape))]
        hashes = dict(snapshot.hashes(shop.mapping, 1, [0], shape))
        (digest,) = snapshot.digests(shop.mapping, 1, shape)
    assert hashes == {i: row.raw_hash for i, row in found[0].items()}
    assert (digest.count, digest.digest) == (len(hashes), hash_sum(hashes.items()))
    return found


@pytest.mark.parametrize("indexed", [True, False])
def test_every_way_of_reading_gives_the_same_lines(orders: Shop, indexed: bool) -> None:
    if not indexed:
        orders.sql("ALTER TABLE so_line DROP CONSTRAINT so_line_pkey")
    for i in range(30):
        add(orders, f"K{i:02}", *(line(n, f"i{i}") for n in range(i % 4)))
    few, many = ["K03", "K04", "none"], [f"K{i:02}" for i in range(30)]
    everything, named = ways(orders, few)
    assert named == {**{i: everything[i] for i in few[:2]}, "none": Row("none", "D", None, {
        "customer": None, "note": None, LINES: None})}  # fmt: skip
    orders.sql("INSERT INTO so (so_no, customer) SELECT n, 'c' FROM generate_series(1, 50) n")
    everything, named = ways(orders, many * 200)
    assert named == {i: everything[i] for i in many}
    for row in everything.values():
        assert row.raw_hash == row_hash(row.values)


def test_lines_that_share_a_key_still_have_one_order(orders: Shop) -> None:
    orders.sql("ALTER TABLE so_line DROP CONSTRAINT so_line_pkey")
    orders.sql("ALTER TABLE so_line ALTER line_no DROP NOT NULL")
    add(orders, "A", line(1, "b"), line(1, "a"), line(1, "B"))
    orders.sql("INSERT INTO so_line (so_no, item, qty) VALUES ('A', 'last', 1)")
    items = [one["item"] for one in json.loads(orders.everything()["A"].values[LINES] or "")]
    assert items == ["B", "a", "b", "last"]


def test_text_keys_are_ordered_by_their_bytes_on_every_server(orders: Shop) -> None:
    orders.sql(
        "CREATE EXTENSION citext;"
        "CREATE TABLE bom (so_no text REFERENCES so, part citext NOT NULL,"
        " UNIQUE (so_no, part))"
    )
    orders.mapping = order_mapping(lines("part", table="bom", key=("part",)))
    add(orders, "A")
    orders.sql("INSERT INTO bom SELECT 'A', p FROM unnest(ARRAY['a', 'B', 'ä', '_']) AS p")
    raw = orders.everything()["A"].values["bom[lines]"]
    assert [one["part"] for one in json.loads(raw or "")] == ["B", "_", "a", "ä"]


def test_documents_may_have_lines_of_several_kinds(orders: Shop) -> None:
    orders.sql("CREATE TABLE tax (doc text, code text, PRIMARY KEY (doc, code))")
    both = (lines(), lines("code", table="tax", parent="doc", key=("code",)))
    orders.mapping = order_mapping(*both)
    add(orders, "A", line(1), line(2))
    orders.sql("INSERT INTO tax VALUES ('A', 'y'), ('A', 'x'), ('A', 'z')")
    (everything, named) = ways(orders, ["A"])
    assert everything == named
    assert everything["A"].values == {
        LINES: text(line(1), line(2)),
        "tax[lines]": text({"code": "x"}, {"code": "y"}, {"code": "z"}),
    }


def test_the_types_of_lines_are_those_that_matter(orders: Shop) -> None:
    native = "so_line(due date, item text, line_no bigint, qty numeric)"
    shape = orders.shape()
    assert (shape.columns[LINES], shape.native[LINES], shape.missing) == ("text", native, ())
    orders.sql("ALTER TABLE so_line ALTER item TYPE varchar(90), ALTER line_no TYPE smallint")
    assert orders.shape().native[LINES] == native
    orders.sql("ALTER TABLE so_line ALTER due TYPE text")
    assert orders.shape().native[LINES] != native


def test_lines_of_another_type_stop_their_field_until_it_is_as_it_was(
    orders: Shop, hub: Hub
) -> None:
    owner = Authority(kind="owner", systems=("erp",))
    mapping = orders.mapping.model_copy(update={"entity": "party"})  # which the hub has
    fields = tuple(Field(name=c.field, type="text", authority=owner) for c in mapping.columns)
    entity = Entity(name="party", fields=fields, keys=(("customer",),), mappings=(mapping,))

    def stopped() -> dict[str, str]:
        with hub.connect() as conn:
            found = drift.check(conn, 1, entity, mapping, orders.shape())
            left = drift.accepted(conn, mapping, orders.shape()).columns
            assert (LINES in left) == ("lines" not in found)
            return found

    assert stopped() == {}
    orders.sql("ALTER TABLE so_line ALTER item TYPE varchar(90)")
    assert stopped() == {}
    orders.sql("ALTER TABLE so_line ALTER due TYPE text")
    was, now = ("due date", "due text")
    rest = "item text, line_no bigint, qty numeric"
    assert stopped() == {
        "lines": f"column so.so_line[lines] was so_line({was}, {rest})"
        f" and is now so_line({now}, {rest})"
    }
    orders.sql("ALTER TABLE so_line ALTER due TYPE date USING due::date")
    assert stopped() == {}


@pytest.mark.parametrize(
    "ddl",
    ["DROP TABLE so_line", "ALTER TABLE so_line DROP qty", "ALTER TABLE so_line DROP line_no",
     "ALTER TABLE so_line RENAME so_no TO doc"],
)  # fmt: skip
def test_lines_that_cannot_be_read_as_mapped_are_missing_and_the_rest_is_read(
    orders: Shop, ddl: str
) -> None:
    add(orders, "A", line(1))
    orders.sql(ddl)
    assert orders.shape().missing == (LINES,)
    assert orders.everything()["A"].values == {"customer": "c", "note": None}


def test_a_look_does_not_take_lines_for_deleted_that_were_rebuilt_meanwhile(orders: Shop) -> None:
    add(orders, "A", line(1))
    with orders.system.snapshot() as snapshot:
        orders.sql("TRUNCATE so_line")
        with pytest.raises(SystemUnavailable, match="so_line was rebuilt just now"):
            snapshot.shape(orders.mapping)
