"""Logical decoding: what it sees, when it says that it cannot tell, and what it lets go."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.support.shop import Shop


def ops(rows: dict[str, Any] | None) -> dict[str, str]:
    assert rows is not None
    return {i: r.op for i, r in rows.items()}


def test_every_kind_of_statement_is_decoded(decoded: Shop) -> None:
    shop = decoded
    shop.sql("INSERT INTO customers (code, name) SELECT 'K' || n, 'n' FROM generate_series(1, 9) n")
    since = shop.position()
    with shop.connect() as conn, conn.cursor().copy("COPY customers (code, name) FROM STDIN") as c:
        c.write_row(("P1", "p"))
    shop.sql("UPDATE customers SET code = 'new' WHERE code = 'K1'")
    shop.sql("DELETE FROM customers WHERE code = 'K2'")
    shop.sql("UPDATE customers SET name = 'x' WHERE code = 'K3'")
    shop.sql("DELETE FROM customers WHERE code = 'K4'")
    shop.sql("INSERT INTO customers (code, name) VALUES ('K4', 'again')")
    assert ops(shop.changes(since)) == {
        "P1": "U", "K1": "D", "new": "U", "K2": "D", "K3": "U", "K4": "U",
    }  # fmt: skip
    assert shop.system.capabilities([shop.mapping]).changes == "logical"
