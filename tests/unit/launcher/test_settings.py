import json
from pathlib import Path

import psycopg.conninfo
import pytest

from concord.errors import ConfigError
from concord.launcher import airflow, settings
from concord.launcher.airflow import Interface
from concord.launcher.places import Places

SOCKET = Path("/run/a b/pg")
OWN = "postgresql://me:p%40ss@erp.example.com:6543/books?sslmode=require"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path / "checkout", tmp_path / "home")


def dotenv(places: Places, text: str) -> None:
    places.root.mkdir(exist_ok=True)
    (places.root / ".env").write_text(text)


def test_without_settings_everything_is_embedded_and_the_sandbox(places: Places) -> None:
    chosen = settings.load(places, {})
    assert chosen.sandbox
    assert chosen.embedded
    env = settings.children(places, chosen, SOCKET, {})
    hub = psycopg.conninfo.conninfo_to_dict(env["CONCORD_HUB_URL"])
    assert (hub["user"], hub["dbname"], hub["host"]) == ("concord_engine", "hub", str(SOCKET))
    owner = psycopg.conninfo.conninfo_to_dict(env["CONCORD_HUB_OWNER_URL"])
    assert owner["user"] == "concord_owner"


def test_one_database_of_the_users_own_ends_the_sandbox(places: Places) -> None:
    dotenv(places, f"CONCORD_ERP_URL={OWN}\n")
    chosen = settings.load(places, {})
    assert not chosen.sandbox
    assert chosen.embedded
    env = settings.children(places, chosen, SOCKET, {})
    assert env["CONCORD_ERP_URL"] == OWN
    assert "crm_owner" in env["CONCORD_CRM_URL"]


def test_nothing_is_embedded_when_every_database_is_the_users(places: Places) -> None:
    names = (*settings.EMBEDDED, settings.METADATA)
    dotenv(places, "".join(f"{name}={OWN}\n" for name in names))
    assert not settings.load(places, {}).embedded
    dotenv(places, "".join(f"{name}={OWN}\n" for name in settings.EMBEDDED))
    assert settings.load(places, {}).embedded


def test_the_shell_wins_over_the_file_and_an_empty_value_is_none(places: Places) -> None:
    dotenv(places, f"CONCORD_ERP_URL=postgresql://a@b/c\nCONCORD_CRM_URL=\nACME_URL={OWN}\n")
    chosen = settings.load(places, {"CONCORD_ERP_URL": OWN, "CONCORD_HUB_URL": ""})
    assert chosen.own == {"CONCORD_ERP_URL": OWN, "ACME_URL": OWN}


def test_half_a_hub_and_addresses_that_cannot_be_read_are_refused_without_passwords(
    places: Places,
) -> None:
    dotenv(
        places,
        "CONCORD_HUB_URL=postgresql://u:hunter2@h/d\n"
        "CONCORD_ERP_URL=mysql://u:hunter2@h/d\n"
        "CONCORD_CRM_URL=postgresql://u:hunter2@h:port/d\n",
    )
    with pytest.raises(ConfigError) as caught:
        settings.load(places, {})
    text = str(caught.value)
    for part in (
        "CONCORD_HUB_OWNER_URL",
        "CONCORD_ERP_URL: has the scheme mysql",
        "CONCORD_CRM_URL",
    ):
        assert part in text
    assert "hunter2" not in text


def test_airflow_settings_come_from_the_file_and_never_from_the_shell(places: Places) -> None:
    dotenv(places, "AIRFLOW__CORE__PARALLELISM=3\n")
    shell = {"AIRFLOW_HOME": "/other", "AIRFLOW__CORE__DAGS_FOLDER": "/other/dags", "PATH": "/bin"}
    chosen = settings.load(places, shell)
    env = settings.children(places, chosen, SOCKET, shell)
    env |= airflow.variables(places, chosen, SOCKET, Interface(port=9000))
    assert env["AIRFLOW__CORE__PARALLELISM"] == "3"
    assert env["AIRFLOW_HOME"] == str(places.airflow)
    assert env["AIRFLOW__CORE__DAGS_FOLDER"] == str(places.root / "dags")
    assert env["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:9000/execution/"
    assert env["PATH"] == "/bin"


def test_secrets_are_made_once_and_are_for_the_owner_alone(places: Places) -> None:
    chosen = settings.load(places, {})
    first = airflow.variables(places, chosen, SOCKET, Interface())
    assert airflow.variables(places, chosen, SOCKET, Interface()) == first
    assert airflow.password(places) == airflow.password(places)
    for file in (places.airflow / "secrets.json", airflow.password_file(places)):
        assert file.stat().st_mode & 0o077 == 0


def test_every_address_is_an_airflow_connection_but_the_owners(places: Places) -> None:
    dotenv(places, f"CONCORD_ERP_URL={OWN}\n")
    env = settings.children(places, settings.load(places, {}), SOCKET, {})
    erp = json.loads(env["AIRFLOW_CONN_CONCORD_ERP"])
    assert erp == {
        "conn_type": "postgres",
        "host": "erp.example.com",
        "port": 6543,
        "schema": "books",
        "login": "me",
        "password": "p@ss",
        "extra": {"sslmode": "require"},
    }
    assert json.loads(env["AIRFLOW_CONN_CONCORD_CRM"])["extra"] == {"host": str(SOCKET)}
    assert "AIRFLOW_CONN_CONCORD_HUB" in env
    assert "AIRFLOW_CONN_CONCORD_HUB_OWNER" not in env


def test_nothing_of_the_shell_reaches_libpq_or_slows_python(places: Places) -> None:
    shell = {
        "PGPORT": "9",
        "PGSERVICE": "x",
        "PGPASSFILE": "kept",
        "PGSSLROOTCERT": "kept",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": "/other",
        "no_proxy": "intranet",
    }
    env = settings.neutral(places, shell)
    assert "PGPORT" not in env
    assert "PGSERVICE" not in env
    assert "PYTHONDONTWRITEBYTECODE" not in env
    assert env["PGPASSFILE"] == env["PGSSLROOTCERT"] == "kept"
    assert env["PYTHONPATH"] == str(places.include)
    assert env["no_proxy"] == "intranet,localhost,127.0.0.1,::1"


def test_tests_never_see_the_users_databases(places: Places) -> None:
    env = settings.neutral(places, {"CONCORD_ERP_URL": OWN, "AIRFLOW_CONN_CONCORD_ERP": OWN})
    assert not {"CONCORD_ERP_URL", "AIRFLOW_CONN_CONCORD_ERP"} & env.keys()
