"""The virtual environment: made once from the pinned requirements, and known to be whole.

A marker file, written last, holds a digest of what the environment was made from. Without it the
environment is a half-finished one and is made anew; with another digest it is brought up to date.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from concord.launcher.faults import LaunchError, existing
from concord.launcher.files import read_json, write_json
from concord.launcher.lock import Held, hold
from concord.launcher.places import Places
from concord.launcher.progress import Progress
from concord.launcher.tools import Argv, run

UV = "uv==0.13.9"
"""Installed into .concord/bootstrap when no uv is on PATH."""

OLDEST, NEWEST = (3, 11), (3, 13)
"""The Python versions that constraints.txt is made for and tests run on."""

SPACE = 2 * 2**30
"""Bytes that packages, their download and a first database need."""

_UNUSED = r"/(tests?|mypy|mypyc|data|shortdata|geodata|carrierdata|tzdata)/"
"""Packages' own tests and tables of data are not compiled ahead: a third of the time."""

_FILES = ("requirements.txt", "constraints.txt")

_DROPPED = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "__PYVENV_LAUNCHER__",
)


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """`environ` without what would make our interpreter another one, or slow to start."""
    return {name: value for name, value in environ.items() if name not in _DROPPED}


def for_uv(environ: Mapping[str, str]) -> dict[str, str]:
    """`clean(environ)` in which pip's index settings also reach uv, unless uv has its own."""
    env = clean(environ)
    env.pop("UV_SYSTEM_PYTHON", None)
    if not any(name in env for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX")):
        for pip, uv in (("PIP_INDEX_URL", "UV_DEFAULT_INDEX"), ("PIP_EXTRA_INDEX_URL", "UV_INDEX")):
            if env.get(pip):
                env[uv] = env[pip]
    if env.get("PIP_CERT"):
        env.setdefault("SSL_CERT_FILE", env["PIP_CERT"])
    return env


def digest(places: Places) -> str:
    """What the environment is made from."""
    whole = hashlib.sha256()
    for name in _FILES:
        whole.update((places.root / name).read_bytes())
    return whole.hexdigest()


def ready(places: Places) -> bool:
    """Whether the environment is whole and made from the present requirements."""
    return _whole(places) and _marker(places)["digest"] == digest(places)


def ensure(places: Places, progress: Progress, environ: Mapping[str, str], command: str) -> None:
    """Make or repair the environment if it is not ready. Quick when it is.

    Raises:
        LaunchError: no space, no network, no usable Python; the next call goes on from there.
    """
    if ready(places):
        return
    with hold(places, command, progress) as held:
        install(places, progress, environ, held)


def install(places: Places, progress: Progress, environ: Mapping[str, str], held: Held) -> None:
    """`ensure` for a caller that holds the lock."""
    if ready(places):
        return
    check_space(places, SPACE - _size(places.venv))
    env = for_uv(environ)
    keep = [held.fd]
    uv = _uv(places, progress, env, keep)
    # A whole environment of older requirements is changed in place, anything else is made anew.
    whole = _whole(places)
    _marker_path(places).unlink(missing_ok=True)
    with progress.step("Installing the packages (the first time downloads about 250 MB)"):
        if not whole:
            base: Argv = [uv, "venv", "--quiet", "--clear", "--python", _interpreter(), places.venv]
            run("Making the virtual environment", base, env, places, keep=keep)
        requirements, constraints = (places.root / name for name in _FILES)
        target: Argv = [uv, "pip", "install", "--exact", "--python", places.python]
        wanted: Argv = ["--requirements", requirements, "--constraints", constraints]
        run("Installing the packages", [*target, *wanted], env, places, keep=keep)
    with progress.step("Compiling them, so that later starts are quick"):
        compiling: Argv = [places.python, "-m", "compileall", "-q", "-j0", "-x", _UNUSED]
        # Some packages carry templates that are no valid Python: not an error of ours.
        subprocess.run(
            [*map(str, compiling), str(places.venv / "lib")],
            env=env,
            check=False,
            capture_output=True,
            pass_fds=keep,
        )
    marker = {"digest": digest(places), "place": str(places.venv)}
    write_json(_marker_path(places), marker, mode=0o644)


def check_space(places: Places, needed: int) -> None:
    """Raise LaunchError unless `needed` bytes are free where the state is kept."""
    free = shutil.disk_usage(existing(places.home)).free
    if free < needed:
        raise LaunchError(
            f"{places.home} needs {needed // 2**20} MB of free disk, and {free // 2**20} MB "
            "are left.",
            "Free some space, or set CONCORD_HOME to a directory on another disk, and run the "
            "same command again.",
        )


def _size(tree: Path) -> int:
    """Bytes that a half-made environment takes already."""
    files = (Path(top) / name for top, _, names in os.walk(tree) for name in names)
    return sum(file.lstat().st_size for file in files)


def _marker_path(places: Places) -> Path:
    return places.venv / "concord.json"


def _marker(places: Places) -> dict[str, object]:
    return read_json(_marker_path(places))


def _whole(places: Places) -> bool:
    """Whether it was finished once, and here: an environment that was moved does not work."""
    # A Python that was since removed leaves a dangling link, for which exists() is false.
    return places.python.exists() and _marker(places).get("place") == str(places.venv)


def _interpreter() -> str:
    """The running Python if the packages are known to work on it; else uv finds or fetches one."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return sys.executable
    return f">={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"


def _uv(places: Places, progress: Progress, env: dict[str, str], keep: list[int]) -> Path:
    found = shutil.which("uv", path=env.get("PATH"))
    if found and _works(Path(found), env):
        return Path(found)
    bootstrap = places.home / "bootstrap"
    uv = bootstrap / "bin" / "uv"
    if _works(uv, env):
        return uv
    with progress.step("Installing the installer (uv)"):
        shutil.rmtree(bootstrap, ignore_errors=True)
        try:
            making: Argv = [sys.executable, "-m", "venv", bootstrap]
            run("Making a virtual environment", making, env, places, keep=keep)
        except LaunchError as error:
            raise LaunchError(
                error.what,
                "Install uv (pipx install uv) or Python's venv module (on Debian: apt install "
                "python3-venv), then run the same command again.",
            ) from None
        python = bootstrap / "bin" / "python"
        fetching: Argv = [python, "-m", "pip", "install", "--quiet", UV]
        run("Installing uv", fetching, env, places, keep=keep)
    return uv


def _works(uv: Path, env: Mapping[str, str]) -> bool:
    try:
        answer = subprocess.run([uv, "--version"], env=env, capture_output=True, check=False)
    except OSError:
        return False
    # "uv 0.13.9 (…)"; before 0.8 `uv venv --clear` does not exist.
    version = re.match(rb"uv (\d+)\.(\d+)", answer.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= (0, 8)
