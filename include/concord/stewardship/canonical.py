"""Canonical: values that a person types, read as the model's fields would be read from a system."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import pandas as pd
from psycopg import sql

from concord.errors import ConcordError, Said
from concord.hub.database import Connection
from concord.mapping import canonical
from concord.mapping.reading import uses
from concord.model.spec import RULES, Column, Config, Entity, EntityMapping

LONGEST = 1_000_000  # characters of one value


def read(
    conn: Connection,
    config: Config,
    entity: Entity,
    values: Mapping[str, str | None],
    known: Mapping[str, str | None],
) -> dict[str, str | None]:
    """Values by field in their canonical form.

    `known`: the record's other values, which some fields are read by (a telephone number by its
    country).

    Raises:
        ConcordError: a field is unknown, or its type cannot hold the value; names each.
    """
    _known_fields(entity, values)
    wrong = [f for f in values if entity.field[f].type == "lines"]
    if wrong:
        raise ConcordError(
            f"{entity.name}.{wrong[0]} holds lines, which cannot be typed here: take those of a"
            " system, or correct them there"
        )
    read_by = {u for f in values for u in uses(entity.field[f]) if u not in values}
    row = {**{f: known.get(f) for f in read_by if f in entity.field}, **values}
    mapping = EntityMapping(
        system=RULES,
        entity=entity.name,
        table="",
        id="source_id",
        columns=tuple(Column(field=f, column=f) for f in row),
    )
    frame = pd.DataFrame({f: [_text(entity, f, v)] for f, v in row.items()}, dtype=object)
    done = canonical(entity, mapping, config.code_list, config.company, frame)
    faults = [f"{e.field} {e.message}" for e in done.errors.itertuples() if str(e.field) in values]
    if faults:
        named = ", ".join(str(e.field) for e in done.errors.itertuples() if str(e.field) in values)
        why = f"{entity.name}: {'; '.join(faults)}".replace(" in the source", "")
        raise ConcordError(Said(why, "value.wrong", entity=entity.name, fields=named))
    out = {f: _none(done.values[f].iloc[0]) for f in values}
    _referred(conn, entity, out)
    return out


def _known_fields(entity: Entity, values: Mapping[str, str | None]) -> None:
    unknown = [f for f in values if f not in entity.field]
    if unknown:
        raise ConcordError(
            f"{entity.name} has no field {', '.join(unknown)}; it has {', '.join(entity.field)}"
        )


def _text(entity: Entity, field: str, value: str | None) -> str | None:
    if value is not None and len(value) > LONGEST:
        raise ConcordError(
            f"{entity.name}.{field}: the value has {len(value)} characters; a value has at most"
            f" {LONGEST}"
        )
    return value


def _none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _referred(conn: Connection, entity: Entity, values: Mapping[str, str | None]) -> None:
    """A reference is the golden id of something that is there."""
    for name, text in values.items():
        field = entity.field[name]
        if field.type != "ref" or text is None:
            continue
        query = sql.SQL("SELECT FROM {} WHERE golden_id = %s AND deleted_at IS NULL").format(
            sql.Identifier("golden", field.to or "")
        )
        if not is_uuid(text) or conn.execute(query, (text,)).fetchone() is None:
            raise ConcordError(
                f"{entity.name}.{name} must be the golden id of a live {field.to}; find it with"
                " ./concord record find"
            )


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
