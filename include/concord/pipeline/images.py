"""Images: take the new states of records, keep the replaced ones, and note what changed."""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import lines, stage
from concord.pipeline.fields import columns, counts, ident, joined, table


def let_go_overtaken(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Drop from `r` and `w` what a write has overtaken since, and lock the images of the others.

    A load confirms writes while a batch takes in what was read before them. Without this, the older
    reading would be taken for a person's change back to the value before.
    """
    conn.execute(
        statement(
            "pipeline",
            "overtaken",
            image=table("image", entity),
            result=stage.work_table(batch_id, "r", entity.name),
            work=stage.work_table(batch_id, "w", entity.name),
        )
    )


def note_changes(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Make `d`: each field of a known record that a person changed, with base and golden value.

    `settled` is true when the base was the system's own rendering of the golden value, so the two
    agreed although their texts differ.
    """
    conn.execute(
        statement(
            "pipeline",
            "note_changes",
            diff=stage.work_table(batch_id, "d", entity.name),
            result=stage.work_table(batch_id, "r", entity.name),
            image=table("image", entity),
            golden=table("golden", entity),
            values=_unpivot(entity),
        )
    )


def take(conn: Connection, batch_id: int, entity: Entity) -> None:
    """Store new states and deletions as images; what they replace goes to the history."""
    result = stage.work_table(batch_id, "r", entity.name)
    work = stage.work_table(batch_id, "w", entity.name)
    image, history = table("image", entity), table("image", entity, "_history")
    values = {"batch": batch_id, "entity": entity.name}
    conn.execute(statement("pipeline", "keep_tombstones", result=result, image=image), values)
    conn.execute(
        statement(
            "pipeline",
            "keep_history",
            history=history,
            image=image,
            result=result,
            work=work,
            columns=stored_columns(entity),
            of_image=stored_columns(entity, "i"),
        ),
        values,
    )
    conn.execute(
        statement(
            "pipeline",
            "take_images",
            image=image,
            result=result,
            fields=columns(entity),
            new_fields=columns(entity, "r"),
            set_fields=joined(
                sql.SQL("{} = {}").format(ident(f.name), ident("excluded", f.name))
                for f in entity.fields
            ),
            changed=_changed(entity),
            goes_on=_goes_on(entity),
            changed_names=_changed_names(entity),
        ),
        values,
    )
    for name in ("take_deletions", "take_set_back"):
        conn.execute(statement("pipeline", name, image=image, work=work), values)


TECHNICAL = (
    "system", "source_id", "golden_id", "raw", "raw_hash", "version", "changed", "settled",
    "fixed", "read_seq", "first_batch", "seen_batch", "deleted_at",
)  # fmt: skip


def stored_columns(entity: Entity, alias: str | None = None) -> sql.Composed:
    """Every column of an image, technical ones first."""
    names = [*TECHNICAL, *(f.name for f in entity.fields)]
    return joined(ident(alias, n) if alias else ident(n) for n in names)


def _unpivot(entity: Entity) -> sql.Composed:
    rows = []
    for unit in entity.units:
        for f in unit.fields:
            texts = [
                sql.SQL("({})::text").format(
                    lines.held(entity, entity.field[f], alias, ident("r", "system"))
                )
                for alias in ("i", "r", "g")
            ]
            rows.append(
                sql.SQL("({}, {}, {})").format(
                    sql.Literal(unit.name), sql.Literal(f), joined(texts)
                )
            )
    return joined(rows)


def _goes_on(entity: Entity) -> sql.Composed:
    return sql.SQL("({} AND excluded.changed <> '{{}}')").format(counts(entity, "image"))


def _changed(entity: Entity) -> sql.Composed:
    """Jsonb of the fields that differ between the stored image and the new state -> batch."""
    pairs = [
        sql.SQL("{}, CASE WHEN {} IS DISTINCT FROM {} THEN %(batch)s::bigint END").format(
            sql.Literal(f.name), ident("image", f.name), ident("excluded", f.name)
        )
        for f in entity.fields
    ]
    return _objects(pairs)


def _changed_names(entity: Entity) -> sql.Composed:
    """Array of the names of the fields that differ (NULL elements where one does not)."""
    return sql.SQL("ARRAY[{}]::text[]").format(
        joined(
            sql.SQL("CASE WHEN {} IS DISTINCT FROM {} THEN {} END").format(
                ident("image", f.name), ident("excluded", f.name), sql.Literal(f.name)
            )
            for f in entity.fields
        )
    )


def _objects(pairs: list[sql.Composed]) -> sql.Composed:
    # jsonb_build_object takes 100 arguments at most.
    parts = [
        sql.SQL("jsonb_strip_nulls(jsonb_build_object({}))").format(joined(pairs[n : n + 40]))
        for n in range(0, len(pairs), 40)
    ]
    return joined(parts, " || ")
