import io
import time

import pytest

from concord.launcher import progress
from concord.launcher.progress import Progress, duration


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Pipe(io.StringIO):
    encoding = "ascii"


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.1)


def test_a_long_step_shows_itself_in_a_pipe_as_plain_lines(impatient: None) -> None:
    out = Pipe()
    with Progress(out).step("Installing") as step:
        step.note = "almost"
        time.sleep(0.3)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("... Installing (0.1 s, almost)")
    assert lines[-1].startswith("+ Installing (0.")
    assert "\x1b" not in out.getvalue()


def test_a_terminal_gets_one_line_that_is_replaced() -> None:
    out = Terminal()
    with Progress(out).step("Installing"):
        time.sleep(0.6)
    assert out.getvalue().count("\r\x1b[K… Installing") >= 2
    assert out.getvalue().count("\n") == 1


def test_a_failed_step_is_marked_and_the_error_goes_on() -> None:
    out = Terminal()
    with pytest.raises(ValueError, match="no"), Progress(out).step("Installing"):
        raise ValueError("no")
    assert "✗ Installing" in out.getvalue()


def test_quiet_shows_only_what_somebody_would_wait_for(impatient: None) -> None:
    out = Pipe()
    shown = Progress(out, quiet=True)
    with shown.step("Quick"):
        pass
    assert out.getvalue() == ""
    with shown.step("Slow"):
        time.sleep(0.15)
    assert "+ Slow" in out.getvalue()


def test_durations_are_as_a_person_says_them() -> None:
    said = [duration(s) for s in (0.04, 9.94, 59.2, 61, 3600)]
    assert said == ["0.0 s", "9.9 s", "59 s", "1 min 1 s", "60 min 0 s"]
