"""What every adapter promises about reading, whatever it speaks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from concord.errors import EntityStopped
from concord.model.spec import Column
from concord.systems.digest import bucket_of, hash_sum, row_hash
from concord.systems.protocol import Position, Row, Surveying
from tests.contract.conftest import COLUMNS, Hands

FULL = {
    "name": "北京 Ωmega & Söhne 🚀",
    "phone": "+86 10 1234",
    "credit": "1200.50",
    "active": "true",
    "born": "1999-12-31",
    "visits": "7",
}


def position(hands: Hands) -> Position:
    with hands.system.snapshot() as snapshot:
        return snapshot.position


def changes(hands: Hands, since: Position | None, *also: str) -> dict[str, Row]:
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(hands.mapping)
        return hands.rows(snapshot.changes(hands.mapping, since, also, shape))


def asks_for_full(hands: Hands, since: Position | None) -> bool:
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(hands.mapping)
        return snapshot.changes(hands.mapping, since, [], shape) is None


def test_every_record_is_read_once_with_its_texts_and_hash(hands: Hands) -> None:
    ids = {hands.add(**{**FULL, "visits": str(n)}) for n in range(7)}
    read = hands.read()
    assert read.keys() == ids
    assert {r.op for r in read.values()} == {"U"}
    assert {r.values["visits"] for r in read.values()} == {str(n) for n in range(7)}
    for row in read.values():
        assert row.values == {**FULL, "visits": row.values["visits"]}
        assert row.raw_hash == row_hash(row.values)


def test_a_reading_of_all_says_that_it_is_complete(hands: Hands) -> None:
    hands.add(name="A")
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(hands.mapping)
        assert snapshot.everything(hands.mapping, shape).complete
        assert not snapshot.records(hands.mapping, ["x"], shape).complete


def test_null_and_empty_text_are_told_apart(hands: Hands) -> None:
    null, empty = hands.add(name="A", phone=None), hands.add(name="A", phone="")
    read = hands.read()
    assert read[null].values["phone"] is None
    assert read[empty].values["phone"] == ""
    assert read[null].raw_hash != read[empty].raw_hash


def test_what_changed_after_a_position_is_read_and_nothing_else(hands: Hands) -> None:
    same, edited, removed = (hands.add(name=n) for n in "abc")
    since = position(hands)
    assert changes(hands, since) == {}
    hands.edit(edited, phone="1")
    hands.edit(edited, phone="2")
    hands.remove(removed)
    added = hands.add(name="d")
    read = changes(hands, since)
    assert {i: r.op for i, r in read.items()} == {edited: "U", removed: "D", added: "U"}
    assert read[edited].values["phone"] == "2"
    assert read[removed].raw_hash is None
    assert set(read[removed].values.values()) == {None}
    assert changes(hands, position(hands)) == {}
    assert same not in read


def test_a_change_made_while_a_snapshot_is_open_is_read_by_the_next(hands: Hands) -> None:
    record = hands.add(name="a")
    with hands.system.snapshot() as snapshot:
        since = snapshot.position
        hands.edit(record, phone="during")
    assert changes(hands, since)[record].values["phone"] == "during"


def test_what_is_told_to_be_unchanged_is_what_has_no_changes(hands: Hands) -> None:
    record = hands.add(name="a")
    since = position(hands)

    def unchanged(before: Position) -> bool | None:
        with hands.system.snapshot() as snapshot:
            if not isinstance(snapshot, Surveying):
                return None
            assert snapshot.shapes([hands.mapping]) == {
                hands.mapping.entity: snapshot.shape(hands.mapping)
            }
            return bool(snapshot.unchanged([hands.mapping], {hands.mapping.entity: before}))

    if unchanged(since) is None:
        pytest.skip("this adapter looks at one entity at a time")
    with hands.other().snapshot() as snapshot:
        elsewhere = snapshot.position
    hands.edit(record, phone="1")
    assert [unchanged(p) for p in (since, position(hands), elsewhere)] == [False, True, False]
    hands.remove(record)
    assert not unchanged(since)


def test_shapes_leave_out_what_is_not_there(hands: Hands) -> None:
    gone = hands.mapping.model_copy(update={"table": "not_there", "entity": "gone"})
    with hands.system.snapshot() as snapshot:
        if not isinstance(snapshot, Surveying):
            pytest.skip("this adapter looks at one entity at a time")
        assert snapshot.shapes([gone, hands.mapping]).keys() == {hands.mapping.entity}


def test_records_asked_for_come_whether_changed_or_not(hands: Hands) -> None:
    same = hands.add(name="a")
    since = position(hands)
    read = changes(hands, since, same, same, "no such record")
    assert {i: r.op for i, r in read.items()} == {same: "U", "no such record": "D"}


def test_without_a_usable_position_a_full_comparison_is_asked_for(hands: Hands) -> None:
    assert asks_for_full(hands, None)
    with hands.other().snapshot() as snapshot:
        elsewhere = snapshot.position
    assert asks_for_full(hands, elsewhere)
    assert asks_for_full(hands, {"kind": "of another adapter"})
    assert not asks_for_full(hands, position(hands))


def test_digests_are_those_of_the_rows(hands: Hands) -> None:
    for n in range(20):
        hands.add(name=f"customer {n}", phone=None if n % 3 else str(n))
    read = {i: r.raw_hash for i, r in hands.read().items() if r.raw_hash is not None}
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(hands.mapping)
        found = {d.bucket: d for d in snapshot.digests(hands.mapping, 4, shape) if d.count}
        hashes = dict(snapshot.hashes(hands.mapping, 4, [1, 2], shape))
    for bucket in range(4):
        inside = {i: h for i, h in read.items() if bucket_of(i, 4) == bucket}
        assert found[bucket].count == len(inside)
        assert found[bucket].digest == hash_sum(inside.items())
    assert hashes == {i: h for i, h in read.items() if bucket_of(i, 4) in {1, 2}}


def test_an_empty_system_has_no_records_and_no_digests(hands: Hands) -> None:
    assert hands.read() == {}
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(hands.mapping)
        assert [d for d in snapshot.digests(hands.mapping, 16, shape) if d.count] == []
        assert list(snapshot.hashes(hands.mapping, 16, range(16), shape)) == []
        assert hands.rows(snapshot.records(hands.mapping, [], shape)) == {}


def test_the_shape_names_types_limits_and_missing_columns(hands: Hands) -> None:
    extra = hands.variant(columns=(*hands.mapping.columns, Column(field="x", column="vanished")))
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(extra)
    assert shape.columns == {
        "code": "text",
        "name": "text",
        "phone": "text",
        "credit": "decimal",
        "active": "boolean",
        "born": "date",
        "visits": "integer",
    }
    assert shape.missing == ("vanished",)
    assert shape.max_length["name"] == 80
    assert "phone" not in shape.max_length
    assert shape.native.keys() == shape.columns.keys()


@pytest.mark.parametrize("change", [{"table": "nowhere"}, {"id": "gone"}])
def test_a_missing_table_or_key_stops_the_entity(hands: Hands, change: dict[str, str]) -> None:
    wrong = hands.variant(**change)
    with hands.system.snapshot() as snapshot, pytest.raises(EntityStopped, match=r"nowhere|gone"):
        snapshot.shape(wrong)


def test_a_column_left_out_of_the_shape_is_neither_read_nor_hashed(hands: Hands) -> None:
    record = hands.add(name="a", phone="1")
    with hands.system.snapshot() as snapshot:
        whole = snapshot.shape(hands.mapping)
        kept = {c: t for c, t in whole.columns.items() if c != "phone"}
        reading = snapshot.everything(hands.mapping, replace(whole, columns=kept))
        assert list(reading.columns) == [c for c in COLUMNS if c != "phone"]
        before = hands.rows(reading)[record].raw_hash
    hands.edit(record, phone="2")
    with hands.system.snapshot() as snapshot:
        reading = snapshot.everything(hands.mapping, replace(whole, columns=kept))
        assert hands.rows(reading)[record].raw_hash == before


def test_two_readings_of_one_snapshot_do_not_disturb_each_other(hands: Hands) -> None:
    first, second = hands.add(name="a"), hands.add(name="b")
    with hands.system.snapshot() as snapshot:
        shape = snapshot.shape(hands.mapping)
        one = snapshot.records(hands.mapping, [first], shape)
        two = snapshot.records(hands.mapping, [second], shape)
        hashes = snapshot.hashes(hands.mapping, 1, [0], shape)
        next(hashes)
        assert hands.rows(two).keys() == {second}
        assert hands.rows(one).keys() == {first}
        assert len(list(hashes)) == 1


def test_a_prepared_system_says_that_it_is_safe_and_needs_nothing_more(hands: Hands) -> None:
    assert hands.system.name == "erp"
    assert hands.system.address
    able = hands.system.capabilities([hands.mapping])
    assert able.changes in {"log", "logical"}
    assert able.deletes
    assert able.conditional_write
    assert able.idempotency
    assert hands.system.prepare([hands.mapping]) == ""
