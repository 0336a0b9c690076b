"""Wait for the interface and for the first batches, and say what stands in the way."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from concord.launcher import runtime
from concord.launcher.api import Api, Refused, Unreachable
from concord.launcher.faults import LaunchError, tail
from concord.launcher.places import Places
from concord.launcher.progress import Progress, Step

_INTERFACE = 300.0
_FIRST_SIGHT = 300.0
_PAUSE = 0.5

_CLOCK = 5.0
"""Seconds within which Airflow's clock makes a run that is due."""

_NEEDED = ("metadatabase", "scheduler", "dag_processor")

_RESTARTS = 3
"""While somebody waits, so many are enough to say that a component does not come up."""


@dataclass(frozen=True)
class Watch:
    """Looks at one running Airflow."""

    places: Places
    api: Api
    progress: Progress

    def interface(self) -> None:
        """Wait until all that a run needs is healthy. Raises LaunchError."""
        with self.progress.step("Starting Airflow") as step:
            while True:
                self._components(step, _INTERFACE)
                try:
                    health = self.api.health()
                except (Unreachable, Refused):
                    health = {"api-server": "starting"}
                missing = [name for name in _NEEDED if health.get(name) != "healthy"]
                if not missing:
                    return
                step.note = "waiting for " + ", ".join(health if len(health) == 1 else missing)
                time.sleep(_PAUSE)

    def run(self, dag: str, since: datetime) -> float:
        """Wait until a run of `dag` that began at or after `since` succeeded.

        Airflow's clock makes one as soon as it sees a DAG; where it does not, we ask for one.

        Returns:
            The seconds that the run took.

        Raises:
            LaunchError: all runs failed, the DAG is paused, or there is no such DAG.
        """
        with self.progress.step(f"First run of {dag}") as step:
            self._known(dag, step)
            known = step.seconds
            while True:
                self._components(step)
                with suppress(Unreachable):
                    runs = self.api.runs(dag, since)
                    states = [str(run["state"]) for run in runs]
                    if "success" in states:
                        return _seconds(runs[states.index("success")])
                    if states and set(states) == {"failed"}:
                        raise self._failed(dag, str(runs[0]["dag_run_id"]))
                    if not runs and step.seconds > known + _CLOCK:
                        self.api.trigger(dag)
                    step.note = ", ".join(dict.fromkeys(states)) or "not begun"
                time.sleep(_PAUSE)

    def _known(self, dag: str, step: Step) -> None:
        while True:
            self._components(step, _FIRST_SIGHT)
            try:
                found = self.api.dag(dag)
                errors = [] if found else self.api.import_errors()
            except Unreachable:
                found, errors = None, []
            if found and found["is_paused"]:
                raise LaunchError(f"{dag} is paused.", "Switch it on in the interface.")
            if found:
                return
            if errors:
                lines = "\n".join(f"  {file}: {line}" for file, line in errors)
                raise LaunchError(f"Airflow cannot read the DAGs:\n{lines}", "Run ./concord check.")
            step.note = "not seen yet"
            time.sleep(_PAUSE)

    def _failed(self, dag: str, run_id: str) -> LaunchError:
        tasks = self.api.failed_tasks(dag, run_id)
        return LaunchError(
            f"The first run of {dag} failed in {', '.join(tasks) or 'no task of its own'}.",
            f"Why: ./concord status, or the task's log in the interface (run {run_id}).",
        )

    def _components(self, step: Step, patience: float | None = None) -> None:
        """Raise when the components are gone or given up, or this takes longer than it may."""
        running = runtime.look(self.places)
        if not running.up:
            raise LaunchError("Concord was stopped meanwhile.", "Start it again: ./concord up")
        for component in running.components:
            if component.state == "failed" or component.restarts >= _RESTARTS:
                log = self.places.logs / f"{component.name}.log"
                said = tail(log.read_text(encoding="utf-8", errors="replace"), 6)
                raise LaunchError(
                    f"Airflow's {component.name} ends at once each time:\n{said}",
                    f"Log: {log}. The rest goes on; ./concord down stops it.",
                )
        if patience is not None and step.seconds > patience:
            raise LaunchError(
                f"{step.title} took longer than {patience / 60:.0f} minutes ({step.note}).",
                f"Logs: {self.places.shown(self.places.logs)}. It goes on; ./concord status.",
            )


def _seconds(run: dict[str, object]) -> float:
    begun = datetime.fromisoformat(str(run["start_date"]))
    return (datetime.fromisoformat(str(run["end_date"])) - begun).total_seconds()
