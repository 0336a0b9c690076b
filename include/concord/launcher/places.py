"""Where everything is: the checkout, and the state directory that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The checkout (`root`) and its state (`home`), with the names of what is inside."""

    root: Path
    home: Path

    @classmethod
    def find(cls, environ: Mapping[str, str]) -> Places:
        """The checkout that this file is in; CONCORD_HOME moves the state elsewhere."""
        root = Path(__file__).resolve().parents[3]
        home = environ.get("CONCORD_HOME")
        return cls(root, Path(home).expanduser().absolute() if home else root / ".concord")

    @property
    def venv(self) -> Path:
        """The virtual environment of the pinned packages."""
        return self.home / "venv"

    @property
    def python(self) -> Path:
        """The interpreter in it."""
        return self.venv / "bin" / "python"

    @property
    def include(self) -> Path:
        """The directory that goes on PYTHONPATH."""
        return self.root / "include"

    @property
    def pg(self) -> Path:
        """The embedded PostgreSQL: its data, and its socket where the path is short enough."""
        return self.home / "pg"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def run(self) -> Path:
        """What runs now: process ids and states."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """Logs of set-up, database and components."""
        return self.home / "logs"

    @property
    def lock(self) -> Path:
        """The file that one starting or stopping command holds at a time."""
        return self.home / "lock"

    def shown(self, path: Path) -> str:
        """`path` as a person in the checkout would write it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)
