"""Batches and their steps: started once, finished once, whoever runs them and however often.

A step is one row in `ops.batch_step`. Its effect and its `done` mark commit in one transaction
that holds the row locked, so a second attempt waits, then finds it done and does nothing. An
attempt that hangs is not waited for: its session is ended, and the second one takes the step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg import errors

from concord.errors import (
    ConcordError,
    ConfigError,
    HubUnavailable,
    Problem,
    TooEarly,
    Transient,
)
from concord.hub.database import Connection, first_line
from concord.hub.sql import statement
from concord.model.spec import Entity, EntityMapping, Scope
from concord.pipeline.engine import Engine

Counts = dict[str, int]
T = TypeVar("T")

STEP_WAIT = 900  # seconds that a second attempt waits for one that works
LOOK = 5  # seconds between its looks at whether the first one still does
SILENCE = 120  # seconds after which an attempt that says nothing is taken to hang

BUILDS_ON = {
    "validate": "extract",
    "foresee": "validate",
    "unify": "validate",
    "check_golden": "unify",
    "rules": "check_golden",
    "check_given": "rules",
    "plan": "check_given",
    "load": "plan",
    "finish": "load",
}
"""What has to be done before a step: in every system of the batch, where it is one a system."""


@dataclass(frozen=True)
class Batch:
    """One run of the pipeline over a scope."""

    id: int
    run_id: str
    lane: str
    scope: Scope
    state: str
    dry_run: bool
    systems: tuple[str, ...]
    entities: tuple[str, ...]

    def work(self, engine: Engine) -> list[tuple[Entity, EntityMapping]]:
        """Every (entity, mapping) of this batch, entities in reference order."""
        return [
            (entity, mapping)
            for entity in engine.config.entities
            if entity.name in self.entities
            for mapping in entity.mappings
            if mapping.system in self.systems
        ]


def begin(
    engine: Engine,
    *,
    lane: str,
    run_id: str,
    dry_run: bool = False,
    systems: Sequence[str] | None = None,
    entities: Sequence[str] | None = None,
) -> int:
    """The batch of a run: made on the first call, found on every later one.

    A run whose batch has failed gets a new batch; one whose batch is done gets that again.

    Raises:
        ConfigError: unknown lane, system or entity.
    """
    spec = engine.config.lane.get(lane)
    if spec is None:
        raise _unknown("lane", lane, engine.config.lane)
    chosen_systems = list(systems or engine.config.system)
    chosen_entities = list(entities or spec.entities)
    for kind, names, known in (
        ("system", chosen_systems, engine.config.system),
        ("entity", chosen_entities, engine.config.entity),
    ):
        for name in names:
            if name not in known:
                raise _unknown(kind, name, known)
    with engine.hub.connect() as conn:
        # The first tasks of a run begin it together; the second one must find the first one's.
        conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (run_id,))
        found = _latest(conn, run_id)
        if found and found[1] != "failed":
            return int(found[0])
        tries = conn.execute(
            "SELECT count(*) FROM ops.batch WHERE run_id = %s OR run_id LIKE %s",
            (run_id, _like(run_id)),
        ).fetchone()
        name = run_id if not tries or not tries[0] else f"{run_id}#{tries[0] + 1}"
        conn.execute(
            "INSERT INTO ops.batch (run_id, lane, scope, dry_run, systems, entities)"
            " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (run_id) DO NOTHING",
            (name, lane, spec.scope, dry_run, chosen_systems, chosen_entities),
        )
        made = conn.execute("SELECT batch_id FROM ops.batch WHERE run_id = %s", (name,)).fetchone()
        assert made
        return int(made[0])


def latest(engine: Engine, run_id: str) -> int | None:
    """The newest batch of a run, whatever became of it; None when none was begun."""
    with engine.hub.connect() as conn:
        found = _latest(conn, run_id)
        return int(found[0]) if found else None


def _latest(conn: Connection, run_id: str) -> tuple[Any, ...] | None:
    return conn.execute(
        "SELECT batch_id, state FROM ops.batch WHERE run_id = %s OR run_id LIKE %s"
        " ORDER BY batch_id DESC LIMIT 1",
        (run_id, _like(run_id)),
    ).fetchone()


def _like(run_id: str) -> str:
    escaped = run_id.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"{escaped}#%"


def _unknown(kind: str, name: str, known: Mapping[str, object]) -> ConfigError:
    what = f"there is no {kind} called {name!r}"
    return ConfigError([Problem("command", None, kind, what, f"Known: {', '.join(known)}.")])


def read_batch(conn: Connection, batch_id: int) -> Batch:
    """The batch with this id. Raises ConcordError when there is none."""
    row = conn.execute(
        "SELECT batch_id, run_id, lane, scope, state, dry_run, systems, entities"
        " FROM ops.batch WHERE batch_id = %s",
        (batch_id,),
    ).fetchone()
    if row is None:
        raise ConcordError(f"there is no batch {batch_id}")
    return Batch(row[0], row[1], row[2], row[3], row[4], row[5], tuple(row[6]), tuple(row[7]))


@dataclass
class Step:
    """A step being taken: its connection (one transaction) and its batch."""

    conn: Connection
    batch: Batch
    past: bool  # nothing to do: the batch is over or the step was done before


@contextmanager
def step(
    engine: Engine, batch_id: int, name: str, system: str = "", *, anyway: bool = False
) -> Iterator[Step]:
    """Take a step in one transaction; a failure is recorded and raised again.

    Raises:
        TooEarly: what the step builds on is not done, and the step is not to be taken `anyway`.
        HubUnavailable: the hub went away, or another attempt at the step worked all the time.
    """
    try:
        with engine.hub.connect() as conn:
            batch = _in_turn(conn, _enter, batch_id, name, system)
            conn.commit()
            held = _in_turn(conn, _hold, batch_id, name, system)
            if not held and not anyway:
                _require_earlier(conn, batch, name)
            yield Step(conn, batch, past=held or batch.state != "open")
            if not held:
                conn.execute(
                    "UPDATE ops.batch_step SET state = 'done', ended_at = clock_timestamp(),"
                    " error = NULL WHERE batch_id = %s AND step = %s AND system = %s",
                    (batch_id, name, system),
                )
    except psycopg.OperationalError as e:
        raise HubUnavailable(f"the hub at {engine.hub.address}: {first_line(e)}") from e
    except Exception as e:
        _record_failure(engine, batch_id, name, system, e)
        raise


def _in_turn(conn: Connection, act: Callable[[Connection, int, str, str], T], *step: Any) -> T:
    """Do what needs the step's row: wait for another attempt that works, end one that hangs."""
    values = {
        "session": "concord step " + " ".join(map(str, step)),
        "lease": f"{step[1]}:{step[2]}",  # of a load; it has one for each of the batch's entities
        "batch": step[0],
        "silence": SILENCE,
    }
    conn.execute("SELECT set_config('application_name', %(session)s, false)", values)
    conn.commit()
    end = time.monotonic() + STEP_WAIT
    while True:
        conn.execute("SELECT set_config('lock_timeout', %s, true)", (f"{LOOK * 1000:.0f}ms",))
        try:
            done = act(conn, *step)
        except errors.LockNotAvailable:
            if time.monotonic() > end:
                raise
            conn.rollback()
            conn.execute(statement("pipeline", "end_silent_attempt"), values)
            conn.commit()
        else:
            conn.execute("SELECT set_config('lock_timeout', %s, true)", (f"{STEP_WAIT}s",))
            return done


