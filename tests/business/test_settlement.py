"""A contract is completed exactly while all its invoices are settled and all is invoiced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.business.people import MONEY, People

HALF = Decimal("0.5")


class Contracts:
    """Contracts of Acme by name, each of two hours of work at 1,000 in its company's currency."""

    def __init__(self, people: People) -> None:
        self.people, self.orders = people, dict[str, int]()

    def sign(self, name: str, currency: str = "CNY") -> None:
        company, total = ("Hamburg", 2380) if currency == "EUR" else ("Shanghai", 2260)
        contract = self.people.one(
            "crm",
            "INSERT INTO contract (name, account_id, company, amount, currency)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING id",
            *(name, self.people.account_of(), company, total, currency),
        )
        self.people.press("crm", "sign_contract", contract)

    def order(self, name: str) -> int:
        """Enter and confirm the order of a contract that the ERP knows; its key."""
        key, company = self.people.erp(
            "SELECT contract_id, company_code FROM contracts WHERE name = %s AND status = 'A'", name
        )[0]
        place = "SH" if company == "1000" else "HH"
        return self.people.confirmed(("HOUR", 2, 1000), place=place, contract=key)

    def states(self) -> dict[str, tuple[str, str]]:
        """By name, status and settlement as the CRM shows them."""
        rows = self.people.crm("SELECT name, status, settlement FROM contract")
        return {name: (status, settlement) for name, status, settlement in rows}

    def in_erp(self) -> dict[str, str]:
        return dict(self.people.erp("SELECT name, status FROM contracts"))  # type: ignore[arg-type]


@pytest.fixture
def contracts(people: People) -> Contracts:
    return Contracts(people)


def test_whatever_money_comes_and_goes(people: People, contracts: Contracts) -> None:
    names = ("partial", "advance", "tolerance", "short", "cancelled", "unbilled")
    for name in names:
        contracts.sign(name)
    contracts.sign("euro", "EUR")
    people.carry(*MONEY)
    assert set(contracts.in_erp().values()) == {"A"}

    def pay(*of: Any, amounts: list[Any]) -> Any:
        return people.press("erp", "pay", list(of), amounts)

    orders = {n: contracts.order(n) for n in (*names, "euro") if n != "unbilled"}
    first, second = (people.billed(orders["partial"], part) for part in (HALF, 1))
    acme = people.one("erp", "SELECT customer_code FROM customers WHERE name = 'Acme GmbH'")
    money = people.press("erp", "pay_advance", acme, "1000", "CNY", 3000)
    whole = {n: people.billed(orders[n]) for n in ("advance", "tolerance", "short", "cancelled")}
    euro = people.billed(orders["euro"])
    pay(first, amounts=[130])
    small = pay(whole["tolerance"], amounts=[Decimal("2258.99")])
    credit = people.press("erp", "credit_note", whole["short"], HALF)
    pay(whole["short"], amounts=[1130])
    pay(euro, amounts=[Decimal("2379.80")])
    pay(whole["cancelled"], amounts=[2260])
    people.crm("UPDATE contract SET status = 'Cancelled' WHERE name = 'cancelled'")
    people.carry(*MONEY)
    assert contracts.states() == {
        "partial": ("Active", "Partly paid"),
        "advance": ("Active", "Open"),  # an advance that nobody has allocated settles nothing
        "tolerance": ("Active", "Partly paid"),  # 1.01 short
        "short": ("Active", "Not fully invoiced"),
        "euro": ("Active", "Partly paid"),  # 0.20 short
        "unbilled": ("Active", "No invoice"),
        "cancelled": ("Cancelled", "No invoice"),
    }
    assert people.one("erp", "SELECT open_amount FROM invoices WHERE invoice_id = %s", credit) == 0

    pay(first, second, amounts=[1000, 1130])  # one payment for both invoices
    people.press("erp", "allocate_advance", money, [whole["advance"]], [2260])
    people.press("erp", "reverse_payment", small)
    small = pay(whole["tolerance"], amounts=[Decimal("2259")])
    people.crm("UPDATE contract SET amount = 1130 WHERE name = 'short'")
    pay(euro, amounts=[Decimal("0.10")])
    people.carry(*MONEY)
    settled = ("partial", "advance", "tolerance", "short", "euro")
    assert {n: contracts.states()[n] for n in settled} == dict.fromkeys(
        settled, ("Completed", "Settled")
    )
    assert contracts.in_erp() == {**dict.fromkeys(settled, "C"), "cancelled": "X", "unbilled": "A"}

    people.press("erp", "refund", second, 1130)
    people.press("erp", "charge_back", money)
    people.press("erp", "reverse_payment", small)
    people.carry(*MONEY)
    assert contracts.states() == {
        "partial": ("Active", "Partly paid"),
        "advance": ("Active", "Open"),
        "tolerance": ("Active", "Open"),
        "short": ("Completed", "Settled"),
        "euro": ("Completed", "Settled"),
        "unbilled": ("Active", "No invoice"),
        "cancelled": ("Cancelled", "No invoice"),
    }
    assert contracts.in_erp()["partial"] == "A"
    kinds = "SELECT kind, amount FROM payment WHERE kind <> 'Payment' ORDER BY 1, 2"
    assert people.crm(kinds) == [
        ("Advance", 3000), ("Charge-back", -3000), ("Refund", -1130),
        ("Reversal", -2259), ("Reversal", Decimal("-2258.99")),
    ]  # fmt: skip
