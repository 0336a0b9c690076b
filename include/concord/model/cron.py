"""Five-field cron expressions, checked without a scheduler."""

from __future__ import annotations

import re

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 7, _DAYS),
)
_PART = re.compile(r"(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:/([0-9]+))?")


def cron_problem(text: str) -> str | None:
    """Why `text` is not a cron expression of five fields; None when it is one."""
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"it has {len(parts)} fields, not 5"
    for part, (name, low, high, names) in zip(parts, _FIELDS, strict=True):
        for item in part.split(","):
            if not _item_ok(item, low, high, names):
                return f"`{item}` is not a {name} ({low} to {high})"
    return None


def _item_ok(item: str, low: int, high: int, names: list[str]) -> bool:
    match = _PART.fullmatch(item)
    if match is None:
        return False
    first, last, step = match.groups()
    if step is not None and (int(step) == 0 or (first != "*" and last is None)):
        return False
    if first == "*":
        return last is None
    start = _number(first, names, low)
    end = start if last is None else _number(last, names, low)
    return start is not None and end is not None and low <= start <= end <= high


def _number(word: str, names: list[str], low: int) -> int | None:
    if word.isdecimal():
        return int(word)
    return names.index(word.upper()) + low if word.upper() in names else None
