"""Documents: an order and its lines are read, decided, planned and written as one."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from concord.model.read import load_config
from concord.stewardship import quarantine
from concord.stewardship.undo import undo
from tests.support.configured import mapped
from tests.support.documents import ORDER, Documents, write_documents

ONE, TWO, FIVE = Decimal(1), Decimal(2), Decimal(5)
N1 = [(9, "A", ONE), (10, "B", TWO)]


@pytest.fixture
def world(documents_world: Documents) -> Documents:
    """Products A and B on both sides."""
    for sku in ("A", "B"):
        documents_world.item(sku)
    documents_world.settle()
    return documents_world


def agreed_order(world: Documents) -> None:
    """Order N1 on both sides, typed into the ERP."""
    world.erp_order("N1", (10, "B", 2), (9, "A", 1))
    world.settle()
    assert world.agreed("N1") == N1


def conflicts(world: Documents) -> list[tuple[Any, ...]]:
    """Those of orders."""
    return world.ops(
        "SELECT unit, kind, reason, loser ->> 'system' FROM ops.conflict"
        " WHERE entity = 'sales_order' ORDER BY 1"
    )


def change_lines_in_crm(world: Documents, statement: str, *values: Any) -> None:
    """A person changes lines of N1 in the CRM."""
    key = world.one("crm", "SELECT id FROM sales_order WHERE order_no = 'N1'")
    world.crm(statement, *values, key)


def test_a_document_goes_over_with_its_lines_and_what_they_refer_to(
    documents_world: Documents,
) -> None:
    world = documents_world
    world.item("A")
    world.item("B")
    agreed_order(world)
    assert world.batch()["planned"] == 0
    assert world.batch("nightly")["planned"] == 0


def test_lines_that_a_person_changes_adds_and_removes_go_over_as_one_write(
    world: Documents,
) -> None:
    agreed_order(world)
    change_lines_in_crm(world, "UPDATE order_line SET amount = %s WHERE line_no = '9'"
                        " AND order_id = %s", 5)  # fmt: skip
    change_lines_in_crm(world, "DELETE FROM order_line WHERE line_no = '10' AND order_id = %s")
    change_lines_in_crm(world, "INSERT INTO order_line SELECT id, '11', %s, 1, 'box'"
                        " FROM sales_order WHERE id = %s", world.id("B"))  # fmt: skip
    counts = world.batch()
    assert (counts["planned"], counts["conflicts"]) == (1, 0)
    assert world.agreed("N1") == [(9, "A", FIVE), (11, "B", ONE)]
    assert world.one("erp", "SELECT uom FROM so_line WHERE pos = 11") == "BOX"
    assert world.batch()["planned"] == 0


def test_changes_of_different_lines_on_both_sides_are_one_conflict_of_the_document(
    world: Documents,
) -> None:
    agreed_order(world)
    world.erp("UPDATE so_line SET qty = 7 WHERE pos = 9")
    change_lines_in_crm(world, "UPDATE order_line SET amount = 8 WHERE line_no = '10'"
                        " AND order_id = %s")  # fmt: skip
    world.settle()
    lines = world.agreed("N1")
    assert lines in ([(9, "A", Decimal(7)), (10, "B", TWO)], [(9, "A", ONE), (10, "B", Decimal(8))])
    assert [c[:2] for c in conflicts(world)] == [("lines", "both_changed")]


def test_one_bad_line_quarantines_its_document_with_its_place_and_no_other(
    world: Documents,
) -> None:
    world.erp_order("N2", (1, "A", 1))
    world.erp_order("N1", (10, "B", 2), (9, "A", 1))
    world.erp("UPDATE so_line SET uom = 'Secret' WHERE pos = 10")
    world.settle()
    assert world.agreed("N2") == [(1, "A", ONE)]
    assert world.in_golden("N1") == []
    (entry,) = world.ops("SELECT causes::text FROM ops.quarantine WHERE state = 'open'")
    assert "line 2: unit is not in the code list unit for erp" in entry[0]
    assert "Secret" not in entry[0]
    world.erp("UPDATE so_line SET uom = 'PCE' WHERE pos = 10")
    world.settle()
    assert world.agreed("N1") == N1


def test_a_steward_can_correct_lines_in_quarantine(world: Documents) -> None:
    world.erp_order("N1", (10, "B", 2), (9, "A", 1))
    world.erp("UPDATE so_line SET uom = 'pieces' WHERE pos = 10")
    world.settle()
    with world.hub.connect() as conn:
        (entry,) = quarantine.entries(conn)
        text = entry.raw["so_line[lines]"]
        assert text is not None
        fixed = {"so_line[lines]": text.replace("pieces", "PCE")}
        quarantine.fix(conn, entry.id, fixed, actor="ann")
    world.settle()
    assert world.agreed("N1") == N1
    assert world.one("erp", "SELECT uom FROM so_line WHERE pos = 10") == "PCE"


def test_a_document_waits_for_what_its_lines_refer_to_and_wakes(world: Documents) -> None:
    world.erp("INSERT INTO item VALUES ('I9', ' ', 'no number yet')")  # goes to quarantine
    world.erp_order("N1", (10, "B", 2), (9, "A", 1))
    world.erp("UPDATE so_line SET item_code = 'I9' WHERE pos = 9")
    world.settle()
    assert world.in_golden("N1") == []
    assert world.ops("SELECT entity, waits_for FROM ops.parked") == [
        ("sales_order", [{"entity": "product", "source_id": "I9"}])
    ]
    world.erp("UPDATE item SET sku = 'C' WHERE item_code = 'I9'")
    world.settle()
    assert world.agreed("N1") == [(9, "C", ONE), (10, "B", TWO)]
    assert world.ops("SELECT FROM ops.parked") == []


def test_a_document_is_made_only_when_all_that_its_lines_refer_to_is_there(
    world: Documents,
) -> None:
    world.crm("ALTER TABLE product ADD CONSTRAINT no_c CHECK (sku <> 'C')")
    world.item("C")
    world.erp_order("N1", (1, "C", 1), (2, "A", 1))
    world.batch()
    world.batch()
    assert world.crm("SELECT FROM sales_order") == []
    assert world.ops("SELECT state FROM ops.quarantine WHERE side = 'write'") == [("open",)]
    world.crm("ALTER TABLE product DROP CONSTRAINT no_c")
    with world.hub.connect() as conn:
        (entry,) = quarantine.entries(conn)
        quarantine.replay(conn, entry.id, actor="ann")
    world.settle()
    assert world.agreed("N1") == [(1, "C", ONE), (2, "A", ONE)]


def test_a_document_comes_once_a_system_has_what_its_lines_refer_to(world: Documents) -> None:
    world.config = mapped(world.config, "product", "erp", create=False)
    world.engine = world.fresh_engine()
    world.product("C")
    world.crm_order("N1", (1, "C", 1), (2, "A", 1))
    world.settle()
    assert world.erp("SELECT FROM so_head") == []
    world.item("C")
    world.settle()
    assert world.agreed("N1") == [(1, "C", ONE), (2, "A", ONE)]


def test_a_system_that_lacks_a_field_of_lines_is_not_written_for_ever(
    world: Documents, tmp_path: Path
) -> None:
    text = ORDER.replace("unit: unit, text: label", "unit: unit")
    text = text.replace("authority: latest\n    of", "authority: {priority: [erp, crm]}\n    of")
    world.config = load_config(write_documents(tmp_path / "config", sales_order=text))
    world.engine = world.fresh_engine()
    world.erp_order("N1", (10, "B", 2), (9, "A", 1))
    world.erp_order("N2", (1, "A", 1))
    world.crm_order("N2", (1, "A", 1))
    world.erp("UPDATE so_line SET descr = 'blue'")
    world.settle()
    assert world.agreed("N1") == N1
    assert (
        world.ops("SELECT FROM ops.intent WHERE entity = 'sales_order' AND action = 'update'") == []
    )
    assert world.crm("SELECT DISTINCT label FROM order_line") == [(None,)]
    world.crm("UPDATE sales_order SET note = 'a' WHERE order_no = 'N1'")
    world.settle()
    assert world.batch("nightly")["planned"] == 0
    assert conflicts(world) == []
    world.erp("UPDATE so_line SET qty = 5 WHERE pos = 9")
    world.settle()
    assert world.agreed("N1") == [(9, "A", FIVE), (10, "B", TWO)]
    assert world.erp("SELECT DISTINCT descr FROM so_line") == [("blue",)]


def test_lines_that_are_told_apart_by_what_they_refer_to_agree_in_any_order_of_keys(
    documents_world: Documents, tmp_path: Path
) -> None:
    world = documents_world
    text = ORDER.replace("key: [line_no]", "key: [product]")
    world.config = load_config(write_documents(tmp_path / "config", sales_order=text))
    world.engine = world.fresh_engine()
    for sku in "AB":
        world.item(sku)
    for sku in "BA":
        world.product(sku)
    world.settle()
    world.erp_order("N1", (1, "A", 1), (2, "B", 2))
    world.crm_order("N1", (2, "B", 2), (1, "A", 1))
    world.settle()
    assert sorted(world.in_golden("N1")) == [(1, "A", ONE), (2, "B", TWO)]
    assert conflicts(world) == []
    assert world.batch("nightly")["planned"] == 0


@pytest.fixture
def labelling(world: Documents) -> Documents:
    """A CRM that labels lines itself where they come without a label."""
    world.crm(
        "CREATE FUNCTION label() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN NEW.label := coalesce(NEW.label, ''from the list''); RETURN NEW; END'"
    )
    world.crm(
        "CREATE TRIGGER label BEFORE INSERT ON order_line FOR EACH ROW EXECUTE FUNCTION label()"
    )
    return world


def test_what_a_target_makes_of_lines_is_not_written_over_again(labelling: Documents) -> None:
    world = labelling
    agreed_order(world)
    assert world.batch("nightly")["planned"] == 0
    assert world.crm("SELECT DISTINCT label FROM order_line") == [("from the list",)]
    world.erp("UPDATE so_line SET qty = 5 WHERE pos = 9")
    world.settle()
    assert world.agreed("N1") == [(9, "A", FIVE), (10, "B", TWO)]


def test_what_a_target_adds_to_lines_goes_back_where_it_decides(
    labelling: Documents, tmp_path: Path
) -> None:
    world = labelling
    text = ORDER.replace("authority: latest\n    of", "authority: {priority: [crm, erp]}\n    of")
    world.config = load_config(write_documents(tmp_path / "config", sales_order=text))
    world.engine = world.fresh_engine()
    agreed_order(world)
    assert world.erp("SELECT DISTINCT descr FROM so_line") == [("from the list",)]
    assert world.batch("nightly")["planned"] == 0


def test_golden_lines_follow_their_document_until_it_is_gone(world: Documents) -> None:
    agreed_order(world)
    units = "SELECT position, line_no, unit, quantity FROM golden.sales_order_lines ORDER BY 1"
    assert world.ops(units) == [(1, 9, "piece", ONE), (2, 10, "piece", TWO)]
    world.erp("UPDATE so_head SET note = 'x'")
    world.erp("DELETE FROM so_line WHERE pos = 9")
    world.settle()
    assert world.ops(units) == [(1, 10, "piece", TWO)]
    world.erp("DELETE FROM so_line")
    world.erp("DELETE FROM so_head")
    world.crm("DELETE FROM order_line")
    world.crm("DELETE FROM sales_order")
    world.settle()
    assert world.ops(units) == []


def test_documents_follow_a_merge_of_what_their_lines_refer_to_and_come_back(
    world: Documents,
) -> None:
    agreed_order(world)
    world.crm("UPDATE product SET merged_into = %s WHERE sku = 'A'", world.id("B"))
    world.settle()
    golden = world.in_golden("N1")
    assert [(n, sku) for n, sku, _ in golden] == [(9, "B"), (10, "B")]
    images = world.ops("SELECT DISTINCT lines FROM image.sales_order")
    assert len(images) == 1
    assert conflicts(world) == []
    assert world.batch("nightly")["planned"] == 0
    world.crm("UPDATE product SET merged_into = NULL")
    world.settle()
    assert world.agreed("N1") == N1
    assert world.batch("nightly")["planned"] == 0


def test_a_record_that_lines_of_staying_documents_refer_to_is_not_deleted(
    world: Documents,
) -> None:
    world.config = mapped(world.config, "product", "crm", on_delete="propagate")
    world.engine = world.fresh_engine()
    agreed_order(world)
    world.crm("DELETE FROM order_line")
    world.crm("DELETE FROM sales_order")
    world.batch()
    world.crm("DELETE FROM product WHERE sku = 'A'")
    world.batch()
    assert world.one("erp", "SELECT count(*) FROM item WHERE sku = 'A'") == 1
    assert world.ops("SELECT detail ->> 'kept' FROM ops.review WHERE state = 'open'") == [
        ("records there refer to it",)
    ]
    assert world.ops("SELECT FROM ops.intent WHERE action = 'delete'") == []


def test_lines_that_were_written_can_be_taken_back(world: Documents) -> None:
    agreed_order(world)
    world.erp("UPDATE so_line SET qty = 5 WHERE pos = 9")
    world.settle()
    number = world.one("hub", "SELECT max(change_set_id) FROM ops.intent WHERE action = 'update'")
    inverse = undo(world.engine, number, actor="ann")
    assert (inverse.restored, inverse.changed_since) == (1, 0)
    world.settle()
    assert world.agreed("N1") == N1


class TestPosted:
    """Once its state in the ERP says so, the ERP alone decides a document."""

    @pytest.fixture
    def posted(self, world: Documents) -> Documents:
        agreed_order(world)
        world.erp("UPDATE so_head SET status = 'C', remark = 'as agreed'")
        world.settle()
        return world

    def test_an_edit_elsewhere_is_a_conflict_that_says_so_and_is_written_over(
        self, posted: Documents
    ) -> None:
        change_lines_in_crm(posted, "UPDATE order_line SET amount = 5 WHERE order_id = %s")
        posted.crm("UPDATE sales_order SET remark = 'other'")
        posted.settle()
        assert posted.agreed("N1") == N1
        assert posted.crm("SELECT remark FROM sales_order") == [("as agreed",)]
        reason = "posted: erp decides"
        assert conflicts(posted) == [
            ("lines", "no_authority", reason, "crm"), ("remark", "no_authority", reason, "crm"),
        ]  # fmt: skip

    def test_its_own_edit_goes_over(self, posted: Documents) -> None:
        posted.erp("UPDATE so_line SET qty = 5 WHERE pos = 9")
        posted.settle()
        assert posted.agreed("N1") == [(9, "A", FIVE), (10, "B", TWO)]
        assert conflicts(posted) == []

    def test_an_open_field_stays_as_its_authority_says(self, posted: Documents) -> None:
        posted.crm("UPDATE sales_order SET note = 'ring first'")
        posted.settle()
        assert posted.erp("SELECT note FROM so_head") == [("ring first",)]
        assert conflicts(posted) == []

    def test_a_stewards_decision_still_wins(self, posted: Documents) -> None:
        golden = posted.one("hub", "SELECT golden_id FROM golden.sales_order")
        posted.ops(
            "INSERT INTO ops.decision (entity, golden_id, unit, value, batch_id, actor)"
            " SELECT 'sales_order', %s, 'remark', '{\"remark\": \"decided\"}', max(batch_id), 'ann'"
            " FROM ops.batch", golden,
        )  # fmt: skip
        posted.ops("INSERT INTO ops.replan VALUES ('sales_order', %s, 'decided')", golden)
        posted.settle()
        assert posted.erp("SELECT remark FROM so_head") == [("decided",)]

    def test_a_blank_of_the_system_erases_nothing(self, posted: Documents) -> None:
        posted.erp("UPDATE so_head SET remark = NULL")
        posted.settle()
        assert posted.crm("SELECT remark FROM sales_order") == [("as agreed",)]

    def test_a_document_that_is_posted_no_more_is_as_before(self, posted: Documents) -> None:
        posted.erp("UPDATE so_head SET status = 'D'")
        posted.settle()
        change_lines_in_crm(posted, "DELETE FROM order_line WHERE line_no = '9' AND order_id = %s")
        posted.settle()
        assert posted.agreed("N1") == [(10, "B", TWO)]
        assert conflicts(posted) == []


def test_documents_pass_suites_about_their_headers_and_failing_ones_wait_whole(
    world: Documents,
) -> None:
    rule = {
        "type": "expect_column_values_to_not_match_regex",
        "severity": "critical",
        "meta": {
            "rule": "number_form",
            "owner": "sales",
            "meaning": {"en": "Numbers begin with N", "zh": "编号以 N 开头"},
        },
    }
    for system, column in (("erp", "reference"), ("golden", "number")):
        kwargs = {"column": column, "regex": "^[^N]"}
        suite = {
            "name": f"{system}.sales_order",
            "expectations": [{**rule, "kwargs": kwargs}],
        }
        (world.expectations / system / "sales_order.json").write_text(json.dumps(suite))
    world.engine = world.fresh_engine()
    world.erp_order("X2", (1, "A", 1))
    agreed_order(world)
    assert world.in_crm("X2") == []
    assert world.ops("SELECT system, raw ->> 'so_line[lines]' IS NOT NULL FROM ops.quarantine") == [
        ("erp", True)
    ]
    assert (
        world.one("hub", "SELECT count(*) FROM ops.validation WHERE system = 'golden' AND success")
        >= 1
    )
