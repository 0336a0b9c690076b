"""The desk served for a measurement: a web server in its own process, with Airflow's real users.

Airflow's tables are made in a scratch database beside the hub, and its web server's process finds
the measured hub in its environment.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

from concord.bench import programs
from concord.bench.scratch import PREFIX, superuser
from concord.errors import ConcordError
from concord.launcher.settings import METADATA, socket_url
from concord.pipeline import Engine

ROOT = Path(__file__).resolve().parents[2]
USER = "steward"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"


@dataclass(frozen=True)
class Served:
    """Where the desk is, the cookie of somebody who may decide there, the server's process."""

    url: str
    cookies: Mapping[str, str]
    process: int


@contextmanager
def desk(engine: Engine) -> Iterator[Served]:
    """Serve the desk of a scratch hub. Raises ConcordError when it does not start."""
    with tempfile.TemporaryDirectory() as home, _database(engine) as metadata:
        env = _environment(engine, Path(home), metadata)
        password = Path(home) / "password"
        password.write_text(secrets.token_urlsafe(12))
        prepare = [sys.executable, "-m", "concord.launcher.prepare_airflow", USER, str(password)]
        programs.run(prepare, env)
        argv = [sys.executable, "-m", "concord.orchestration.alone", USER]
        log = Path(home) / "server.log"
        with (
            log.open("wb") as errors,
            subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=errors, env=env) as server,
        ):
            try:
                yield _told(server, log)
            finally:
                server.kill()


def _told(server: subprocess.Popen[bytes], log: Path) -> Served:
    """What the server says of itself, among what Airflow says."""
    assert server.stdout
    for line in server.stdout:
        if line.startswith(b'{"port"'):
            said = json.loads(line)
            url = f"http://127.0.0.1:{said['port']}/concord"
            return Served(url, {"_token": said["token"]}, server.pid)
    words = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    raise ConcordError(f"the desk's web server did not start: {(words or ['no word'])[-1][:300]}")


@contextmanager
def _database(engine: Engine) -> Iterator[str]:
    """A scratch database for Airflow, as SQLAlchemy names it."""
    name = f"{PREFIX}_airflow_{os.getpid()}"
    host = Path(parse_qs(urlsplit(engine.hub.url).query)["host"][0])
    with psycopg.connect(superuser(engine.hub.url), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield socket_url("postgres", name, host, "postgresql+psycopg2")
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            admin.execute(drop.format(sql.Identifier(name)))


def _environment(engine: Engine, home: Path, metadata: str) -> dict[str, str]:
    ours = {n: v for n, v in os.environ.items() if not n.startswith("AIRFLOW")}
    urls = {f"CONCORD_{name.upper()}_URL": url for name, url in engine.urls.items()}
    return {
        **ours,
        **urls,
        METADATA: metadata,
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        "AIRFLOW__CORE__AUTH_MANAGER": FAB,
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "CONCORD_HUB_URL": engine.hub.url,
        "PYTHONPATH": str(ROOT),
    }
