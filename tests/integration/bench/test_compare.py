"""The comparison that the bench measures finds exactly what was made to differ."""

from __future__ import annotations

from concord.bench.compare import build, measure
from tests.support.world import World


def test_the_measured_comparison_names_every_record_that_differs_and_no_other(
    company: World,
) -> None:
    build(company.engine, 3_000)
    timed = measure(company.engine, rows=3_000, repeat=1)
    assert timed.verified
    assert len(timed.seconds) == 1
    company.erp("UPDATE bench_customers SET phone = '1' WHERE code = 'C00002500'")
    again = measure(company.engine, rows=3_000, repeat=1)
    assert not again.verified
