"""What the command line takes and gives about rules, and how a rule's text is wrapped."""

from __future__ import annotations

import argparse
from datetime import timedelta

import pytest

from concord.cli.rules import duration
from concord.rules.query import relation


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("90m", timedelta(minutes=90)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("8w", timedelta(weeks=8)),
    ],
)
def test_a_time_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert duration(text) == span


@pytest.mark.parametrize("text", ["30", "d", "1.5d", "-3d", "30 d", "3y"])
def test_what_is_no_time_span_is_refused_with_examples(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="90m, 12h, 30d or 8w"):
        duration(text)


def test_a_query_may_end_in_a_comment_and_hold_percent_signs() -> None:
    text = relation("SELECT 1 WHERE 'a' LIKE '%' -- all").as_string(None)
    assert text == "(\nSELECT 1 WHERE 'a' LIKE '%%' -- all\n)"
