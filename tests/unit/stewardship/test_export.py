"""CSV files: what a spreadsheet would run is shown as text, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from concord.stewardship.export import BOM, cell, write_csv
from concord.stewardship.sight import HIDDEN, Value

DANGEROUS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1", "\r=1", " =1", "\n=1",
    "=1", "+1-2", "@x", "\u200b=1", "\ufeff=1", '=HYPERLINK("http://x","y")', "-", "−1+1",
    "%0A=1", "|calc",
]  # fmt: skip


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_cell_that_begins_like_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell(Value(text)).startswith("'")


@pytest.mark.parametrize("text", ["-5", "+5", "-5.25", "0", "1234567890.12"])
def test_numbers_keep_their_sign(text: str) -> None:
    assert cell(text) == text
    assert cell(Decimal(text)) == str(Decimal(text))


def test_plain_texts_blanks_and_hidden_values() -> None:
    assert cell('Müller & Söhne, "x"\n2') == 'Müller & Söhne, "x"\n2'
    assert cell(None) == cell(Value(None)) == ""
    assert cell(HIDDEN) == "(hidden)"
    assert cell("a\0b") == "a\ufffdb"


def test_a_file_reads_back_as_it_was_written() -> None:
    out = io.StringIO(newline="")
    rows = [["a", "x;y", "1"], ["=b", "two\nlines", '"q"']]
    assert write_csv(out, ["key", "=name", "n"], rows) == 2
    text = out.getvalue()
    assert text.startswith(BOM)
    read = list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))
    assert read == [["key", "'=name", "n"], ["a", "x;y", "1"], ["'=b", "two\nlines", '"q"']]
