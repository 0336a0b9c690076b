"""The DAGs in which a person is asked: `ask_about_held`, `approve_change_set`, `initial_load`.

A batch that holds a change set, or deletions or columns that it read, sends an asset event;
`ask_about_held` then looks into the hub for everything that is held and starts one
`approve_change_set` for each, with its number in the run id. So nothing is asked twice, whoever
held it and however often the event comes; and since the hub is asked, not the event, one that was
lost is made up for by the schedule.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, AssetOrTimeSchedule, CronTriggerTimetable, Param, chain, task

from concord.model.spec import Config, Lane, SystemSpec
from concord.orchestration import approval_docs as docs
from concord.orchestration import tasks
from concord.orchestration.ask import AskPerson
from concord.orchestration.assets import held_asset
from concord.orchestration.pools import pool_name
from concord.orchestration.retries import Patience

APPROVAL = "approve_change_set"
LOOK_AGAIN = "*/10 * * * *"
MOST_AT_ONCE = 500  # questions that are open at the same time
PATIENCE = Patience(5, timedelta(seconds=10), timedelta(minutes=5))
OPTIONS = ("Approve", "Approve in part", "Reject")


def ask_dag(config: Config) -> DAG:
    """The DAG that starts an approval for each held change set."""
    clock = CronTriggerTimetable(LOOK_AGAIN, timezone=config.company.timezone)
    dag = DAG(
        dag_id="ask_about_held",
        description="Asks a person about each change set, deletion and column that is held.",
        doc_md=docs.ASK,
        schedule=AssetOrTimeSchedule(timetable=clock, assets=[held_asset()]),
        params={"change_set": _number("Ask about this change set alone; 0: about all that waits.")},
        **_common(config, runs=1),
    )
    with dag:
        found = task(
            task_display_name="Find what is held",
            doc_md=docs.FIND,
            execution_timeout=timedelta(minutes=10),
            multiple_outputs=False,
            show_return_value_in_logs=False,
        )(tasks.approvals_to_start)(MOST_AT_ONCE)
        TriggerDagRunOperator.partial(
            task_id="start_approvals",
            task_display_name="Start the approvals",
            doc_md=docs.START,
            trigger_dag_id=APPROVAL,
            logical_date=None,
            skip_when_already_exists=True,
            openlineage_inject_parent_info=False,
            execution_timeout=timedelta(minutes=10),
        ).expand_kwargs(found)
    return dag


def approve_dag(config: Config) -> DAG:
    """The DAG of one question: it waits for an answer, for as long as it takes."""
    dag = DAG(
        dag_id=APPROVAL,
        description="Waits for a person's word on one held change set, or on what was read.",
        doc_md=docs.APPROVE,
        schedule=None,
        params={
            "change_set": _number("Its number, as in ./concord status."),
            "review": _number("Or the number of held deletions or changed columns."),
        },
        **_common(config, runs=MOST_AT_ONCE),
    )
    with dag:
        AskPerson(
            task_id="ask",
            task_display_name="Approve?",
            doc_md=docs.QUESTION,
            about="concord.orchestration.questions:about_held",
            options=list(OPTIONS),
            params=_form(),
            execution_timeout=timedelta(minutes=20),
        )
    return dag


def initial_load_dag(config: Config) -> DAG:
    """The DAG that brings two systems together for the first time.

    extract_erp ┐
                ├─ profile ─ ask ─ load
    extract_crm ┘
    """
    lane = next(lane for lane in config.lanes if lane.scope == "full")
    names = list(config.entity)
    dag = DAG(
        dag_id="initial_load",
        description="Profiles both sides, asks a person, and writes everything.",
        doc_md=docs.INITIAL_LOAD,
        schedule=None,
        params={
            "entities": Param(
                names, "Take only these entities.", type="array",
                items={"type": "string", "enum": names}, minItems=1, uniqueItems=True,
                examples=names,
            )
        },
        **_common(config, runs=1),
    )  # fmt: skip
    with dag:
        extracts = [_extract(lane, system) for system in config.systems]
        profile = _long("Profile", docs.PROFILE)(tasks.profile)()
        ask = AskPerson(
            task_id="ask",
            task_display_name="Approve?",
            doc_md=docs.MAY_LOAD,
            about="concord.orchestration.questions:about_initial_load",
            options=["Approve", "Reject"],
            params={"comment": Param("", "Why; kept with the decision.", type=["null", "string"])},
            execution_timeout=timedelta(minutes=20),
        )
        load = _long("Load", docs.LOAD_ALL, task_id="load")(tasks.load_initially)()
        chain(extracts, profile, ask, load)
    return dag


def _extract(lane: Lane, system: SystemSpec) -> Any:
    shown = system.label or system.name
    made = _long(
        f"Read {shown}",
        docs.READ.format(system=shown),
        task_id=f"extract_{system.name}",
        pool=pool_name(system.name, lane),
    )
    return made(tasks.extract_for_profile)(lane.name, system.name)


def _long(name: str, doc: str, **options: Any) -> Any:
    """A task that may take a night."""
    return task(
        task_display_name=name,
        doc_md=doc,
        execution_timeout=timedelta(hours=24),
        multiple_outputs=False,
        show_return_value_in_logs=False,
        **options,
    )


def _number(description: str) -> Param:
    return Param(0, description, type="integer", minimum=0)


def _form() -> dict[str, Param]:
    return {
        "below": Param(
            None, "In part: approve what has less than this at stake, in the company's currency.",
            type=["null", "number"], minimum=0,
        ),
        "rest": Param(
            "hold", "In part: the others are asked about again (hold), or rejected (reject).",
            type="string", enum=["hold", "reject"],
        ),
        "comment": Param("", "Why; kept with the decision.", type=["null", "string"]),
    }  # fmt: skip


def _common(config: Config, runs: int) -> dict[str, Any]:
    return {
        "start_date": pendulum.datetime(2026, 1, 1, tz=config.company.timezone),
        "catchup": False,
        "max_active_runs": runs,
        "is_paused_upon_creation": False,
        "tags": ["concord", "approval"],
        "default_args": {"owner": "data-stewards", **PATIENCE.task_arguments()},
    }
