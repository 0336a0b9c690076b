"""The catalogue: nothing is said in one language alone, and nothing is kept that is not said."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest

from concord.report import render, words
from concord.report.texts import LANGUAGES, RULES, TEXTS

ALL = {**TEXTS, **{f"rule:{k}": v for k, v in RULES.items()}}


@pytest.mark.parametrize("key", ALL)
def test_every_language_has_every_text_with_the_same_places(key: str) -> None:
    texts = ALL[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    places = [{p for _, p, _, _ in string.Formatter().parse(text) if p} for text in texts.values()]
    assert places.count(places[0]) == len(places)


def test_no_text_holds_markup() -> None:
    assert not [k for k, texts in ALL.items() for t in texts.values() if re.search("[<>&]", t)]


def test_chinese_texts_are_chinese() -> None:
    plain = [k for k, texts in ALL.items() if not re.search(r"[\u4e00-\u9fff{]", texts["zh"])]
    assert plain == []


def test_the_template_asks_for_texts_that_are_there_and_all_of_them() -> None:
    templates = files("concord.report").joinpath("templates")
    source = templates.joinpath("report.html.j2").read_text("utf-8")
    source += templates.joinpath("report_main.html.j2").read_text("utf-8")
    source += files("concord.report").joinpath("render.py").read_text("utf-8")
    asked = set(re.findall(r'(?:say|both|cell)\("([a-z_.]+[a-z])"', source))
    asked |= set(re.findall(r'"(head\.[a-z_]+)"', source))
    assert asked <= set(TEXTS)
    prefixes = tuple(re.findall(r'(?:say|both|cell)\("([a-z_.]+\.)" ~', source))
    prefixes += tuple(f"{kind}." for kind in re.findall(r'name\("([a-z]+)"', source))
    prefixes += ("count.",)
    unused = {k for k in TEXTS if k not in asked and not k.startswith(prefixes)}
    assert unused == set()
    assert render.ALWAYS


def test_signs_that_cannot_be_seen_are_shown_by_their_number() -> None:
    assert words.shown("a\u202eb\x00c\u200bd") == "a⟨202E⟩b⟨0000⟩c⟨200B⟩d"
    assert words.shown("中 é x\ny") == "中 é x y"
    assert words.shown("x" * 200) == "x" * 119 + "…"
    assert len(words.shown("\x00" * 10_000_000)) < 1000


@pytest.mark.parametrize(
    ("value", "text"), [(None, "—"), (0.0, "0.00"), (0.424, "0.42"), (3.14, "3.1"), (74.6, "75")]
)
def test_seconds_are_as_exact_as_they_are_worth(value: float | None, text: str) -> None:
    assert words.seconds(value) == text
