"""The desk's catalogue: nothing is said in one language alone, and every text is asked for."""

from __future__ import annotations

import re
import string
from importlib.resources import files
from typing import get_args

import pytest

from concord.desk.texts import SHELL
from concord.desk.texts_read import READ
from concord.desk.texts_work import WORK
from concord.model.spec import AuthorityKind
from concord.report.texts import LANGUAGES
from concord.report.words import TEXTS as REPORT
from concord.stewardship.choices import BEFORE, DELETION, FIXED, GOLDEN, LEAVE, OWN
from concord.stewardship.incidents import REASONS as ABOUT
from concord.stewardship.quarantine import REASONS

OWN_TEXTS = {**SHELL, **READ, **WORK}
NAMED = {
    "dup", "ticket", "step", "system", "review", "kpi", "nav", "error", "now", "proof", "effect",
    "choice", "dismiss", "incident", "bulk", "entry", "undo", "order", "open", "state", "fresh",
    "runs", "pace", "by", "detail", "conflict", "file", "needs",
}  # fmt: skip


@pytest.mark.parametrize("key", OWN_TEXTS)
def test_every_language_has_every_text_with_the_same_places(key: str) -> None:
    texts = OWN_TEXTS[key]
    assert set(texts) == set(LANGUAGES)
    assert all(text.strip() for text in texts.values())
    places = [{p for _, p, _, _ in string.Formatter().parse(text) if p} for text in texts.values()]
    assert places.count(places[0]) == len(places)
    assert not [t for t in texts.values() if re.search("[<>&]", t)]


def test_no_text_takes_the_place_of_one_of_the_report() -> None:
    rooms = (SHELL, READ, WORK, REPORT)
    keys = [key for room in rooms for key in room]
    assert sorted(k for k in set(keys) if keys.count(k) > 1) == []


def test_templates_ask_for_texts_that_are_there_and_all_of_them() -> None:
    room = files("concord.desk")
    templates = [t for t in room.joinpath("templates").iterdir() if t.name.endswith(".j2")]
    pages = [p for p in room.joinpath("pages").iterdir() if p.name.endswith(".py")]
    source = "\n".join(f.read_text("utf-8") for f in (*templates, *pages))
    source += room.joinpath("shell.py").read_text("utf-8")
    asked = set(
        re.findall(
            r'say\((?:ask\.language, |language, |context\["language"\], )?"([a-z_0-9.]+[a-z0-9])"',
            source,
        )
    )
    asked |= set(re.findall(r'_message\(ask, "([a-z_.]+)"', source))
    known = {**OWN_TEXTS, **REPORT}
    assert sorted(asked - set(known)) == []
    unused = {k for k in OWN_TEXTS if k not in asked and k.split(".")[0] not in NAMED}
    assert sorted(k for k in unused if f'"{k}"' not in source) == []


def test_every_way_in_which_a_value_wins_has_words() -> None:
    assert {f"by.{kind}" for kind in get_args(AuthorityKind)} <= set(READ)


def test_every_choice_and_reason_of_the_library_has_words() -> None:
    choices = {c.name for many in FIXED.values() for c in many}
    choices |= {c.name for c in (*DELETION, GOLDEN, OWN, BEFORE, LEAVE)}
    assert {f"choice.{name}" for name in choices} <= set(WORK)
    assert {f"dismiss.{name}" for name in REASONS} <= set(WORK)
    assert {f"incident.{name}" for name in ABOUT} <= set(READ)
    assert {f"review.{kind}" for kind in FIXED} <= {*OWN_TEXTS, *REPORT}
