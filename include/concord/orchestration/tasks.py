"""The tasks of a lane: each opens the engine, takes one step for its run, and says what came.

What a step does is in `steps`, which pulls in the engine and its libraries; it is imported when
a task runs, never when a DAG file is parsed.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowSkipException

from concord.orchestration.assets import announce, announce_held
from concord.orchestration.failures import said_plainly

if TYPE_CHECKING:
    from concord.orchestration.steps import Counts, Run
    from concord.pipeline import Engine

log = logging.getLogger("concord")


def extract(lane: str, system: str) -> Counts:
    """Task: read what changed in one system."""
    with said_plainly():
        from concord.orchestration import steps

        return _said(steps.extract(open_engine(), current_run(lane), system))


def validate(lane: str) -> Counts:
    """Task: check what was read."""
    with said_plainly():
        from concord.orchestration import steps

        return _said(steps.validate(open_engine(), current_run(lane)))


def unify(lane: str) -> Counts:
    """Task: merge and plan; announces the entities whose golden records changed."""
    with said_plainly():
        from concord.orchestration import steps

        engine = open_engine()
        counts = steps.unify(engine, current_run(lane))
        changed = steps.changed_entities(engine, counts["batch_id"])
        announce(get_current_context()["outlet_events"], changed, counts["batch_id"])
        if counts.get("held_writes") or steps.asks(engine, counts["batch_id"]):
            announce_held(get_current_context()["outlet_events"], counts["batch_id"])
        return _said(counts)


def load(lane: str, system: str) -> Counts:
    """Task: write what is planned for one system."""
    with said_plainly():
        from concord.orchestration import steps

        return _said(steps.load(open_engine(), current_run(lane), system))


def finish(lane: str) -> Counts:
    """Task: close the batch; fails, after closing it, when a task before it failed."""
    with said_plainly():
        from concord.orchestration import steps

        failed = failed_tasks(get_current_context())
        return _said(steps.finish(open_engine(), current_run(lane), failed))


def certify(lane: str) -> Counts:
    """Task: issue the certificates of a full run; fails when they cannot be anchored."""
    with said_plainly():
        from concord.orchestration import steps

        return _said(steps.certify(open_engine(), current_run(lane)))


def prune_hub() -> Counts:
    """Task: delete what the hub has kept longer than the parameter `keep_days`."""
    with said_plainly():
        from concord import pipeline

        keep_days = int(get_current_context()["params"]["keep_days"])
        return _said(pipeline.prune(open_engine(), keep_days))


def approvals_to_start(most: int) -> list[dict[str, Any]]:
    """Task: the runs that ask about the change sets and reviews that wait for a person.

    Each is named after what it asks about, so that there is never a second one.
    """
    with said_plainly():
        from concord.hub.database import Hub
        from concord.orchestration import questions

        wanted = int(get_current_context()["params"]["change_set"])
        found = questions.held(Hub.from_environment(), most)
        chosen = [(kind, n) for kind, n in found if wanted in (0, n if kind == "change_set" else 0)]
        log.info("Held: %s", ", ".join(f"{kind} {n}" for kind, n in chosen) or "nothing")
        return [{"trigger_run_id": f"{kind}_{n}", "conf": {kind: n}} for kind, n in chosen]


def extract_for_profile(lane: str, system: str) -> Counts:
    """Task: read all of one system for the profile of an initial load."""
    with said_plainly():
        from concord.orchestration import steps

        return _said(steps.extract(open_engine(), _rehearsal(lane), system))


def profile() -> Counts:
    """Task: take in what was read, and plan all writes without making any."""
    with said_plainly():
        from concord.pipeline import initial

        run_id, entities = _initial_load()
        engine = open_engine()
        load = initial.rehearse(engine, initial.begin(engine, run_id, entities))
        found = initial.report(engine.hub, engine.config, load)
        names = ("records", "matched", "doubles", "quarantined", "parked")
        counts = {name: found.total(name) for name in names}
        return _said({"batch_id": found.batch, **counts, "planned": found.writes})


def load_initially() -> Counts:
    """Task: write what was approved, until nothing is left to write."""
    with said_plainly():
        from concord.pipeline import initial

        run_id, entities = _initial_load()
        engine = open_engine()
        load = initial.begin(engine, run_id, entities)
        if load.state != "rejected":
            done = initial.write(engine, load, log.info)
            return {"initial_load": done.id, "batches": done.rounds}
    raise AirflowSkipException(f"Initial load {load.id} was rejected by {load.decided_by}.")


def _initial_load() -> tuple[str, tuple[str, ...]]:
    """The run of the running task as the engine names it, and the entities that it takes."""
    context = get_current_context()
    run_id = f"{context['dag'].dag_id}/{context['run_id']}"
    return run_id, tuple(context["params"]["entities"])


def _rehearsal(lane: str) -> Run:
    """The dry run of an initial load: a batch of the lane that compares everything."""
    from concord.orchestration.steps import Run
    from concord.pipeline import initial

    run_id, entities = _initial_load()
    return Run(lane, initial.rehearsal_run(run_id), dry_run=True, entities=entities)


def open_engine() -> Engine:
    """The engine, with Airflow's connections; Great Expectations' chatter is left out of logs."""
    from concord.orchestration import bridge

    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return bridge.open_engine()


def current_run(lane: str) -> Run:
    """The DAG run of the running task, with its parameters, in the engine's terms."""
    from concord.orchestration.steps import Run

    context = get_current_context()
    params: Mapping[str, Any] = context["params"]
    return Run(
        lane=lane,
        run_id=f"{context['dag'].dag_id}/{context['run_id']}",
        dry_run=bool(params["dry_run"]),
        systems=tuple(params["systems"]),
        entities=tuple(params["entities"]),
    )


def failed_tasks(context: Any) -> list[str]:
    """The tasks before the running one that did not succeed, in the order of the DAG.

    Those that only waited for a failed one are left out, as they have nothing to say.
    """
    run_id, this = context["run_id"], context["ti"]
    states = this.get_task_states(dag_id=this.dag_id, run_ids=[run_id])[run_id]
    before = context["dag"].get_task(this.task_id).get_flat_relative_ids(upstream=True)
    upstream = [task for task in context["dag"].task_ids if task in before]
    unwell = {task: states.get(task) for task in upstream if states.get(task) != "success"}
    return [task for task, state in unwell.items() if state != "upstream_failed"]


def _said(counts: Counts) -> Counts:
    """Log the counts in one line and hand them on."""
    shown = ", ".join(f"{name} {n}" for name, n in counts.items() if n and name != "batch_id")
    log.info("Batch %s: %s", counts.get("batch_id", "-"), shown or "nothing to do")
    return counts
