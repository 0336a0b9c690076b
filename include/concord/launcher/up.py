"""`./concord up`: from whatever is there to everything running and the first batches done."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from concord.launcher import airflow, environment, runtime, settings
from concord.launcher.airflow import Interface
from concord.launcher.api import Api, Refused, Unreachable
from concord.launcher.faults import LaunchError
from concord.launcher.lock import Held, hold
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.processes import send
from concord.launcher.progress import Progress, duration
from concord.launcher.state import agreed, brief, down, undisturbed
from concord.launcher.tools import Argv, run
from concord.launcher.watch import Watch

_SEED = "sandbox seed --if-empty --customers 200 --products 60 --days 3"
"""Enough to see something on every screen, and quick."""

_AGREEMENT = 180.0
"""Seconds in which the sandbox's two sides agree after their first batches."""

_SPACE = 300 * 2**20
"""Bytes without which a database does not live long."""


@dataclass
class Up:
    """One `up`."""

    places: Places
    environ: Mapping[str, str]
    progress: Progress
    interface: Interface
    once: bool = False

    def __post_init__(self) -> None:
        self.begun = time.monotonic()
        self.sandbox = False
        self.cluster = Cluster(self.places, self.environ)

    def go(self) -> int:
        """Do it. Returns the exit code. Raises LaunchError, ConfigError."""
        with hold(self.places, "up", self.progress) as held:
            running = runtime.look(self.places)
            if running.up:
                return self._already(running)
            runtime.stop(self.places)  # what a killed supervisor left
            self._check_port()
            lanes = self._start(held)
        if not self.once:
            return self._first_batches(lanes)
        try:
            return self._first_batches(lanes)
        finally:
            with undisturbed():
                down(self.places, self.environ, self.progress)

    def _already(self, running: runtime.Running) -> int:
        if self.once:
            raise LaunchError(
                "Concord is running already, and its lanes run by themselves.",
                "./concord status shows them. For `up --once`, stop it first: ./concord down",
            )
        self.progress.say(f"Concord is running already: {running.interface.url}")
        if running.interface != self.interface and self.interface != Interface():
            self.progress.say("To move it: ./concord down, then ./concord up with --port or --host")
        if running.given_up and running.supervisor:
            send(running.supervisor, signal.SIGUSR1)
            self.progress.say(f"Trying {', '.join(running.given_up)} again; see ./concord status")
        return 0

    def _check_port(self) -> None:
        host, port = self.interface.host, self.interface.port
        if _free(host, port):
            return
        other = next((p for p in range(port + 1, port + 100) if p < 65536 and _free(host, p)), None)
        hint = (
            f"Take another: ./concord up --port {other}" if other else "Take another with --port."
        )
        raise LaunchError(f"Port {port} on {host} is taken by another program.", hint)

    def _start(self, held: Held) -> dict[str, str]:
        """Everything up to running components; on any failure, nothing is left running."""
        started_database = False
        preparation: airflow.Preparation | None = None
        try:
            environment.install(self.places, self.progress, self.environ, held)
            environment.check_space(self.places, _SPACE)
            chosen = settings.load(self.places, self.environ)
            if chosen.embedded:
                started_database = self.cluster.start(self.progress)
            where = self.cluster.socket if chosen.embedded else None
            env = settings.children(self.places, chosen, where, self.environ)
            env |= airflow.variables(self.places, chosen, where, self.interface)
            cluster_id = (
                self.cluster.cluster_id() if settings.METADATA not in chosen.airflow else ""
            )
            preparation = airflow.Preparation(self.places, env, cluster_id, held)
            self.sandbox = chosen.sandbox
            self._hub_and_systems(env, held)
            with self.progress.step("Preparing Airflow's database, user and pools"):
                lanes = preparation.finish()
            # Only migrations need the owner's rights.
            env.pop("CONCORD_HUB_OWNER_URL")
            work = airflow.work(self.places, self.interface)
            runtime.start(self.places, env, self.interface, work, embedded=chosen.embedded)
            return lanes
        except BaseException:
            with undisturbed():
                if preparation is not None:
                    preparation.cancel()
                runtime.stop(self.places)
                if started_database:
                    self.cluster.stop()
            raise

    def _hub_and_systems(self, env: Mapping[str, str], held: Held) -> None:
        commands = {"Bringing the hub's tables up to date": "hub migrate"}
        if self.sandbox:
            commands["Filling the sandbox"] = _SEED
            commands["Preparing the sandbox's systems"] = "systems prepare --run"
        commands["Checking configuration and connections"] = "check"
        for task, command in commands.items():
            argv: Argv = [self.places.python, "-m", "concord.cli", *command.split()]
            with self.progress.step(task):
                run(task, argv, env, self.places, log="up.log", keep=[held.fd], lines=60)

    def _first_batches(self, lanes: Mapping[str, str]) -> int:
        api = Api(self.interface.local, airflow.USER, airflow.password(self.places))
        watch = Watch(self.places, api, self.progress)
        since = datetime.now(UTC) - timedelta(seconds=time.monotonic() - self.begun)
        try:
            watch.interface()
            if fast := lanes.get("delta"):
                seconds = watch.run(fast, since)
                total = duration(time.monotonic() - self.begun)
                self.progress.say(f"  {fast} succeeded in {seconds:.1f} s, {total} after the start")
            full = lanes.get("full")
            if full and (self.once or api.runs(full, since) or not api.succeeded_once(full)):
                seconds = watch.run(full, since)
                self.progress.say(f"  {full} succeeded in {seconds:.1f} s")
                if fast and self.sandbox:
                    api.trigger(fast)
                    self._agreement()
        except KeyboardInterrupt:
            if self.once:
                raise
            self._where_to_look("No longer watching; Concord goes on.")
            return 130
        except (Unreachable, Refused) as error:
            raise self._not_watched(error) from None
        total = duration(time.monotonic() - self.begun)
        if self.once:
            self._say_batches()
            self.progress.say(f"Done in {total}. Report: {self._report()}")
        else:
            self._where_to_look(f"Concord is up ({total}).")
        return 0

    def _agreement(self) -> None:
        """Wait for the batches that carry over what waited for the first ones."""
        try:
            with self.progress.step("Waiting until both sides agree"):
                said = agreed(self.places, self.environ, _AGREEMENT)
        except LaunchError as error:
            said = f"{error}\nConcord goes on; ./concord status shows what is left."
        self.progress.say(f"  {said}")

    def _not_watched(self, error: Exception) -> LaunchError:
        if isinstance(error, Refused) and error.status == 401:
            file = self.places.shown(airflow.password_file(self.places))
            return LaunchError(
                f"Airflow refuses the password of {airflow.USER} in {file}, so the first batches "
                "cannot be watched. Concord goes on.",
                f"Write the present password into {file}, or look with ./concord status.",
            )
        return LaunchError(
            f"Airflow's interface does not answer as expected: {error}",
            "Concord goes on; look with ./concord status.",
        )

    def _where_to_look(self, headline: str) -> None:
        self._say_batches()
        password = self.places.shown(airflow.password_file(self.places))
        say = self.progress.say
        say(headline)
        say(f"  Interface  {self.interface.url}   user {airflow.USER}, password in {password}")
        say(f"  Report     {self._report()}")
        say(f"  Logs       {self.places.shown(self.places.logs)}")
        say("  Look       ./concord status")
        say("  Stop       ./concord down")

    def _say_batches(self) -> None:
        self.progress.say(f"\n{brief(self.places, self.environ)}")

    def _report(self) -> str:
        return self.places.shown(self.places.home / "reports" / "latest.html")


def _free(host: str, port: int) -> bool:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except socket.gaierror:
        raise LaunchError(f"There is no address {host} on this machine.", "See --host.") from None
    except OSError:
        return False
    return True
