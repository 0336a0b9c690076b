"""Sides: what each system and the golden record say about the subject of a review.

The value that a person typed may be gone from his system by now, when the golden one was written
back. So of a conflict each side says what was typed, as the conflict kept it, and what is there
now.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.matching.link import same_key
from concord.model.spec import Config, Entity, Group
from concord.pipeline.fields import as_text, joined, table, unit_object
from concord.stewardship import choices, sight
from concord.stewardship.choices import Choice
from concord.stewardship.reviews import Review, review
from concord.stewardship.sight import Value

GOLDEN = "golden"
CANDIDATES = 20  # golden records that a match may be with

Texts = Mapping[str, str | None]


@dataclass(frozen=True)
class Side:
    """What one record says; `system` is `golden` for a golden record, whose id is `source_id`.

    `said`: what counts for the question. `now`: what the record holds. `base`: what it held before
    it was changed, None where that is not known.
    """

    system: str
    source_id: str
    said: Texts
    now: Texts
    base: Texts | None = None
    changed_batch: int | None = None
    changed_at: datetime | None = None
    live: bool = True
    rule: str | None = None  # of the golden record: by which rule its value won


@dataclass(frozen=True)
class SeenSide:
    """A side as a person sees it."""

    system: str
    source_id: str
    said: Mapping[str, Value]
    now: Mapping[str, Value]
    base: Mapping[str, Value] | None
    changed_batch: int | None
    changed_at: datetime | None
    live: bool
    rule: str | None

    @property
    def says_nothing(self) -> bool:
        """Whether it is of a business rule that has no value for any of the fields."""
        return self.system == "rules" and all(
            v.text is None and not v.hidden for v in self.said.values()
        )


@dataclass(frozen=True)
class Detail:
    """A review with everything that is needed to decide it.

    `version` goes back with the decision, which is refused when any of this has changed.
    """

    review: Review
    version: str
    unit: str | None
    fields: tuple[str, ...]
    sides: tuple[SeenSide, ...]
    choices: tuple[Choice, ...]


def detail(
    conn: Connection, config: Config, review_id: int, *, may_see: Collection[str] = sight.PLAIN
) -> Detail:
    """One review, side by side.

    Raises:
        ConcordError: there is no such review, or its entity is no longer in the model.
    """
    found = review(conn, review_id)
    sides = gather(conn, config, found)
    unit = unit_of(config, found)
    systems = tuple(dict.fromkeys(s.system for s in sides if s.system != GOLDEN and s.live))
    fields = tuple(sides[0].said) if sides else ()
    entity = config.entity.get(found.entity or "")
    return Detail(
        found,
        version(found, sides),
        unit.name if unit else found.detail.get("unit"),
        fields,
        tuple(_seen(entity, s, may_see) for s in sides) if entity else (),
        choices.choices(found, systems),
    )


def _seen(entity: Entity, side: Side, may_see: Collection[str]) -> SeenSide:
    return SeenSide(
        side.system,
        side.source_id,
        sight.values(entity, side.said, may_see),
        sight.values(entity, side.now, may_see),
        None if side.base is None else sight.values(entity, side.base, may_see),
        side.changed_batch,
        side.changed_at,
        side.live,
        side.rule,
    )


def version(review: Review, sides: Sequence[Side]) -> str:
    """A text that changes when the review does, or anything that its sides say."""
    told = json.dumps([[s.system, s.source_id, s.said, s.now, s.live] for s in sides])
    return f"{review.version}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def unit_of(config: Config, review: Review) -> Group | None:
    """The field or group that a review is about; None when it is about something else.

    Raises:
        ConcordError: the model has no such entity or unit any more.
    """
    if not choices.about_a_unit(review):
        return None
    entity, name = entity_of(config, review), review.detail.get("unit")
    for unit in entity.units:
        if unit.name == name:
            return unit
    raise ConcordError(
        f"review {review.id} is about {entity.name}.{name}, which is in no model file any more:"
        " close it with the choice leave"
    )


def entity_of(config: Config, review: Review) -> Entity:
    """The entity of a review. Raises ConcordError when the model has none of this name."""
    entity = config.entity.get(review.entity or "")
    if entity is None:
        raise ConcordError(f"review {review.id}: there is no entity {review.entity!r} in the model")
    return entity


def gather(conn: Connection, config: Config, review: Review) -> list[Side]:
    """What there is to see of a review, values unhidden; empty for what is not about records."""
    if choices.about_a_unit(review):
        unit = unit_of(config, review)
        assert unit
        return of_unit(conn, entity_of(config, review), unit, lived(conn, review))
    if review.kind in ("match", "double") or choices.about_a_deletion(review):
        return _records(conn, entity_of(config, review), review)
    return []


def lived(conn: Connection, review: Review) -> UUID | None:
    """The golden record of a review, or what it was merged into since."""
    if review.golden_id is None or review.entity is None:
        return review.golden_id
    return living(conn, review.entity, review.golden_id)


def living(conn: Connection, entity: str, golden_id: UUID) -> UUID:
    """A golden record's id, or that of what it was merged into since."""
    row = conn.execute(
        "SELECT to_id FROM ops.redirect WHERE entity = %s AND from_id = %s", (entity, golden_id)
    ).fetchone()
    return row[0] if row else golden_id


