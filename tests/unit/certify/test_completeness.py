"""What a completeness certificate may call good, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from concord.certify.completeness import compared, verdict


def table(**more: Any) -> dict[str, Any]:
    """One table that was compared whole, but for what is given."""
    comparison = {"compared": 10, "confirmed": 0, "incomparable": more.pop("incomparable", 0)}
    return {"comparison": comparison, "held": None, "quarantined": 0, "parked": 0, **more}


def said(*tables: dict[str, Any]) -> str:
    return verdict({"tables": [table(), *tables]})


def test_all_compared_is_good() -> None:
    assert said(table()) == "good"


@pytest.mark.parametrize("apart", ["incomparable", "quarantined", "parked"])
def test_a_record_that_stands_apart_is_no_equal_one(apart: str) -> None:
    assert said(table(**{apart: 1})) == "explained"


@pytest.mark.parametrize("missing", [{"comparison": None}, {"held": "the key is gone"}])
def test_a_table_that_was_not_compared_is_bad_whatever_the_others_say(
    missing: dict[str, Any],
) -> None:
    one = table(**missing)
    assert not compared(one)
    assert said(one, table(parked=1)) == "bad"
