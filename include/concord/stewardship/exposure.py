"""Exposure: the money that depends on a record that waits, so that stewards begin where it counts.

`ordered`: open orders that refer to the record, are it, or are parked until it comes. `receivable`:
what is unpaid of posted invoices likewise. Both are kept with the task and looked up anew after a
while, as a list sorted by money could not be computed within its time. Amounts are in the group's
currency by each document's own rate; a document without a rate counts as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity
from concord.pipeline.fields import ident, joined, partition, table

FRESH = timedelta(minutes=15)
MOST = 2_000  # tasks that one call looks up


@dataclass(frozen=True)
class Paper:
    """Documents that stand for money: `live` says, of alias d, which ones still do."""

    entity: str
    value: tuple[str, ...]  # fields, the first one that is filled counts
    rate: str
    fields: tuple[str, ...]  # that `live` looks at
    live: str


ORDERS = Paper(
    "sales_order", ("total", "net"), "rate", ("lifecycle",),
    "d.lifecycle IS DISTINCT FROM 'done' AND d.lifecycle IS DISTINCT FROM 'cancelled'",
)  # fmt: skip
INVOICES = Paper(
    "invoice", ("open",), "rate", ("lifecycle", "open"), "d.lifecycle = 'posted' AND d.open <> 0"
)


def refresh(conn: Connection, config: Config, *, fresh: timedelta = FRESH, most: int = MOST) -> int:
    """Look up the money at stake of open quarantine entries and reviews: first those that have none
    yet, then those looked up longer than `fresh` ago, `most` of each.

    Returns how many were looked up. Call it after each batch, or before a list is shown.
    """
    n = 0
    for task, key, subject, raw in _TASKS:
        for entity in _due(conn, config, task, fresh):
            n += conn.execute(
                statement(
                    "stewardship",
                    "expose",
                    task=ident("ops", task),
                    key=ident(key),
                    subject=subject,
                    raw=raw,
                    waits=_WAITS[task],
                    golden_id=_golden_id(task, entity),
                    ordered=_sum(config, ORDERS, entity),
                    receivable=_sum(config, INVOICES, entity),
                ),
                {"entity": entity.name, "fresh": fresh, "most": most},
            ).rowcount
    return n


def _due(conn: Connection, config: Config, task: str, fresh: timedelta) -> list[Entity]:
    query = sql.SQL(
        "SELECT DISTINCT t.entity FROM {} AS t WHERE {}"
        " AND (t.exposed_at IS NULL OR t.exposed_at < clock_timestamp() - %s::interval)"
    ).format(ident("ops", task), _WAITS[task])
    rows = conn.execute(query, (fresh,)).fetchall()
    return [config.entity[name] for (name,) in rows if name in config.entity]


_TASKS = (
    ("quarantine", "quarantine_id", sql.SQL("t.source_id"), sql.SQL("t.raw")),
    (
        "review",
        "review_id",
        sql.SQL("CASE WHEN t.kind = 'match' THEN t.subject END"),
        sql.SQL("NULL::jsonb"),
    ),
)
_WAITS = {
    "quarantine": sql.SQL("t.state IN ('open', 'replay')"),
    "review": sql.SQL("t.state = 'open'"),
}


def _golden_id(task: str, entity: Entity) -> sql.Composable:
    """The golden record of task `t`; NULL for what was never taken in."""
    cases = [
        sql.SQL(
            "WHEN {} THEN (SELECT i.golden_id FROM {} AS i WHERE i.source_id = k.source_id)"
        ).format(sql.SQL("t.system = {}").format(sql.Literal(m.system)), partition(m))
        for m in entity.mappings
    ]
    found = sql.SQL("CASE {} END").format(joined(cases, " "))
    if task == "review":
        return sql.SQL("coalesce(t.golden_id, {})").format(found)
    # The key is a golden id for golden records, and for a create that was refused.
    return sql.SQL(
        "CASE WHEN (t.system = 'golden' OR t.side = 'write')"
        " AND pg_input_is_valid(t.source_id, 'uuid') THEN t.source_id::uuid ELSE {} END"
    ).format(found)


def _sum(config: Config, paper: Paper, entity: Entity) -> sql.Composable:
    """What documents of one kind say of golden record `s.golden_id` or of record `s` itself."""
    document = config.entity.get(paper.entity)
    needs = {*paper.value, paper.rate, *paper.fields}
    if document is None or not needs <= document.field.keys():
        return sql.SQL("NULL::numeric")
    parts = [*_golden_sums(document, paper, entity), *_parked_sums(document, paper, entity)]
    if not parts:
        return sql.SQL("NULL::numeric")
    return sql.SQL("(SELECT sum(x.value) FROM ({}) AS x)").format(joined(parts, " UNION ALL "))


def _golden_sums(document: Entity, paper: Paper, entity: Entity) -> Iterator[sql.Composable]:
    tests: list[sql.Composable] = [
        sql.SQL("{} = s.golden_id").format(ident("d", f.name))
        for f in document.references
        if f.to == entity.name
    ]
    if document.name == entity.name:
        tests.append(sql.SQL("d.golden_id = s.golden_id"))
    tests += [
        sql.SQL("d.golden_id IN (SELECT l.golden_id FROM {} AS l WHERE {} = s.golden_id)").format(
            table("golden", document, f"_{field.name}"), ident("l", line.name)
        )
        for field, line in document.line_references
        if line.to == entity.name
    ]
    values = joined(ident("d", name) for name in paper.value)
    for test in tests:
        yield sql.SQL(
            "SELECT coalesce({values}, 0) * coalesce({rate}, 1) AS value FROM {documents} AS d"
            " WHERE {test} AND d.deleted_at IS NULL AND ({live})"
        ).format(
            values=values,
            rate=ident("d", paper.rate),
            documents=table("golden", document),
            test=test,
            live=sql.SQL(paper.live),
        )


def _parked_sums(document: Entity, paper: Paper, entity: Entity) -> Iterator[sql.Composable]:
    """Documents that wait for the record, or that it is itself, by what their system said."""
    for mapping in document.mappings:
        named = [mapping.by_field[f].column for f in paper.value if f in mapping.by_field]
        rate = mapping.by_field.get(paper.rate)
        if not named:
            continue
        number = sql.SQL("CASE WHEN pg_input_is_valid({t}, 'numeric') THEN ({t})::numeric END")

        def read(raw: sql.Composable, column: str, form: sql.SQL = number) -> sql.Composed:
            text = sql.SQL("({} ->> {})").format(raw, sql.Literal(column))
            return form.format(t=text)

        for raw, source, waiting in (
            (sql.SQL("p.raw"), sql.SQL("ops.parked AS p"), _WAITING),
            (sql.SQL("s.raw"), sql.SQL("(SELECT 1) AS one"), _ITSELF),
        ):
            if waiting is _ITSELF and document.name != entity.name:
                continue
            yield sql.SQL(
                "SELECT coalesce({values}, 0) * coalesce({rate}, 1) AS value FROM {source}"
                " WHERE {waiting}"
            ).format(
                values=joined(read(raw, column) for column in named),
                rate=read(raw, rate.column) if rate else sql.SQL("NULL::numeric"),
                source=source,
                waiting=waiting.format(
                    document=sql.Literal(document.name), system=sql.Literal(mapping.system)
                ),
            )


_WAITING = sql.SQL(
    "p.entity = {document} AND p.system = {system} AND s.system = {system} AND p.waits_for @>"
    " jsonb_build_array(jsonb_build_object('entity', %(entity)s::text, 'source_id', s.source_id))"
)
_ITSELF = sql.SQL("s.golden_id IS NULL AND s.system = {system} AND {document} = %(entity)s")
