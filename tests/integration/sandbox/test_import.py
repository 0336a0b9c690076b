from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.sandbox.database import is_empty
from concord.sandbox.northwind import import_northwind
from concord.sandbox.seed import seed
from tests.integration.sandbox.pairs import Pair

NORTHWIND = Path(__file__).parents[2] / "unit" / "sandbox" / "northwind"


def test_northwinds_91_customers_come_into_the_erp_as_they_are(
    empty_pair: Callable[[], Pair],
) -> None:
    made = empty_pair()
    done = import_northwind(NORTHWIND, *made.urls)
    assert (done.both, done.erp_only, done.crm_only) == (78, 13, 4)
    assert str(done).startswith("91 customers in the ERP; 78 of them also in the CRM")
    assert made.at("erp", "SELECT count(*) FROM customers") == [(91,)]
    found = made.at(
        "erp",
        "SELECT name, country_code, phone, full_name, position, addr_type, street, city, zip "
        "FROM customers JOIN customer_contacts USING (customer_code) "
        "JOIN customer_addresses a USING (customer_code, country_code) "
        "WHERE customer_code = 'ALFKI'",
    )
    assert found == [
        (
            *("Alfreds Futterkiste", "DE", "030-0074321", "Maria Anders", "Sales Representative"),
            *("BI", "Obere Str. 57", "Berlin", "12209"),
        )
    ]


def test_the_crm_differs_where_a_rule_can_settle_it(empty_pair: Callable[[], Pair]) -> None:
    made = empty_pair()
    import_northwind(NORTHWIND, *made.urls)
    found = made.at(
        "crm",
        "SELECT a.country, phone_number, line1 FROM account a JOIN account_address d "
        "ON d.account_id = a.id WHERE account_name = 'Alfreds Futterkiste'",
    )
    assert found == [("Germany", "+49 30 0074321", "Obere Straße 57")]
    (terms,) = made.at("crm", "SELECT count(*) FROM account WHERE payment_term = 'Net 60'")
    (webs,) = made.at("crm", "SELECT count(*) FROM account WHERE web IS NOT NULL")
    (mails,) = made.at("crm", "SELECT count(*) FROM account WHERE email_address IS NOT NULL")
    assert (terms[0] > 10, webs[0] > 10, mails[0] > 40) == (True, True, True)


def test_every_seventh_customer_is_unknown_to_the_crm(empty_pair: Callable[[], Pair]) -> None:
    made = empty_pair()
    import_northwind(NORTHWIND, *made.urls)
    accounts = {name for (name,) in made.at("crm", "SELECT account_name FROM account")}
    customers = made.at("erp", "SELECT name FROM customers ORDER BY customer_code")
    unknown = [i for i, (name,) in enumerate(customers, 1) if name not in accounts]
    assert unknown == list(range(7, 92, 7))
    assert len(accounts - {name for (name,) in customers}) == 4


def test_two_imports_of_the_same_file_are_equal(empty_pair: Callable[[], Pair]) -> None:
    one, two = empty_pair(), empty_pair()
    import_northwind(NORTHWIND, *one.urls)
    import_northwind(NORTHWIND, *two.urls)
    assert one.rows() == two.rows()


def test_a_second_import_is_refused_and_changes_nothing(empty_pair: Callable[[], Pair]) -> None:
    made = empty_pair()
    import_northwind(NORTHWIND, *made.urls)
    before = made.rows()
    with pytest.raises(ConcordError, match="holds 91 of these customers already"):
        import_northwind(NORTHWIND, *made.urls)
    assert made.rows() == before


def test_a_wrong_file_changes_nothing(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id\nALFKI\n")
    with pytest.raises(ConcordError, match=r"customers\.csv:1: the column company_name"):
        import_northwind(tmp_path, *pair.urls)
    assert is_empty(*pair.urls)


def test_northwind_can_join_a_seeded_sandbox(pair: Pair, tmp_path: Path) -> None:
    done = seed(*pair.urls, 30, 1, tmp_path / "truth.csv")
    import_northwind(NORTHWIND, *pair.urls)
    assert pair.at("erp", "SELECT count(*) FROM customers") == [(91 + done.rows["customers"],)]
