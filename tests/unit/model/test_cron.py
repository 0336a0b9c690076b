from __future__ import annotations

import pytest

from concord.model.cron import cron_problem


@pytest.mark.parametrize(
    "text",
    ["* * * * *", "*/15 * * * *", "0 2 1,15 * *", "5-55/10 8-18 * JAN-MAR mon-fri", "0 0 * * 7"],
)
def test_five_fields_with_lists_ranges_steps_and_names_are_a_schedule(text: str) -> None:
    assert cron_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *",
        "* * * * 8", "*/0 * * * *", "5/10 * * * *", "9-5 * * * *", "*-5 * * * *", "1,,2 * * * *",
        "-1 * * * *", "JAN * * * *", "@daily", "* * * * FOO", "٣ * * * *",
    ],
)  # fmt: skip
def test_anything_else_is_named(text: str) -> None:
    assert cron_problem(text) is not None
