"""Bars: what is not zero is seen, the newest is at the right, and nothing leaves its frame."""

from __future__ import annotations

from concord.report import charts
from concord.report.data import TREND, Point, Step

from .conftest import Make


def test_the_newest_batch_is_at_the_right_edge_however_few_there_are(make: Make) -> None:
    two = [Point(1, "done", 5, 0, 0, 1.0), Point(2, "failed", 10, 0, 0, None)]
    read, quarantined, *_ = charts.trend(make(trend=two))
    assert read.bars[-1].x + charts.SLOT == TREND * charts.SLOT == read.width
    assert [b.height for b in read.bars] == [charts.HEIGHT / 2, charts.HEIGHT]
    assert [b.failed for b in read.bars] == [False, True]
    assert [b.height for b in quarantined.bars] == [0, 0]


def test_one_beside_a_million_is_still_seen(make: Make) -> None:
    points = [Point(1, "done", 1, 0, 0, 1.0), Point(2, "done", 1_000_000, 0, 0, 1.0)]
    small, large = charts.trend(make(trend=points))[0].bars
    assert small.height > 1
    assert large.height == charts.HEIGHT


def test_no_batch_gives_no_bar(make: Make) -> None:
    assert all(not c.bars and c.last == c.most == 0 for c in charts.trend(make(trend=[])))


def test_steps_lie_where_they_ran_within_the_whole(make: Make) -> None:
    steps = [
        Step("extract", "erp", "done", 1, 0.0, 1.0, None),
        Step("extract", "crm", "done", 1, 0.0, 2.0, None),
        Step("load", "", "running", 1, 3.0, None, None),
    ]
    bars = [bar for _, bar in charts.timing(make(steps=steps, seconds=4.0))]
    assert [(b.x, b.width) for b in bars] == [(0, 25), (0, 50), (75, 0.5)]
    late = charts.timing(make(steps=steps, seconds=1.0))
    assert all(bar.x + bar.width <= 100.5 for _, bar in late)
    assert charts.timing(make(steps=[], seconds=None)) == []
