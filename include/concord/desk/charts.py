"""Bars as numbers for a template's SVG: no script, no inline style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEIGHT, SLOT, BAR = 48, 8, 6  # a chart's height, a value's share of its width, its bar


@dataclass(frozen=True)
class Bar:
    """One bar in the chart's own units; `label` is read out and shown on hover."""

    x: float
    y: float
    height: float
    label: str
    bad: bool


@dataclass(frozen=True)
class Chart:
    """One measure over time, the newest at the right."""

    bars: Sequence[Bar]
    last: float
    most: float
    width: int
    height: int = HEIGHT


def chart(values: Sequence[float], labels: Sequence[str], bad: Sequence[bool] = ()) -> Chart:
    """A chart of values and of what each is called."""
    most = max(values, default=0.0)
    bars = [
        Bar(
            n * SLOT,
            HEIGHT - height,
            height,
            f"{labels[n]}: {value:,.0f}",
            bool(bad) and bad[n],
        )
        for n, value in enumerate(values)
        # What is not zero is seen, however small beside the largest.
        for height in [max(1.5, HEIGHT * value / most) if value else 0.0]
    ]
    return Chart(bars, values[-1] if values else 0.0, most, max(len(values), 1) * SLOT)
