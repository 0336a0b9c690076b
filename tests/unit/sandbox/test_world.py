from __future__ import annotations

from collections import Counter
from random import Random

from concord.sandbox.tax import is_valid
from concord.sandbox.world import MAX_CUSTOMERS, Customer, World


def made(count: int, seed: int = 1, start: int = 0) -> list[Customer]:
    rng, world = Random(seed), World(seed)
    return [world.customer(rng, start + i, f"T{i}") for i in range(count)]


CUSTOMERS = made(4000)


def test_the_same_seed_makes_the_same_customers_and_another_seed_others() -> None:
    assert made(200) == made(200)
    assert made(200) != made(200, seed=2)


def test_no_two_customers_share_what_identifies_them() -> None:
    late = made(1000, start=MAX_CUSTOMERS - 1000)
    for key in ("tax", "email", "old_email"):
        values = [v for c in (*CUSTOMERS, *late) if (v := getattr(c, key))]
        assert len(values) == len(set(values)), key
    phones = [p for c in (*CUSTOMERS, *late) for p in (c.phone.e164, c.old_phone.e164)]
    assert len(phones) == len(set(phones))


def test_customers_are_companies_and_people_of_five_countries_in_the_stated_shares() -> None:
    countries = Counter(c.country for c in CUSTOMERS)
    for country, share in (("CN", 0.45), ("DE", 0.15), ("FR", 0.12), ("GB", 0.13), ("US", 0.15)):
        assert abs(countries[country] / len(CUSTOMERS) - share) < 0.03, country
    assert abs(sum(not c.organization for c in CUSTOMERS) / len(CUSTOMERS) - 0.15) < 0.02


def test_each_customer_has_one_or_two_addresses_and_at_most_three_contacts() -> None:
    for customer in CUSTOMERS:
        assert [a.kind for a in customer.addresses] in (["billing"], ["billing", "shipping"])
        assert len(customer.contacts) <= 3
        assert len({c.email for c in customer.contacts}) == len(customer.contacts)
    assert {len(c.contacts) for c in CUSTOMERS} == {0, 1, 2, 3}


def test_tax_numbers_are_valid_and_people_have_none() -> None:
    for customer in CUSTOMERS:
        if customer.organization:
            assert customer.tax is not None
            assert is_valid(customer.tax)
        else:
            assert customer.tax is None


def test_mail_and_web_addresses_belong_to_nobody() -> None:
    for customer in CUSTOMERS:
        emails = [customer.email, customer.old_email, *(c.email for c in customer.contacts)]
        assert all(email.endswith(".example") and email.isascii() for email in emails)
        assert not customer.website or customer.website.endswith(".example")
