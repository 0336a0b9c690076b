import errno
from pathlib import Path

import pytest

from concord.launcher.faults import from_os, from_output

LOG = Path("/x/logs/setup.log")


@pytest.mark.parametrize(
    "output",
    [
        "error: failed to write: No space left on device (os error 28)",
        'could not extend file "base/1": No space left on device',
        "OSError: [Errno 122] Disk quota exceeded",
    ],
)
def test_a_full_disk_is_named_whichever_tool_met_it(output: str, tmp_path: Path) -> None:
    error = from_output("Installing", output, tmp_path / "not there yet", LOG)
    assert "is full" in error.what
    assert "MB free" in error.what


@pytest.mark.parametrize(
    "output",
    [
        "error: Request failed after 3 retries\n  Caused by: dns error: failed to lookup address",
        "WARNING: Retrying ... [Errno -3] Temporary failure in name resolution",
        "ERROR: No matching distribution found for uv==0.13.9",
    ],
)
def test_no_network_says_what_to_check(output: str, tmp_path: Path) -> None:
    error = from_output("Installing", output, tmp_path, LOG)
    assert "cannot be reached" in error.what
    assert "HTTPS_PROXY" in error.todo


def test_other_failures_show_the_tools_last_words_without_credentials(tmp_path: Path) -> None:
    output = "\n".join([f"line {n}" for n in range(50)] + ["see https://me:hunter2@host/simple"])
    error = from_output("Installing", output, tmp_path, LOG)
    assert "line 49" in error.what
    assert "line 1\n" not in error.what
    assert "hunter2" not in str(error)
    assert str(LOG) in error.todo


def test_errors_of_the_system_say_where_and_what_to_do(tmp_path: Path) -> None:
    denied = from_os(PermissionError(errno.EACCES, "Permission denied", "/x/y"), tmp_path)
    assert denied.what == "/x/y: Permission denied."
    assert "CONCORD_HOME" in denied.todo
    full = from_os(OSError(errno.ENOSPC, "No space left on device", str(tmp_path)), tmp_path)
    assert "is full" in full.what