def seen_golden(
    conn: Connection, entity: Entity, unit: Group, golden_id: UUID, may_see: Collection[str]
) -> SeenSide | None:
    """What a golden record says about a unit now, as a person sees it; None where it is gone."""
    side = next((s for s in of_unit(conn, entity, unit, golden_id) if s.system == GOLDEN), None)
    return _seen(entity, side, may_see) if side else None


def of_unit(conn: Connection, entity: Entity, unit: Group, golden_id: UUID | None) -> list[Side]:
    """The golden record's side first, then those of its records; empty when it is not there."""
    query = statement(
        "stewardship",
        "unit_sides",
        golden=table("golden", entity),
        image=table("image", entity),
        golden_values=unit_object(unit, "g"),
        values=unit_object(unit, "i"),
        changed=joined(
            [
                *(
                    sql.SQL("(i.changed ->> {})::bigint").format(sql.Literal(f))
                    for f in unit.fields
                ),
                sql.SQL("(i.changed ->> '*')::bigint"),
            ]
        ),
    )
    rows = conn.execute(
        query, {"golden_id": golden_id, "entity": entity.name, "unit": unit.name}
    ).fetchall()
    return [_side(row) for row in rows]


def _side(row: Sequence[Any]) -> Side:
    system, source_id, now, typed, base, batch, at, live, rule = row
    return Side(
        system, source_id, now if typed is None else typed, now, base, batch, at, live, rule
    )


def _records(conn: Connection, entity: Entity, review: Review) -> list[Side]:
    """The records of a match, a double or a deletion with their plain fields, lines left out."""
    if review.kind == "match":
        ids = candidates(conn, entity, review.system or "", review.subject)
        records = [(review.system, review.subject)]
    else:
        golden_id = lived(conn, review)
        ids = [golden_id] if golden_id else []
        records = [(review.system, r) for r in review.detail.get("records", ())]
    query = statement(
        "stewardship",
        "record_sides",
        golden=table("golden", entity),
        image=table("image", entity),
        golden_values=plain_object(entity, "g"),
        values=plain_object(entity, "i"),
    )
    values = {
        "ids": ids,
        "systems": [s for s, _ in records],
        "records": [r for _, r in records],
        "all_of": ids if choices.about_a_deletion(review) else [],
    }
    rows = conn.execute(query, values).fetchall()
    return [Side(system, key, said, said, live=live) for system, key, said, live in rows]


def candidates(conn: Connection, entity: Entity, system: str, source_id: str) -> list[UUID]:
    """Golden records with a match key of a record that belongs to another one; at most 20."""
    one = sql.SQL(
        "(SELECT i.golden_id FROM {image} AS r JOIN {image} AS i ON {same}"
        " WHERE r.system = %(system)s AND r.source_id = %(source_id)s AND i.deleted_at IS NULL"
        " AND i.golden_id <> r.golden_id LIMIT 100)"
    )
    image = table("image", entity)
    each = [one.format(image=image, same=same_key(entity, key, "r", "i")) for key in entity.keys]
    query = sql.SQL("SELECT golden_id FROM ({}) AS c GROUP BY 1 ORDER BY 1 LIMIT {}").format(
        joined(each, " UNION ALL "), sql.Literal(CANDIDATES)
    )
    rows = conn.execute(query, {"system": system, "source_id": source_id}).fetchall()
    return [golden_id for (golden_id,) in rows]


def plain_object(entity: Entity, alias: str) -> sql.Composed:
    """All fields but lines as a jsonb object of texts."""
    pairs = [
        sql.SQL("{}, {}").format(sql.Literal(f.name), as_text(alias, f.name))
        for f in entity.fields
        if f.type != "lines"
    ]
    # jsonb_build_object takes 100 arguments at most.
    parts = [
        sql.SQL("jsonb_build_object({})").format(joined(pairs[n : n + 40]))
        for n in range(0, len(pairs), 40)
    ]
    return joined(parts, " || ")


def golden_row(conn: Connection, entity: Entity, golden_id: UUID) -> tuple[Texts, bool] | None:
    """A golden record's plain fields and whether it is live; None when there is none."""
    query = sql.SQL("SELECT {}, g.deleted_at IS NULL FROM {} AS g WHERE g.golden_id = %s").format(
        plain_object(entity, "g"), table("golden", entity)
    )
    row = conn.execute(query, (golden_id,)).fetchone()
    return (row[0], row[1]) if row else None
