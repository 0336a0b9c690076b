"""Products, units and prices of the ERP in the CRM."""

from __future__ import annotations

from typing import Any

from tests.business.people import TODAY, People, in_days

PRICES = (
    "SELECT e.unit, e.valid_from, e.valid_to, e.price FROM price_book_entry e"
    " JOIN product p ON p.id = e.product_id JOIN price_book b ON b.id = e.price_book_id"
    " WHERE p.code = %s AND b.code = 'CN' ORDER BY 1, 2"
)
UNITS = (
    "SELECT u.unit, u.numerator, u.denominator FROM product_unit u"
    " JOIN product p ON p.id = u.product_id WHERE p.code = %s ORDER BY 1"
)


def catalogue(people: People) -> dict[str, Any]:
    """By code, name and status of the CRM's products."""
    rows = people.crm("SELECT code, name, status FROM product")
    return {code: (name, status) for code, name, status in rows}


def test_products_their_units_and_prices_arrive_change_and_end_as_the_erp_says(
    people: People,
) -> None:
    wire, nut = people.new_item("WIRE", "KG"), people.item("NUT")
    people.erp("INSERT INTO item_units VALUES (%s, 'BX', 5, 2)", wire)
    price_list = people.one("erp", "SELECT list_id FROM price_lists WHERE list_code = 'CN'")
    for unit, price, day in (("KG", 30, TODAY), ("KG", 33, in_days(5)), ("BX", 70, TODAY)):
        people.press("erp", "set_price", price_list, wire, unit, price, day)
    people.press("erp", "set_price", price_list, nut, "PC", 12, in_days(1))
    people.erp("UPDATE items SET status = 'E' WHERE item_code = 'HOUR'")
    people.crm("UPDATE product SET name = 'My bolt' WHERE code = 'BOLT'")
    people.carry(lane="standard")
    assert people.crm(UNITS, "WIRE") == [("box", 5, 2), ("kg", 1, 1)]
    assert people.crm(PRICES, "WIRE") == [
        ("box", TODAY, None, 70), ("kg", TODAY, in_days(4), 30), ("kg", in_days(5), None, 33),
    ]  # fmt: skip
    ((_, _, ends, _), coming) = people.crm(PRICES, "NUT")
    assert ends == TODAY
    assert coming == ("piece", in_days(1), None, 12)
    assert catalogue(people)["HOUR"] == ("Visit", "Ended")
    assert catalogue(people)["BOLT"] == ("Bolt", "Active")

    people.erp("DELETE FROM prices WHERE item_id = %s AND price = 33", wire)
    people.erp("UPDATE prices SET valid_to = NULL WHERE item_id = %s", wire)
    people.erp("UPDATE item_units SET numerator = 3 WHERE item_id = %s AND uom = 'BX'", wire)
    people.carry(lane="standard")
    people.carry(lane="standard")
    assert people.crm(UNITS, "WIRE") == [("box", 3, 2), ("kg", 1, 1)]
    kept = [row for row in people.crm(PRICES, "WIRE") if row[1] == TODAY]
    assert kept == [("box", TODAY, None, 70), ("kg", TODAY, None, 30)]


def test_a_unit_that_the_code_list_does_not_know_keeps_its_record_back_and_says_so(
    people: People,
) -> None:
    people.erp("INSERT INTO units VALUES ('DZ', 'dozen', 0)")
    people.erp("INSERT INTO item_units SELECT item_id, 'DZ', 12, 1 FROM items"
               " WHERE item_code = 'NUT'")  # fmt: skip
    people.erp("UPDATE items SET name = 'Better ' || name WHERE item_code IN ('NUT', 'BOLT')")
    people.carry(lane="standard")
    assert catalogue(people)["BOLT"][0] == "Better Bolt"
    assert catalogue(people)["NUT"][0] == "Nut"
    ((system, entity, why),) = people.waiting()
    assert (system, entity) == ("erp", "product")
    assert "unit" in why
    people.erp("DELETE FROM item_units WHERE uom = 'DZ'")
    people.carry(lane="standard")
    assert catalogue(people)["NUT"][0] == "Better Nut"
    assert people.waiting() == []
