"""A reason that only looks like one explains nothing: what it does not cover stays unexplained."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import psycopg

from concord.pipeline import begin, certify, finish
from tests.business.nights import adds_up, differences, newest_invoice, night, silently, tied
from tests.business.people import MONEY, People


def forge(people: People, number: str, what: str, *values: Any) -> None:
    """Change an invoice in the CRM and in what the hub saw of it: as if it had come that way."""
    with psycopg.connect(people.hub.url) as conn:
        changed = conn.execute(
            f"UPDATE image.invoice_crm SET {what} WHERE number = %s".encode(), (*values, number)
        )
        assert changed.rowcount == 1
    silently(people, "crm", f"UPDATE invoice SET {what} WHERE number = %s", *values, number)


def test_a_record_that_changed_meanwhile_is_counted_once_beside_a_forged_one(
    traded: People,
) -> None:
    paid = str(traded.one("erp", "SELECT min(invoice_no) FROM invoices"))
    key = traded.one("erp", "SELECT invoice_id FROM invoices WHERE invoice_no = %s", paid)
    number = newest_invoice(traded)
    assert number != paid

    def meanwhile() -> None:
        traded.press("erp", "pay", [key], [Decimal(100)])
        cent = "UPDATE invoices SET open_amount = open_amount - 0.01 WHERE invoice_no = %s"
        silently(traded, "erp", cent, number)

    one = tied(traded, night(traded, meanwhile=meanwhile))
    assert {d for d in differences(one) if d[0] == "receivables"} == {
        ("receivables", "erp", "timing", (paid,)),
        ("receivables", "erp", "", (number,)),
    }
    assert one.verdict == "bad"
    assert all(adds_up(one))


def test_more_than_the_digits_that_are_cut_off_is_no_rounding(traded: People) -> None:
    traded.crm("ALTER TABLE invoice ALTER total TYPE numeric(14, 0)")
    traded.billed(traded.confirmed(("BOLT", 1, 33)))
    number = newest_invoice(traded)
    traded.carry(*MONEY)
    one = tied(traded, night(traded, meanwhile=lambda: forge(traded, number, "total = total + 1")))
    assert {d for d in differences(one) if d[0] == "invoices"} == {
        ("invoices", "crm", "", (number,))
    }


def test_a_quarantined_record_of_another_system_explains_nothing(traded: People) -> None:
    number = newest_invoice(traded)

    def meanwhile() -> None:
        forge(traded, number, "total = total + 1")
        traded.ops(
            "INSERT INTO ops.quarantine"
            " (system, entity, source_id, causes, first_batch, last_batch)"
            " SELECT 'erp', 'invoice', source_id, '[]', 1, 1 FROM image.invoice_crm"
            " WHERE number = %s",
            number,
        )

    one = tied(traded, night(traded, meanwhile=meanwhile))
    assert differences(one) == {("invoices", "crm", "", (number,))}


def test_a_held_write_of_another_field_explains_no_amount(traded: People) -> None:
    traded.limit("crm", count=0, share=0)
    number = newest_invoice(traded)
    silently_due = "UPDATE invoices SET due_date = due_date + 1 WHERE invoice_no = %s"
    traded.erp(silently_due, number)
    one = tied(traded, night(traded, meanwhile=lambda: forge(traded, number, "total = total + 1")))
    held = "SELECT count(*) FROM ops.change_set WHERE state = 'held' AND entity = 'invoice'"
    assert traded.one("hub", held) == 1
    assert {d for d in differences(one) if d[0] == "invoices"} == {
        ("invoices", "crm", "", (number,))
    }


def test_a_night_that_failed_is_not_certified(traded: People) -> None:
    batch = begin(traded.engine, lane="nightly", run_id="broken")
    finish(traded.engine, batch, error="the ERP was away")
    assert certify(traded.engine, batch) == {}
    assert traded.ops("SELECT 1 FROM ops.certificate") == []
