"""What all pages share: templates, the style sheet and its hash, and files that appear whole.

No script, no outside resource: each page's policy forbids both, and lets one style sheet in by its
hash. Every text from the hub is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from concord.report import words
from concord.report.texts import LANGUAGES


def render(template: str, language: str | None = None, **values: Any) -> str:
    """A page as HTML, in `language` first; `values` are what its template names."""
    style = asset("report.css")
    made = _environment().get_template(template)
    return made.render(
        style=Markup(style),
        style_hash=digest(style),
        languages=LANGUAGES,
        first=language or next(iter(LANGUAGES)),
        **values,
    )


def write(path: Path, page: str, mode: int = 0o644) -> None:
    """Put a file in place in one step. By default everybody on the machine may read it."""
    handle, made = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".html")
    temporary = Path(made)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(page)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def environment() -> Environment:
    """Templates of this room, strict: every text is escaped, and a value that is missing raises."""
    return Environment(
        loader=FunctionLoader(asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _environment() -> Environment:
    env = environment()
    env.globals.update(say=words.say, name=words.name, both=words.both, reason=words.reason)
    env.filters.update(
        shown=words.shown,
        number=words.number,
        money=words.money,
        seconds=words.seconds,
        moment=words.moment,
        cause=words.cause,
        sentence=words.sentence,
    )
    return env


def asset(name: str) -> str:
    """A template or style sheet of this room."""
    return files("concord.report").joinpath("templates", name).read_text(encoding="utf-8")


def digest(style: str) -> str:
    """The style sheet's hash, as a content security policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
