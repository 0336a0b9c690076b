"""The shipped rules across tables: none fails on books in order, each on books made to break it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from psycopg.sql import SQL, Identifier, Literal

from concord.hub.database import Connection, Hub
from concord.hub.sql import statement
from concord.model.spec import Config
from concord.quality import gx, table, trial
from concord.quality.golden import stage
from concord.quality.rules import Suite, Suites

from .conftest import TODAY

Record = dict[str, Any]


def key(name: str) -> str:
    """The golden id of a record in these books."""
    return str(uuid5(NAMESPACE_OID, name))


BOX = {"line_no": 1, "product": key("part"), "quantity": 2, "unit": "box", "price": 10}
BOOKS: Mapping[str, tuple[str, Record]] = {
    "acme": ("party", {"legal_name": "Acme", "kind": "organization", "status": "active",
                       "credit_limit": 10_000, "currency": "EUR"}),
    "euro": ("exchange_rate", {"currency": "EUR", "valid_from": "2025-01-01", "rate": 8}),
    "hall": ("warehouse", {"code": "H", "name": "Hall", "company": "cn01"}),
    "barn": ("warehouse", {"code": "B", "name": "Barn", "company": "de01"}),
    "part": ("product", {"code": "P", "name": "Part", "kind": "bought", "base_unit": "pcs",
                         "status": "active",
                         "units": [{"unit": "box", "numerator": 12, "denominator": 1}]}),
    "whole": ("product", {"code": "W", "name": "Whole", "kind": "made", "base_unit": "pcs",
                          "status": "active", "units": []}),
    "list": ("price_list", {"code": "L", "name": "List", "company": "cn01", "currency": "EUR"}),
    "price": ("price", {"price_list": key("list"), "product": key("part"), "unit": "box",
                        "min_quantity": 1, "valid_from": "2026-01-01", "price": 10,
                        "currency": "EUR"}),
    "bill": ("bill_of_materials", {"number": "B1", "product": key("whole"), "makes": 1,
                                   "status": "active", "lines": [BOX]}),
    "contract": ("contract", {"number": "C1", "party": key("acme"), "company": "cn01",
                              "lifecycle": "active", "signed_on": "2025-06-01", "amount": 100,
                              "currency": "EUR"}),
    "deal": ("opportunity", {"number": "D1", "party": key("acme"), "company": "cn01",
                             "stage": "won", "currency": "EUR", "amount": 20, "lines": [BOX]}),
    "quote": ("quote", {"number": "Q1", "party": key("acme"), "company": "cn01",
                        "status": "sent", "currency": "EUR", "lines": [BOX]}),
    "order": ("sales_order", {"number": "O1", "reference": "R1", "party": key("acme"),
                              "company": "cn01", "warehouse": key("hall"),
                              "contract": key("contract"), "ordered_on": "2026-01-20",
                              "lifecycle": "draft", "currency": "EUR", "net": 18.01, "tax": 2,
                              "total": 20, "lines": [{**BOX, "discount": 10}],
                              "progress": [{"line_no": 1, "reserved": 1, "delivered": 1}]}),
    "shipment": ("shipment", {"number": "S1", "order": key("order"), "warehouse": key("hall"),
                              "status": "shipped", "lines": [
                                  {"line_no": 1, "order_line": 1, "product": key("part"),
                                   "quantity": 24, "unit": "pcs"}]}),
    "invoice": ("invoice", {"number": "I1", "kind": "invoice", "company": "cn01",
                            "party": key("acme"), "order": key("order"),
                            "contract": key("contract"), "issued_on": "2026-01-25",
                            "lifecycle": "posted", "currency": "EUR", "rate": 8, "net": 20,
                            "tax": 2, "total": 22, "open": 12, "lines": [{**BOX, "net": 20}]}),
    "payment": ("payment", {"number": "Y2", "kind": "payment", "company": "cn01",
                            "party": key("acme"), "received_on": "2026-01-28",
                            "status": "posted", "bank_reference": "X", "currency": "EUR",
                            "rate": 8, "amount": 11, "unallocated": 1, "allocations": [
                                {"line_no": 1, "invoice": key("invoice"), "amount": 10}]}),
    "hold": ("reservation", {"product": key("part"), "warehouse": key("hall"), "number": 1,
                             "quantity": 5, "status": "held"}),
    "hold2": ("reservation", {"product": key("part"), "warehouse": key("hall"), "number": 2,
                              "quantity": 5, "status": "held"}),
    "buy": ("purchase_requisition", {"number": "R1", "origin": "x", "company": "cn01",
                                     "product": key("part"), "warehouse": key("hall"),
                                     "quantity": 5, "lifecycle": "draft"}),
    "make": ("production_order", {"number": "M1", "origin": "y", "company": "cn01",
                                  "product": key("whole"), "warehouse": key("hall"),
                                  "quantity": 5, "lifecycle": "draft", "components": [
                                      {"line_no": 1, "product": key("part"), "quantity": 2}]}),
}  # fmt: skip

ALLOCATION = {"line_no": 1, "invoice": key("invoice"), "amount": 10}
SECOND = {**BOOKS["payment"][1], "number": "Y1", "allocations": [], "unallocated": 11}
PARTS = {"bill2": {"number": "B2", "product": key("part"), "makes": 1, "status": "active",
                   "lines": [{**BOX, "product": key("whole"), "unit": "pcs"}]},
         "part": {"kind": "made"}}  # fmt: skip

CASES: Mapping[str, Mapping[str, Record]] = {
    "sales_order_lines_positive": {"order": {"lines": [{**BOX, "quantity": -2}]}},
    "sales_order_unit": {"order": {"lines": [{**BOX, "unit": "kg"}]}},
    "sales_order_rate": {"order": {"currency": "USD"}},
    "sales_order_customer": {"acme": {"status": "blocked"}},
    "sales_order_credit": {"acme": {"credit_limit": 29.99}},
    "sales_order_warehouse": {"order": {"warehouse": key("barn")}},
    "sales_order_total": {"order": {"lifecycle": "confirmed", "net": 18.02, "total": 20.02}},
    "sales_order_has_lines": {"order": {"lines": []}},
    "sales_order_progress_within": {"order": {"progress": [{"line_no": 1, "delivered": 3}]}},
    "sales_order_references": {"contract": {"company": "de01"}},
    "sales_order_sold": {"part": {"status": "ended"}},
    "invoice_total": {"invoice": {"net": 20.02, "total": 22.02}},
    "invoice_lines_signed": {"invoice": {"lines": [{**BOX, "quantity": -2, "net": 20}]}},
    "invoice_rate": {"invoice": {"issued_on": "2024-12-31"}},
    "invoice_open": {"invoice": {"open": 12.02}},
    "invoice_same_company": {"order": {"company": "de01"}},
    "invoice_references": {"invoice": {"corrects": "I0"}},
    "payment_rate": {"payment": {"received_on": "2024-12-31"}},
    "payment_convertible": {"invoice": {"currency": "GBP"}},
    "payment_adds_up": {"payment": {"amount": 11.01}},
    "payment_within_invoice": {"invoice": {"total": 9.99}},
    "payment_once": {"payment2": SECOND},
    "payment_same_customer": {"invoice": {"party": key("nobody")}},
    "shipment_lines_known": {"order": {"lines": [{**BOX, "line_no": 2}]}},
    "shipment_within_order": {"order": {"lines": [{**BOX, "unit": "pcs", "quantity": 23}]}},
    "shipment_warehouse": {"shipment": {"warehouse": key("barn")}},
    "product_units_exact": {"part": {"units": [{"unit": "pcs", "numerator": 2, "denominator": 1}]}},
    "price_unit": {"part": {"units": []}},
    "price_currency": {"list": {"currency": "CNY"}},
    "price_overlaps": {"price2": {**BOOKS["price"][1], "valid_from": "2026-01-31"}},
    "bill_of_materials_circle": PARTS,
    "bill_of_materials_positive": {"bill": {"lines": [{**BOX, "quantity": 0}]}},
    "bill_of_materials_unit": {"bill": {"lines": [{**BOX, "unit": "m"}]}},
    "bill_of_materials_made": {"whole": {"kind": "service"}},
    "contract_rate": {"contract": {"currency": "GBP"}},
    "contract_invoiced": {"invoice": {"contract": None}},
    "opportunity_lines_positive": {"deal": {"lines": [{**BOX, "price": -1}]}},
    "opportunity_unit": {"deal": {"lines": [{**BOX, "unit": "t"}]}},
    "opportunity_amount": {"deal": {"amount": 20.02}},
    "opportunity_customer": {"deal": {"party": None}},
    "quote_lines_positive": {"quote": {"lines": [{**BOX, "quantity": 0}]}},
    "quote_unit": {"quote": {"lines": [{**BOX, "unit": "roll"}]}},
    "reservation_gaps": {"hold": {"number": 7}},
    "purchase_requisition_bought": {"buy": {"product": key("whole")}},
    "production_order_made": {"make": {"warehouse": key("barn")}},
    "production_order_components": {
        "make": {"components": [{"line_no": 1, "product": key("part"), "quantity": 0}]}
    },
}
"""What is changed in the books to break each rule; a name that is new is one record more."""

FINE: Mapping[str, Mapping[str, Record]] = {
    "a confirmed order of a blocked customer": {
        "acme": {"status": "blocked"}, "order": {"lifecycle": "confirmed"}},
    "an order that takes the last of the credit": {"acme": {"credit_limit": 30}},
    "an order of a customer without a limit": {"acme": {"credit_limit": None}},
    "a draft whose totals follow later": {"order": {"net": 0, "tax": 0, "total": 0}},
    "an order that the ERP has not added up": {"order": {"net": None, "tax": None, "total": None}},
    "a draft payment that settles nothing yet": {"payment": {"status": "draft", "unallocated": 0},
        "invoice": {"open": 22}},
    "a payment in another currency at its rate": {
        "payment": {"currency": "CNY", "rate": None, "amount": 88, "unallocated": 8}},
    "money that came twice, once cancelled": {"payment2": {**SECOND, "status": "cancelled"}},
    "a bill of what is made of something made": {
        "deep": {**PARTS["bill2"], "product": key("other")},
        "other": {**BOOKS["whole"][1], "code": "O"}},
    "a circle of bills that ended": {
        **PARTS, "bill2": {**PARTS["bill2"], "status": "ended"},
        "buy": {"product": key("other")},
        "other": {**BOOKS["part"][1], "code": "O"}},
    "a young contract": {"contract": {"signed_on": "2026-01-01"}, "invoice": {"contract": None}},
    "a price after another": {
        "price": {"valid_to": "2026-01-30"},
        "price2": {**BOOKS["price"][1], "valid_from": "2026-01-31"}},
}  # fmt: skip
NEW = {"payment2": "payment", "price2": "price", "bill2": "bill_of_materials",
       "deep": "bill_of_materials", "other": "product"}  # fmt: skip


@pytest.fixture(scope="module")
def shared(pg: Any, whole_template: str) -> Iterator[Hub]:
    """One hub for all cases: each begins with empty golden tables."""
    name = pg.name("queries")
    pg.create(name, whole_template, "concord_owner")
    yield Hub(pg.url(name, "concord_engine"))
    gx.close()
    pg.drop(name)


def write(conn: Connection, business: Config, changes: Mapping[str, Record]) -> None:
    """The books with the changes, all in golden tables and changed by batch 1."""
    entities = {name: entity for name, (entity, _) in BOOKS.items()} | NEW
    records = {name: dict(values) for name, (_, values) in BOOKS.items()}
    for name, values in changes.items():
        records[name] = {**records.get(name, {}), **values}
    for entity in business.entities:
        for name in (entity.name, *(f"{entity.name}_{f.name}" for f in entity.documents)):
            conn.execute(SQL("DELETE FROM {}").format(Identifier("golden", name)))
    for name, values in records.items():
        entity = business.entity[entities[name]]
        own = {"golden_id": key(name), "provenance": "{}", "version": 1, "batch_id": 1}
        lines = {f.name for f in entity.documents}
        flat = {n: json.dumps(v) if n in lines else v for n, v in values.items()}
        insert(conn, entity.name, {**own, **flat})
        for field in lines & values.keys():
            for place, line in enumerate(values[field], 1):
                row = {"golden_id": key(name), "position": place, **line}
                known = {"golden_id", "position", *(f.name for f in entity.field[field].lines)}
                insert(conn, f"{entity.name}_{field}", {n: row[n] for n in row.keys() & known})


def insert(conn: Connection, name: str, values: Record) -> None:
    conn.execute(
        SQL("INSERT INTO {} ({}) VALUES ({})").format(
            Identifier("golden", name),
            SQL(", ").join(map(Identifier, values)),
            SQL(", ").join(map(Literal, values.values())),
        )
    )


def judged(conn: Connection, hub: Hub, suite: Suite) -> set[str]:
    """The rules across tables that some record breaks; by the library and by us, as in a batch."""
    name = ("stage", f"b1_golden_{suite.entity}")
    stage(conn, name, suite, 1, today=TODAY)
    conn.commit()
    result = table.validate_table(hub.url, conn, name, suite, today=TODAY)
    conn.execute(SQL("DROP TABLE {}").format(Identifier(*name)))
    return {r.rule.name for r in result.rules if r.rule.query_file and not r.success}


def across(suites: Suites) -> list[Suite]:
    return [suite for suite in suites if suite.system == "golden" and suite.across]


def test_books_in_order_break_no_rule(shared: Hub, business: Config, shipped: Suites) -> None:
    with shared.connect() as conn:
        write(conn, business, {})
        found = {s.entity: judged(conn, shared, s) for s in across(shipped)}
    assert found == {s.entity: set() for s in across(shipped)}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_fails_on_books_made_to_break_it(
    shared: Hub, business: Config, shipped: Suites, rule: str
) -> None:
    [suite] = [s for s in across(shipped) if rule in {r.name for r in s.rules}]
    with shared.connect() as conn:
        write(conn, business, CASES[rule])
        assert rule in judged(conn, shared, suite)


@pytest.mark.parametrize("case", FINE)
def test_what_only_looks_wrong_breaks_no_rule(
    shared: Hub, business: Config, shipped: Suites, case: str
) -> None:
    with shared.connect() as conn:
        write(conn, business, FINE[case])
        for suite in across(shipped):
            name = ("stage", f"b1_golden_{suite.entity}")
            stage(conn, name, suite, 1, today=TODAY)
            table.find_failing(conn, name, suite, today=TODAY)
            numbers = {n for (n, _) in conn.execute(statement("quality", "failing_counts"))}
            broken = {suite.rules[n - 1].name for n in numbers if suite.rules[n - 1].query_file}
            assert (suite.entity, broken) == (suite.entity, set())
        conn.rollback()


def test_every_shipped_query_has_a_case(shipped: Suites) -> None:
    assert {r.name for suite in shipped for r in suite.rules if r.query_file} == set(CASES)


def test_the_hub_can_read_every_shipped_pattern_and_query(shared: Hub, shipped: Suites) -> None:
    with shared.connect() as conn:
        trial.check(conn, shipped)
