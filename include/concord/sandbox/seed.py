"""Fill both sides with invented customers; the truth about them goes to a file apart."""

from __future__ import annotations

import csv
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from concord.errors import ConcordError
from concord.hub.database import safe_address
from concord.sandbox.database import (
    CRM,
    ERP,
    Connection,
    Row,
    Side,
    copy_in,
    create,
    is_empty,
    opened,
    script,
)
from concord.sandbox.sides import Sides
from concord.sandbox.world import MAX_CUSTOMERS, World

TRUTH_COLUMNS = ("true_id", "system", "entity", "source_id", "dirt")
CHUNK = 1000
"""Customers made at a time: memory does not grow with their number, and each chunk has a random
stream of its own, so that the first thousand are the same however many follow."""

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class SeedSummary:
    """What was made. Equal for equal arguments but for `seconds`.

    `rows` is by table, `dirt` by kind over both sides (kinds: README.md).
    """

    customers: int
    both: int
    erp_only: int
    crm_only: int
    rows: Mapping[str, int]
    dirt: Mapping[str, int]
    truth: Path = field(compare=False)
    seconds: float = field(compare=False)

    def __str__(self) -> str:
        rows = sum(self.rows.values())
        return (
            f"{self.customers:,} customers in {rows:,} rows, {self.seconds:.1f} s: "
            f"{self.both:,} on both sides, {self.erp_only:,} in the ERP only, "
            f"{self.crm_only:,} in the CRM only.\nThe truth about them is in {self.truth}"
        )


def seed(
    erp_url: str,
    crm_url: str,
    customers: int = 1000,
    seed: int = 1,
    truth_path: Path | str = "truth.csv",
    progress: Progress | None = None,
) -> SeedSummary:
    """Fill two empty sides with `customers` true customers; makes the tables where missing.

    Equal arguments give equal rows. The truth is CSV with the columns of TRUTH_COLUMNS, one row a
    record; dirt kinds are separated by `|`. Everything is committed at the end or not at all.
    `progress` is called with customers done and wanted.

    Raises:
        ConcordError: a side holds customers already, or the number is out of range.
        SystemUnavailable, NotAuthorised: see `database.opened`.
    """
    _require_room(erp_url, crm_url, customers)
    started = time.monotonic()
    rows: Counter[str] = Counter()
    known: Counter[str] = Counter()
    dirt: Counter[str] = Counter()
    with (
        _truth_file(Path(truth_path)) as writer,
        opened(ERP, erp_url) as erp,
        opened(CRM, crm_url) as crm,
        _Copier(ERP, erp) as to_erp,
        _Copier(CRM, crm) as to_crm,
    ):
        for sides in _chunks(customers, seed, known, progress):
            for copier, made in ((to_erp, sides.erp.rows), (to_crm, sides.crm.rows)):
                copier.send(made)
                rows.update({table: len(found) for table, found in made.items()})
            writer.writerows(sides.truth)
            for *_, kinds in sides.truth:
                if kinds:
                    dirt.update(kinds.split("|"))
        to_erp.finish()
        to_crm.finish()
    return SeedSummary(
        customers=customers,
        both=known["both"],
        erp_only=known["erp"],
        crm_only=known["crm"],
        rows=dict(rows),
        dirt=dict(sorted(dirt.items())),
        truth=Path(truth_path),
        seconds=time.monotonic() - started,
    )


def _require_room(erp_url: str, crm_url: str, customers: int) -> None:
    if not 1 <= customers <= MAX_CUSTOMERS:
        raise ConcordError(f"The sandbox makes 1 to {MAX_CUSTOMERS} customers, not {customers}.")
    create(erp_url, crm_url)
    if not is_empty(erp_url, crm_url):
        raise ConcordError(
            f"The sandbox at {safe_address(erp_url)} and {safe_address(crm_url)} holds customers "
            "already. Empty it first: ./concord sandbox seed --reset."
        )


def _chunks(
    customers: int, seed: int, known: Counter[str], progress: Progress | None
) -> Iterator[Sides]:
    """The rows of CHUNK customers at a time, in one object that is emptied for the next."""
    world, sides = World(seed), Sides()
    for start in range(0, customers, CHUNK):
        rng = Random(f"{seed}:{start}")
        end = min(start + CHUNK, customers)
        for serial in range(start, end):
            customer = world.customer(rng, serial, f"T{serial + 1:07d}")
            known[sides.add(rng, customer)] += 1
        sides.add_doubles(rng)
        yield sides
        sides.erp.rows.clear()
        sides.crm.rows.clear()
        sides.truth.clear()
        if progress:
            progress(end, customers)


class _Copier:
    """COPYs one side's rows in a thread, while the next chunk is being made."""

    def __init__(self, side: Side, connection: Connection) -> None:
        self.side, self.connection = side, connection
        self.thread = ThreadPoolExecutor(1, thread_name_prefix=f"copy-{side.name}")
        self.running: Future[None] | None = None

    def __enter__(self) -> _Copier:
        return self

    def __exit__(self, *error: object) -> None:
        self.thread.shutdown()

    def send(self, rows: Mapping[str, list[Any]]) -> None:
        """Start on these rows when the ones before are done; raises what went wrong with those."""
        self._wait()
        mine = {table: rows[table] for table in self.side.tables if rows.get(table)}
        self.running = self.thread.submit(self._copy, mine)

    def finish(self) -> None:
        """Wait for the last rows, then set keys and statistics."""
        self._wait()
        self.connection.execute(script(f"{self.side.name}_loaded"))

    def _wait(self) -> None:
        if self.running:
            self.running.result()
            self.running = None

    def _copy(self, rows: dict[str, list[Row]]) -> None:
        for table in rows:
            copy_in(self.connection, table, rows[table])


@contextmanager
def _truth_file(path: Path) -> Iterator[Any]:
    """A CSV writer whose file takes its name only when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(TRUTH_COLUMNS)
            yield writer
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
