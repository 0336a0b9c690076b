"""The night's certificates: totals tie, and every difference has its reason or is raised."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from concord.certify import anchor, own, store
from concord.certify.verify import verify
from concord.cli.__main__ import main
from concord.errors import TooEarly
from concord.pipeline import begin, certify, extract, finish, unify, validate
from tests.business.nights import adds_up, differences, newest_invoice, night, silently, tied
from tests.business.people import MONEY, People, in_days


def test_after_a_good_night_all_totals_agree_as_the_systems_themselves_say(traded: People) -> None:
    one = tied(traded, night(traded))
    assert (one.verdict, differences(one)) == ("good", set())
    with traded.hub.connect() as conn:
        complete, _ = store.of_batch(conn, one.batch)
    assert complete.verdict == "good"
    invoices = [t for t in complete.content["tables"] if t["entity"] == "invoice"]
    assert [t["comparison"]["compared"] for t in invoices] == [2, 2]
    controls = {control["name"]: control for control in one.content["controls"]}
    assert set(controls) == {"sales_orders", "invoices", "receivables", "payments", "stock"}
    for control in controls.values():
        assert control["sides"] == {s: {"own": True, "why": ""} for s in ("erp", "crm")}
        assert control["groups"]
    month = f"{in_days(0):%Y-%m}"
    billed = {tuple(g["key"]): g for g in controls["invoices"]["groups"]}
    assert billed["cn01", "CNY", "posted", month]["crm"] == [1, "452", "452"]
    assert billed["de01", "EUR", "posted", month]["erp"] == [1, "119", "952"]
    open_ = {tuple(g["key"]): g["golden"] for g in controls["receivables"]["groups"]}
    assert open_["cn01", "CNY", "partial", month] == [1, "400", "400"]


def test_a_cent_that_is_changed_behind_all_backs_is_unexplained_and_names_its_invoice(
    traded: People, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    number = newest_invoice(traded)
    cent = "UPDATE invoice SET total = total + 0.01 WHERE number = %s"
    one = tied(traded, night(traded, meanwhile=lambda: silently(traded, "crm", cent, number)))
    assert one.verdict == "bad"
    assert differences(one) == {("invoices", "crm", "", (number,))}
    [(figures,)] = [
        [d["figures"] for d in group["differences"]]
        for control in one.content["controls"]
        for group in control["groups"]
        if group["differences"]
    ]
    assert figures == [0, "0.01", "0.08"]
    assert all(adds_up(one))

    monkeypatch.setenv("CONCORD_HUB_URL", traded.hub.url)
    assert main(["status"]) == 0
    said = f"totals of invoices in crm differ without a reason ({number})"
    assert said in capsys.readouterr().out
    assert tied(traded, night(traded)).verdict == "good"
    assert main(["status"]) == 0
    assert "differ without a reason" not in capsys.readouterr().out


def test_a_record_that_appears_or_goes_behind_all_backs_is_unexplained(traded: People) -> None:
    number = newest_invoice(traded)

    def meanwhile() -> None:
        silently(traded, "crm", "DELETE FROM payment")
        silently(
            traded,
            "erp",
            "INSERT INTO invoices (invoice_no, kind, company_code, customer_code, invoice_date,"
            " due_date, status, payment_status, currency, rate, net_total, tax_total, total,"
            " open_amount) SELECT 'FORGED', kind, company_code, customer_code, invoice_date,"
            " due_date, status, payment_status, currency, rate, net_total, tax_total, total,"
            " open_amount FROM invoices WHERE invoice_no = %s",
            number,
        )

    one = tied(traded, night(traded, meanwhile=meanwhile))
    payment = str(traded.one("erp", "SELECT payment_no FROM payments"))
    assert differences(one) == {
        ("payments", "crm", "", (payment,)),
        ("invoices", "erp", "", ("FORGED",)),
        ("receivables", "erp", "", ("FORGED",)),
    }
    assert all(adds_up(one))


def test_what_people_do_during_the_night_is_timing(traded: People) -> None:
    so = traded.phone(("BOLT", 1, 70))
    traded.carry()

    def meanwhile() -> None:
        traded.press("erp", "confirm_order", so)
        traded.phone(("NUT", 1, 5))

    one = tied(traded, night(traded, meanwhile=meanwhile))
    assert one.verdict == "explained"
    assert {(control, side, why) for control, side, why, _ in differences(one)} == {
        ("sales_orders", "erp", "timing")
    }
    assert all(adds_up(one))


def test_an_invoice_in_quarantine_is_the_reason_that_it_is_missing(traded: People) -> None:
    number = newest_invoice(traded)
    silently(
        traded,
        "erp",
        "INSERT INTO invoices (invoice_no, kind, company_code, customer_code, invoice_date,"
        " due_date, status, payment_status, currency, rate, net_total, tax_total, total,"
        " open_amount) SELECT 'RE-BAD', kind, '9999', customer_code, invoice_date, due_date,"
        " status, payment_status, currency, rate, net_total, tax_total, total, open_amount"
        " FROM invoices WHERE invoice_no = %s",
        number,
    )
    one = tied(traded, night(traded))
    assert one.verdict == "explained"
    assert differences(one) == {
        (control, "erp", "quarantine", ("RE-BAD",)) for control in ("invoices", "receivables")
    }
    assert all(adds_up(one))


def test_a_change_set_that_waits_for_a_person_is_the_reason_that_the_crm_lags(
    traded: People,
) -> None:
    traded.limit("crm", count=0, share=0)
    traded.billed(traded.confirmed(("BOLT", 2, 100)))
    number = newest_invoice(traded)
    one = tied(traded, night(traded))
    assert one.verdict == "explained"
    assert {d for d in differences(one) if d[0] == "invoices"} == {
        ("invoices", "crm", "held", (number,))
    }
    assert {(side, why) for _, side, why, _ in differences(one)} <= {
        ("crm", "held"), ("crm", "parked"), ("crm", "timing")
    }  # fmt: skip
    assert all(adds_up(one))


def test_a_write_that_did_not_arrive_is_timing(traded: People) -> None:
    traded.billed(traded.confirmed(("BOLT", 2, 100)))
    number = newest_invoice(traded)
    batch = begin(traded.engine, lane="fast", run_id="unfinished")
    for system in ("erp", "crm"):
        extract(traded.engine, batch, system)
    validate(traded.engine, batch)
    unify(traded.engine, batch)  # planned, and never loaded
    with traded.hub.connect() as conn:
        conn.execute("UPDATE ops.intent SET state = 'unknown' WHERE state = 'waiting'")
    night_ = begin(traded.engine, lane="nightly", run_id="without loads")
    with traded.hub.connect() as conn:
        conn.execute("UPDATE ops.batch SET state = 'done' WHERE batch_id = %s", (night_,))
    certify(traded.engine, night_)
    one = tied(traded, night_)
    assert ("invoices", "crm", "timing", (number,)) in differences(one)
    assert one.verdict == "explained"
    assert all(adds_up(one))


def test_what_was_deleted_in_the_crm_on_purpose_is_policy(traded: People) -> None:
    payment = str(traded.one("erp", "SELECT payment_no FROM payments"))
    traded.crm("DELETE FROM payment_allocation")
    traded.crm("DELETE FROM payment")
    traded.carry(*MONEY)
    one = tied(traded, night(traded))
    assert differences(one) == {("payments", "crm", "policy", (payment,))}
    assert one.verdict == "explained"


def test_a_column_that_keeps_fewer_digits_is_rounding(traded: People) -> None:
    traded.crm("ALTER TABLE invoice ALTER total TYPE numeric(14, 0)")
    traded.billed(traded.confirmed(("BOLT", 1, Decimal("33.33"))))
    number = newest_invoice(traded)
    traded.carry(*MONEY)
    one = tied(traded, night(traded))
    assert {d for d in differences(one) if d[0] == "invoices"} == {
        ("invoices", "crm", "rounding", (number,))
    }
    assert one.verdict == "explained"
    assert all(adds_up(one))


def test_another_rate_for_the_same_amount_is_told_from_another_amount(traded: People) -> None:
    number = newest_invoice(traded)

    def meanwhile() -> None:
        with psycopg.connect(traded.hub.url) as conn:
            conn.execute(
                "UPDATE image.invoice_crm SET rate = rate + 1 WHERE number = %s", (number,)
            )
        silently(traded, "crm", "UPDATE invoice SET rate = rate + 1 WHERE number = %s", number)

    one = tied(traded, night(traded, meanwhile=meanwhile))
    assert differences(one) == {
        (control, "crm", "exchange_rate", (number,)) for control in ("invoices", "receivables")
    }


class _HasNone:
    """What no snapshot is."""


def test_a_system_that_has_no_totals_says_so_and_its_images_stand_in(
    traded: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "Totalling", _HasNone)
    one = tied(traded, night(traded))
    assert one.verdict == "good"
    for control in one.content["controls"]:
        for side in control["sides"].values():
            assert side == {"own": False, "why": "its adapter has no totals"}


def test_certificates_are_issued_once_anchored_and_written_as_pages(
    traded: People, home: Path
) -> None:
    batch = night(traded)
    again = certify(traded.engine, batch)
    assert again == {"certificates": 2, "explained": 0, "unexplained": 0}
    with traded.hub.connect() as conn:
        assert [c.kind for c in store.of_batch(conn, batch)] == ["completeness", "tie"]
        assert verify(conn, home / anchor.FILE).broken is None
    assert len((home / anchor.FILE).read_text().splitlines()) == 2
    pages = {p.name for p in (home / "reports").glob("certificate-*.html")}
    assert pages == {"certificate-1-completeness.html", "certificate-2-tie.html"}


def test_an_attempt_that_died_before_the_anchor_is_made_up_for(
    traded: People, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(anchor, "keep", broken)
        with pytest.raises(KeyboardInterrupt):
            night(traded)
    assert not (home / anchor.FILE).exists()
    batch = int(traded.one("hub", "SELECT max(batch_id) FROM ops.batch"))
    certify(traded.engine, batch)
    with traded.hub.connect() as conn:
        assert verify(conn, home / anchor.FILE).broken is None
        assert len(store.of_batch(conn, batch)) == 2


def test_only_a_whole_night_that_ended_well_is_certified(traded: People) -> None:
    dry = begin(traded.engine, lane="nightly", run_id="dry", dry_run=True)
    with pytest.raises(TooEarly):
        certify(traded.engine, dry)
    finish(traded.engine, dry, error="stopped")
    assert certify(traded.engine, dry) == {}
    traded.batch("fast")
    traded.batch("nightly", dry_run=True)
    assert traded.ops("SELECT 1 FROM ops.certificate") == []
