"""Money at stake and limits in the files: what is accepted, and what is refused with its line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from concord.errors import ConfigError
from concord.model.read import load_config
from concord.model.spec import Limits, Stake


def edit(root: Path, file: str, old: str, new: str) -> Path:
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return root


def refused(root: Path) -> str:
    with pytest.raises(ConfigError) as error:
        load_config(root)
    return str(error.value)


def test_limits_of_an_entity_differ_where_they_say_so_alone(config_copy: Path) -> None:
    limits = "{count: 5000, share: 0.2, deletes: 50, first_load: 5000}"
    own = (
        "{count: 7, money: 100000.5, first_load: 1, entities: {price: {count: 3},"
        " payment: {money: null}}}"
    )
    erp = load_config(edit(config_copy, "systems.yaml", limits, own)).system["erp"]
    common = Limits(count=7, money=Decimal("100000.5"), first_load=1)
    assert erp.limits_of("party") == common
    assert erp.limits_of("price") == common.model_copy(update={"count": 3})
    assert erp.limits_of("payment") == common.model_copy(update={"money": None})


def test_what_counts_of_the_shipped_documents(config_copy: Path) -> None:
    stakes = {e.name: e.stake for e in load_config(config_copy).entities if e.stake}
    assert stakes["invoice"] == Stake(field="total", currency="currency")
    assert stakes["sales_order"].lines == "lines"
    assert set(stakes) == {"contract", "invoice", "opportunity", "payment", "sales_order"}


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("model/invoice.yaml", "stake: {field: total", "stake: {field: totl",
         "stake.field: unknown field `totl`"),
        ("model/invoice.yaml", "stake: {field: total", "stake: {field: number",
         "`number` is of type text"),
        ("model/invoice.yaml", "{field: total, currency: currency}",
         "{field: total, currency: issued_on}", "`issued_on` is of type date"),
        ("model/sales_order.yaml", ", price: price}\npos", "}\npos",
         "price missing: lines count by all three keys"),
        ("model/sales_order.yaml", "quantity: quantity, price: price}\npos",
         "quantity: unit, price: price}\npos", "`unit` is of type code"),
        ("company.yaml", "rates: exchange_rate", "rates: exchange_rates",
         "unknown entity `exchange_rates`"),
        ("company.yaml", "rates: exchange_rate", "rates: party",
         "party has no field `valid_from` of type date"),
        ("systems.yaml", "first_load: 5000}", "first_load: 5000, entities: {parti: {count: 1}}}",
         "limits.entities.parti: unknown entity `parti`"),
        ("systems.yaml", "first_load: 5000}", "money: -1}", "limits.money"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(
    config_copy: Path, file: str, old: str, new: str, says: str
) -> None:
    said = refused(edit(config_copy, file, old, new))
    assert says in said
    assert f"{Path(file).name}:" in said
