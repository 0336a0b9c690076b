"""The page of a change set: shows what would be written, and nothing that not everybody may see."""

from __future__ import annotations

import re
import stat
from decimal import Decimal
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.pipeline.decisions import Part
from concord.report import changes
from tests.support.held import decide, held, on_credit, three_on_credit
from tests.support.world import World


def page(world: World, number: int) -> str:
    with world.hub.connect() as conn:
        return changes.render(changes.collect(conn, world.config, number))


def words(html: str, language: str = "en") -> str:
    """The text of the page in one language."""
    other = {"en": "zh", "zh": "en"}[language]
    body = re.sub(rf'<span class="{other}"[^>]*>.*?</span>', "", html.partition("<body>")[2])
    return " ".join(re.sub("<[^>]*>", " ", body).split())


def test_old_and_new_values_stand_side_by_side_with_who_says_so(world: World) -> None:
    world.customer("Alpha Ltd")
    world.settle()
    world.limit("crm", count=0, share=0)
    world.erp("UPDATE customers SET name = 'Alpha Group Ltd'")
    world.batch()
    said = words(page(world, held(world)))
    assert "1 writes to crm party wait for your decision" in said
    assert "says erp Field or group legal_name Now Alpha Ltd Then Alpha Group Ltd" in said
    assert "1 writes; 0 pass, or 0% of 1 records" in said
    assert "concord approve" in said


def test_fields_with_a_sensitivity_are_masked_and_their_change_is_said(world: World) -> None:
    world.limit("crm", count=0, share=0)
    world.customer("Alpha Ltd", vat_no="GB123456789", phone="+442079460001", email="a@b.example")
    world.batch()
    html = page(world, held(world))
    for secret in ("GB123456789", "gb123456789", "442079460001", "a@b.example"):
        assert secret not in html
    said = words(html)
    assert "phone changes; not shown here" in said
    assert "Alpha Ltd" in said


def test_money_of_a_masked_field_is_not_told_write_by_write(world: World) -> None:
    said = words(page(world, three_on_credit(world)))
    assert "600.00 CNY at stake" in said
    assert "300.00 CNY" not in said


def test_those_with_most_at_stake_come_first(world: World) -> None:
    said = words(page(world, three_on_credit(world)))
    assert said.index("Company 3") < said.index("Company 2") < said.index("Company 1")


def test_names_from_a_system_are_text_and_nothing_else(world: World) -> None:
    world.limit("crm", count=0, share=0)
    world.customer("<script>alert(1)</script>")
    world.batch()
    html = page(world, held(world))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_the_page_says_it_in_chinese_as_well(world: World) -> None:
    said = words(page(world, three_on_credit(world)), "zh")
    assert "3 项写入等待您的决定" in said
    assert "涉及金额 600.00 CNY，上限 500" in said


def test_a_decided_one_says_who_decided_what_and_where_the_rest_is(world: World) -> None:
    number = three_on_credit(world)
    done = decide(world, number, part=Part(below=Decimal(300)), comment="small ones")
    world.batch()
    said = words(page(world, number))
    assert "2 writes to crm party were approved" in said
    assert "ann," in said
    assert "small ones" in said
    assert "written: 2" in said
    assert f"Change set {done.rest}" in said
    assert f"Left over from Change set {number}" in words(page(world, done.rest or 0))


def test_the_file_is_for_its_owner_alone(world: World, tmp_path: Path) -> None:
    number = three_on_credit(world)
    with world.hub.connect() as conn:
        path = changes.change_set_page(conn, world.config, number, tmp_path / "reports")
    assert path.name == f"change-set-{number}.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_every_kind_of_reason_can_be_said(world: World) -> None:
    from concord.pipeline.guard import SENTENCES, sentence
    from concord.report import words as catalogue

    parts = {"n": 7, "most": 5, "share": "20%", "of": 9, "system": "crm"}
    for limit in SENTENCES:
        assert "7" in sentence({"limit": limit, **parts})
        assert catalogue.say(f"why.{limit}", currency="CNY", **parts)


def test_a_change_set_that_is_not_there_is_one_line(world: World) -> None:
    on_credit(world)
    with pytest.raises(ConcordError, match="there is no change set 404"):
        page(world, 404)
