"""Airflow reads this file in each of its processes; put this directory on PYTHONPATH.

LocalExecutor forks its workers from the scheduler. What the scheduler has imported, its workers
have for nothing: a task that validates starts in under a second in place of seven to ten. The
other components never run a task, so they stay small.
"""

import sys

__all__: list[str] = []  # nothing here is a setting of Airflow's

if "scheduler" in sys.argv:
    import great_expectations
    import pandas

    import concord.orchestration.bridge
    import concord.orchestration.steps  # noqa: F401
