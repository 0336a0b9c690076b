"""The little of Airflow's REST API that the launcher needs, as the user `admin`."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""The server is on this machine: never through a proxy."""


class Unreachable(Exception):
    """The server does not answer (yet)."""


class Refused(Exception):
    """The server answered with an error. `status` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(f"{status} {text}")


class Api:
    """One server, with a token that is fetched when first needed."""

    def __init__(self, base: str, user: str, password: str) -> None:
        self._base, self._user, self._password = base, user, password
        self._token = ""

    def health(self) -> dict[str, str]:
        """Component -> healthy or what else. Raises Unreachable."""
        answer = self._call("GET", "/api/v2/monitor/health", token=False)
        return {name: str((part or {}).get("status")) for name, part in answer.items()}

    def dag(self, dag: str) -> dict[str, Any] | None:
        """A DAG, or None while it is not known."""
        try:
            return dict(self._call("GET", f"/api/v2/dags/{quote(dag)}"))
        except Refused as error:
            if error.status == 404:
                return None
            raise

    def succeeded_once(self, dag: str) -> bool:
        """Whether any run of a DAG ever succeeded."""
        query = urlencode({"state": "success", "limit": 1})
        answer = self._call("GET", f"/api/v2/dags/{quote(dag)}/dagRuns?{query}")
        return bool(answer["dag_runs"])

    def runs(self, dag: str, since: datetime) -> list[dict[str, Any]]:
        """The runs of a DAG that were queued at or after `since`, oldest first."""
        query = urlencode({"order_by": "-id", "limit": 10})
        answer = self._call("GET", f"/api/v2/dags/{quote(dag)}/dagRuns?{query}")
        found = [r for r in answer["dag_runs"] if datetime.fromisoformat(r["queued_at"]) >= since]
        return found[::-1]

    def trigger(self, dag: str) -> str:
        """Ask for a run now. Returns its id."""
        made = self._call("POST", f"/api/v2/dags/{quote(dag)}/dagRuns", {"logical_date": None})
        return str(made["dag_run_id"])

    def state(self, dag: str, run_id: str) -> str:
        """What became of a run so far: queued, running, success, failed."""
        path = f"/api/v2/dags/{quote(dag)}/dagRuns/{quote(run_id)}"
        return str(self._call("GET", path)["state"])

    def tasks(self, dag: str, run_id: str) -> dict[str, dict[str, Any]]:
        """The tasks of a run by name, each with its `id`, `state` and `try_number`."""
        path = f"/api/v2/dags/{quote(dag)}/dagRuns/{quote(run_id)}/taskInstances"
        return {str(t["task_id"]): t for t in self._call("GET", path)["task_instances"]}

    def failed_tasks(self, dag: str, run_id: str) -> list[str]:
        """The tasks of a run that failed."""
        path = f"/api/v2/dags/{quote(dag)}/dagRuns/{quote(run_id)}/taskInstances?state=failed"
        return [str(task["task_id"]) for task in self._call("GET", path)["task_instances"]]

    def import_errors(self) -> list[tuple[str, str]]:
        """File and last line of each error that reading the DAG files gave."""
        found = []
        for error in self._call("GET", "/api/v2/importErrors?limit=5")["import_errors"]:
            lines = str(error.get("stack_trace", "")).strip().splitlines() or [""]
            found.append((str(error.get("filename")), lines[-1]))
        return found

    def _call(self, method: str, path: str, body: Any = None, *, token: bool = True) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {self._authorise()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, headers, method=method)
        try:
            with _DIRECT.open(request, timeout=15) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 401:
                    self._token = ""
                if error.code in (502, 503, 504):
                    raise Unreachable(str(error)) from None
                raise Refused(error.code, error.read(300).decode(errors="replace")) from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from None

    def _authorise(self) -> str:
        if not self._token:
            body = {"username": self._user, "password": self._password}
            self._token = str(self._call("POST", "/auth/token", body, token=False)["access_token"])
        return self._token
