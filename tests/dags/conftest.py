"""An Airflow of this test session: its own home and database, set before anything imports it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOME = Path(tempfile.mkdtemp(prefix="concord_airflow_"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

os.environ.update(
    {
        "AIRFLOW_HOME": str(HOME),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(HOME / "plugins"),
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DAG_PROCESSOR__DAG_VERSION_INFLATION_CHECK_LEVEL": "error",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{HOME / 'airflow.db'}",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
)


@pytest.fixture(scope="session")
def airflow_database() -> None:
    """Airflow's tables, made once."""
    from airflow.utils.db import initdb
    from airflow.utils.providers_configuration_loader import providers_configuration_loaded

    with warnings.catch_warnings():
        # How Airflow and its user manager set up their tables is not ours to change.
        warnings.simplefilter("ignore", DeprecationWarning)
        providers_configuration_loaded(initdb)()


@pytest.fixture(scope="session")
def dag_bag(airflow_database: None) -> Any:
    """All our DAG files, parsed as Airflow parses them."""
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(ROOT / "dags")


@pytest.fixture
def run_dag(dag_bag: Any) -> Callable[..., dict[str, str]]:
    """Run a DAG in this process; returns the state of the run under "" and of each task."""

    def run(dag_id: str, **conf: Any) -> dict[str, str]:
        dag = dag_bag.dags[dag_id]
        # DAG.test() of 3.3.2 cannot end a run that has a deadline: it looks for stored alerts.
        kept = dag.deadline, {task: task.retries for task in dag.tasks}
        dag.deadline = None
        for task in dag.tasks:
            task.retries = 0
        try:
            done = dag.test(run_conf=conf or None)
        finally:  # other tests look at the same DAGs
            dag.deadline = kept[0]
            for task, retries in kept[1].items():
                task.retries = retries
        states = {ti.task_id: str(ti.state) for ti in done.get_task_instances()}
        return {"": str(done.state), **states}

    return run
