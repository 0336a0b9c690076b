"""Scratch databases: a hub, an ERP and a CRM of one measurement, gone at its end."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Hub
from concord.hub.migrate import migrate
from concord.launcher.settings import socket_url
from concord.model.read import load_config
from concord.model.spec import Config, Limits
from concord.pipeline import Engine
from concord.pipeline.engine import tune_interpreter
from concord.sandbox.database import create

P = ParamSpec("P")
T = TypeVar("T")

NAMES = {"hub": "concord_owner", "erp": "erp_owner", "crm": "crm_owner"}
PREFIX = "bench"


@contextmanager
def world() -> Iterator[Engine]:
    """An engine on empty scratch databases; its systems are prepared and have no limits.

    Raises:
        ConcordError: the hub is not in the embedded PostgreSQL, where we may make databases.
    """
    socket = _socket()
    names = {name: f"{PREFIX}_{name}_{os.getpid()}" for name in NAMES}
    superuser = socket_url("postgres", "postgres", socket)
    with psycopg.connect(superuser, autocommit=True) as admin, _reports_apart():
        try:
            for name, owner in NAMES.items():
                admin.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(names[name]), sql.Identifier(owner)
                    )
                )
            yield _engine({n: socket_url(NAMES[n], names[n], socket) for n in NAMES}, socket, names)
        finally:
            for name in names.values():
                admin.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


def superuser(url: str) -> str:
    """The address of a scratch database for its server's superuser."""
    parts = urlsplit(url)
    host = (parse_qs(parts.query).get("host") or [""])[0]
    return socket_url("postgres", parts.path.lstrip("/"), Path(host))


def alone(
    engine: Engine, work: Callable[Concatenate[Engine, P], T], *args: P.args, **kwargs: P.kwargs
) -> T:
    """Do `work` on the same databases in a process that does nothing else.

    `work` is a function of a module; it gets an engine of its own.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        opened = (engine.hub.url, dict(engine.urls), engine.expectations)
        return process.submit(_work, opened, work, args, kwargs).result()


def _work(
    opened: tuple[str, dict[str, str], Path], work: Callable[..., T], args: tuple[object, ...],
    kwargs: dict[str, object],
) -> T:  # fmt: skip
    hub, urls, expectations = opened
    engine = Engine(_unlimited(load_config()), Hub(hub), urls, expectations)
    tune_interpreter()  # as Engine.open does in the DAGs' workers
    with _reports_apart():
        return work(engine, *args, **kwargs)


@contextmanager
def _reports_apart() -> Iterator[None]:
    """Reports of measured batches go to a directory that is dropped, not beside the real ones."""
    before = os.environ.get("CONCORD_HOME")
    with tempfile.TemporaryDirectory() as home:
        os.environ["CONCORD_HOME"] = home
        try:
            yield
        finally:
            os.environ.pop("CONCORD_HOME")
            if before is not None:
                os.environ["CONCORD_HOME"] = before


def _engine(urls: dict[str, str], socket: Path, names: dict[str, str]) -> Engine:
    config = _unlimited(load_config())
    migrate(urls["hub"], config)
    create(urls["erp"], urls["crm"])
    root = Path(__file__).resolve().parents[3] / "expectations"
    hub = Hub(socket_url("concord_engine", names["hub"], socket))
    engine = Engine(config, hub, {n: urls[n] for n in ("erp", "crm")}, root)
    for spec in config.systems:
        system = engine.system(spec.name)
        system.execute(system.prepare([m for e in config.entities for m in e.mappings
                                       if m.system == spec.name]))  # fmt: skip
    return engine


def _unlimited(config: Config) -> Config:
    """The same configuration with limits that no measurement reaches."""
    wide = Limits(count=10**9, share=1.0, deletes=10**9, first_load=10**9)
    systems = tuple(s.model_copy(update={"limits": wide}) for s in config.systems)
    return config.model_copy(update={"systems": systems})


def _socket() -> Path:
    url = Hub.from_environment().url
    host = (parse_qs(urlsplit(url).query).get("host") or [""])[0]
    if not host.startswith("/"):
        raise ConcordError(
            "bench makes scratch databases in the embedded PostgreSQL, and CONCORD_HUB_URL names"
            " another server. Run it in a clone without that setting."
        )
    return Path(host)
