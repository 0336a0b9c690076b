"""A minute of ordinary business on both sides, in plain SQL as people and forms send it.

Telephone numbers and e-mail addresses change, customers move, new ones come, contacts change;
now and then both sides change the same customer. Where there are products and prices, both sides
take some orders too, and the ERP works on. Every deed is a transaction of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random, SystemRandom
from typing import LiteralString

from concord.errors import ConcordError
from concord.hub.database import safe_address
from concord.sandbox.database import CRM, ERP, Connection, opened, require, script
from concord.sandbox.desks import CrmDesk, ErpDesk
from concord.sandbox.play_crm import crm_day
from concord.sandbox.play_erp import erp_day
from concord.sandbox.season import busy
from concord.sandbox.world import pick

ERP_DEEDS = ("phone", "phone", "email", "address", "contact", "new_contact", "terms")
CRM_DEEDS = ("phone", "phone", "email", "email", "address", "contact", "new_contact", "rename")
BOTH_SHARE = 0.3
"""Share of the minutes in which both sides change the telephone number of one customer."""
ORDERS = {"erp": 2, "crm": 5}
"""Orders that a minute brings to each side, about."""
SHARE = 0.25
"""Share of a day's work that the ERP's people do in a minute."""


@dataclass(frozen=True)
class TickSummary:
    """What was done: deeds by kind on each side, and customers changed on both at once."""

    erp: Mapping[str, int]
    crm: Mapping[str, int]
    both: int

    @property
    def changes(self) -> int:
        """All deeds but refused ones together; one on both sides counts as two."""
        deeds = Counter(self.erp) + Counter(self.crm)
        return deeds.total() - deeds["refused"] + 2 * self.both

    def __str__(self) -> str:
        def told(deeds: Mapping[str, int]) -> str:
            return ", ".join(f"{kind} {n}" for kind, n in sorted(deeds.items())) or "nothing"

        return (
            f"{self.changes} changes. ERP: {told(self.erp)}. CRM: {told(self.crm)}. "
            f"Customers changed on both sides: {self.both}."
        )


def tick(erp_url: str, crm_url: str, seed: int | None = None, minutes: int = 1) -> TickSummary:
    """Do `minutes` of business: each has a new customer and four to nine other deeds a side, and
    some orders and what follows from them where there is something to sell.

    The same seed on the same state does the same (times of change apart); without one, each call
    does something else.

    Raises:
        ConcordError: a side has no sandbox tables or no customers.
        SystemUnavailable, NotAuthorised: see `database.opened`.
    """
    done: dict[str, Counter[str]] = {"erp": Counter(), "crm": Counter()}
    both = 0
    with opened(ERP, erp_url) as erp, opened(CRM, crm_url) as crm:
        for side, connection, url in ((ERP, erp, erp_url), (CRM, crm, crm_url)):
            require(connection, side, url)
            connection.commit()
            connection.autocommit = True
        for minute in range(minutes):
            rng = _stream(seed, minute, erp, erp_url)
            at_erp, at_crm = ErpDesk(rng, erp), CrmDesk(rng, crm)
            for desk, deeds in ((at_erp, ERP_DEEDS), (at_crm, CRM_DEEDS)):
                others = [pick(rng, deeds) for _ in range(4 + int(rng.random() * 6))]
                for deed in ("customer", *others):
                    if getattr(desk, deed)():
                        done[desk.side.name][deed] += 1
            if rng.random() < BOTH_SHARE:
                both += _both(at_erp, at_crm)
            done["crm"] += _crm_business(crm, rng)
            done["erp"] += _erp_business(erp, rng)
    return TickSummary(dict(done["erp"]), dict(done["crm"]), both)


def _stream(seed: int | None, minute: int, erp: Connection, url: str) -> Random:
    """Random numbers of one minute. The newest address number takes part, so that a second call
    with the same seed does not enter the same new customers again.
    """
    row = erp.execute("SELECT max(address_no) FROM customer_addresses").fetchone()
    if row is None or row[0] is None:
        raise ConcordError(
            f"erp at {safe_address(url)} has no customers. Make some first: "
            "./concord sandbox seed, or ./concord sandbox import DIR."
        )
    start = SystemRandom().getrandbits(64) if seed is None else seed
    return Random(f"tick:{start}:{minute}:{row[0]}")


def _crm_business(crm: Connection, rng: Random) -> Counter[str]:
    """Orders, deals and tickets, once the catalogue has reached the CRM; a weekday like any."""
    today = date.today()
    if not _any(crm, "SELECT EXISTS (SELECT FROM price_book_entry)"):
        return Counter()
    done = crm_day(crm, today, rng, orders_per_day=ORDERS["crm"] / busy(today))
    del done["nothing to do"]
    return done


def _erp_business(erp: Connection, rng: Random) -> Counter[str]:
    """Orders by telephone, and what the desks get done; what the ERP refuses is `refused`."""
    today = date.today()
    if not _any(erp, "SELECT EXISTS (SELECT FROM prices)"):
        return Counter()
    orders = ORDERS["erp"] / (busy(today) * SHARE)
    worked = erp_day(erp, today, rng, orders=orders, share=SHARE, replenish=2)
    return Counter(worked.done) + Counter(refused=len(worked.refused))


def _any(connection: Connection, query: LiteralString) -> bool:
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _both(erp: ErpDesk, crm: CrmDesk) -> int:
    """Each side enters another telephone number for the same customer; 0 when none was found."""
    for _ in range(8):
        customer = erp.pick_customer()
        if customer is None:
            continue
        same = crm.connection.execute(
            script("crm_same"), {"tax": customer.tax, "email": customer.email}
        ).fetchone()
        if same:
            erp.change_phone(customer)
            crm.change_phone(str(same[0]), customer.country, customer.phone)
            return 1
    return 0
