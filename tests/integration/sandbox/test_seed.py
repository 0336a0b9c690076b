from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from concord.errors import ConcordError
from concord.sandbox.database import CRM, ERP, is_empty
from concord.sandbox.seed import CHUNK, TRUTH_COLUMNS, seed
from concord.sandbox.world import MAX_CUSTOMERS
from tests.integration.sandbox.pairs import Pair

COUNT = CHUNK + 200


def test_equal_seeds_make_equal_sides_and_truths(
    empty_pair: Callable[[], Pair], tmp_path: Path
) -> None:
    one, two, other = empty_pair(), empty_pair(), empty_pair()
    first = seed(*one.urls, COUNT, 5, tmp_path / "one.csv")
    second = seed(*two.urls, COUNT, 5, tmp_path / "two.csv")
    seed(*other.urls, COUNT, 6, tmp_path / "other.csv")
    assert first == second
    assert one.rows() == two.rows()
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert one.rows() != other.rows()


def test_the_summary_and_the_truth_agree_with_the_databases(pair: Pair, tmp_path: Path) -> None:
    calls: list[tuple[int, int]] = []
    done = seed(*pair.urls, COUNT, 1, tmp_path / "truth.csv", lambda *n: calls.append(n))
    assert calls == [(CHUNK, COUNT), (COUNT, COUNT)]
    assert str(done).startswith(f"1,200 customers in {sum(done.rows.values()):,} rows")
    assert done.both + done.erp_only + done.crm_only == done.customers == COUNT
    rows = pair.rows()
    assert done.rows == {table: len(found) for table, found in rows.items()}
    with (tmp_path / "truth.csv").open(encoding="utf-8", newline="") as file:
        header, *truth = list(csv.reader(file))
    assert tuple(header) == TRUTH_COLUMNS
    entities = ("party", "contact", "address")
    keys = {
        (side.name, entity, str(row[0]))
        for side in (ERP, CRM)
        for entity, table in zip(entities, side.tables, strict=True)
        for row in rows[table]
    }
    assert {(s, e, key) for _, s, e, key, _ in truth} == keys
    assert len(truth) == len(keys) == sum(done.rows.values())
    assert sum(dirt.count("link_scored") for *_, dirt in truth) == done.dirt["link_scored"]


def test_keys_go_on_after_the_seeded_ones(pair: Pair, tmp_path: Path) -> None:
    done = seed(*pair.urls, 20, 1, tmp_path / "truth.csv")
    pair.at("erp", "INSERT INTO customers (name, kind) VALUES ('Acme', 'O')")
    pair.at(
        "erp",
        "INSERT INTO customer_contacts (customer_code, full_name) "
        "SELECT max(customer_code), 'Anna' FROM customers",
    )
    found = pair.at("erp", "SELECT max(customer_code) FROM customers")
    assert found == [(f"C{done.rows['customers'] + 1:06d}",)]
    found = pair.at("erp", "SELECT max(contact_no) FROM customer_contacts")
    assert found == [(done.rows["customer_contacts"] + 1,)]


def test_a_sandbox_with_customers_is_not_seeded_again(pair: Pair, tmp_path: Path) -> None:
    seed(*pair.urls, 10, 1, tmp_path / "truth.csv")
    before = pair.rows()
    with pytest.raises(ConcordError, match="holds customers already"):
        seed(*pair.urls, 10, 2, tmp_path / "other.csv")
    assert pair.rows() == before
    assert not (tmp_path / "other.csv").exists()


def test_a_seed_that_fails_leaves_nothing(pair: Pair, tmp_path: Path) -> None:
    pair.at("crm", "ALTER TABLE person ADD CHECK (false)")
    with pytest.raises(psycopg.errors.CheckViolation):
        seed(*pair.urls, 50, 1, tmp_path / "truth.csv")
    assert is_empty(*pair.urls)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("customers", [0, -1, MAX_CUSTOMERS + 1])
def test_a_number_out_of_range_is_refused(pair: Pair, tmp_path: Path, customers: int) -> None:
    with pytest.raises(ConcordError, match="makes 1 to"):
        seed(*pair.urls, customers, 1, tmp_path / "truth.csv")


def test_broken_rows_get_past_the_vendors_constraints(pair: Pair, tmp_path: Path) -> None:
    done = seed(*pair.urls, 3000, 2, tmp_path / "truth.csv")
    assert pair.at("erp", "SELECT count(*) FROM customers WHERE name = ''")[0][0] > 0
    (future,) = pair.at(
        "erp", "SELECT count(*) FROM customers WHERE customer_since > to_char(now(), 'YYYYMMDD')"
    )
    assert future[0] > 0
    (mails,) = pair.at(
        "crm",
        r"SELECT count(*) FROM account WHERE email_address !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'",
    )
    assert mails[0] > 0
    words = "('Atlantis', 'n/a', 'Europe')"
    (countries,) = pair.at("crm", f"SELECT count(*) FROM account WHERE country IN {words}")
    assert countries[0] == done.dirt["broken_country"] > 0
