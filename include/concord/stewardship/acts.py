"""Acts: what each choice does in the hub. Called by deciding.py, inside its transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from psycopg.types.json import Jsonb

from concord.errors import ConcordError, Said
from concord.hub.database import Connection
from concord.model.spec import Config, Entity, EntityMapping
from concord.pipeline import decisions, drift, set_back
from concord.stewardship import canonical, choices, placing, sides, words, write_back
from concord.stewardship.reviews import Review
from concord.stewardship.sides import GOLDEN, Side

Texts: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True)
class Word:
    """What the person says."""

    choice: str
    actor: str
    comment: str | None
    values: Mapping[str, str | None]
    record: str | None
    always: bool


@dataclass
class Act:
    """What was done: values before and after by field, and what to follow it by."""

    before: Texts
    after: Texts
    decision: int | None = None  # in ops.decision
    proposal: int | None = None  # review that proposes a rule
    batch: int | None = None  # newest batch when it was done
    digest: str = ""


Doing: TypeAlias = Callable[[Connection, Config, Review, Word, list[Side]], Act]


def perform(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    """Do what the choice says. Raises ConcordError when that cannot be done (any more)."""
    if choices.about_a_deletion(review):
        act = _deletion(conn, config, review, word, seen)
    elif choices.about_a_unit(review):
        act = _unit(conn, config, review, word, seen)
    else:
        act = _BY_KIND[review.kind](conn, config, review, word, seen)
    row = conn.execute("SELECT max(batch_id) FROM ops.batch").fetchone()
    act.batch = row[0] if row else None
    return act


def _unit(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    """A value for a field or group: it becomes a decision, which the next batch computes with."""
    if word.choice == "leave":
        return Act({}, {})
    golden = next((s for s in seen if s.system == GOLDEN), None)
    if golden is None or not golden.live:
        why = f"review {review.id}: the record is gone since. Close it with the choice leave"
        raise ConcordError(Said(why, "review.gone", id=review.id))
    entity, unit = sides.entity_of(config, review), sides.unit_of(config, review)
    assert unit
    golden_id = UUID(golden.source_id)
    after = {**golden.now, **_chosen(conn, config, review, word, seen, golden)}
    if all(v is None for v in after.values()) and any(entity.field[f].required for f in after):
        why = f"{entity.name}.{unit.name} cannot be empty: it is required"
        raise ConcordError(Said(why, "field.required", entity=entity.name, field=unit.name))
    number = words.decide(conn, entity, golden_id, unit.name, after, word.actor, word.comment)
    conn.execute(
        "UPDATE ops.conflict SET state = 'decided' WHERE golden_id = %s AND entity = %s"
        " AND unit = %s AND state = 'open'",
        (golden_id, entity.name, unit.name),
    )
    proposal = _propose(conn, config, review, word) if word.always else None
    return Act(golden.now, after, decision=number, proposal=proposal)


def _chosen(
    conn: Connection, config: Config, review: Review, word: Word, seen: list[Side], golden: Side
) -> Texts:
    if word.choice == "golden":
        return golden.now
    if word.choice == "before":
        return _before(conn, review, golden)
    if word.choice == "own":
        return _own(conn, config, review, word, golden)
    said = [s for s in seen if s.system == word.choice and s.live]
    if word.record is not None:
        said = [s for s in said if s.source_id == word.record]
    if len(said) != 1:
        keys = ", ".join(s.source_id for s in seen if s.system == word.choice and s.live)
        why = f"review {review.id}: say which record of {word.choice} is meant; there are: {keys}"
        raise ConcordError(Said(why, "review.which", id=review.id, system=word.choice, keys=keys))
    return said[0].said


def _own(conn: Connection, config: Config, review: Review, word: Word, golden: Side) -> Texts:
    entity, unit = sides.entity_of(config, review), sides.unit_of(config, review)
    assert unit
    other = [f for f in word.values if f in entity.field and f not in unit.fields]
    if other:
        raise ConcordError(
            f"review {review.id} is about {', '.join(unit.fields)}, not {', '.join(other)}"
        )
    row = sides.golden_row(conn, entity, UUID(golden.source_id))
    known = {**(row[0] if row else {}), **golden.now}
    plain = {f: v for f, v in known.items() if entity.field[f].type != "lines"}
    whole = {f: plain.get(f) for f in unit.fields if f in plain}
    # Read together, as the number of decimals depends on the currency of the group.
    return canonical.read(conn, config, entity, {**whole, **word.values}, plain)


def _before(conn: Connection, review: Review, golden: Side) -> Texts:
    """What the change set that was taken back had overwritten."""
    row = conn.execute(
        "SELECT old FROM ops.intent WHERE change_set_id = %s AND golden_id = %s AND source_id = %s"
        " AND action = 'update' AND state = 'confirmed'",
        (review.detail.get("change_set"), review.golden_id, review.detail.get("record")),
    ).fetchone()
    if row is None:
        why = f"review {review.id}: what was there before is no longer kept. Take another choice"
        raise ConcordError(Said(why, "review.no_before", id=review.id))
    return {f: row[0][f] for f in golden.now if f in row[0]}


def _propose(conn: Connection, config: Config, review: Review, word: Word) -> int:
    """Ask whether the chosen system's value shall win from now on. Nothing follows by itself."""
    entity, unit = sides.entity_of(config, review), sides.unit_of(config, review)
    assert unit
    row = conn.execute(
        "INSERT INTO ops.review (kind, entity, subject, detail, batch_id)"
        " VALUES ('proposal', %(entity)s, %(subject)s, %(detail)s, %(batch)s)"
        " ON CONFLICT (kind, coalesce(system, ''), coalesce(entity, ''), subject)"
        " WHERE state = 'open' DO UPDATE SET detail = review.detail || jsonb_build_object("
        "'times', (review.detail ->> 'times')::int + 1) RETURNING review_id",
        {
            "entity": entity.name,
            "subject": f"{unit.name}={word.choice}",
            "detail": Jsonb(
                {
                    "unit": unit.name,
                    "authority": word.choice,
                    "now": unit.authority.kind,
                    "from": review.id,
                    "by": word.actor,
                    "times": 1,
                }
            ),
            "batch": review.batch,
        },
    ).fetchone()
    assert row
    return int(row[0])


