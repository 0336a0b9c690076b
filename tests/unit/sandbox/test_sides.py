"""What the two sides hold, checked with keys cleaned by other means than the engine's."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import cache
from random import Random
from typing import NamedTuple

import phonenumbers
import pytest

from concord.sandbox.database import COLUMNS
from concord.sandbox.facts import RATES
from concord.sandbox.sides import COUNTRY_WORDS, Sides
from concord.sandbox.world import World

COUNT = 8000
COUNTRIES = {word: code for code, known in COUNTRY_WORDS.items() for word in known}
ERP_LIMITS = {
    "customers": {"name": 80, "vat_no": 20, "phone": 30, "email": 120, "website": 100},
    "customer_contacts": {"full_name": 60, "position": 40, "tel": 30, "email": 120},
    "customer_addresses": {"street": 60, "city": 40, "region": 40, "zip": 12},
}


class Made(NamedTuple):
    sides: Sides
    known: Counter[str]
    rows: dict[str, list[dict[str, str | None]]]


@cache
def made() -> Made:
    rng, world, sides = Random(7), World(7), Sides()
    known = Counter(sides.add(rng, world.customer(rng, i, f"T{i}")) for i in range(COUNT))
    sides.add_doubles(rng)
    rows = {
        table: [dict(zip(COLUMNS[table], row, strict=True)) for row in found]
        for table, found in (*sides.erp.rows.items(), *sides.crm.rows.items())
    }
    return Made(sides, known, rows)


def parties() -> list[tuple[str, str, str]]:
    return [(s, key, dirt) for _, s, entity, key, dirt in made().sides.truth if entity == "party"]


def share(kind: str, system: str | None = None, among: str = "") -> float:
    found = [d for s, _, d in parties() if system in (None, s) and among in d]
    return sum(kind in d for d in found) / len(found)


def test_customers_are_spread_over_the_sides_in_the_stated_shares() -> None:
    known = made().known
    assert abs(known["both"] / COUNT - RATES.shared) < 0.02
    assert abs(known["erp"] / COUNT - RATES.erp_only) < 0.02
    assert known["both"] + known["erp"] + known["crm"] == COUNT


@pytest.mark.parametrize("system", ["erp", "crm"])
def test_doubles_and_broken_rows_come_in_the_stated_shares(system: str) -> None:
    assert RATES.double * 0.6 < share("double", system) < RATES.double * 1.4
    assert RATES.broken * 0.5 < share("broken", system) < RATES.broken * 1.6


def test_other_dirt_comes_in_the_stated_shares() -> None:
    shared = "link_"
    assert 0.02 < share("link_scored", "crm", shared) < 0.055
    assert 0.04 < share("name_typo", "crm", shared) < 0.10
    assert 0.06 < share("name_short", "crm", shared) < 0.12
    assert 0.4 < share("national_phone", "crm") < 0.6
    assert 0.3 < share("national_phone", "erp") < 0.5
    assert 0.03 < share("stale_phone", "crm", shared) < 0.06
    assert 0.005 < share("full_width") < 0.05


def test_the_truth_has_every_record_exactly_once() -> None:
    tables = {
        ("erp", "party"): ("customers", "customer_code"),
        ("erp", "contact"): ("customer_contacts", "contact_no"),
        ("erp", "address"): ("customer_addresses", "address_no"),
        ("crm", "party"): ("account", "id"),
        ("crm", "contact"): ("person", "id"),
        ("crm", "address"): ("account_address", "id"),
    }
    told = Counter((s, e, key) for _, s, e, key, _ in made().sides.truth)
    assert set(told.values()) == {1}
    for (system, entity), (table, column) in tables.items():
        keys = [row[column] for row in made().rows[table]]
        assert len(keys) == len(set(keys))
        assert {(system, entity, k) for k in keys} == {k for k in told if k[:2] == (system, entity)}


def test_the_erps_columns_hold_its_rows() -> None:
    for table, limits in ERP_LIMITS.items():
        for row in made().rows[table]:
            for column, limit in limits.items():
                assert len(row[column] or "") <= limit, (table, column)


def test_a_side_has_one_address_of_a_kind_for_a_customer() -> None:
    for table, owner, kind in (
        ("customer_addresses", "customer_code", "addr_type"),
        ("account_address", "account_id", "kind"),
    ):
        seen = [(row[owner], row[kind]) for row in made().rows[table]]
        assert len(seen) == len(set(seen))


def test_revenue_is_the_crms_alone_and_credit_mostly_the_erps() -> None:
    customers, accounts = made().rows["customers"], made().rows["account"]
    assert "annual_revenue" not in COLUMNS["customers"]
    assert sum(a["annual_revenue"] is not None for a in accounts) > len(accounts) / 2
    assert sum(c["credit_limit"] is not None for c in customers) > 0.7 * len(customers)
    assert sum(a["credit_limit"] is not None for a in accounts) < 0.2 * len(accounts)


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def e164(text: str, country: str | None) -> str:
    number = phonenumbers.parse(text, country or "CN")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def keys_of(row: dict[str, str | None]) -> list[tuple[str, str]]:
    """The exact keys of a party's row of either side, cleaned."""
    erp = "customer_code" in row
    tax, email, phone, name, country = (
        row["vat_no" if erp else "tax_number"],
        row["email" if erp else "email_address"],
        row["phone" if erp else "phone_number"],
        row["name" if erp else "account_name"],
        row["country_code"] if erp else COUNTRIES.get(row["country"] or ""),
    )
    keys = []
    if tax:
        keys.append(("tax", re.sub(r"[\s-]", "", fold(tax))))
    if email:
        keys.append(("email", fold(email)))
    if phone and name:
        keys.append(("phone", f"{e164(phone, country)} {fold(name)}"))
    return keys


