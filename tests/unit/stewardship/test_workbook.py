"""XLSX files: every text stays the text that it was, whatever a spreadsheet would like to run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from xlsxwriter.worksheet import Worksheet

from concord.stewardship.sight import HIDDEN, Value
from concord.stewardship.workbook import MOST_CHARACTERS, MOST_ROWS, Words, Written, write_xlsx
from tests.support.payloads import payloads
from tests.unit.stewardship.test_export import DANGEROUS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MARKUP = [
    '<r><t>1</t></r></is></c><c r="B2"><f>1+1</f></c><c r="C2" t="inlineStr"><is><r></r>',
    "<r>x</r>", "{=1+1}", "http://x.example/?a=1", "mailto:a@x.example", "_x0041_", "&amp;<f>1</f>",
]  # fmt: skip


def written(
    headers: Sequence[str], rows: Iterable[Sequence[object]], most_rows: int = MOST_ROWS
) -> tuple[zipfile.ZipFile, Written]:
    out = io.BytesIO()
    done = write_xlsx(out, headers, rows, "Data", most_rows)
    return zipfile.ZipFile(out), done


def sheet(file: zipfile.ZipFile, nth: int = 1) -> ElementTree.Element:
    return ElementTree.fromstring(file.read(f"xl/worksheets/sheet{nth}.xml"))


def value(cell: ElementTree.Element) -> str:
    """What a spreadsheet shows: `_xHHHH_` stands for a character, by ECMA-376, 22.9.2.19."""
    text = "".join(t.text or "" for t in cell.iter(f"{MAIN}t"))
    text = text or cell.findtext(f"{MAIN}v", "")
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def values(file: zipfile.ZipFile, nth: int = 1) -> list[list[str]]:
    return [[value(c) for c in row] for row in sheet(file, nth).iter(f"{MAIN}row")]


def test_no_hostile_text_becomes_a_formula_a_link_or_markup() -> None:
    hostile = [*DANGEROUS, *MARKUP, *payloads()]
    file, done = written(["=name"], [[Value(t)] for t in hostile])
    assert done == Written(len(hostile), 1, 0)
    found = sheet(file)
    cells = list(found.iter(f"{MAIN}c"))
    assert {c.get("t") for c in cells} == {"inlineStr"}
    assert {child.tag for c in cells for child in c.iter()} == {
        f"{MAIN}{t}" for t in ("c", "is", "t")
    }
    assert list(found.iter(f"{MAIN}hyperlink")) == []
    assert [[value(c)] for c in cells] == [["=name"], *([t] for t in hostile)]


def test_a_text_that_begins_like_a_formula_stays_text_when_its_cell_is_edited() -> None:
    file, _ = written(["a"], [[t] for t in DANGEROUS] + [["plain"]])
    styles = ElementTree.fromstring(file.read("xl/styles.xml"))
    forms = styles.find(f"{MAIN}cellXfs")
    assert forms is not None
    quoted = [form.get("quotePrefix") == "1" for form in forms]
    shown = list(sheet(file).iter(f"{MAIN}c"))[1:]
    assert [quoted[int(c.get("s", 0))] for c in shown] == [True] * len(DANGEROUS) + [False]


def test_texts_of_all_the_world_survive() -> None:
    texts = [
        "北京市朝阳区建国路88号",
        "naïve 😀👩‍👩‍👧",
        "שלום \u202eabc",
        " two\nlines ",
        "a\tb\x01c",
    ]
    file, _ = written(texts, [texts])
    assert values(file) == [texts, texts]


def test_numbers_and_instants_can_be_summed_and_sorted_and_no_digit_is_lost() -> None:
    at = datetime(2026, 11, 26, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    exact = [5, -2.5, Decimal("1234567890.12"), True, date(2026, 11, 26), at]
    as_text = [
        "007",
        10**15 + 1,
        Decimal("0.1234567890123456"),
        float("nan"),
        HIDDEN,
        date(1899, 1, 1),
    ]
    file, _ = written(["a"] * 6, [exact, as_text, [None, "", Value(None)]])
    first, second = list(sheet(file).iter(f"{MAIN}row"))[1:]
    assert [c.get("t", "n") for c in first] == ["n", "n", "n", "b", "n", "n"]
    assert [float(value(c)) for c in first][:3] == [5, -2.5, 1234567890.12]
    in_utc = datetime(1899, 12, 30, tzinfo=UTC) + timedelta(days=float(value(first[5])))
    assert abs(in_utc - at) < timedelta(milliseconds=1)
    assert {c.get("t") for c in second} == {"inlineStr"}
    assert [value(c) for c in second] == [
        "007", "1000000000000001", "0.1234567890123456", "nan", "(hidden)", "1899-01-01",
    ]  # fmt: skip


@pytest.mark.parametrize("character", ["x", "界", "😀"])
def test_a_text_longer_than_a_cell_says_so_and_is_named_on_a_sheet(character: str) -> None:
    units = len(character.encode("utf-16-le")) // 2
    whole = character * (MOST_CHARACTERS // units)
    file, done = written(["a", "b"], [[whole, None], ["k", character * 40_000]])
    assert done == Written(2, 1, 1)
    (_, (kept,), (_, cut)) = values(file)
    assert kept == whole
    assert len(cut.encode("utf-16-le")) // 2 in (MOST_CHARACTERS, MOST_CHARACTERS - 1)
    assert cut.startswith(character * 10)
    assert cut.endswith(f"{character}… [cut: {40_000 * units:,} characters]")
    assert values(file, 2) == [
        ["Cells with more than 32,767 characters, which were cut: 1"],
        ["Data", "B3", str(40_000 * units)],
    ]


def test_more_rows_than_a_sheet_has_go_on_on_a_further_one() -> None:
    assert Worksheet().xls_rowmax == MOST_ROWS
    file, done = written(["n"], ([n] for n in range(7)), most_rows=4)
    assert done == Written(7, 3, 0)
    assert [values(file, nth) for nth in (1, 2, 3)] == [
        [["n"], ["0"], ["1"], ["2"]], [["n"], ["3"], ["4"], ["5"]], [["n"], ["6"]],
    ]  # fmt: skip
    book = ElementTree.fromstring(file.read("xl/workbook.xml"))
    assert [s.get("name") for s in book.iter(f"{MAIN}sheet")] == ["Data", "Data 2", "Data 3"]


def test_a_file_without_rows_has_its_headers() -> None:
    file, done = written(["a", "b"], [])
    assert done == Written(0, 1, 0)
    assert values(file) == [["a", "b"]]


def test_what_is_said_of_cells_that_were_cut_is_in_the_words_that_are_given() -> None:
    words = Words("N", "{n} > {most}", "f {n}", "[{n}]")
    out = io.BytesIO()
    write_xlsx(out, ["a"], [["x" * 40_000]], words=words)
    with zipfile.ZipFile(out) as book:
        assert 'name="N"' in book.read("xl/workbook.xml").decode()
        assert "1 &gt; 32,767" in book.read("xl/worksheets/sheet2.xml").decode()
        assert "[40,000]<" in book.read("xl/worksheets/sheet1.xml").decode()
