"""Totals that a PostgreSQL system computes itself are those of its rows, to the last digit."""

from __future__ import annotations

from decimal import Decimal

from concord.systems.protocol import Total, Totalling
from tests.support.world import World


def test_groups_are_raw_texts_and_sums_are_exact_products(world: World) -> None:
    world.erp(
        "INSERT INTO customers (name, kind, country_code, credit_limit, currency)"
        " SELECT 'C' || n, 'O', 'GB', v.amount, v.currency FROM (VALUES (1, 0.1, 'EUR'),"
        " (2, 0.2, 'EUR'), (3, NULL, 'EUR'), (4, 5, NULL)) AS v (n, amount, currency)"
    )
    mapping = world.config.entity["party"].by_system["erp"]
    by = [mapping.by_field[name].column for name in ("country", "currency")]
    limit = mapping.by_field["credit_limit"].column
    with world.engine.system("erp").snapshot() as snapshot:
        assert isinstance(snapshot, Totalling)
        shape = snapshot.shape(mapping)
        found = set(snapshot.totals(mapping, by, [[limit], [limit, limit]], shape))
    assert found == {
        Total(("GB", "EUR"), 3, (Decimal("0.3"), Decimal("0.05"))),
        Total(("GB", None), 1, (Decimal(5), Decimal(25))),
    }
