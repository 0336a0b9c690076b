"""What lines refer to, by the keys of a system or as a business rule gives it, as golden ids."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from psycopg import sql

from concord.model.spec import Config, Rule
from concord.pipeline import lines
from tests.support.configured import changed
from tests.support.documents import Documents

RULE = Rule(
    name="orders", version=1, owner="sales", gives="sales_order", watches={"product": "changed"},
    query="SELECT 1",
)  # fmt: skip


def given_by_rules(config: Config) -> Config:
    return changed(config, rules=(RULE,))


def resolve(
    world: Documents, config: Config, system: str, *products: Any
) -> tuple[list[Any], list[Any]]:
    """The products of a document's lines as golden ids, and what is missing."""
    entity = config.entity["sales_order"]
    (field,) = entity.documents
    given = [{"line_no": str(n), "product": str(p)} for n, p in enumerate(products)]
    rows = sql.SQL("(SELECT 1 AS id, {}::text AS system, {}::jsonb AS lines)").format(
        sql.Literal(system), sql.Literal(json.dumps(given))
    )
    query = sql.SQL("SELECT value, missing FROM {} AS x").format(
        lines.resolved(config, entity, field, rows)
    )
    with world.hub.connect() as conn:
        row = conn.execute(query).fetchone()
    assert row
    value, missing = row
    assert [line["line_no"] for line in value] == [line["line_no"] for line in given]
    return [line.get("product") for line in value], missing


def golden(world: Documents, sku: str) -> str:
    return str(world.one("hub", "SELECT golden_id FROM golden.product WHERE sku = %s", sku))


def test_each_system_names_a_golden_record_by_its_own_key(documents_world: Documents) -> None:
    world = documents_world
    world.item("A")
    world.settle()
    one = golden(world, "A")
    for system, key in (("erp", world.code("A")), ("crm", world.id("A"))):
        assert resolve(world, world.config, system, key, "none", key) == (
            [one, None, one], [{"entity": "product", "source_id": "none"}],
        )  # fmt: skip


def test_rules_name_golden_records_and_what_these_became(documents_world: Documents) -> None:
    world = documents_world
    config = given_by_rules(world.config)
    world.item("A")
    world.settle()
    one, gone, unknown = golden(world, "A"), str(uuid4()), str(uuid4())
    world.ops(
        "INSERT INTO ops.redirect (entity, from_id, to_id, reason, batch_id)"
        " VALUES ('product', %s, %s, 'test', 1)", gone, one,
    )  # fmt: skip
    found, missing = resolve(world, config, "rules", one, gone, unknown, "no id at all")
    assert found == [one, one, None, None]
    assert {m["source_id"] for m in missing} == {unknown, "no id at all"}
    assert resolve(world, config, "erp", world.code("A"))[0] == [one]
    assert resolve(world, config, "erp", one)[0] == [None]
