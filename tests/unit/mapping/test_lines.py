"""Lines: a document's raw lines become one canonical text and back, or a fault names the line."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from concord.mapping import Unmappable, canonical, to_system, to_system_frame
from concord.model.read import load_config
from concord.model.spec import Column, Config, EntityMapping
from tests.support.documents import write_documents

Raw = dict[str, Any]
GOOD = {"pos": "10", "item_code": " I1 ", "qty": "2.5", "uom": "pce", "descr": " a \u3000b"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    return load_config(write_documents(tmp_path_factory.mktemp("documents")))


def read(config: Config, *texts: str | None, system: str = "erp") -> tuple[list[Any], list[str]]:
    """Canonical lines of documents (parsed) and the messages of the faults."""
    entity = config.entity["sales_order"]
    mapping = entity.by_system[system]
    column = mapping.by_field["lines"].column
    frame = pd.DataFrame({"reference": "A", "order_no": "A", column: list(texts)}, dtype=object)
    done = canonical(entity, mapping, config.code_list, config.company, frame)
    values = [None if t is None else json.loads(t) for t in done.values["lines"]]
    return values, list(done.errors["message"])


def lines(*rows: Raw) -> str:
    return json.dumps(rows)


def test_each_field_of_a_line_is_read_by_its_type_and_blank_ones_are_left_out(
    config: Config,
) -> None:
    values, faults = read(config, lines(GOOD, {**GOOD, "pos": "2", "descr": "\u200b"}))
    assert faults == []
    assert values == [[
        {"line_no": "2", "product": " I1 ", "quantity": "2.500", "unit": "piece"},
        {"line_no": "10", "product": " I1 ", "quantity": "2.500", "unit": "piece", "text": "a b"},
    ]]  # fmt: skip


def test_the_same_lines_have_one_text_in_whatever_order_and_form_they_come(config: Config) -> None:
    erp, _ = read(config, lines(GOOD, {**GOOD, "pos": "9", "descr": None}))
    other = {"line_no": "10", "product_id": " I1 ", "amount": "2.500", "unit": "pcs"}
    crm, _ = read(config, lines({**other, "label": "a  b"}, {**other, "line_no": " 9 "}),
                  system="crm")  # fmt: skip
    assert erp == crm


def test_a_document_without_lines_is_blank(config: Config) -> None:
    assert read(config, "[]", None) == ([None, None], [])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"qty": "many"}, "line 2: quantity is not a number"),
        ({"uom": "KILO"}, "line 2: unit is not in the code list unit for erp;"
         " config/codes/unit.yaml says what is allowed: correct it in the source or add it there"),
        ({"item_code": None}, "line 2: product is blank but needed"),
        ({"pos": ""}, "line 2: line_no is blank but needed"),
        ({"pos": "10"}, "line 2: has the same line_no as line 1"),
        ({"descr": "x" * 41}, "line 2: text is longer than 40"),
        ({"descr": "a\0b"}, "line 2: text holds a control character"),
        ({"qty": {"n": 1}}, "is not a list of lines"),
    ],
)  # fmt: skip
def test_a_bad_line_faults_its_document_alone_and_is_named_without_its_value(
    config: Config, changes: Raw, words: str
) -> None:
    bad = lines(GOOD, {**GOOD, "pos": "11", **changes})
    values, faults = read(config, lines(GOOD), bad, lines(GOOD))
    assert [v is None for v in values] == [False, True, False]
    (message,) = faults
    assert message.startswith(words)
    assert all(str(v) not in message for v in changes.values() if isinstance(v, str) and len(v) > 3)


def test_a_message_names_three_faulty_lines_and_counts_the_rest(config: Config) -> None:
    rows = [{**GOOD, "pos": str(n), "qty": "x"} for n in range(1, 6)]
    _, (message,) = read(config, lines(*rows))
    assert message.count("quantity is not a number") == 3
    assert message.endswith("; and 2 lines more")


@pytest.mark.parametrize("text", ["", "x", "{}", '["a"]', "[" * 100_000, "12", '[{"pos": [1]}]'])
def test_what_is_no_list_of_lines_is_a_fault(config: Config, text: str) -> None:
    values, faults = read(config, text)
    assert values == [None]
    assert faults[0].startswith("is not a list of lines")


def test_numbers_that_json_holds_as_numbers_keep_every_digit(config: Config) -> None:
    values, _ = read(config, '[{"pos": 1, "item_code": "I", "qty": 12345678901234567890.125,'
                             ' "uom": "BOX"}]')  # fmt: skip
    assert values[0][0]["quantity"] == "12345678901234567890.125"


def test_lines_of_a_mapping_without_columns_are_called_as_the_fields(config: Config) -> None:
    entity = config.entity["sales_order"]
    plain = tuple(Column(field=f.name, column=f.name) for f in entity.fields)
    mapping = EntityMapping(
        system="rules", entity=entity.name, table="", id="source_id", columns=plain
    )
    text = '[{"line_no": 1, "product": "p", "quantity": 2, "unit": "box", "text": null}]'
    raw = pd.DataFrame({"number": ["A"], "lines": [text]}, dtype=object)
    done = canonical(entity, mapping, config.code_list, config.company, raw)
    assert done.errors.empty
    assert json.loads(done.values["lines"].iloc[0]) == [
        {"line_no": "1", "product": "p", "quantity": "2.000", "unit": "box"}
    ]


GOLDEN = (
    '[{"line_no":"2","product":"7","quantity":"2.500","unit":"piece"},'
    '{"line_no":"10","product":"8","quantity":"1.000","unit":"box","text":"ö"}]'
)


def write(config: Config, system: str, value: str | None) -> str | None:
    entity = config.entity["sales_order"]
    mapping = entity.by_system[system]
    done = to_system(entity, mapping, config.code_list, {"lines": value})
    frame = pd.DataFrame({"lines": [value]}, dtype=object)
    many, errors = to_system_frame(entity, mapping, config.code_list, frame)
    assert errors.empty
    assert many.iloc[0].to_dict() == done
    return done[mapping.by_field["lines"].column]


def test_lines_are_written_with_every_column_of_the_system_in_alphabetical_order(
    config: Config,
) -> None:
    assert write(config, "crm", GOLDEN) == (
        '[{"amount":"2.500","label":null,"line_no":"2","product_id":"7","unit":"pcs"},'
        '{"amount":"1.000","label":"ö","line_no":"10","product_id":"8","unit":"box"}]'
    )
    values, _ = read(config, write(config, "erp", GOLDEN))
    assert values == [json.loads(GOLDEN)]


def test_no_lines_are_written_as_an_empty_list(config: Config) -> None:
    assert write(config, "erp", None) == "[]"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            '"box"',
            '"pallet"',
            "lines (column so_line[lines]) line 2: unit (column uom) holds a code",
        ),
        ('"1.000"', '"Secret"', "line 2: quantity (column qty) is no canonical quantity"),
        ('"10"', '"2"', "line 2: has the same line_no as line 1"),
        ("[{", "{", "are no canonical lines"),
    ],
)
def test_lines_that_have_no_form_there_are_unmappable(
    config: Config, old: str, new: str, words: str
) -> None:
    with pytest.raises(Unmappable) as caught:
        write(config, "erp", GOLDEN.replace(old, new, 1))
    assert words in str(caught.value)
    assert "Secret" not in str(caught.value)


def test_a_column_that_is_only_read_is_not_written(config: Config) -> None:
    entity = config.entity["sales_order"]
    mapping = entity.by_system["erp"]
    column = mapping.by_field["lines"]
    assert column.lines is not None
    inner = tuple(c.model_copy(update={"write": c.field != "text"}) for c in column.lines.columns)
    lines_ = column.lines.model_copy(update={"columns": inner})
    other = tuple(
        c.model_copy(update={"lines": lines_}) if c is column else c for c in mapping.columns
    )
    cut = mapping.model_copy(update={"columns": other})
    done = to_system(entity, cut, config.code_list, {"lines": GOLDEN})
    assert set(json.loads(str(done["so_line[lines]"]))[0]) == {"pos", "item_code", "qty", "uom"}
