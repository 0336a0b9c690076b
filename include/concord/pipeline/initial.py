"""Initial load: two systems that hold a company already are brought together for the first time.

A dry run over everything gives the profile, a person approves it, and batches write until nothing
is left to write. These are the lanes' own batches and steps; here is only their order, kept in
`ops.initial_load`, so that it goes on where it stopped. The last batch compares everything once
more: what it certifies is the end of the load.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from concord.errors import ConcordError, ConfigError, Problem
from concord.hub import audit
from concord.hub.database import Connection, Hub
from concord.hub.sql import statement
from concord.model.spec import Config, Lane
from concord.pipeline import decisions, readiness
from concord.pipeline.batch import Counts
from concord.pipeline.engine import Engine
from concord.pipeline.steps import run_batch

DAG = "initial_load"  # of Airflow; its run ids begin with it
MOST_ROUNDS = 20  # batches that write; each takes what the ones before it made possible
Say = Callable[[str], None]


class NotSettled(ConcordError):
    """The batches went on writing; something changes the same records again and again."""


@dataclass(frozen=True)
class InitialLoad:
    """One initial load as the hub has it. `rehearsal` is the batch of its dry run."""

    id: int
    run_id: str
    entities: tuple[str, ...]
    state: str  # profiling, asked, approved, rejected, done
    rehearsal: int | None
    rounds: int
    decided_by: str | None
    comment: str | None


def begin(engine: Engine, run_id: str, entities: Sequence[str] | None = None) -> InitialLoad:
    """The initial load of a run: made on the first call, found on every later one.

    Raises:
        ConfigError: unknown entity, or no lane of scope full.
    """
    names = list(entities or engine.config.entity)
    for name in names:
        if name not in engine.config.entity:
            what = f"there is no entity called {name!r}"
            hint = f"Known: {', '.join(engine.config.entity)}."
            raise ConfigError([Problem("command", None, "entities", what, hint)])
    _lane(engine.config, "full")
    with engine.hub.connect() as conn:
        conn.execute(
            "INSERT INTO ops.initial_load (run_id, entities) VALUES (%s, %s)"
            " ON CONFLICT (run_id) DO NOTHING",
            (run_id, names),
        )
        return _require(conn, run_id)


def unfinished(hub: Hub) -> InitialLoad | None:
    """The newest initial load that is not over."""
    with hub.connect() as conn:
        row = conn.execute(statement("pipeline", "initial_load"), {"run_id": None}).fetchone()
    return _load(row) if row else None


def find(hub: Hub, run_id: str) -> InitialLoad:
    """The initial load of a run. Raises ConcordError when there is none."""
    with hub.connect() as conn:
        return _require(conn, run_id)


def numbered(hub: Hub, number: int) -> InitialLoad:
    """The initial load of this number. Raises ConcordError when there is none."""
    with hub.connect() as conn:
        row = conn.execute(
            "SELECT run_id FROM ops.initial_load WHERE initial_load_id = %s", (number,)
        ).fetchone()
        if row is None:
            raise ConcordError(f"there is no initial load {number}")
        return _require(conn, row[0])


def rehearsal_run(run_id: str) -> str:
    """The run id of the dry run's batch."""
    return f"{run_id}/rehearsal"


def rehearse(engine: Engine, load: InitialLoad) -> InitialLoad:
    """Profile both sides by a dry run over everything; nothing is written to any system."""
    if load.state != "profiling":
        return load
    batch_id, _ = run_batch(
        engine,
        lane=_lane(engine.config, "full").name,
        run_id=rehearsal_run(load.run_id),
        dry_run=True,
        entities=load.entities,
    )
    with engine.hub.connect() as conn:
        profile = readiness.kept(readiness.collect(conn, engine.config, batch_id, load.entities))
        conn.execute(
            "UPDATE ops.initial_load SET state = 'asked', rehearsal = %s, profile = %s"
            " WHERE run_id = %s AND state = 'profiling'",
            (batch_id, profile, load.run_id),
        )
        return _require(conn, load.run_id)


def report(hub: Hub, config: Config, load: InitialLoad) -> readiness.Readiness:
    """What the dry run found, as it was then. Raises ConcordError before there was one."""
    if load.rehearsal is None:
        raise ConcordError(f"initial load {load.id} has no profile yet")
    with hub.connect() as conn:
        row = conn.execute(
            "SELECT profile FROM ops.initial_load WHERE initial_load_id = %s", (load.id,)
        ).fetchone()
        if row and row[0]:
            return readiness.read(row[0])
        return readiness.collect(conn, config, load.rehearsal, load.entities)