def _enter(conn: Connection, batch_id: int, name: str, system: str) -> Batch:
    batch = read_batch(conn, batch_id)
    if batch.state == "open":
        conn.execute(
            "INSERT INTO ops.batch_step (batch_id, step, system, state)"
            " VALUES (%s, %s, %s, 'running') ON CONFLICT (batch_id, step, system) DO UPDATE"
            " SET tries = batch_step.tries + 1, state = 'running', started_at = clock_timestamp()"
            " WHERE batch_step.state <> 'done'",
            (batch_id, name, system),
        )
    return batch


def _hold(conn: Connection, batch_id: int, name: str, system: str) -> bool:
    """Lock the step's row for this transaction; True when it was done before."""
    row = conn.execute(
        "SELECT s.state, b.state FROM ops.batch_step s JOIN ops.batch b USING (batch_id)"
        " WHERE s.batch_id = %s AND s.step = %s AND s.system = %s FOR UPDATE OF s",
        (batch_id, name, system),
    ).fetchone()
    return row is None or row[0] == "done" or row[1] != "open"


def _require_earlier(conn: Connection, batch: Batch, name: str) -> None:
    needed = BUILDS_ON.get(name)
    if needed is None:
        return
    row = conn.execute(
        "SELECT count(*) FROM ops.batch_step WHERE batch_id = %s AND step = %s AND state = 'done'",
        (batch.id, needed),
    ).fetchone()
    done = row[0] if row else 0
    if done < (len(batch.systems) if needed in {"extract", "load"} else 1):
        raise TooEarly(f"{name} of batch {batch.id} was called before its {needed} is done")


