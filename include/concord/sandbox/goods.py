"""What the sandbox ERP buys, makes and sells: products with units, recipes, prices and stock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from concord.sandbox.world import pick

FIRST_DAY = date(2024, 1, 1)  # prices and rates are known from here on
NEW_PRICES = date(2026, 1, 1)
MONTHS = 48
CNY_PER_EUR = Decimal("7.80")
RATES = {"EUR": CNY_PER_EUR, "USD": Decimal("7.20"), "GBP": Decimal("9.10")}

UNITS = (
    ("PC", "piece", 0),
    ("BX", "box", 0),
    ("PAL", "pallet", 0),
    ("KG", "kilogram", 3),
    ("TO", "tonne", 6),
    ("M", "metre", 2),
    ("ROL", "roll", 0),
    ("HR", "hour", 2),
)
LARGER: dict[str, tuple[tuple[str, int], ...]] = {
    "PC": (("BX", 12), ("PAL", 480)),
    "KG": (("TO", 1000),),
    "M": (("ROL", 50),),
    "HR": (),
}
COMPANIES = (
    ("1000", "Sandbox Trading (Shanghai) Co Ltd", "CNY", "0.13"),
    ("2000", "Sandbox Handel GmbH", "EUR", "0.19"),
)
WAREHOUSES = (
    (1, "SH1", "Shanghai Pudong", "1000"),
    (2, "SH2", "Suzhou", "1000"),
    (3, "HH1", "Hamburg", "2000"),
    (4, "HH2", "Leipzig", "2000"),
)
PRICE_LISTS = (
    (1, "CN-CNY", "China, standard", "1000", "CNY"),
    (2, "DE-EUR", "Europe, standard", "2000", "EUR"),
)
_GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    "B": (("pieces", "PC"), ("pieces", "PC"), ("weight", "KG"), ("length", "M")),
    "M": (("made", "PC"),),
    "S": (("services", "HR"),),
}


@dataclass(frozen=True)
class Item:
    """One product; `cost` is the price of its own unit in CNY before the lists' differences."""

    number: int
    code: str
    name: str
    kind: str  # B bought, M made, S service
    unit: str
    lead_days: int
    cost: Decimal

    def units(self) -> tuple[tuple[str, int], ...]:
        """Its units with how many of its own each is; its own is the first."""
        return ((self.unit, 1), *LARGER[self.unit])


@cache
def _words() -> dict[str, Any]:
    text = files("concord.sandbox").joinpath("data", "goods.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


def items(rng: Random, number: int) -> list[Item]:
    """`number` products: 60 % bought, 30 % made, 10 % services, numbered from 1."""
    made = []
    for n in range(1, number + 1):
        kind = "B" if n <= number * 0.6 else "M" if n <= number * 0.9 else "S"
        group, unit = pick(rng, _GROUPS[kind])
        noun, cost = pick(rng, _words()[group])
        name = f"{noun} {pick(rng, _words()['series'])} {10 + int(rng.random() * 90)}-{n}"
        price = (Decimal(cost) * Decimal(50 + int(rng.random() * 150)) / 100).quantize(
            Decimal("0.01")
        )
        days = (3, 12) if kind == "B" else (2, 6) if kind == "M" else (0, 3)
        lead = days[0] + int(rng.random() * days[1])
        made.append(Item(n, f"{kind}-{n:05d}", name, kind, unit, lead, price))
    return made


def recipes(rng: Random, goods: list[Item]) -> Iterator[tuple[Item, list[tuple[Item, int]]]]:
    """What each made product consists of: the first half of bought ones, the rest of both."""
    bought = [i for i in goods if i.kind == "B"]
    made = [i for i in goods if i.kind == "M"]
    half = (len(made) + 1) // 2
    for n, item in enumerate(made):
        parts = rng.sample(bought, min(2 + int(rng.random() * 3), len(bought)))
        if n >= half:
            parts += rng.sample(made[:half], min(1 + int(rng.random() * 2), half))
        yield item, [(part, 1 + int(rng.random() * 4)) for part in parts]


def prices(rng: Random, goods: list[Item]) -> Iterator[tuple[Any, ...]]:
    """Rows of `prices`: per list and unit, two periods for most, a better one from 100 on."""
    for item in goods:
        risen = rng.random() < 0.7
        bulk = rng.random() < 0.3 and item.kind != "S"
        for number, _, _, _, currency in PRICE_LISTS:
            base = item.cost if currency == "CNY" else item.cost / CNY_PER_EUR * Decimal("1.15")
            for unit, times in item.units():
                whole = base * times * (Decimal("0.95") if times > 1 else 1)
                for least, factor in ((0, "1"), (100, "0.92"))[: 1 + (bulk and times == 1)]:
                    now = (whole * Decimal(factor)).quantize(Decimal("0.01"))
                    dear = (now * Decimal("1.03")).quantize(Decimal("0.01"))
                    key = (number, item.number, unit, least)
                    if risen:
                        yield (*key, FIRST_DAY, date(2025, 12, 31), now, currency)
                        yield (*key, NEW_PRICES, None, dear, currency)
                    else:
                        yield (*key, FIRST_DAY, None, now, currency)


def rates(rng: Random) -> Iterator[tuple[str, date, Decimal]]:
    """Currency, first day of a month, rate to CNY; a slow walk."""
    for currency, start in RATES.items():
        rate = start
        for month in range(MONTHS):
            yield currency, date(FIRST_DAY.year + month // 12, 1 + month % 12, 1), rate
            step = Decimal(int(rng.random() * 201) - 100) / 10000
            rate = (rate * (1 + step)).quantize(Decimal("0.0001"))


def stock(rng: Random, goods: list[Item]) -> Iterator[tuple[int, int, int]]:
    """Item, warehouse, on hand; one in ten is out of stock."""
    for item in goods:
        if item.kind == "S":
            continue
        most = 800 if item.kind == "B" else 240
        for number, *_ in WAREHOUSES:
            out = rng.random() < 0.1
            yield item.number, number, 0 if out else 10 + int(rng.random() * most)
