"""Thirty days of business with both lanes at work and faults in them: both sides agree at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from concord.sandbox.audit import audit
from tests.support.month import Month
from tests.support.world import World


def test_thirty_days(
    company: World,
    tmp_path: Path,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
) -> None:
    import time
    t = time.monotonic()
    month = Month(company, chance=0.01, rng=Random(5), log=tmp_path / "faults")
    month.open(scale(40, 300), scale(20, 200))
    print("open", time.monotonic() - t); t = time.monotonic()
    month.go_by(scale(1, 30), scale(20, 70), rounds=scale(2, 2), seed=1)
    print("go_by", time.monotonic() - t, month.batches, month.ended, month.faults); t = time.monotonic()
    month.settle()
    print("settle", time.monotonic() - t)
    w = company
    for r in w.ops(
        "select system, entity, side, state, causes->0->>'rule', left(causes->0->>'message',160), count(*) from ops.quarantine group by 1,2,3,4,5,6 order by 7 desc limit 40"
    ):
        print("Q", r)
    for r in w.ops(
        "select system, entity, waits_for->0->>'entity', count(*) from ops.parked group by 1,2,3"
    ):
        print("P", r)
    for r in w.ops(
        "select system, entity, action, state, left(error,120), count(*) from ops.intent where state not in ('confirmed') group by 1,2,3,4,5 order by 6 desc limit 40"
    ):
        print("I", r)
    for r in w.ops("select kind, system, entity, state, count(*) from ops.review group by 1,2,3,4"):
        print("R", r)
    d = audit(w.urls["erp"], w.urls["crm"])
    print(Counter(x.check for x in d))
    seen = Counter()
    for x in d:
        seen[x.check] += 1
        if seen[x.check] <= 8:
            print(x)
