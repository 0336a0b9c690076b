"""The hub's tables of documents: one jsonb column, and golden lines as rows with real types."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from concord.errors import ConfigError
from concord.hub.database import Hub
from concord.hub.migrate import migrate
from concord.hub.model_migrations import Statement, plan, write_migration
from concord.model.read import load_config
from tests.conftest import Postgres, TestHub
from tests.support.documents import ORDER, migrated, write_documents
from tests.support.world import run_sql

COLUMNS = (
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
    " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_documents(tmp_path / "config")


@pytest.fixture
def hub(pg: Postgres, root: Path) -> Iterator[TestHub]:
    """A hub that has the documents' model."""
    dbname = pg.name("lines_hub")
    pg.create(dbname, owner="concord_owner")
    hub = TestHub(pg, dbname)
    migrated(hub.owner_url, load_config(root))
    yield hub
    pg.drop(dbname)


def planned(hub: TestHub, root: Path, order: str = ORDER) -> list[Statement]:
    (root / "model/sales_order.yaml").write_text(order)
    with Hub(hub.owner_url).connect() as conn:
        return plan(conn, load_config(root))


def test_lines_are_a_column_of_the_document_and_typed_rows_beside_it(
    hub: TestHub, root: Path
) -> None:
    for table in ("image.sales_order", "image.sales_order_history",
                  "golden.sales_order", "golden.sales_order_history"):  # fmt: skip
        assert dict(run_sql(hub.owner_url, COLUMNS, table))["lines"] == "jsonb"
    assert run_sql(hub.owner_url, COLUMNS, "golden.sales_order_lines") == [
        ("golden_id", "uuid"), ("position", "integer"), ("line_no", "bigint"),
        ("product", "uuid"), ("quantity", "numeric"), ("unit", "text"), ("text", "text"),
    ]  # fmt: skip
    indexes = [r[0] for r in run_sql(
        hub.owner_url, "SELECT indexdef FROM pg_indexes WHERE tablename LIKE 'sales_order%%'"
    )]  # fmt: skip
    assert any("UNIQUE" in i and '(golden_id, "position")' in i for i in indexes)
    assert any("golden.sales_order_lines USING btree (product)" in i for i in indexes)
    assert any("image.sales_order USING gin (lines jsonb_path_ops)" in i for i in indexes)
    assert planned(hub, root) == []


def test_the_engine_may_fill_the_table_of_lines_and_not_change_it(hub: TestHub) -> None:
    run_sql(hub.url, "INSERT INTO golden.sales_order_lines (golden_id, position)"
                     " VALUES (gen_random_uuid(), 1)")  # fmt: skip
    run_sql(hub.url, "DELETE FROM golden.sales_order_lines")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run_sql(hub.url, "ALTER TABLE golden.sales_order_lines ADD COLUMN x text")


def test_a_new_line_field_is_one_alter_table(hub: TestHub, root: Path) -> None:
    more = ORDER.replace("      text: {", "      due: {type: date}\n      text: {")
    steps = planned(hub, root, more)
    assert [s.sql for s in steps] == [
        'ALTER TABLE "golden"."sales_order_lines" ADD COLUMN "due" date'
    ]
    config = load_config(root)
    write_migration(config, steps)
    migrate(hub.owner_url, config)
    assert planned(hub, root, more) == []


def test_a_line_field_that_is_gone_is_noted_and_its_values_stay(hub: TestHub, root: Path) -> None:
    less = ORDER.replace("      text: {type: text, max: 40, clean: [squeeze]}\n", "")
    less = less.replace(", text: descr", "").replace(", text: label", "")
    steps = planned(hub, root, less)
    assert [s.subject for s in steps] == ["golden.sales_order_lines.text"]
    assert not steps[0].sql


def test_another_type_of_a_line_field_is_for_a_person(hub: TestHub, root: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        planned(hub, root, ORDER.replace("quantity: {type: quantity, scale: 3",
                                         "quantity: {type: text"))  # fmt: skip
    (problem,) = caught.value.problems
    assert problem.where == "fields.lines.of.quantity.type"
    assert 'ALTER TABLE "golden"."sales_order_lines" ALTER COLUMN "quantity"' in problem.hint


@pytest.mark.parametrize(
    ("lines", "fields", "expected"),
    [
        ('[{"a":"1","b":"2"},{"b":"0","a":"3"}]', ["a"], '[{"a":"1"},{"a":"3"}]'),
        ('[{"a":"1"}]', ["b"], "[{}]"),
        ("[]", ["a"], None),
        (None, ["a"], None),
    ],
)
def test_lines_can_be_cut_to_some_fields_in_their_order(
    hub: TestHub, lines: str | None, fields: list[str], expected: str | None
) -> None:
    ((same,),) = run_sql(
        hub.url, "SELECT ops.lines_of(%s::jsonb, %s) IS NOT DISTINCT FROM %s::jsonb",
        lines, fields, expected,
    )  # fmt: skip
    assert same
