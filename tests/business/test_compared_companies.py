"""A comparison is counted by company: whose records were there, and whose had differed."""

from __future__ import annotations

from typing import Any

import psycopg

from concord.certify import store
from tests.business.nights import newest_invoice, night, silently
from tests.business.people import People


def by_company(people: People, batch: int, entity: str, system: str) -> dict[str, Any]:
    with people.hub.connect() as conn:
        [complete] = [c for c in store.of_batch(conn, batch) if c.kind == "completeness"]
    [found] = [
        table["comparison"]["companies"]
        for table in complete.content["tables"]
        if (table["entity"], table["system"]) == (entity, system)
    ]
    assert isinstance(found, dict)
    return found


def counts(records: int, missing: int = 0, extra: int = 0, changed: int = 0) -> dict[str, int]:
    return {"records": records, "missing": missing, "extra": extra, "changed": changed}


def test_each_companys_records_are_counted_on_both_sides(traded: People) -> None:
    batch = night(traded)
    for system in ("erp", "crm"):
        assert by_company(traded, batch, "invoice", system) == {
            "cn01": counts(1),
            "de01": counts(1),
        }
    assert by_company(traded, batch, "product", "erp") == {}


def test_what_differed_stands_with_its_company(traded: People) -> None:
    number = newest_invoice(traded)  # of Hamburg; the other one is of Shanghai
    silently(traded, "crm", "UPDATE invoice SET total = total + 1 WHERE number = %s", number)
    silently(traded, "crm", "DELETE FROM payment")
    silently(
        traded,
        "erp",
        "INSERT INTO invoices (invoice_no, kind, company_code, customer_code, invoice_date,"
        " due_date, status, payment_status, currency, rate, net_total, tax_total, total,"
        " open_amount) SELECT 'LATE', kind, company_code, customer_code, invoice_date, due_date,"
        " status, payment_status, currency, rate, net_total, tax_total, total, open_amount"
        " FROM invoices WHERE invoice_no = %s",
        number,
    )
    batch = night(traded)
    assert by_company(traded, batch, "invoice", "crm") == {
        "cn01": counts(1),
        "de01": counts(1, changed=1),
    }
    assert by_company(traded, batch, "invoice", "erp") == {
        "cn01": counts(1),
        "de01": counts(2, extra=1),
    }
    assert by_company(traded, batch, "payment", "crm") == {"cn01": counts(0, missing=1)}


def test_every_count_by_company_adds_up_to_the_whole(traded: People) -> None:
    silently(traded, "crm", "UPDATE invoice SET total = total + 1")
    night(traded)
    with psycopg.connect(traded.hub.url) as conn:
        rows = conn.execute(
            "SELECT compared - missing, missing + extra + changed, companies FROM ops.comparison"
            " WHERE companies <> '{}'"
        ).fetchall()
    assert len(rows) > 10
    for there, confirmed, companies in rows:
        assert sum(one["records"] for one in companies.values()) == there
        assert confirmed == sum(
            one[kind] for one in companies.values() for kind in ("missing", "extra", "changed")
        )
