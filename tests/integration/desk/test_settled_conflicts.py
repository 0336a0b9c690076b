"""Conflicts that are settled: what stood against what, by whom or what it was decided, for whom."""

from __future__ import annotations

import re
from typing import Any

import pytest

from concord.desk import company
from concord.errors import ConcordError
from concord.model.spec import Authority, Field
from concord.stewardship import conflicts, deciding, reviews, sight
from tests.integration.desk.conftest import VIEWER, Open
from tests.support.configured import changed, with_entities
from tests.support.world import World

ERP, CRM, BEFORE = "+442079461111", "+442079462222", "+442079460001"


def text(answer: Any) -> str:
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, str)
    return answer.body


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text(answer)))


def both_change_the_phone(world: World) -> Any:
    """Both sides type a telephone number for the last customer at once; returns its golden id."""
    erp, golden = world.ops(
        "SELECT e.source_id, golden_id FROM image.party AS e JOIN image.party AS c"
        " USING (golden_id) WHERE e.system = 'erp' AND c.system = 'crm' ORDER BY 1 DESC LIMIT 1"
    )[0]
    crm = world.one("hub", "SELECT source_id FROM image.party WHERE system = 'crm'"
                    " AND golden_id = %s", golden)  # fmt: skip
    for sides in ((BEFORE, BEFORE), (ERP, CRM)):
        world.erp("UPDATE customers SET phone = %s WHERE customer_code = %s", sides[0], erp)
        world.crm("UPDATE account SET phone_number = %s WHERE id::text = %s", sides[1], crm)
        world.batch()
        world.batch()
    return golden


@pytest.fixture(scope="module")
def settled(office: World) -> tuple[Any, int]:
    """A golden record, and the number of its conflict, which the rule settled by itself."""
    for _ in range(2):
        golden = both_change_the_phone(office)
    found = office.ops(
        "SELECT conflict_id FROM ops.conflict WHERE golden_id = %s AND unit = 'phone'"
        " AND kind = 'both_changed' ORDER BY 1 DESC LIMIT 1", golden,
    )  # fmt: skip
    return golden, int(found[0][0])


def test_what_a_rule_settled_shows_all_its_values_on_a_page(
    page: Open, settled: tuple[Any, int], office: World
) -> None:
    golden, number = settled
    seen = words(page(f"/conflicts/{number}"))
    assert ERP in seen
    assert CRM in seen
    assert BEFORE in seen
    assert "nobody was asked" in seen
    assert "both sides changed it" in seen
    now = office.one("hub", "SELECT phone FROM golden.party WHERE golden_id = %s", golden)
    table = text(page(f"/conflicts/{number}"))
    assert f"<bdi>{now}</bdi>" in table.rsplit("<td", 1)[1]
    assert "无需询问" in words(page(f"/conflicts/{number}", language="zh"))


def test_it_is_found_from_its_run_and_from_its_record(
    page: Open, settled: tuple[Any, int], office: World
) -> None:
    golden, number = settled
    batch = office.one("hub", "SELECT batch_id FROM ops.conflict WHERE conflict_id = %s", number)
    link = f"/conflicts?batch={batch}&entity=party&unit=phone&kind=both_changed"
    assert link in text(page(f"/runs/{batch}")).replace("&amp;", "&")
    assert f"/conflicts/{number}" in text(page(link))
    assert f"/conflicts/{number}" in text(page(f"/records/party/{golden}"))
    assert f"/conflicts/{number}" in text(page(f"/conflicts?entity=party&record={golden}"))
    assert f"/conflicts/{number}" not in text(page(f"/conflicts?batch={batch}&kind=blank"))


def test_who_may_not_see_a_value_does_not_see_it_there_either(
    page: Open, settled: tuple[Any, int], office: World
) -> None:
    golden, number = settled
    batch = office.one("hub", "SELECT batch_id FROM ops.conflict WHERE conflict_id = %s", number)
    paths = [f"/conflicts/{number}", f"/conflicts?batch={batch}", f"/records/party/{golden}"]
    for path in (*paths, f"/conflicts?entity=party&record={golden}"):
        seen = text(page(path, reader=VIEWER))
        assert not [phone for phone in (ERP, CRM, BEFORE) if phone in seen], path
        assert "hidden from you" in seen


def test_lines_are_hidden_where_one_field_of_a_line_is(business: Any) -> None:
    by = Authority(kind="latest")
    secret = Field(name="note", type="text", authority=by, sensitivity="personal")
    lines = Field(name="lines", type="lines", authority=by, lines=(secret,))
    assert sight.value(lines, '[{"note": "x"}]', sight.PLAIN).hidden
    assert not sight.value(lines, '[{"note": "x"}]', sight.ALL).hidden


def test_lists_go_page_by_page_and_miss_none(settled: tuple[Any, int], office: World) -> None:
    golden, _ = settled
    with office.hub.connect() as conn:
        whole = conflicts.page(conn, office.config, record=("party", [golden]), limit=500)
        seen: list[int] = []
        mark = None
        while True:
            part = conflicts.page(
                conn, office.config, record=("party", [golden]), after=mark, limit=1
            )
            seen += [c.id for c in part.items]
            if (mark := part.after) is None:
                break
        assert seen == [c.id for c in whole.items]
        assert len(seen) >= 2
        with pytest.raises(ConcordError, match="of which batch or record"):
            conflicts.page(conn, office.config)


def test_a_wrong_address_has_a_page(page: Open) -> None:
    assert page("/conflicts/999999").status == 404
    assert page("/conflicts").status == 404
    assert page("/conflicts?entity=party&record=x").status == 404
    assert page("/conflicts?batch=1&after=x").status == 400


def test_a_question_that_was_answered_still_shows_what_each_side_had_said(
    page: Open, office: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = office.config.entity["party"]
    by = Authority(kind="steward")
    fields = tuple(changed(f, authority=by) if f.name == "phone" else f for f in party.fields)
    asking = with_entities(office.config, [changed(party, fields=fields)])
    monkeypatch.setattr(office, "config", asking)
    monkeypatch.setattr(office, "engine", office.fresh_engine(asking))
    monkeypatch.setattr("concord.desk.serve.company", lambda: asking)
    both_change_the_phone(office)
    with office.hub.connect() as conn:
        review = reviews.page(conn, kind="conflict").items[-1]
        deciding.decide(
            conn, asking, review.id, "erp", version=None, actor="airflow:ann",
            comment="asked the customer", may_see=sight.ALL,
        )  # fmt: skip
    office.batch()
    seen = words(page(f"/reviews/{review.id}"))
    assert "What stood against what" in seen
    assert CRM in seen
    assert "asked the customer" in seen
    number = re.findall(r'/conflicts/(\d+)"', text(page(f"/reviews/{review.id}")))[-1]
    told = words(page(f"/conflicts/{number}"))
    assert "a person was asked" in told
    assert "airflow:ann" in told
    assert ERP in told
    assert CRM in told  # both gave way to what was there before
    hidden = text(page(f"/conflicts/{number}", reader=VIEWER))
    assert not [phone for phone in (ERP, CRM, BEFORE) if phone in hidden]
    assert company.company() is not asking
