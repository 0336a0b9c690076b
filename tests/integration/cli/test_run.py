"""`concord run`: a system that refuses us or is away costs one batch, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from concord.cli.__main__ import main
from tests.conftest import Postgres
from tests.support.world import World

ROLE, PASSWORD = "keeper", "r1ght-s3cret"
CURSORS = "SELECT system, entity, position::text, read_seq FROM ops.cursor ORDER BY 1, 2"


@pytest.fixture(scope="module")
def keeper(pg: Postgres) -> Iterator[str]:
    """A role that has to give its password, as all others on the server do not."""
    rules = pg.data / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"local all {ROLE} scram-sha-256\n{before}")
    with psycopg.connect(pg.url("postgres"), autocommit=True) as conn:
        made = sql.SQL("CREATE ROLE {} SUPERUSER LOGIN PASSWORD {}")
        conn.execute(made.format(sql.Identifier(ROLE), sql.Literal(PASSWORD)))
        conn.execute("SELECT pg_reload_conf()")
        yield ROLE
        rules.write_text(before)
        conn.execute("SELECT pg_reload_conf()")
        conn.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(ROLE)))


@pytest.fixture
def crm(
    checked_world: World, pg: Postgres, keeper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The CRM's address with the right password; the world's hub and ERP in the environment."""
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    monkeypatch.setenv("CONCORD_HUB_URL", checked_world.hub.url)
    monkeypatch.setenv("CONCORD_ERP_URL", checked_world.urls["erp"])
    database = checked_world.urls["crm"].split("/")[3].split("?")[0]
    return f"postgresql://{keeper}:{PASSWORD}@/{database}?host={quote(str(pg.base), safe='')}"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("postgresql://keeper:wr0ng-s3cret@{there}", "password authentication failed"),
        ("postgresql://keeper:wr0ng-s3cret@127.0.0.1:1/crm", "cannot be reached"),
    ],
    ids=["wrong password", "nobody there"],
)
def test_a_wrong_address_is_told_without_its_password_and_the_next_run_makes_up_for_it(
    checked_world: World,
    crm: str,
    wrong: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    world = checked_world
    world.customer("Alpha Trading Ltd", vat_no="GB123456789", phone="+442079460000")
    monkeypatch.setenv("CONCORD_CRM_URL", crm)
    assert main(["run", "fast"]) == 0
    before = world.ops(CURSORS)
    world.erp("UPDATE customers SET phone = '+442079460001'")
    capfd.readouterr()

    monkeypatch.setenv("CONCORD_CRM_URL", wrong.format(there=crm.partition("@")[2]))
    assert main(["run", "fast"]) == 1
    said = capfd.readouterr()
    assert "crm at" in said.err
    assert says in said.err
    assert "Traceback" not in said.err
    kept = world.ops("SELECT state, error FROM ops.batch ORDER BY batch_id DESC LIMIT 1")
    assert [state for state, _ in kept] == ["failed"]
    for shown in (
        said.out,
        said.err,
        str(kept),
        str(world.ops("SELECT error FROM ops.batch_step")),
    ):
        assert "s3cret" not in shown
    assert world.ops(CURSORS) == before
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460000"

    monkeypatch.setenv("CONCORD_CRM_URL", crm)
    assert main(["run", "fast"]) == 0
    assert world.one("crm", "SELECT phone_number FROM account") == "+442079460001"


def test_a_hub_that_is_away_is_told_in_one_line(
    crm: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONCORD_CRM_URL", crm)
    monkeypatch.setenv("CONCORD_HUB_URL", "postgresql://engine:s3cret@127.0.0.1:1/hub")
    assert main(["run", "fast"]) == 1
    said = capfd.readouterr().err
    assert said.startswith("the hub at 127.0.0.1:1/hub cannot be reached")
    assert len(said.splitlines()) == 1
    assert "s3cret" not in said


def test_a_reader_that_has_seen_enough_costs_no_stack_trace(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "concord.cli", "schema", "export", str(tmp_path)]
    include = str(Path(__file__).resolve().parents[3] / "include")
    read, write = os.pipe()
    os.close(read)  # as `| head` does once it has its lines
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            command,
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": include},
        )
    assert (done.returncode, done.stderr) == (0, "")
