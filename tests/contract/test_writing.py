"""What every adapter promises about writing: once or not at all, and never over a newer value."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from concord.errors import LeaseLost
from concord.systems.protocol import Fence, Outcome, Shape, Write
from tests.contract.conftest import COLUMNS, Hands

LOAD = Fence("load:erp", 10)


def update(source_id: str, base: dict[str, Any], **new: Any) -> Write:
    return Write(uuid4(), "update", source_id, new, base)


def create(**new: Any) -> Write:
    return Write(uuid4(), "create", None, new, {})


def delete(source_id: str, base: dict[str, Any]) -> Write:
    return Write(uuid4(), "delete", source_id, {}, base)


def shape_of(hands: Hands) -> Shape:
    with hands.system.snapshot() as snapshot:
        return snapshot.shape(hands.mapping)


def apply(hands: Hands, *writes: Write, fence: Fence = LOAD) -> list[Outcome]:
    with hands.system.writer(fence) as writer:
        return writer.apply(hands.mapping, writes, shape_of(hands))


def test_an_update_changes_what_it_names_and_is_read_back(hands: Hands) -> None:
    record = hands.add(name="a", phone="old", credit="1.50", active="false")
    write = update(record, {"phone": "old", "visits": None}, phone="new", visits="3")
    (outcome,) = apply(hands, write)
    assert (outcome.state, outcome.key, outcome.source_id) == ("confirmed", write.key, record)
    stored = hands.read()[record]
    assert outcome.row == stored
    assert stored.values == {
        "name": "a",
        "phone": "new",
        "credit": "1.50",
        "active": "false",
        "born": None,
        "visits": "3",
    }


def test_an_update_whose_base_is_gone_changes_nothing(hands: Hands) -> None:
    record = hands.add(name="a", phone="typed by a person")
    outcomes = apply(
        hands,
        update(record, {"phone": "as planned"}, phone="x"),
        update("no such record", {"phone": None}, phone="x"),
    )
    assert [o.state for o in outcomes] == ["superseded", "superseded"]
    assert hands.read()[record].values["phone"] == "typed by a person"


def test_null_and_empty_bases_are_told_apart(hands: Hands) -> None:
    null, empty = hands.add(name="a", phone=None), hands.add(name="b", phone="")
    outcomes = apply(
        hands,
        update(null, {"phone": ""}, phone="x"),
        update(empty, {"phone": None}, phone="x"),
    )
    assert [o.state for o in outcomes] == ["superseded", "superseded"]
    outcomes = apply(
        hands,
        update(null, {"phone": None}, phone="x"),
        update(empty, {"phone": ""}, phone=None),
    )
    assert [o.state for o in outcomes] == ["confirmed", "confirmed"]
    assert hands.read()[empty].values["phone"] is None


def test_a_create_tells_the_key_that_the_system_gave(hands: Hands) -> None:
    writes = [create(name=f"n{n}", visits=str(n)) for n in range(9)]
    outcomes = apply(hands, *writes)
    assert [o.key for o in outcomes] == [w.key for w in writes]
    stored = hands.read()
    assert len({o.source_id for o in outcomes}) == 9
    for write, outcome in zip(writes, outcomes, strict=True):
        assert outcome.source_id is not None
        assert stored[outcome.source_id].values["name"] == write.new["name"]
        assert outcome.row == stored[outcome.source_id]


def test_a_delete_needs_the_record_as_it_was_seen(hands: Hands) -> None:
    first, second = hands.add(name="a", phone="1"), hands.add(name="b", phone="1")
    seen = hands.read()
    hands.edit(second, phone="2")
    outcomes = apply(
        hands,
        delete(first, dict(seen[first].values)),
        delete(second, dict(seen[second].values)),
        delete("no such record", dict(seen[first].values)),
    )
    assert [o.state for o in outcomes] == ["confirmed", "superseded", "superseded"]
    assert outcomes[0].row is None
    assert hands.read().keys() == {second}


def test_a_key_that_was_applied_is_not_applied_again(hands: Hands) -> None:
    record = hands.add(name="a", phone="1")
    writes = [create(name="new"), update(record, {"phone": "1"}, phone="2")]
    first = apply(hands, *writes)
    hands.edit(record, phone="typed since")
    again = apply(hands, *writes)
    assert [o.state for o in again] == ["confirmed", "confirmed"]
    assert [o.source_id for o in again] == [o.source_id for o in first]
    assert again[1].row is not None
    assert again[1].row.values["phone"] == "typed since"
    assert len(hands.read()) == 2


def test_one_key_twice_in_a_call_has_one_effect(hands: Hands) -> None:
    write = create(name="new")
    first, second = apply(hands, write, write)
    assert (first.state, second.state) == ("confirmed", "confirmed")
    assert first.source_id == second.source_id
    assert len(hands.read()) == 1


def test_two_writes_on_one_record_follow_each_other(hands: Hands) -> None:
    record = hands.add(name="a", phone="1")
    outcomes = apply(
        hands,
        update(record, {"phone": "1"}, phone="2"),
        update(record, {"phone": "2"}, phone="3"),
        update(record, {"phone": "2"}, phone="4"),
    )
    assert [o.state for o in outcomes] == ["confirmed", "confirmed", "superseded"]
    assert hands.read()[record].values["phone"] == "3"


def test_a_bad_record_stops_only_itself_and_its_values_stay_out_of_the_message(
    hands: Hands,
) -> None:
    ids = [hands.add(name=f"n{n}", phone="1") for n in range(6)]
    secret = "confidential " * 20
    writes = [
        update(i, {"name": f"n{n}"}, name=secret if n in {1, 4} else f"m{n}")
        for n, i in enumerate(ids)
    ]
    writes += [
        create(name="good"),
        create(name=None, phone="555-1234"),
        update(ids[0], {"phone": "1"}, visits="seven"),
    ]
    outcomes = apply(hands, *writes)
    states = ["rejected" if n in {1, 4, 7, 8} else "confirmed" for n in range(9)]
    assert [o.state for o in outcomes] == states
    for outcome in outcomes:
        said = outcome.error or ""
        assert bool(said) == (outcome.state == "rejected")
        assert "confidential" not in said
        assert "555-1234" not in said
        assert "seven" not in said
    names = {i: r.values["name"] for i, r in hands.read().items()}
    assert [names[i] for i in ids] == ["m0", "n1", "m2", "m3", "n4", "m5"]
    assert len(names) == 7


def test_a_write_on_a_column_that_is_not_there_is_rejected(hands: Hands) -> None:
    record = hands.add(name="a")
    outcomes = apply(
        hands,
        update(record, {"vanished": None}, vanished="x"),
        create(name="b", vanished="x"),
        update(record, {"name": "a"}, name="b"),
    )
    assert [o.state for o in outcomes] == ["rejected", "rejected", "confirmed"]
    assert "vanished" in (outcomes[0].error or "")


def test_a_stale_holder_is_refused_and_writes_nothing(hands: Hands) -> None:
    if not hands.fenced:
        with hands.system.writer(LOAD) as writer:
            assert not writer.fenced  # and the engine knows it
        return
    record = hands.add(name="a", phone="1")
    shape = shape_of(hands)
    with hands.system.writer(Fence("load:erp", 1)) as stale:
        assert stale.fenced
        with hands.system.writer(Fence("load:erp", 2)) as holder:
            with pytest.raises(LeaseLost):
                stale.apply(hands.mapping, [update(record, {"phone": "1"}, phone="2")], shape)
            with pytest.raises(LeaseLost):
                stale.look_up(hands.mapping, [uuid4()], shape)
            assert holder.apply(hands.mapping, [], shape) == []
        with pytest.raises(LeaseLost), hands.system.writer(Fence("load:erp", 1)):
            pass
    assert hands.read()[record].values["phone"] == "1"
    with hands.system.writer(Fence("another lease", 1)) as other:
        other.apply(hands.mapping, [update(record, {"phone": "1"}, phone="3")], shape)
    assert hands.read()[record].values["phone"] == "3"


def test_the_same_holder_may_open_again(hands: Hands) -> None:
    record = hands.add(name="a", phone="1")
    assert apply(hands, update(record, {"phone": "1"}, phone="2"))[0].state == "confirmed"
    assert apply(hands, update(record, {"phone": "2"}, phone="3"))[0].state == "confirmed"


def test_look_up_tells_what_was_applied_and_nothing_else(hands: Hands) -> None:
    record, doomed = hands.add(name="a", phone="1"), hands.add(name="b")
    base = dict(hands.read()[doomed].values)
    done, made = update(record, {"phone": "1"}, phone="2"), create(name="c")
    gone, failed = delete(doomed, base), update(record, {"phone": "9"}, phone="x")
    outcomes = {o.key: o for o in apply(hands, done, made, gone, failed)}
    with hands.system.writer(Fence("load:erp", 11)) as writer:
        keys = [done.key, made.key, gone.key, failed.key, uuid4()]
        found = writer.look_up(hands.mapping, keys, shape_of(hands))
    assert found.keys() == {done.key, made.key, gone.key}
    for key, outcome in found.items():
        assert outcome == outcomes[key]


def test_what_was_written_comes_back_as_a_change_with_the_hash_that_was_read_back(
    hands: Hands,
) -> None:
    record = hands.add(name="a", credit="1")
    with hands.system.snapshot() as snapshot:
        since, shape = snapshot.position, snapshot.shape(hands.mapping)
    base = {"credit": hands.read()[record].values["credit"]}
    (outcome,) = apply(hands, update(record, base, credit="2.00"))
    with hands.system.snapshot() as snapshot:
        echo = hands.rows(snapshot.changes(hands.mapping, since, [], shape))
    assert outcome.row is not None
    assert echo[record].raw_hash == outcome.row.raw_hash


def test_every_text_survives_the_way_there_and_back(hands: Hands) -> None:
    texts = ["", " ", "'; DROP TABLE customers; --", '"{}" %s %(x)s $1 \\', "\t\n\r", "𝔘𝔫𝔦 你好 é"]
    writes = [create(name="n", phone=text) for text in texts]
    assert {o.state for o in apply(hands, *writes)} == {"confirmed"}
    stored = hands.read()
    assert sorted(str(r.values["phone"]) for r in stored.values()) == sorted(texts)
    again = [update(i, dict(r.values), phone="done") for i, r in stored.items()]
    assert {o.state for o in apply(hands, *again)} == {"confirmed"}


def test_a_call_may_set_different_columns_in_every_write(hands: Hands) -> None:
    values = {
        "phone": "1",
        "credit": "2.00",
        "active": "true",
        "born": "2001-02-03",
        "visits": "4",
    }
    sets = [{c: v for b, (c, v) in enumerate(values.items()) if n & (1 << b)} for n in range(1, 32)]
    ids = [hands.add(name=f"n{n}", credit="9.99", visits="9") for n in range(31)]
    seen = {i: r.values for i, r in hands.read().items()}
    writes = [
        update(i, {c: seen[i][c] for c in new}, **new) for i, new in zip(ids, sets, strict=True)
    ]
    assert {o.state for o in apply(hands, *writes)} == {"confirmed"}
    after = hands.read()
    for record, new in zip(ids, sets, strict=True):
        assert after[record].values == {**seen[record], **new}
    assert list(after[ids[0]].values) == list(COLUMNS)
