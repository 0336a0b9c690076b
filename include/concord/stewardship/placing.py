"""Placing: which golden record a record belongs to, by a steward's word.

Only the word is kept here (`ops.placement`); the entity's next batch takes it, by
`concord.pipeline.placements`.
"""

from __future__ import annotations

from uuid import UUID

from psycopg import sql

from concord.errors import ConcordError, Said
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.matching.link import apart
from concord.model.spec import Entity
from concord.pipeline.fields import table
from concord.stewardship import sides, words
from concord.stewardship.canonical import is_uuid
from concord.stewardship.reviews import Review


def join(conn: Connection, entity: Entity, review: Review, target: str) -> tuple[UUID, UUID]:
    """All records of the matched record's golden record shall belong to `target`.

    Returns the golden ids before and after.

    Raises:
        ConcordError: the record or the target is gone, the target has none of its keys, or fields
            differ whose different values mean different things.
    """
    own = _golden_of(conn, entity, review.system or "", review.subject)
    if own is None:
        why = (
            f"review {review.id}: {review.system}.{entity.name} {review.subject} is gone since."
            " Close it with the choice apart"
        )
        raise ConcordError(Said(why, "match.gone", id=review.id))
    found = sides.candidates(conn, entity, review.system or "", review.subject)
    if not is_uuid(target) or UUID(target) not in found:
        known = ", ".join(str(c) for c in found) or "none any more; choose apart"
        why = (
            f"review {review.id}: {target} has none of this record's keys. The candidates are"
            f" {known}"
        )
        raise ConcordError(Said(why, "match.other", id=review.id))
    into = UUID(target)
    query = statement(
        "stewardship", "differ_apart", image=table("image", entity), apart=apart(entity, "a", "b")
    )
    if conn.execute(query, {"own": own, "into": into}).fetchone():
        fields = ", ".join(entity.apart)
        why = (
            f"review {review.id}: they differ in {fields}, and different values"
            " mean different things. Correct that in one of the systems first"
        )
        raise ConcordError(Said(why, "match.differs", id=review.id, fields=fields))
    conn.execute(
        sql.SQL(
            "INSERT INTO ops.placement (entity, system, source_id, golden_id, joins, review_id)"
            " SELECT %(entity)s, system, source_id, %(into)s, true, %(review)s FROM {}"
            " WHERE golden_id = %(own)s AND deleted_at IS NULL"
            " ON CONFLICT (entity, system, source_id) WHERE batch_id IS NULL DO UPDATE"
            " SET golden_id = excluded.golden_id, joins = true, review_id = excluded.review_id"
        ).format(table("image", entity)),
        {"entity": entity.name, "into": into, "own": own, "review": review.id},
    )
    words.replan(conn, entity, [own, into], "joined by a steward")
    return own, into


def part(
    conn: Connection, entity: Entity, review: Review, record: str, golden_id: UUID | None
) -> tuple[UUID, UUID]:
    """One of the records of a double shall have a golden record of its own.

    Returns the golden ids before and after.

    Raises:
        ConcordError: the record is none of them, or no longer.
    """
    if record not in review.detail.get("records", ()):
        known = ", ".join(review.detail.get("records", ()))
        raise ConcordError(f"review {review.id} is about the records {known}, not {record}")
    own = _golden_of(conn, entity, review.system or "", record)
    if own is None or own != golden_id:
        raise ConcordError(
            f"review {review.id}: {review.system}.{entity.name} {record} does not belong there any"
            " more. Close it with the choice leave"
        )
    row = conn.execute(
        "INSERT INTO ops.placement (entity, system, source_id, golden_id, joins, review_id)"
        " VALUES (%s, %s, %s, uuidv7(), false, %s) RETURNING golden_id",
        (entity.name, review.system, record, review.id),
    ).fetchone()
    assert row
    words.replan(conn, entity, [own, row[0]], "parted by a steward")
    return own, row[0]


def _golden_of(conn: Connection, entity: Entity, system: str, source_id: str) -> UUID | None:
    row = conn.execute(
        sql.SQL(
            "SELECT golden_id FROM {} WHERE system = %s AND source_id = %s AND deleted_at IS NULL"
        ).format(table("image", entity)),
        (system, source_id),
    ).fetchone()
    return row[0] if row else None
