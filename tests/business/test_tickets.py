"""Tickets of the CRM and the customers' satisfaction, in the hub."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.business.people import People

GOLDEN = (
    "SELECT p.legal_name, t.subject, t.status, t.closed_at, t.satisfaction"
    " FROM golden.ticket t JOIN golden.party p ON p.golden_id = t.party ORDER BY t.number"
)


def test_a_ticket_arrives_with_its_satisfaction_and_loses_both_when_it_is_opened_again(
    people: People,
) -> None:
    opened, closed = datetime(2026, 1, 5, 9, 0), datetime(2026, 1, 6, 17, 30)
    acme = people.account_of()
    ticket = people.press("crm", "open_ticket", acme, "Bolts  are short", "High", opened=opened)
    people.press("crm", "open_ticket", people.account_of("Small Ltd"), "A question")
    people.press("crm", "close_ticket", ticket, 4, closed)
    people.carry(lane="standard")
    solved = ("Acme GmbH", "Bolts are short", "closed", closed.replace(tzinfo=UTC), 4)
    assert people.ops(GOLDEN) == [solved, ("Small Ltd", "A question", "open", None, None)]
    people.press("crm", "reopen_ticket", ticket)
    people.carry(lane="standard")
    assert people.ops(GOLDEN)[0] == ("Acme GmbH", "Bolts are short", "open", None, None)
    assert people.erp("SELECT 1 FROM sales_orders") == []
