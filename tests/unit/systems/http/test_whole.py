"""Whole readings: what looks like fewer records is refused, and proved when it is all there is."""

from __future__ import annotations

import pytest

from concord.systems.http.records import Reshaped, row, text, value
from concord.systems.http.whole import Census, Incomplete, Page, follows, pages, prove


def read(*given: Page) -> list[str]:
    turns = iter(given)
    return [str(r["id"]) for r in pages(lambda after: next(turns), "id")]


def page(*ids: str, next: str | None = None) -> Page:
    return Page([{"id": i} for i in ids], next)


def test_pages_follow_each_other() -> None:
    assert read(page("a", "b", next="b"), page("c")) == ["a", "b", "c"]
    assert read(page()) == []


@pytest.mark.parametrize(
    "given",
    [
        [page("a", next="a"), page("a")],  # the same page again
        [page("b", next="b"), page("a")],  # one from elsewhere
        [page("a", next="a"), page(next="a")],  # nothing, and more to come
        [Page([{"name": "x"}], None)],
        [Page([{"id": 7}], None)],
    ],
)
def test_pages_that_do_not_add_up_are_refused(given: list[Page]) -> None:
    with pytest.raises(Incomplete):
        read(*given)


def test_as_many_as_the_service_counts_is_proof() -> None:
    prove({"a", "b"}, {}, Census(2, 0))
    # c was made and d deleted while pages were read: seen or not, the count tells.
    prove({"a", "b"}, {"c": True, "d": False}, Census(3, 2))
    prove({"a", "b", "c", "d"}, {"c": True, "d": False}, Census(3, 2))


@pytest.mark.parametrize(
    ("seen", "moved"),
    [
        (set(), {}),  # an empty page
        ({"a"}, {}),  # one cut short
        ({"a", "b", "x"}, {}),  # more than there are: something else was read
        ({"a"}, {"c": True, "d": False}),
    ],
)
def test_another_count_is_refused(seen: set[str], moved: dict[str, bool]) -> None:
    total = 2 + sum(moved.values())
    with pytest.raises(Incomplete, match=str(total)):
        prove(seen, moved, Census(total, 0))


def test_a_feed_with_a_hole_is_refused() -> None:
    follows([4, 5, 6], 3, 6)
    follows([], 3, 3)
    for numbers in ([4, 6], [4, 5], [], [5, 4, 6], [4, 4, 5, 6]):
        with pytest.raises(Incomplete):
            follows(numbers, 3, 6)


def test_a_column_that_does_not_come_is_no_null() -> None:
    assert row({"id": "1", "a": None}, "1", ["a"]).values == {"a": None}
    with pytest.raises(Reshaped, match="b"):
        row({"id": "1", "a": None}, "1", ["a", "b"])
    with pytest.raises(Reshaped):
        row({"id": "1", "a": {"amount": "1"}}, "1", ["a"])


def test_values_travel_in_one_text_form_each() -> None:
    assert [text(v) for v in (None, "", "x", True, False, 7)] == [
        None, "", "x", "true", "false", "7"
    ]  # fmt: skip
    assert value("true", "boolean") is True
    assert value("07", "integer") == 7
    assert value("1.50", "decimal") == "1.50"
    assert value(None, "integer") is None
    with pytest.raises(ValueError, match="seven"):
        value("seven", "integer")
