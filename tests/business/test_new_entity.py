"""A new entity is configuration: a document that both sides hold comes without a line of code."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from concord.hub.database import Hub
from concord.hub.migrate import migrate
from concord.hub.model_migrations import plan, write_migration
from concord.model.read import load_config
from concord.quality import suites
from concord.systems.registry import open_system
from tests.business.people import People
from tests.conftest import TestHub
from tests.support.world import EXPECTATIONS

HERE = Path(__file__).with_name("warranty")
CODE = EXPECTATIONS.parent / "include" / "concord"
DAY = date(2026, 3, 2)


def suite(system: str, column: str, *more: dict[str, Any]) -> str:
    """A suite that wants a value in a column, and whatever else is given."""
    given = {
        "type": "expect_column_values_to_not_be_null",
        "kwargs": {"column": column},
        "severity": "critical",
        "meta": rule(f"{column}_given", f"A warranty has a value in {column}"),
    }
    return json.dumps({"name": f"{system}.warranty", "expectations": [given, *more]}, indent=2)


def rule(name: str, words: str) -> dict[str, Any]:
    return {"rule": name, "owner": "service", "meaning": {"en": words, "zh": words}}


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.fixture
def configured(people: People, tmp_path: Path) -> tuple[Path, Path]:
    """Copies of the shipped configuration and suites, with the files of the new entity in them."""
    assert people.config.root is not None
    config = Path(shutil.copytree(people.config.root, tmp_path / "config"))
    expectations = Path(shutil.copytree(EXPECTATIONS, tmp_path / "expectations"))
    shutil.copytree(HERE / "config", config, dirs_exist_ok=True)
    lanes = config / "lanes.yaml"
    text = lanes.read_text()
    assert text.count("purchase_requisition]") == 2  # fast and nightly
    lanes.write_text(text.replace("purchase_requisition]", "purchase_requisition, warranty]"))
    positive = {
        "type": "unexpected_rows_expectation",
        "kwargs": {"unexpected_rows_query": {"$sql": "warranty_lines_positive"}},
        "severity": "critical",
        "meta": rule("warranty_lines_positive", "A warranty covers more than nothing"),
    }
    (expectations / "erp" / "warranty.json").write_text(suite("erp", "customer_code"))
    (expectations / "crm" / "warranty.json").write_text(suite("crm", "account_id"))
    (expectations / "golden" / "warranty.json").write_text(suite("golden", "party", positive))
    shutil.copy(HERE / "warranty_lines_positive.sql", expectations / "golden" / "sql")
    return config, expectations


@pytest.fixture
def company(people: People, configured: tuple[Path, Path]) -> People:
    """The company with both vendors' warranty modules, and files that say so."""
    people.erp((HERE / "erp.sql").read_text())
    people.crm((HERE / "crm.sql").read_text())
    root, expectations = configured
    assert isinstance(people.hub, TestHub)
    with Hub(people.hub.owner_url).connect() as conn:
        path = write_migration(load_config(root), plan(conn, load_config(root)))
    config = load_config(root)
    assert migrate(people.hub.owner_url, config).files == (path.name,)
    suites.load(expectations, config)
    for system in ("erp", "crm"):
        opened = open_system(config.system[system], people.urls[system])
        mappings = [e.by_system[system] for e in config.entities if system in e.by_system]
        opened.execute(opened.prepare(mappings))
    return People(config, people.hub, people.urls, expectations, _runs=people._runs)


def test_a_document_with_lines_references_suites_and_a_rule_is_added_by_files_alone(
    company: People, configured: tuple[Path, Path], people: People
) -> None:
    assert people.config.root is not None
    root, expectations = configured
    assert files(root).keys() - files(people.config.root).keys() == {
        "codes/warranty_status.yaml", "model/warranty.yaml",
        "migrations/0007_warranty_warranty_lines.sql",
        "rules/warranty_from_delivery.sql", "rules/warranty_from_delivery.yaml",
    }  # fmt: skip
    assert files(expectations).keys() - files(EXPECTATIONS).keys() == {
        "erp/warranty.json", "crm/warranty.json", "golden/warranty.json",
        "golden/sql/warranty_lines_positive.sql",
    }  # fmt: skip
    assert not [p for p in CODE.rglob("*.*") if b"warranty" in p.read_bytes().lower()]

    so = company.confirmed(("BOLT", 4, 100))
    shipment = company.press("erp", "ship", so, 1, None, None, DAY)
    company.press("erp", "deliver_shipment", shipment, DAY)
    carried = ("sales_order", "shipment", "warranty")
    company.carry(*carried)
    company.carry(*carried)
    ((number, covered, until),) = company.erp(
        "SELECT w.warranty_no, l.qty, w.ends_on"
        " FROM warranties w JOIN warranty_lines l USING (w_id)"
        " JOIN items USING (item_id) JOIN customers USING (customer_code)"
        " WHERE item_code = 'BOLT' AND customers.name = 'Acme GmbH'"
    )
    assert (covered, until) == (4, DAY + timedelta(days=730))
    shown = (
        "SELECT w.erp_number, p.code, l.quantity, w.status, w.ends_on, a.account_name"
        " FROM warranty w JOIN warranty_line l ON l.warranty_id = w.id"
        " JOIN product p ON p.id = l.product_id"
        " JOIN account a ON a.id = w.account_id"
    )
    assert company.crm(shown) == [(number, "BOLT", 4, "In force", until, "Acme GmbH")]

    company.crm("UPDATE warranty SET ends_on = %s", until + timedelta(days=1))
    typed = company.one(
        "crm",
        "INSERT INTO warranty (account_id, reference, status, starts_on) VALUES (%s, 'W', %s, %s)"
        " RETURNING id",
        *(company.account_of("Small Ltd"), "In force", DAY),
    )
    company.crm("INSERT INTO warranty_line VALUES (%s, 1, %s, -1)", typed, company.product("NUT"))
    company.carry("warranty")
    assert company.erp("SELECT ends_on FROM warranties") == [(until + timedelta(days=1),)]
    assert company.waiting() == [("golden", "warranty", "A warranty covers more than nothing")]
    company.crm("UPDATE warranty_line SET quantity = 1 WHERE warranty_id = %s", typed)
    company.erp("UPDATE warranties SET status = 'E'")
    company.carry("warranty")
    assert company.erp("SELECT status FROM warranties ORDER BY w_id") == [("E",), ("A",)]
    assert company.crm("SELECT status FROM warranty WHERE id <> %s", typed) == [("Over",)]
