"""What every adapter promises about documents: their lines are one value of theirs."""

from __future__ import annotations

import pytest

from concord.systems.digest import row_hash
from concord.systems.protocol import Write
from tests.contract.conftest import Hands
from tests.contract.test_reading import changes, position
from tests.contract.test_writing import apply, create, delete, update
from tests.support.orders import LINES, line, text

ONE, TWO = text(line(1)), text(line(1, '北京 "🚀"\n'), line(2, due="2026-02-03"))


def test_lines_are_read_as_one_text_and_hashed_with_the_header(papers: Hands) -> None:
    empty, full = (
        papers.add(customer="a", **{LINES: "[]"}),
        papers.add(customer="b", **{LINES: TWO}),
    )
    read = papers.read()
    assert (read[empty].values[LINES], read[full].values[LINES]) == ("[]", TWO)
    for row in read.values():
        assert row.raw_hash == row_hash(row.values)


def test_a_change_of_lines_alone_is_a_change_of_the_document(papers: Hands) -> None:
    first, second = (papers.add(customer=c, **{LINES: ONE}) for c in "ab")
    since = position(papers)
    papers.edit(second, **{LINES: TWO})
    assert changes(papers, since) == {second: papers.read()[second]}
    assert first in papers.read()


def test_header_and_lines_are_written_together_and_read_back(papers: Hands) -> None:
    known = papers.add(customer="a", **{LINES: ONE})
    since = position(papers)
    changed, made = apply(
        papers,
        update(known, {"note": None, LINES: ONE}, note="n", **{LINES: TWO}),
        create(customer="b", **{LINES: TWO}),
    )
    assert (changed.state, made.state) == ("confirmed", "confirmed")
    stored = papers.read()
    assert changed.row == stored[known]
    assert made.row == stored[made.source_id or ""]
    assert stored[known].values == {"customer": "a", "note": "n", LINES: TWO}
    echo = changes(papers, since)
    assert {i: row.raw_hash for i, row in echo.items()} == {
        i: row.raw_hash for i, row in stored.items()
    }


@pytest.mark.parametrize("edited", ["[]", text(line(1, qty="2.00")), text(line(1), line(2))])
def test_a_document_is_not_written_over_other_lines_than_it_was_planned_on(
    papers: Hands, edited: str
) -> None:
    record = papers.add(customer="a", **{LINES: ONE})
    base = dict(papers.read()[record].values)
    papers.edit(record, **{LINES: edited})
    outcomes = apply(
        papers,
        update(record, {LINES: ONE}, **{LINES: TWO}),
        update(record, {"note": None, LINES: ONE}, note="n"),
        delete(record, base),
    )
    assert [o.state for o in outcomes] == ["superseded"] * 3
    assert papers.read()[record].values == {"customer": "a", "note": None, LINES: edited}


def test_writes_on_one_document_follow_each_other_and_none_happens_twice(papers: Hands) -> None:
    record = papers.add(customer="a", **{LINES: ONE})
    writes: list[Write] = [
        update(record, {LINES: ONE}, **{LINES: TWO}),
        update(record, {LINES: TWO}, **{LINES: "[]"}),
        create(customer="b", **{LINES: ONE}),
    ]
    first = apply(papers, *writes)
    assert {o.state for o in first} == {"confirmed"}
    papers.edit(record, **{LINES: ONE})
    again = apply(papers, *writes)
    assert [(o.state, o.source_id) for o in again] == [(o.state, o.source_id) for o in first]
    assert papers.read()[record].values[LINES] == ONE
    assert len(papers.read()) == 2


def test_a_document_is_deleted_with_its_lines(papers: Hands) -> None:
    record, other = (papers.add(customer=c, **{LINES: TWO}) for c in "ab")
    (outcome,) = apply(papers, delete(record, dict(papers.read()[record].values)))
    assert outcome.state == "confirmed"
    assert papers.read().keys() == {other}
    assert papers.read()[other].values[LINES] == TWO
