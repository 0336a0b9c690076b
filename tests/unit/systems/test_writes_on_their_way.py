"""How writes are cut into statements, and what never reaches a message."""

from __future__ import annotations

from uuid import uuid4

import pytest

from concord.systems.postgres import writing
from concord.systems.postgres.writing import Group, groups, slices, unfit, without_values
from concord.systems.protocol import Write

COLUMNS = {"code", "name", "phone"}


def write(source_id: str | None, **new: str | None) -> Write:
    base = dict.fromkeys(new)
    if source_id is None:
        return Write(uuid4(), "create", None, new, base)
    return Write(uuid4(), "update", source_id, new, base)


def test_a_slice_holds_no_record_and_no_key_twice() -> None:
    twin = write(None, name="1")
    writes = [
        write("a", name="1"),
        write("b", name="1"),
        write("a", name="2"),
        twin,
        twin,
        write(None, name="1"),
    ]
    cut = [[n for n, _ in s] for s in slices(writes)]
    assert cut == [[0, 1], [2, 3], [4, 5]]


def test_a_slice_is_never_longer_than_a_statement_should_be() -> None:
    writes = [write(None, name="1") for _ in range(writing.SLICE * 2 + 1)]
    assert [len(s) for s in slices(writes)] == [writing.SLICE, writing.SLICE, 1]
    assert list(slices([])) == []


def test_deletes_go_before_updates_and_creates_come_last() -> None:
    doomed = Write(uuid4(), "delete", "d", {}, {"name": "x"})
    made = groups([(0, write(None, name="1")), (1, write("a", name="1")), (2, doomed)])
    assert [g.action for g in made] == ["delete", "update", "create"]


def test_each_set_of_columns_has_its_statement_until_they_are_too_many() -> None:
    few = [(n, write(str(n), **{f"c{n % 3}": "x"})) for n in range(9)]
    assert [g.columns for g in groups(few)] == [["c0"], ["c1"], ["c2"]]
    many = [(n, write(str(n), **{f"c{n}": "x"})) for n in range(20)]
    (shared,) = groups(many)
    assert [n for n, _ in shared.items] == list(range(20))
    assert len(groups([(n, write(None, **{f"c{n}": "x"})) for n in range(20)])) == 20


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (write("a", nome="x"), "nome"),
        (write("a", name="N\0L"), "NUL"),
        (Write(uuid4(), "update", "a", {}, {}), "no column"),
        (Write(uuid4(), "delete", None, {}, {"name": "x"}), "no record"),
    ],
)
def test_a_write_that_cannot_be_sent_is_told_why(bad: Write, why: str) -> None:
    assert why in (unfit(bad, COLUMNS) or "")


def test_a_good_write_is_fit() -> None:
    assert unfit(write("a", name="x", phone=None), COLUMNS) is None


@pytest.mark.parametrize(
    "message",
    [
        'invalid input syntax for type integer: "confidential"',
        "customer 'confidential' is locked by accounting",
        "credit of confidential exceeded",
        'value "A1" is out of range for type integer',
    ],
)
def test_a_message_loses_the_values_of_its_write(message: str) -> None:
    said = without_values(message, write("a", name="confidential", phone="A1"))
    assert "confidential" not in said
    assert '"A1"' not in said
    assert said.split()[0] == message.split()[0]


def test_a_message_keeps_the_names_of_columns_and_constraints() -> None:
    message = 'null value in column "name" violates not-null constraint'
    assert without_values(message, write("a", phone="1")) == message


def test_a_payload_keeps_nulls_and_leaves_out_what_is_not_set() -> None:
    group = Group("update", ((7, Write(uuid4(), "update", "a", {"x": None}, {"x": "é"})),))
    assert group.payload() == '[{"n": 7, "id": "a", "new": {"x": null}, "base": {"x": "\\u00e9"}}]'
