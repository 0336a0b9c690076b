"""Row hashes and digests tell apart what differs and nothing else."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from concord.systems.digest import bucket_of, hash_sum, row_hash

VALUES = st.dictionaries(st.text(max_size=8), st.none() | st.text(max_size=20), max_size=5)


@given(VALUES, VALUES)
def test_rows_have_one_hash_exactly_when_they_are_equal(
    one: dict[str, str | None], other: dict[str, str | None]
) -> None:
    assert (row_hash(one) == row_hash(other)) == (one == other)


@given(VALUES)
def test_the_order_of_columns_does_not_matter(values: dict[str, str | None]) -> None:
    assert row_hash(dict(reversed(list(values.items())))) == row_hash(values)


def test_values_cannot_run_into_each_other() -> None:
    assert row_hash({"a": "1;b=1:2"}) != row_hash({"a": "1", "b": "2"})
    assert row_hash({"a": None}) != row_hash({"a": "~"})


RECORDS = st.dictionaries(st.text(max_size=5), st.uuids(), min_size=1, max_size=10)


@given(RECORDS)
def test_a_digest_ignores_order_and_sees_every_change(records: dict[str, UUID]) -> None:
    pairs = list(records.items())
    assert hash_sum(reversed(pairs)) == hash_sum(pairs)
    first = pairs[0][0]
    changed = {**records, first: UUID(int=records[first].int ^ 1)}
    assert hash_sum(changed.items()) != hash_sum(pairs)
    assert hash_sum(pairs[1:]) != hash_sum(pairs)


@given(RECORDS, st.uuids())
def test_a_record_that_is_there_twice_does_not_cancel_itself(
    records: dict[str, UUID], raw_hash: UUID
) -> None:
    pairs = list(records.items())
    once, twice = [*pairs, ("x", raw_hash)], [*pairs, ("x", raw_hash), ("x", raw_hash)]
    assert len({hash_sum(pairs), hash_sum(once), hash_sum(twice)}) == 3


@given(st.uuids(), st.uuids())
def test_values_that_two_records_have_swapped_do_not_cancel_each_other(a: UUID, b: UUID) -> None:
    assert (hash_sum([("x", a), ("y", b)]) == hash_sum([("x", b), ("y", a)])) == (a == b)


@given(st.uuids(), st.uuids())
def test_two_records_that_change_alike_do_not_cancel_each_other(a: UUID, b: UUID) -> None:
    assert (hash_sum([("x", a), ("y", a)]) == hash_sum([("x", b), ("y", b)])) == (a == b)
    assert (hash_sum([("x", a), ("y", b)]) == hash_sum([("x", b), ("y", b)])) == (a == b)


def test_keys_spread_over_all_buckets() -> None:
    counts = [0] * 16
    for n in range(4_000):
        counts[bucket_of(f"C{n}", 16)] += 1
    assert sum(counts) == 4_000
    assert min(counts) > 150
