"""Airflow's home, secrets and settings, and what its four components are started with."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concord.launcher import environment
from concord.launcher.files import read_json, write_json, write_text
from concord.launcher.lock import Held
from concord.launcher.places import Places
from concord.launcher.settings import METADATA, Settings, socket_url
from concord.launcher.tools import Argv, Tool

USER = "admin"
"""The one account that is made in the interface."""

_PREPARE = "concord.launcher.prepare_airflow"
_READ = ("systems.yaml", "lanes.yaml")


@dataclass(frozen=True)
class Interface:
    """Where the interface and the API listen."""

    host: str = "127.0.0.1"
    port: int = 8080

    @property
    def url(self) -> str:
        """The address for this machine's browser."""
        host = "localhost" if self.host in ("0.0.0.0", "::", "127.0.0.1") else self.host
        return f"http://{host}:{self.port}"

    @property
    def local(self) -> str:
        """The address that our own processes use."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{host}:{self.port}"


def password_file(places: Places) -> Path:
    """The file with the password of `admin`; deleting it makes a new one at the next start."""
    return places.airflow / "admin_password"


def password(places: Places) -> str:
    """The password of `admin`, made on first use."""
    file = password_file(places)
    if not file.exists():
        write_text(file, secrets.token_urlsafe(12) + "\n")
    return file.read_text(encoding="utf-8").strip()


def variables(
    places: Places, settings: Settings, socket: Path | None, interface: Interface
) -> dict[str, str]:
    """Airflow's settings as environment variables. Those in `.env` win, but for AIRFLOW_HOME."""
    kept = _secrets(places)
    chosen = {
        "CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CORE__DAGS_FOLDER": str(places.root / "dags"),
        "CORE__EXECUTION_API_SERVER_URL": f"{interface.local}/execution/",
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__FERNET_KEY": kept["fernet_key"],
        "CORE__HOSTNAME_CALLABLE": "socket.gethostname",
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__PARALLELISM": "8",
        "CORE__PLUGINS_FOLDER": str(places.root / "plugins"),
        "API__HOST": interface.host,
        "API__PORT": str(interface.port),
        "API__SECRET_KEY": kept["secret_key"],
        "API__WORKERS": "1",
        "API_AUTH__JWT_SECRET": kept["jwt_secret"],
        "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        # A lane waits until the tasks of a killed scheduler are taken back; by default 5 minutes.
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "15",
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2",
        # The same for a task whose supervisor died: tasks say every 5 s that they live.
        "SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "60",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
        # The first answers of an api-server that has just started take long on a busy machine.
        "WORKERS__EXECUTION_API_TIMEOUT": "30",
    }
    if socket is not None:
        metadata = socket_url("airflow", "airflow", socket, "postgresql+psycopg2")
        chosen["DATABASE__SQL_ALCHEMY_CONN"] = metadata
    env = {f"AIRFLOW__{name}": value for name, value in chosen.items()}
    return {**env, **settings.airflow, "AIRFLOW_HOME": str(places.airflow)}


def work(places: Places, interface: Interface) -> dict[str, Any]:
    """What the supervisor runs: the four components, and once a day the pruning of Airflow.

    Logs are read from the disk that all of them share, so none serves its own on a fixed port.
    """
    base = [str(places.python), "-m", "airflow"]
    address = ["--host", interface.host, "--port", str(interface.port)]
    components = {
        "api-server": [*base, "api-server", *address],
        "scheduler": [*base, "scheduler", "--skip-serve-logs"],
        "dag-processor": [*base, "dag-processor"],
        "triggerer": [*base, "triggerer", "--skip-serve-logs"],
    }
    upkeep = [str(places.python), "-m", "concord.orchestration.upkeep"]
    daily = {"argv": upkeep, "every": 86_400, "first": 3_600}
    return {
        "components": components,
        # Until it listens, the schedule starts the lanes: the others get the processor first.
        "delays": {"triggerer": 20},
        # Tasks that run finish, and say so to the api-server. A triggerer has nothing to lose.
        "last": ["api-server"],
        "patience": {"scheduler": 30, "triggerer": 3},
        "periodic": {"upkeep": daily},
    }


class Preparation:
    """Makes Airflow's tables, its user and its pools in one process, beside other work."""

    def __init__(self, places: Places, env: Mapping[str, str], cluster_id: str, held: Held) -> None:
        """Begin, unless the same was done before on the same database."""
        self._marker = places.airflow / "prepared.json"
        _link_settings(places)
        done = read_json(self._marker)
        secret = password(places)
        made_of = [environment.digest(places), cluster_id, secret, env[METADATA]]
        made_of += [(places.root / "include/config" / name).read_text("utf-8") for name in _READ]
        self._record = {"digest": _hash(*made_of), "password": _hash(secret)}
        self._tool: Tool | None = None
        if not cluster_id or done.get("digest") != self._record["digest"]:
            argv: Argv = [places.python, "-m", _PREPARE, USER, password_file(places)]
            # A password that was changed in the interface stays.
            kept = ["--keep-password"] if done.get("password") == self._record["password"] else []
            task = "Preparing Airflow's database"
            log = "airflow-setup.log"
            self._tool = Tool(task, [*argv, *kept], env, places, log=log, keep=[held.fd])

    def finish(self) -> dict[str, str]:
        """Wait for its end.

        Returns:
            Scope (delta, full) -> the first DAG of that scope in lanes.yaml.

        Raises:
            LaunchError: it failed; the next start does it again.
        """
        if self._tool is not None:
            answer = self._tool.wait().strip().splitlines()[-1]
            write_json(self._marker, {**self._record, "lanes": json.loads(answer)})
        lanes: dict[str, str] = read_json(self._marker)["lanes"]
        return lanes

    def cancel(self) -> None:
        """End it unfinished; the next start begins it again."""
        if self._tool is not None:
            self._tool.end()


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _link_settings(places: Places) -> None:
    """Give Airflow's processes our settings file: AIRFLOW_HOME/config is on their path."""
    ours = places.root / "include/config/airflow/airflow_local_settings.py"
    link = places.airflow / "config" / ours.name
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink() or link.exists():
        link.unlink()
    if ours.exists():
        link.symlink_to(ours)


def _secrets(places: Places) -> Mapping[str, Any]:
    """Keys made once; losing them would make stored connections and sessions unreadable."""
    file = places.airflow / "secrets.json"
    kept = read_json(file)
    if not kept:
        kept = {
            "fernet_key": base64.urlsafe_b64encode(os.urandom(32)).decode(),
            "jwt_secret": secrets.token_urlsafe(48),
            "secret_key": secrets.token_urlsafe(48),
        }
        write_json(file, kept)
    return kept
