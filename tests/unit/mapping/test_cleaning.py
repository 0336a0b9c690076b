"""Cleaning steps: equal things get equal texts, and cleaning twice changes nothing."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from concord.mapping.cleaning import STEPS
from concord.mapping.faults import Fault
from concord.mapping.text import cut, plain

NOISE = "  \t\u3000\u200b\u00ad\u202e.-/ ,;<>@:?#'’\"“–—（）＋０１ＡａßİŉΣﬁ㈱①´·・王張ा\u0301\u0308"
TEXTS = st.text(st.one_of(st.sampled_from(NOISE), st.characters(codec="utf-8")), max_size=30)
ADDRESSES = st.builds("{}{}@{}.{}".format, TEXTS, st.just("A"), TEXTS, st.just("Com"))


@pytest.mark.parametrize("name", sorted(STEPS))
@settings(max_examples=120, deadline=None)
@given(text=st.one_of(TEXTS, ADDRESSES))
@example("mailto:mailto:a@b.cn")
@example("Anna <a@b.cn>;")
@example("HTTP://www.Acme.com:80/")
@example("a\u200b\u0301")
@example("ΌΣΟΣ.ΣΑΣ")
def test_a_second_cleaning_changes_nothing(name: str, text: str) -> None:
    base = plain(text)
    if isinstance(base, Fault):
        return
    once = STEPS[name](base)
    assert STEPS[name](once) == once
    assert once == once.strip()


@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_squeezed_text_has_one_form_and_nothing_unseen(text: str) -> None:
    base = plain(text)
    if isinstance(base, Fault):
        return
    done = STEPS["squeeze"](base)
    assert unicodedata.is_normalized("NFKC", done)
    assert not re.search(r"\s\s|[\u200b\u00ad\u202e\ufeff\u3000]", done)


@pytest.mark.parametrize(
    ("step", "texts", "clean"),
    [
        ("squeeze", ["Ａｃｍｅ　Ltd", " Acme  Ltd ", "Ac\u200bme\u00a0Ltd", "Acme\u2003Ltd"],
         "Acme Ltd"),
        ("squeeze", ["上海（中国）公司", "上海(中国)公司"], "上海(中国)公司"),
        ("squeeze", ["\u200b", "\u3000", "\u3164", " "], ""),
        ("squeeze", ["e\u0301", "é", "e\u200b\u0301"], "é"),
        ("upper", ["straße", "STRASSE"], "STRASSE"),
        ("lower", ["ÄRGER", "ärger"], "ärger"),
        ("digits", ["ab１2-٣", "123"], "123"),
        ("email", ["Anna <Anna@Acme.com>", "MAILTO:anna@acme.com?subject=Hi", "ａｎｎａ＠acme.com",
                   " anna@ACME.com;", "Anna <anna@acme.com>; ",
                   "<anna@acme.com>", '"Berg, Anna" <anna@acme.com>'],
         "anna@acme.com"),
        ("email", ["not an address"], "not an address"),
        ("email", ["n/a", "None", "-", "无"], ""),
        ("tax_id", ["de 123.456.789", "DE-123/456/789", "ＤＥ１２３４５６７８９"], "DE123456789"),
        ("tax_id", ["91310000MA1K4XXX8x", "9131 0000 MA1K 4XXX 8X"], "91310000MA1K4XXX8X"),
        ("tax_id", ["N/A", "无", "--", "0000000", "xxx", "unknown"], ""),
        ("url", ["www.Acme.com/", "https://www.acme.com", "HTTPS://WWW.ACME.COM:443/",
                 "https://www.acme.com."], "https://www.acme.com"),
        ("url", ["Acme.com:8080/Path/?q=A"], "https://acme.com:8080/Path/?q=A"),
        ("url", ["http://acme.com"], "http://acme.com"),
        ("url", ["www.中文.公司/"], "https://www.中文.公司"),
        ("url", ["see card"], "see card"),
        ("url", ["info@acme.com"], "info@acme.com"),
        ("postal_code", ["sw1a  1aa", "ＳＷ１Ａ 1AA "], "SW1A 1AA"),
        ("company_name", ["O’Neill – Söhne  GmbH", "O'Neill - Söhne GmbH"], "O'Neill - Söhne GmbH"),
        ("company_name", ["O´Neill"], "O'Neill"),
        ("person_name", ["约翰・史密斯", "约翰•史密斯", "约翰 · 史密斯"], "约翰·史密斯"),
        ("person_name", ["ジョン・スミス"], "ジョン・スミス"),
    ],
)  # fmt: skip
def test_spellings_of_one_thing_agree(step: str, texts: list[str], clean: str) -> None:
    assert {STEPS[step](t) for t in texts} == {clean}


@pytest.mark.parametrize(
    ("text", "length", "done"),
    [
        ("Acme Trading Ltd", 13, "Acme Trading"),
        ("Acme", 4, "Acme"),
        ("ax\u0302b", 2, "a"),
        ("上海宏达", 2, "上海"),
        ("\u0302\u0302", 1, "\u0302"),
    ],
)
def test_a_cut_ends_neither_in_space_nor_in_half_a_letter(
    text: str, length: int, done: str
) -> None:
    assert cut(text, length) == done
