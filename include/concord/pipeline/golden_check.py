"""Golden check: the golden suites over the golden records that a batch changed.

A golden record that fails a critical rule is put in quarantine and no write is planned from it
until it passes; the source records behind it stay as they are. What may pass now although it did
not change itself, because a rule looks at other tables too, is asked again in every batch.
"""

from __future__ import annotations

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import RULES
from concord.pipeline import stage
from concord.pipeline.batch import Batch, Counts, add_counts, step, stored_counts
from concord.pipeline.engine import Engine

GOLDEN = "golden"  # stands in the place of a system's name


def check(engine: Engine, batch_id: int) -> Counts:
    """Validate changed golden records; returns `golden_checked` and `golden_quarantined`."""
    return _check(engine, batch_id, "check_golden", GOLDEN, ["golden_changed", "adopted"])


def check_given(engine: Engine, batch_id: int) -> Counts:
    """The same for entities of which business rules changed golden records after that."""
    return _check(engine, batch_id, "check_given", RULES, ["given"])


def _check(engine: Engine, batch_id: int, name: str, system: str, counted: list[str]) -> Counts:
    """Validate what the books count as changed, and first what was held for a reason elsewhere.

    Changed are the entities of which the system's books have more than 0 under one of the names.
    """
    from concord.quality import run, suites

    with step(engine, batch_id, name) as taken:
        if taken.past:
            return stored_counts(taken.conn, batch_id, ("golden_checked", "golden_quarantined"))
        changed = _changed(taken.conn, batch_id, system, counted)
        held = _held(taken.conn, taken.batch) if system == GOLDEN else {}
        if not changed and not held:
            return {}
        loaded = suites.current(engine.expectations, engine.config)
        asked = changed | {
            name for name, sent in held.items() if sent or loaded.of(GOLDEN, name).across
        }
        results = run.validate_batch(
            engine.hub, loaded, batch_id, [(GOLDEN, name) for name in sorted(asked)]
        )
        out = {"golden_checked": 0, "golden_quarantined": 0}
        for result in results:
            counts = {"golden_checked": result.rows, "golden_quarantined": result.quarantined}
            add_counts(taken.conn, batch_id, GOLDEN, result.entity, counts)
            out = {name: out[name] + n for name, n in counts.items()}
            if result.entity in held:
                _plan_healed(taken.conn, batch_id, result.entity)
        return out


def _changed(conn: Connection, batch_id: int, system: str, counted: list[str]) -> set[str]:
    rows = conn.execute(
        "SELECT DISTINCT entity FROM ops.batch_count WHERE batch_id = %s AND system = %s"
        " AND name = ANY(%s) AND n > 0",
        (batch_id, system, counted),
    ).fetchall()
    return {name for (name,) in rows}


def _held(conn: Connection, batch: Batch) -> dict[str, bool]:
    """Entities with golden records in quarantine, and whether a steward sent one again."""
    rows = conn.execute(
        "SELECT entity, bool_or(state = 'replay') FROM ops.quarantine WHERE side = 'read'"
        " AND system = %s AND entity = ANY(%s) AND state IN ('open', 'replay') GROUP BY entity",
        (GOLDEN, list(batch.entities)),
    ).fetchall()
    return dict(rows)


def _plan_healed(conn: Connection, batch_id: int, entity: str) -> None:
    affected = stage.work_table(batch_id, "g", entity)
    conn.execute(statement("pipeline", "plan_healed_table", affected=affected))
    conn.execute(statement("pipeline", "plan_healed", affected=affected), {"entity": entity})
