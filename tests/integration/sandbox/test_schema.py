from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from concord.errors import ConcordError, NotAuthorised, SystemUnavailable
from concord.sandbox.database import create, drop, is_empty, reset
from tests.integration.sandbox.pairs import Pair

CUSTOMER = "INSERT INTO customers (customer_code, name, kind) VALUES ('X1', 'Acme', 'O')"
ACCOUNT = "INSERT INTO account (id, account_name) VALUES (gen_random_uuid(), 'Acme')"


def test_an_unprivileged_owner_can_make_empty_and_drop_both_sides(pg: Any) -> None:
    names, role = [pg.name("owned"), pg.name("owned")], pg.name("vendor")
    with psycopg.connect(pg.url("postgres"), autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
    for name in names:
        pg.create(name, owner=role)
    urls = [pg.url(name, role) for name in names]
    try:
        create(*urls)
        assert is_empty(*urls)
        reset(*urls)
        drop(*urls)
        with psycopg.connect(urls[0]) as conn:
            query = "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            assert conn.execute(query).fetchone() == (0,)
            query = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            assert conn.execute(query).fetchone() == (0,)
    finally:
        for name in names:
            pg.drop(name)


def test_a_role_without_rights_is_told_what_to_do(pg: Any, empty_pair: Callable[[], Pair]) -> None:
    made = empty_pair()
    urls = [url.replace("postgres@", "concord_reporter@") for url in made.urls]
    with pytest.raises(NotAuthorised, match="Make the sandbox's role the owner"):
        create(*urls)


def test_creating_twice_leaves_everything_as_it_is(pair: Pair) -> None:
    pair.at("erp", CUSTOMER)
    create(*pair.urls)
    assert pair.at("erp", "SELECT customer_code FROM customers") == [("X1",)]


@pytest.mark.parametrize("deed", [create, drop, reset])
def test_a_companys_own_table_of_that_name_is_never_touched(
    empty_pair: Callable[[], Pair], deed: Callable[[str, str], None]
) -> None:
    made = empty_pair()
    for table in ("customers", "customer_contacts", "customer_addresses"):
        made.at("erp", f"CREATE TABLE {table} (id int)")
        with pytest.raises(ConcordError, match=f"not the sandbox's: .*{table}"):
            deed(*made.urls)
    assert made.at("erp", "SELECT count(*) FROM customers") == [(0,)]


def test_half_a_sandbox_is_refused(pair: Pair) -> None:
    pair.at("crm", "DROP TABLE person")
    with pytest.raises(ConcordError, match="only a part"):
        create(*pair.urls)


def test_emptying_keeps_what_an_administrator_added_and_starts_the_keys_again(pair: Pair) -> None:
    pair.at("erp", "INSERT INTO customers (name, kind) VALUES ('Acme', 'O')")
    pair.at("crm", ACCOUNT)
    pair.at("erp", "ALTER TABLE customers ADD COLUMN remark text")
    assert not is_empty(*pair.urls)
    reset(*pair.urls)
    assert is_empty(*pair.urls)
    pair.at("erp", "INSERT INTO customers (name, kind, remark) VALUES ('Beta', 'O', 'x')")
    assert pair.at("erp", "SELECT customer_code FROM customers") == [("C000001",)]


def test_a_side_that_is_away_is_named_without_its_password(pair: Pair) -> None:
    with pytest.raises(SystemUnavailable) as caught:
        create(pair.erp, "postgresql://u:secret@127.0.0.1:1/crm")
    assert str(caught.value).startswith("crm at 127.0.0.1:1/crm cannot be reached")
    assert "secret" not in str(caught.value)


def test_an_address_that_is_none_is_not_repeated(pair: Pair) -> None:
    with pytest.raises(ConcordError, match="address of the sandbox's erp is not one") as caught:
        create("u:secret@host", pair.crm)
    assert "secret" not in str(caught.value)


def test_codes_go_on_beyond_a_million(pair: Pair) -> None:
    pair.at("erp", "SELECT setval('customer_code_seq', 999999)")
    pair.at("erp", "INSERT INTO customers (name, kind) VALUES ('Acme', 'O')")
    assert pair.at("erp", "SELECT customer_code FROM customers") == [("C1000000",)]


@pytest.mark.parametrize(
    ("side", "statement", "error"),
    [
        ("erp", "INSERT INTO customers (name) VALUES ('A')", errors.NotNullViolation),
        ("erp", "INSERT INTO customers (kind) VALUES ('O')", errors.NotNullViolation),
        ("erp", "UPDATE customers SET kind = 'Z'", errors.CheckViolation),
        ("erp", "UPDATE customers SET status = 'Z'", errors.CheckViolation),
        ("erp", "UPDATE customers SET terms_code = 'N45'", errors.CheckViolation),
        ("erp", "UPDATE customers SET country_code = 'D1'", errors.CheckViolation),
        ("erp", "UPDATE customers SET customer_since = '2024'", errors.CheckViolation),
        ("erp", "UPDATE customers SET credit_limit = -1", errors.CheckViolation),
        (
            "erp",
            "UPDATE customers SET name = repeat('x', 81)",
            errors.StringDataRightTruncation,
        ),
        (
            "erp",
            "INSERT INTO customer_contacts (customer_code, full_name) VALUES ('nobody', 'A')",
            errors.ForeignKeyViolation,
        ),
        (
            "erp",
            "INSERT INTO customer_addresses (customer_code, addr_type) "
            "VALUES ('X1', 'BI'), ('X1', 'BI')",
            errors.UniqueViolation,
        ),
        ("crm", "UPDATE account SET account_name = NULL", errors.NotNullViolation),
        ("crm", "UPDATE account SET state = 'Asleep'", errors.CheckViolation),
        ("crm", "UPDATE account SET payment_term = 'Net 45'", errors.CheckViolation),
        (
            "crm",
            "INSERT INTO account_address (account_id, kind) "
            "SELECT id, 'billing' FROM account, generate_series(1, 2)",
            errors.UniqueViolation,
        ),
        (
            "crm",
            "INSERT INTO person (account_id, display_name) VALUES (gen_random_uuid(), 'A')",
            errors.ForeignKeyViolation,
        ),
    ],
)
def test_the_vendors_constraints_hold(pair: Pair, side: str, statement: str, error: Any) -> None:
    pair.at("erp", CUSTOMER)
    pair.at("crm", ACCOUNT)
    with pytest.raises(error):
        pair.at(side, statement)


def test_the_erp_normalises_what_is_typed_and_notes_the_time(pair: Pair) -> None:
    pair.at(
        "erp",
        "INSERT INTO customers (customer_code, name, kind, vat_no, country_code, updated_at) "
        "VALUES ('X1', '  Acme ', 'O', ' de1 ', 'de', '2020-01-01')",
    )
    query = "SELECT name, vat_no, country_code, updated_at > now() - interval '1 h' FROM customers"
    assert pair.at("erp", query) == [("Acme", "DE1", "DE", False)]
    pair.at("erp", "UPDATE customers SET country_code = 'fr'")
    assert pair.at("erp", query) == [("Acme", "DE1", "FR", True)]


def test_the_crm_normalises_mail_and_keeps_time_in_utc_without_zone(pair: Pair) -> None:
    pair.at(
        "crm",
        "INSERT INTO account (account_name, email_address, modified_on) "
        "VALUES (' Acme ', ' Info@ACME.example ', '2020-01-01')",
    )
    query = (
        "SELECT account_name, email_address, "
        "abs(extract(epoch FROM modified_on - (now() AT TIME ZONE 'UTC'))) < 60 FROM account"
    )
    assert pair.at("crm", query) == [("Acme", "info@acme.example", False)]
    pair.at("crm", "SET TIME ZONE 'Asia/Shanghai'; UPDATE account SET web = 'x'")
    assert pair.at("crm", query) == [("Acme", "info@acme.example", True)]


def test_an_account_takes_its_people_and_addresses_with_it(pair: Pair) -> None:
    pair.at("crm", ACCOUNT)
    pair.at("crm", "INSERT INTO person (account_id, display_name) SELECT id, 'A' FROM account")
    pair.at(
        "crm", "INSERT INTO account_address (account_id, kind) SELECT id, 'billing' FROM account"
    )
    pair.at("crm", "DELETE FROM account")
    assert pair.at("crm", "SELECT FROM person UNION ALL SELECT FROM account_address") == []
