"""A day in the sandbox ERP: the people at its desks work off what there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from concord.errors import ConcordError
from concord.sandbox.database import Connection
from concord.sandbox.erp_desk import Desk
from concord.sandbox.erp_money import MoneyDesk
from concord.sandbox.erp_sales import SalesDesk
from concord.sandbox.erp_supply import SupplyDesk
from concord.sandbox.season import WEEKDAYS, busy


@dataclass(frozen=True)
class ErpDay:
    """What was done on a day, by deed, and what the ERP refused, with its words."""

    day: date
    done: Mapping[str, int]
    refused: tuple[str, ...]

    def __str__(self) -> str:
        deeds = ", ".join(f"{deed} {n}" for deed, n in sorted(self.done.items())) or "nothing"
        return f"{self.day}: {deeds}. Refused: {len(self.refused)}."


def erp_day(
    connection: Connection,
    day: date,
    rng: Random,
    *,
    orders: float = 10.0,
    share: float = 1.0,
    replenish: int = 20,
) -> ErpDay:
    """Play a business day, or `share` of one (0.25: one of four rounds), at all desks of the ERP.

    All drafts are worked, wherever they come from; `orders` more are taken by telephone on an
    average working day. `replenish`: how many requisitions at most the buyers raise by themselves.
    All dates that are written follow `day`. The connection is in autocommit: every deed is a
    transaction of its own, and several days may be played at the same time. The same `rng` on the
    same state does the same.

    Raises:
        ConcordError: the connection is not in autocommit.
    """
    if not connection.autocommit:
        raise ConcordError("A day in the ERP needs a connection in autocommit.")
    pace = share * min(WEEKDAYS[day.weekday()], 1.0)
    sales = SalesDesk(connection, day, rng, pace)
    money = MoneyDesk(connection, day, rng, pace)
    supply = SupplyDesk(connection, day, rng, pace)
    sales.deliver()
    supply.buy()
    supply.make()
    sales.pace = share * busy(day)
    sales.take_orders(orders)
    sales.pace = pace
    sales.confirm()
    sales.reserve()
    sales.ship()
    sales.take_back()
    sales.cancel()
    money.invoice()
    money.advances()
    money.collect()
    money.pay_back()
    money.correct()
    supply.replenish(replenish)
    supply.reprice()
    supply.count()
    return _summary(day, (sales, money, supply))


def _summary(day: date, desks: tuple[Desk, ...]) -> ErpDay:
    done: Counter[str] = Counter()
    for desk in desks:
        done.update(desk.done)
    return ErpDay(day, dict(done), tuple(text for desk in desks for text in desk.refused))
