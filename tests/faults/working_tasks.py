"""Tasks of a running Airflow as processes: found while they work, and waited for.

LocalExecutor's worker supervises a task that it forked; both carry the id of the task's attempt in
their titles, which `ps` shows.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from concord.launcher.api import Api, Refused, Unreachable

TASK, SUPERVISOR = "airflow worker -- ", "airflow worker -- LocalExecutor: "


def process(title: str) -> int | None:
    """The living process with this title."""
    done = subprocess.run(
        ["ps", "-eo", "pid=,stat=,args="], capture_output=True, text=True, check=True
    )
    for line in done.stdout.splitlines():
        pid, state, args = line.split(None, 2)
        if args.strip() == title and not state.startswith("Z"):
            return int(pid)
    return None


class Working(NamedTuple):
    """The processes of a task that works."""

    task: int
    supervisor: int


@dataclass
class Run:
    """One run of a DAG."""

    api: Api
    dag: str
    id: str

    @classmethod
    def begin(cls, api: Api, dag: str) -> Run:
        """Ask for a run, however long the interface takes to come back."""
        end = time.monotonic() + 120
        while True:
            try:
                return cls(api, dag, api.trigger(dag))
            except (Unreachable, Refused):
                if time.monotonic() > end:
                    raise
                time.sleep(0.5)

    def catch(self, task: str, seconds: float = 120) -> Working:
        """Wait until a task works.

        Raises TimeoutError when it does not, or has ended before it was seen.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(Unreachable, Refused):
                found = self.api.tasks(self.dag, self.id)[task]
                if found["state"] in ("success", "failed"):
                    break
                if found["state"] == "running":
                    worker, supervisor = (process(t + found["id"]) for t in (TASK, SUPERVISOR))
                    if worker is not None and supervisor is not None:
                        return Working(worker, supervisor)
            time.sleep(0.02)
        raise TimeoutError(f"{self.dag}.{task} was not seen at work")

    def state(self) -> str:
        """Its state; `unknown` while the interface does not answer."""
        with suppress(Unreachable, Refused):
            return self.api.state(self.dag, self.id)
        return "unknown"

    def end(self, seconds: float) -> str:
        """Wait until it is over: success or failed. Raises TimeoutError."""
        end = time.monotonic() + seconds
        while (state := self.state()) not in ("success", "failed"):
            if time.monotonic() > end:
                raise TimeoutError(f"{self.dag} {self.id} is {state} after {seconds:.0f} s")
            time.sleep(0.3)
        return state

    def tries(self) -> int:
        """The most attempts that one of its tasks took."""
        return max(int(t["try_number"]) for t in self.api.tasks(self.dag, self.id).values())
