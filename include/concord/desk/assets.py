"""Style sheets, scripts and pictures, served under names that hold their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
FILES = (
    ("concord.report", "templates", "report.css"),
    ("concord.report", "templates", "certificate.css"),
    ("concord.desk", "static", "desk.css"),
    ("concord.desk", "static", "theme.js"),
    ("concord.desk", "static", "desk.js"),
    ("concord.desk", "static", "htmx.js"),
    ("concord.desk", "static", "icon.svg"),
    ("concord.desk", "static", "icon-dark.svg"),
)
FOR_EVER = "private, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is served."""

    name: str
    kind: str
    content: bytes


def address(name: str) -> str:
    """`desk.css` -> `/static/desk-<hash>.css`. Raises KeyError."""
    return f"/static/{_by_file()[name].name}"


def find(name: str) -> Asset | None:
    """The file that is served under a name."""
    return {a.name: a for a in _by_file().values()}.get(name)


@cache
def _by_file() -> Mapping[str, Asset]:
    return {file: _asset(package, folder, file) for package, folder, file in FILES}


def _asset(package: str, folder: str, file: str) -> Asset:
    content = files(package).joinpath(folder, file).read_bytes()
    stem, _, ending = file.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:16]
    return Asset(f"{stem}-{digest}.{ending}", KINDS[ending], content)
