"""Schema drift: what a system's columns are now against what they were when last accepted.

An added column is no concern of ours. A missing or retyped one stops that field's use: it is not
read, keeps its last value in the image, is not written, and a review says so. A missing key stops
the entity (the adapter raises EntityStopped). Once it is as it was, everything is compared and
planned once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import EntityStopped, Said, parts
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Column, Entity, EntityMapping
from concord.systems.protocol import Shape


def check(
    conn: Connection, batch_id: int, entity: Entity, mapping: EntityMapping, shape: Shape
) -> dict[str, str]:
    """Field -> why it is stopped. Opens a review for each; remembers a first or repaired shape.

    Raises:
        EntityStopped: a required field is among them, or the column that tells merges is gone.
    """
    if mapping.merged_into is not None and mapping.merged_into not in shape.columns:
        # Without it every merged record would look like one of its own again.
        gone = f"{mapping.table}.{mapping.merged_into}"
        why = (
            f"{mapping.system}.{mapping.entity} stops: column {gone} is gone, which says what was"
            " merged"
        )
        raise EntityStopped(Said(why, "column.merged", column=gone))
    row = conn.execute(
        "SELECT columns, native FROM ops.shape WHERE system = %s AND entity = %s",
        (mapping.system, mapping.entity),
    ).fetchone()
    known: dict[str, str] = row[0] if row else {}
    native: dict[str, str] = row[1] if row else {}
    stopped: dict[str, str] = {}
    for column in mapping.columns:
        name = column.column
        now = shape.columns.get(name)
        if now is None:
            named = f"{mapping.table}.{name}"
            stopped[column.field] = Said(f"column {named} is gone", "column.gone", column=named)
        elif name in known and (known[name] != now or _other_lines(column, native, shape)):
            was, became = native.get(name, known[name]), shape.native.get(name, now)
            named = f"{mapping.table}.{name}"
            stopped[column.field] = Said(
                f"column {named} was {was} and is now {became}",
                "column.other",
                column=named,
                was=was,
                now=became,
            )
    for field, why in stopped.items():
        open_review(conn, batch_id, mapping, field, why)
    _close_repaired(conn, mapping, stopped)
    _remember(conn, mapping, shape, stopped, known, native)
    _stop_when_needed(entity, mapping, stopped)
    return stopped


def _stop_when_needed(entity: Entity, mapping: EntityMapping, stopped: dict[str, str]) -> None:
    needed = [f for f in stopped if entity.field[f].required]
    if needed:
        columns = ", ".join(mapping.by_field[f].column for f in needed)
        why = f"{mapping.system}.{mapping.entity} stops: " + "; ".join(stopped[f] for f in needed)
        raise EntityStopped(Said(why, "column.needed", columns=columns))


def without(mapping: EntityMapping, shape: Shape, stopped: dict[str, str]) -> Shape:
    """The shape with the stopped fields' columns left out."""
    bad = {c.column for c in mapping.columns if c.field in stopped}
    return replace(shape, columns={n: t for n, t in shape.columns.items() if n not in bad})


def as_accepted(
    mapping: EntityMapping, shape: Shape, known: Mapping[str, str], native: Mapping[str, str]
) -> bool:
    """Whether all columns are there and as they were last accepted: `check` would do nothing."""
    return not shape.missing and all(
        known.get(name) == kind for name, kind in shape.columns.items()
    ) and not any(_other_lines(c, native, shape) for c in mapping.columns)  # fmt: skip


def accepted(conn: Connection, mapping: EntityMapping, shape: Shape) -> Shape:
    """The shape without columns that are not of the type that was last accepted."""
    row = conn.execute(
        "SELECT columns, native FROM ops.shape WHERE system = %s AND entity = %s",
        (mapping.system, mapping.entity),
    ).fetchone()
    known: dict[str, str] = row[0] if row else {}
    native: dict[str, str] = row[1] if row else {}
    bad = {c.column for c in mapping.columns if _other_lines(c, native, shape)}
    columns = {n: t for n, t in shape.columns.items() if known.get(n, t) == t and n not in bad}
    return replace(shape, columns=columns)


