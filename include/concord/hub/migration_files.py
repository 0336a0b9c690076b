"""The numbered SQL files under `config/migrations`: listing, running, writing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from concord.errors import ConfigError, HubUnavailable, Problem
from concord.hub.database import Connection, first_line
from concord.model.spec import Config

_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_HEADER = """\
-- Made by `./concord hub plan` from the model files. Review it, then run `./concord hub migrate`:
-- it is applied once, in one transaction, and not edited after that.
"""


@dataclass(frozen=True)
class Statement:
    """One step of a plan. Without `sql` it is a note about something a person may do."""

    subject: str  # what it is about, such as `party.fax`
    sql: str  # without the closing semicolon
    note: str = ""

    def __str__(self) -> str:
        """As it stands in a file: the note as a comment, then the SQL."""
        lines = [f"-- {line}" for line in self.note.splitlines()]
        if self.sql:
            lines.append(f"{self.sql.strip()};")
        return "\n".join(lines)


@dataclass(frozen=True)
class MigrationFile:
    """A file under config/migrations."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        """The file's name, under which it is recorded."""
        return self.path.name

    @property
    def checksum(self) -> str:
        """sha256 of the text, line ends aside."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def folder_of(config: Config) -> Path:
    """config/migrations. Raises ConfigError for a configuration that was made in code."""
    if config.root is None:
        what = "this configuration was not read from a directory"
        raise ConfigError([Problem("config/migrations", None, "", what)])
    return config.root / "migrations"


def migration_files(config: Config) -> list[MigrationFile]:
    """The files in the order in which they apply. Raises ConfigError for a name out of form."""
    folder = folder_of(config)
    files = []
    for path in sorted(folder.glob("*.sql")):
        if not _FILE.fullmatch(path.name):
            what, hint = "the name has no number", "Name it NNNN_words.sql."
            raise ConfigError([Problem(str(path), None, "", what, hint)])
        files.append(MigrationFile(path, path.read_text(encoding="utf-8")))
    return files


def unapplied(conn: Connection, config: Config) -> list[MigrationFile]:
    """The files that were not applied yet, in order.

    Raises ConfigError when an applied file was changed or is gone.
    """
    rows = conn.execute("SELECT name, checksum FROM ops.model_migration")
    applied = {str(name): str(checksum) for name, checksum in rows}
    files = migration_files(config)
    problems = []
    for file in files:
        if applied.get(file.name, file.checksum) != file.checksum:
            what = "the file was changed after it was applied"
            hint = "Restore it from version control and put the change into a new file."
            problems.append(Problem(str(file.path), None, "", what, hint))
    for name in sorted(applied.keys() - {f.name for f in files}):
        what = "the file was applied to this hub, but is gone"
        hint = "Restore it from version control: a new hub is built from these files."
        problems.append(Problem(str(folder_of(config) / name), None, "", what, hint))
    if problems:
        raise ConfigError(problems)
    return [f for f in files if f.name not in applied]


def run_file(conn: Connection, file: MigrationFile) -> None:
    """Run one file inside the open transaction.

    Raises:
        ConfigError: it fails; names the line.
        HubUnavailable: a table is in use for longer than the connection's lock_timeout.
    """
    try:
        conn.execute(file.text.encode())
    except psycopg.errors.LockNotAvailable:
        raise HubUnavailable(
            f"{file.name} waits for a table that a batch is using; pause the DAGs and run it again"
        ) from None
    except psycopg.Error as e:
        position = e.diag.statement_position
        line = file.text[: int(position) - 1].count("\n") + 1 if position else None
        what = f"the migration failed and was rolled back: {first_line(e)}"
        hint = "Correct the file and run the command again."
        raise ConfigError([Problem(str(file.path), line, "", what, hint)]) from None


def record_file(conn: Connection, file: MigrationFile) -> None:
    """Note in the open transaction that the file was applied."""
    conn.execute(
        "INSERT INTO ops.model_migration (name, checksum) VALUES (%s, %s)",
        (file.name, file.checksum),
    )


def write_migration(config: Config, steps: Sequence[Statement]) -> Path:
    """Write a plan as the next numbered file and return its path.

    Raises ConfigError when the plan has nothing to run.
    """
    folder = folder_of(config)
    subjects = list(dict.fromkeys(s.subject for s in steps if s.sql))
    if not subjects:
        what = "there is nothing to write: the database fits the model files"
        raise ConfigError([Problem(str(folder), None, "", what)])
    folder.mkdir(parents=True, exist_ok=True)
    taken = [int(m[1]) for p in folder.iterdir() if (m := _FILE.fullmatch(p.name))]
    words = "_".join(re.sub(r"[^a-z0-9]+", "_", s) for s in subjects[:4])[:60].strip("_")
    more = "_and_more" if len(subjects) > 4 else ""
    path = folder / f"{max(taken, default=0) + 1:04}_{words}{more}.sql"
    path.write_text(_HEADER + "\n" + "\n\n".join(map(str, steps)) + "\n", encoding="utf-8")
    return path
