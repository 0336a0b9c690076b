"""canonical: raw frames become canonical values, and every fault has its row and its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

from concord.mapping import canonical
from concord.mapping.reading import reading_order
from concord.model.spec import Authority, CleanStep, Entity, Field

if TYPE_CHECKING:
    from tests.unit.mapping.conftest import World


def test_a_record_is_read_in_canonical_text_forms(world: World) -> None:
    raw = {
        "name": "Ａｃｍｅ　Ltd ", "phone": "030/123456", "country": "Deutschland",
        "tax_id": "de 123.456", "email": "Info@ACME.com", "website": "www.Acme.com/",
        "owner": "C-0042", "credit": "1,250,000", "weight": "1.50", "staff": "12",
        "active": "1", "since": "31/01/2024", "seen": "2024-02-01T00:00:00+08:00", "note": "",
    }  # fmt: skip
    done = world.read("crm", raw)
    assert done.errors.empty
    assert done.values.iloc[0].to_dict() == {
        "phone": "+4930123456", "name": "Acme Ltd", "note": None, "tax_id": "DE123456",
        "email": "info@acme.com", "website": "https://www.acme.com", "country": "DE",
        "owner": "C-0042", "credit": "1250000.00", "weight": "1.5", "staff": "12",
        "active": "true", "since": "2024-01-31", "seen": "2024-01-31 16:00:00+00",
    }  # fmt: skip


def test_the_index_stays_and_every_value_is_text_or_none(world: World) -> None:
    mapping = world.entity.by_system["crm"]
    raw = pd.DataFrame(
        {"crm_name": ["a", None, "c"], "crm_credit": [None, "1", float("nan")]},
        index=["x", "y", "z"],
    )
    done = canonical(world.entity, mapping, world.codes, world.company, raw)
    assert list(done.values.index) == ["x", "y", "z"]
    assert list(done.values.columns) == ["name", "credit"]
    assert done.values["credit"].tolist() == [None, "1.00", None]
    assert {type(v) for c in done.values for v in done.values[c]} == {str, type(None)}
    assert done.errors.to_numpy().tolist() == [
        ["y", "name", "crm_name", "required", "is blank but needed; fill it in in the source"]
    ]


def test_text_of_every_pandas_kind_is_read_alike(world: World) -> None:
    mapping = world.entity.by_system["crm"]
    for kind in ("str", "object", "string"):
        raw = pd.DataFrame({"crm_name": pd.Series(["a", None], dtype=kind)})
        done = canonical(world.entity, mapping, world.codes, world.company, raw)
        assert done.values["name"].tolist() == ["a", None]


def test_a_frame_without_rows_or_without_columns_is_read(world: World) -> None:
    mapping = world.entity.by_system["crm"]
    for raw in (pd.DataFrame({"crm_name": []}, dtype=object), pd.DataFrame(index=[1, 2])):
        done = canonical(world.entity, mapping, world.codes, world.company, raw)
        assert list(done.values.index) == list(raw.index)
        assert done.errors.empty


def test_a_missing_column_leaves_its_field_out_even_a_required_one(world: World) -> None:
    done = world.read("crm", {"credit": "1"})
    assert list(done.values.columns) == ["credit"]
    assert done.errors.empty


def test_a_number_that_is_no_text_is_refused(world: World) -> None:
    raw = pd.DataFrame({"crm_credit": [1.1]})
    with pytest.raises(TypeError, match="crm_credit holds float"):
        canonical(world.entity, world.entity.by_system["crm"], world.codes, world.company, raw)


def test_every_fault_of_a_row_is_named_and_other_rows_go_on(world: World) -> None:
    done = world.read(
        "crm",
        {"name": "a", "credit": "1,25,000", "since": "2024-01-31", "country": "Atlantis"},
        {"name": "b", "credit": "1,250", "since": "31/01/2024", "country": "China"},
    )
    assert list(done.errors.columns) == ["key", "field", "column", "rule", "message"]
    found = done.errors[["key", "field", "column", "rule"]].to_numpy().tolist()
    assert sorted(found) == [
        [7, "country", "crm_country", "unknown_code"],
        [7, "credit", "crm_credit", "not_a_number"],
        [7, "since", "crm_since", "not_a_date"],
    ]
    assert done.values.iloc[0].to_list() == ["a", None, None, None]
    assert done.values.iloc[1].to_list() == ["b", "CN", "1250.00", "2024-01-31"]


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        ("name", "Secret\x00", "control_character"),
        ("name", "Secret\x1b[0m", "control_character"),
        ("name", "Secret\x92s", "control_character"),
        ("name", "Secret\ud800", "not_unicode"),
        ("name", "Secret" * 7, "too_long"),
        ("note", "Secret" * 2000, "too_long"),
        ("note", "Secret" * 2_000_000, "too_long"),
        ("owner", "Secret\x00", "control_character"),
        ("country", "Secret", "unknown_code"),
        ("country", "DE", "unknown_code"),
        ("size", "Secret", "unknown_code"),
        ("staff", "Secret", "not_a_number"),
        ("active", "Secret", "not_a_boolean"),
        ("seen", "Secret", "not_a_timestamp"),
        ("credit", "1.005", "too_precise"),
    ],
)
def test_a_fault_says_what_to_do_and_never_repeats_the_value(
    world: World, field: str, text: str, rule: str
) -> None:
    found, message = world.fault("crm", field, text)
    assert found == rule
    assert "Secret" not in message
    assert "005" not in message
    assert "in the source" in message


def test_line_breaks_and_tabs_are_one_space_in_every_text(world: World) -> None:
    assert world.value("crm", "note", "a\r\n\tb  c") == "a b  c"
    assert world.value("crm", "name", "a\r\n\tb  c") == "a b c"


@pytest.mark.parametrize("text", ["", "  ", "\u3000", "\t\n", "\u200b", None])
@pytest.mark.parametrize("field", ["note", "phone", "country", "owner", "credit", "since"])
def test_blank_is_null_in_every_type(world: World, field: str, text: str | None) -> None:
    assert world.value("crm", field, text) is None


def test_a_time_of_day_is_dropped_only_where_the_mapping_says_what_becomes_of_it(
    world: World,
) -> None:
    assert world.value("crm", "born", "1999-12-31 20:00:00+00") == "2000-01-01"
    assert world.fault("erp", "born", "1999-12-31 20:00:00+00")[0] == "not_a_date"


def test_a_key_of_another_record_stays_as_it_is(world: World) -> None:
    assert world.value("crm", "owner", " ａ-1 ") == " ａ-1 "


@pytest.mark.parametrize("text", ["China", "china", " ＰＲ　China", "中国"])
def test_all_texts_of_a_code_are_read_whatever_their_case_and_width(
    world: World, text: str
) -> None:
    assert world.value("crm", "country", text) == "CN"


def test_a_system_that_a_list_does_not_name_uses_the_codes_themselves(world: World) -> None:
    assert world.value("erp", "country", "NO") == "NO"
    assert world.value("erp", "country", "HK") == "HK"


def test_case_counts_where_it_tells_codes_apart(world: World) -> None:
    assert world.value("crm", "size", "sm") == "small"
    assert world.value("crm", "size", "SM") == "huge"
    assert world.fault("crm", "size", "Sm")[0] == "unknown_code"


def test_a_telephone_number_is_read_by_the_cleaned_country_of_its_record(world: World) -> None:
    assert world.value("crm", "phone", "030 123456", country="Germany") == "+4930123456"
    assert world.value("crm", "phone", "021 62345678") == "+862162345678"
    assert world.value("crm", "phone", "021 62345678", country=" ") == "+862162345678"


def test_one_text_in_two_countries_is_two_numbers(world: World) -> None:
    rows = [{"phone": "0301234567", "country": c} for c in ("Germany", "China", "Germany")]
    done = world.read("crm", *[{"name": "x", **row} for row in rows])
    numbers = done.values["phone"].tolist()
    assert numbers == ["+49301234567", "+86301234567", "+49301234567"]


def test_cleaning_that_goes_in_a_circle_is_refused(world: World) -> None:
    latest = Authority(kind="latest")
    phone = CleanStep(name="phone", uses=("name",))
    name = CleanStep(name="phone", uses=("phone",))
    entity = Entity(
        name="thing",
        fields=(
            Field(name="phone", type="text", clean=(phone,), authority=latest),
            Field(name="name", type="text", clean=(name,), authority=latest),
        ),
        keys=(),
        mappings=(),
    )
    with pytest.raises(ValueError, match="phone -> name"):
        reading_order(entity, world.entity.by_system["crm"])