def _other_lines(column: Column, native: Mapping[str, str], shape: Shape) -> bool:
    """Whether a column of lines has another type: to the document they are always one text.

    A column that the mapping names only since, or no longer, is none of the system's doing.
    """
    if column.lines is None or column.column not in native:
        return False
    was, now = _line_types(native[column.column]), _line_types(shape.native.get(column.column, ""))
    return any(now.get(name, kind) != kind for name, kind in was.items())


def _line_types(native: str) -> dict[str, str]:
    """`so_line(item text, qty numeric)` as column -> type."""
    inside = native.partition("(")[2].removesuffix(")")
    pairs = (part.rpartition(" ") for part in inside.split(", ") if part)
    return {name: kind for name, _, kind in pairs}


def open_review(
    conn: Connection, batch_id: int, mapping: EntityMapping, subject: str, why: str
) -> None:
    """Ask a person, once, about a field or a whole entity that stopped."""
    conn.execute(
        "INSERT INTO ops.review (kind, system, entity, subject, detail, batch_id)"
        " VALUES ('schema', %s, %s, %s, %s, %s)"
        " ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject)"
        " WHERE state = 'open' DO UPDATE SET detail = excluded.detail",
        (mapping.system, mapping.entity, subject, Jsonb(parts(why)), batch_id),
    )


def _close_repaired(conn: Connection, mapping: EntityMapping, stopped: dict[str, str]) -> None:
    done = conn.execute(
        "UPDATE ops.review SET state = 'done', closed_at = clock_timestamp(),"
        " closed_by = 'concord', comment = 'the column is back as it was'"
        " WHERE kind = 'schema' AND state = 'open' AND system = %s AND entity = %s"
        " AND subject <> ALL(%s)",
        (mapping.system, mapping.entity, list(stopped)),
    )
    if done.rowcount:
        _catch_up(conn, mapping.system, [mapping.entity])


def _catch_up(conn: Connection, system: str, entities: list[str]) -> None:
    """Compare all of these once, and plan all: what happened to a stopped field was not taken."""
    for entity in entities:
        conn.execute(
            "UPDATE ops.cursor SET position = '{}' WHERE system = %s AND entity = %s",
            (system, entity),
        )
        conn.execute(
            statement("pipeline", "replan_all", golden=sql.Identifier("golden", entity)),
            {"entity": entity, "reason": f"the columns of {system} are settled"},
        )


def _remember(
    conn: Connection,
    mapping: EntityMapping,
    shape: Shape,
    stopped: dict[str, str],
    known: dict[str, str],
    native: dict[str, str],
) -> None:
    """Accept what is seen for the first time, in lines too; a stopped column keeps what it was."""
    bad = {c.column for c in mapping.columns if c.field in stopped}
    other = {c.column for c in mapping.columns if c.lines is not None} - bad
    other = {n for n in other & native.keys() if native[n] != shape.native.get(n)}
    fresh = {
        n: t for n, t in shape.columns.items() if n not in bad and n not in known.keys() - other
    }
    if not fresh:
        return
    conn.execute(
        "INSERT INTO ops.shape (system, entity, columns, native) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (system, entity) DO UPDATE SET columns = shape.columns || excluded.columns,"
        " native = shape.native || excluded.native, seen_at = clock_timestamp()",
        (
            mapping.system,
            mapping.entity,
            Jsonb(fresh),
            Jsonb({n: shape.native[n] for n in fresh if n in shape.native}),
        ),
    )


def accept(
    conn: Connection,
    system: str,
    entity: str | None = None,
    *,
    actor: str | None = None,
    comment: str | None = None,
) -> int:
    """Forget the remembered shapes of a system, or of one entity there: the next batch takes what
    it finds. Returns how many reviews that closed.
    """
    which = {"system": system, "entity": entity}
    conn.execute(
        "DELETE FROM ops.shape WHERE system = %(system)s"
        " AND (%(entity)s::text IS NULL OR entity = %(entity)s)",
        which,
    )
    closed = conn.execute(
        "UPDATE ops.review SET state = 'approved', closed_at = clock_timestamp(),"
        " closed_by = %(actor)s, comment = %(comment)s"
        " WHERE kind = 'schema' AND state = 'open' AND system = %(system)s"
        " AND (%(entity)s::text IS NULL OR entity = %(entity)s) RETURNING entity",
        {**which, "actor": actor, "comment": comment},
    ).fetchall()
    _catch_up(conn, system, sorted({entity for (entity,) in closed}))
    return len(closed)
