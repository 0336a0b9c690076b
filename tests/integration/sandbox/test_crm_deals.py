"""Leads, opportunities, quotes, contracts and tickets of the sandbox CRM through their lives."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from psycopg.errors import RaiseException

from tests.integration.sandbox.crm import Crm

LEAD = (
    "INSERT INTO lead (company, person, tax_number, country, email, status) "
    "VALUES (%s, 'Ada Lovelace', %s, 'Germany', %s, %s) RETURNING id"
)
DEAL = "SELECT open_opportunity('Big deal', %s, %s, 'Hamburg', %s, 'EUR', '2026-03-31', %s::jsonb)"


def lead(crm: Crm, email: str = "ada@new.example", status: str = "Qualified") -> Any:
    return crm.one(LEAD, "New GmbH", None, email, status)


def deal(crm: Crm, account: Any = None, of: Any = None, *lines: dict[str, Any]) -> Any:
    body = json.dumps(lines or [crm.line(2, unit="box"), crm.line("0.5", "P0005", unit="kg")])
    return crm.one(DEAL, account, of, crm.warehouse(), body)


def test_documents_are_numbered_in_their_own_series(crm: Crm) -> None:
    one, two = lead(crm), lead(crm, "other@new.example")
    deal(crm, None, one), deal(crm, None, two)
    crm.one("SELECT open_ticket(%s, 'Where is it?')", crm.account())
    crm.place(crm.line(1)), crm.place(crm.line(1))
    numbers = {
        table: [n for (n,) in crm.all(f"SELECT number FROM {table} ORDER BY number")]
        for table in ("lead", "opportunity", "ticket", "sales_order")
    }
    assert numbers == {
        "lead": ["L-00001", "L-00002"],
        "opportunity": ["OP-00001", "OP-00002"],
        "ticket": ["T-00001"],
        "sales_order": ["CO-00001", "CO-00002"],
    }
    assert crm.one("SELECT business_number('CO-', 1234567)") == "CO-1234567"


def test_the_amount_of_a_deal_is_that_of_its_lines(crm: Crm) -> None:
    made = deal(crm, crm.account())
    assert crm.one("SELECT amount FROM opportunity WHERE id = %s", made) == 23.75
    crm.do("UPDATE opportunity_line SET quantity = 3 WHERE line_no = 10")
    crm.do("DELETE FROM opportunity_line WHERE line_no = 20")
    assert crm.one("SELECT amount FROM opportunity WHERE id = %s", made) == 28.5


def test_a_lead_is_converted_once_and_its_deals_follow(crm: Crm) -> None:
    wanted = lead(crm)
    made = deal(crm, None, wanted)
    account = crm.one("SELECT convert_lead(%s)", wanted)
    assert crm.one("SELECT convert_lead(%s)", wanted) == account
    assert crm.one("SELECT account_id FROM opportunity WHERE id = %s", made) == account
    query = "SELECT account_name, email_address FROM account WHERE id = %s"
    assert crm.all(query, account) == [("New GmbH", "ada@new.example")]
    assert crm.all("SELECT display_name FROM person") == [("Ada Lovelace",)]
    assert crm.one("SELECT status FROM lead") == "Won"


def test_a_second_lead_of_a_company_joins_its_account(crm: Crm) -> None:
    one, two = lead(crm), lead(crm, "ADA@new.example ")
    assert crm.one("SELECT convert_lead(%s)", one) == crm.one("SELECT convert_lead(%s)", two)
    assert crm.one("SELECT count(*) FROM account WHERE account_name = 'New GmbH'") == 1


def test_a_lead_goes_its_way_step_by_step(crm: Crm) -> None:
    wanted = lead(crm, status="New")
    with pytest.raises(RaiseException, match="L-00001 is new; only qualified"):
        crm.do("SELECT convert_lead(%s)", wanted)
    with pytest.raises(RaiseException, match="cannot go from New to Qualified"):
        crm.do("SELECT advance_lead(%s, 'Qualified')", wanted)
    crm.do("SELECT advance_lead(%s, 'Working')", wanted)
    crm.do("SELECT advance_lead(%s, 'Qualified')", wanted)
    assert crm.one("SELECT status FROM lead") == "Qualified"


def test_a_deal_is_won_or_lost_once(crm: Crm) -> None:
    of = lead(crm)
    made = deal(crm, None, of)
    crm.do("SELECT win_opportunity(%s, '2026-02-03')", made)
    assert crm.all("SELECT stage, closes_on, account_id FROM opportunity") == [
        ("Closed won", date(2026, 2, 3), None)
    ]
    assert crm.one("SELECT status FROM lead") == "Won"
    with pytest.raises(RaiseException, match="OP-00001 is closed won"):
        crm.do("SELECT lose_opportunity(%s, 'price')", made)
    with pytest.raises(RaiseException, match="OP-00001 is closed won"):
        crm.do("SELECT win_opportunity(%s)", made)


def test_a_deal_without_lines_or_customer_is_none(crm: Crm) -> None:
    with pytest.raises(RaiseException, match="needs an account or a lead"):
        deal(crm)
    made = deal(crm, crm.account())
    crm.do("DELETE FROM opportunity_line")
    with pytest.raises(RaiseException, match="OP-00001 has no lines"):
        crm.do("SELECT win_opportunity(%s)", made)


def test_an_accepted_quote_wins_its_deal_with_what_was_offered(crm: Crm) -> None:
    made = deal(crm, crm.account())
    quote = crm.one("SELECT send_quote(%s, '2026-03-01')", made)
    assert crm.one("SELECT stage FROM opportunity") == "Proposal"
    crm.do("UPDATE opportunity_line SET quantity = 99 WHERE line_no = 10")
    crm.do("SELECT accept_quote(%s, '2026-02-28')", quote)
    assert crm.all("SELECT stage, amount FROM opportunity") == [("Closed won", 23.75)]
    assert crm.all("SELECT quantity, unit FROM opportunity_line ORDER BY line_no") == [
        (2, "box"),
        (0.5, "kg"),
    ]
    with pytest.raises(RaiseException, match="Q-00001 is accepted"):
        crm.do("SELECT accept_quote(%s)", quote)


def test_a_quote_is_not_accepted_after_its_day_nor_once_the_deal_is_lost(crm: Crm) -> None:
    late, lost = deal(crm, crm.account()), deal(crm, crm.account())
    one = crm.one("SELECT send_quote(%s, '2026-03-01')", late)
    two = crm.one("SELECT send_quote(%s, '2026-03-01')", lost)
    with pytest.raises(RaiseException, match="Q-00001 was valid until 2026-03-01"):
        crm.do("SELECT accept_quote(%s, '2026-03-02')", one)
    crm.do("SELECT lose_opportunity(%s, 'price', '2026-02-01')", lost)
    with pytest.raises(RaiseException, match="Q-00002 is rejected"):
        crm.do("SELECT accept_quote(%s, '2026-02-02')", two)
    assert crm.all("SELECT stage FROM opportunity ORDER BY number") == [
        ("Proposal",),
        ("Closed lost",),
    ]


def test_a_quote_needs_an_account(crm: Crm) -> None:
    made = deal(crm, None, lead(crm))
    with pytest.raises(RaiseException, match="convert its lead first"):
        crm.do("SELECT send_quote(%s, '2026-03-01')", made)


def test_a_contract_is_signed_once_and_in_time(crm: Crm) -> None:
    query = (
        "INSERT INTO contract (account_id, company, currency, ends_on) "
        "VALUES (%s, 'Hamburg', 'EUR', '2026-12-31') RETURNING id"
    )
    made = crm.one(query, crm.account())
    with pytest.raises(RaiseException, match="CT-00001 ends on 2026-12-31"):
        crm.do("SELECT sign_contract(%s, '2027-01-01')", made)
    crm.do("SELECT sign_contract(%s, '2026-01-05')", made)
    assert crm.all("SELECT status, signed_on FROM contract") == [("Active", date(2026, 1, 5))]
    with pytest.raises(RaiseException, match="CT-00001 is active"):
        crm.do("SELECT sign_contract(%s)", made)


def test_a_ticket_is_closed_with_a_mark_and_opened_again_without(crm: Crm) -> None:
    query = "SELECT open_ticket(%s, 'Broken', 'High', opened => '2026-01-05 10:00')"
    made = crm.one(query, crm.account())
    with pytest.raises(RaiseException, match="T-00001 was opened at 2026-01-05 10:00:00, after"):
        crm.do("SELECT close_ticket(%s, 4, '2026-01-05 09:00')", made)
    crm.do("SELECT close_ticket(%s, 4, '2026-01-06 09:00')", made)
    with pytest.raises(RaiseException, match="T-00001 is closed"):
        crm.do("SELECT close_ticket(%s, 5)", made)
    assert crm.all("SELECT status, satisfaction FROM ticket") == [("Closed", 4)]
    crm.do("SELECT reopen_ticket(%s)", made)
    assert crm.all("SELECT status, satisfaction, closed_at FROM ticket") == [("Open", None, None)]
