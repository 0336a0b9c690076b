"""Airflow's connections become addresses that libpq and our adapters understand."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
import pytest
from airflow.sdk import Connection
from psycopg.conninfo import conninfo_to_dict

from concord.model.spec import Config
from concord.orchestration import bridge
from concord.systems.addresses import addresses


def _connection(**parts: Any) -> Connection:
    extra = json.dumps(parts.pop("extra", {}))
    return Connection(conn_id="concord_erp", conn_type="postgres", extra=extra, **parts)


def test_a_password_with_any_character_arrives_whole() -> None:
    password = "p@ss:/?#[%] wörd"
    url = bridge.connection_url(
        _connection(host="erp.example", login="reader", password=password, schema="erp", port=5433)
    )
    assert conninfo_to_dict(url) == {
        "host": "erp.example",
        "user": "reader",
        "password": password,
        "dbname": "erp",
        "port": "5433",
    }


def test_extras_such_as_encryption_are_not_lost() -> None:
    extra = {"sslmode": "verify-full", "sslrootcert": "/etc/ca.pem", "cursor": "dictcursor"}
    url = bridge.connection_url(_connection(host="erp.example", schema="erp", extra=extra))
    found = conninfo_to_dict(url)
    assert found["sslmode"] == "verify-full"
    assert found["sslrootcert"] == "/etc/ca.pem"
    assert "cursor" not in found  # a setting of the hook's, which libpq does not know


@pytest.mark.parametrize("place", ["host", "extra"])
def test_a_socket_directory_is_understood_wherever_it_is_written(pg: Any, place: str) -> None:
    directory = parse_qs(urlsplit(pg.url("postgres")).query)["host"][0]
    parts = {"host": directory} if place == "host" else {"extra": {"host": directory}}
    url = bridge.connection_url(_connection(login="postgres", schema="postgres", **parts))
    with psycopg.connect(url) as conn:
        assert conn.execute("SELECT current_database()").fetchone() == ("postgres",)


def test_the_connection_that_the_launcher_makes_leads_to_the_same_database(
    pg: Any, monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    from concord.launcher.settings import connection

    given = pg.url("postgres")
    monkeypatch.setenv("AIRFLOW_CONN_CONCORD_ERP", connection(given))
    found = bridge.connection_urls(config)
    assert conninfo_to_dict(found["erp"]) == conninfo_to_dict(given)


def test_a_system_without_a_connection_is_found_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CONCORD_ERP", "postgresql://a@one.example/erp")
    monkeypatch.setenv("CONCORD_ERP_URL", "postgresql://b@two.example/erp")
    monkeypatch.setenv("CONCORD_CRM_URL", "postgresql://c@three.example/crm")
    found = bridge.connection_urls(config)
    assert set(found) == {"erp"}
    hosts = {name: urlsplit(url).hostname for name, url in addresses(config, found).items()}
    assert hosts == {"erp": "one.example", "crm": "three.example"}


def test_another_kind_of_system_keeps_airflows_own_address() -> None:
    odoo = Connection(conn_id="concord_crm", conn_type="http", host="crm.example", login="api")
    assert bridge.connection_url(odoo) == "http://api@crm.example"


def test_passwords_in_the_environment_are_masked_in_every_spelling(
    monkeypatch: pytest.MonkeyPatch, config: Config
) -> None:
    masked: list[str] = []
    monkeypatch.setattr(bridge, "mask_secret", masked.append)
    environment = {
        "CONCORD_ERP_URL": "postgresql://a:erp%40secret@h/erp",
        "CONCORD_HUB_URL": "postgresql://a:hubsecret@h/hub",
        "CONCORD_CRM_URL": "postgresql://a@h/crm",
    }
    bridge.hide_passwords(config, environment)
    assert set(masked) == {"erp%40secret", unquote("erp%40secret"), "hubsecret"}
