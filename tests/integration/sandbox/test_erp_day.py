from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest

from concord.errors import ConcordError
from concord.sandbox.business import seed_business
from concord.sandbox.play_erp import ErpDay, erp_day
from concord.sandbox.season import busy
from concord.sandbox.seed import seed
from tests.integration.sandbox.pairs import Pair

MONDAY = date(2026, 3, 2)


@pytest.fixture
def company(pair: Pair, tmp_path: Path) -> Iterator[Pair]:
    """An ERP with customers and products."""
    seed(*pair.urls, customers=80, truth_path=tmp_path / "truth.csv")
    seed_business(pair.erp, products=60)
    yield pair
    assert pair.at("erp", "SELECT * FROM erp_books") == []


def play(url: str, day: date, seed: int, **wishes: float) -> ErpDay:
    with psycopg.connect(url, autocommit=True) as conn:
        return erp_day(conn, day, Random(seed), **wishes)  # type: ignore[arg-type]


def test_the_books_hold_after_a_day_with_two_desks_at_once(company: Pair) -> None:
    for n in range(2):
        play(company.erp, MONDAY + timedelta(days=n), n, orders=40)
    day = MONDAY + timedelta(days=2)
    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(lambda n: play(company.erp, day, n, orders=40), (10, 11)))
    assert sum(sum(found.done.values()) for found in both) >= 200
    for found in both:
        assert found.done["ship"] > 0
        assert found.done["pay"] > 0


def test_three_weeks_have_everything_that_happens_in_business(company: Pair) -> None:
    done: Counter[str] = Counter()
    for n in range(21):
        done.update(play(company.erp, MONDAY + timedelta(days=n), n, orders=12).done)
    assert done.keys() >= {
        *("order", "confirm_order", "reserve_order", "ship", "deliver_shipment", "return_goods"),
        *("invoice_order", "credit_returns", "credit_note", "pay", "pay_advance", "refund"),
        *("allocate_advance", "approve_requisition", "order_requisition", "receive", "set_price"),
        *("release_production", "complete_production", "cancel_order", "count_stock"),
    }
    assert company.at("erp", "SELECT count(*) FROM sales_orders WHERE status = 'F'")[0][0] > 20
    stamps = "SELECT min(order_date), max(order_date) FROM sales_orders"
    assert company.at("erp", stamps) == [(MONDAY, MONDAY + timedelta(days=20))]


def test_the_same_chance_on_the_same_state_does_the_same(
    empty_pair: Callable[[], Pair], tmp_path: Path
) -> None:
    days = []
    for _ in range(2):
        made = empty_pair()
        seed(*made.urls, customers=40, truth_path=tmp_path / "truth.csv")
        seed_business(made.erp, products=40)
        days.append([play(made.erp, MONDAY + timedelta(days=n), n, orders=15) for n in range(3)])
    assert days[0] == days[1]


def test_sundays_are_quiet_and_november_is_busy() -> None:
    assert busy(date(2026, 3, 1)) < 0.2 < 1.2 < busy(date(2026, 11, 23))


def test_a_day_needs_autocommit(pair: Pair) -> None:
    with psycopg.connect(pair.erp) as conn, pytest.raises(ConcordError, match="autocommit"):
        erp_day(conn, MONDAY, Random(1))
