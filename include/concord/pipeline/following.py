"""Following: what refers to records that are newly linked, or belong to another golden record now.

`result` is a relation of such records (system, source_id, golden_id, known, matched_by), `history`
one of the golden records that they belonged to before (system, source_id, golden_id,
replaced_batch).
"""

from __future__ import annotations

import pandas as pd
from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.mapping import canonical
from concord.model.spec import Config, Entity, EntityMapping, Field
from concord.pipeline import lines
from concord.pipeline.fields import has_line, ident, partition, table
from concord.pipeline.images import stored_columns


def replan(conn: Connection, entity: Entity, child: Entity, result: sql.Composable) -> None:
    """Plan anew the golden records of `child` that refer to newly linked ones of `entity`."""
    refs: list[tuple[sql.Composable, str]] = [
        (table("golden", child), ref.name) for ref in child.references if ref.to == entity.name
    ]
    refs += [
        (lines.documents(child, field), line.name)
        for field, line in child.line_references
        if line.to == entity.name
    ]
    for relation, name in refs:
        parts = {"child": relation, "ref": ident("c", name), "result": result}
        conn.execute(statement("pipeline", "replan_children", **parts), {"entity": child.name})


def refers(entity: Entity, child: Entity, mapping: EntityMapping) -> bool:
    """Whether records that a system holds of `child`, or their lines, refer to `entity`."""
    own = any(f.to == entity.name and f.name in mapping.by_field for f in child.references)
    return own or any(
        line.to == entity.name and line in lines.mapped(field, mapping)
        for field, line in child.line_references
    )


def follow(
    conn: Connection,
    config: Config,
    batch_id: int,
    entity: Entity,
    child: Entity,
    mapping: EntityMapping,
    result: sql.Composable,
    history: sql.Composable,
) -> None:
    """Let a system's records of `child` refer to what those of `entity` belong to now."""
    values = {"batch": batch_id, "system": mapping.system, "child": child.name}
    parts: dict[str, sql.Composable] = {
        "result": result,
        "parent_history": history,
        "child": partition(mapping),
        "child_history": table("image", child, "_history"),
        "stored": stored_columns(child),
        "stored_c": stored_columns(child, "c"),
    }
    for ref in child.references:
        if ref.to == entity.name and ref.name in mapping.by_field:
            own: dict[str, sql.Composable] = {
                "ref": ident("c", ref.name),
                "ref_name": ident(ref.name),
                "column": sql.Literal(mapping.by_field[ref.name].column),
            }
            conn.execute(statement("pipeline", "follow_parents", **parts, **own), values)
    for field, line in child.line_references:
        if line.to == entity.name and line in lines.mapped(field, mapping):
            parts["names"] = has_line(ident("c", field.name), line.name, ident("h", "golden_id"))
            _follow_lines(conn, config, child, mapping, field, parts, values)


def _follow_lines(
    conn: Connection,
    config: Config,
    child: Entity,
    mapping: EntityMapping,
    field: Field,
    parts: dict[str, sql.Composable],
    values: dict[str, object],
) -> None:
    """Resolve the lines of the documents concerned anew, from what their system said last."""
    column = mapping.by_field[field.name].column
    parts = {**parts, "column": sql.Literal(column)}
    found = conn.execute(statement("pipeline", "find_documents", **parts), values).fetchall()
    if not found:
        return
    raw = pd.DataFrame({column: [text for _, text in found]}, dtype=object)
    read = canonical(child, mapping, config.code_list, config.company, raw).values[field.name]
    conn.execute("CREATE TEMP TABLE again (id text, system text, lines jsonb) ON COMMIT DROP")
    with conn.cursor().copy("COPY again FROM STDIN") as copy:
        for (source_id, _), text in zip(found, read, strict=True):
            copy.write_row((source_id, mapping.system, text))
    resolved = lines.resolved(config, child, field, ident("again"))
    conn.execute(
        statement("pipeline", "follow_lines", **parts, resolved=resolved, lines=ident(field.name)),
        values,
    )
    conn.execute("DROP TABLE again")
