"""The pages of the desk: what they show, what can be done there, what they say when it cannot."""

from __future__ import annotations

import io
import re
import time
import zipfile
from typing import Any

import pytest

from concord.hub.audit import verify
from concord.insight.now import now
from concord.orchestration.questions import PART
from tests.integration.desk.conftest import STEWARD, VIEWER, Open
from tests.support.payloads import Found
from tests.support.world import World

LISTS = ("/", "/now", "/runs", "/quality", "/quarantine", "/reviews", "/reviews?order=closed",
         "/records", "/records?q=Group", "/certificates", "/kpis", "/kpis?days=90")  # fmt: skip


def text(answer: Any) -> str:
    assert isinstance(answer.body, str)
    return answer.body


def one(world: World, query: str, *values: Any) -> Any:
    return world.one("hub", query, *values)


def entry(world: World, nth: int = 0) -> int:
    """An open entry of the ERP's customers."""
    return int(one(world, "SELECT quarantine_id FROM ops.quarantine WHERE state = 'open' AND"
                   " system = 'erp' AND entity = 'party' AND raw ->> 'email' = 'no at sign'"
                   " ORDER BY 1 OFFSET %s LIMIT 1", nth))  # fmt: skip


def held(world: World) -> int:
    """The review of the change set that is held."""
    return int(one(world, "SELECT review_id FROM ops.review WHERE kind = 'change_set'"
                   " AND state = 'open' ORDER BY 1 DESC LIMIT 1"))  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens_in_every_language_for_who_reads_and_who_decides(
    page: Open, office: World, language: str
) -> None:
    golden = one(office, "SELECT golden_id FROM golden.party WHERE deleted_at IS NULL"
                 " ORDER BY legal_name DESC LIMIT 1")  # fmt: skip
    paths = [*LISTS, "/runs/1", f"/records/party/{golden}", f"/quarantine/{entry(office)}",
             f"/reviews/{held(office)}", "/quality/erp/party", "/quality/erp/party/email_form",
             f"/records/party/{golden}?at=2099-01-01T00:00"]  # fmt: skip
    for path in paths:
        for reader in (STEWARD, VIEWER):
            answer = page(path, reader=reader, language=language)
            assert answer.status in (200, 303), (path, reader, text(answer)[-900:])
            assert Found(text(answer)).wrong == []
    for review in [r for (r,) in office.ops("SELECT review_id FROM ops.review")]:
        assert page(f"/reviews/{review}", language=language).status == 200


def test_a_page_speaks_one_language(page: Open) -> None:
    def words(language: str) -> str:
        return re.sub("<[^>]*>", " ", text(page("/kpis", language=language)))

    assert re.search("[\u4e00-\u9fff]", words("en").replace("中文", "")) is None
    assert "指标" in words("zh")
    assert "Order processing time" not in words("zh")


def test_who_may_only_look_is_shown_no_way_to_decide_and_no_personal_value(
    page: Open, office: World
) -> None:
    for path in (f"/quarantine/{entry(office)}", f"/reviews/{held(office)}"):
        seen = text(page(path, reader=VIEWER))
        assert 'name="choice"' not in seen
        assert 'name="action"' not in seen
    assert "no at sign" in text(page(f"/quarantine/{entry(office)}"))
    assert "no at sign" not in text(page(f"/quarantine/{entry(office)}", reader=VIEWER))


def test_the_overview_says_what_waits_and_what_it_costs(page: Open, office: World) -> None:
    seen = text(page("/"))
    assert "Not in agreement: planned writes wait for a person" in seen
    assert "/concord/reviews?kind=change_set" in seen
    assert "/concord/quarantine?system=erp" in seen


def test_a_correction_is_tried_by_the_real_rules_before_it_is_stored(
    page: Open, office: World
) -> None:
    number = entry(office)
    bad = text(page(f"/quarantine/{number}/try", {"column:email": "still none"}))
    good = text(page(f"/quarantine/{number}/try", {"column:email": "ann@example.com"}))
    assert "it would stay here" in bad
    assert "the next batch would take it" in good
    assert (
        one(office, "SELECT fix::text FROM ops.quarantine WHERE quarantine_id = %s", number) == "{}"
    )


def test_a_corrected_record_arrives_and_says_so(page: Open, office: World) -> None:
    number = entry(office)
    code = one(office, "SELECT source_id FROM ops.quarantine WHERE quarantine_id = %s", number)
    form = {"action": "fix", "version": "1", "column:email": "right@example.com"}
    assert page(f"/quarantine/{number}", form).status == 303
    again = page(f"/quarantine/{number}", {**form, "column:email": "other@example.com"})
    assert again.status == 409  # the second one saw what was there before
    assert "Somebody was faster" in text(again)
    office.batch()
    assert "It passed and was taken" in text(page(f"/quarantine/{number}"))
    email = "SELECT email FROM image.party WHERE system = 'erp' AND source_id = %s"
    assert one(office, email, code) == "right@example.com"


def test_one_word_about_a_group_is_about_each_record_as_it_was_seen(
    page: Open, office: World
) -> None:
    group = "/quarantine/group?side=read&system=erp&entity=party&rule=email_form&column=email"
    seen = re.search(r'name="seen" value="([^"]+)"', text(page(group)))
    assert seen
    first = seen[1].split(",")[0].split(":")[0]
    page(f"/quarantine/{first}", {"action": "replay", "version": "1"})
    form = {"seen": seen[1], "action": "dismiss", "code": "test_data", "reason": "typed to try"}
    done = text(page("/quarantine/group", form))
    assert f"/quarantine/{first}" in done  # was changed meanwhile: left alone, and told
    assert "1 were left alone" in done


