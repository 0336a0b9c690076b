"""Sentences of the engine: each is there in every language, with the values that it is made of."""

from __future__ import annotations

import ast
import pickle
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import concord
from concord.desk.texts import TEXTS
from concord.errors import ConcordError, Said, parts, whole
from concord.report.said_texts import SAID
from concord.report.texts import LANGUAGES
from concord.report.words import in_language, reason, sentence

ROOM = Path(concord.__file__).parent


def made() -> Iterator[tuple[str, set[str] | None]]:
    """Key and names of the values of every sentence in the source; None: they are not all named."""
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Said":
                continue
            if len(node.args) != 2:
                continue  # one that is read from the hub again
            key = node.args[1]
            if isinstance(key, ast.Subscript):
                continue
            assert isinstance(key, ast.Constant), f"{path}:{node.lineno}: a key is a plain text"
            names = {k.arg for k in node.keywords}
            yield str(key.value), None if None in names else {n for n in names if n}


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_sentence_has_a_text_in_every_other_language_and_none_is_left_over() -> None:
    keys = {key for key, _ in made()}
    assert keys == set(SAID)
    for texts in SAID.values():
        assert set(texts) == set(LANGUAGES) - {"en"}


def test_a_text_uses_only_values_that_its_sentence_has() -> None:
    for key, names in made():
        for text in SAID[key].values():
            known = names if names is not None else {"id", "entry", "who", "when", "why"}
            assert places(text) <= known, key


def test_a_sentence_is_said_in_the_readers_language_and_its_names_are_too() -> None:
    said = Said("the choice leave needs a comment", "review.needs", choice="leave", needs="comment")
    assert in_language("en", said, 300, TEXTS) == said
    told = in_language("zh", said, 300, TEXTS)
    assert "备注" in told
    assert "leave" not in told


def test_values_of_a_sentence_run_nothing_and_show_what_is_hidden_in_them() -> None:
    said = Said("x", "system.away", system="crm", address="<script>", why="a\u202eb")
    told = in_language("zh", said)
    assert "<script>" not in told
    assert "\u202e" not in told


@pytest.mark.parametrize("text", ["ERROR: relation <x> is not there", Said("new", "no.such")])
def test_a_text_that_has_no_other_language_is_marked_as_english(text: str) -> None:
    assert in_language("zh", text).startswith('<span lang="en">')
    assert "<x>" not in in_language("zh", text)
    assert "<span" not in in_language("en", text)


def test_the_report_says_it_in_all_languages_at_once() -> None:
    told = sentence(Said("column t.c is gone", "column.gone", column="t.c"))
    assert "column t.c is gone" in told
    assert "列 t.c 已不存在" in told
    assert sentence("free text").count("free text") == 1


def test_a_sentence_is_kept_in_the_hub_and_comes_back_whole() -> None:
    said = Said("column t.c is gone", "column.gone", column="t.c")
    again = whole(parts(said))
    assert isinstance(again, Said)
    assert (again, again.key, again.values) == (said, said.key, said.values)
    assert whole(parts("plain")) == "plain"
    assert not isinstance(whole({"why": "plain"}), Said)


def test_an_error_carries_its_sentence_through_a_pickle() -> None:
    error = pickle.loads(pickle.dumps(ConcordError(Said("x 1", "entry.none", id=1))))
    assert str(error) == "x 1"
    assert isinstance(error.said, Said)
    assert error.said.values == {"id": 1}


def test_the_numbers_of_a_reason_are_written_as_people_write_them() -> None:
    why = {"limit": "money", "n": "1234567.50", "most": "1000"}
    assert reason(why, "EUR") == {
        "limit": "money", "n": "1,234,567.50", "most": "1,000.00", "currency": "EUR",
    }  # fmt: skip
    assert reason({**why, "currency": "CNY"}, "EUR")["currency"] == "CNY"
    assert reason({"limit": "deletes", "n": 12345, "most": 100})["n"] == "12,345"
