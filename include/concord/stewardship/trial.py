"""Trial: a correction judged by the real suite before it is stored.

It is also read as the mapping reads it, since what cannot be understood is set aside as well. The
record is staged alone, in a table of its own that is dropped again; rules about a whole batch say
nothing about one record and are left out.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection, Hub
from concord.mapping import canonical
from concord.model.spec import Config, EntityMapping
from concord.pipeline import stage
from concord.quality import table as judging
from concord.quality.rules import Suites
from concord.quality.run import TYPES, column_of
from concord.stewardship import quarantine


@dataclass(frozen=True)
class Failure:
    """A rule that the record breaks as it would be corrected."""

    rule: str
    column: str | None
    severity: str
    message: str
    meaning: Mapping[str, str]  # language -> the rule in words


@dataclass(frozen=True)
class Verdict:
    """`passes`: the next batch would take it. Warnings are among the failures and let it pass."""

    passes: bool
    failures: tuple[Failure, ...]


def attempt(
    hub: Hub,
    config: Config,
    suites: Suites,
    quarantine_id: int,
    values: Mapping[str, str | None],
    *,
    today: date | None = None,
) -> Verdict:
    """What would become of an entry with these corrections; nothing is stored.

    Raises:
        ConcordError: there is no such entry, it has no such column, or it is no record of a system.
        HubUnavailable: the hub could not be reached.
    """
    with hub.connect() as conn:
        found = quarantine.entry(conn, quarantine_id)
        quarantine.check_columns(found, values)
        entity = config.entity.get(found.entity)
        mapping = entity.by_system.get(found.system) if entity else None
        if entity is None or mapping is None:
            raise ConcordError(f"{found.system}.{found.entity} is no longer mapped")
        row = {**found.raw, **found.fix, **values}
        types = _types(conn, found, mapping)
        failures = [_unreadable(c, types[c]) for c in _unfit(conn, row, types)]
        if not failures:
            failures = _not_understood(config, mapping, row)
            day = today or datetime.now(ZoneInfo(suites.zone)).date()
            failures += _judged(hub, conn, suites, found, row, types, day)
    return Verdict(all(f.severity != "critical" for f in failures), tuple(failures))


def _types(conn: Connection, found: quarantine.Entry, mapping: EntityMapping) -> dict[str, str]:
    """The columns' types as they were last read; text where that is not known."""
    row = conn.execute(
        "SELECT columns FROM ops.shape WHERE system = %s AND entity = %s",
        (found.system, found.entity),
    ).fetchone()
    known = row[0] if row else {}
    return {c: stage.STAGE_TYPES[known.get(c, "text")] for c in mapping.reads if c in found.raw}


def _unfit(conn: Connection, row: Mapping[str, str | None], types: Mapping[str, str]) -> list[str]:
    out = []
    for column, kind in types.items():
        text = row[column]
        if text is None:
            continue
        if "\0" in text:
            out.append(column)
            continue
        fits = conn.execute("SELECT pg_input_is_valid(%s, %s)", (text, kind)).fetchone()
        if not (fits and fits[0]):
            out.append(column)
    return out


def _unreadable(column: str, kind: str) -> Failure:
    message = f"{column} takes a {kind}, and this text is none"
    return Failure("fix_readable", column, "critical", message, {"en": message})


def _not_understood(
    config: Config, mapping: EntityMapping, row: Mapping[str, str | None]
) -> list[Failure]:
    entity = config.entity[mapping.entity]
    frame = pd.DataFrame({c: [v] for c, v in row.items()}, dtype=object)
    read = canonical(entity, mapping, config.code_list, config.company, frame)
    return [
        Failure(str(e.rule), str(e.column), "critical", f"{e.column} {e.message}", {})
        for e in read.errors.itertuples()
    ]


def _judged(
    hub: Hub,
    conn: Connection,
    suites: Suites,
    found: quarantine.Entry,
    row: Mapping[str, str | None],
    types: Mapping[str, str],
    day: date,
) -> list[Failure]:
    suite = suites.of(found.system, found.entity)
    suite = replace(suite, rules=tuple(r for r in suite.rules if r.level == "row"), volumes=())
    name = ("stage", f"b_try_{secrets.token_hex(6)}")
    _lay(conn, name, found.source_id, row, types)
    try:
        conn.commit()  # the library reads over a connection of its own
        result = judging.validate_table(hub.url, conn, name, suite, today=day)
    finally:
        conn.rollback()
        for table in (name[1], f"v{name[1].removeprefix('b')}"):  # what the rules see, beside it
            conn.execute(sql.SQL("DROP TABLE IF EXISTS stage.{}").format(sql.Identifier(table)))
        conn.commit()
    return [
        Failure(r.rule.name, column_of(r), r.rule.severity, r.rule.words, dict(r.rule.meaning))
        for r in result.rules
        if r.failed
    ]


def _lay(
    conn: Connection,
    name: tuple[str, str],
    key: str,
    row: Mapping[str, str | None],
    types: Mapping[str, str],
) -> None:
    columns = [sql.SQL("{} {}").format(sql.Identifier(c), TYPES[t]) for c, t in types.items()]
    conn.execute(
        sql.SQL("CREATE UNLOGGED TABLE {} ({})").format(
            sql.Identifier(*name),
            sql.SQL(", ").join([sql.SQL("source_id text, op text, raw_hash uuid"), *columns]),
        )
    )
    values = [sql.SQL("%s::{}").format(TYPES[t]) for t in types.values()]
    conn.execute(
        sql.SQL("INSERT INTO {} VALUES (%s, 'U', NULL{})").format(
            sql.Identifier(*name), sql.SQL("").join(sql.SQL(", {}").format(v) for v in values)
        ),
        [key, *(row[c] for c in types)],
    )
