"""How people and systems write dates, money, keys, telephone numbers and streets."""

from __future__ import annotations

from datetime import date
from functools import cache
from random import Random

from concord.sandbox.dirt import broken_email
from concord.sandbox.facts import RATES, Facts
from concord.sandbox.phones import full_width, international, national
from concord.sandbox.world import Address, Contact

_FIRST_DAY = date(2023, 1, 1).toordinal()  # when the oldest row was last touched
_DAYS = 1095


@cache
def day(ordinal: int, form: str) -> str:
    """A day as text; there are some thousands of them."""
    return date.fromordinal(ordinal).strftime(form)


def moment(touched: float) -> str:
    """A time of the three years that the sandbox's history covers, UTC: 0 its start, 1 its end."""
    days, rest = divmod(touched * _DAYS, 1.0)
    seconds = int(rest * 86_400)
    return (
        f"{day(_FIRST_DAY + int(days), '%Y-%m-%d')} "
        f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    )


def money(units: int | None) -> str | None:
    """Whole units as the CRM writes money: 1,250,000.00."""
    return None if units is None else f"{units:,}.00"


def uuid(rng: Random) -> str:
    """A random (version 4) UUID as text."""
    text = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[int(text[16], 16) % 4]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def party_phone(rng: Random, facts: Facts, share: float) -> str | None:
    """A customer's number, by a `share` in national form; never so when no country is known."""
    if facts.phone is None:
        return None
    if facts.country is None or rng.random() >= share:
        return international(facts.phone, rng)
    facts.dirt.append("national_phone")
    text = national(facts.phone, rng)
    if facts.country == "CN" and rng.random() < 0.02:
        facts.dirt.append("full_width")
        return full_width(text)
    return text


def tax_number(rng: Random, facts: Facts) -> str | None:
    """A tax number as sales people type it: in groups, in lower case, or in full width."""
    tax, draw = facts.tax, rng.random()
    if tax is None or draw < 0.8:
        return tax
    if draw < 0.88:
        facts.dirt.append("tax_spaced")
        plain = tax.replace("-", "")
        return " ".join([plain[:2], *(plain[i : i + 4] for i in range(2, len(plain), 4))])
    if draw < 0.96 or facts.customer.country != "CN":
        return tax.lower()
    facts.dirt.append("full_width")
    return full_width(tax)


def contact_phone(
    rng: Random, contact: Contact, missing: float, stale: float, dirt: list[str]
) -> str | None:
    """A contact's number; abroad always with country code, since contacts have no country."""
    draw = rng.random()
    if draw < missing:
        dirt.append("phone_missing")
        return None
    phone = contact.phone
    if draw < missing + stale:
        dirt.append("stale_phone")
        phone = contact.old_phone
    if phone.country == "CN" and rng.random() < 0.6:
        return national(phone, rng)
    return international(phone, rng)


def contact_email(rng: Random, contact: Contact, missing: float, dirt: list[str]) -> str | None:
    """A contact's e-mail address, broken now and then."""
    if not contact.mailed and rng.random() < missing:
        dirt.append("email_missing")
        return None
    if rng.random() < RATES.broken_contact:
        dirt.append("broken_email")
        return broken_email(rng, contact.email)
    return contact.email


def street(rng: Random, address: Address, stale: float, short: float, dirt: list[str]) -> str:
    """A street in full, abbreviated, in full width, or the one before the customer moved."""
    draw = rng.random()
    if draw < stale:
        dirt.append("stale_street")
        return address.old_street
    text = address.short if draw < stale + short else address.street
    if rng.random() < RATES.full_width:
        dirt.append("full_width")
        return full_width(text)
    return text
