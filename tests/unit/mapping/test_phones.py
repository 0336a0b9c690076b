"""Telephone numbers: national spellings meet in E.164, and nothing is cut off unseen."""

from __future__ import annotations

import phonenumbers as lib
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from concord.mapping.phones import _plain_international, phone

REGIONS = st.sampled_from(sorted(lib.SUPPORTED_REGIONS))
TYPED = st.one_of(
    st.text("0123456789", min_size=2, max_size=14),
    st.text("0123456789０１+ -()/.x#转", min_size=2, max_size=20),
    st.builds("{}{}".format, st.sampled_from(["+86", "0086 ", "+49 (0)", "00", "+1"]),
              st.text("0123456789- ", min_size=4, max_size=13)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("country", "texts", "clean"),
    [
        ("CN", ["021-6234 5678", "（021）62345678", "0086-21-62345678", "86 21 6234 5678",
                "＋８６ ２１ 62345678", "电话：021-62345678", "+86 (021) 62345678"],
         "+862162345678"),
        ("CN", ["138 0013 8000", "+86-138-0013-8000", "(+86)13800138000", "手机13800138000"],
         "+8613800138000"),
        ("CN", ["021-62345678转801", "021-62345678 分机 801", "+86 21 62345678 ext. 801",
                "tel:+862162345678;ext=801", "(021) 62345678 x801", "021-62345678#801"],
         "+862162345678 x801"),
        ("CN", ["400-820-8820"], "+864008208820"),
        ("DE", ["030/123456", "+49 (0)30 123456", "0049 30 12 34 56", "030-123456"],
         "+4930123456"),
        ("FR", ["01 42 68 53 00", "01.42.68.53.00", "+33 1 42 68 53 00"], "+33142685300"),
        ("GB", ["(020) 7946 0958", "+44 (0)20 7946 0958"], "+442079460958"),
        ("US", ["(503) 555-7555", "1-503-555-7555", "001 503 555 7555", "503.555.7555"],
         "+15035557555"),
        ("IT", ["06 698 12345", "+39 06 69812345"], "+390669812345"),
        ("JP", ["03-1234-5678", "０３－１２３４－５６７８"], "+81312345678"),
        ("BR", ["(11) 91234-5678", "+55 11 91234-5678"], "+5511912345678"),
        ("MX", ["(55) 5123-4567"], "+525551234567"),
    ],
)  # fmt: skip
def test_national_spellings_of_one_number_agree(country: str, texts: list[str], clean: str) -> None:
    assert {phone(t, country, default="CN") for t in texts} == {clean}


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("95588", "95588"),
        ("+12", "+12"),
        ("(5) 55-4", "5554"),
        ("+86 1234567890123456", "+86 1234567890123456"),
        ("Anna 13800138000", "Anna 13800138000"),
        ("13800138000 / 13900139000", "13800138000 / 13900139000"),
        ("021-62345678/79", "021-62345678/79"),
        ("62345678;62345679", "62345678;62345679"),
        ("ask reception", "ask reception"),
        ("n/a", ""),
        ("000-0000", ""),
        ("", ""),
    ],
)
def test_what_is_no_single_possible_number_stays_as_typed(text: str, clean: str) -> None:
    assert phone(text, "CN") == clean


@pytest.mark.parametrize(
    ("country", "clean"),
    [("DE", "+49301234567"), ("", "+86301234567"), (None, "+86301234567"), ("QQ", "+86301234567")],
)
def test_the_record_s_country_comes_before_the_company_s(country: str | None, clean: str) -> None:
    assert phone("0301234567", country, default="CN") == clean


@settings(max_examples=300, deadline=None)
@given(text=TYPED, region=REGIONS, other=REGIONS)
@example("007999792862", "BY", "CN")
@example("+43001320122458", "AT", "CN")
def test_a_clean_number_is_clean_and_international_ones_are_so_everywhere(
    text: str, region: str, other: str
) -> None:
    once = phone(text, region)
    assert phone(once, region) == once
    if once.startswith("+"):
        assert phone(once, other) == once


@settings(max_examples=300, deadline=None)
@given(
    code=st.sampled_from(sorted(lib.COUNTRY_CODE_TO_REGION_CODE)),
    rest=st.text("0123456789", min_size=1, max_size=13),
)
@example(375, "8207299721")
@example(86, "112320317820")
def test_the_short_way_says_nothing_that_the_library_does_not(code: int, rest: str) -> None:
    number = f"+{code}{rest}"
    if not _plain_international(number):
        return
    parsed = lib.parse(number, None)
    assert lib.format_number(parsed, lib.PhoneNumberFormat.E164) == number
    reason = lib.is_possible_number_with_reason(parsed)
    assert reason == lib.ValidationResult.IS_POSSIBLE


def test_the_short_way_is_taken_for_everyday_numbers() -> None:
    for number in ("+8613800138000", "+4930123456", "+15035557555", "+442079460958"):
        assert _plain_international(number)