@cache
def clusters() -> tuple[dict[str, set[str]], set[str]]:
    """True customer -> the clusters that exact keys make of its records; and mixed clusters."""
    true_of = {(s, key): true for true, s, e, key, _ in made().sides.truth if e == "party"}
    group = {record: record for record in true_of}

    def find(record: tuple[str, str]) -> tuple[str, str]:
        while group[record] != record:
            record = group[record]
        return record

    owner: dict[tuple[str, str], tuple[str, str]] = {}
    for system, table, column in (("erp", "customers", "customer_code"), ("crm", "account", "id")):
        for row in made().rows[table]:
            record = (system, str(row[column]))
            for key in keys_of(row):
                group[find(record)] = find(owner.setdefault(key, record))
    parts, mixed = defaultdict(set), defaultdict(set)
    for record, true in true_of.items():
        parts[true].add(str(find(record)))
        mixed[str(find(record))].add(true)
    return parts, {cluster for cluster, trues in mixed.items() if len(trues) > 1}


def test_no_exact_key_joins_two_customers() -> None:
    assert clusters()[1] == set()


def test_exact_keys_join_all_records_but_those_told_to_need_scoring() -> None:
    hard, broken = set(), set()
    for true, _, entity, _, dirt in made().sides.truth:
        if entity == "party" and "link_scored" in dirt:
            hard.add(true)
        if entity == "party" and "broken" in dirt:
            broken.add(true)
    split = {true for true, parts in clusters()[0].items() if len(parts) > 1}
    assert split - hard - broken == set()
    assert hard - split - broken == set()


def test_the_same_stream_makes_the_same_rows() -> None:
    def once() -> Sides:
        rng, world, sides = Random(3), World(3), Sides()
        for i in range(300):
            sides.add(rng, world.customer(rng, i, f"T{i}"))
        sides.add_doubles(rng)
        return sides

    one, two = once(), once()
    assert (one.erp.rows, one.crm.rows, one.truth) == (two.erp.rows, two.crm.rows, two.truth)
