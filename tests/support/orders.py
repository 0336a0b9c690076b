"""A vendor's orders: documents whose lines are rows of a second table."""

from __future__ import annotations

import json
from typing import Any

from concord.model.spec import Column, EntityMapping, Lines
from concord.systems.digest import lines_text

LINES = "so_line[lines]"
ORDERS = """
CREATE SEQUENCE so_no;
CREATE TABLE so (
    so_no      text PRIMARY KEY DEFAULT 'SO-' || nextval('so_no'),
    customer   text NOT NULL,
    note       varchar(20),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE so_line (
    so_no    text NOT NULL REFERENCES so,
    line_no  integer NOT NULL,
    item     text NOT NULL,
    qty      numeric(12, 2) NOT NULL CHECK (qty > 0),
    due      date,
    printed  boolean NOT NULL DEFAULT false,
    PRIMARY KEY (so_no, line_no)
);
"""
COLUMNS = ("line_no", "item", "qty", "due")


def lines(
    *columns: str,
    table: str = "so_line",
    parent: str = "so_no",
    key: tuple[str, ...] = ("line_no",),
) -> Column:
    """A column of lines; without columns those of ORDERS."""
    mapped = tuple(Column(field=c, column=c) for c in columns or COLUMNS)
    spec = Lines(table=table, parent=parent, key=key, columns=mapped)
    return Column(field="lines", column=f"{table}[lines]", lines=spec)


def order_mapping(*columns: Column, table: str = "so", key: str = "so_no") -> EntityMapping:
    """A mapping of orders; without columns that of ORDERS."""
    named = tuple(Column(field=c, column=c) for c in ("customer", "note"))
    return EntityMapping(
        system="erp",
        entity="sales_order",
        table=table,
        id=key,
        columns=columns or (*named, lines()),
    )


def line(line_no: int, item: str = "bolt", qty: str = "1.00", due: str | None = None) -> Any:
    """One line as it is read from ORDERS."""
    return {"line_no": str(line_no), "item": item, "qty": qty, "due": due}


def text(*given: Any) -> str:
    """Raw text of lines."""
    return lines_text(given)


def parsed(raw: str | None) -> list[tuple[str, ...]]:
    """(line_no, item, qty) of every line of a raw text of ORDERS."""
    assert raw is not None
    return [(row["line_no"], row["item"], row["qty"]) for row in json.loads(raw)]
