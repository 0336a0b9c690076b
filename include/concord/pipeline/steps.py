"""The steps between extract and load, and a whole batch in one process."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline import foreseen, given, golden_check, locks, plan, stage
from concord.pipeline.batch import Counts, begin, read_batch, step, total
from concord.pipeline.certify import certify
from concord.pipeline.engine import Engine
from concord.pipeline.extract import extract
from concord.pipeline.fields import partition
from concord.pipeline.finish import finish
from concord.pipeline.load import load
from concord.pipeline.unify import take_in


def validate(engine: Engine, batch_id: int) -> Counts:
    """Run the suites over what was staged; failing rows go to quarantine.

    A failing batch-level rule holds the entity back: nothing of it is taken, its cursor stays.
    Returns counts: `checked` rules, `failed_rules`, `held_entities`.
    """
    from concord.quality import run, suites, volumes

    with step(engine, batch_id, "validate") as taken:
        if taken.past:
            return {}
        staged = _staged(taken.conn, engine, batch_id)
        due = volumes.due(taken.conn, batch_id, taken.batch.lane)
        if not staged and not due:
            return {"checked": 0, "failed_rules": 0, "held_entities": 0}
        loaded = suites.current(engine.expectations, engine.config)
        results = run.validate_batch(engine.hub, loaded, batch_id, staged) if staged else []
        held = [result for result in results if result.held]
        for result in held:
            taken.conn.execute(
                "UPDATE ops.extract SET held = %s WHERE batch_id = %s AND system = %s"
                " AND entity = %s",
                (result.held, batch_id, result.system, result.entity),
            )
        if due:
            tables = [(m.system, e.name) for e, m in taken.batch.work(engine)]
            for result in volumes.judge(taken.conn, loaded, tables):
                run.keep_verdicts(taken.conn, batch_id, result)
                results.append(result)
        rules = [rule for result in results for rule in result.rules]
        return {
            "checked": len(rules),
            "failed_rules": sum(not r.success for r in rules),
            "held_entities": len(held),
        }


def _staged(conn: Connection, engine: Engine, batch_id: int) -> list[tuple[str, str]]:
    """What there is to check: staged tables that hold more than echoes of our own writes."""
    rows = conn.execute(
        "SELECT system, entity FROM ops.extract WHERE batch_id = %s AND rows > 0 AND held IS NULL"
        " ORDER BY system, entity",
        (batch_id,),
    ).fetchall()
    out = []
    for system, entity in rows:
        table = stage.stage_table(batch_id, system, entity)
        if stage.exists(conn, table) and _says_something(conn, engine, table, system, entity):
            out.append((system, entity))
    return out


def _says_something(
    conn: Connection, engine: Engine, table: sql.Identifier, system: str, entity: str
) -> bool:
    row = conn.execute(
        statement(
            "pipeline",
            "says_something",
            stage=table,
            image=partition(engine.config.entity[entity].by_system[system]),
        ),
        {"system": system, "entity": entity},
    ).fetchone()
    return bool(row and row[0])


def unify(engine: Engine, batch_id: int) -> Counts:
    """Take in what is good, compute golden records, check them, plan and guard the writes.

    From the first to the last the batch holds the lock of each of its entities: another batch of
    one would take images in another order, or plan golden records that are not checked yet. Batches
    without an entity in common go on side by side, so a heavy lane does not hold up another one.
    What they share, and why that is right:

    - Images and golden records of other entities are only read: a record that is not there yet
      parks what refers to it, and wakes it in its own lane's next batch; one that moves or gets a
      new place leaves word for what refers to it (relinked.py).
    - Every row of `ops` that is changed here belongs to one entity, and to a batch that holds it;
      tables of all entities are only added to. So no batch waits for a row of another one, and
      none is found waiting in a circle (locks.py says why not for the locks themselves).
    - A load changes images and intents of its own entities without this lock. What it closes, this
      plan has left out as being on its way; an image that it confirms while an older reading of the
      same record is on its way in stays as it is (images.let_go_overtaken).
    """
    with engine.hub.connect() as conn:
        names = read_batch(conn, batch_id).entities
    foreseen.foresee(engine, batch_id)
    with locks.entities(engine, names):
        return total(
            [
                take_in(engine, batch_id),
                golden_check.check(engine, batch_id),
                given.evaluate(engine, batch_id),
                golden_check.check_given(engine, batch_id),
                plan.plan(engine, batch_id),
            ]
        )


def run_batch(
    engine: Engine,
    *,
    lane: str,
    run_id: str,
    dry_run: bool = False,
    systems: Sequence[str] | None = None,
    entities: Sequence[str] | None = None,
) -> tuple[int, Counts]:
    """A whole batch in this process, systems side by side. Returns its id and its counts.

    Raises:
        ConcordError: what stopped it; the batch is marked as failed and its stages are dropped.
    """
    batch_id = begin(
        engine, lane=lane, run_id=run_id, dry_run=dry_run, systems=systems, entities=entities
    )
    with engine.hub.connect() as conn:
        names = read_batch(conn, batch_id).systems
    counts: list[Counts] = []
    try:
        with ThreadPoolExecutor(len(names)) as pool:
            counts += pool.map(lambda name: extract(engine, batch_id, name), names)
            counts.append(validate(engine, batch_id))
            counts.append(unify(engine, batch_id))
            counts += pool.map(lambda name: load(engine, batch_id, name), names)
    except Exception as e:
        message = str(e) if isinstance(e, ConcordError) else f"{type(e).__name__} (see the log)"
        finish(engine, batch_id, error=message)
        raise
    return batch_id, {**total(counts), **finish(engine, batch_id), **certify(engine, batch_id)}
