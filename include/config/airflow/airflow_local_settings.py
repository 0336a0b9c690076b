"""Airflow reads this file in each of its processes; its directory has to be on their path.

LocalExecutor forks its workers from the scheduler. What the scheduler has imported, its workers
have for nothing: a task that validates starts in under a second in place of seven to ten. The
other components run no task of ours and stay small.
"""

import importlib
import sys

__all__: list[str] = []  # nothing in here is a setting of Airflow's

PRELOADED = (
    "great_expectations",
    "pandas",
    "phonenumbers",
    "concord.orchestration.bridge",
    "concord.orchestration.steps",
    "concord.quality.run",
    "concord.quality.suites",
    "concord.report.render",
    "concord.systems.postgres",
)

if "scheduler" in sys.argv:
    for module in PRELOADED:
        importlib.import_module(module)
