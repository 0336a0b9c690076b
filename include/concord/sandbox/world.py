"""The true customers behind both sides: invented companies and people of five countries.

Everything that identifies a customer (tax number, e-mail addresses, telephone numbers) is made
from its serial number, so no two customers share one. E-mail and web addresses end in
`.example`, which nobody can own.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from concord.sandbox.phones import NUMBERS, Phone, phone
from concord.sandbox.tax import SERIALS, tax_number

MAX_CUSTOMERS = 3_000_000
"""So many customers have numbers of their own; stale and later numbers take the rest."""

COUNTRIES = ("CN", "DE", "FR", "GB", "US")
WEIGHTS = (0.45, 0.15, 0.12, 0.13, 0.15)
CURRENCIES = {"CN": "CNY", "DE": "EUR", "FR": "EUR", "GB": "GBP", "US": "USD"}
TERMS = ("net30", "net30", "net30", "net60", "net14", "prepaid", "cod")
PERSON_SHARE = 0.15

_CUMULATIVE = tuple(sum(WEIGHTS[: i + 1]) for i in range(len(WEIGHTS)))
_SCATTER = 4_294_967  # has no factor in common with NUMBERS, so serials stay one to one
_STALE = NUMBERS // 2 * _SCATTER  # serials from there on belong to numbers no longer in use
_ASCII = str.maketrans({"ß": "ss", "ø": "o", "Ø": "O", "æ": "ae", "œ": "oe"})


@dataclass(slots=True)
class Address:
    """One true address; `short` is the street as hurried people write it."""

    kind: str  # billing, shipping
    street: str
    short: str
    old_street: str
    city: str
    region: str | None
    postcode: str
    country: str


@dataclass(slots=True)
class Contact:
    """A true person who speaks for a customer; `mailed`: both sides know the e-mail address."""

    name: str
    title: str
    email: str
    mailed: bool
    phone: Phone
    old_phone: Phone


@dataclass(slots=True)
class Customer:
    """What is true of one customer; dates are days since 0001-01-01, money in whole units."""

    true_id: str
    organization: bool
    country: str
    name: str
    short_name: str  # as sales people write it
    english_name: str | None  # of Chinese companies
    tax: str | None
    phone: Phone
    old_phone: Phone
    email: str
    old_email: str
    website: str | None
    terms: str
    status: str
    since: int
    revenue: int
    credit: int
    currency: str
    addresses: list[Address] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)


@cache
def words() -> dict[str, dict[str, Any]]:
    """The word lists by country, see data/words.yaml."""
    text = files("concord.sandbox").joinpath("data", "words.yaml").read_text(encoding="utf-8")
    read: dict[str, dict[str, Any]] = yaml.safe_load(text)
    for country, lists in read.items():
        if country == "CN":
            for key in ("brand", "surnames", "given"):
                lists[key] = [tuple(word.split(" ")) for word in lists[key]]
        else:
            for key in ("brand", "surnames", "given"):
                lists[key] = [(word, slug(word)) for word in lists[key]]
    return read


@cache
def slug(text: str) -> str:
    """The text as a part of an e-mail address: lower-case ASCII letters and digits."""
    plain = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return "".join(c for c in plain.lower() if c.isascii() and c.isalnum())


class World:
    """Makes true customers. One seed, one world: `serial` decides all that identifies them."""

    def __init__(self, seed: int) -> None:
        self.words = words()
        self.shift = Random(f"world:{seed}").randrange(NUMBERS)

    def customer(self, rng: Random, serial: int, true_id: str, token: str = "") -> Customer:
        """The customer of a serial below MAX_CUSTOMERS; `token` replaces it in e-mail addresses."""
        draw = rng.random()
        country = COUNTRIES[next((i for i, c in enumerate(_CUMULATIVE) if draw < c), 4)]
        lists = self.words[country]
        place = pick(rng, lists["cities"])
        number = (serial * _SCATTER + self.shift) % NUMBERS
        token = token or base36(number)
        organization = rng.random() >= PERSON_SHARE
        make = self._company if organization else self._person
        customer = make(rng, true_id, country, lists, place, number, token)
        customer.addresses = self._addresses(rng, customer, lists, place)
        wanted = (0, 1, 1, 1, 2, 2, 3)[int(rng.random() * 7)] if organization else 0
        domain = customer.email.partition("@")[2]
        for _ in range(wanted):
            person = self._contact(rng, country, lists, domain)
            if all(person.email != other.email for other in customer.contacts):
                customer.contacts.append(person)
        return customer

    def _company(
        self, rng: Random, true_id: str, country: str, lists: dict[str, Any], place: list[str],
        number: int, token: str,
    ) -> Customer:  # fmt: skip
        name, short, english, brand = (_chinese_company if country == "CN" else _western_company)(
            rng, lists, place
        )
        domain = f"{brand}-{token}.{country.lower()}.example"
        office = pick(rng, ("info", "office", "sales", "service", "contact"))
        revenue = int(10 ** (5 + rng.random() * 3.5)) // 1000 * 1000
        return Customer(
            true_id=true_id,
            organization=True,
            country=country,
            name=name,
            short_name=short,
            english_name=english,
            tax=tax_number(country, place[6] if country == "CN" else "", number % SERIALS),
            phone=phone(country, place[1], place[2], number),
            old_phone=phone(country, place[1], place[2], number + _STALE),
            email=f"{office}@{domain}",
            old_email=f"mail@{domain}",
            website=f"https://www.{domain}",
            terms=pick(rng, TERMS),
            status="active" if rng.random() < 0.94 else pick(rng, ("blocked", "closed")),
            since=733_000 + int(rng.random() * 6500),  # 2007 to 2025
            revenue=revenue,
            credit=revenue // 20 // 500 * 500 + 500,
            currency=CURRENCIES[country],
        )

    def _person(
        self, rng: Random, true_id: str, country: str, lists: dict[str, Any], place: list[str],
        number: int, token: str,
    ) -> Customer:  # fmt: skip
        name, mailbox = person_name(rng, country, lists)
        lead = pick(rng, lists["mobile"])
        domain = f"mail.{country.lower()}.example"
        return Customer(
            true_id=true_id,
            organization=False,
            country=country,
            name=name,
            short_name=name,
            english_name=None,
            tax=None,
            phone=phone(country, "", lead, number),
            old_phone=phone(country, "", lead, number + _STALE),
            email=f"{mailbox}.{token}@{domain}",
            old_email=f"{mailbox}.{token}@old.{domain}",
            website=None,
            terms=pick(rng, ("prepaid", "cod", "net14")),
            status="active" if rng.random() < 0.95 else "closed",
            since=735_000 + int(rng.random() * 4500),
            revenue=0,
            credit=1000,
            currency=CURRENCIES[country],
        )

    def _contact(self, rng: Random, country: str, lists: dict[str, Any], domain: str) -> Contact:
        name, mailbox = person_name(rng, country, lists)
        lead = pick(rng, lists["mobile"])
        draw = int(rng.random() * NUMBERS)
        return Contact(
            name=name,
            title=pick(rng, lists["titles"]),
            email=f"{mailbox}@{domain}",
            mailed=rng.random() < 0.6,
            phone=phone(country, "", lead, draw),
            old_phone=phone(country, "", lead, draw + _STALE),
        )

    def _addresses(
        self, rng: Random, customer: Customer, lists: dict[str, Any], place: list[str]
    ) -> list[Address]:
        found = [address(rng, "billing", customer.country, lists, place)]
        if customer.organization and rng.random() < 0.45:
            other = place if rng.random() < 0.6 else pick(rng, lists["cities"])
            found.append(address(rng, "shipping", customer.country, lists, other))
        return found


def address(
    rng: Random, kind: str, country: str, lists: dict[str, Any], place: list[str]
) -> Address:
    """An address in a place (a row of `cities`), now and then longer than 60 characters."""
    street, short = pick(rng, lists["streets"])
    no, room = 1 + int(rng.random() * 980), 101 + int(rng.random() * 2800)
    old = 1 + int(rng.random() * 98)
    if country == "CN":
        tail = f"{no}号" + (f"{room}室" if rng.random() < 0.6 else "")
        full = hurried = f"{place[7]}{street}{tail}"
        before = f"{place[7]}{street}{old}号"
        extra = lists["long_street"].format(room=room)
    else:
        numbered = "{s} {n}" if country == "DE" else "{n} {s}"
        full, hurried = (numbered.format(s=s, n=no) for s in (street, short))
        before = numbered.format(s=street, n=old)
        extra = f", Business Park North, Building {room % 40}, Stair C, 3rd floor, door {room}"
    if rng.random() < 0.01:
        full, hurried = full + extra, hurried + extra
    return Address(kind, full, hurried, before, place[0], place[3] or None, place[4], country)


def person_name(rng: Random, country: str, lists: dict[str, Any]) -> tuple[str, str]:
    """A person's name and the mailbox made from it."""
    surname, given = pick(rng, lists["surnames"]), pick(rng, lists["given"])
    if country == "CN":
        return surname[0] + given[0], f"{given[1]}.{surname[1]}"
    return f"{given[0]} {surname[0]}", f"{given[1]}.{surname[1]}"


