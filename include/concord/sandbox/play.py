"""Many days of business on both sides, day by day, with room for Concord between the rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random, SystemRandom

from concord.errors import ConcordError
from concord.sandbox.database import CRM, ERP, Connection, opened, require
from concord.sandbox.play_crm import crm_day
from concord.sandbox.play_erp import erp_day

ROUNDS = 4
"""Rounds of a day: morning, noon, afternoon, evening."""
BY_TELEPHONE = 0.1
"""Orders that customers place with the ERP's people, for every one of the CRM."""


@dataclass(frozen=True)
class PlaySummary:
    """The days played, and what was done on each side by kind."""

    first: date
    last: date
    erp: Mapping[str, int]
    crm: Mapping[str, int]

    def __str__(self) -> str:
        def told(deeds: Mapping[str, int]) -> str:
            return ", ".join(f"{kind} {n}" for kind, n in sorted(deeds.items())) or "nothing"

        return f"{self.first} to {self.last}.\nERP: {told(self.erp)}.\nCRM: {told(self.crm)}."


def play(
    erp_url: str,
    crm_url: str,
    *,
    days: int = 30,
    start: date | None = None,
    orders_per_day: float = 70,
    rounds: int = ROUNDS,
    mistakes: float = 0.02,
    replenish: int = 20,
    seed: int | None = None,
    between_rounds: Callable[[date, int], None] | None = None,
    between_days: Callable[[date], None] | None = None,
) -> PlaySummary:
    """Play `days` of business, each in some `rounds` in which first the CRM and then the ERP works.

    `orders_per_day` is what the CRM takes on an average working day; `mistakes` and `replenish` are
    those of `crm_day` and `erp_day`. Without a `start`, the days
    follow the newest order of the CRM, or end today where there is none. After each round
    `between_rounds` gets the day and the round's number, from 1 on; after each day `between_days`
    gets the day.

    Raises:
        ConcordError: days or rounds are none, a side has no tables, or the CRM has no prices yet.
        SystemUnavailable, NotAuthorised: see `database.opened`.
    """
    if days < 1 or rounds < 1:
        raise ConcordError(f"{days} days of {rounds} rounds cannot be played; both begin at 1.")
    base = SystemRandom().getrandbits(64) if seed is None else seed
    done: dict[str, Counter[str]] = {"erp": Counter(), "crm": Counter()}
    with opened(ERP, erp_url) as erp, opened(CRM, crm_url) as crm:
        for side, connection, url in ((ERP, erp, erp_url), (CRM, crm, crm_url)):
            require(connection, side, url)
            connection.commit()
            connection.autocommit = True
        first = start or _start(crm, days)
        for n in range(days):
            day = first + timedelta(days=n)
            for number in range(1, rounds + 1):
                rng, share = Random(f"play:{base}:{day}:{number}"), 1 / rounds
                done["crm"] += crm_day(
                    crm, day, rng, orders_per_day=orders_per_day, share=share, mistakes=mistakes
                )
                by_telephone = orders_per_day * BY_TELEPHONE
                worked = erp_day(
                    erp, day, rng, orders=by_telephone, share=share, replenish=replenish
                )
                done["erp"] += Counter(worked.done) + Counter(refused=len(worked.refused))
                if between_rounds is not None:
                    between_rounds(day, number)
            if between_days is not None:
                between_days(day)
    return PlaySummary(first, first + timedelta(days=days - 1), done["erp"], done["crm"])


def _start(crm: Connection, days: int) -> date:
    row = crm.execute("SELECT max(ordered_on) + 1 FROM sales_order").fetchone()
    newest: date | None = row[0] if row else None
    return newest or date.today() - timedelta(days=days - 1)
