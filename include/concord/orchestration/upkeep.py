"""Prune Airflow itself: old rows of its database and old log files.

    python -m concord.orchestration.upkeep --keep-days 30

Airflow never does that, and a lane that runs every minute writes 1,440 runs and ten thousand task
logs a day. The DAG `housekeeping` cannot do it: tasks have no right to Airflow's database, which
keeps one task from reading the secrets of all. So it is for whoever runs Airflow, with the
settings of its other components: the launcher does it daily, docker-compose.yaml has a service.
"""

from __future__ import annotations

import argparse
import stat
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from concord.errors import ConfigError
from concord.model.read import load_config

BATCH_ROWS = 5_000  # rows deleted in one transaction, so that the scheduler never waits for long


def prune_rows(before: datetime) -> None:
    """Delete the rows of Airflow's database that are older than `before`.

    Airflow keeps the newest run of every DAG, however old.

    Raises:
        RuntimeError: a table could not be pruned; the others were.
    """
    from airflow.utils.db_cleanup import run_cleanup
    from pendulum import instance

    run_cleanup(
        clean_before_timestamp=instance(before),
        skip_archive=True,
        confirm=False,
        batch_size=BATCH_ROWS,
        error_on_cleanup_failure=True,
    )


def prune_logs(folder: Path, before: datetime) -> int:
    """Delete what was last written to before `before` under `folder`; returns how many files.

    Directories go once they are empty, unless something was put into them since `before`: a task
    may be about to write there.
    """
    oldest = before.timestamp()
    # All times are taken first: deleting a file gives its directory a new one.
    old = [(path, path.lstat().st_mode) for path in folder.rglob("*") if _written(path) < oldest]
    files = [path for path, mode in old if stat.S_ISREG(mode)]
    for path in files:
        path.unlink(missing_ok=True)
    directories = [path for path, mode in old if stat.S_ISDIR(mode)]
    for path in sorted(directories, key=lambda p: len(p.parts), reverse=True):
        if not any(path.iterdir()):
            path.rmdir()
    return len(files)


def _written(path: Path) -> float:
    return path.lstat().st_mtime


def main(arguments: Sequence[str] | None = None) -> int:
    """Prune rows and logs once. Returns the exit code: 2 when the configuration has errors."""
    parser = argparse.ArgumentParser(description="Prune Airflow's own old rows and log files.")
    parser.add_argument("--keep-days", type=int, help="default: keep_days of company.yaml")
    given = parser.parse_args(arguments)
    if given.keep_days is not None and given.keep_days < 1:
        parser.error("--keep-days must be 1 or more")
    try:
        days = given.keep_days or load_config().company.keep_days
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    from airflow.configuration import conf

    before = datetime.now(UTC) - timedelta(days=days)
    prune_rows(before)
    files = prune_logs(Path(conf.get_mandatory_value("logging", "base_log_folder")), before)
    print(f"Airflow's rows and {files} log files older than {days} days are deleted.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
