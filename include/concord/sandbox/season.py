"""How much business a day brings: busy Mondays, quiet weekends, a strong last quarter."""

from __future__ import annotations

from datetime import date
from random import Random

WEEKDAYS = (1.25, 1.15, 1.1, 1.05, 0.95, 0.15, 0.05)  # from Monday on
MONTHS = (0.9, 0.7, 1.1, 1.0, 0.95, 1.05, 0.9, 0.85, 1.1, 1.05, 1.25, 1.15)


def volume(day: date, per_day: float) -> float:
    """What to expect of a day where an average working day brings `per_day`."""
    return per_day * WEEKDAYS[day.weekday()] * MONTHS[day.month - 1]


def draw(rng: Random, mean: float) -> int:
    """How often something happens that happens `mean` times on average; within a tenth or one."""
    wanted = mean * (0.9 + 0.2 * rng.random())
    return int(wanted) + (rng.random() < wanted % 1)
