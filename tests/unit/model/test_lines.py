"""Documents in model files: what lines are, and every way to say them wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest

from concord.errors import ConfigError, Problem
from concord.model.read import load_config
from tests.support.documents import ORDER, PRODUCT, write_documents
from tests.unit.model.small import change

ERP_LINES = "{line_no: pos, product: item_code, quantity: qty, unit: uom, text: descr}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_documents(tmp_path / "config")


def problems(root: Path) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        load_config(root)
    return caught.value.problems


def test_lines_are_one_field_with_fields_and_a_table_in_each_system(root: Path) -> None:
    entity = load_config(root).entity["sales_order"]
    (field,) = entity.documents
    assert (field.pg_type, field.key) == ("jsonb", ("line_no",))
    assert [f.name for f in field.lines] == ["line_no", "product", "quantity", "unit", "text"]
    column = entity.by_system["crm"].by_field["lines"]
    assert column.column == "order_line[]"
    assert column.lines is not None
    assert (column.lines.parent, column.lines.key) == ("order_id", ("line_no",))
    assert {c.field: c.column for c in column.lines.columns}["product"] == "product_id"
    assert entity.posted is not None
    assert entity.posted.open == ("note",)


def test_what_lines_refer_to_comes_before_the_document(root: Path) -> None:
    (root / "model/article.yaml").write_text(PRODUCT.replace("product", "article"))
    assert list(load_config(root).entity) == ["article", "product", "sales_order"]
    change(root, "model/sales_order.yaml", "to: product", "to: zebra")
    path = root / "model/product.yaml"
    path.rename(root / "model/zebra.yaml")
    (root / "model/zebra.yaml").write_text(PRODUCT.replace("entity: product", "entity: zebra"))
    lanes = root / "lanes.yaml"
    lanes.write_text(lanes.read_text().replace("[product, sales_order]", "[zebra, sales_order]"))
    assert list(load_config(root).entity) == ["article", "zebra", "sales_order"]


@pytest.mark.parametrize(
    ("old", "new", "words", "hint"),
    [
        ("key: [line_no]", "key: [lineno]", "unknown line field `lineno`", "`line_no`"),
        ("    key: [line_no]\n", "", "`key` is missing", "tells a document's lines apart"),
        ("text: {type: text", "text: {type: lines", "lines cannot hold lines", "entity of its own"),
        ("text: {type: text", "golden_id: {type: text", "used by Concord's own", "another"),
        ("to: product", "to: produkt", "unknown entity `produkt`", "`product`"),
        ("codes: unit", "codes: units", "unknown code list `units`", "`unit`"),
        ("clean: [squeeze]", "clean: [squeaze]", "unknown cleaning step", "`squeeze`"),
        ("type: integer", "scale: 2, type: integer", "`scale` does not belong", "money"),
        ("note: {type: text, ", "note: {type: text, key: [x], ", "`key` does not belong", "lines"),
        ("key: [number]", "key: [lines]", "cannot be compared", "other fields"),
        ("key: [number]", "apart: [lines]\nkey: [number]", "cannot be compared", "other fields"),
        (ERP_LINES, "{line_no: pos, item: x}", "unknown line field `item`", "product"),
        (ERP_LINES, "{product: a, quantity: b, unit: c, text: d}", "in the lines' key", "Map it"),
        ("text: descr", "text: so_no", "with the document's key", "another column"),
        ("text: descr", "text: uom", "two line fields are mapped to column `uom`", "one of them"),
        ("text: descr", "text: {column: descr, shorten: 9, rest: x}", "not shortened", "write: "),
        ("line_no: pos", "line_no: {column: pos, write: false}", "must be written", "Remove"),
        ("line_no: pos", "line_no: {column: pos, format: X}", "takes no format", "Remove"),
        ("      note: note\n      remark: remark\n      lines:\n        table: order_line",
         "      remark: remark\n      note: {table: n, parent: p, fields: {a: b}}\n"
         "      lines:\n        table: order_line", "is not mapped like this", "Lines need"),
        ("posted: {field: state", "posted: {field: stat", "unknown field `stat`", "`state`"),
        ("posted: {field: state", "posted: {field: note", "`note` has no codes", "type code"),
        ("values: [confirmed, done]", "values: [confirmd]", "no code of order_state", "confirmed"),
        ("system: erp, open", "system: epr, open", "unknown system `epr`", "`erp`"),
        ("open: [note]", "open: [notes]", "unknown field or group `notes`", "`note`"),
        ("    authority: latest\n    of", "    authority: {aggregate: max}\n    of",
         "lines cannot be aggregated", "another authority"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_what_to_do(
    root: Path, old: str, new: str, words: str, hint: str
) -> None:
    line = change(root, "model/sales_order.yaml", old, new)
    found = [p for p in problems(root) if words in p.what]
    assert found, [p.what for p in problems(root)]
    assert hint in found[0].hint
    assert found[0].file.endswith("model/sales_order.yaml")
    lines = range(line - 9, line + new.count("\n") + 3)  # some are named where the field stands
    assert found[0].line in lines


def test_a_wrong_key_of_lines_in_a_mapping_names_those_allowed(root: Path) -> None:
    line = change(root, "model/sales_order.yaml", "parent: order_id", "parrent: order_id")
    unknown = next(p for p in problems(root) if "unknown key `parrent`" in p.what)
    assert "Did you mean `parent`?" in unknown.hint
    assert unknown.line == line


def test_who_lacks_a_field_may_hold_lines_that_others_decide(root: Path) -> None:
    change(root, "model/sales_order.yaml", "unit: unit, text: label", "unit: unit")
    assert "crm may decide lines" in problems(root)[0].what
    change(root, "model/sales_order.yaml", "authority: latest\n    of",
           "authority: {priority: [erp, crm]}\n    of")  # fmt: skip
    assert load_config(root).entity["sales_order"].documents


def test_a_reference_to_what_a_system_does_not_hold_is_refused(root: Path) -> None:
    text = PRODUCT.split("  crm:")[0]
    (root / "model/product.yaml").write_text(text)
    (problem,) = problems(root)
    assert problem.what == "crm holds this reference, but no product"
    assert problem.line == ORDER[: ORDER.index("      product: {type")].count("\n") + 1


def test_an_entity_may_not_have_the_name_of_the_table_of_lines(root: Path) -> None:
    (root / "model/sales_order_lines.yaml").write_text(
        PRODUCT.replace("entity: product", "entity: sales_order_lines")
    )
    assert "belongs to entity `sales_order`" in problems(root)[0].what