def decide(
    conn: Connection, run_id: str, *, approve: bool, actor: str, comment: str | None
) -> InitialLoad:
    """A person's word on the profile.

    Raises:
        AlreadyDecided: it is not asked about (any more).
        ConcordError: there is no such initial load.
    """
    state = "approved" if approve else "rejected"
    row = conn.execute(
        "UPDATE ops.initial_load SET state = %s, decided_at = clock_timestamp(), decided_by = %s,"
        " comment = %s, ended_at = CASE WHEN %s THEN NULL ELSE clock_timestamp() END"
        " WHERE run_id = %s AND state = 'asked' RETURNING initial_load_id",
        (state, actor, comment, approve, run_id),
    ).fetchone()
    load = _require(conn, run_id)
    if row is None:
        by = f" by {load.decided_by}" if load.decided_by else ""
        raise decisions.AlreadyDecided(f"initial load {load.id} is {load.state}{by}")
    audit.append(conn, actor, f"initial_load.{state}", str(load.id), {"comment": comment})
    return load


def write(engine: Engine, load: InitialLoad, say: Say = lambda _: None) -> InitialLoad:
    """Write what was approved, batch after batch, until a comparison of everything finds nothing.

    Raises:
        ConcordError: it was not approved; or what stopped a batch: the next call goes on there.
        NotSettled: there is no end after `MOST_ROUNDS` batches.
    """
    if load.state == "done":
        return load
    if load.state != "approved":
        raise ConcordError(f"initial load {load.id} is {load.state}, not approved")
    scope = "full"
    while load.rounds < MOST_ROUNDS:
        load, counts = _round(engine, load, scope)
        say(_said(load, counts))
        moved = counts["approved"] or counts.get("planned") or counts.get("confirmed_earlier")
        if not moved and scope == "full":
            return _end(engine.hub, load)
        scope = "delta" if moved else "full"
    raise NotSettled(
        f"initial load {load.id} still writes after {load.rounds} batches: look into the report of"
        " the last one for records that are written again and again"
    )


def _round(engine: Engine, load: InitialLoad, scope: str) -> tuple[InitialLoad, Counts]:
    """One batch; what the guard holds of it is let through as far as it was approved."""
    _, counts = run_batch(
        engine,
        lane=_lane(engine.config, scope).name,
        run_id=f"{load.run_id}/{load.rounds + 1}",
        entities=load.entities,
    )
    with engine.hub.connect() as conn:
        counts["approved"] = _approve(conn, engine, load)
        conn.execute(
            "UPDATE ops.initial_load SET rounds = %s WHERE run_id = %s AND rounds = %s",
            (load.rounds + 1, load.run_id, load.rounds),
        )
        return _require(conn, load.run_id), counts


def _approve(conn: Connection, engine: Engine, load: InitialLoad) -> int:
    """Approve what its batches hold, in the name of who approved the load; returns how many writes.

    All of its batches: one that was interrupted may have planned what a later one finds planned.

    Not more of an entity than the profile showed for it, over all systems, and the usual limit on
    top: what is made in one system comes back to the other with its number. More than that, and
    deletions that the profile did not show, wait for an answer of their own.
    """
    rows = conn.execute(
        statement("pipeline", "held_of_load"),
        {"run_id": load.run_id, "rehearsal": load.rehearsal},
    ).fetchall()
    approved = 0
    for number, system, entity, writes, deletes, shown, shown_deletes, before in rows:
        limits = engine.spec(system).limits_of(entity)
        if before + writes > shown + limits.count or deletes > max(shown_deletes, limits.deletes):
            continue
        comment = f"initial load {load.id}" + (f": {load.comment}" if load.comment else "")
        decisions.decide(conn, number, approve=True, actor=str(load.decided_by), comment=comment)
        approved += int(writes)
    return approved


def _end(hub: Hub, load: InitialLoad) -> InitialLoad:
    with hub.connect() as conn:
        conn.execute(
            "UPDATE ops.initial_load SET state = 'done', ended_at = clock_timestamp()"
            " WHERE run_id = %s AND state = 'approved'",
            (load.run_id,),
        )
        return _require(conn, load.run_id)


def _said(load: InitialLoad, counts: Counts) -> str:
    names = ("planned", "approved", "confirmed", "confirmed_earlier", "rejected", "waiting")
    shown = ", ".join(f"{n.replace('_', ' ')} {counts[n]:,}" for n in names if counts.get(n))
    return f"Batch {load.rounds} of the load: {shown or 'nothing left to write'}"


def _lane(config: Config, scope: str) -> Lane:
    """The first lane of a scope; without one of scope delta that of scope full."""
    found = [lane for lane in config.lanes if lane.scope == scope]
    if not found and scope == "full":
        hint = "Add one with `scope: full`, as nightly in the file that is shipped."
        raise ConfigError([Problem("lanes.yaml", None, "lanes", "no lane has scope full", hint)])
    return found[0] if found else _lane(config, "full")


def _require(conn: Connection, run_id: str) -> InitialLoad:
    row = conn.execute(statement("pipeline", "initial_load"), {"run_id": run_id}).fetchone()
    if row is None:
        raise ConcordError(f"there is no initial load of run {run_id}")
    return _load(row)


def _load(row: tuple[Any, ...]) -> InitialLoad:
    number, run_id, entities, *rest = row
    return InitialLoad(number, run_id, tuple(entities), *rest)
