"""Unify: from staged rows to images and golden records, in one transaction for the whole batch.

For each entity, in the order that references need: classify and clean what came (incoming.py),
link it (matching), follow merges inside a system (merges.py) and stewards' word (placements.py),
note what people changed and take the images (images.py), settle deletions (deletions.py), compute
golden records (golden.py), record conflicts (conflicts.py), settle the queues and move the cursors.

Tables of its own in `stage`, one each an entity: w (every staged row with its class), c (cleaned),
r (new good states), d (changed fields), g (golden ids to compute), n (their new state).
"""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from concord.errors import StageLost
from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.matching import remade
from concord.matching.link import ask_about_doubles, link
from concord.model.spec import RULES, Entity
from concord.pipeline import (
    conflicts,
    deletions,
    golden,
    images,
    incoming,
    merges,
    placements,
    relinked,
    stage,
    wanted,
)
from concord.pipeline.batch import Batch, Counts, add_counts, step, total
from concord.pipeline.engine import Engine
from concord.pipeline.fields import ident, partition, table
from concord.pipeline.source import Source
from concord.rules import due

EMPTIED = 5  # so many deletions, of more than half of the records, look like an emptied table

ROW_CLASSES = {
    "new": "accepted",
    "unchanged": "unchanged",
    "older": "older",
    "duplicate": "duplicate_in_batch",
    "quarantined": "quarantined",
    "parked": "parked",
    "held": "held",
    "set_back": "set_back",
    "doubtful": "quarantined",
}
COUNTED = (*ROW_CLASSES.values(), "woken", "golden_changed", "conflicts")


def take_in(engine: Engine, batch_id: int) -> Counts:
    """Bring what the batch read into images and golden records.

    Returns counts: read rows by class, `golden_changed`, `conflicts`.

    Raises:
        StageLost: rows that were read are not there; nothing was taken.
    """
    with step(engine, batch_id, "unify") as taken:
        if taken.past:
            return {}
        counts = [dict.fromkeys(COUNTED, 0)]
        resting = []
        stirring = _stirring(taken.conn, taken.batch)
        for entity in engine.config.entities:
            if entity.name in stirring:
                counts.append(_entity(taken.conn, engine, taken.batch, entity))
                stirring = _stirring(taken.conn, taken.batch)  # it may have woken what refers to it
            elif entity.name in taken.batch.entities:
                resting.append(entity.name)
        _move_cursors(taken.conn, taken.batch, resting, taken.batch.systems)
        return total(counts)


def _stirring(conn: Connection, batch: Batch) -> set[str]:
    """Entities with something to do: in most batches these are few."""
    rows = conn.execute(
        statement("pipeline", "stirring"), {"batch": batch.id, "entities": list(batch.entities)}
    ).fetchall()
    return {name for (name,) in rows}


def take_given(
    conn: Connection, engine: Engine, batch: Batch, entity: Entity, rules: Source
) -> int:
    """Bring what business rules want of one entity in as well, after what systems gave.

    Returns how many golden records changed.
    """
    incoming.classify(conn, engine, batch.id, entity, [rules])
    changed = clashes = 0
    if incoming.new_rows(conn, batch.id, entity):
        changed, clashes = _absorb(conn, engine, batch, entity, [rules])
    _settle(conn, batch, entity, [rules], changed=changed, clashes=clashes)
    return changed


def _entity(conn: Connection, engine: Engine, batch: Batch, entity: Entity) -> Counts:
    sources = _sources(conn, engine, batch, entity)
    incoming.classify(conn, engine, batch.id, entity, sources)
    changed = clashes = 0
    if incoming.anything_to_do(conn, batch.id, entity):
        changed, clashes = _absorb(conn, engine, batch, entity, sources)
    return _settle(conn, batch, entity, sources, changed=changed, clashes=clashes)


