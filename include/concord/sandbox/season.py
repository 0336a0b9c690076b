"""How much business a day brings: busy Mondays, quiet weekends, a strong last quarter."""

from __future__ import annotations

from datetime import date
from random import Random

WEEKDAYS = (1.1, 1.05, 1.0, 1.0, 0.9, 0.3, 0.1)  # from Monday on
MONTHS = (0.85, 0.7, 1.1, 1.0, 1.0, 1.05, 0.9, 0.8, 1.1, 1.15, 1.25, 1.1)


def busy(day: date) -> float:
    """How busy a day is beside an average working day: by weekday and month."""
    return WEEKDAYS[day.weekday()] * MONTHS[day.month - 1]


def draw(rng: Random, mean: float) -> int:
    """How often something happens that happens `mean` times on average; within a tenth or one."""
    wanted = mean * (0.9 + 0.2 * rng.random())
    return int(wanted) + (rng.random() < wanted % 1)
