"""Finding: golden records by any business key, by a record's key in its system, or by name.

Keys are compared in the form in which they are matched, cleaned as their field is cleaned; names by
how they begin. Every part is answered by an index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.mapping.reading import field_reader, uses
from concord.model.spec import RULES, Column, Config, Entity, Field
from concord.pipeline.fields import ident, joined, table
from concord.stewardship import sight
from concord.stewardship.canonical import is_uuid

FOUND = 20  # records of one entity
SHORTEST = 2  # characters of a name
LONGEST = 500  # characters that are looked for
LAST = "\U0010ffff"


@dataclass(frozen=True)
class Found:
    """A golden record that was found. `by`: the field, or `record` for a system's own key, or
    `golden_id`. `title`: its name, or its key; None where the reader may not see either.
    """

    entity: str
    golden_id: UUID
    by: str
    title: str | None
    live: bool


def find(
    conn: Connection,
    config: Config,
    text: str,
    *,
    entity: str | None = None,
    may_see: Collection[str] = sight.PLAIN,
    limit: int = 50,
) -> list[Found]:
    """Golden records that have `text` as a key, or a name that begins with it; keys first.

    Fields that the reader may not see are not searched.

    Raises:
        ConcordError: the text is empty or too long, or there is no such entity.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or "\0" in text:
        raise ConcordError(f"look for 1 to {LONGEST} characters: a key, a number or a name")
    if entity is not None and entity not in config.entity:
        raise ConcordError(f"there is no entity {entity!r}; known: {', '.join(config.entity)}")
    out: list[Found] = []
    for spec in config.entities if entity is None else [config.entity[entity]]:
        out += _of(conn, config, spec, text, may_see)
    by_key = {"golden_id": 0, "record": 1}
    keys = {(e.name, key[0]) for e in config.entities for key in e.keys}
    out.sort(key=lambda f: (by_key.get(f.by, 2 if (f.entity, f.by) in keys else 3), not f.live))
    return out[:limit]


def _of(
    conn: Connection, config: Config, entity: Entity, text: str, may_see: Collection[str]
) -> list[Found]:
    parts: list[sql.Composable] = []
    values: dict[str, Any] = {
        "text": text,
        "systems": [m.system for m in entity.mappings],
        "entity": entity.name,
        "id": text if is_uuid(text) else None,
    }
    parts.append(sql.SQL("(SELECT %(id)s::uuid, 'golden_id', 0)"))
    parts.append(
        sql.SQL(
            "(SELECT d.to_id, 'golden_id', 0 FROM ops.redirect AS d"
            " WHERE d.entity = %(entity)s AND d.from_id = %(id)s::uuid)"
        )
    )
    parts.append(
        sql.SQL(
            "(SELECT i.golden_id, 'record', 1 FROM {} AS i"
            " WHERE i.system = ANY(%(systems)s) AND i.source_id = %(text)s LIMIT {})"
        ).format(table("image", entity), sql.Literal(FOUND))
    )
    for n, (field, part) in enumerate(_parts(entity, may_see)):
        key = f"t{n}"
        values[key] = _cleaned(config, field, text)
        values[f"{key}_end"] = (values[key] or "") + LAST
        parts.append(part(key))
    query = sql.SQL(
        "SELECT DISTINCT ON (g.golden_id) g.golden_id, f.by, {title}, g.deleted_at IS NULL"
        " FROM ({parts}) AS f (golden_id, by, nth) JOIN {golden} AS g USING (golden_id)"
        " ORDER BY g.golden_id, f.nth LIMIT {limit}"
    ).format(
        title=title(entity, may_see),
        parts=joined(parts, " UNION ALL "),
        golden=table("golden", entity),
        limit=sql.Literal(FOUND),
    )
    rows = conn.execute(query, values).fetchall()
    return [Found(entity.name, golden_id, by, name, live) for golden_id, by, name, live in rows]


def _parts(entity: Entity, may_see: Collection[str]) -> Iterator[tuple[Field, Any]]:
    """For each field that is searched a query of `%(name)s`, the text as that field has it."""
    leading = dict.fromkeys(key[0] for key in entity.keys)
    image, golden = table("image", entity), table("golden", entity)
    for name in leading:
        field = entity.field[name]
        if field.type == "text" and field.sensitivity in may_see:
            yield field, _equal(name, image)
    for name in entity.searched:
        field = entity.field[name]
        if field.sensitivity in may_see:
            yield field, _begins(name, golden)


def _equal(name: str, image: sql.Identifier) -> Any:
    def part(key: str) -> sql.Composed:
        return sql.SQL(
            "(SELECT i.golden_id, {name}, 2 FROM {image} AS i WHERE ops.fold({column}) ="
            " ops.fold({text}) AND i.deleted_at IS NULL LIMIT {limit})"
        ).format(
            name=sql.Literal(name),
            image=image,
            column=ident("i", name),
            text=sql.Placeholder(key),
            limit=sql.Literal(FOUND),
        )

    return part


def _begins(name: str, golden: sql.Identifier) -> Any:
    def part(key: str) -> sql.Composed:
        return sql.SQL(
            "(SELECT g.golden_id, {name}, 3 FROM {golden} AS g WHERE ops.fold({column}) ~>=~"
            " ops.fold({text}) AND ops.fold({column}) ~<~ ops.fold({end})"
            " AND length({text}) >= {shortest} ORDER BY ops.fold({column}) USING ~<~ LIMIT {limit})"
        ).format(
            name=sql.Literal(name),
            golden=golden,
            column=ident("g", name),
            text=sql.Placeholder(key),
            end=sql.Placeholder(f"{key}_end"),
            shortest=sql.Literal(SHORTEST),
            limit=sql.Literal(FOUND),
        )

    return part


def _cleaned(config: Config, field: Field, text: str) -> str:
    """The text as the field would hold it; as it is where that cannot be told."""
    company = config.company
    read = field_reader(
        field, Column(field=field.name, column=field.name), RULES, config.code_list,
        company.country, None,
    )  # fmt: skip
    done = read(text, *(None for _ in uses(field)))
    return done if isinstance(done, str) else text


def titles(
    conn: Connection,
    config: Config,
    wanted: Iterable[tuple[str, UUID]],
    may_see: Collection[str] = sight.PLAIN,
) -> dict[UUID, str]:
    """What golden records are called, by their ids; `wanted`: each one's entity and id."""
    ids: dict[str, list[UUID]] = {}
    for entity, golden_id in wanted:
        ids.setdefault(entity, []).append(golden_id)
    found: dict[UUID, str] = {}
    for name, some in ids.items():
        if name in config.entity:
            spec = config.entity[name]
            query = sql.SQL(
                "SELECT g.golden_id, {} FROM {} AS g WHERE g.golden_id = ANY(%s)"
            ).format(title(spec, may_see), table("golden", spec))
            found |= {one: called for one, called in conn.execute(query, (some,)) if called}
    return found


def title(entity: Entity, may_see: Collection[str]) -> sql.Composable:
    """What golden record `g` is called: its name, else the first part of a key, as text."""
    named: Sequence[str] = [f for f in entity.searched if f == "name" or f.endswith("_name")]
    leading = [key[0] for key in entity.keys if entity.field[key[0]].type == "text"]
    seen = [f for f in (*named, *leading) if entity.field[f].sensitivity in may_see]
    if not seen:
        return sql.SQL("NULL::text")
    return sql.SQL("coalesce({}, NULL)").format(joined(ident("g", f) for f in seen))