def _deletion(
    conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]
) -> Act:
    if word.choice == "keep":
        return Act({}, {})
    entity = sides.entity_of(config, review)
    live = [s for s in seen if s.system != GOLDEN and s.live]
    if not live:
        why = f"review {review.id}: the record is gone everywhere; choose keep"
        raise ConcordError(Said(why, "review.all_gone", id=review.id))
    words.end(conn, entity, sides.lived(conn, review), review.detail)
    return Act({s.system: s.source_id for s in live}, {s.system: None for s in live})


def _match(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    if word.choice == "apart":
        return Act({}, {})
    return _placed(placing.join(conn, sides.entity_of(config, review), review, word.record or ""))


def _double(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    if word.choice != "apart":
        return Act({}, {})
    entity = sides.entity_of(config, review)
    return _placed(placing.part(conn, entity, review, word.record or "", sides.lived(conn, review)))


def _placed(ids: tuple[UUID, UUID]) -> Act:
    return Act({"golden_id": str(ids[0])}, {"golden_id": str(ids[1])})


def _nothing(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    return Act({}, {})


def _deletions(
    conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]
) -> Act:
    decisions.decide_deletions(
        conn, review.system or "", review.entity or "", approve=word.choice == "agree",
        actor=word.actor, comment=word.comment,
    )  # fmt: skip
    return Act({}, {})


def _set_back(
    conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]
) -> Act:
    entity = sides.entity_of(config, review)
    mapping = _mapping(entity, review)
    if word.choice == "accept":
        n = set_back.accept(conn, mapping, actor=word.actor)
        return Act({}, {"records": str(n)})
    held = conn.execute(
        "SELECT change_set_id FROM ops.change_set WHERE state = 'held' AND system = %s"
        " AND entity = %s AND reason LIKE '%% was set back; %%' ORDER BY 1",
        (review.system, review.entity),
    ).fetchall()
    for (number,) in held:
        decisions.decide(conn, number, approve=True, actor=word.actor, comment=word.comment)
    return Act({}, {"change_sets": ", ".join(str(n) for (n,) in held)})


def _mapping(entity: Entity, review: Review) -> EntityMapping:
    mapping = entity.by_system.get(review.system or "")
    if mapping is None:
        raise ConcordError(f"review {review.id}: {review.system}.{entity.name} is no longer mapped")
    return mapping


def _schema(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    n = drift.accept(conn, review.system or "", entity=review.entity, actor=word.actor)
    return Act({}, {"reviews": str(n)})


def _rule(conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]) -> Act:
    """Without a version that was evaluated, the next batch asks the rule about everything."""
    if review.subject not in {r.name for r in config.rules}:
        raise ConcordError(f"review {review.id}: there is no rule {review.subject!r} any more")
    conn.execute("DELETE FROM ops.rule_version WHERE rule = %s", (review.subject,))
    return Act({}, {})


def _change_set(
    conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]
) -> Act:
    done = decisions.decide(
        conn, int(review.subject), approve=word.choice == "approve", actor=word.actor,
        comment=word.comment,
    )  # fmt: skip
    counts = {name: str(getattr(done.whole, name)) for name in ("creates", "updates", "deletes")}
    return Act({"state": "held"}, {"state": done.state, **counts})


def _write_back(
    conn: Connection, config: Config, review: Review, word: Word, seen: list[Side]
) -> Act:
    if word.choice == "reject":
        return Act({}, {})
    row = conn.execute(
        "SELECT detail -> 'fix' FROM ops.review WHERE review_id = %s", (review.id,)
    ).fetchone()
    fix = row[0] if row else {}
    done = write_back.carry_out(conn, config, int(review.subject), fix, word.actor, word.comment)
    return Act(done.before, done.after, decision=done.decision)


_BY_KIND: Mapping[str, Doing] = {
    "match": _match,
    "double": _double,
    "mass_deletion": _deletions,
    "set_back": _set_back,
    "schema": _schema,
    "tie": _nothing,
    "rule": _rule,
    "change_set": _change_set,
    "proposal": _nothing,
    "write_back": _write_back,
}
