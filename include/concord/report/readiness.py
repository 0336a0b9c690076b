"""The page of an initial load: what connecting the systems would mean. Counts alone, no values."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from concord.pipeline.readiness import Readiness
from concord.report import shell


def readiness_page(found: Readiness, number: int, out_dir: Path) -> Path:
    """Write `initial-load-<number>.html` into `out_dir`; returns its path. Raises OSError."""
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"initial-load-{number}.html"
    shell.write(path, render(found, number))
    return path


def render(found: Readiness, number: int, language: str | None = None) -> str:
    """The page as HTML, in `language` first."""
    return shell.render(
        "readiness.html.j2", language, r=found, number=number, made=datetime.now(UTC)
    )
