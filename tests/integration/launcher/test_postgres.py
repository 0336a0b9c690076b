"""The embedded PostgreSQL: started, found again, stopped, after kills and in odd places."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from concord.launcher import sockets
from concord.launcher.faults import LaunchError
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.processes import Identity, wait_until, working_in
from concord.launcher.progress import Progress
from concord.launcher.settings import EMBEDDED, socket_url

SILENT = Progress(io.StringIO())


def ask(cluster: Cluster, role: str, database: str, text: str) -> object:
    with psycopg.connect(socket_url(role, database, cluster.socket)) as conn:
        done = conn.execute(text)
        row = done.fetchone() if done.description else None
        return row[0] if row else None


def test_it_starts_with_its_roles_and_databases_and_stops_without_a_trace(
    cluster: Cluster,
) -> None:
    assert not cluster.ready()
    assert cluster.start(SILENT) is True
    assert cluster.ready()
    for role, database in EMBEDDED.values():
        assert ask(cluster, role, database, "SELECT current_user") == role
    assert ask(cluster, "airflow", "airflow", "SHOW synchronous_commit") == "off"
    assert ask(cluster, "concord_owner", "hub", "SHOW synchronous_commit") == "on"
    assert ask(cluster, "concord_owner", "hub", "SHOW listen_addresses") == ""
    ask(cluster, "concord_owner", "hub", "CREATE SCHEMA ops")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(cluster, "concord_engine", "hub", "CREATE SCHEMA other")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(cluster, "erp_owner", "hub", "SELECT 1")

    assert cluster.stop() is True
    assert working_in(cluster.data) == []
    assert not list(cluster.places.pg.glob(".s.*"))
    assert cluster.stop() is False


def test_a_second_start_finds_the_first_even_without_its_notes(
    cluster: Cluster,
) -> None:
    cluster.start(SILENT)
    first = cluster.postmaster()
    assert Cluster(cluster.places, os.environ).start(SILENT) is False
    (cluster.places.run / "postgres.json").unlink()
    again = Cluster(cluster.places, os.environ)
    again.start(SILENT)
    assert again.ready()
    assert again.postmaster() == first


def test_data_survive_and_the_cluster_keeps_its_name(cluster: Cluster) -> None:
    cluster.start(SILENT)
    ask(cluster, "erp_owner", "erp", "CREATE TABLE kept ()")
    name = cluster.cluster_id()
    cluster.stop()
    cluster.start(SILENT)
    assert ask(cluster, "erp_owner", "erp", "SELECT count(*) FROM kept") == 0
    assert name
    assert cluster.cluster_id() == name


def test_it_comes_back_after_kill_9(cluster: Cluster) -> None:
    cluster.start(SILENT)
    postmaster = cluster.postmaster()
    assert postmaster is not None
    os.kill(postmaster.pid, signal.SIGKILL)
    assert wait_until(lambda: cluster.postmaster() is None, 5)
    assert (cluster.data / "postmaster.pid").exists()
    assert cluster.start(SILENT) is True
    assert ask(cluster, "concord_engine", "hub", "SELECT 1") == 1


def test_a_stale_pid_file_with_a_strangers_id_is_in_nobodys_way(cluster: Cluster) -> None:
    cluster.start(SILENT)
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    cluster.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        stale = "\n".join([str(stranger.pid), *lines[1:]]) + "\n"
        (cluster.data / "postmaster.pid").write_text(stale)
        (cluster.places.pg / f"{sockets.NAME}.lock").write_text(stale)
        assert cluster.postmaster() is None
        assert cluster.stop() is False
        assert cluster.start(SILENT) is True
        cluster.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_cannot_start_says_why_and_starts_once_that_is_mended(
    cluster: Cluster,
) -> None:
    cluster.start(SILENT)
    cluster.stop()
    settings = cluster.data / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(good + "shared_buffers = nonsense\n")
    with pytest.raises(LaunchError, match="Starting PostgreSQL failed") as caught:
        cluster.start(SILENT)
    assert "nonsense" in caught.value.what
    assert "postgres.log" in caught.value.todo
    settings.write_text(good)
    assert cluster.start(SILENT) is True


def test_a_server_that_is_stuck_on_its_way_down_is_replaced(cluster: Cluster) -> None:
    cluster.start(SILENT)
    first = cluster.postmaster()
    lines = (cluster.data / "postmaster.pid").read_text().splitlines()
    (cluster.data / "postmaster.pid").write_text("\n".join([*lines[:7], "stopping"]) + "\n")
    (cluster.places.run / "postgres.json").unlink()
    assert cluster.start(SILENT) is True
    assert cluster.postmaster() != first
    assert ask(cluster, "concord_engine", "hub", "SELECT 1") == 1


def test_an_open_transaction_does_not_keep_it_from_stopping(cluster: Cluster) -> None:
    cluster.start(SILENT)
    conn = psycopg.connect(socket_url("erp_owner", "erp", cluster.socket))
    conn.execute("CREATE TABLE never ()")
    begun = time.monotonic()
    assert cluster.stop() is True
    assert time.monotonic() - begun < 30
    conn.close()
    cluster.start(SILENT)
    assert ask(cluster, "erp_owner", "erp", "SELECT to_regclass('never')") is None


@pytest.fixture
def odd() -> Iterator[Cluster]:
    """A server in a long path with blanks and quotes, whose set-up was interrupted."""
    base = Path(f"/tmp/cl{os.getpid()}")
    home = base / ("a long 'name' with \"quotes\" " * 4).strip()
    (home / "pg" / "data.new" / "base").mkdir(parents=True, mode=0o755)
    (home / "pg" / "data.new" / "PG_VERSION").write_text("18\n")
    (home / "venv").symlink_to(sys.prefix)
    made = Cluster(Places(base, home), os.environ)
    yield made
    made.stop()
    shutil.rmtree(base)


def test_half_made_data_are_made_again_and_a_long_path_gets_a_short_socket(odd: Cluster) -> None:
    odd.start(SILENT)
    socket = odd.socket
    assert not (odd.places.pg / "data.new").exists()
    assert socket != odd.places.pg
    assert len(os.fsencode(socket / sockets.NAME)) <= sockets.LIMIT
    assert socket.stat().st_mode & 0o077 == 0
    assert ask(odd, "concord_engine", "hub", "SELECT 1") == 1
    odd.stop()
    assert not socket.exists()


def test_a_short_directory_that_somebody_else_made_is_refused(places: Places) -> None:
    deep = places.home / ("x" * 120)
    deep.mkdir()
    ours = sockets.directory(deep, None)
    try:
        ours.chmod(0o777)
        with pytest.raises(LaunchError, match="belongs to somebody else"):
            sockets.directory(deep, None)
    finally:
        ours.rmdir()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_as_root_it_runs_under_an_account_that_owns_its_data(cluster: Cluster) -> None:
    cluster.start(SILENT)
    postmaster = cluster.postmaster()
    assert postmaster is not None
    owner = Path(f"/proc/{postmaster.pid}").stat().st_uid
    assert owner != 0
    assert cluster.data.stat().st_uid == owner
    assert cluster.data.stat().st_mode & 0o077 == 0
    assert Identity.of(postmaster.pid) == postmaster
