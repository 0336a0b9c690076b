"""A certificate's page says what the certificate says, in every language, and can do nothing."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from concord.certify.store import Certificate, canonical
from concord.errors import ConcordError
from concord.report.certificate import render, summary, write_page
from concord.report.certificate_texts import CERTIFICATE
from concord.report.texts import LANGUAGES

from .test_page import ATTRIBUTES, ELEMENTS, PAYLOADS, Page, structure, words

ABOUT = {"lane": "nightly", "run": "r", "configuration": "c", "timezone": "Asia/Shanghai"}
AS_OF = "2026-11-26T02:14:03.123+00:00"
Said = Callable[[str], str]


def certificate(kind: str, verdict: str, body: dict[str, Any]) -> Certificate:
    at = datetime(2026, 11, 26, 2, 15, tzinfo=UTC)
    return Certificate(
        14, at, 7, kind, verdict, canonical({**ABOUT, **body}), b"\1" * 32, b"\2" * 32
    )


def table(say: Said, **changes: Any) -> dict[str, Any]:
    found = {
        "as_of": AS_OF, "compared": 1_234_567, "differing": 9, "confirmed": 8, "missing": 1,
        "extra": 2, "changed": 5, "late": 3, "timing": 1, "incomparable": 4, "rows_moved": 9,
        "reasons": {say("why"): 4},
        "companies": {say("company"): {"records": 9, "missing": 1, "extra": 2, "changed": 5}},
    }  # fmt: skip
    one = {"system": say("system"), "entity": say("entity"), "comparison": found, "held": None,
           "quarantined": 2, "parked": 1}  # fmt: skip
    return {**one, **changes}


def complete(say: Said) -> Certificate:
    held = table(say, comparison=None, held=say("held"))
    body = {"company": say("company"), "systems": {}, "order": [], "tables": [table(say), held]}
    return certificate("completeness", "bad", body)


def tie(say: Said, kind: str = "") -> Certificate:
    record = {"system": "crm", "entity": "invoice", "id": say("id"), "golden_id": None,
              "name": say("name"), "words": say("words")}  # fmt: skip
    reason = {"type": kind, "figures": [0, "0.01", "0.08"], "count": 7, "records": [record] * 6}
    group = {
        "key": [say("key"), "CNY", "posted", "2026-11"],
        "golden": [2, "1234.5", "9876"],
        "erp": [2, "1234.5", "9876"],
        "crm": [2, "1234.51", "9876.08"],
        "differences": [{"side": "crm", "figures": [0, "0.01", "0.08"], "reasons": [reason],
                         "unexplained": not kind}],
    }  # fmt: skip
    control = {
        "name": "invoices", "label": {"en": say("label"), "zh": "发票"}, "entity": "invoice",
        "codes": [{}, {"CNY": say("code")}, {"posted": "Posted"}],
        "by": ["company", "currency", "lifecycle", "month"], "home": True,
        "sides": {"erp": {"own": True, "why": ""}, "crm": {"own": False, "why": say("side")}},
        "groups": [group],
    }  # fmt: skip
    body = {
        "company": say("company"), "home": "CNY", "explained": 0, "unexplained": 1,
        "systems": {"erp": say("erp"), "crm": say("crm")}, "order": ["erp", "crm"],
        "as_of": {"hub": AS_OF, "erp": AS_OF, "crm": AS_OF}, "controls": [control],
    }  # fmt: skip
    return certificate("tie", "bad" if not kind else "explained", body)


def said_by(one: Certificate) -> str:
    """The page's English text, with a space between the cells of its tables."""
    return words(re.sub(r"</(td|th)>", r"</\1> ", render(one)))


MADE = {"completeness": complete, "tie": tie}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_text_stays_text_wherever_it_stands(kind: str, payload: str) -> None:
    hostile = render(MADE[kind](lambda _: payload))
    assert structure(hostile) == structure(render(MADE[kind](lambda _: "harmless")))
    assert "\x00" not in hostile
    assert "\u202e" not in hostile


@pytest.mark.parametrize("kind", MADE)
def test_the_page_has_only_elements_that_can_do_nothing(kind: str) -> None:
    html = render(MADE[kind](str.upper))
    for tag, attrs in Page(html).elements:
        assert tag in ELEMENTS | {"h3", "br"}
        assert set(attrs) <= ATTRIBUTES, tag
        assert not attrs.get("href")
    assert "default-src &#39;none&#39;" in html or "default-src 'none'" in html
    [style] = re.findall(r"<style>(.*?)</style>", html, flags=re.S)
    assert not re.search(r"url\(|@import|https?:|//", style)


