"""Small things that every page shows: lengths of time, shares, and where a request came from."""

from __future__ import annotations

from datetime import timedelta

import pytest

from concord.desk import assets
from concord.desk.serve import Sent
from concord.desk.shell import percent, span, typed
from concord.insight.now import interval


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "—"), (0.84, "0.8 s"), (42, "42 s"), (60, "1 min"), (250, "4 min 10 s"),
        (7_200, "2 h"), (7_260, "2 h 1 min"), (timedelta(days=2, hours=3), "2 d 3 h"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_told_in_its_two_largest_units(value: object, text: str) -> None:
    assert span(value) == text  # type: ignore[arg-type]


def test_a_length_of_time_has_units_of_the_readers_language() -> None:
    assert span(250, "zh") == "4 分 10 秒"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "—"), (1.0, "100.0 %"), (0.99999, "99.9 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_what_is_not_whole_is_never_rounded_up_to_it(value: float | None, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [("* * * * *", 1), ("*/15 * * * *", 15), ("0,30 * * * *", 30), ("5 * * * *", 60),
     ("0 2 * * *", 1440), ("0 */6 * * *", 360), ("0 8,20 * * *", 720), ("0 2 * * 1", 10_080),
     ("0 2 * * MON-FRI", 4_320), ("0 2 1 * *", 44_640)],
)  # fmt: skip
def test_a_lane_may_be_as_old_as_its_schedule_leaves_it(schedule: str, minutes: int) -> None:
    assert interval(schedule) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("asked", "cookie", "language"),
    [("", "", "en"), ("zh-CN,zh;q=0.9", "", "zh"), ("zh", "en", "en"), ("fr,de", "", "en"),
     ("fr,zh;q=0.5", "", "zh"), ("", "xx", "en")],
)  # fmt: skip
def test_the_language_is_the_chosen_one_or_what_the_browser_asks_for(
    asked: str, cookie: str, language: str
) -> None:
    sent = Sent("", "/", cookies={"concord_language": cookie}, headers={"accept-language": asked})
    assert sent.language == language


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("3564608.39", "money", "3,564,608.39"),
        ("-1234.5600", "quantity", "-1,234.5600"),
        ("-0.50", "money", "-0.50"),
        ("12", "integer", "12"),
        ("1000000", "text", "1000000"),
        ("1000000", None, "1000000"),
        ("1e5", "decimal", "1e5"),
        ("n/a", "money", "n/a"),
        ('[{"company": "cn01", "currency": "CNY", "n": null}, {"company": "de01"}]', "lines",
         "company cn01, currency CNY; company de01"),
        ('[{"a": "<b>"}]', "lines", "a <b>"),
        ("[1]", "lines", "[1]"),
        ("{", "lines", "{"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_a_person_writes_it_and_loses_no_digit(
    text: str, kind: str | None, shown: str
) -> None:
    assert typed(text, kind) == shown


def test_what_is_printed_in_airflows_dark_theme_is_dark_on_white_all_the_same() -> None:
    css = assets.find(assets.address("desk.css").rpartition("/")[2])
    assert css
    style = css.content.decode()
    begin = style.index("@media screen{")
    end = style.index("}}", begin)
    for theme in ("light", "dark"):
        palette = style.index(f":root[data-theme={theme}]{{\n--paper")
        assert begin < palette < end
        assert style.count(f":root[data-theme={theme}]{{") == 1
