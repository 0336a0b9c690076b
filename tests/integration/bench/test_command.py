"""`./concord bench` as a person runs it: results, files, exit codes, and mistakes told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from concord.bench.workloads import WORKLOADS, chosen
from concord.cli.__main__ import main
from tests.conftest import Postgres

COPY = ["bench", "copy", "--rows", "1500", "--repeat", "1", "--no-peers"]
SPOIL = """
CREATE FUNCTION public.spoil_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.source_id = 'C00000700' THEN
        {defect}
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION public.spoil() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_regclass('stage.b0_erp_party') IS NOT NULL THEN
        CREATE OR REPLACE TRIGGER spoil BEFORE INSERT ON stage.b0_erp_party
            FOR EACH ROW EXECUTE FUNCTION public.spoil_row();
    END IF;
END $$;
CREATE EVENT TRIGGER spoil ON ddl_command_end WHEN tag IN ('CREATE TABLE')
    EXECUTE FUNCTION public.spoil();
"""


@pytest.fixture
def spoilt(request: pytest.FixtureRequest, pg: Postgres) -> Iterator[None]:
    """Databases made from now on change or lose one staged row."""
    url = pg.url("template1")
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute(SPOIL.replace("{defect}", request.param).encode())
    yield
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("DROP EVENT TRIGGER spoil")
        conn.execute("DROP FUNCTION public.spoil(), public.spoil_row()")


def test_a_workload_is_measured_verified_and_kept(
    scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(COPY) == 0
    kept = json.loads((scratch / "bench" / "latest.json").read_text())
    assert [(r["workload"], r["rows"], r["subject"], r["verified"]) for r in kept] == [
        ("full copy", 1_500, "limit", True), ("full copy", 1_500, "concord", True)
    ]  # fmt: skip
    assert kept[1]["seconds"] > 0 < kept[1]["peak_mb"]
    assert "| full copy | 1,500 | concord |" in (scratch / "bench" / "latest.md").read_text()
    assert "full copy" in capsys.readouterr().out


@pytest.mark.parametrize("spoilt", ["NEW.phone := '1';", "RETURN NULL;"], indirect=True)
def test_a_changed_or_lost_row_does_not_count_and_is_an_error(
    spoilt: None, scratch: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(COPY) == 1
    kept = json.loads((scratch / "bench" / "latest.json").read_text())
    assert [r["verified"] for r in kept] == [True, False]
    assert "NOT VERIFIED, so it does not count: full copy of 1,500: concord" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["copi"], "no workload copi. It has: copy, compare"),
        (["copy", "--rows", "10"], "copy needs --rows of at least 1,000"),
        (["copy", "--repeat", "0"], "--repeat of at least 1"),
        (["incremental", "--changed", "1"], "--changed of at least 10"),
    ],
)
def test_a_mistake_is_told_before_anything_is_made(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *arguments]) == 1
    assert words in capsys.readouterr().err


def test_every_workload_names_a_function_that_is_there() -> None:
    import importlib

    for one in WORKLOADS.values():
        module, _, name = one.function.partition(":")
        assert callable(getattr(importlib.import_module(f"concord.bench.{module}"), name))
        assert set(one.sizes) == {"quick", "default", "full"}


def test_a_quick_run_leaves_the_long_ones_out_unless_they_are_named() -> None:
    assert set(WORKLOADS) - set(chosen([], quick=True)) == {"customers", "orders", "pages"}
    assert chosen([], quick=False) == list(WORKLOADS)
    assert chosen(["pages"], quick=True) == ["pages"]
