"""Workbook: rows as XLSX, in which every text is text and nothing runs.

A text that begins like a formula is marked as text too, so that it stays one when somebody edits
the cell. Numbers and instants stay what they are, to be summed and sorted; instants are in UTC.
What a sheet cannot hold is told: a text too long ends with its length and is named on a last
sheet of notes, and rows beyond the last of a sheet stand on a further one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from concord.stewardship.export import HIDDEN, begins_like_a_formula
from concord.stewardship.sight import Value

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576  # of a sheet, with that of the headers
MOST_CHARACTERS = 32_767  # of a cell, in units of UTF-16
NOTED = 1_000  # cells that the notes name one by one
DIGITS = 15  # that a spreadsheet's number keeps
FIRST_YEAR = 1900
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Words:
    """What a book says of what it could not hold; `{n}` and `{most}` are numbers."""

    notes: str = "Notes"  # the sheet's name
    cells: str = "Cells with more than {most} characters, which were cut: {n}"
    first: str = "The first {n}:"
    mark: str = "… [cut: {n} characters]"


ENGLISH = Words()


@dataclass(frozen=True)
class Written:
    """What became of the rows. `cut`: cells whose text was too long."""

    rows: int
    sheets: int
    cut: int


class _Sheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A sheet of plain text: the library takes `<r>…</r>` for markup and lets it through."""

    def _xml_rich_inline_string(self, string: str, attributes: Any = ()) -> None:
        self._xml_inline_string(string, True, attributes)


def write_xlsx(
    out: BinaryIO,
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    name: str = "Concord",
    most_rows: int = MOST_ROWS,
    words: Words = ENGLISH,
) -> Written:
    """Write headers and rows. `name`: the sheet's, 20 characters at most."""
    waiting, cut = iter(rows), _Cut(words)
    n = sheets = 0
    with Workbook(out, OPTIONS) as book:
        forms = _Forms(book)
        while (first := next(waiting, None)) is not None or not sheets:
            sheets += 1
            sheet = book.add_worksheet(name if sheets == 1 else f"{name} {sheets}", _Sheet)
            sheet.set_column(0, max(len(headers) - 1, 0), 18)
            sheet.freeze_panes(1, 0)
            _row(sheet, 0, headers, forms, cut, forms.head)
            here = [] if first is None else chain((first,), islice(waiting, most_rows - 2))
            for at, row in enumerate(here, 1):
                _row(sheet, at, row, forms, cut)
                n += 1
        if cut.number:
            _notes(book, cut)
    return Written(n, sheets, cut.number)


class _Cut:
    """Cells whose text was too long: how many, and where the first of them stand."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.number = 0
        self.cells: list[tuple[str, str, int]] = []

    def note(self, sheet: str, cell: str, length: int) -> None:
        self.number += 1
        if len(self.cells) < NOTED:
            self.cells.append((sheet, cell, length))


class _Forms:
    """How cells are shown."""

    def __init__(self, book: Workbook) -> None:
        self.head = book.add_format({"bold": True, "bottom": 1})
        self.instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.quoted = book.add_format({"quote_prefix": True})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})


def _row(
    sheet: Worksheet, at: int, row: Sequence[object], forms: _Forms, cut: _Cut, form: Any = None
) -> None:
    for column, given in enumerate(row):
        value = (HIDDEN if given.hidden else given.text) if isinstance(given, Value) else given
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            sheet.write_boolean(at, column, value, form)
        elif isinstance(value, (int, float, Decimal)) and _is_exact(value):
            sheet.write_number(at, column, value, form)
        elif isinstance(value, date) and value.year > FIRST_YEAR:
            _date(sheet, at, column, value, forms)
        else:
            text = str(value).encode("utf-8", "replace").decode()
            length = _length(text)
            if length > MOST_CHARACTERS:
                cut.note(sheet.name, xl_rowcol_to_cell(at, column), length)
                text = _cut(text, cut.words.mark.format(n=f"{length:,}"))
            quoted = forms.quoted if form is None and begins_like_a_formula(text) else form
            sheet.write_string(at, column, text, quoted)


def _date(sheet: Worksheet, at: int, column: int, value: date, forms: _Forms) -> None:
    if not isinstance(value, datetime):
        sheet.write_datetime(at, column, value, forms.day)
        return
    in_utc = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    sheet.write_datetime(at, column, in_utc, forms.instant)


def _is_exact(value: int | float | Decimal) -> bool:
    """Whether a spreadsheet's number is the same number."""
    if not math.isfinite(value):
        return False
    return isinstance(value, float) or len(Decimal(value).normalize().as_tuple().digits) <= DIGITS


def _length(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)


def _cut(text: str, mark: str) -> str:
    """As much of a text as fits in front of the mark, by whole characters."""
    room = 2 * (MOST_CHARACTERS - len(mark))
    return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + mark


def _notes(book: Workbook, cut: _Cut) -> None:
    words = cut.words
    sheet = book.add_worksheet(words.notes, _Sheet)
    told = words.cells.format(most=f"{MOST_CHARACTERS:,}", n=f"{cut.number:,}")
    sheet.write_string(0, 0, told)
    if cut.number > len(cut.cells):
        sheet.write_string(1, 0, words.first.format(n=f"{len(cut.cells):,}"))
    for at, (name, cell, length) in enumerate(cut.cells, 2):
        sheet.write_string(at, 0, name)
        sheet.write_string(at, 1, cell)
        sheet.write_number(at, 2, length)


__all__ = ["KIND", "Words", "Written", "write_xlsx"]
