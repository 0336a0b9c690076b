"""Merges: records that were merged inside their own system, and taken apart again.

A system that keeps the loser with a pointer to the survivor says so by the mapping's `merged_into`.
The loser then counts no more, its golden id redirects to the survivor's, and all its other records
belong there: two records of one thing in their systems, which a person is asked about. Nothing is
deleted anywhere, and the values that lose are kept as conflicts.
"""

from __future__ import annotations

import pandas as pd
from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.mapping import canonical
from concord.model.spec import Config, Entity, EntityMapping, Field
from concord.pipeline import lines, stage
from concord.pipeline.fields import columns, has_line, ident, partition, pointer, table
from concord.pipeline.images import stored_columns


def settle(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Give the new states in `r`, and what belongs to them, the golden ids that merges lead to.

    After linking and before images are taken. Chains end in one golden record, circles too.
    """
    if not any(m.merged_into for m in entity.mappings):
        return
    parts: dict[str, sql.Composable] = {
        "result": stage.work_table(batch_id, "r", entity.name),
        "work": stage.work_table(batch_id, "w", entity.name),
        "image": table("image", entity),
        "history": table("image", entity, "_history"),
        "pointer": pointer(entity, "r"),
        "fields": columns(entity),
        "image_fields": columns(entity, "i"),
    }
    values = {"entity": entity.name, "batch": batch_id}
    noted = conn.execute(statement("pipeline", "note_merged", **parts), values).rowcount
    conn.execute(statement("pipeline", "take_apart", **parts), values)
    conn.execute(statement("pipeline", "mark_survivors"), values)
    if noted == 0:
        return
    conn.execute(statement("pipeline", "find_moves", **parts), values)
    for name in ("move_rows", "move_images", "redirect"):
        conn.execute(statement("pipeline", name, **parts), values)
    conn.execute("DROP TABLE moved")


def follow(conn: Connection, config: Config, batch_id: int, entity: Entity) -> None:
    """Let records that refer to a merged or separated one refer to its present golden record."""
    if not any(m.merged_into for m in entity.mappings):
        return
    for child in config.entities:
        for mapping in child.mappings:
            for ref in child.references:
                if ref.to != entity.name or ref.name not in mapping.by_field:
                    continue
                conn.execute(
                    statement(
                        "pipeline",
                        "follow_parents",
                        result=stage.work_table(batch_id, "r", entity.name),
                        parent_history=table("image", entity, "_history"),
                        child=partition(mapping),
                        child_history=table("image", child, "_history"),
                        stored=stored_columns(child),
                        stored_c=stored_columns(child, "c"),
                        ref=ident("c", ref.name),
                        ref_name=ident(ref.name),
                        column=sql.Literal(mapping.by_field[ref.name].column),
                    ),
                    {"batch": batch_id, "system": mapping.system, "child": child.name},
                )
            for field, line in child.line_references:
                if line.to == entity.name and line in lines.mapped(field, mapping):
                    _follow_lines(conn, config, batch_id, entity, child, mapping, field, line)


def _follow_lines(
    conn: Connection,
    config: Config,
    batch_id: int,
    entity: Entity,
    child: Entity,
    mapping: EntityMapping,
    field: Field,
    line: Field,
) -> None:
    """Resolve the lines of the documents concerned anew, from what their system said last."""
    column = mapping.by_field[field.name].column
    parts: dict[str, sql.Composable] = {
        "result": stage.work_table(batch_id, "r", entity.name),
        "parent_history": table("image", entity, "_history"),
        "child": partition(mapping),
        "column": sql.Literal(column),
        "names": has_line(ident("c", field.name), line.name, ident("h", "golden_id")),
    }
    values = {"batch": batch_id, "system": mapping.system, "child": child.name}
    found = conn.execute(statement("pipeline", "find_documents", **parts), values).fetchall()
    if not found:
        return
    raw = pd.DataFrame({column: [text for _, text in found]}, dtype=object)
    read = canonical(child, mapping, config.code_list, config.company, raw).values[field.name]
    conn.execute("CREATE TEMP TABLE again (id text, system text, lines jsonb) ON COMMIT DROP")
    with conn.cursor().copy("COPY again FROM STDIN") as copy:
        for (source_id, _), text in zip(found, read, strict=True):
            copy.write_row((source_id, mapping.system, text))
    conn.execute(
        statement(
            "pipeline",
            "follow_lines",
            **parts,
            resolved=lines.resolved(config, child, field, ident("again")),
            child_history=table("image", child, "_history"),
            stored=stored_columns(child),
            stored_c=stored_columns(child, "c"),
            lines=ident(field.name),
        ),
        values,
    )
    conn.execute("DROP TABLE again")
