"""The catalogue of the approver's pages: all languages, and no text that no page says."""

from __future__ import annotations

import re
import string
from importlib.resources import files

import pytest

from concord.pipeline.guard import SENTENCES
from concord.report.approval_texts import APPROVAL
from concord.report.texts import LANGUAGES, TEXTS

PAGES = ("changes.html.j2", "changes_main.html.j2", "readiness.html.j2", "shell.html.j2")


@pytest.mark.parametrize("key", APPROVAL)
def test_every_language_has_every_text_with_the_same_places(key: str) -> None:
    texts = APPROVAL[key]
    assert set(texts) == set(LANGUAGES)
    places = [{p for _, p, _, _ in string.Formatter().parse(text) if p} for text in texts.values()]
    assert places.count(places[0]) == len(places)
    assert not re.search("[<>&]", "".join(texts.values()))
    assert re.search(r"[\u4e00-\u9fff]|^\{", texts["zh"])


def test_no_text_hides_one_of_the_batch_report() -> None:
    assert not APPROVAL.keys() & TEXTS.keys()


def test_the_pages_ask_for_texts_that_are_there_and_all_of_them() -> None:
    folder = files("concord.report").joinpath("templates")
    source = "".join(folder.joinpath(page).read_text("utf-8") for page in PAGES)
    asked = set(re.findall(r'(?:say|both|cell|n)\("([a-z_.]+[a-z])"', source))
    asked |= set(re.findall(r'"(ready\.[a-z_]+)"', source))
    assert asked <= APPROVAL.keys() | TEXTS.keys()
    prefixes = tuple(re.findall(r'say\("([a-z_.]+\.)" ~', source))
    assert not {k for k in APPROVAL if k not in asked and not k.startswith(prefixes)}
    assert {f"why.{limit}" for limit in SENTENCES} <= APPROVAL.keys()
