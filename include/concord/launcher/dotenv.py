"""Read a `.env` file the way Docker Compose does: NAME=value lines, comments, quotes."""

from __future__ import annotations

import re
from pathlib import Path

from concord.errors import ConfigError, Problem

_NAME = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def read(path: Path) -> dict[str, str]:
    """The variables in `path`; empty when there is no such file.

    Raises:
        ConfigError: a line is not NAME=value; it names the line, never the value.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problem = Problem(path.name, None, "", "is not UTF-8 text", "Save it as UTF-8.")
        raise ConfigError([problem]) from None
    return parse(text, path.name)


def parse(text: str, file: str) -> dict[str, str]:
    """The variables in `text`. A later line wins over an earlier one. Raises ConfigError."""
    found: dict[str, str] = {}
    problems = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = _NAME.fullmatch(stripped)
        value = _value(match[2]) if match else None
        if match is None or value is None:
            what = "is not NAME=value" if match is None else "has a quote that is not closed"
            hint = "Comments begin with #, values with spaces may stand in quotes."
            problems.append(Problem(file, number, match[1] if match else "", what, hint))
        else:
            found[match[1]] = value
    if problems:
        raise ConfigError(problems)
    return found


def _value(raw: str) -> str | None:
    """The value behind `=`; None when its quote is not closed."""
    if raw[:1] not in ("'", '"'):
        return re.split(r"(?:^|\s)#", raw, maxsplit=1)[0].strip()
    pattern = r"'([^']*)'" if raw[0] == "'" else r'"((?:[^"\\]|\\.)*)"'
    match = re.match(pattern + r"\s*(?:#.*)?$", raw)
    if match is None:
        return None
    if raw[0] == "'":
        return match[1]
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), match[1])
