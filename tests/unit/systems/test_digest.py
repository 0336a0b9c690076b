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


@given(st.dictionaries(st.text(max_size=5), st.uuids(), min_size=1, max_size=10))
def test_a_digest_ignores_order_and_sees_every_change(records: dict[str, UUID]) -> None:
    shuffled = dict(sorted(records.items(), reverse=True))
    assert hash_sum(shuffled) == hash_sum(records)
    first = next(iter(records))
    assert hash_sum({**records, first: UUID(int=records[first].int ^ 1)}) != hash_sum(records)
    assert hash_sum({k: v for k, v in records.items() if k != first}) != hash_sum(records)


def test_keys_spread_over_all_buckets() -> None:
    counts = [0] * 16
    for n in range(4_000):
        counts[bucket_of(f"C{n}", 16)] += 1
    assert sum(counts) == 4_000
    assert min(counts) > 150