def _record_failure(
    engine: Engine, batch_id: int, name: str, system: str, error: Exception
) -> None:
    """Keep what went wrong for the report; the hub may be what is broken, so only try."""
    message = str(error) if isinstance(error, ConcordError) else f"{type(error).__name__}"
    try:
        with engine.hub.connect() as conn:
            conn.execute(
                "UPDATE ops.batch_step SET state = 'failed', ended_at = clock_timestamp(),"
                " error = %s WHERE batch_id = %s AND step = %s AND system = %s"
                " AND state <> 'done'",
                (message[:2000], batch_id, name, system),
            )
    except (Transient, psycopg.Error) as lost:
        error.add_note(f"the failure could not be recorded in the hub: {type(lost).__name__}")


def nothing_to_read(engine: Engine, batch_id: int) -> None:
    """Mark a batch's extract and validate as done: it only carries out what was decided."""
    with engine.hub.connect() as conn:
        steps = [("extract", system) for system in read_batch(conn, batch_id).systems]
        with conn.cursor() as cur:
            cur.executemany(
                "INSERT INTO ops.batch_step (batch_id, step, system, state, ended_at)"
                " VALUES (%s, %s, %s, 'done', clock_timestamp()) ON CONFLICT DO NOTHING",
                [(batch_id, *step) for step in [*steps, ("validate", "")]],
            )


def add_counts(
    conn: Connection, batch_id: int, system: str, entity: str, counts: Mapping[str, int]
) -> None:
    """Write a step's counts into the batch's books; a repeated step replaces its own."""
    with conn.cursor() as cur:
        cur.executemany(
            "INSERT INTO ops.batch_count VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (batch_id, system, entity, name) DO UPDATE SET n = excluded.n",
            [(batch_id, system, entity, name, n) for name, n in counts.items()],
        )


def total(counts: Sequence[Mapping[str, int]]) -> Counts:
    """Sum of several counts, by name."""
    out: Counts = {}
    for one in counts:
        for name, n in one.items():
            out[name] = out.get(name, 0) + n
    return out


def stored_counts(conn: Connection, batch_id: int, names: Sequence[str]) -> Counts:
    """The books' totals of the named counts, for a step that was done before."""
    rows = conn.execute(
        "SELECT name, sum(n) FROM ops.batch_count WHERE batch_id = %s AND name = ANY(%s)"
        " GROUP BY name",
        (batch_id, list(names)),
    ).fetchall()
    return {name: int(n) for name, n in rows}