def _absorb(
    conn: Connection, engine: Engine, batch: Batch, entity: Entity, sources: list[Source]
) -> tuple[int, int]:
    """From classified rows to golden records: how many of these changed, and how many conflicts."""
    new = incoming.new_rows(conn, batch.id, entity)
    statistics.expect(conn, new, table("golden", entity))
    incoming.clean(conn, engine, batch.id, entity, sources)
    result = stage.work_table(batch.id, "r", entity.name)
    remade.set_aside(conn, batch.id, entity)
    for source in sources:
        if source.mapping.system == RULES:
            wanted.place(conn, batch.id, entity, source)
    link(conn, batch.id, entity, result)
    images.let_go_overtaken(conn, batch.id, entity)
    merges.settle(conn, batch.id, entity)
    placed = placements.settle(conn, batch.id, entity)
    ask_about_doubles(conn, batch.id, entity, result)
    images.note_changes(conn, batch.id, entity)
    images.take(conn, batch.id, entity)
    conn.execute(statement("pipeline", "keep_corrections", result=result), {"batch": batch.id})
    relinked.moved(conn, engine.config, batch.entities, batch.id, entity, placed=placed)
    relinked.take(conn, engine.config, batch.id, entity)
    deletions.settle(conn, batch.id, entity, [s.mapping for s in sources])
    _affected(conn, batch, entity)
    deletions.close_answered(conn, batch.id, entity)
    _refresh_statistics(conn, batch, entity)
    changed = golden.compute(conn, batch.id, entity, engine.config.company)
    statistics.refresh(conn, table("golden", entity), changed)
    due.note(conn, engine.config, batch.id, entity)
    clashes = conflicts.record(conn, batch.id, entity)
    relinked.linked(conn, engine.config, batch.entities, batch.id, entity)
    return changed, clashes


def _settle(
    conn: Connection,
    batch: Batch,
    entity: Entity,
    sources: list[Source],
    *,
    changed: int,
    clashes: int,
) -> Counts:
    """The queues, the cursors and the books of one entity."""
    _settle_queues(conn, batch, entity, sources)
    counts = [_books(conn, batch, entity, s.mapping.system) for s in sources]
    own = {"golden_changed": changed, "conflicts": clashes}
    if any(s.mapping.system == RULES for s in sources):  # beside what the systems' pass counted
        own = total([own, _counted(conn, batch, entity, list(own))])
    add_counts(conn, batch.id, "golden", entity.name, own)
    return total([*counts, own])


def _counted(conn: Connection, batch: Batch, entity: Entity, names: list[str]) -> Counts:
    rows = conn.execute(
        "SELECT name, n FROM ops.batch_count WHERE batch_id = %s AND system = 'golden'"
        " AND entity = %s AND name = ANY(%s)",
        (batch.id, entity.name, names),
    ).fetchall()
    return {name: int(n) for name, n in rows}


def _refresh_statistics(conn: Connection, batch: Batch, entity: Entity) -> None:
    result = stage.work_table(batch.id, "r", entity.name)
    counted = sql.SQL("SELECT system, count(*) FROM {} GROUP BY system").format(result)
    refreshed = [
        statistics.refresh(conn, ident("image", f"{entity.name}_{system}"), n)
        for system, n in conn.execute(counted).fetchall()
    ]
    if any(refreshed):
        statistics.refresh_whole(conn, table("image", entity), "golden_id")


def _sources(conn: Connection, engine: Engine, batch: Batch, entity: Entity) -> list[Source]:
    """What may be taken from each system; entities that are held give nothing."""
    out = []
    for mapping in entity.mappings:
        row = conn.execute(
            "SELECT e.read_seq, e.columns, e.stopped, e.held, coalesce(c.read_seq, 0) > e.read_seq,"
            " e.set_back"
            " FROM ops.extract e LEFT JOIN ops.cursor c USING (system, entity)"
            " WHERE e.batch_id = %s AND e.system = %s AND e.entity = %s",
            (batch.id, mapping.system, entity.name),
        ).fetchone()
        if row is None:
            continue
        seq, columns, stopped, held, obsolete, set_back = row
        if held is not None:
            _hold_all(conn, batch, entity, mapping.system)
            continue
        own = engine.spec(mapping.system).limits_of(entity.name)
        limit = 0 if set_back else own.deletes
        hold = not obsolete and _too_many_deletions(conn, batch, entity, mapping.system, limit)
        out.append(Source(mapping, tuple(columns), seq, tuple(stopped), obsolete, hold, set_back))
    return out


