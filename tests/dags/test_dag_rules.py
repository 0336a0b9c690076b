"""Rules that every DAG of ours keeps, those that a company adds in lanes.yaml included."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pendulum
import pytest

from concord.model.spec import Config
from concord.orchestration.pools import pools
from concord.orchestration.retries import RetryByKind

ROOT = Path(__file__).resolve().parents[2]
DAG_FILES = sorted((ROOT / "dags").glob("*.py"))
HEAVY = {"pandas", "numpy", "great_expectations", "psycopg", "psycopg2", "phonenumbers", "alembic"}
PARSE_LIMIT_SECONDS = 1.0


def _clock(dag: Any) -> Any:
    """The part of a DAG's schedule that is a clock."""
    return getattr(dag.timetable, "timetable", dag.timetable)


def _longest_chain(task: Any) -> int:
    return 1 + max((_longest_chain(t) for t in task.downstream_list), default=0)


def test_every_dag_file_is_parsed_without_an_error(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}


def test_every_lane_is_a_dag_and_housekeeping_is_one(dag_bag: Any, business: Config) -> None:
    others = {"housekeeping", "ask_about_held", "approve_change_set", "initial_load"}
    assert set(dag_bag.dags) == {lane.dag for lane in business.lanes} | others
    assert {"micro_batch_fast", "nightly_reconcile"} <= set(dag_bag.dags)


def test_at_most_five_tasks_follow_each_other(dag_bag: Any, business: Config) -> None:
    full = {lane.dag for lane in business.lanes if lane.scope == "full"}  # they certify at the end
    for dag in dag_bag.dags.values():
        most = 6 if dag.dag_id in full else 5
        assert max(_longest_chain(task) for task in dag.roots) <= most, dag.dag_id


def test_a_full_lane_ends_with_its_certificates_and_no_other_does(
    dag_bag: Any, business: Config
) -> None:
    for lane in business.lanes:
        last = [t.task_id for t in dag_bag.dags[lane.dag].tasks if not t.downstream_task_ids]
        assert last == ["certify" if lane.scope == "full" else "finish"]


def test_a_lane_extracts_side_by_side_and_finishes_whatever_happened(dag_bag: Any) -> None:
    dag = dag_bag.dags["micro_batch_fast"]
    order = {task.task_id: task.downstream_task_ids for task in dag.tasks}
    assert order == {
        "extract_erp": {"validate"},
        "extract_crm": {"validate"},
        "validate": {"unify"},
        "unify": {"load_erp", "load_crm"},
        "load_erp": {"finish"},
        "load_crm": {"finish"},
        "finish": set(),
    }
    assert dag.get_task("finish").trigger_rule == "all_done"


