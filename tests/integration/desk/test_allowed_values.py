"""What may be typed: fields of a code list offer it, and the wrong value stays to be seen."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import unquote_plus

import pytest

from concord.desk import company
from concord.model.spec import Code, CodeList, Config
from concord.stewardship import allowed
from tests.integration.desk.conftest import VIEWER, Open
from tests.support.configured import changed
from tests.support.world import World

GROUP = "/quarantine/group?side=read&system=crm&entity=party&rule=country_known&column=country"


@pytest.fixture(scope="module")
def atlantis(office: World) -> int:
    """The number of an entry whose country is in no list."""
    office.crm(
        "UPDATE account SET country = 'Atlantis'"
        " WHERE id = (SELECT id FROM account ORDER BY 1 LIMIT 1)"
    )
    office.batch()
    return int(
        office.one("hub", "SELECT quarantine_id FROM ops.quarantine WHERE state = 'open'"
                   " AND raw ->> 'country' = 'Atlantis'")
    )  # fmt: skip


def text(answer: Any) -> str:
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, str)
    return answer.body


def offered(seen: str, field: str) -> list[str]:
    """What the list of a field has."""
    (block,) = re.findall(rf'<datalist id="list-{field}">(.*?)</datalist>', seen)
    return re.findall('value="([^"]*)"', block)


def test_a_record_offers_the_systems_own_texts_and_keeps_the_wrong_one_to_be_typed_over(
    page: Open, atlantis: int
) -> None:
    seen = text(page(f"/quarantine/{atlantis}"))
    field = f"c-{b'country'.hex()}"
    box = re.search(rf'<input id="{field}"[^>]*>', seen)
    assert box
    assert 'value="Atlantis"' in box[0]
    assert f'list="list-{field}"' in box[0]
    assert {"Germany", "United Kingdom"} <= set(offered(seen, field))
    assert "DE" not in offered(seen, field)  # that is what the ERP calls it
    assert f'href="#{field}"' in seen
    assert "code list country" in seen
    assert "Net 30" in offered(seen, f"c-{b'payment_term'.hex()}")


def test_a_correction_that_is_refused_says_where_to_find_what_is_allowed(
    page: Open, atlantis: int
) -> None:
    seen = text(page(f"/quarantine/{atlantis}/try", {"column:country": "Lemuria"}))
    assert f'href="#c-{b"country".hex()}"' in seen
    assert "config/codes/country.yaml says what is allowed" in seen
    answer = page(f"/quarantine/{atlantis}/try", {"column:country": "Germany"})
    assert "the next batch would take it" in text(answer)


def test_a_group_offers_the_same(page: Open, atlantis: int) -> None:
    seen = text(page(GROUP))
    assert "Germany" in offered(seen, "value")
    assert re.search('<input id="value"[^>]*list="list-value"', seen)


def test_the_page_of_a_cause_that_is_about_no_one_column_opens(page: Open, office: World) -> None:
    with office.hub.connect() as conn:
        for rule, column in (("whole", None), ("two", "city, postcode")):
            conn.execute(
                "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
                " last_batch) VALUES ('erp', 'party', %(rule)s, '{}', jsonb_build_array("
                "jsonb_build_object('rule', %(rule)s::text, 'column', %(column)s::text,"
                " 'message', 'm')), 1, 1)",
                {"rule": rule, "column": column},
            )
    links = re.findall(r'href="/concord(/quarantine/group[^"]+)"', text(page("/quarantine")))
    about = [html.unescape(link) for link in links if "rule=whole" in link or "rule=two" in link]
    assert len(about) == 2
    for link in about:
        seen = text(page(unquote_plus(link)))
        assert 'value="replay"' in seen
        assert 'value="fix"' not in seen


def test_who_may_not_decide_is_offered_nothing(page: Open, atlantis: int) -> None:
    seen = text(page(f"/quarantine/{atlantis}", reader=VIEWER))
    assert "<datalist" not in seen


def test_a_long_list_is_offered_as_one_types_and_not_spread_over_the_page(
    page: Open, atlantis: int, business: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = CodeList(
        name="country",
        codes=tuple(Code(code=f"C{n}", systems={"crm": (f"Land {n}",)}) for n in range(300)),
    )
    codes = tuple(many if c.name == "country" else c for c in company.company().codes)
    longer = changed(company.company(), codes=codes)
    monkeypatch.setattr("concord.desk.serve.company", lambda: longer)
    seen = text(page(GROUP))
    assert len(offered(seen, "value")) == 300
    assert "data-put" not in seen
    assert "300 values are allowed" in seen


@pytest.mark.parametrize("held", ["GB", "OLD"])
def test_an_answer_of_ones_own_is_chosen_from_the_codes_of_the_model(
    page: Open, office: World, held: str
) -> None:
    with office.hub.connect() as conn:
        golden = conn.execute(
            "UPDATE golden.party SET country = %s WHERE golden_id ="
            " (SELECT golden_id FROM image.party WHERE system = 'erp' AND deleted_at IS NULL"
            " ORDER BY source_id DESC LIMIT 1) RETURNING golden_id", (held,)
        ).fetchone()  # fmt: skip
        assert golden
        review = conn.execute(
            "INSERT INTO ops.review (kind, entity, golden_id, subject, detail, batch_id)"
            " VALUES ('conflict', 'party', %s, %s || '/country', '{\"unit\": \"country\"}', 1)"
            " ON CONFLICT DO NOTHING RETURNING review_id", (golden[0], str(golden[0]) + held)
        ).fetchone()  # fmt: skip
        assert review
    seen = text(page(f"/reviews/{review[0]}"))
    (choice,) = re.findall('<select name="field:country">(.*?)</select>', seen, re.S)
    assert f'<option value="{held}" selected>' in choice  # whatever it is, it stays chosen
    assert choice.count(" selected") == 1
    assert '<option value="DE">DE · Germany</option>' in choice
    answer = page(
        f"/reviews/{review[0]}", {"choice": "own", "field:country": "Atlantis"}, language="zh"
    )
    assert answer.status == 400
    assert "country 的值无法采纳" in str(answer.body)
    assert "config/codes" in str(answer.body)


def test_a_column_without_a_list_and_a_code_without_a_text_are_not_offered(
    business: Config,
) -> None:
    party = business.entity["party"]
    erp = party.by_system["erp"]
    assert allowed.in_column(business, party, erp, "name") is None
    assert allowed.in_field(business, party, "legal_name") is None
    codes = CodeList(
        name="country", codes=(Code(code="XX"), Code(code="DE", systems={"crm": ("D",)}))
    )
    config = changed(business, codes=(codes,))
    found = allowed.in_column(config, party, party.by_system["crm"], "country")
    assert found is not None
    assert [t.text for t in found.texts] == ["D"]
    in_model = allowed.in_field(config, party, "country")
    assert in_model is not None
    assert [t.text for t in in_model.texts] == ["DE", "XX"]
