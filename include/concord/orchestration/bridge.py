"""From Airflow's connections to the engine's addresses.

A system's address is the Airflow connection that systems.yaml names, if there is one; else the
environment variable of that name. Passwords go to Airflow's masker before anything can log them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlencode, urlsplit

from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.sdk.log import mask_secret

from concord.model.read import load_config
from concord.model.spec import Config, SystemSpec
from concord.pipeline import Engine
from concord.systems.addresses import address, variable

if TYPE_CHECKING:
    from sqlalchemy import URL

HUB_VARIABLES = ("CONCORD_HUB_URL", "CONCORD_HUB_OWNER_URL")


def open_engine() -> Engine:
    """The engine with the addresses that Airflow knows. Raises ConfigError."""
    config = load_config()
    hide_passwords(config)
    return Engine.open(connection_urls(config))


def connection_urls(config: Config) -> dict[str, str]:
    """System name -> address, for the systems that have an Airflow connection."""
    found = {}
    for system in config.systems:
        try:
            connection = Connection.get(system.connection)
        except AirflowNotFoundException:
            continue
        found[system.name] = connection_url(connection)
    return found


async def system_url(spec: SystemSpec) -> str:
    """The address of one system, asked from within Airflow's triggerer.

    Raises:
        ConfigError: there is neither a connection nor a variable.
    """
    try:
        connection = await Connection.async_get(spec.connection)
    except AirflowNotFoundException:
        return address(spec)
    return connection_url(connection)


def connection_url(connection: Connection) -> str:
    """The address of a connection: a libpq URL for PostgreSQL, else Airflow's own URI.

    The Postgres hook applies what the provider knows (IAM tokens, for one). The connection's
    extras, such as sslmode, go along: without them a connection that must be encrypted might
    not be.
    """
    if connection.conn_type not in ("postgres", "postgresql"):
        return str(connection.get_uri())
    hook = PostgresHook(connection=connection)
    options = {
        name: str(value)
        for name, value in connection.extra_dejson.items()
        if name not in hook.ignored_extra_options
    }
    return _libpq_url(hook.sqlalchemy_url, options)


def _libpq_url(url: URL, options: dict[str, str]) -> str:
    """An address as libpq reads it; SQLAlchemy's own text leaves spaces as they are."""
    user = quote(url.username or "", safe="")
    password = f":{quote(url.password, safe='')}" if url.password else ""
    host = url.host or ""
    if host.startswith("/"):  # the directory of a Unix socket has no place before the database
        options, host = {"host": host, **options}, ""
    elif ":" in host:
        host = f"[{host}]"
    port = f":{url.port}" if url.port else ""
    who = f"{user}{password}@" if user or password else ""
    query = f"?{urlencode(options, quote_via=quote)}" if options else ""
    return f"postgresql://{who}{host}{port}/{quote(url.database or '', safe='')}{query}"


def hide_passwords(config: Config, environment: Mapping[str, str] = os.environ) -> None:
    """Have Airflow mask the passwords that the environment's addresses hold."""
    for password in _passwords(config, environment):
        mask_secret(password)


def _passwords(config: Config, environment: Mapping[str, str]) -> Iterator[str]:
    systems = (variable(system.connection) for system in config.systems)
    for name in (*HUB_VARIABLES, *systems):
        password = urlsplit(environment.get(name, "")).password
        if password:
            yield password
            yield unquote(password)
