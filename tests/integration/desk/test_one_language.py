"""Pages in Chinese: the engine speaks it too; what others say is marked as English."""

from __future__ import annotations

import re
from typing import Any

from tests.integration.desk.conftest import Open
from tests.integration.desk.test_desk_pages import entry, held, one, text
from tests.support.world import World


def body(answer: Any) -> str:
    """The words of a page that are not marked as another language."""
    assert isinstance(answer.body, str)
    main = answer.body[answer.body.index("<main") : answer.body.index("</main>")]
    return re.sub("<[^>]*>", " ", re.sub(r'<(\w+)[^>]* lang="en">.*?</\1>', "", main, flags=re.S))


def test_why_a_change_set_is_held_is_said_from_its_numbers(page: Open, office: World) -> None:
    batch = one(office, "SELECT batch_id FROM ops.change_set WHERE state = 'held'")
    for path in (f"/reviews/{held(office)}", f"/runs/{batch}"):
        seen = body(page(path, language="zh"))
        assert "项写入，上限 1 项" in seen, path
        assert "writes, more than" not in seen, path
        assert "4 writes; 1 pass" in body(page(path)), path


def test_money_that_holds_a_change_set_is_told_with_its_currency(page: Open, office: World) -> None:
    with office.hub.connect() as conn:
        conn.execute(
            "UPDATE ops.change_set SET reason = 'english', why ="
            ' \'{"limit": "money", "n": "1234567.50", "most": "1000"}\' WHERE state = \'held\''
        )
    batch = one(office, "SELECT batch_id FROM ops.change_set WHERE state = 'held'")
    for path in (f"/reviews/{held(office)}", f"/runs/{batch}"):
        assert "涉及金额 1,234,567.50 CNY，上限 1,000.00" in body(page(path, language="zh")), path
        assert "english" not in text(page(path, language="zh"))


def test_who_was_slower_is_told_in_his_language_by_whom_and_when(page: Open, office: World) -> None:
    number = entry(office)
    form = {"action": "replay", "version": "1"}
    assert page(f"/quarantine/{number}", form).status == 303
    late = page(f"/quarantine/{number}", form, language="zh")
    assert late.status == 409
    assert "airflow:ann" in body(late)
    assert "下一批次重新校验" in body(late)
    assert "next batch" not in body(late)
    refused = page(f"/quarantine/{entry(office)}", {"action": "dismiss", "code": "other"},
                   language="zh")  # fmt: skip
    assert "忽略需要填写说明" in body(refused)


def test_a_column_that_is_gone_is_told_in_both_languages_on_its_run_and_its_review(
    page: Open, office: World
) -> None:
    office.erp("ALTER TABLE customers RENAME COLUMN phone TO telephone")
    office.batch()
    batch = one(office, "SELECT max(batch_id) FROM ops.batch")
    review = one(office, "SELECT review_id FROM ops.review WHERE kind = 'schema'"
                 " AND state = 'open' ORDER BY 1 LIMIT 1")  # fmt: skip
    for path in (f"/runs/{batch}", f"/reviews/{review}"):
        assert "列 customers.phone 已不存在" in body(page(path, language="zh")), path
        assert "column customers.phone is gone" in body(page(path)), path
        assert "is gone" not in body(page(path, language="zh")), path


def test_what_a_database_said_stays_as_it_is_and_is_marked(page: Open, office: World) -> None:
    with office.hub.connect() as conn:
        conn.execute("UPDATE ops.batch_step SET state = 'failed', error = 'relation <x> is away'"
                     " WHERE batch_id = 1 AND step = 'finish'")  # fmt: skip
        conn.execute("UPDATE ops.batch_step SET state = 'failed', error = 'relation <x> is away'"
                     " WHERE batch_id = 1 AND step = 'unify'")  # fmt: skip
    seen = text(page("/runs/1", language="zh"))
    assert '<span lang="en">relation &lt;x&gt; is away</span>' in seen