def _hold_all(conn: Connection, batch: Batch, entity: Entity, system: str) -> None:
    """Count a held entity's rows; they are read again, since its cursor stays."""
    row = conn.execute(
        "SELECT n FROM ops.batch_count WHERE batch_id = %s AND system = %s AND entity = %s"
        " AND name = 'read'",
        (batch.id, system, entity.name),
    ).fetchone()
    add_counts(conn, batch.id, system, entity.name, {"held": row[0] if row else 0})


def _too_many_deletions(
    conn: Connection, batch: Batch, entity: Entity, system: str, limit: int
) -> bool:
    """Hold back deletions above the limit, or of most records, until a person agrees.

    Once held they stay so, however many other records come meanwhile, unless the records are back.
    """
    staged = stage.stage_table(batch.id, system, entity.name)
    if not stage.exists(conn, staged):
        return False
    image = partition(entity.by_system[system])
    read = statement("pipeline", "deletions_read", stage=staged, image=image)
    row = conn.execute(
        statement("pipeline", "count_deletions", deletions=read, image=image)
    ).fetchone()
    n, most = row or (0, False)
    if n == 0:
        _deletions_are_over(conn, entity, system)
        return False
    few = n <= limit and not (most and n >= EMPTIED)
    agreed = _agreed(conn, entity, system, n)
    if agreed or (few and not _deletions_are_held(conn, entity, system)):
        return False
    about = {"system": system, "entity": entity.name}
    refused = statement("pipeline", "deletions_refused", deletions=read)
    if not (conn.execute(refused, about).fetchone() or (False,))[0]:
        hold = statement("pipeline", "hold_deletions", deletions=read)
        conn.execute(hold, {**about, "n": n, "batch": batch.id})
    return True


def _agreed(conn: Connection, entity: Entity, system: str, n: int) -> bool:
    """Whether a person has agreed to so many deletions; that word is used up by it.

    One that was given for fewer is used up as well, or it would let others pass some day.
    """
    approved = conn.execute(
        "UPDATE ops.review SET state = 'done' WHERE kind = 'mass_deletion' AND state = 'approved'"
        " AND system = %s AND entity = %s RETURNING (detail ->> 'deletions')::bigint",
        (system, entity.name),
    ).fetchall()
    agreed = any(most >= n for (most,) in approved)
    if agreed:  # also to what was refused before
        _close_deletions(conn, entity, system, "agreed to after all")
    return agreed


def _deletions_are_held(conn: Connection, entity: Entity, system: str) -> bool:
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM ops.review WHERE kind = 'mass_deletion'"
        " AND state IN ('open', 'rejected') AND subject = 'deletions'"
        " AND system = %s AND entity = %s)",
        (system, entity.name),
    ).fetchone()
    return bool(row and row[0])


def _deletions_are_over(conn: Connection, entity: Entity, system: str) -> None:
    _close_deletions(conn, entity, system, "the records are back")


def _close_deletions(conn: Connection, entity: Entity, system: str, why: str) -> None:
    """Nothing is held any more; what a person said about it keeps his name and comment."""
    conn.execute(
        "UPDATE ops.review SET state = 'done', closed_at = coalesce(closed_at, clock_timestamp()),"
        " closed_by = coalesce(closed_by, 'concord'), comment = coalesce(comment, %s)"
        " WHERE kind = 'mass_deletion' AND state IN ('open', 'approved', 'rejected')"
        " AND system = %s AND entity = %s",
        (why, system, entity.name),
    )
    conn.execute(
        "DELETE FROM ops.held_deletion AS h USING ops.review AS r"
        " WHERE h.review_id = r.review_id AND r.state = 'done' AND r.system = %s AND r.entity = %s",
        (system, entity.name),
    )


