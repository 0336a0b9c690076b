"""Write back: a correction that goes into the source system, whoever decides the field otherwise.

A fix makes a record pass as if its system had said so; where another system decides the field, the
source would keep what it has. Written back it becomes a steward's decision besides, which wins for
every system, the source among them, by plan, guard and conditional write like every change. That
needs a golden record: what was never taken in has none, and is corrected in its system by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import pandas as pd
from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import ConcordError, Said
from concord.hub import audit
from concord.hub.database import Connection
from concord.mapping import canonical
from concord.model.spec import Config, Entity, EntityMapping
from concord.pipeline.fields import partition, table, unit_object
from concord.pipeline.plan import writable_units
from concord.stewardship import quarantine, words

Texts = Mapping[str, str | None]


@dataclass(frozen=True)
class Done:
    """What a write-back decided: values by field before and after, the last decision's number."""

    before: Texts
    after: Texts
    decision: int | None


def ask(
    conn: Connection,
    config: Config,
    quarantine_id: int,
    values: Texts,
    *,
    actor: str,
    version: int | None = None,
) -> int:
    """Ask for a correction to be taken and written back; returns the review that decides it.

    `values`: by column of the source, as for `quarantine.fix`.

    Raises:
        AlreadyDecided, ChangedSince: the entry is closed, or not what the person saw.
        ConcordError: the record has no golden record, or a column cannot be written there.
    """
    with conn.transaction():
        found = quarantine.locked(conn, quarantine_id, version)
        quarantine.check_columns(found, values)
        entity, mapping = _mapped(config, found)
        _golden_id(conn, found, mapping)
        _changes(config, entity, mapping, found, values)
        row = conn.execute(
            "INSERT INTO ops.review (kind, system, entity, golden_id, subject, detail, batch_id)"
            " SELECT 'write_back', q.system, q.entity, i.golden_id, q.quarantine_id::text,"
            " jsonb_build_object('fix', %(fix)s::jsonb, 'by', %(actor)s::text,"
            " 'record', q.source_id), q.last_batch FROM ops.quarantine AS q"
            " JOIN LATERAL (SELECT %(golden)s::uuid AS golden_id) AS i ON true"
            " WHERE q.quarantine_id = %(entry)s"
            " ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject)"
            " WHERE state = 'open' DO UPDATE SET detail = excluded.detail RETURNING review_id",
            {
                "fix": Jsonb(dict(values)),
                "actor": actor,
                "golden": _golden_id(conn, found, mapping),
                "entry": quarantine_id,
            },
        ).fetchone()
        assert row
        detail = {"columns": sorted(values), "review": row[0]}
        audit.append(conn, actor, "quarantine.write_back", str(quarantine_id), detail)
    return int(row[0])


def carry_out(
    conn: Connection,
    config: Config,
    quarantine_id: int,
    fix: Texts,
    actor: str,
    comment: str | None,
) -> Done:
    """Take the correction, and decide its fields for every system. Raises as `ask`."""
    found = quarantine.locked(conn, quarantine_id, None)
    entity, mapping = _mapped(config, found)
    golden_id = _golden_id(conn, found, mapping)
    values = _changes(config, entity, mapping, found, fix)
    quarantine.store_fix(conn, found, fix, actor)
    before: dict[str, str | None] = {}
    after: dict[str, str | None] = {}
    decision = None
    for unit in entity.units:
        if not set(unit.fields) & values.keys():
            continue
        row = conn.execute(
            sql.SQL("SELECT {} FROM {} AS g WHERE golden_id = %s").format(
                unit_object(unit, "g"), table("golden", entity)
            ),
            (golden_id,),
        ).fetchone()
        held: Texts = row[0] if row else {}
        value = {**held, **{f: values[f] for f in unit.fields if f in values}}
        decision = words.decide(
            conn, entity, golden_id, unit.name, value, actor, comment, quarantine_id
        )
        before |= held
        after |= value
    return Done(before, after, decision)


def _mapped(config: Config, found: quarantine.Entry) -> tuple[Entity, EntityMapping]:
    entity = config.entity.get(found.entity)
    mapping = entity.by_system.get(found.system) if entity else None
    if entity is None or mapping is None or found.side != "read":
        why = (
            f"entry {found.id} is not a record that was read from a system: there is nothing to"
            " write back to"
        )
        raise ConcordError(Said(why, "write_back.nowhere", id=found.id))
    return entity, mapping


def golden_of(conn: Connection, config: Config, found: quarantine.Entry) -> UUID | None:
    """The golden record that a record in quarantine belongs to; None: it has none (yet)."""
    entity = config.entity.get(found.entity)
    mapping = entity.by_system.get(found.system) if entity else None
    return _linked(conn, found, mapping) if mapping else None


def _linked(conn: Connection, found: quarantine.Entry, mapping: EntityMapping) -> UUID | None:
    row = conn.execute(
        sql.SQL("SELECT golden_id FROM {} WHERE source_id = %s AND deleted_at IS NULL").format(
            partition(mapping)
        ),
        (found.source_id,),
    ).fetchone()
    return row[0] if row else None


def _golden_id(conn: Connection, found: quarantine.Entry, mapping: EntityMapping) -> UUID:
    golden_id = _linked(conn, found, mapping)
    if golden_id is None:
        why = (
            f"entry {found.id} was never taken in, so it has no golden record and Concord does not"
            f" write to it: correct it in {found.system}, or fix it here, which takes the"
            " correction for the other systems"
        )
        raise ConcordError(Said(why, "write_back.new", id=found.id, system=found.system))
    return golden_id


def _changes(
    config: Config, entity: Entity, mapping: EntityMapping, found: quarantine.Entry, fix: Texts
) -> Texts:
    """The corrected fields in canonical form.

    Raises:
        ConcordError: a column is read-only there, holds lines, or cannot be understood.
    """
    units = writable_units(entity, mapping, set())
    writable = {f for unit in units for f in unit.fields}
    fields = {c.field for c in mapping.columns if c.column in fix}
    fixed = [f for f in sorted(fields) if f not in writable or entity.field[f].type == "lines"]
    refs = [f for f in sorted(fields) if entity.field[f].type == "ref"]
    if fixed or refs or not fields:
        named = ", ".join(fixed + refs) or ", ".join(sorted(fix))
        why = (
            f"entry {found.id}: {named} cannot be written back to {found.system}: correct it there"
        )
        raise ConcordError(
            Said(why, "write_back.fixed", id=found.id, fields=named, system=found.system)
        )
    row = {**found.raw, **fix}
    frame = pd.DataFrame({c: [v] for c, v in row.items()}, dtype=object)
    read = canonical(entity, mapping, config.code_list, config.company, frame)
    wrong = [f"{e.column} {e.message}" for e in read.errors.itertuples() if e.field in fields]
    if wrong:
        columns = ", ".join(str(e.column) for e in read.errors.itertuples() if e.field in fields)
        why = f"entry {found.id}: {'; '.join(wrong)}"
        raise ConcordError(Said(why, "write_back.wrong", id=found.id, columns=columns))
    values = {f: read.values[f].iloc[0] for f in fields}
    return {f: v if isinstance(v, str) else None for f, v in values.items()}
