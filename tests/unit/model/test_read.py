"""Reading: the short forms of the files become the frozen objects."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from concord.model.read import config_root, load_config
from concord.model.spec import Authority, CleanStep, Column, Limits
from tests.unit.model.small import change


def test_the_shipped_configuration_has_no_problems() -> None:
    config = load_config(config_root())
    place = {name: n for n, name in enumerate(config.entity)}
    assert place["party"] < place["contract"] < place["sales_order"] < place["invoice"]
    assert {"fast", "standard", "nightly"} == set(config.lane)
    assert set(config.system) == {"erp", "crm"}


def test_a_plain_name_is_a_column_and_a_mapping_says_more(small: Path) -> None:
    erp = load_config(small).entity["party"].by_system["erp"].by_field
    assert erp["tax_id"] == Column(field="tax_id", column="vat")
    assert erp["name"] == Column(
        field="name", column="title", shorten=60, rest="the CRM has it all"
    )
    assert erp["credit"].write is False


def test_authorities_in_every_form(small: Path) -> None:
    change(small, "model/party.yaml", "max: 20, authority: erp", "max: 20, authority: steward")
    field = load_config(small).entity["party"].field
    assert field["name"].authority == Authority(kind="owner", systems=("erp",))
    assert field["tax_id"].authority == Authority(kind="steward")
    assert field["phone"].authority == Authority(kind="latest")
    assert field["country"].authority == Authority(kind="priority", systems=("crm", "erp"))
    assert field["since"].authority == Authority(kind="aggregate", function="min")


def test_fields_of_a_group_take_its_authority(small: Path) -> None:
    party = load_config(small).entity["party"]
    assert party.field["credit"].authority == Authority(kind="owner", systems=("erp",))
    assert next(u.name for u in party.units) == "limit"
    assert sorted(f for u in party.units for f in u.fields) == sorted(party.field)


def test_keys_and_cleaning_steps(small: Path) -> None:
    party = load_config(small).entity["party"]
    assert party.keys == (("tax_id",), ("phone", "name"))
    assert party.field["phone"].clean == (CleanStep(name="phone", uses=("country",)),)


def test_a_column_may_stand_beside_its_field(small: Path) -> None:
    line = "  fax: {type: text, max: 30, authority: latest, systems: {erp: telefax, crm: fax}}\n"
    change(small, "model/party.yaml", "groups:\n", line + "groups:\n")
    party = load_config(small).entity["party"]
    assert party.by_system["erp"].by_field["fax"].column == "telefax"
    assert party.by_system["crm"].by_field["fax"].column == "fax"


def test_entities_stand_behind_what_they_refer_to(small: Path) -> None:
    (small / "model/site.yaml").rename(small / "model/a_site.yaml")
    change(small, "model/a_site.yaml", "entity: site", "entity: a_site")
    lanes = (small / "lanes.yaml").read_text().replace("site", "a_site")
    (small / "lanes.yaml").write_text(lanes)
    assert list(load_config(small).entity) == ["party", "a_site"]


def test_codes_are_text_even_when_they_look_like_something_else(small: Path) -> None:
    change(small, "codes/country.yaml", "crm: Norway", "crm: [no, Off, 047, 12:30, 2024-01-31]")
    codes = {c.code: c for c in load_config(small).code_list["country"].codes}
    assert list(codes) == ["AT", "NO", "01"]
    assert codes["NO"].systems["crm"] == ("no", "Off", "047", "12:30", "2024-01-31")
    assert codes["AT"].systems["crm"] == ("Austria", "Österreich")


def test_a_system_that_no_code_names_uses_the_codes(small: Path) -> None:
    codes = load_config(small).code_list["country"].codes
    assert [c.systems["erp"] for c in codes] == [("AT",), ("NO",), ("01",)]


def test_limits_left_out_keep_their_defaults(small: Path) -> None:
    config = load_config(small)
    assert config.system["erp"].limits == Limits()
    assert config.system["crm"].limits == Limits(count=100, share=0.5)


def test_the_version_follows_the_content_of_every_file(small: Path) -> None:
    before = load_config(small).version
    assert load_config(small).version == before
    change(small, "codes/country.yaml", "label: Austria", "label: The Republic of Austria")
    assert load_config(small).version != before


def test_objects_cannot_be_changed(small: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_config(small).company.name = "Other"


def test_the_directory_is_named_by_the_environment(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_CONFIG", str(small))
    assert load_config().company.name == "Small Ltd"


def test_a_byte_order_mark_and_windows_line_ends_are_read(small: Path) -> None:
    path = small / "company.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_config(small).company.country == "AT"
