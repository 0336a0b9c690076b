"""Golden check: the golden suites over the golden records that a batch changed.

A golden record that fails a critical rule is put in quarantine and no write is planned from it
until it passes; the source records behind it stay as they are.
"""

from __future__ import annotations

from concord.model.spec import RULES
from concord.pipeline.batch import Counts, add_counts, step, stored_counts
from concord.pipeline.engine import Engine

GOLDEN = "golden"  # stands in the place of a system's name


def check(engine: Engine, batch_id: int) -> Counts:
    """Validate changed golden records; returns `golden_checked` and `golden_quarantined`."""
    return _check(engine, batch_id, "check_golden", GOLDEN, ["golden_changed", "adopted"])


def check_given(engine: Engine, batch_id: int) -> Counts:
    """The same for entities of which business rules changed golden records after that."""
    return _check(engine, batch_id, "check_given", RULES, ["given"])


def _check(engine: Engine, batch_id: int, name: str, system: str, counted: list[str]) -> Counts:
    """Validate the entities of which the system's books have more than 0 under one of the names."""
    from concord.quality import run, suites

    with step(engine, batch_id, name) as taken:
        if taken.past:
            return stored_counts(taken.conn, batch_id, ("golden_checked", "golden_quarantined"))
        changed = taken.conn.execute(
            "SELECT DISTINCT entity FROM ops.batch_count WHERE batch_id = %s AND system = %s"
            " AND name = ANY(%s) AND n > 0 ORDER BY entity",
            (batch_id, system, counted),
        ).fetchall()
        if not changed:
            return {}
        loaded = suites.load(engine.expectations, engine.config)
        results = run.validate_batch(
            engine.hub, loaded, batch_id, [(GOLDEN, name) for (name,) in changed]
        )
        out = {"golden_checked": 0, "golden_quarantined": 0}
        for result in results:
            counts = {"golden_checked": result.rows, "golden_quarantined": result.quarantined}
            add_counts(taken.conn, batch_id, GOLDEN, result.entity, counts)
            out = {name: out[name] + n for name, n in counts.items()}
        return out
