"""The page: what it says in which case, and that no text from the hub becomes anything but text."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from concord.report.data import READ_PARTS, WRITE_PARTS
from concord.report.render import render, verdict
from concord.report.texts import TEXTS

from .conftest import WHEN, Make, book, change_set, full, judged, waiting

ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "input", "div", "header", "p", "span",
    "label",
    "h1", "h2", "code", "dl", "dt", "dd", "b", "main", "ul", "li", "section", "a", "table", "thead",
    "tbody", "tfoot", "tr", "th", "td", "i", "details", "summary", "figure", "figcaption", "svg",
    "path", "rect", "footer", "bdi",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "charset", "http-equiv", "content", "name", "type", "id", "class", "checked",
    "tabindex",
    "aria-label", "role", "for", "href", "scope", "colspan", "viewbox", "preserveaspectratio", "d",
    "x", "y", "width", "height", "aria-hidden",
}  # fmt: skip


class Page(HTMLParser):
    """Elements with their attributes in order, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def words(html: str) -> str:
    """The English text of the page, spaces as one would read them."""
    body = html.partition("<body>")[2]
    body = re.sub(r'<span class="zh"[^>]*>.*?</span>', "", body, flags=re.S)
    return re.sub(r"\s+", " ", "".join(Page(body).text))


PAYLOADS = [
    "<script>alert(1)</script>", "<ScRiPt>alert(1)</sCrIpT>", "<script src=//evil.example>",
    "</script><script>alert(1)</script>", "</style><script>alert(1)</script>", "</title><script>1",
    "<img src=x onerror=alert(1)>", "<img/src='x'/onerror=alert(1)>", "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>", "<iframe src=javascript:alert(1)>", "<body onload=x>",
    "<a href=javascript:alert(1)>x</a>", "<math><mi xlink:href='javascript:1'>", "<object data=x>",
    "<embed src=x>", "<link rel=stylesheet href=//evil.example>", "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<style>*{display:none}</style>",
    "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>", "<form action=//x>",
    "<video><source onerror=alert(1)>", "<marquee onstart=alert(1)>", "<!--<script>-->", "<!--",
    "-->", "<![CDATA[<script>]]>", "<?php echo 1 ?>", '"><script>alert(1)</script>',
    "'><script>alert(1)</script>", '" onmouseover="alert(1)', "' onmouseover='alert(1)", "`",
    "javascript:alert(1)", "&lt;script&gt;", "&#60;script&#62;", "&", "<", ">", "\"", "'",
    "{{ 7*7 }}", "{% raw %}", "{0.__class__}", "{n}", "%(n)s", "\x00<script>", "\u202e<script>",
    "＜script＞", "<scr\nipt>", "<plaintext>", "<noscript><p title=\"</noscript><img onerror=1>\">",
    "</td></tr></table><h1>owned</h1>", "</span></div><script>", "x" * 5000,
]  # fmt: skip


def structure(html: str) -> list[tuple[str, frozenset[str]]]:
    """Elements in order, with the names of their attributes."""
    return [(tag, frozenset(attrs)) for tag, attrs in Page(html).elements]


@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_hostile_text_stays_text_wherever_it_stands(make: Make, payload: str) -> None:
    harmless = render(make(**full(lambda name: "harmless")))
    hostile = render(make(**full(lambda name: payload)))
    assert structure(hostile) == structure(harmless)
    assert "\x00" not in hostile
    assert "\u202e" not in hostile


def test_there_are_at_least_fifty_payloads_and_each_place_shows_them(make: Make) -> None:
    assert len(PAYLOADS) >= 50
    seen: set[str] = set()

    def note(name: str) -> str:
        seen.add(name)
        return f"@{name}@"

    html = render(make(**full(note)))
    missing = {name for name in seen if f"@{name}@" not in html}
    assert missing == set()


def test_the_page_has_only_elements_that_can_do_nothing(make: Make) -> None:
    for tag, attrs in Page(render(make(**full(str.upper)))).elements:
        assert tag in ELEMENTS
        assert set(attrs) <= ATTRIBUTES, tag
        assert (attrs.get("href") or "#").startswith("#")


def test_the_policy_forbids_all_but_the_style_sheet_which_it_names_by_hash(make: Make) -> None:
    html = render(make())
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    [style] = re.findall(r"<style>(.*?)</style>", html, flags=re.S)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert html.index("Content-Security-Policy") < html.index("<style>")
    assert not re.search(r"url\(|@import|https?:|//", style)
    assert not re.search(r"\sstyle=|https?://", html)


