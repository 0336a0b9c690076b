"""What each side believes of a customer: the truth, with honest dirt in stated rates.

A customer on both sides is given a link: the strongest thing by which exact keys can find that
its two records are one (tax number, e-mail address, or telephone number with name), or `scored`
when no exact key can and only a comparison of names and addresses would. Dirt never makes
records of two customers share a key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random

from concord.sandbox.dirt import broken_email, swapped, typo
from concord.sandbox.phones import Phone, full_width
from concord.sandbox.tax import is_valid
from concord.sandbox.world import TERMS, Customer, pick

ERP_NAME = 80  # characters that the ERP has for a name


@dataclass(frozen=True)
class Rates:
    """Shares, each of what its comment names."""

    shared: float = 0.70  # of the customers: known to both sides
    erp_only: float = 0.18  # of the customers; the rest is known to the CRM only
    scored: float = 0.035  # of the shared: no exact key finds them
    double: float = 0.01  # of a side's customers: entered twice there
    broken: float = 0.005  # of a side's customer records: a value that no rule lets pass
    broken_contact: float = 0.002  # of a side's contacts: the same, in the e-mail address
    name_typo: float = 0.06  # of the CRM's shared names linked by tax number or e-mail
    name_short: float = 0.10  # of the same: without legal form or region
    name_english: float = 0.03  # of the same, Chinese only
    full_width: float = 0.015  # of the names and streets with ASCII in them
    stale_phone: float = 0.05  # of the shared, on each side
    national_erp: float = 0.45  # of the telephone numbers: without country code
    national_crm: float = 0.60


RATES = Rates()
LINKS = {
    True: (("tax", 0.70), ("email", 0.18), ("phone", 0.12 - RATES.scored)),  # organizations
    False: (("email", 0.62), ("phone", 0.38 - RATES.scored)),  # people
}


@dataclass(slots=True)
class Facts:
    """One side's view of one customer; None is not known. Dates are days, money whole units."""

    customer: Customer
    name: str
    tax: str | None
    email: str | None
    phone: Phone | None
    country: str | None
    website: str | None
    terms: str | None
    status: str
    since: int | None
    revenue: int | None
    credit: int | None
    currency: str | None
    touched: float = 0.0  # when the side last changed it: 0 three years ago, 1 the other day
    country_word: str | None = None  # the CRM's, when it is none
    scored: bool = False  # no exact key may join it with its record on the other side
    dirt: list[str] = field(default_factory=list)

    def lose(self, key: str) -> None:
        """Forget a key."""
        setattr(self, key, None)
        self.dirt.append(f"{key}_missing")


def truth(customer: Customer) -> Facts:
    """A view without any fault."""
    c = customer
    return Facts(
        c, c.name, c.tax, c.email, c.phone, c.country, c.website, c.terms, c.status, c.since,
        c.revenue or None, c.credit, c.currency,
    )  # fmt: skip


def alone(rng: Random, customer: Customer, erp: bool) -> Facts:
    """What the only side that knows a customer believes of it."""
    facts = truth(customer)
    facts.touched = rng.random()
    for key, share in (("tax", 0.1 if erp else 0.3), ("email", 0.3 if erp else 0.12)):
        if getattr(facts, key) and rng.random() < share:
            facts.lose(key)
    if rng.random() < 0.06:
        facts.lose("phone")
    _habits(rng, facts, erp)
    _break(rng, facts, erp)
    return facts


def both(rng: Random, customer: Customer) -> tuple[Facts, Facts]:
    """What the ERP and the CRM believe of a customer that both know."""
    e, c = truth(customer), truth(customer)
    e.touched, c.touched = rng.random(), rng.random()
    link = _draw(rng, LINKS[customer.organization])
    if link == "phone" and len(customer.name) > ERP_NAME:
        link = "scored"  # the ERP's shorter name is another name
    c.dirt.append(f"link_{link}")
    e.scored = c.scored = link == "scored"
    _tax(rng, link, e, c)
    _email(rng, link, e, c)
    _phone(rng, link, e, c)
    _name(rng, link, e, c)
    if rng.random() < 0.06:
        c.terms = pick(rng, TERMS)
    elif rng.random() < 0.10:
        c.terms = None
    if rng.random() < 0.03:
        c.status = pick(rng, ("active", "blocked", "closed"))
    for side, erp in ((e, True), (c, False)):
        _habits(rng, side, erp)
        _break(rng, side, erp)
    return e, c


def double(rng: Random, facts: Facts, erp: bool) -> Facts:
    """A second record of a customer on the same side, entered by someone who did not look."""
    keys = [k for k in ("tax", "email", "phone") if getattr(facts, k)]
    if any(d.startswith("broken") for d in facts.dirt) or rng.random() < 0.15:
        keys = []
    if erp and len(facts.name) > ERP_NAME and "phone" in keys:
        keys.remove("phone")
    link = pick(rng, keys) if keys else "scored"
    again = replace(facts, dirt=["double", f"link_{link}"], touched=rng.random(), country_word=None)
    again.country = facts.customer.country
    again.since = again.since and facts.customer.since
    for key in ("tax", "email", "phone"):
        drop = link == "scored" or (key != link and rng.random() < 0.6)
        if drop and getattr(again, key):
            again.lose(key)
    if link == "scored":
        again.name = facts.customer.name
        _misspell(rng, again)
    elif link != "phone" and not facts.scored and rng.random() < 0.4:
        _misspell(rng, again)
    return again