def pick(rng: Random, items: Any) -> Any:
    """One of the items. (Half the time of rng.choice, which matters a hundred million times.)"""
    return items[int(rng.random() * len(items))]


Names = tuple[str, str, str | None, str]  # full, short, English, brand for addresses


def _chinese_company(rng: Random, lists: dict[str, Any], place: list[str]) -> Names:
    count = 3 if rng.random() < 0.4 else 2
    brand = [pick(rng, lists["brand"]) for _ in range(count)]
    signs, sounds = "".join(b[0] for b in brand), "".join(b[1] for b in brand)
    trade, trade_en = pick(rng, lists["trades"])
    form, short_form = pick(rng, lists["forms"])
    city = place[0].removesuffix("市")
    if rng.random() < 0.15:
        name = f"{signs}({city}){trade}{form}"
    else:
        name = f"{place[0] if rng.random() < 0.5 else city}{signs}{trade}{form}"
    english = f"{place[5]} {sounds.capitalize()} {trade_en} Co., Ltd."
    if rng.random() < 0.003:
        name = lists["long_name"].format(name=name, region=place[3], district=place[7], trade=trade)
    return name, f"{city}{signs}{trade}{short_form}", english, sounds


def _western_company(rng: Random, lists: dict[str, Any], place: list[str]) -> Names:
    trade, (form, short_form) = pick(rng, lists["trades"]), pick(rng, lists["forms"])
    pattern = rng.random()
    first = pick(rng, lists["brand"] if pattern < 0.55 else lists["surnames"])
    if pattern < 0.25:
        second = pick(rng, lists["brand"])
        head, brand = f"{first[0]} {second[0]}", f"{first[1]}{second[1]}"
    elif pattern > 0.8:
        second = pick(rng, lists["surnames"])
        head, brand = f"{first[0]} & {second[0]}", f"{first[1]}-{second[1]}"
    else:
        head, brand = first
    if rng.random() < 0.003:
        trade += f" and Associated Companies of the {place[0]} Region, Import and Export Division"
    short = f"{head} {trade} {short_form}".rstrip()
    return f"{head} {trade} {form}", short, None, brand


def base36(number: int) -> str:
    """A number in digits and small letters."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + text
    return text or "0"
