"""Paging by key: a page begins after a mark, so that page 200 costs what page 1 costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar

from concord.errors import ConcordError, Said

T = TypeVar("T")
LONGEST = 500  # items on a page


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some items of a list; `after` is the mark of the next page, None on the last one."""

    items: tuple[T, ...]
    after: str | None


def size(limit: int) -> int:
    """A page's length within what a page may have. Raises ConcordError below 1."""
    if limit < 1:
        raise ConcordError(f"a page needs at least one line, not {limit}")
    return min(limit, LONGEST)


def page(
    rows: Sequence[Sequence[Any]],
    limit: int,
    make: Callable[[Sequence[Any]], T],
    mark: Callable[[T], Sequence[object]],
) -> Page[T]:
    """A page from up to `limit` + 1 rows: the one too many only says that there is a next page."""
    items = tuple(make(row) for row in rows[:limit])
    more = len(rows) > limit
    return Page(items, "~".join(str(part) for part in mark(items[-1])) if more else None)


def read_mark(after: str, *kinds: Callable[[str], Any]) -> list[Any]:
    """The parts of a mark, each read by its kind. Raises ConcordError for a text that is none."""
    parts = after.split("~")
    try:
        if len(parts) != len(kinds):
            raise ValueError
        return [kind(part) for kind, part in zip(kinds, parts, strict=True)]
    except (ValueError, InvalidOperation):
        why = "this is no mark of a page of this list: begin with its first page"
        raise ConcordError(Said(why, "list.no_mark")) from None


def amount(text: str) -> Decimal:
    """A finite number of a mark. Raises ValueError."""
    found = Decimal(text)
    if not found.is_finite():
        raise ValueError(text)
    return found
