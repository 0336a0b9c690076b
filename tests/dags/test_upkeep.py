"""Pruning Airflow itself: old rows and old logs go, what is new or in use stays."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from concord.orchestration import upkeep

NOW = datetime.now(UTC)


def _log(folder: Path, name: str, days: int) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("line\n", encoding="utf-8")
    age = (NOW - timedelta(days=days)).timestamp()
    for path in (file, *file.relative_to(folder).parents):
        where = folder / path
        if where != folder:
            os.utime(where, (age, age))
    return file


def test_old_logs_go_with_their_directories_and_newer_ones_stay(tmp_path: Path) -> None:
    old = _log(tmp_path, "dag_id=a/run_id=1/task_id=x/attempt=1.log", 40)
    new = _log(tmp_path, "dag_id=b/run_id=2/task_id=x/attempt=1.log", 3)
    assert upkeep.prune_logs(tmp_path, NOW - timedelta(days=30)) == 1
    assert not old.exists()
    assert not (tmp_path / "dag_id=a").exists()
    assert new.exists()


def test_a_directory_that_a_task_has_just_made_stays(tmp_path: Path) -> None:
    fresh = tmp_path / "dag_id=a/run_id=2/task_id=x"
    fresh.mkdir(parents=True)
    assert upkeep.prune_logs(tmp_path, NOW - timedelta(days=30)) == 0
    assert fresh.exists()


def test_runs_of_another_month_are_deleted_with_their_tasks(dag_bag: Any) -> None:
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType
    from sqlalchemy import select

    def run(name: str, days: int) -> DagRun:
        when = NOW - timedelta(days=days)
        return DagRun(
            dag_id="housekeeping",
            run_id=name,
            logical_date=when,
            run_after=when,
            start_date=when,
            run_type=DagRunType.MANUAL,
            state=DagRunState.SUCCESS,
            triggered_by=DagRunTriggeredByType.TEST,
        )

    with create_session() as session:
        session.add_all([run("old", 40), run("new", 3)])
    upkeep.prune_rows(NOW - timedelta(days=30))
    with create_session() as session:
        left = set(session.scalars(select(DagRun.run_id).where(DagRun.run_type == "manual")))
    assert "new" in left
    assert "old" not in left


def test_a_retention_of_nothing_is_refused() -> None:
    with pytest.raises(SystemExit) as stopped:
        upkeep.main(["--keep-days", "0"])
    assert stopped.value.code == 2
