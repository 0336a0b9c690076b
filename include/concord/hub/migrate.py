"""Migrations: fixed tables by alembic, roles and grants, then the tables of the model files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql

from concord.errors import ConfigError, HubUnavailable, NotAuthorised, Problem
from concord.hub.catalog import read_catalog
from concord.hub.database import Connection, Hub
from concord.hub.migration_files import record_file, run_file, unapplied
from concord.hub.model_migrations import compare
from concord.hub.sql import statement
from concord.model.spec import Config

ENGINE, REPORTER = "concord_engine", "concord_reporter"
LOCK = "concord.hub.migrate"
LOCK_WAIT_SECONDS = 120
OLDEST_SERVER = 18

_SCRIPTS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class MigrationReport:
    """What one run of `migrate` did; all empty when everything was in place."""

    revision: str  # of the fixed tables, now
    revisions: tuple[str, ...]  # of the fixed tables, applied now
    roles: tuple[str, ...]  # created now
    files: tuple[str, ...]  # of config/migrations, applied now

    def __str__(self) -> str:
        """What was done, one line each, for a person."""
        done = [f"fixed tables: revision {r}" for r in self.revisions]
        done += [f"role {role} created; give it a password" for role in self.roles]
        done += [f"applied {name}" for name in self.files]
        return "\n".join(done) or f"The hub was up to date (revision {self.revision})."


def migrate(owner_url: str, config: Config, *, apply_model: bool = True) -> MigrationReport:
    """Bring the hub to this version and this configuration; two at once wait for each other.

    `owner_url` is a libpq URL of the role that owns (or will own) the hub's schemas. With
    `apply_model=False` the files under config/migrations are left alone.

    Raises:
        ConfigError: a file under config/migrations fails, was changed or is gone.
        NotAuthorised: a right is missing; the message has the SQL for an administrator.
        HubUnavailable: no connection, or another migration did not end in time.
    """
    hub = Hub(owner_url)
    with hub.connect(autocommit=True) as conn, _alone(conn, hub):
        _check_server(conn, hub)
        before = _revision(conn)
        _upgrade(owner_url)
        roles = _create_roles(conn)
        with conn.transaction():
            conn.execute(statement("hub", "grants"))
        files = _apply_files(conn, config) if apply_model else ()
    now = _revisions()
    return MigrationReport(now[-1], tuple(r for r in now if r > (before or "")), roles, files)


def pending(conn: Connection, config: Config) -> list[str]:
    """What a person has to do before this hub fits this code and configuration; empty if nothing.

    For every start and for `check`: reads the catalog only, as the engine, in some milliseconds.
    """
    try:
        with conn.transaction():
            return _behind(conn) or _ahead(conn, config)
    except errors.InsufficientPrivilege:
        return ["This role may not read the hub's tables. Run `./concord hub migrate`."]
    except ConfigError as e:
        return [str(p) for p in e.problems]


def _behind(conn: Connection) -> list[str]:
    """How the fixed tables differ from this version of Concord."""
    revision, newest = _revision(conn), _revisions()[-1]
    if revision is None:
        return ["The hub has no tables yet. Run `./concord hub migrate`."]
    if revision < newest:
        what = f"The hub is at revision {revision}, this version of Concord needs {newest}."
        return [f"{what} Run `./concord hub migrate`."]
    if revision > newest:
        what = f"The hub is at revision {revision}, this version of Concord knows {newest}."
        return [f"{what} Use the newer version."]
    return []


def _ahead(conn: Connection, config: Config) -> list[str]:
    """Migration files that are not applied, or else what the model files have and no file does."""
    waiting = unapplied(conn, config)
    if waiting:
        return [f"{f.path} is not applied. Run `./concord hub migrate`." for f in waiting]
    steps = compare(read_catalog(conn), config)
    what = "The model files are ahead of the hub"
    hint = "Run `./concord hub plan`, review the file, then `./concord hub migrate`."
    subjects = dict.fromkeys(step.subject for step in steps if step.sql)
    return [f"{what}: {subject}. {hint}" for subject in subjects]


@contextmanager
def _alone(conn: Connection, hub: Hub) -> Iterator[None]:
    """Hold the migration lock of this database, a session lock of `conn`."""
    conn.execute(sql.SQL("SET lock_timeout = {}").format(sql.Literal(f"{LOCK_WAIT_SECONDS}s")))
    try:
        conn.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (LOCK,))
    except errors.LockNotAvailable:
        raise HubUnavailable(
            f"another migration of {hub.address} has been running for {LOCK_WAIT_SECONDS} s"
        ) from None
    try:
        yield
    finally:
        if not conn.broken:
            conn.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (LOCK,))


def _check_server(conn: Connection, hub: Hub) -> None:
    """Version, encoding and the rights that no migration can do without."""
    if conn.info.server_version < OLDEST_SERVER * 10_000:
        version = conn.info.parameter_status("server_version")
        what = f"PostgreSQL {version} is too old"
        hint = f"The hub needs {OLDEST_SERVER} or newer."
        raise ConfigError([Problem(hub.address, None, "", what, hint)])
    encoding = conn.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        what = f"the database has encoding {encoding}"
        hint = "Create it with ENCODING 'UTF8'."
        raise ConfigError([Problem(hub.address, None, "", what, hint)])
    row = conn.execute(statement("hub", "owner_rights")).fetchone()
    assert row is not None
    user, database, owner, owns, may_create, may_public = row
    if owner is not None and not owns:
        raise NotAuthorised(
            f"{user} does not own the hub at {hub.address}; {owner} does. "
            "Set CONCORD_HUB_OWNER_URL to an address with that role."
        )
    missing = []
    if not may_create:
        missing.append(sql.SQL("GRANT CREATE ON DATABASE {} TO {};"))
    if not may_public:
        missing.append(sql.SQL("GRANT CREATE ON SCHEMA public TO {1};"))
    if missing:
        names = (sql.Identifier(database), sql.Identifier(user))
        text = "\n".join(m.format(*names).as_string(None) for m in missing)
        raise NotAuthorised(
            f"{user} may not create schemas in {hub.address}. An administrator must run there:\n"
            f"{text}"
        )


def _revisions() -> list[str]:
    """Revisions of the fixed tables, oldest first; a file's number is its revision."""
    return sorted(p.name[:4] for p in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _revision(conn: Connection) -> str | None:
    """The hub's revision of the fixed tables; None before the first migration."""
    there = conn.execute("SELECT to_regclass('public.alembic_version')").fetchone()
    if there is None or there[0] is None:
        return None
    row = conn.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return None if row is None else str(row[0])


def _upgrade(owner_url: str) -> None:
    """Alembic to the newest revision. It is imported here: no other command should wait for it."""
    from alembic import command
    from alembic.config import Config as AlembicConfig
    from sqlalchemy import NullPool, create_engine

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")

    def connect() -> psycopg.Connection[Any]:
        return Hub(owner_url).connect()

    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "head")


def _create_roles(conn: Connection) -> tuple[str, ...]:
    """Create the roles that are missing; roles belong to the whole server, not to one database."""
    wanted = (ENGINE, REPORTER)
    found = conn.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (list(wanted),))
    there = {row[0] for row in found}
    missing = [role for role in wanted if role not in there]
    create = [sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(r)) for r in missing]
    created = []
    for role, text in zip(missing, create, strict=True):
        try:
            conn.execute(text)
            created.append(role)
        except (errors.DuplicateObject, errors.UniqueViolation):
            continue  # made by a migration of another hub on this server at the same moment
        except errors.InsufficientPrivilege:
            lines = "\n".join(f"{c.as_string(None)};" for c in create)
            raise NotAuthorised(
                f"{conn.info.user} may not create roles. An administrator must run:\n{lines}"
            ) from None
    return tuple(created)


def _apply_files(conn: Connection, config: Config) -> tuple[str, ...]:
    done = []
    for file in unapplied(conn, config):
        with conn.transaction():
            run_file(conn, file)
            record_file(conn, file)
        done.append(file.name)
    return tuple(done)