def test_a_tie_shows_the_difference_and_names_the_record() -> None:
    said = said_by(tie(lambda name: f"@{name}@"))
    assert "One difference has no explanation" in said
    assert "1,234.50" in said
    assert "1,234.51" in said
    assert "unexplained +0.01 @name@" in said
    assert "and 2 more" in said
    assert "as the hub last saw it, since the system was not asked: @side@" in said
    assert "All, in CNY 2 9,876.00 9,876.00 9,876.08" in said


def test_groups_whose_differences_cancel_each_other_are_not_said_to_agree() -> None:
    one = tie(str)
    body = one.content
    [group] = body["controls"][0]["groups"]
    back = json.loads(json.dumps(group).replace("1234.51", "1234.49").replace('"0.', '"-0.'))
    back["key"][3] = "2026-10"
    body["controls"][0]["groups"].append(back)
    body["unexplained"] = 2
    said = said_by(certificate("tie", "bad", body))
    assert "2 differences have no explanation" in said
    assert "4 2,469.00 2,469.00 2,469.00 Difference" in said


def test_completeness_shows_what_was_not_compared() -> None:
    said = said_by(complete(lambda name: f"@{name}@"))
    assert "Not complete: one table was not compared" in said
    assert "By company" in said
    assert "@system@ @entity@ @company@ 9 1 2 5" in said
    figures = r"1,234,567 \D+8 \D+3 \D+4 \D+2 \D+1"  # each with its name, for narrow screens
    assert re.search(figures, said)
    assert "not compared held back: @held@" in said
    assert "4 × @why@" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chosen_language_is_shown_first(language: str, tmp_path: Path) -> None:
    write_page(tie(str), tmp_path / "page.html", language)
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    chosen = [attrs["id"] for tag, attrs in page.elements if tag == "input" and "checked" in attrs]
    assert chosen == [language]


def test_a_page_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ConcordError, match="cannot be written: No such file"):
        write_page(tie(str), tmp_path / "nowhere" / "page.html", "en")


def test_the_terminal_gets_the_same_in_lines() -> None:
    assert "label: 1 difference" in summary(tie(str))
    lines = list(summary(tie(str, "timing"))) + list(summary(complete(str)))
    assert "  key, code, Posted, 2026-11, crm: timing 0.01 (name, name, name, name, name)" in lines
    assert any(
        "1,234,567 compared (company 9), 8 differed and were healed, 4 not comparable" in s
        for s in lines
    )
    assert any("NOT compared: held" in s for s in lines)


@pytest.mark.parametrize("key", CERTIFICATE)
def test_every_language_has_every_text_with_the_same_places(key: str) -> None:
    texts = CERTIFICATE[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    assert not any(re.search("[<>&]", text) for text in texts.values())
    places = [{p for _, p, _, _ in string.Formatter().parse(text) if p} for text in texts.values()]
    assert places.count(places[0]) == len(places)


def test_every_text_is_used() -> None:
    templates = files("concord.report").joinpath("templates")
    source = templates.joinpath("certificate.html.j2").read_text("utf-8")
    source += templates.joinpath("certificate_main.html.j2").read_text("utf-8")
    asked = set(re.findall(r'(?:say|both)\("([a-z_.]+[a-z])"', source))
    prefixes = tuple(re.findall(r'(?:say|both)\("([a-z_.]+\.)" ~', source))
    prefixes += ("completeness.", "tie.")
    assert asked <= set(CERTIFICATE)
    assert not {k for k in CERTIFICATE if k not in asked and not k.startswith(prefixes)}


def test_a_body_is_the_same_text_whatever_the_order_it_was_made_in() -> None:
    one, other = (
        {"b": [1, "0.10"], "a": {"y": 1, "x": None}},
        {"a": {"x": None, "y": 1}, "b": [1, "0.10"]},
    )
    assert canonical(one) == canonical(other) == '{"a":{"x":null,"y":1},"b":[1,"0.10"]}'
    with pytest.raises(ValueError, match="Out of range"):
        canonical({"n": float("nan")})
    assert json.loads(canonical(one)) == one