def test_a_part_of_a_held_change_set_is_approved_and_the_rest_asked_again(
    page: Open, office: World
) -> None:
    review = held(office)
    shown = text(page(f"/reviews/{review}"))
    intents = re.findall(r'name="intent" value="(\d+)"', shown)
    newest = re.search(r'name="up_to" value="(\d+)"', shown)
    assert newest
    assert len(intents) >= 3
    form = {"choice": "part", "intent": intents[:2], "up_to": newest[1], "comment": "these two"}
    answer = page(f"/reviews/{review}", form)
    assert answer.status == 303, text(answer)
    assert answer.answered is not None  # Airflow's question is answered too
    assert answer.answered.option == PART
    assert answer.answered.form == {
        "below": None, "rest": "hold", "comment": "2 writes by number: these two",
    }  # fmt: skip
    set_ = "SELECT count(*) FROM ops.intent JOIN ops.change_set USING (change_set_id)"
    assert one(office, f"{set_} WHERE state = 'held'".replace("state", "change_set.state")) == (
        len(intents) - 2
    )
    assert page(f"/reviews/{review}", form).status == 409
    told = (
        "SELECT decided_by FROM ops.change_set WHERE state = 'approved' AND comment = 'these two'"
    )
    assert one(office, told) == "airflow:ann"


def test_nothing_chosen_and_nothing_meant_are_told_and_change_nothing(
    page: Open, office: World
) -> None:
    review = held(office)
    for form in ({}, {"choice": "part"}, {"choice": "part", "below": "x"}, {"choice": "nonsense"},
                 {"choice": "part", "intent": ["1"]}):  # fmt: skip
        answer = page(f"/reviews/{review}", form)
        assert answer.status == 400, form
        assert "This cannot be done as it was sent" in text(answer)
    assert held(office) == review


def test_a_record_is_found_by_its_key_and_explained(page: Open, office: World) -> None:
    code, golden = office.ops("SELECT source_id, golden_id FROM image.party WHERE system = 'erp'"
                              " AND deleted_at IS NULL ORDER BY 1 DESC LIMIT 1")[0]  # fmt: skip
    found = page(f"/records?q={code}")
    assert (found.status, found.headers["Location"]) == (303, f"/concord/records/party/{golden}")
    seen = text(page(f"/records/party/{golden}"))
    assert "owner erp" in seen
    assert "What was written where" in seen


def test_what_is_gone_or_was_never_there_has_a_page_that_says_what_to_do(page: Open) -> None:
    nowhere = "/records/party/00000000-0000-7000-8000-000000000000"
    for path in ("/runs/999999", "/reviews/999999", "/quarantine/999999", "/certificates/999999",
                 nowhere, "/records/no_such/x", "/quality/erp/no_such", "/quarantine/group",
                 "/quality/erp/party/no_rule", "/nothing"):  # fmt: skip
        answer = page(path)
        assert answer.status == 404, path
        assert "There is no such page or record" in text(answer)


@pytest.mark.parametrize(
    "mark", ["x", "1~2~3", "'; DROP TABLE ops.review; --", "~", "NaN~1", "9" * 40]
)
def test_a_wrong_mark_of_a_page_is_told(page: Open, mark: str) -> None:
    for path in ("/quarantine", "/reviews"):
        assert page(f"{path}?after={mark}").status in (400, 200)


def test_reading_changes_nothing_even_where_a_page_is_wrong(
    page: Open, monkeypatch: pytest.MonkeyPatch, office: World
) -> None:
    from concord.desk.pages import overview

    def wrong(conn: Any, config: Any) -> Any:
        conn.execute("UPDATE ops.review SET comment = 'x'")
        return now(conn, config)

    monkeypatch.setattr(overview, "now", wrong)
    assert page("/").status == 500
    assert one(office, "SELECT count(*) FROM ops.review WHERE comment = 'x'") == 0


def test_everything_that_was_decided_is_in_the_audit_under_the_persons_name(office: World) -> None:
    with office.hub.connect() as conn:
        assert verify(conn) is None
    actions = {a for (a,) in office.ops("SELECT action FROM ops.audit WHERE actor = 'airflow:ann'")}
    assert {"quarantine.fix", "quarantine.replay", "change_set.approved"} <= actions


def test_the_scores_can_be_taken_into_a_spreadsheet(page: Open) -> None:
    answer = page("/quality.csv")
    assert answer.kind.startswith("text/csv")
    rows = text(answer).splitlines()
    assert rows[0].endswith("incident,batch,at")
    assert any(",email_form," in row for row in rows)
    answer = page("/quality.xlsx", language="zh")
    assert answer.headers["Content-Disposition"] == "attachment; filename=concord-quality.xlsx"
    assert isinstance(answer.body, bytes)
    with zipfile.ZipFile(io.BytesIO(answer.body)) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
        book = file.read("xl/workbook.xml").decode()
    assert sheet.count("<row ") == len(rows)
    assert "电子邮件" in sheet
    assert "不合格数" in sheet
    assert 'name="质量"' in book
    assert ">in_quarantine<" not in sheet
    headings = text(page("/quality.csv", language="zh")).splitlines()[0]
    assert headings.endswith("事件,批次,时间")


def test_pages_are_quick(page: Open, office: World) -> None:
    for path in (*LISTS, "/runs/1"):
        page(path)  # templates are read once
        began = time.perf_counter()
        page(path)
        assert time.perf_counter() - began < 2, (
            path
        )  # 0.3 s is measured at size, on a quiet machine
