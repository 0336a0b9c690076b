"""Peers: one that cannot be had, or fails, is named with the reason and gives no figure."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from concord.bench import peers, programs
from concord.bench.workloads import Job


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program of psycopg's copy, to be written by the test, on this interpreter."""
    monkeypatch.setattr(peers, "PROGRAMS", tmp_path)
    monkeypatch.setattr(peers, "installed", lambda home, peer: Path(sys.executable))
    return tmp_path / "copy_psycopg.py"


def job(tmp_path: Path) -> Job:
    return Job(1_000, repeat=2, peers=tmp_path / "peers", say=lambda line: None)


def test_a_peer_without_an_installer_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    taken, absent = peers.measure(job(tmp_path), "copy", [], None, lambda said: True)
    assert taken == {}
    assert "copy: psycopg COPY: there is no uv to install it with" in absent
    assert len(absent) == len(list(peers.PROGRAMS.glob("copy_*.py")))


def test_a_peer_that_fails_is_named_with_its_own_words(program: Path, tmp_path: Path) -> None:
    program.write_text("raise ValueError('the table is not to my liking')")
    taken, absent = peers.measure(job(tmp_path), "copy", [], None, lambda said: True)
    assert taken == {}
    assert len(absent) == 1
    assert absent[0].endswith("ValueError: the table is not to my liking")


def test_a_peer_is_verified_by_what_it_says_and_by_nothing_else(
    program: Path, tmp_path: Path
) -> None:
    program.write_text("import sys; print('right'); print('a warning', file=sys.stderr)")
    taken, absent = peers.measure(job(tmp_path), "copy", [], None, lambda said: said == "right")
    assert absent == []
    assert taken["psycopg COPY"].verified
    assert len(taken["psycopg COPY"].seconds) == 2
    program.write_text("print('wrong')")
    taken, _ = peers.measure(job(tmp_path), "copy", [], None, lambda said: said == "right")
    assert not taken["psycopg COPY"].verified


def test_the_first_program_of_a_pipe_may_fail_it() -> None:
    python = sys.executable
    good = [python, "-c", "import sys; print(len(sys.stdin.read()))"]
    ran = programs.piped([[python, "-c", "print('x' * 100_000)"], good])
    assert ran.said == "100001"
    with pytest.raises(programs.Failed, match="ended with 3"):
        programs.piped([[python, "-c", "raise SystemExit(3)"], good])


def test_peak_memory_is_the_programs_own() -> None:
    small, large = (
        programs.run([sys.executable, "-c", f"x = b'x' * {n}; import time; time.sleep(0.3)"])
        for n in (1, 200_000_000)
    )
    assert large.peak_mb - small.peak_mb > 150
