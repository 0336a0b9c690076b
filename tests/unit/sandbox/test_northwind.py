from __future__ import annotations

from pathlib import Path

import pytest

from concord.errors import ConcordError
from concord.sandbox.northwind import COUNTRIES, crm_rows, erp_rows, otherwise, read_customers

FILE = Path(__file__).parent / "northwind" / "customers.csv"
HEADER, FIRST, *REST = FILE.read_text(encoding="utf-8").splitlines()


def refused(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "customers.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ConcordError) as caught:
        read_customers(file)
    assert str(file) in str(caught.value)
    return str(caught.value).replace(str(file), "customers.csv")


def test_all_91_customers_are_read() -> None:
    records = read_customers(FILE)
    assert len(records) == 91
    assert records[0]["customer_id"] == "ALFKI"
    assert {r["country"] for r in records} == set(COUNTRIES)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConcordError, match=r"customers\.csv: No such file.*Give the directory"):
        read_customers(tmp_path / "customers.csv")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    text = refused(tmp_path, HEADER.replace(",phone", ""), FIRST)
    assert text.startswith("customers.csv:1: the column phone is missing")


def test_every_wrong_line_is_named_at_once(tmp_path: Path) -> None:
    long = "x" * 81
    text = refused(
        tmp_path,
        HEADER,
        FIRST,
        "B,Name,,,,,,,Atlantis,,",
        "C,,,,,,,,USA,,",
        f"D,{long},,,,,,,USA,,",
        "ALFKI,Name,,,,,,,USA,,",
        "E,Name,USA",
    ).splitlines()
    assert len(text) == 5
    assert text[0].startswith("customers.csv:3: country: is not a country known here. Known are")
    assert text[1] == "customers.csv:4: company_name: is empty. Every customer has one."
    assert text[2].startswith("customers.csv:5: company_name: has 81 characters, the ERP takes 80")
    assert text[3].startswith("customers.csv:6: customer_id: stands in an earlier line too")
    assert text[4].startswith("customers.csv:7: the record has not 11 values")
    assert long not in "".join(text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_bytes(b"\xff\xfe\x00c")
    with pytest.raises(ConcordError, match="not UTF-8 CSV"):
        read_customers(tmp_path / "customers.csv")


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert "there is no customer in it" in refused(tmp_path, HEADER)


def test_both_sides_rows_are_the_same_each_time() -> None:
    records = read_customers(FILE)
    assert erp_rows(records) == erp_rows(records)
    assert crm_rows(records) == crm_rows(records)


def test_the_erp_has_the_customers_as_they_are() -> None:
    code, name, kind, vat, country, phone, *_ = erp_rows(read_customers(FILE))["customers"][3]
    assert (code, name, kind, vat) == ("AROUT", "Around the Horn", "O", None)
    assert (country, phone) == ("GB", "(171) 555-7788")


def test_a_street_is_written_otherwise_but_not_lost() -> None:
    assert otherwise("Obere Str. 57") == "Obere Straße 57"
    assert otherwise("67, avenue de l'Europe") == "67, av. de l'Europe"
    assert otherwise("Berliner Platz 43") == "Berliner Platz 43"
