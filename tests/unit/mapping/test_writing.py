"""to_system: canonical values in a system's own forms, which read back as what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.mapping import Unmappable, to_system_frame

if TYPE_CHECKING:
    from tests.unit.mapping.conftest import World

VALUES = {
    "phone": "+4930123456 x12", "name": "Acme Ltd", "tax_id": "DE123", "email": "a@b.cn",
    "website": "https://acme.com", "country": "CN", "size": "huge", "owner": "C-1",
    "credit": "-1250000.50", "weight": "1234.5", "staff": "-3", "active": "true",
    "since": "2024-01-31", "seen": "2024-01-31 16:00:00.5+00",
}  # fmt: skip


def test_values_are_written_in_each_system_s_own_forms(world: World) -> None:
    erp = {"credit": "-1.250.000,50", "weight": "1234,5", "active": "Y", "since": "20240131"}
    assert world.write("erp", **VALUES) == {**VALUES, **erp}
    crm = {
        "country": "China", "size": "SM", "credit": "-1,250,000.50", "active": "1",
        "since": "31/01/2024", "seen": "2024-01-31T16:00:00.5Z",
    }  # fmt: skip
    assert world.write("crm", **VALUES) == {**VALUES, **crm}


def test_null_is_written_as_null_and_only_what_was_asked_for(world: World) -> None:
    assert world.write("crm", credit=None, since=None) == {"credit": None, "since": None}


def test_a_field_that_is_never_written_there_is_left_out(world: World) -> None:
    assert world.write("crm", note="secret", name="a") == {"name": "a"}
    assert world.write("erp", note="known") == {"note": "known"}
    assert world.write("erp", unmapped="x") == {}


@pytest.mark.parametrize(
    ("system", "field", "value", "words"),
    [
        ("crm", "country", "HK", ["code HK", "no text in crm", "config/codes/country.yaml"]),
        ("crm", "country", "Secret", ["not listed", "config/codes/country.yaml"]),
        ("erp", "credit", "Secret", ["no canonical money"]),
        ("crm", "since", "Secret", ["no canonical date"]),
        ("crm", "seen", "Secret", ["no canonical timestamp"]),
        ("crm", "active", "Secret", ["no canonical boolean"]),
    ],
)
def test_what_has_no_form_there_is_unmappable_and_not_repeated(
    world: World, system: str, field: str, value: str, words: list[str]
) -> None:
    with pytest.raises(Unmappable) as caught:
        world.write(system, **{field: value})
    assert (caught.value.field, caught.value.column) == (field, f"{system}_{field}")
    assert all(word in str(caught.value) for word in words)
    assert "Secret" not in str(caught.value)


def test_a_frame_is_written_as_single_records_are(world: World) -> None:
    mapping = world.entity.by_system["crm"]
    rows = [VALUES, {**VALUES, "country": "HK", "note": "n"}, dict.fromkeys(VALUES)]
    frame = pd.DataFrame(rows, index=["a", "b", "c"], dtype=object)
    written, errors = to_system_frame(world.entity, mapping, world.codes, frame)
    assert list(written.index) == ["a", "b", "c"]
    written.columns = [str(c).removeprefix("crm_") for c in written.columns]
    records = written.to_dict("records")
    assert records[0] == world.write("crm", **VALUES)
    assert records[1] == {**records[0], "country": None}
    assert set(records[2].values()) == {None}
    assert errors[["key", "field", "column", "rule"]].to_numpy().tolist() == [
        ["b", "country", "crm_country", "no_text"]
    ]


@pytest.mark.parametrize(
    ("value", "stored", "again"),
    [
        ("Acme Ltd", "Acme Ltd", "Acme Ltd"),
        ("Acme Trading Company", "Acme Trading", "Acme Trading"),
        ("Acme Tradin gCompany", "Acme Tradin", "Acme Tradin"),
        ("上海宏达贸易有限公司中国分公司", "上海宏达贸易有限公司中国", "上海宏达贸易有限公司中国"),
    ],
)
def test_a_shorter_column_is_cut_and_shown_as_it_will_read(
    world: World, value: str, stored: str, again: str
) -> None:
    assert world.write("erp", name=value) == {"name": stored}
    assert world.shown("erp", "name", value) == again
    assert world.shown("crm", "name", value) == value


def test_what_was_shown_is_shown_again(world: World) -> None:
    for system in ("erp", "crm"):
        for field, value in VALUES.items():
            once = world.shown(system, field, value)
            assert world.shown(system, field, once) == once
    assert world.shown("crm", "note", "never written") == "never written"
    assert world.shown("crm", "phone", "95588") == "95588"
    assert world.shown("crm", "phone", None) is None


RAW = {
    "note": st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30),
    "phone": st.text("0123456789+ -()x转", max_size=18),
    "tax_id": st.text("DEn/a０12 .-", max_size=14),
    "email": st.text("aA@.<>ß ", max_size=14),
    "website": st.text("aA./:htps w", max_size=20),
    "country": st.sampled_from(["CN", "DE", "NO"]),
    "size": st.sampled_from(["small", "huge"]),
    "owner": st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=9),
    "credit": st.decimals(-(10**12), 10**12, places=2).map("{:f}".format),
    "weight": st.decimals(-(10**6), 10**6, places=5).map("{:f}".format),
    "staff": st.integers(-(2**63), 2**63 - 1).map(str),
    "active": st.sampled_from(["true", "false"]),
}


@settings(max_examples=100, deadline=None)
@given(raw=st.fixed_dictionaries({}, optional=RAW), system=st.sampled_from(["erp", "crm"]))
def test_what_is_written_reads_back_as_it_was(
    world: World, raw: dict[str, str], system: str
) -> None:
    plain = {"credit": raw.get("credit", "").replace(".", ","), "since": "20240131"}
    plain |= {"weight": raw.get("weight", "").replace(".", ",")}
    plain |= {"active": {"true": "Y", "false": "N"}.get(raw.get("active", ""), "")}
    done = world.read("erp", {"name": "x", **raw, **plain})
    assert done.errors.empty
    values = {str(k): v for k, v in done.values.to_dict("records")[0].items()}
    if system == "crm":
        values.pop("note", None)
    again = world.read(system, world.write(system, **values))
    assert again.errors.empty
    assert again.values.to_dict("records") == [values]
