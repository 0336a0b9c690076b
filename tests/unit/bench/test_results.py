"""Results: ratios to the limit, what does not count, and the files that are kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from concord.bench import results
from concord.bench.results import LIMIT, OURS, Report, Result, Taken, compared

KEYS = {"workload", "rows", "subject", "seconds", "peak_mb", "ratio_to_limit", "verified"}


def some(*, verified: bool = True) -> list[Result]:
    return compared(
        "full copy",
        1_000,
        {"sling": Taken([9.0], True), OURS: Taken([1.0, 9.0, 3.0], verified, 120.0),
         LIMIT: Taken([2.0, 2.0, 1.0], True)},
    )  # fmt: skip


def test_each_subject_is_a_ratio_of_medians_to_the_limit_which_comes_first() -> None:
    assert [(r["subject"], r["ratio_to_limit"]) for r in some()] == [
        ("limit", 1.0), ("sling", 4.5), ("concord", 1.5)
    ]  # fmt: skip


def test_an_unverified_result_is_named() -> None:
    assert results.faulty(some()) == []
    assert results.faulty(some(verified=False)) == ["full copy of 1,000: concord"]


def test_the_files_hold_every_result_and_who_was_not_there(tmp_path: Path) -> None:
    report = Report(some(verified=False), absent=["copy: dlt: not installed: no network"])
    results.write(tmp_path / "bench", report, {"full copy": 1.6}, "Measured today.")
    kept = json.loads((tmp_path / "bench" / "latest.json").read_text())
    assert kept == report.results
    assert all(set(one) == KEYS for one in kept)
    text = (tmp_path / "bench" / "latest.md").read_text()
    assert "| full copy | 1,000 | concord | 3.00 | 120 | 1.50 | ≤ 1.6 | NO |" in text
    assert "- copy: dlt: not installed: no network" in text
    assert len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1
    assert not list((tmp_path / "bench").glob("*.part"))


@pytest.mark.parametrize("name", ["peak_mb", "seconds"])
def test_figures_are_numbers_in_the_list(name: str) -> None:
    assert all(isinstance(one[name], float) for one in some())  # type: ignore[literal-required]
