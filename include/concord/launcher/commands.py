"""The launcher's command line. What it does not know itself goes to `python -m concord.cli`."""

from __future__ import annotations

import argparse
import difflib
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from concord.errors import ConcordError
from concord.launcher import catalogue, environment, settings, state
from concord.launcher.faults import LaunchError, from_os
from concord.launcher.lock import hold
from concord.launcher.places import Places
from concord.launcher.postgres import Cluster
from concord.launcher.progress import Progress

MOST = 4
ALL_TESTS = (
    *("-n", str(min(MOST, (os.cpu_count() or 1) + 1))),
    *("--dist", "loadfile", "--no-loadscope-reorder"),
)
"""How pytest runs all tests: files side by side, the heavy folders first, each process on a
PostgreSQL of its own; one process more than processors, as many a test waits for others."""
FULL_SIZE = ("tests/faults", "tests/business", "tests/integration/bench")
"""What `--faults` runs: the tests that have a full size."""


def main(arguments: Sequence[str]) -> int:
    """Run one command. Returns the exit code: 0 done, 1 not done, 2 wrong usage, 130 stopped."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    places = Places.find(os.environ)
    try:
        return _dispatch(places, list(arguments))
    except LaunchError as error:
        print(f"\n{error}", file=sys.stderr)
        return error.code
    except ConcordError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on where this one stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"\n{from_os(error, places.home)}", file=sys.stderr)
        return 1


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _dispatch(places: Places, arguments: list[str]) -> int:
    name, rest = (arguments or ["--help"])[0], arguments[1:]
    if name in ("-h", "--help", "help"):
        print(catalogue.overview())
        return 0
    own = {"up": _up, "down": _down, "status": _status, "test": _test}
    if name in own:
        return own[name](places, rest)
    entry = catalogue.find(name)
    if entry is None:
        return _unknown(name)
    return _engine(places, entry, rest)


def _parser(name: str) -> argparse.ArgumentParser:
    entry = catalogue.find(name)
    assert entry is not None
    return argparse.ArgumentParser(
        prog=f"./concord {name}",
        description=entry.summary,
        epilog=f"Example:\n  ./concord {entry.example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _up(places: Places, arguments: list[str]) -> int:
    parser = _parser("up")
    parser.add_argument(
        "--once", action="store_true", help="run both lanes once and leave nothing running"
    )
    parser.add_argument("--port", type=_port, default=8080, help="of the interface (default 8080)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="where it listens (default 127.0.0.1: this machine only; 0.0.0.0: every network)",
    )
    options = parser.parse_args(arguments)
    from concord.launcher.airflow import Interface
    from concord.launcher.up import Up

    interface = Interface(options.host, options.port)
    return Up(places, os.environ, Progress(), interface, options.once).go()


def _port(text: str) -> int:
    port = int(text) if text.isdigit() else 0
    if not 0 < port < 65536:
        raise argparse.ArgumentTypeError("a port is a number from 1 to 65535")
    return port


def _down(places: Places, arguments: list[str]) -> int:
    _parser("down").parse_args(arguments)
    return state.down(places, os.environ, Progress(quiet=True))


def _status(places: Places, arguments: list[str]) -> int:
    parser = _parser("status")
    parser.add_argument(
        "--wait",
        type=float,
        metavar="SECONDS",
        help="wait until both sides agree, and say what is on both; 1 when they do not",
    )
    options = parser.parse_args(arguments)
    return state.show(places, os.environ, options.wait)


def _test(places: Places, arguments: list[str]) -> int:
    if arguments in (["--help"], ["-h"]):
        parser = _parser("test")
        parser.add_argument("--faults", action="store_true", help="the fault bench, at full size")
        parser.parse_args(arguments)
    environment.ensure(places, Progress(), os.environ, "test")
    if arguments[:1] == ["--faults"]:  # at full size, and nothing else unless asked for
        arguments = [*arguments, *([] if _paths(arguments) else FULL_SIZE)]
    env = settings.neutral(places, os.environ)
    os.chdir(places.root)
    return _become([str(places.python), "-m", "pytest", *(arguments or ALL_TESTS)], env)


def _paths(arguments: list[str]) -> list[str]:
    """The arguments that name tests."""
    return [a for a in arguments if a.startswith("tests")]


def _engine(places: Places, entry: catalogue.Entry, arguments: list[str]) -> int:
    """Hand a command over to the engine, in this process."""
    progress = Progress(sys.stderr, quiet=True)
    command = [str(places.python), "-m", "concord.cli", entry.name, *arguments]
    if {"--help", "-h"} & set(arguments):
        if not environment.ready(places):
            print(f"{entry.summary}\n\nExample:\n  ./concord {entry.example}")
            print("\nOptions are shown once the packages are there (./concord up).")
            return 0
        return _become(command, settings.neutral(places, os.environ))
    environment.ensure(places, progress, os.environ, entry.name)
    chosen = settings.load(places, os.environ)
    cluster = Cluster(places, os.environ)
    if chosen.embedded and not cluster.ready():
        with hold(places, entry.name, progress):
            if cluster.start(progress):
                progress.say("PostgreSQL was started for this; ./concord down stops it.")
    env = settings.children(places, chosen, cluster.socket, os.environ)
    return _become(command, env)


def _become(argv: list[str], env: Mapping[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(argv[0], argv, dict(env))


def _unknown(name: str) -> int:
    names = [entry.name for entry in (*catalogue.LAUNCHER, *catalogue.ENGINE)]
    close = difflib.get_close_matches(name, names, 1)
    hint = f"Did you mean {close[0]}?" if close else "./concord --help lists the commands."
    print(f"There is no command {name!r}. {hint}", file=sys.stderr)
    return 2
