"""Which databases are ours and which are the user's, and what children find in their environment.

The process's own CONCORD_* variables win over `.env`, which wins over the embedded databases.
Airflow's settings (AIRFLOW__*) come from `.env` alone: those of another project, exported in the
shell, must not reach this one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from concord.errors import ConfigError, Problem
from concord.launcher import dotenv
from concord.launcher.environment import clean
from concord.launcher.places import Places

EMBEDDED = {
    "CONCORD_HUB_URL": ("concord_engine", "hub"),
    "CONCORD_HUB_OWNER_URL": ("concord_owner", "hub"),
    "CONCORD_ERP_URL": ("erp_owner", "erp"),
    "CONCORD_CRM_URL": ("crm_owner", "crm"),
}
"""Variable -> role and database of the embedded PostgreSQL that stand in when it is not set."""

METADATA = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
"""The variable of Airflow's own database; embedded unless `.env` sets it."""

_LIBPQ_KEPT = ("PGPASSWORD", "PGPASSFILE")


@dataclass(frozen=True)
class Settings:
    """What the user set: `own` in the environment and .env, `airflow` (AIRFLOW_*) in .env."""

    own: Mapping[str, str]
    airflow: Mapping[str, str]

    @property
    def sandbox(self) -> bool:
        """Whether ERP and CRM are both the embedded examples, which may be seeded and prepared."""
        return not {"CONCORD_ERP_URL", "CONCORD_CRM_URL"} & self.own.keys()

    @property
    def embedded(self) -> bool:
        """Whether anything needs the embedded PostgreSQL."""
        return METADATA not in self.airflow or not EMBEDDED.keys() <= self.own.keys()


def load(places: Places, environ: Mapping[str, str]) -> Settings:
    """Read `.env` of the checkout and the environment.

    Raises:
        ConfigError: a line or an address cannot be used; it never shows a password.
    """
    file = {name: value for name, value in dotenv.read(places.root / ".env").items() if value}
    exported = {n: v for n, v in environ.items() if n.startswith("CONCORD_") and v}
    merged = {**file, **exported}
    own = {name: value for name, value in merged.items() if not name.startswith("AIRFLOW_")}
    ours = {n: url for n, url in own.items() if n.startswith("CONCORD_") and n.endswith("_URL")}
    problems = [p for name, url in sorted(ours.items()) if (p := _problem(name, url))]
    hub = {"CONCORD_HUB_URL", "CONCORD_HUB_OWNER_URL"}
    if len(hub & own.keys()) == 1:
        missing = (hub - own.keys()).pop()
        what = "is needed as well, since the hub's other address is set"
        hint = "One is the pipeline's role, the other owns the tables; see .env.example."
        problems.append(Problem(".env", None, missing, what, hint))
    if problems:
        raise ConfigError(problems)
    return Settings(own, {n: v for n, v in file.items() if n.startswith("AIRFLOW_")})


def _problem(name: str, url: str) -> Problem | None:
    hint = "It looks like postgresql://user:password@host:5432/database"
    try:
        parts = urlsplit(url)
        scheme, database, _ = parts.scheme, parts.path.lstrip("/"), parts.port
    except ValueError:
        return Problem(".env", None, name, "has an address that cannot be read", hint)
    if scheme not in ("postgresql", "postgres"):
        return Problem(".env", None, name, f"has the scheme {scheme or '(none)'}", hint)
    if not database:
        return Problem(".env", None, name, "names no database", hint)
    return None


def socket_url(role: str, database: str, directory: Path, scheme: str = "postgresql") -> str:
    """The address of a database on a Unix socket."""
    return f"{scheme}://{role}@/{database}?host={quote(str(directory))}"


def databases(settings: Settings, socket: Path | None) -> dict[str, str]:
    """The four CONCORD_*_URL, the user's where set, else on the embedded PostgreSQL's `socket`."""
    urls = dict(settings.own)
    if socket is not None:
        for name, (role, database) in EMBEDDED.items():
            urls.setdefault(name, socket_url(role, database, socket))
    return urls


def children(
    places: Places, settings: Settings, socket: Path | None, environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment in which Concord's own commands run."""
    env = neutral(places, environ)
    urls = databases(settings, socket)
    env.update(urls)
    env["CONCORD_HOME"] = str(places.home)
    for name, url in urls.items():
        # CONCORD_ERP_URL is the connection concord_erp; the owner's is for migrations, not DAGs.
        address = name.endswith("_URL") and _problem(name, url) is None
        if address and name != "CONCORD_HUB_OWNER_URL":
            env[f"AIRFLOW_CONN_{name.removesuffix('_URL')}"] = connection(url)
    return env


def neutral(places: Places, environ: Mapping[str, str]) -> dict[str, str]:
    """The user's environment without settings of Concord, Airflow or libpq; for the tests as is.

    What is started on this machine is talked to directly, whatever the proxy.
    """
    env = {
        name: value
        for name, value in clean(environ).items()
        if not name.startswith(("AIRFLOW_", "CONCORD_"))
        and (not name.startswith("PG") or name in _LIBPQ_KEPT or name.startswith("PGSSL"))
    }
    env["PYTHONPATH"] = str(places.include)
    env["CONCORD_ROOT"] = str(places.root)
    for name in ("NO_PROXY", "no_proxy"):
        env[name] = ",".join(filter(None, (env.get(name), "localhost,127.0.0.1,::1")))
    return env


def connection(url: str) -> str:
    """A libpq address as an Airflow connection in JSON; what follows `?` becomes its extras."""
    parts = urlsplit(url)
    value = {
        "conn_type": "postgres",
        "host": unquote(parts.hostname or ""),
        "schema": unquote(parts.path.lstrip("/")),
        "login": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "port": parts.port,
        "extra": dict(parse_qsl(parts.query)),
    }
    return json.dumps({name: part for name, part in value.items() if part})
