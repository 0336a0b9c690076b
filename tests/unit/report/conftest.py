"""A report made in code: what the page shows of it needs no database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from concord.report.data import (
    READ_PARTS,
    WRITE_PARTS,
    Book,
    ChangeSet,
    Judged,
    Point,
    Report,
    Step,
    Waiting,
)

WHEN = datetime(2026, 11, 23, 20, 43, tzinfo=UTC)
Make = Callable[..., Report]


def book(total: int, parts: tuple[str, ...] = READ_PARTS, **given: int) -> Book:
    return Book("crm", "party", total, {**dict.fromkeys(parts, 0), **given})


def judged(**changes: Any) -> Judged:
    made = Judged(
        "crm", "party", "email_form", "email", "critical", "row", "data-steward",
        {"en": "An address has one @", "zh": "地址只含一个 @"}, False, 90, 3, None,
    )  # fmt: skip
    return replace(made, **changes)


def waiting(**changes: Any) -> Waiting:
    cause = {"rule": "email_form", "column": "email", "owner": "data-steward", "message": "m"}
    return replace(Waiting(7, "read", "crm", "party", "K1", "open", [cause], 3, WHEN), **changes)


def change_set(**changes: Any) -> ChangeSet:
    return replace(ChangeSet(5, 9, "crm", "party", "passed", "", 1, 2, 0), **changes)


@pytest.fixture
def make() -> Make:
    """A report of a quiet batch, with changes."""

    def build(**changes: Any) -> Report:
        quiet = Report(
            batch=9, run_id="r9", lane="fast", scope="delta", state="done", dry_run=False,
            systems=["erp", "crm"], started=WHEN, seconds=4.2, error=None,
            steps=[Step("extract", "crm", "done", 1, 0.1, 1.2, None)], reads=[], writes=[],
            compared=0, conflicts_n=0, held=[], stopped=[], rules=[], quarantine=[],
            quarantine_counts=[], parked=[], conflicts=[], change_sets=[], waiting=[], reviews=[],
            trend=[Point(9, "done", 0, 0, 0, 4.2)], made=WHEN,
        )  # fmt: skip
        return replace(quiet, **changes)

    return build


def full(text: Callable[[str], str]) -> dict[str, Any]:
    """Changes that fill every part of the page, each text from the hub passed through `text`."""
    t = text
    meaning = {"en": t("m"), "zh": t("z")}
    causes = [
        {"rule": t("r"), "column": t("c"), "owner": t("o"), "message": t("m"), "meaning": meaning},
        {"rule": "none of ours", "column": None, "owner": t("o"), "message": t("m")},
        {"rule": "unknown_code", "column": t("c"), "owner": t("o"), "message": t("m")},
    ]
    return {
        "run_id": t("run"), "lane": t("lane"), "systems": [t("s"), "erp"], "state": "failed",
        "error": t("e"), "seconds": None,
        "steps": [Step(t("step"), t("s"), "failed", 3, 0.0, None, t("e"))],
        "reads": [book(5, accepted=5), replace(book(1), system=t("s"), entity=t("n"))],
        "writes": [replace(book(2, WRITE_PARTS, waiting=2), system=t("s"), entity=t("n"))] * 2,
        "held": [(t("s"), t("n"), t("w"))], "stopped": [(t("s"), t("n"), t("f"), t("w"))],
        "rules": [
            judged(system=t("s"), entity=t("n"), rule=t("r"), owner=t("o"), meaning=meaning),
            judged(severity="warning", failed=0, success=True, rule=t("r"), owner=t("o")),
            judged(level="batch", observed=t("seen"), failed=1),
            judged(success=True, failed=0, observed="not read: " + t("c")),
            judged(severity="info", meaning={}, rule=t("r")),
        ],
        "quarantine": [
            waiting(key=t("k"), system=t("s"), entity=t("n"), causes=causes, state="replay"),
            waiting(key=t("k"), side="write", causes=causes[1:]),
        ],
        "quarantine_counts": [(t("s"), t("n"), 300, 2)],
        "parked": [(t("s"), t("n"), 3, WHEN)],
        "conflicts": [(t("n"), t("u"), "both_changed", 3, 1), (t("n"), t("u"), t("kind"), 1, 0)],
        "change_sets": [
            change_set(state="held", reason=t("w"), system=t("s"), entity=t("n"), batch=4),
            change_set(state="dry_run"), change_set(state="rejected"), change_set(state="approved"),
        ],
        "waiting": [(t("s"), t("n"), 900)], "reviews": [("schema", 1), (t("kind"), 2)],
        "trend": [Point(n, "failed" if n == 7 else "done", n, n % 3, n * 9, n / 2)
                  for n in range(1, 10)],
    }  # fmt: skip
