"""What the CRM shows may be promised: by the formula, after every kind of change, and not else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.business.people import STOCK, People, in_days


def stamps(people: People) -> dict[str, Any]:
    """By product in Shanghai, when its figure changed and when its record was written."""
    rows = people.crm(
        "SELECT p.code, a.as_of, a.modified_on FROM availability a"
        " JOIN product p ON p.id = a.product_id JOIN warehouse w ON w.id = a.warehouse_id"
        " WHERE w.code = 'SH'"
    )
    return {code: when for code, *when in rows}


def room(people: People, code: str) -> Decimal:
    """What a sales person may still promise, as the CRM's form says."""
    found = people.press("crm", "available_room", people.product(code), people.warehouse())
    assert isinstance(found, Decimal)
    return found


def test_it_is_on_hand_less_reserved_less_promised_after_every_kind_of_change(
    people: People,
) -> None:
    before = stamps(people)
    order = people.place(people.line("BOLT", 1, "box"))
    hold = people.press("crm", "hold_stock", people.product("BOLT"), people.warehouse(), 5)
    assert room(people, "BOLT") == 83
    people.carry(*STOCK)
    assert people.shown("BOLT") == (100, 0, 17, 83)
    assert room(people, "BOLT") == 83  # both holds are counted by Concord now, and not twice
    after = stamps(people)
    assert after["BOLT"][0] > before["BOLT"][0]
    assert after["NUT"] == before["NUT"]  # no figure of it changed: nothing is written

    so = people.so(order)
    assert people.press("erp", "confirm_order", so) == "-"
    people.press("erp", "reserve_order", so)
    people.press("erp", "count_stock", people.item("NUT"), people.place_id(), 8)
    people.press("crm", "release_hold", hold.strip("()").split(",")[0])
    people.carry(*STOCK)
    assert people.shown("BOLT") == (100, 12, 0, 88)
    assert people.shown("NUT") == (8, 0, 0, 8)
    assert room(people, "BOLT") == 88

    people.press("erp", "ship", so)
    phoned = people.phone(("NUT", 3, 1))
    people.carry(*STOCK)
    assert people.shown("BOLT") == (88, 0, 0, 88)
    assert people.shown("NUT") == (8, 0, 3, 5)
    assert people.shown("BOLT", "HH") == (50, 0, 0, 50)
    people.press("erp", "cancel_order", phoned)
    people.carry(*STOCK)
    assert people.shown("NUT") == (8, 0, 0, 8)


def test_what_is_expected_adds_up_by_date_until_the_horizon(people: People) -> None:
    for quantity, days in ((40, 10), (2, 10), (7, 30), (500, 91)):
        people.expect("NUT", quantity, days)
    people.send(people.line("NUT", 15))
    people.carry(*STOCK)
    schedule = (
        "SELECT d.due_on, d.inbound, d.available FROM availability_day d"
        " JOIN availability a ON a.id = d.availability_id JOIN product p ON p.id = a.product_id"
        " WHERE p.code = 'NUT' ORDER BY 1"
    )
    assert people.crm(schedule) == [(in_days(10), 42, 37), (in_days(30), 7, 44)]
    people.erp("UPDATE expected_receipts SET qty_open = 0, status = 'R' WHERE qty_open IN (40, 2)")
    people.press("erp", "count_stock", people.item("NUT"), people.place_id(), 52)
    people.carry(*STOCK)
    assert people.crm(schedule) == [(in_days(30), 7, 44)]
    assert people.shown("NUT") == (52, 0, 15, 37)


def test_a_hold_whose_order_is_in_quarantine_stays_counted_by_the_crm(people: People) -> None:
    order = people.place(people.line("BOLT", 10))
    people.crm("UPDATE sales_order SET currency = 'Taler' WHERE id = %s", order)
    people.press("crm", "hold_stock", people.product("BOLT"), people.warehouse(), 3)
    people.carry(*STOCK)
    counted = (
        "SELECT a.counted_to FROM availability a JOIN product p ON p.id = a.product_id"
        " JOIN warehouse w ON w.id = a.warehouse_id WHERE p.code = 'BOLT' AND w.code = 'SH'"
    )
    assert people.one("crm", counted) == 0
    assert room(people, "BOLT") <= 87  # never more than there is
    people.press("crm", "change_order", order, currency="CNY")
    people.carry(*STOCK)
    assert people.one("crm", counted) == 2
    assert room(people, "BOLT") == 87
