"""Text forms: read strictly, written back the same, never through a float."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concord.mapping import formats
from concord.mapping.faults import Fault, Outcome

NUMBERS = (None, *formats.FORMATS["money"])
DATES = (None, *formats.FORMATS["date"])


def rule(outcome: Outcome) -> str:
    assert isinstance(outcome, Fault)
    return outcome.rule


@pytest.mark.parametrize(
    ("style", "text", "value"),
    [
        (None, "1250000.00", "1250000.00"),
        (None, "-0.5", "-0.50"),
        (None, "+7", "7.00"),
        (None, "1.5000", "1.50"),
        (None, "-0.00", "0.00"),
        (None, "007", "7.00"),
        (None, ".5", "0.50"),
        (None, "１２３．４５", "123.45"),
        (None, "−12", "-12.00"),
        (None, "90071992547409931234.56", "90071992547409931234.56"),
        ("1,234.56", "1,250,000.00", "1250000.00"),
        ("1,234.56", "1250000.00", "1250000.00"),
        ("1,234.56", "１，２３４．５", "1234.50"),
        ("1.234,56", "-1.250.000,5", "-1250000.50"),
        ("1.234,56", "1.250", "1250.00"),
        ("1234,56", "1234,56", "1234.56"),
    ],
)
def test_numbers_are_read_in_their_own_style(style: str | None, text: str, value: str) -> None:
    assert formats.number_reader(style, 2)(text) == value


@pytest.mark.parametrize(
    ("style", "text", "why"),
    [
        (None, "1,250.00", "not_a_number"),
        (None, "1e5", "not_a_number"),
        (None, "NaN", "not_a_number"),
        (None, "Infinity", "not_a_number"),
        (None, "12 000", "not_a_number"),
        (None, "EUR 5", "not_a_number"),
        (None, "--5", "not_a_number"),
        (None, ".", "not_a_number"),
        (None, "٣", "not_a_number"),
        (None, "1.005", "too_precise"),
        (None, "9" * 39, "out_of_range"),
        ("1,234.56", "1,25,000.00", "not_a_number"),
        ("1,234.56", "1250,000.00", "not_a_number"),
        ("1,234.56", ",250.00", "not_a_number"),
        ("1,234.56", "1.234,56", "not_a_number"),
        ("1.234,56", "1234.56", "not_a_number"),
        ("1234,56", "1.234,56", "not_a_number"),
    ],
)
def test_a_number_in_another_style_is_a_fault(style: str | None, text: str, why: str) -> None:
    assert rule(formats.number_reader(style, 2)(text)) == why


@pytest.mark.parametrize("text", ["5.10", "5.1", "5.1000", "+05.1"])
def test_equal_numbers_have_equal_texts_without_a_scale(text: str) -> None:
    assert formats.number_reader(None, None)(text) == "5.1"


@settings(max_examples=150, deadline=None)
@given(
    number=st.decimals(min_value=-(10**20), max_value=10**20, places=4),
    style=st.sampled_from(NUMBERS),
    scale=st.sampled_from([None, 4, 6]),
)
def test_every_number_survives_being_written_and_read(
    number: Decimal, style: str | None, scale: int | None
) -> None:
    canonical = formats.number_reader(None, scale)(f"{number:f}")
    assert isinstance(canonical, str)
    assert Decimal(canonical) == number
    written = formats.write_number(style)(canonical)
    assert formats.number_reader(style, scale)(written) == canonical


def test_numbers_are_written_with_thousands_separators() -> None:
    assert formats.write_number("1,234.56")("-1250000.00") == "-1,250,000.00"
    assert formats.write_number("1.234,56")("1250000.5") == "1.250.000,5"
    assert formats.write_number("1234,56")("1250000") == "1250000"


@pytest.mark.parametrize("text", ["1,5", "", "x", "1.", "0x1"])
def test_what_is_no_canonical_number_is_not_written(text: str) -> None:
    with pytest.raises(ValueError, match="canonical"):
        formats.write_number(None)(text)


@pytest.mark.parametrize(
    ("text", "value"), [("5", "5"), ("-007", "-7"), ("5.00", "5"), (str(2**63 - 1), str(2**63 - 1))]
)
def test_whole_numbers_are_read(text: str, value: str) -> None:
    assert formats.integer_reader()(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [("5.5", "not_a_number"), ("five", "not_a_number"), (str(2**63), "out_of_range"),
     ("1" * 50, "out_of_range")],
)  # fmt: skip
def test_whole_numbers_are_whole_and_fit(text: str, why: str) -> None:
    assert rule(formats.integer_reader()(text)) == why


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (None, "2024-02-29"),
        (None, "2024-02-29 00:00:00"),
        (None, "2024-02-29 00:00:00+00"),
        ("YYYYMMDD", "20240229"),
        ("YYYYMMDD", "２０２４０２２９"),
        ("YYYY-MM-DD", " 2024-2-29 "),
        ("DD/MM/YYYY", "29/02/2024"),
        ("DD/MM/YYYY", "29/2/2024"),
        ("MM/DD/YYYY", "02/29/2024"),
        ("DD.MM.YYYY", "29.02.2024"),
    ],
)
def test_dates_are_read_in_their_own_style(style: str | None, text: str) -> None:
    assert formats.date_reader(style, None)(text) == "2024-02-29"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (None, "2023-02-29"),
        (None, "1899-12-31"),
        (None, "2101-01-01"),
        (None, "yesterday"),
        (None, "2024-02-29 15:30:00+00"),
        ("YYYYMMDD", "20241301"),
        ("YYYYMMDD", "00000000"),
        ("YYYYMMDD", "2024-02-29"),
        ("DD/MM/YYYY", "02/29/2024"),
        ("DD/MM/YYYY", "1/1/24"),
        ("DD.MM.YYYY", "29/02/2024"),
        ("YYYY-MM-DD", "2024-02-29 00:00:00"),
    ],
)
def test_a_date_that_is_none_is_a_fault(style: str | None, text: str) -> None:
    assert rule(formats.date_reader(style, None)(text)) == "not_a_date"


def test_a_time_of_day_is_dropped_only_where_the_mapping_says_so_in_the_company_s_zone() -> None:
    read = formats.date_reader(None, ZoneInfo("Asia/Shanghai"))
    assert read("2024-02-28 16:00:00+00") == "2024-02-29"
    assert read("2024-02-28 15:59:59+00") == "2024-02-28"
    assert read("2024-02-29") == "2024-02-29"


@settings(max_examples=100, deadline=None)
@given(day=st.dates(date(1900, 1, 1), date(2100, 12, 31)), style=st.sampled_from(DATES))
def test_every_day_survives_being_written_and_read(day: date, style: str | None) -> None:
    written = formats.write_date(style)(day.isoformat())
    assert formats.date_reader(style, None)(written) == day.isoformat()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-31T16:00:00Z", "2024-01-31 16:00:00+00"),
        ("2024-02-01 00:00:00+08", "2024-01-31 16:00:00+00"),
        ("2024-01-31T11:00:00-05:00", "2024-01-31 16:00:00+00"),
        ("2024-01-31T21:30:00.250000+05:30", "2024-01-31 16:00:00.25+00"),
        ("2024-01-31 16:00:00", "2024-01-31 16:00:00+00"),
        ("2024-01-31 16:00", "2024-01-31 16:00:00+00"),
        ("2024-01-31", "2024-01-31 00:00:00+00"),
        ("2024-01-31T16:00:00.123456789Z", "2024-01-31 16:00:00.123456+00"),
    ],
)
def test_instants_are_read_as_utc(text: str, value: str) -> None:
    assert formats.timestamp_reader()(text) == value


@pytest.mark.parametrize(
    "text",
    ["2024-01-31 25:00:00", "2024-02-30T00:00:00Z", "2024-01-31 12:00.5", "31/01/2024 12:00",
     "0001-01-01 00:00:00+14", "1900-01-01 00:00:00+08", "now", "2024-01-31 16:00:00+99"],
)  # fmt: skip
def test_an_instant_that_is_none_is_a_fault(text: str) -> None:
    assert rule(formats.timestamp_reader()(text)) == "not_a_timestamp"


@settings(max_examples=100, deadline=None)
@given(
    moment=st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30), timezones=st.just(UTC)),
    style=st.sampled_from([None, "ISO"]),
)
def test_every_instant_survives_being_written_and_read(moment: datetime, style: str | None) -> None:
    read = formats.timestamp_reader()
    canonical = read(moment.isoformat())
    assert isinstance(canonical, str)
    assert datetime.fromisoformat(canonical) == moment
    assert read(formats.write_timestamp(style)(canonical)) == canonical


@pytest.mark.parametrize("style", [None, *formats.FORMATS["boolean"]])
def test_booleans_survive_being_written_and_read(style: str | None) -> None:
    for value in ("true", "false"):
        written = formats.write_boolean(style)(value)
        assert formats.boolean_reader(style)(written) == value
        assert formats.boolean_reader(style)(written.lower() + " ") == value


@pytest.mark.parametrize(
    ("style", "text"), [("Y/N", "1"), ("1/0", "Y"), ("T/F", "true"), (None, "yes")]
)
def test_a_boolean_of_another_style_is_a_fault(style: str | None, text: str) -> None:
    assert rule(formats.boolean_reader(style)(text)) == "not_a_boolean"


@pytest.mark.parametrize(
    "read",
    [formats.number_reader(None, 2), formats.date_reader(None, None), formats.timestamp_reader(),
     formats.boolean_reader(None), formats.integer_reader()],
)  # fmt: skip
def test_white_space_is_blank_in_every_type(read: formats.Reader) -> None:
    assert read(" \u3000\t") is None
