"""A won deal becomes a customer, a contact and one draft order on both sides."""

from __future__ import annotations

from typing import Any

from tests.business.people import SALES, People, in_days

NEWCO = {
    "person": "Nora Neu", "tax_number": "DE811907980", "email": "nora@newco.example",
}  # fmt: skip


def erp_orders(people: People) -> list[tuple[Any, ...]]:
    """(number, status, customer) of the ERP's orders."""
    return people.erp(
        "SELECT so_no, o.status, name FROM sales_orders o JOIN customers USING (customer_code)"
        " ORDER BY so_id"
    )


def test_a_won_lead_is_customer_contact_and_draft_order_and_its_number_comes_back(
    people: People,
) -> None:
    lead = people.lead("Newco GmbH", **NEWCO)
    people.press("crm", "win_opportunity", people.deal(people.line("BOLT", 8), lead=lead))
    people.carry(*SALES)
    ((number, *order),) = erp_orders(people)
    assert order == ["D", "Newco GmbH"]
    lines = "SELECT item_code, qty, l.uom, unit_price FROM sales_order_lines l"
    assert people.erp(f"{lines} JOIN items USING (item_id)") == [("BOLT", 8, "PC", 10)]
    of_newco = "SELECT full_name FROM customer_contacts JOIN customers c USING (customer_code)"
    assert people.erp(f"{of_newco} WHERE c.name = 'Newco GmbH'") == [("Nora Neu",)]
    people.carry(*SALES)
    assert people.crm_orders() == [(number, "Draft", "Newco GmbH")]
    assert people.crm("SELECT display_name FROM person") == [("Nora Neu",)]

    so = people.one("erp", "SELECT so_id FROM sales_orders")
    assert people.press("erp", "confirm_order", so) == "-"
    people.carry(*SALES)
    assert people.crm_orders() == [(number, "Confirmed", "Newco GmbH")]
    assert people.carry(*SALES)["planned"] == 0


def test_two_quick_wins_of_one_new_customer_make_one_customer_and_a_known_one_none(
    people: People,
) -> None:
    first = people.lead("Newco GmbH", **NEWCO)
    other = people.lead("NEWCO", email="other@newco.example", tax_number="de 811 907 980")
    known = people.lead("Acme", email="BUY@acme.example")
    for lead in (first, other, known):
        people.press("crm", "win_opportunity", people.deal(people.line("BOLT", 1), lead=lead))
    people.carry(*SALES)
    people.carry(*SALES)
    assert people.one("erp", "SELECT count(*) FROM customers") == 4
    assert people.one("crm", "SELECT count(*) FROM account") == 4
    new, again, acme = sorted((customer for *_, customer in erp_orders(people)), reverse=True)
    assert acme == "Acme GmbH"
    assert new == again
    assert [(n, c) for n, _, c in people.crm_orders()] == [
        (n, c) for n, _, c in sorted(erp_orders(people))
    ]


def test_a_deal_that_is_lost_after_all_takes_its_draft_back_but_no_confirmed_order(
    people: People,
) -> None:
    deals = [people.deal(people.line("BOLT", n), customer="Acme GmbH") for n in (1, 2)]
    for deal in deals:
        people.press("crm", "win_opportunity", deal)
    people.carry(*SALES)
    two = "SELECT so_id FROM sales_order_lines WHERE qty = 2"
    assert people.press("erp", "confirm_order", people.one("erp", two)) == "-"
    for deal in deals:
        people.crm("UPDATE opportunity SET stage = 'Closed lost' WHERE id = %s", deal)
    people.carry(*SALES)
    people.carry(*SALES)
    by_quantity = "SELECT qty, status FROM sales_orders JOIN sales_order_lines USING (so_id)"
    assert people.erp(f"{by_quantity} ORDER BY qty") == [(1, "X"), (2, "C")]
    in_crm = "SELECT quantity, status FROM sales_order o JOIN sales_order_line l"
    assert people.crm(f"{in_crm} ON l.order_id = o.id ORDER BY quantity") == [
        (1, "Cancelled"),
        (2, "Confirmed"),
    ]


def test_a_quote_and_its_opportunity_give_one_order_with_the_lines_of_the_quote(
    people: People,
) -> None:
    deal = people.deal(people.line("BOLT", 5), customer="Acme GmbH")
    quote = people.press("crm", "send_quote", deal, in_days(30))
    people.crm("UPDATE quote_line SET price = 9 WHERE quote_id = %s", quote)
    people.press("crm", "accept_quote", quote)
    people.crm("UPDATE opportunity_line SET price = 11")  # somebody tidies up afterwards
    other = people.deal(people.line("NUT", 2), customer="Acme GmbH")
    alone = people.press("crm", "send_quote", other, in_days(30))
    people.crm("UPDATE quote SET opportunity_id = NULL WHERE id = %s", alone)
    people.press("crm", "accept_quote", alone)
    people.carry(*SALES)
    people.carry(*SALES)
    lines = "SELECT item_code, qty, unit_price FROM sales_order_lines JOIN items USING (item_id)"
    assert people.erp(f"{lines} ORDER BY 1") == [("BOLT", 5, 9), ("NUT", 2, 10)]
    assert people.crm_orders("o.quote_id = %s", quote) == people.crm_orders(
        "o.opportunity_id = %s", deal
    )
    assert len(people.crm_orders()) == 2


def test_a_deal_whose_order_is_held_counts_as_open_from_the_day_that_it_goes_on(
    people: People,
) -> None:
    shown = "SELECT coalesce(orders_open, 0) FROM account WHERE account_name = 'Small Ltd'"
    people.press(
        "crm", "win_opportunity", people.deal(people.line("BOLT", 160), customer="Small Ltd")
    )
    for _ in range(3):
        people.carry("party", *SALES)
    assert erp_orders(people) == []
    assert people.one("crm", shown) == 0
    people.erp("UPDATE customers SET credit_limit = 5000 WHERE name = 'Small Ltd'")
    for _ in range(3):
        people.carry("party", *SALES)
    assert [status for _, status, _ in erp_orders(people)] == ["D"]
    assert people.one("crm", shown) == 1
