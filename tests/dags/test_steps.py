"""The tasks' steps over a real hub, without Airflow."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from concord.errors import ConfigError, SystemUnavailable
from concord.orchestration import steps
from concord.orchestration.steps import HubBehind, Run, UpstreamFailed
from concord.pipeline import Engine
from tests.support.world import World, run_sql

RUN = Run(lane="fast", run_id="micro_batch_fast/scheduled__1")


def _states(world: World) -> list[tuple[str, str]]:
    return world.ops("SELECT run_id, state FROM ops.batch ORDER BY batch_id")


def _through(world: World, run: Run) -> dict[str, int]:
    """A whole run, step by step as the tasks take them; returns what finish counted."""
    engine = world.engine
    for system in ("erp", "crm"):
        steps.extract(engine, run, system)
    steps.validate(engine, run)
    steps.unify(engine, run)
    for system in ("erp", "crm"):
        steps.load(engine, run, system)
    return steps.finish(engine, run, failed=[])


def _without_crm(world: World) -> World:
    """The same world while nobody answers at the CRM's address."""
    urls = {**world.urls, "crm": "postgresql://reader:hush@127.0.0.1:1/crm"}
    return World(world.config, world.hub, urls, world.expectations)


def test_all_tasks_of_a_run_work_on_one_batch(world: World) -> None:
    world.customer()
    counts = _through(world, RUN)
    assert counts["confirmed"] == 1
    assert _states(world) == [(RUN.run_id, "done")]


def test_two_tasks_that_begin_a_run_at_once_get_the_same_batch(world: World) -> None:
    """Both extracts of a lane start in the same second."""
    runs = [replace(RUN, run_id=f"micro_batch_fast/scheduled__{n}") for n in range(25)]
    together = Barrier(2, timeout=60)

    def task(engine: Engine) -> list[int]:
        begun = []
        for run in runs:
            together.wait()
            begun.append(steps.begin(engine, run))
        return begun

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(task, [world.fresh_engine(), world.fresh_engine()])
    assert first == second
    assert [run_id for run_id, _ in _states(world)] == [run.run_id for run in runs]


def test_sums_over_months_are_left_to_lanes_that_nobody_waits_for(company: World) -> None:
    _through(company, RUN)
    assert company.ops("SELECT count(*) FROM ops.kept_figures") == [(0,)]
    _through(company, Run(lane="standard", run_id="micro_batch_standard/scheduled__1"))
    assert company.ops("SELECT count(*) FROM ops.kept_figures") == [(3,)]


def test_a_run_repeated_from_the_start_does_nothing_again(world: World) -> None:
    world.customer()
    first = _through(world, RUN)
    assert _through(world, RUN) == first
    assert world.one("crm", "SELECT count(*) FROM account") == 1
    assert len(_states(world)) == 1


def test_a_system_that_a_run_leaves_out_may_be_away(world: World) -> None:
    world.customer()
    assert _through(_without_crm(world), replace(RUN, systems=("erp",)))["read"] == 1
    assert world.one("crm", "SELECT count(*) FROM account") == 0


def test_a_dry_run_plans_and_writes_nothing(world: World) -> None:
    world.customer()
    counts = _through(world, replace(RUN, dry_run=True))
    assert counts["planned"] == 1
    assert counts["confirmed"] == 0
    assert world.one("crm", "SELECT count(*) FROM account") == 0


def test_a_failed_run_is_closed_with_what_its_task_said(world: World) -> None:
    engine = _without_crm(world).engine
    steps.extract(engine, RUN, "erp")
    with pytest.raises(SystemUnavailable):
        steps.extract(engine, RUN, "crm")
    with pytest.raises(UpstreamFailed, match="extract_crm: crm at 127") as failed:
        steps.finish(engine, RUN, failed=["extract_crm"])
    ((state, error),) = world.ops("SELECT state, error FROM ops.batch")
    assert state == "failed"
    assert error in str(failed.value)
    assert "hush" not in error
    assert world.one("hub", "SELECT count(*) FROM pg_tables WHERE schemaname = 'stage'") == 0


def test_finish_can_be_repeated_after_a_failure_without_a_new_batch(world: World) -> None:
    steps.begin(world.engine, RUN)
    for _ in range(2):
        with pytest.raises(UpstreamFailed):
            steps.finish(world.engine, RUN, failed=["unify"])
    assert _states(world) == [(RUN.run_id, "failed")]


def test_a_run_that_failed_before_its_batch_says_so(world: World) -> None:
    with pytest.raises(UpstreamFailed, match="No batch was begun, since extract_erp failed"):
        steps.finish(world.engine, RUN, failed=["extract_erp"])
    assert _states(world) == []


def test_one_task_cleared_after_a_failure_does_the_work_of_those_that_were_not(
    world: World,
) -> None:
    world.customer()
    world.account("Beta GmbH")
    engine = world.engine
    steps.extract(engine, RUN, "erp")
    steps.extract(engine, RUN, "crm")
    with pytest.raises(UpstreamFailed):
        steps.finish(engine, RUN, failed=["validate"])

    steps.validate(engine, RUN)  # cleared with what follows it; the extracts were not
    steps.unify(engine, RUN)
    for system in ("erp", "crm"):
        steps.load(engine, RUN, system)
    assert steps.finish(engine, RUN, failed=[])["confirmed"] == 2
    assert [state for _, state in _states(world)] == ["failed", "done"]


def test_a_hub_that_was_not_migrated_stops_the_run_before_its_batch(world: World) -> None:
    run_sql(world.hub.owner_url, "ALTER TABLE golden.party DROP COLUMN phone CASCADE")  # type: ignore[attr-defined]
    with pytest.raises(HubBehind, match="phone"):
        steps.extract(world.engine, RUN, "erp")
    assert _states(world) == []


def test_an_unknown_system_is_a_configuration_mistake(world: World) -> None:
    with pytest.raises(ConfigError, match="pos"):
        steps.begin(world.engine, replace(RUN, systems=("pos",)))


def test_only_entities_that_changed_are_announced(world: World) -> None:
    world.customer()
    engine = world.engine
    for system in ("erp", "crm"):
        steps.extract(engine, RUN, system)
    steps.validate(engine, RUN)
    batch = steps.unify(engine, RUN)["batch_id"]
    assert steps.changed_entities(engine, batch) == ["party"]
    quiet = replace(RUN, run_id="micro_batch_fast/scheduled__2")
    for system in ("erp", "crm"):
        steps.load(engine, RUN, system)
    steps.finish(engine, RUN, failed=[])
    for system in ("erp", "crm"):
        steps.extract(engine, quiet, system)
    steps.validate(engine, quiet)
    batch = steps.unify(engine, quiet)["batch_id"]
    assert steps.changed_entities(engine, batch) == []


@pytest.mark.parametrize(
    ("failed", "recorded", "said"),
    [
        (["load_erp"], {"load_erp": "refused"}, "load_erp: refused"),
        (["unify"], {"plan": "no rule"}, "plan: no rule; unify failed"),
        (["validate"], {}, "validate failed; see the task's log"),
        (["extract_erp", "extract_crm"], {"extract_crm": "away"},
         "extract_crm: away; extract_erp failed"),
    ],
)  # fmt: skip
def test_a_failure_names_task_and_message(
    failed: list[str], recorded: dict[str, str], said: str
) -> None:
    assert steps.what_failed(failed, recorded) == said
