"""What people type when they change something: new customers, numbers, addresses, names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

from concord.sandbox.phones import NUMBERS, Phone, international, national, phone
from concord.sandbox.sides import COUNTRY_WORDS
from concord.sandbox.world import (
    MAX_CUSTOMERS,
    Customer,
    World,
    address,
    base36,
    person_name,
    pick,
    slug,
    words,
)

COUNTRY_CODES = {word: code for code, found in COUNTRY_WORDS.items() for word in found}
_FREE = NUMBERS // 2 - MAX_CUSTOMERS  # serials that no seeded customer has


def invented(rng: Random, tax_is_known: Callable[[str], bool]) -> Customer:
    """A customer whom nobody knew before; asks whether a tax number is taken, and by whom not."""
    while True:
        token = f"n{base36(rng.getrandbits(40))}"
        serial = MAX_CUSTOMERS + int(rng.random() * _FREE)
        customer = World(1).customer(rng, serial, "", token)
        if customer.tax is None or not tax_is_known(customer.tax):
            return customer


def other_phone(rng: Random, country: str | None, before: str | None, *, abroad: bool) -> str:
    """Another number of that country, with country code if `abroad`.

    Of a country whose numbers the sandbox does not know, the one before with other last digits.
    """
    if country in words():
        place = pick(rng, words()[country]["cities"])
        number = phone(country, place[1], place[2], int(rng.random() * NUMBERS))
        return international(number, rng) if abroad else national(number, rng)
    ends = f"{int(rng.random() * 100):02d}"
    if before and before[-2:].isdigit():
        return before[:-2] + ends
    return mobile(rng)


def mobile(rng: Random) -> str:
    """A mobile number with country code."""
    country = pick(rng, ("CN", "DE", "FR"))
    lead = pick(rng, words()[country]["mobile"])
    number: Phone = phone(country, "", lead, int(rng.random() * NUMBERS))
    return international(number, rng)


def other_email(rng: Random, before: str | None, name: str) -> str:
    """Another mailbox of the same house, which nobody else has."""
    office = pick(rng, ("office", "orders", "team", "accounts"))
    return f"{office}.{base36(rng.getrandbits(40))}@{_house(before, name)}"


def somebody(
    rng: Random, country: str | None, email: str | None, house: str
) -> tuple[str, str, str]:
    """Name, title and e-mail address of a person who works for a customer."""
    lists = words()[country if country in words() else "GB"]
    name, mailbox = person_name(rng, country or "GB", lists)
    return name, pick(rng, lists["titles"]), f"{mailbox}@{_house(email, house)}"


def moved(
    rng: Random, country: str | None, before: Sequence[str | None]
) -> tuple[str, str | None, str | None, str | None]:
    """Street, city, region and postal code after a move; abroad only the house number changes."""
    if country in words():
        lists = words()[country]
        new = address(rng, "billing", country, lists, pick(rng, lists["cities"]))
        return new.street, new.city, new.region, new.postcode
    street, city, region, postcode = before
    number = str(1 + int(rng.random() * 200))
    text, found = re.subn(r"\d+", number, street or "Main Street 1", count=1)
    return text if found else f"{text} {number}", city, region, postcode


def _house(email: str | None, name: str) -> str:
    """The domain of an address that can be one, else one made from the name."""
    domain = (email or "").rpartition("@")[2]
    return domain if email and "." in domain and "@" in email else f"{slug(name) or 'new'}.example"
