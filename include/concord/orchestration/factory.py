"""The one factory of Concord's DAGs: a lane of lanes.yaml in, a DAG out.

    extract_erp ┐                      ┌ load_erp ┐
                ├─ validate ─ unify ───┤          ├─ finish
    extract_crm ┘                      └ load_crm ┘

At most five tasks follow each other, since each hop costs Airflow up to two seconds. A lane of full
scope has one more, `certify`: it is in no hurry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.sdk import (
    DAG,
    Asset,
    AssetOrTimeSchedule,
    CronTriggerTimetable,
    Param,
    TriggerRule,
    chain,
    task,
)

from concord.model.spec import Company, Config, Lane, SystemSpec
from concord.orchestration import docs, tasks
from concord.orchestration.assets import GOLDEN, HELD, changed_asset, golden_asset
from concord.orchestration.deadlines import deadline
from concord.orchestration.pools import pool_name
from concord.orchestration.retries import Patience
from concord.orchestration.signal import ChangeSignal

if TYPE_CHECKING:
    from concord.orchestration.steps import Counts

HOUSEKEEPING_SCHEDULE = "30 3 * * *"
HOUSEKEEPING_PATIENCE = Patience(3, timedelta(minutes=1), timedelta(minutes=10))


def lane_dags(config: Config) -> dict[str, DAG]:
    """DAG id -> DAG, one for each lane."""
    return {lane.dag: lane_dag(lane, config) for lane in config.lanes}


def lane_dag(lane: Lane, config: Config) -> DAG:
    """The DAG of a lane over all systems."""
    dag = DAG(
        dag_id=lane.dag,
        description=lane.doc,
        doc_md=docs.lane_doc(
            lane, config.company, [pool_name(s.name, lane) for s in config.systems]
        ),
        deadline=deadline(lane),
        params=_lane_params(lane, config),
        tags=list(lane.tags),
        **_clock(lane.schedule, config.company, _signalled(lane, config)),
        default_args={
            "owner": lane.owner,
            # The lane's own number for each task, however many come after it.
            "priority_weight": lane.priority,
            "weight_rule": "absolute",
            "execution_timeout": timedelta(minutes=max(60, 2 * lane.deadline_minutes)),
            **Patience.of(lane).task_arguments(),
        },
    )
    with dag:
        _wire(lane, config.systems)
    return dag


def housekeeping_dag(config: Config) -> DAG:
    """The daily DAG that deletes what is older than company.yaml's `keep_days`."""
    days = config.company.keep_days
    dag = DAG(
        dag_id="housekeeping",
        description="Deletes what the hub has kept long enough.",
        doc_md=docs.HOUSEKEEPING.format(days=days),
        params={
            "keep_days": Param(
                days, "Delete what is older than this many days.", type="integer", minimum=1
            )
        },
        tags=["concord", "housekeeping"],
        **_clock(HOUSEKEEPING_SCHEDULE, config.company),
        default_args={
            "owner": "data-engineering",
            "execution_timeout": timedelta(hours=1),
            **HOUSEKEEPING_PATIENCE.task_arguments(),
        },
    )
    with dag:
        _task(tasks.prune_hub, "Prune the hub", docs.PRUNE)()
    return dag


def _wire(lane: Lane, systems: tuple[SystemSpec, ...]) -> None:
    """Make a lane's tasks in the DAG that is open, and their order."""
    golden = [golden_asset(entity) for entity in lane.entities]
    extracts = [_system_task(tasks.extract, "Extract", docs.EXTRACT, lane, s) for s in systems]
    validate = _task(tasks.validate, "Validate", docs.VALIDATE)
    unify = _task(tasks.unify, "Unify and plan", docs.UNIFY, outlets=[GOLDEN, HELD])
    loads = [_system_task(tasks.load, "Load", docs.LOAD, lane, s, inlets=golden) for s in systems]
    finish = _task(tasks.finish, "Finish", docs.FINISH, trigger_rule=TriggerRule.ALL_DONE)
    end = finish(lane.name)
    chain(
        [extract(lane.name, s.name) for extract, s in zip(extracts, systems, strict=True)],
        validate(lane.name),
        unify(lane.name),
        [load(lane.name, s.name) for load, s in zip(loads, systems, strict=True)],
        end,
    )
    if lane.scope == "full":
        chain(end, _task(tasks.certify, "Certify", docs.CERTIFY)(lane.name))


def _system_task(
    function: Callable[..., Counts],
    verb: str,
    doc: str,
    lane: Lane,
    system: SystemSpec,
    **options: Any,
) -> Any:
    """A task on one system, in the lane's pool there."""
    shown = system.label or system.name
    return _task(
        function,
        f"{verb} {shown}",
        doc.format(system=shown),
        task_id=f"{function.__name__}_{system.name}",
        pool=pool_name(system.name, lane),
        **options,
    )


def _task(function: Callable[..., Counts], display_name: str, doc: str, **options: Any) -> Any:
    """A function as a task, named after it; its result is one XCom of counts."""
    return task(
        task_display_name=display_name,
        doc_md=doc,
        multiple_outputs=False,
        show_return_value_in_logs=False,
        **options,
    )(function)


def _lane_params(lane: Lane, config: Config) -> dict[str, Param]:
    systems = [s.name for s in config.systems]
    return {
        "dry_run": Param(
            False, "Plan everything and show it, but write to no system.", type="boolean"
        ),
        "systems": _choice(systems, "Take only these systems."),
        "entities": _choice(list(lane.entities), "Take only these entities."),
    }


def _choice(names: list[str], description: str) -> Param:
    """Some of these names, at least one; all by default. The UI shows a list to pick from."""
    return Param(
        names,
        description,
        type="array",
        items={"type": "string", "enum": names},
        minItems=1,
        uniqueItems=True,
        examples=names,
    )


def _signalled(lane: Lane, config: Config) -> list[Asset]:
    """The asset whose events start the lane, when it starts on the systems' changes."""
    if not lane.on_change:
        return []
    entities = [config.entity[name] for name in lane.entities]
    systems = [s.name for s in config.systems if any(s.name in e.by_system for e in entities)]
    return [changed_asset(lane.name, ChangeSignal(systems, lane.signal.pause_seconds))]


def _clock(schedule: str, company: Company, starts: Sequence[Asset] = ()) -> dict[str, Any]:
    """When a DAG runs: in the company's zone, one run at a time, missed times not made up for.

    A run reads from where the last one stopped, not a window of time, so one run is enough
    however many were missed. Events of the assets in `starts` start it too; those that come
    while it runs make one more run.
    """
    clock = CronTriggerTimetable(schedule, timezone=company.timezone)
    return {
        "schedule": AssetOrTimeSchedule(timetable=clock, assets=starts) if starts else clock,
        "start_date": pendulum.datetime(2026, 1, 1, tz=company.timezone),
        "catchup": False,
        "max_active_runs": 1,
        "is_paused_upon_creation": False,
    }
