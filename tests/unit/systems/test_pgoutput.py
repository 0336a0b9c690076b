"""Messages of logical decoding: which keys they tell, and when they cannot."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest

from concord.systems.postgres import pgoutput
from concord.systems.postgres.pgoutput import Decoded

TABLE, OTHER = 16401, 16402
UNCHANGED = object()
Value = str | None | object


def begin(xid: int, lsn: int = 1) -> bytes:
    return b"B" + struct.pack(">QqI", lsn, 0, xid)


def relation(*columns: tuple[str, bool], oid: int = TABLE) -> bytes:
    body = b"".join(
        struct.pack(">B", identifies) + name.encode() + b"\0" + struct.pack(">Ii", 25, -1)
        for name, identifies in columns
    )
    return b"R" + struct.pack(">I", oid) + b"public\0t\0d" + struct.pack(">H", len(columns)) + body


def row(*values: Value) -> bytes:
    parts = [struct.pack(">H", len(values))]
    for value in values:
        if isinstance(value, str):
            text = value.encode()
            parts.append(b"t" + struct.pack(">I", len(text)) + text)
        else:
            parts.append(b"n" if value is None else b"u")
    return b"".join(parts)


def change(kind: bytes, oid: int = TABLE, **rows: Sequence[Value]) -> bytes:
    tuples = b"".join(name.encode() + row(*values) for name, values in rows.items())
    return kind + struct.pack(">I", oid) + tuples


def insert(*values: Value) -> bytes:
    return change(b"I", N=values)


def fed(*messages: bytes) -> Decoded:
    decoded = Decoded()
    for message in messages:
        decoded.feed(message)
    return decoded


KEYED = relation(("code", True), ("name", False))


def test_keys_are_told_by_transaction_without_other_values() -> None:
    decoded = fed(
        begin(7, lsn=100), KEYED, insert("A", "x"), b"C" + bytes(25),
        begin(8, lsn=200), change(b"U", N=["B", "y"]), change(b"D", K=["C", None]),
    )  # fmt: skip
    assert decoded.touched == {TABLE: {7: {"code": {"A"}}, 8: {"code": {"B", "C"}}}}
    assert decoded.commits == {7: 100, 8: 200}


def test_a_changed_key_is_told_as_old_and_new() -> None:
    for old in ("K", "O"):
        decoded = fed(begin(7), KEYED, change(b"U", **{old: ["A", None], "N": ["B", "x"]}))
        assert decoded.touched[TABLE][7] == {"code": {"A", "B"}}


def test_each_column_of_the_identity_is_kept_by_itself() -> None:
    both = relation(("code", True), ("name", False), ("line", True))
    decoded = fed(begin(7), both, insert("A", "x", "1"), insert("A", "y", "2"))
    assert decoded.touched[TABLE][7] == {"code": {"A"}, "line": {"1", "2"}}


def test_a_null_is_no_key() -> None:
    decoded = fed(begin(7), KEYED, insert(None, "x"))
    assert decoded.touched[TABLE][7] == {"code": set()}


def test_an_unchanged_value_out_of_line_is_that_of_the_old_row() -> None:
    decoded = fed(begin(7), KEYED, change(b"U", K=["A", None], N=[UNCHANGED, "x"]))
    assert decoded.touched[TABLE][7] == {"code": {"A"}}


def test_a_value_that_is_not_told_spoils_its_column_for_that_transaction_alone() -> None:
    untold = change(b"U", N=[UNCHANGED, "x"])
    decoded = fed(begin(7), KEYED, insert("A", "x"), untold, insert("B", "x"), begin(8), KEYED)
    decoded.feed(insert("C", "x"))
    assert decoded.touched[TABLE] == {7: {"code": None}, 8: {"code": {"C"}}}


def test_a_value_that_is_no_text_is_one_that_was_not_told() -> None:
    decoded = fed(begin(7), KEYED, insert("A?", "x").replace(b"?", b"\xff"))
    assert decoded.touched[TABLE][7] == {"code": None}


def test_a_column_outside_the_identity_is_not_told() -> None:
    decoded = fed(begin(7), relation(("code", False), ("id", True)), insert("A", "1"))
    assert decoded.touched[TABLE][7] == {"id": {"1"}}


def test_a_truncate_is_told_for_each_of_its_tables() -> None:
    truncate = b"T" + struct.pack(">IBII", 2, 0, TABLE, OTHER)
    assert fed(begin(7), truncate).emptied == {TABLE: {7}, OTHER: {7}}


def test_our_marks_are_found_among_messages_of_others() -> None:
    def message(prefix: bytes, content: bytes) -> bytes:
        head = b"M\1" + struct.pack(">Q", 5) + prefix + b"\0"
        return head + struct.pack(">I", len(content)) + content

    decoded = fed(begin(7), message(b"concord", b"one"), message(b"outbox", b"\xff\0"))
    assert decoded.marks == {"one": 7}


def test_more_changes_than_are_worth_keeping_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgoutput, "MANY", 2)
    other = relation(("code", True), oid=OTHER)
    decoded = fed(begin(7), KEYED, other, *[insert(str(n), "x") for n in range(4)])
    decoded.feed(change(b"I", OTHER, N=["A"]))
    assert decoded.overflown == {TABLE}
    assert decoded.touched == {OTHER: {7: {"code": {"A"}}}}


def test_types_and_origins_are_passed_over() -> None:
    assert fed(b"Y" + bytes(12), b"O" + bytes(9)) == Decoded()


@pytest.mark.parametrize("message", [b"S", b"\0", b"B" + bytes(5), b"I", KEYED[:-3]])
def test_what_is_no_message_of_this_protocol_is_refused(message: bytes) -> None:
    with pytest.raises(ValueError, match=r"unknown kind|too early|not found"):
        fed(message)


def test_every_cut_of_a_row_is_refused() -> None:
    whole = change(b"U", K=["A", None], N=["B", "x"])
    for end in range(1, len(whole)):
        decoded = fed(begin(7), KEYED)
        if end in {len(change(b"U", K=["A", None])), 5}:
            continue  # a message of its own, though not one that the server sends
        with pytest.raises(ValueError, match=r"too early|shorter|longer"):
            decoded.feed(whole[:end])
