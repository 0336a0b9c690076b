"""Link: which new records are the same thing, by exact cleaned keys, strongest key first.

Works on unify's table `r` (new states, known ones already carry their golden id). For each key: a
new record joins the one golden record that has its key; new records that share a key with each
other become one; what is ambiguous is left alone and asked about. Records whose `apart` fields
(say, tax number) differ are never joined. A scored matcher would be one more pass before
`_name_the_rest`, offering candidates for review.
"""

from __future__ import annotations

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline import stage
from concord.pipeline.fields import ident, joined, merged, table


def link(conn: Connection, batch_id: int, entity: Entity, result: sql.Identifier) -> None:
    """Give every row of `r` a golden id."""
    for key in entity.keys:
        _join_known(conn, batch_id, entity, result, key)
        _join_each_other(conn, entity, result, key)
    _name_the_rest(conn, result)


def _join_known(
    conn: Connection,
    batch_id: int,
    entity: Entity,
    result: sql.Identifier,
    key: tuple[str, ...],
) -> None:
    conn.execute(
        statement(
            "matching",
            "join_known",
            result=result,
            work=stage.work_table(batch_id, "w", entity.name),
            image=table("image", entity),
            golden=table("golden", entity),
            same_image=same_key(entity, key, "r", "i"),
            same_row=same_key(entity, key, "r", "k"),
            apart_image=apart(entity, "r", "i"),
            apart_golden=apart(entity, "r", "g"),
            apart_row=apart(entity, "r", "k"),
        ),
        {"key": "+".join(key), "entity": entity.name, "batch": batch_id},
    )


def _join_each_other(
    conn: Connection, entity: Entity, result: sql.Identifier, key: tuple[str, ...]
) -> None:
    folded = [_folded(entity, f, "r") for f in key]
    names = [ident(f"key_{n}") for n in range(len(key))]
    conn.execute(
        statement(
            "matching",
            "join_each_other",
            result=result,
            keys=joined(
                sql.SQL("{} AS {}").format(value, name)
                for value, name in zip(folded, names, strict=True)
            ),
            names=joined(names),
            present=joined((sql.SQL("{} IS NOT NULL").format(ident("r", f)) for f in key), " AND "),
            apart_count=_apart_count(entity),
            same=joined(
                (
                    sql.SQL("{} = {}").format(value, ident("m", f"key_{n}"))
                    for n, value in enumerate(folded)
                ),
                " AND ",
            ),
        ),
        {"key": "+".join(key)},
    )


def _name_the_rest(conn: Connection, result: sql.Identifier) -> None:
    conn.execute(
        sql.SQL(
            "UPDATE {} SET golden_id = uuidv7(), matched_by = 'new' WHERE golden_id IS NULL"
        ).format(result)
    )


def ask_about_doubles(
    conn: Connection, batch_id: int, entity: Entity, result: sql.Identifier
) -> None:
    """Ask a person about golden records to which one system now gives more than one record."""
    conn.execute(
        statement(
            "matching",
            "ask_about_doubles",
            result=result,
            image=table("image", entity),
            merged=merged(entity, "b"),
        ),
        {"entity": entity.name, "batch": batch_id},
    )


def _folded(entity: Entity, field: str, alias: str) -> sql.Composed:
    """A key field in the form in which keys are compared; its index has the same expression."""
    if entity.field[field].type in {"text", "code"}:
        return sql.SQL("ops.fold({})").format(ident(alias, field))
    return sql.Composed([ident(alias, field)])


def same_key(entity: Entity, key: tuple[str, ...], a: str, b: str) -> sql.Composed:
    """True when both have the key and it is the same; NULL when one lacks a part of it."""
    return joined(
        (sql.SQL("{} = {}").format(_folded(entity, f, a), _folded(entity, f, b)) for f in key),
        " AND ",
    )


def apart(entity: Entity, a: str, b: str) -> sql.Composed:
    """True when an `apart` field has two different values."""
    tests = [
        sql.SQL("coalesce({} <> {}, false)").format(_folded(entity, f, a), _folded(entity, f, b))
        for f in entity.apart
    ]
    return joined([sql.SQL("false"), *tests], " OR ")


def _apart_count(entity: Entity) -> sql.Composed:
    """True when no `apart` field has two different values within a group of rows."""
    tests = [
        sql.SQL("count(DISTINCT {}) <= 1").format(_folded(entity, f, "r")) for f in entity.apart
    ]
    return joined([sql.SQL("true"), *tests], " AND ")
