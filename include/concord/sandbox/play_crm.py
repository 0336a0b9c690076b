"""A day of business in the CRM: what sales people do, what they get wrong, and how they mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from functools import partial
from random import Random

from concord.sandbox.changes import invented
from concord.sandbox.crm_forms import Refused, body
from concord.sandbox.database import Connection, script
from concord.sandbox.sales import SalesDesk
from concord.sandbox.season import busy, draw
from concord.sandbox.world import pick

DEEDS = {
    "order": 0.5,
    "road_order": 0.15,
    "change": 0.08,
    "cancel": 0.04,
    "lead": 0.3,
    "advance": 0.55,
    "opportunity": 0.4,
    "decide": 0.5,
    "contract": 0.05,
    "sign": 0.05,
    "ticket": 0.12,
    "answer": 0.12,
}
"""How often each deed is done for every order of the day."""
MISTAKES = ("unit", "zero", "below_zero", "blocked", "currency", "double_lead")
WRONG_UNITS = ("crate", "dozen", "Stk.")
WRONG_CURRENCIES = ("GBP", "JPY")
CORRECTED = 0.6
"""Share of the mistakes of days before that are found and corrected on a day."""


def crm_day(
    connection: Connection,
    day: date,
    rng: Random,
    *,
    orders_per_day: float = 70,
    share: float = 1,
    mistakes: float = 0.02,
) -> Counter[str]:
    """Play a business day, or a `share` of it, and count what was done.

    `orders_per_day` is what an average working day brings, won deals included; weekday and month
    change it. `mistakes` is their number for every order. What the CRM refuses counts as `refused`.
    The connection commits by itself: every deed is a transaction of its own.

    Raises:
        ConcordError: the CRM has no prices for that day.
    """
    desk = WorkDay(rng, connection, day)
    mean = busy(day) * orders_per_day * share
    deeds = [kind for kind, often in DEEDS.items() for _ in range(draw(rng, mean * often))]
    deeds += [pick(rng, MISTAKES) for _ in range(draw(rng, mean * mistakes))]
    rng.shuffle(deeds)
    done: Counter[str] = Counter()
    connection.execute("SELECT expire_reservations()")
    for order in desk.wrong_orders():
        if rng.random() < CORRECTED * share:
            done[desk.attempt("correct", partial(desk.correct, order))] += 1
    for kind in deeds:
        done[desk.attempt(kind, getattr(desk, kind))] += 1
    return done


class WorkDay(SalesDesk):
    """The same people when they are in a hurry, and when they find out."""

    def attempt(self, kind: str, deed: Callable[[], bool]) -> str:
        """Do something; the deed's name, `refused`, or `nothing to do`."""
        try:
            return kind if deed() else "nothing to do"
        except Refused:
            return "refused"

    def unit(self) -> bool:
        """An order by a unit in which nothing is sold."""
        return self._wrong(unit=pick(self.rng, WRONG_UNITS))

    def zero(self) -> bool:
        """An order of nothing."""
        return self._wrong(quantity=0)

    def below_zero(self) -> bool:
        """An order with a minus sign."""
        return self._wrong(quantity=-1 - int(self.rng.random() * 5))

    def currency(self) -> bool:
        """An order in a currency in which there are no prices."""
        return self._wrong(pick(self.rng, WRONG_CURRENCIES))

    def blocked(self) -> bool:
        """An order of a customer who is on hold."""
        account, offers = self.account("On hold"), pick(self.rng, self.offers)
        if account is not None:
            self.place(account, offers[0], self.lines(offers))
        return account is not None

    def double_lead(self) -> bool:
        """Two sales people enter the same new company, and both win it."""
        new = invented(self.rng, self.tax_is_known)
        for name in (new.name, new.short_name):
            lead = self.enter_lead(new, name)
            for step in ("Working", "Qualified"):
                self.call("SELECT advance_lead(%s, %s)", lead, step)
            self.call("SELECT win_opportunity(%s, %s)", self.open_deal(None, lead), self.day)
        return True

    def wrong_orders(self) -> list[tuple[str, str, str, str]]:
        """Drafts of days before that need correction: key, company, warehouse, right currency."""
        return self.connection.execute(script("crm_wrong_orders"), {"day": self.day}).fetchall()

    def correct(self, order: tuple[str, str, str, str]) -> bool:
        """Puts an order right; cancels it when stock is short of what was meant."""
        key, company, _, currency = order
        offers = self.offers_of(company, currency)
        if offers is None:
            return False
        lines = self.lines_of(key)
        for line in lines:
            known = [o for o in offers if o.product == line["product"]]
            if known:
                line["unit"] = known[0].unit
                line["quantity"] = abs(line["quantity"]) or 1
        try:
            self.call("SELECT change_order(%s, %s, currency => %s)", key, body(lines), currency)
        except Refused:
            self.call("SELECT cancel_order(%s)", key)
        return True

    def _wrong(self, currency: str | None = None, **line: object) -> bool:
        account, offers = self.account(), pick(self.rng, self.offers)
        if account is None:
            return False
        lines = self.lines(offers)
        lines[-1].update(line)
        self.import_order(account, offers[0], lines, currency)
        return True