def _draw(rng: Random, links: Sequence[tuple[str, float]]) -> str:
    draw = rng.random()
    for link, share in links:
        draw -= share
        if draw < 0:
            return link
    return "scored"


def _tax(rng: Random, link: str, e: Facts, c: Facts) -> None:
    if c.tax is None or link == "tax":
        return
    if link == "scored" and rng.random() < 0.15:
        wrong = swapped(rng, c.tax)
        if not is_valid(wrong):  # or it might be someone else's
            c.tax = wrong
            c.dirt.append("tax_typo")
            return
    (c if rng.random() < 0.8 else e).lose("tax")


def _email(rng: Random, link: str, e: Facts, c: Facts) -> None:
    if link == "email":
        return
    draw = rng.random()
    if link == "tax":
        if draw < 0.40:
            e.lose("email")
        elif draw < 0.48:
            _stale(e, c, "email")
        elif draw < 0.58:
            c.lose("email")
    elif draw < 0.60:
        e.lose("email")
    elif draw < 0.90:
        c.lose("email")
    else:
        _stale(e, c, "email")


def _phone(rng: Random, link: str, e: Facts, c: Facts) -> None:
    if link == "phone":
        return
    draw = rng.random()
    if link == "scored" and draw < 0.6:
        return  # equal, and the names will differ
    draw = rng.random()
    if draw < RATES.stale_phone:
        _stale(c, e, "phone")
    elif draw < 2 * RATES.stale_phone or (link == "scored" and draw < 0.5):
        _stale(e, c, "phone")
    elif draw < 0.15:
        e.lose("phone")
    elif draw < 0.22 or link == "scored":
        c.lose("phone")


def _stale(old: Facts, new: Facts, key: str) -> None:
    """`old` still has what was true before; it was touched before `new` was."""
    setattr(old, key, getattr(old.customer, f"old_{key}"))
    old.dirt.append(f"stale_{key}")
    if old.touched > new.touched:
        old.touched, new.touched = new.touched, old.touched


def _name(rng: Random, link: str, e: Facts, c: Facts) -> None:
    if link == "scored" and (c.phone == e.phone or rng.random() < 0.5):
        _misspell(rng, c)
        return
    if link in ("tax", "email"):
        draw = rng.random()
        if draw < RATES.name_typo:
            c.name = typo(rng, c.name)
            c.dirt.append("name_typo")
            return
        if draw < RATES.name_typo + RATES.name_short and c.customer.short_name != c.name:
            c.name = c.customer.short_name
            c.dirt.append("name_short")
            return
        if draw > 1 - RATES.name_english and c.customer.english_name:
            c.name = c.customer.english_name
            c.dirt.append("name_english")
            return
    for side in (e, c):  # what a folded key does not see
        if not side.name.isascii():
            continue
        if rng.random() < 0.02:
            side.name = side.name.upper()
            side.dirt.append("upper_case")


def _misspell(rng: Random, facts: Facts) -> None:
    """Another name than the truth, by a slip or by habit."""
    draw, customer = rng.random(), facts.customer
    if draw < 0.3 and customer.short_name.casefold() != customer.name.casefold():
        facts.name = customer.short_name
        facts.dirt.append("name_short")
    elif draw < 0.4 and customer.english_name:
        facts.name = customer.english_name
        facts.dirt.append("name_english")
    else:
        facts.name = typo(rng, facts.name)
        facts.dirt.append("name_typo")


def _habits(rng: Random, facts: Facts, erp: bool) -> None:
    """What a side usually keeps, and how its people write."""
    if rng.random() < (0.01 if erp else 0.03):
        facts.lose("country")
    if rng.random() < (0.70 if erp else 0.25):
        facts.website = None
    if rng.random() < (0.10 if erp else 0.40):
        facts.since = None
    if erp:
        facts.revenue = None
        if rng.random() < 0.25:
            facts.credit = None
    else:
        if rng.random() < 0.2:
            facts.revenue = None
        facts.credit = facts.credit // 2 if facts.credit and rng.random() < 0.15 else None
    if facts.credit is None and rng.random() < 0.3:
        facts.currency = None
    if rng.random() < RATES.full_width and any("!" <= sign <= "~" for sign in facts.name):
        facts.name = full_width(facts.name)
        facts.dirt.append("full_width")


def _break(rng: Random, facts: Facts, erp: bool) -> None:
    if rng.random() >= RATES.broken:
        return
    kinds = ("email", "since", "name") if erp else ("email", "country", "since", "name")
    kind = pick(rng, kinds)
    if kind == "email":
        facts.email = broken_email(rng, facts.customer.email)
    elif kind == "since":
        facts.since = facts.customer.since + 20_000  # half a century later
    elif kind == "name":
        facts.name = ""
    else:
        facts.country, facts.country_word = None, pick(rng, ("Atlantis", "n/a", "Europe"))
    facts.dirt.append(f"broken_{kind}")
