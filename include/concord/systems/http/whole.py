"""Whole readings: pages of a service are taken for all records only when that is proved.

An empty page, a page cut short and a page that a right hides look alike: fewer records, status 200.
Taken for all there is, every record that is not in it would look deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from concord.systems.http.client import Client
from concord.systems.http.records import Record, Reshaped


class Incomplete(Exception):
    """What was read is not all that there is. The message says how that was found."""


@dataclass(frozen=True)
class Page:
    """One page: records in the order of their ids, and the id after which the next one begins."""

    records: Sequence[Record]
    next: str | None


@dataclass(frozen=True)
class Census:
    """How many records there are, at one moment of a feed of changes."""

    total: int
    moment: int


@contextmanager
def refusing(client: Client, path: str) -> Iterator[None]:
    """Refuse a reading that turns out not to be whole or not of its shape: SystemUnavailable.

    Nothing of it is taken in then, and the next batch reads and looks at the shape again.
    """
    try:
        yield
    except (Incomplete, Reshaped) as e:
        raise client.unavailable(f"{path} was not read whole: {e}") from None


def pages(turn: Callable[[str | None], Page], id_name: str) -> Iterator[Record]:
    """All records, page after page; `turn(after)` fetches the page that follows an id.

    Raises:
        Incomplete: a record has no id, ids do not grow (a page came twice or from elsewhere), or an
            empty page says that there are more.
    """
    after: str | None = None
    while True:
        page = turn(after)
        for record in page.records:
            here = record.get(id_name)
            if not isinstance(here, str):
                raise Incomplete("a record came without its id")
            if after is not None and here <= after:
                raise Incomplete("a page repeats what an earlier one had")
            after = here
            yield record
        if page.next is None:
            return
        if not page.records:
            raise Incomplete("an empty page says that there are more")


def prove(seen: Collection[str], moved: Mapping[str, bool], after: Census) -> None:
    """Prove that `seen` is every record, though others go on working meanwhile.

    `moved` has what changed between the moment before the first page and that of the census
    `after`: id -> whether it was there at the end. What did not move and was seen, and what moved
    and is there, must be as many as the service counts.

    Raises:
        Incomplete: they are not.
    """
    quiet = sum(1 for i in seen if i not in moved)
    there = sum(moved.values())
    if quiet + there != after.total:
        raise Incomplete(
            f"{quiet + there} records were read where the service counts {after.total}"
        )


def follows(numbers: Sequence[int], since: int, until: int) -> None:
    """Prove that a feed's numbers are all from `since` (not included) to `until`, in order.

    Raises:
        Incomplete: one is missing, came twice or out of order.
    """
    if list(numbers) != list(range(since + 1, until + 1)):
        raise Incomplete(
            f"the feed gave {len(numbers)} changes where there are {until - since} after {since}"
        )
