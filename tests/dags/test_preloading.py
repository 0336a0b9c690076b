"""What the scheduler imports ahead for its workers, and only the scheduler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "include" / "config" / "airflow"
SCRIPT = """
import sys, threading
import airflow_local_settings
print(airflow_local_settings.__all__)
print("great_expectations" in sys.modules)
print(threading.active_count())
"""


def _import_as(component: str) -> list[str]:
    paths = os.pathsep.join([str(ROOT / "include"), str(SETTINGS)])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, component],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_scheduler_has_what_its_tasks_need_and_no_thread_to_lose_by_forking() -> None:
    assert _import_as("scheduler") == ["[]", "True", "1"]


@pytest.mark.parametrize("component", ["api-server", "dag-processor", "triggerer"])
def test_the_others_stay_small(component: str) -> None:
    assert _import_as(component) == ["[]", "False", "1"]