def test_every_dag_says_what_it_is_and_whose_it_is(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert "concord" in dag.tags, dag.dag_id
        assert dag.description, dag.dag_id
        assert "When it is red" in dag.doc_md, dag.dag_id
        assert dag.params, dag.dag_id
        for task in dag.tasks:
            assert task.owner not in ("", "airflow"), task
            assert task.doc_md, task
            assert not task.doc_md.startswith("Task:"), task  # the function's own docstring
            assert task.task_display_name != task.task_id, task


def test_every_parameter_is_described_and_checked(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        for name in dag.params:
            param = dag.params.get_param(name)
            assert param.description, (dag.dag_id, name)
            assert param.schema.get("type"), (dag.dag_id, name)


def test_dags_run_one_at_a_time_in_the_companys_zone_and_make_nothing_up(
    dag_bag: Any, config: Config
) -> None:
    schedules = {lane.dag: lane.schedule for lane in config.lanes}
    for dag in dag_bag.dags.values():
        # An open question keeps its run going, and must not keep another one from being asked.
        assert (dag.max_active_runs == 1) == (dag.dag_id != "approve_change_set"), dag.dag_id
        assert not dag.catchup, dag.dag_id
        assert dag.is_paused_upon_creation is False, dag.dag_id
        assert str(dag.timezone) == config.company.timezone, dag.dag_id
        if dag.schedule is None:  # by hand, or by another DAG
            continue
        clock = _clock(dag)
        assert str(clock.timezone) == config.company.timezone, dag.dag_id
        if dag.dag_id in schedules:
            assert clock.expression == schedules[dag.dag_id]


def test_a_lane_that_starts_on_changes_keeps_its_schedule_and_one_watcher(
    dag_bag: Any, config: Config
) -> None:
    for lane in config.lanes:
        timetable = dag_bag.dags[lane.dag].timetable
        assert (timetable is not _clock(dag_bag.dags[lane.dag])) == lane.on_change, lane.name
        if lane.on_change:
            (asset,) = timetable.asset_condition.objects
            assert asset.name == f"concord_changed_{lane.name}"
            (watcher,) = asset.watchers
            assert watcher.trigger.pause_seconds == lane.signal.pause_seconds
    assert config.lane["fast"].on_change


def test_a_change_signal_goes_to_each_lane_that_waits_for_it_alone(
    dag_bag: Any, config: Config
) -> None:
    """No housekeeping and no nightly run is started by a change."""
    waiting = {dag.dag_id for dag in dag_bag.dags.values() if dag.timetable is not _clock(dag)}
    assert waiting == {lane.dag for lane in config.lanes if lane.on_change} | {"ask_about_held"}
    (held,) = dag_bag.dags["ask_about_held"].timetable.asset_condition.objects
    assert (held.name, held.watchers) == ("concord_held", [])


def test_tasks_of_a_lane_in_a_hurry_go_first(dag_bag: Any, config: Config) -> None:
    for lane in config.lanes:
        for task in dag_bag.dags[lane.dag].tasks:
            assert (task.priority_weight, task.weight_rule) == (lane.priority, "absolute"), task
    assert config.lane["fast"].priority > config.lane["nightly"].priority


def test_the_nightly_run_starts_at_night_where_the_company_is(dag_bag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization
    from airflow.timetables.base import TimeRestriction

    stored = DagSerialization.to_dict(dag_bag.dags["nightly_reconcile"])
    timetable = DagSerialization.from_dict(stored).timetable
    after = pendulum.datetime(2026, 6, 1, 12, tz="UTC")
    run = timetable.next_dagrun_info(
        last_automated_data_interval=None,
        restriction=TimeRestriction(earliest=after, latest=None, catchup=True),
    )
    assert run is not None
    # 02:00 in Shanghai
    assert run.run_after == pendulum.datetime(2026, 6, 1, 18, tz="UTC")


def test_every_task_has_a_limit_in_time_and_our_retry_policy(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        for task in dag.tasks:
            assert task.execution_timeout, task
            assert isinstance(task.retry_policy, RetryByKind), task
            assert task.retries > 0, task


def test_every_pool_that_a_task_needs_is_one_that_we_make(dag_bag: Any, config: Config) -> None:
    made = pools(config)
    for system in config.systems:
        slots = [
            p["slots"]
            for name, p in made.items()
            if f"{name}_".startswith(f"concord_{system.name}_")
        ]
        assert sum(slots) == system.slots
        assert min(slots) > 0
    for dag in dag_bag.dags.values():
        for task in dag.tasks:
            assert task.pool in {"default_pool", *made}, task
    for lane in config.lanes:
        for task in dag_bag.dags[lane.dag].tasks:
            verb, _, system = task.task_id.partition("_")
            if verb in ("extract", "load"):
                own = f"_{lane.name}" if lane.own_slots else ""
                assert task.pool == f"concord_{system}{own}"


def test_every_lane_has_a_deadline(dag_bag: Any, config: Config) -> None:
    for lane in config.lanes:
        (alert,) = dag_bag.dags[lane.dag].deadline
        assert alert.interval.total_seconds() == 60 * lane.deadline_minutes


@pytest.mark.parametrize("file", DAG_FILES, ids=lambda f: f.name)
def test_a_dag_file_only_wires(file: Path) -> None:
    """Thin, and nothing at the top that costs time each time that Airflow parses it."""
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 60
    tree = ast.parse(text)
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    modules = {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    ours = {"concord.orchestration.factory", "concord.orchestration.approvals"}
    assert modules <= {"concord.model.read", *ours}
    # Airflow passes over files that have not both words in them.
    assert "airflow" in text.lower()
    assert "dag" in text.lower()


PARSE = """
import json, runpy, sys, time
import airflow.sdk, airflow.sdk.definitions.deadline
before = set(sys.modules)
took = []
for _ in range(3):
    begun = time.process_time()
    for file in sys.argv[1:]:
        runpy.run_path(file)
    took.append(time.process_time() - begun)
print(json.dumps([took, sorted({m.split(".")[0] for m in set(sys.modules) - before})]))
"""


def test_parsing_all_dag_files_is_quick_and_imports_nothing_heavy() -> None:
    command = [sys.executable, "-c", PARSE, *map(str, DAG_FILES)]
    env = {**os.environ, "PYTHONPATH": str(ROOT / "include")}
    done = subprocess.run(
        command, env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    took, imported = json.loads(done.stdout.splitlines()[-1])
    assert not HEAVY & set(imported)
    # The first pass imports our own modules; the dag-processor does that once in each child.
    assert took[0] < PARSE_LIMIT_SECONDS
    assert min(took[1:]) < PARSE_LIMIT_SECONDS / 3


def test_a_second_parse_gives_the_same_dags(airflow_database: None) -> None:
    """A value that changes with every parse would make a new DAG version each time."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    once, again = DagBag(ROOT / "dags"), DagBag(ROOT / "dags")  # no test has run any of these
    assert once.dags.keys() == again.dags.keys()
    for dag_id, dag in again.dags.items():
        first = DagSerialization.to_dict(once.dags[dag_id])
        assert DagSerialization.to_dict(dag) == first, dag_id


def test_a_lane_added_to_the_configuration_is_a_dag_without_any_python(
    config_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    lanes = config_copy / "lanes.yaml"
    block = "  slow:\n    dag: weekly_check\n    schedule: '0 4 * * 0'\n    scope: full\n"
    block += "    entities: [party]\n    deadline_minutes: 600\n"
    lanes.write_text(lanes.read_text(encoding="utf-8") + block, encoding="utf-8")
    monkeypatch.setenv("CONCORD_CONFIG", str(config_copy))
    bag: Any = DagBag(ROOT / "dags")
    assert bag.import_errors == {}
    assert bag.dags["weekly_check"].timetable.expression == "0 4 * * 0"


def test_a_mistake_in_the_configuration_is_shown_with_its_file_and_line(
    config_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import DagBag

    lanes = config_copy / "lanes.yaml"
    text = lanes.read_text(encoding="utf-8").replace("scope: delta", "scope: sometimes")
    lanes.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CONCORD_CONFIG", str(config_copy))
    errors = DagBag(ROOT / "dags").import_errors
    assert len(errors) == len(DAG_FILES)
    for error in errors.values():
        assert "lanes.yaml:" in error
        assert "sometimes" in error
