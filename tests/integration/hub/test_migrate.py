"""Migrations: from nothing, twice, at once, with rights missing; and what each role may do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from concord.errors import ConfigError, HubUnavailable, NotAuthorised
from concord.hub import migrate as module
from concord.hub.database import Hub
from concord.hub.migrate import MigrationReport, migrate, pending
from concord.model.read import load_config
from concord.model.read import config_root
from concord.model.spec import Config
from tests.conftest import Postgres, TestHub

VERSIONS = Path(module.__file__).parent / "migrations" / "versions"
FILES = tuple(p.name for p in sorted((config_root() / "migrations").glob("*.sql")))
REVISIONS = tuple(sorted(p.name[:4] for p in VERSIONS.glob("[0-9]*.sql")))


@pytest.fixture
def empty(pg: Postgres) -> Iterator[str]:
    """Name of an empty database that belongs to concord_owner."""
    name = pg.name("empty")
    pg.create(name, owner="concord_owner")
    yield name
    pg.drop(name)


def test_a_second_migration_does_nothing(pg: Postgres, empty: str, config: Config) -> None:
    url = pg.url(empty, "concord_owner")
    first = migrate(url, config)
    assert first.revisions == REVISIONS
    assert first.files == FILES
    assert migrate(url, config) == MigrationReport(first.revision, (), (), ())
    with Hub(pg.url(empty, "concord_engine")).connect() as conn:
        assert pending(conn, config) == []


def test_two_migrations_at_once_are_one(pg: Postgres, empty: str, config: Config) -> None:
    url = pg.url(empty, "concord_owner")
    with ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(lambda _: migrate(url, config), range(3)))
    assert sorted(len(r.revisions) for r in reports) == [0, 0, len(REVISIONS)]
    assert sorted(len(r.files) for r in reports) == [0, 0, len(FILES)]


def test_a_migration_that_does_not_end_is_named(
    pg: Postgres, empty: str, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT_SECONDS", 1)
    with psycopg.connect(pg.url(empty)) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (module.LOCK,))
        with pytest.raises(HubUnavailable, match="has been running for 1 s"):
            migrate(pg.url(empty, "concord_owner"), config)


def test_a_busy_table_is_no_mistake_in_the_file(
    pg: Postgres, hub: TestHub, config_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOCK_WAIT_SECONDS", 1)
    (config_copy / "migrations/0002_x.sql").write_text("ALTER TABLE golden.party ADD x text;")
    with hub.connect() as batch:
        batch.execute("SELECT FROM golden.party")
        with pytest.raises(HubUnavailable, match="a table that a batch is using"):
            migrate(hub.owner_url, load_config(config_copy))


def test_missing_roles_are_created(pg: Postgres, empty: str, config: Config) -> None:
    with psycopg.connect(pg.url(empty), autocommit=True) as conn:
        conn.execute("ALTER ROLE concord_reporter RENAME TO set_aside")
        try:
            with pytest.raises(NotAuthorised) as caught:
                migrate(pg.url(empty, "concord_owner"), config)
            assert 'CREATE ROLE "concord_reporter" LOGIN;' in str(caught.value)
            assert migrate(pg.url(empty), config).roles == ("concord_reporter",)
            conn.execute("DROP OWNED BY concord_reporter")
            conn.execute("DROP ROLE concord_reporter")
        finally:
            conn.execute("ALTER ROLE set_aside RENAME TO concord_reporter")


def test_missing_rights_come_with_the_statement_to_run(
    pg: Postgres, empty: str, config: Config
) -> None:
    with pytest.raises(NotAuthorised) as caught:
        migrate(pg.url(empty, "concord_engine"), config)
    assert f'GRANT CREATE ON DATABASE "{empty}" TO "concord_engine";' in str(caught.value)
    assert 'GRANT CREATE ON SCHEMA public TO "concord_engine";' in str(caught.value)


def test_a_role_that_does_not_own_the_hub_is_told_who_does(hub: TestHub, config: Config) -> None:
    with pytest.raises(NotAuthorised, match="concord_owner does"):
        migrate(hub.url, config)


def test_an_unreachable_hub_is_named_without_its_password(config: Config, tmp_path: Path) -> None:
    with pytest.raises(HubUnavailable) as caught:
        migrate(f"postgresql://me:secret@/hub?host={tmp_path}", config)
    assert "secret" not in str(caught.value)


def test_another_encoding_is_refused(pg: Postgres, config: Config) -> None:
    name = pg.name("latin")
    with psycopg.connect(pg.url("postgres"), autocommit=True) as conn:
        conn.execute(
            f"CREATE DATABASE {name} TEMPLATE template0 ENCODING LATIN1"
            " LOCALE_PROVIDER libc LOCALE 'C'"
        )
    with pytest.raises(ConfigError, match="has encoding LATIN1"):
        migrate(pg.url(name), config)
    pg.drop(name)


def test_pending_before_any_migration(pg: Postgres, empty: str, config: Config) -> None:
    with Hub(pg.url(empty, "concord_engine")).connect() as conn:
        assert pending(conn, config) == ["The hub has no tables yet. Run `./concord hub migrate`."]


@pytest.mark.parametrize(
    ("revision", "words"),
    [("0001", f"this version of Concord needs {REVISIONS[-1]}"), ("0999", "Use the newer version")],
)
def test_pending_compares_the_revision(
    hub: TestHub, config: Config, revision: str, words: str
) -> None:
    with psycopg.connect(hub.owner_url) as conn:
        conn.execute("UPDATE alembic_version SET version_num = %s", (revision,))
    with hub.connect() as conn:
        assert words in pending(conn, config)[0]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ops.audit SET actor = 'x'",
        "DELETE FROM ops.audit",
        "TRUNCATE ops.audit",
        "INSERT INTO ops.audit (audit_id, actor, action, subject) OVERRIDING SYSTEM VALUE"
        " VALUES (1, 'a', 'b', 'c')",
        "ALTER TABLE ops.audit DISABLE TRIGGER ALL",
        "DROP TABLE ops.audit",
        "DELETE FROM ops.model_migration",
        "UPDATE alembic_version SET version_num = 'x'",
        "CREATE TABLE golden.mine (x int)",
        "ALTER TABLE golden.party ADD mine int",
        "DROP TABLE image.party_erp",
        "TRUNCATE golden.party",
        "CREATE SCHEMA mine",
    ],
)
def test_the_engine_may_not(hub: TestHub, statement: str) -> None:
    with hub.connect() as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(statement.encode())


def test_the_engine_may_do_its_work(hub: TestHub) -> None:
    with hub.connect() as conn:
        conn.execute("CREATE UNLOGGED TABLE stage.b1_erp_party (source_id text)")
        conn.execute("DROP TABLE stage.b1_erp_party")
        conn.execute("SELECT nextval('ops.read_seq')")
        conn.execute(
            "INSERT INTO image.party (system, source_id, legal_name, read_seq, first_batch,"
            " seen_batch) VALUES ('erp', '1', 'x', 1, 1, 1)"
        )
        conn.execute("UPDATE image.party SET legal_name = 'y'")
        row = conn.execute("SELECT tableoid::regclass::text FROM image.party").fetchone()
        assert row == ("image.party_erp",)
        conn.execute("DELETE FROM image.party_erp")


def test_the_engine_may_use_tables_that_come_later(hub: TestHub, config_copy: Path) -> None:
    text = "CREATE TABLE golden.late (x int); CREATE TABLE ops.late (x serial);"
    (config_copy / "migrations/0002_late.sql").write_text(text)
    migrate(hub.owner_url, load_config(config_copy))
    with hub.connect() as conn:
        conn.execute("INSERT INTO golden.late VALUES (1)")
        conn.execute("INSERT INTO ops.late DEFAULT VALUES")


def test_the_reporter_reads_what_is_shared_and_nothing_else(hub: TestHub) -> None:
    with psycopg.connect(hub.owner_url) as conn:
        conn.execute("CREATE VIEW share.names AS SELECT legal_name FROM golden.party")
    with psycopg.connect(hub.reporter_url, autocommit=True) as conn:
        assert conn.execute("SELECT * FROM share.names").fetchall() == []
        for table in ("golden.party", "image.party", "ops.audit", "ops.quarantine"):
            with pytest.raises(errors.InsufficientPrivilege):
                conn.execute(f"SELECT * FROM {table}".encode())
        with pytest.raises(errors.InsufficientPrivilege):
            conn.execute("CREATE VIEW share.mine AS SELECT 1")