CASES: list[tuple[dict[str, Any], str, str, str]] = [
    ({}, "head.quiet", "good", "Nothing had changed, and both sides agree"),
    ({"reads": [book(3, accepted=3)]}, "head.agree", "good", "Both sides agree"),
    ({"quarantine_counts": [("crm", "party", 2, 0)]}, "head.except", "wait", "except for"),
    ({"parked": [("crm", "contact", 1, WHEN)]}, "head.except", "wait", "except for"),
    ({"stopped": [("crm", "party", "web", "gone")]}, "head.except", "wait", "except for"),
    ({"writes": [book(7, WRITE_PARTS, confirmed=4, rejected=3)]}, "head.apart", "wait",
     "3 planned writes have not arrived"),
    ({"waiting": [("crm", "party", 4)]}, "head.apart", "wait", "4 planned writes"),
    ({"change_sets": [change_set(state="held", creates=30)], "waiting": [("crm", "party", 32)]},
     "head.apart", "wait", "32 planned writes"),
    ({"held": [("crm", "party", "key twice")]}, "head.held", "wait", "an entity was held back"),
    ({"dry_run": True, "writes": [book(6, WRITE_PARTS, waiting=6)]}, "head.dry", "open",
     "6 writes were planned and none was made"),
    ({"state": "failed", "error": "erp cannot be reached"}, "head.failed", "bad",
     "The batch failed erp cannot be reached"),
    ({"state": "open", "seconds": None}, "head.open", "open", "still running"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "key", "tone", "said"), CASES)
def test_the_headline_says_whether_both_sides_agree(
    make: Make, changes: dict[str, Any], key: str, tone: str, said: str
) -> None:
    report = make(**changes)
    assert verdict(report) == (key, tone)
    assert said in words(render(report))


def test_books_that_do_not_add_up_are_said_to(make: Make) -> None:
    assert "adds up" in words(render(make(reads=[book(5, accepted=4, parked=1)])))
    wrong = make(reads=[book(5, accepted=4)])
    assert "does not add up" in words(render(wrong))
    unfinished = make(reads=[book(5, accepted=4)], state="failed")
    assert "not finished" in words(render(unfinished))
    assert "does not add up" not in words(render(unfinished))


def test_tables_without_anything_new_are_counted_and_take_no_row(make: Make) -> None:
    idle, lost = replace(book(0), entity="ticket"), replace(book(0, accepted=1), entity="lead")
    page = words(render(make(reads=[book(2, accepted=2), idle, lost])))
    assert "Tables without anything new: 1." in page
    assert "ticket" not in page
    assert "lead" in page
    assert "without anything new" not in words(render(make(reads=[book(2, accepted=2)])))


def test_parts_of_the_books_that_are_all_zero_take_no_column(make: Make) -> None:
    page = words(render(make(reads=[book(2, accepted=2)])))
    assert "older" not in page
    assert "+ older" in words(render(make(reads=[book(2, accepted=1, older=1)])))
    assert set(READ_PARTS) <= {k.removeprefix("count.") for k in TEXTS}


def test_quarantine_shows_key_and_cause_and_says_where_the_rest_is(make: Make) -> None:
    page = words(render(make(quarantine=[waiting()], quarantine_counts=[("crm", "party", 140, 3)])))
    assert "crm party K1" in page
    assert "140 (3 of this batch)" in page
    assert "and 139 more: concord quarantine list" in page


def test_a_cause_is_said_in_each_language_that_is_known_for_it(make: Make) -> None:
    own = {"rule": "x", "message": "m", "meaning": {"en": "Must be so", "zh": "必须如此"}}
    cleaning = {"rule": "unknown_code", "message": "is not in the list"}
    other = {"rule": "write", "message": "value too long"}
    html = render(make(quarantine=[waiting(causes=[own, cleaning, other])]))
    for text in ("Must be so", "必须如此", "The code is in the code list", "代码在代码表中"):
        assert text in html
    assert "value too long" in html


def test_failed_rules_stand_open_and_those_that_hold_are_folded(make: Make) -> None:
    html = render(make(rules=[judged(), judged(rule="name_given", failed=0, success=True)]))
    head, _, folded = html.partition("<details>")
    assert "email_form" in head
    assert "3 of 90" in head
    assert "name_given" in folded
    assert "2 rules over 1 tables; 1 failed." in words(html)


def test_a_rule_whose_column_was_not_read_is_not_said_to_hold_rows(make: Make) -> None:
    one = judged(success=True, failed=0, checked=0, observed="not read: country")
    assert "not checked, the column was not read" in words(render(make(rules=[one])))


def test_every_language_is_there_and_one_is_chosen_without_a_script(make: Make) -> None:
    html = render(make())
    picks = [a for tag, a in Page(html).elements if tag == "input"]
    assert [(p["id"], "checked" in p) for p in picks] == [("en", True), ("zh", False)]
    for code in ("en", "zh"):
        other = "zh" if code == "en" else "en"
        assert f"#{code}:checked~.page .{other}" in html
        assert f'<label for="{code}"' in html
    assert "<script" not in html


def test_a_held_change_set_says_how_to_let_it_pass(make: Make) -> None:
    held = change_set(state="held", number=12, reason="too many", creates=900)
    page = words(render(make(change_sets=[held])))
    assert "Change set 12 is held: 902 writes to crm party (too many)." in page
    assert "concord approve 12" in page
