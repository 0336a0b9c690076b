"""Export: rows as CSV that a spreadsheet shows and never runs.

A cell that begins like a formula gets an apostrophe in front, which spreadsheets take for "text".
Plain numbers keep their sign.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TextIO

from concord.stewardship.sight import Value

BOM = "\ufeff"  # tells spreadsheets that the text is UTF-8
HIDDEN = "(hidden)"
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
# Also what stands behind blanks, and the full-width signs that some programs take for the same.
_FORMULA = re.compile(
    r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n]"
)


def write_csv(out: TextIO, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write headers and rows; returns how many rows. `out` is open with newline=""."""
    out.write(BOM)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([cell(h) for h in headers])
    n = 0
    for row in rows:
        writer.writerow([cell(value) for value in row])
        n += 1
    return n


def cell(value: object) -> str:
    """A value as the text of a cell."""
    if isinstance(value, Value):
        value = HIDDEN if value.hidden else value.text
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = str(value).replace("\0", "\N{REPLACEMENT CHARACTER}")
    return f"'{text}" if begins_like_a_formula(text) else text


def begins_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet could take the text for something to compute."""
    return _NUMBER.fullmatch(text) is None and _FORMULA.match(text) is not None
