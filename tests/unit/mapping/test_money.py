"""Amounts are as fine as their currency, and no finer."""

from __future__ import annotations

import pandas as pd
import pytest

from concord.mapping import Cleaned, canonical
from concord.model.spec import (
    Authority,
    Code,
    CodeList,
    Column,
    Company,
    Entity,
    EntityMapping,
    Field,
    Group,
)

LATEST = Authority(kind="latest")
CURRENCY = CodeList(
    name="currency",
    codes=(
        Code(code="JPY", minor_unit=0, systems={"erp": ("JPY",)}),
        Code(code="EUR", minor_unit=2, systems={"erp": ("EUR",)}),
        Code(code="XAU", systems={"erp": ("XAU",)}),
    ),
)
COMPANY = Company(name="T", timezone="UTC", country="DE", currency="EUR", precedence=("erp",))
ERP = EntityMapping(
    system="erp",
    entity="invoice",
    table="invoices",
    id="no",
    columns=(Column(field="amount", column="amt"), Column(field="currency", column="cur")),
)
INVOICE = Entity(
    name="invoice",
    fields=(
        Field(name="amount", type="money", authority=LATEST),
        Field(name="currency", type="code", codes="currency", authority=LATEST),
    ),
    groups=(Group(name="total", fields=("amount", "currency"), authority=LATEST),),
    keys=(),
    mappings=(ERP,),
)


def read(amount: str | None, currency: str | None) -> Cleaned:
    raw = pd.DataFrame({"amt": [amount], "cur": [currency]}, index=["7"], dtype=object)
    return canonical(INVOICE, ERP, {"currency": CURRENCY}, COMPANY, raw)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("100", "JPY"), ("100.00", "JPY"), ("9.99", "EUR"), ("9.990", "EUR"), ("0.0001", "XAU"),
     ("1.234", None), (None, "JPY")],
)  # fmt: skip
def test_amounts_that_their_currency_can_pay_are_taken(
    amount: str | None, currency: str | None
) -> None:
    assert read(amount, currency).errors.empty


@pytest.mark.parametrize(("amount", "currency"), [("100.50", "JPY"), ("9.999", "EUR")])
def test_finer_amounts_are_faults_that_name_the_currency_and_no_amount(
    amount: str, currency: str
) -> None:
    done = read(amount, currency)
    [(key, field, column, rule, message)] = done.errors.itertuples(index=False, name=None)
    assert (key, field, column, rule) == ("7", "amount", "amt", "too_precise")
    assert currency in message
    assert amount not in message
    assert done.values["amount"].tolist() == [None]