def _affected(conn: Connection, batch: Batch, entity: Entity) -> None:
    affected = stage.work_table(batch.id, "g", entity.name)
    before = stage.work_table(batch.id, "o", entity.name)  # of the systems' pass, see given.py
    conn.execute(
        statement(
            "pipeline",
            "affected",
            affected=affected,
            computed=before
            if stage.exists(conn, before)
            else sql.SQL("(SELECT NULL::uuid AS golden_id WHERE false)"),
            result=stage.work_table(batch.id, "r", entity.name),
            work=stage.work_table(batch.id, "w", entity.name),
            image=table("image", entity),
            history=table("image", entity, "_history"),
        ),
        {"batch": batch.id, "entity": entity.name},
    )
    conn.execute(sql.SQL("ANALYZE {}").format(affected))
    conn.execute(statement("pipeline", "keep_to_plan", affected=affected), {"entity": entity.name})
    adopted = conn.execute(
        statement("pipeline", "adopt_golden", affected=affected, golden=table("golden", entity)),
        {"batch": batch.id},
    ).rowcount
    if adopted:  # they may not have been checked
        add_counts(conn, batch.id, "golden", entity.name, {"adopted": adopted})


def _settle_queues(conn: Connection, batch: Batch, entity: Entity, sources: list[Source]) -> None:
    """Close what this batch made good, ask again for what it could not take, move the cursors."""
    work = stage.work_table(batch.id, "w", entity.name)
    values = {"batch": batch.id, "entity": entity.name}
    for name in ("heal_quarantine", "unpark", "reread_done", "reread_older"):
        conn.execute(statement("pipeline", name, work=work), values)
    conn.execute(statement("quality", "close_incidents"), values)  # what healed may have been it
    moved = [s.mapping.system for s in sources if not s.hold_deletes and not s.obsolete]
    _move_cursors(conn, batch, [entity.name], moved)


def _move_cursors(
    conn: Connection, batch: Batch, entities: Sequence[str], systems: Sequence[str]
) -> None:
    values = {"batch": batch.id, "entities": list(entities), "systems": list(systems)}
    conn.execute(statement("pipeline", "move_cursors"), values)


def _books(conn: Connection, batch: Batch, entity: Entity, system: str) -> Counts:
    """The system's rows by class, into the batch's books.

    Raises:
        StageLost: rows are missing. Stages are not logged, so a crash of the server empties them.
    """
    work = stage.work_table(batch.id, "w", entity.name)
    rows = conn.execute(
        sql.SQL(
            "SELECT class, origin, count(*) FROM {} WHERE system = %s GROUP BY class, origin"
        ).format(work),
        (system,),
    ).fetchall()
    counts = dict.fromkeys(ROW_CLASSES.values(), 0)
    counts["woken"] = 0
    for name, origin, n in rows:
        if origin == "stage":
            counts[ROW_CLASSES[name]] += n
        elif name == "new":
            counts["woken"] += n
    extracted: Counts = dict(
        conn.execute(
            "SELECT name, n FROM ops.batch_count WHERE batch_id = %s AND system = %s"
            " AND entity = %s AND name IN ('read', 'refused_by_stage')",
            (batch.id, system, entity.name),
        ).fetchall()
    )
    staged = sum(counts[name] for name in ROW_CLASSES.values())
    read = extracted["read"] - extracted.get("refused_by_stage", 0)
    if staged < read:
        raise StageLost(
            f"batch {batch.id}, {system}.{entity.name}: {read} rows were read and {staged} are"
            " still there. The hub's server has crashed since; a new batch reads them again."
        )
    counts["quarantined"] += extracted.get("refused_by_stage", 0)
    add_counts(conn, batch.id, system, entity.name, counts)
    return counts
