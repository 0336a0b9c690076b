"""What each task does, in plain functions over the engine: no Airflow in here.

Every step begins the run's batch first. `begin` finds the batch that another task of the same
run began, so the tasks need to tell each other nothing, and any of them can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from concord import pipeline
from concord.errors import ConcordError, StageLost
from concord.hub.migrate import pending
from concord.hub.sql import statement
from concord.insight import kept
from concord.orchestration.review_questions import any_opened
from concord.pipeline import Engine
from concord.stewardship import exposure

Counts = dict[str, int]


@dataclass(frozen=True)
class Run:
    """One DAG run as the engine sees it; equal in every task of the run.

    `systems` and `entities` are what the run was limited to, None for all of the lane's.
    """

    lane: str
    run_id: str  # "<dag id>/<Airflow's run id>"
    dry_run: bool = False
    systems: tuple[str, ...] | None = None
    entities: tuple[str, ...] | None = None

    def takes(self, system: str) -> bool:
        """Whether a system is part of this run."""
        return self.systems is None or system in self.systems


class UpstreamFailed(ConcordError):
    """Tasks before this one failed; the batch was closed as failed."""


class HubBehind(ConcordError):
    """The hub's tables are not those that the code and the model files need."""


def begin(engine: Engine, run: Run) -> int:
    """The batch of a run. Raises ConfigError for a lane, system or entity that is not there."""
    return pipeline.begin(
        engine,
        lane=run.lane,
        run_id=run.run_id,
        dry_run=run.dry_run,
        systems=run.systems,
        entities=run.entities,
    )


def extract(engine: Engine, run: Run, system: str) -> Counts:
    """Read what changed in one system into the hub's stage.

    Raises:
        HubBehind: a migration was not applied; nothing was begun.
    """
    _require_current(engine)
    batch = begin(engine, run)
    counts = pipeline.extract(engine, batch, system) if run.takes(system) else {}
    return {"batch_id": batch, **counts}


def validate(engine: Engine, run: Run) -> Counts:
    """Check what was read; put what fails into quarantine.

    A failed run of which a person clears one task gets a new batch, in which the tasks that were
    not cleared have read nothing. So what is not yet in the batch is read here; what is, is not
    read again.
    """
    batch = begin(engine, run)
    for system in engine.config.system:
        if run.takes(system):
            pipeline.extract(engine, batch, system)
    return {"batch_id": batch, **pipeline.validate(engine, batch)}


def unify(engine: Engine, run: Run) -> Counts:
    """Merge into the golden records, plan what each system lacks, and hold what is over a limit.

    What the batch lacks before is done first, as in `validate`; it mostly lacks nothing.

    Raises:
        StageLost: the hub crashed; the batch was closed as failed, and the next try has a new one.
    """
    batch = int(validate(engine, run)["batch_id"])
    try:
        return {"batch_id": batch, **pipeline.unify(engine, batch)}
    except StageLost as error:
        pipeline.finish(engine, batch, error=str(error))
        raise


def load(engine: Engine, run: Run, system: str) -> Counts:
    """Write what is planned for one system. What the batch lacks before is done first."""
    if not run.takes(system):
        return {"batch_id": begin(engine, run)}
    batch = int(unify(engine, run)["batch_id"])
    return {"batch_id": batch, **pipeline.load(engine, batch, system)}


def finish(engine: Engine, run: Run, failed: Sequence[str]) -> Counts:
    """Close the run's batch: books, report, stage dropped.

    `failed` names the tasks that failed. With any, the batch is marked failed with what they
    said, and the run ends red.

    Raises:
        UpstreamFailed: `failed` is not empty; the batch is closed.
        NotBalanced: the books do not add up.
    """
    if not failed:
        batch = begin(engine, run)
        counts = pipeline.finish(engine, batch)
        with engine.hub.connect() as conn:  # what the batch put aside is sorted by it
            exposure.refresh(conn, engine.config)
            if not engine.config.lane[run.lane].on_change:  # the fastest does not wait for sums
                kept.refresh(conn, engine.config)
        return {"batch_id": batch, **counts}
    latest = pipeline.latest(engine, run.run_id)
    if latest is None:
        raise UpstreamFailed(f"No batch was begun, since {' and '.join(failed)} failed.")
    error = what_failed(failed, _recorded(engine, latest))
    pipeline.finish(engine, latest, error=error)
    raise UpstreamFailed(f"Batch {latest} failed. {error}")


def certify(engine: Engine, run: Run) -> Counts:
    """Issue and anchor the certificates of the run's batch, which `finish` has closed."""
    batch = begin(engine, run)
    return {"batch_id": batch, **pipeline.certify(engine, batch)}


def changed_entities(engine: Engine, batch_id: int) -> list[str]:
    """The entities of which a batch made, changed or deleted golden records."""
    with engine.hub.connect() as conn:
        rows = conn.execute(statement("orchestration", "changed_entities"), {"batch": batch_id})
        return [str(name) for (name,) in rows]


def asks(engine: Engine, batch_id: int) -> bool:
    """Whether a batch opened a review that Airflow asks about."""
    with engine.hub.connect() as conn:
        return any_opened(conn, batch_id)


def what_failed(failed: Sequence[str], recorded: Mapping[str, str]) -> str:
    """The failed tasks with their messages, in one text.

    `recorded` has the messages that the hub kept, by task or, where a task takes several steps
    of the engine, by step.
    """
    parts = [f"{name}: {message}" for name, message in recorded.items()]
    silent = [task for task in failed if task not in recorded]
    if silent:
        parts.append(f"{' and '.join(silent)} failed" + ("" if parts else "; see the task's log"))
    return "; ".join(parts)


def _recorded(engine: Engine, batch_id: int) -> dict[str, str]:
    """The message of each step of a batch that did not end well."""
    with engine.hub.connect() as conn:
        rows = conn.execute(statement("orchestration", "failed_steps"), {"batch": batch_id})
        return {f"{step}_{system}" if system else step: error for step, system, error in rows}


def _require_current(engine: Engine) -> None:
    with engine.hub.connect() as conn:
        behind = pending(conn, engine.config)
    if behind:
        raise HubBehind("\n".join(behind))
