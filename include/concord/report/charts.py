"""Bars of the trend and of the steps, as numbers for the template's SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from concord.report.data import TREND, Point, Report, Step

HEIGHT, SLOT, BAR = 48, 8, 6  # of a trend chart: its height, a batch's share of it, its bar


@dataclass(frozen=True)
class Bar:
    """One bar in the chart's own units."""

    x: float
    y: float
    width: float
    height: float
    label: str
    failed: bool


@dataclass(frozen=True)
class Chart:
    """One measure over the last batches."""

    key: str
    last: float
    most: float
    bars: Sequence[Bar]
    width: int = TREND * SLOT
    height: int = HEIGHT


def trend(report: Report) -> list[Chart]:
    """The charts of the trend; the newest batch is at the right edge."""
    measures = {
        "read": [float(p.read) for p in report.trend],
        "quarantined": [float(p.quarantined) for p in report.trend],
        "confirmed": [float(p.confirmed) for p in report.trend],
        "seconds": [p.seconds or 0.0 for p in report.trend],
    }
    return [_chart(key, values, report.trend) for key, values in measures.items()]


def _chart(key: str, values: Sequence[float], points: Sequence[Point]) -> Chart:
    most = max(values, default=0.0)
    bars = []
    for place, (value, point) in enumerate(zip(values, points, strict=True)):
        # What is not zero is seen, however small beside the largest.
        height = max(1.5, HEIGHT * value / most) if value else 0.0
        x = (TREND - len(points) + place) * SLOT
        label = (
            f"#{point.batch}: {value:,.0f}" if key != "seconds" else f"#{point.batch}: {value:.1f}"
        )
        bars.append(Bar(x, HEIGHT - height, BAR, height, label, point.state == "failed"))
    return Chart(key, values[-1] if values else 0.0, most, bars)


def timing(report: Report) -> list[tuple[Step, Bar]]:
    """Each step with its bar; the whole batch is 100 wide."""
    ends = [s.start + (s.seconds or 0.0) for s in report.steps]
    whole = max([report.seconds or 0.0, *ends, 0.001])
    return [
        (
            step,
            Bar(
                100 * step.start / whole,
                0,
                max(0.5, 100 * (step.seconds or 0.0) / whole),
                10,
                step.name,
                step.state == "failed",
            ),
        )
        for step in report.steps
    ]
