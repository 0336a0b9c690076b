"""Histories: what may happen to two small systems and a hub, one operation at a time.

Several families of customers live in the same two systems. They share the batches and nothing
else (no key is common to two of them), so every family lives a history of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import sql

from concord.hub.database import Hub
from concord.model.spec import Config, Limits
from concord.pipeline import (
    Engine,
    begin,
    confirm,
    extract,
    finish,
    golden_check,
    images,
    lease,
    load,
    plan,
    stage,
    unify,
    validate,
)
from concord.systems.postgres.writer import PostgresWriter
from tests.faults import people as people_room
from tests.faults.checker import Verdict, check, shown
from tests.faults.families import Edit, Families

STEPS = ("extract erp", "extract crm", "validate", "unify", "load erp", "load crm", "finish")
SEAMS: Mapping[str, tuple[object, str]] = {
    "staged": (stage, "fill"),
    "images": (images, "take"),
    "checked": (golden_check, "check"),
    "planned": (plan, "plan"),
    "leased": (lease, "renew"),
    "written": (PostgresWriter, "apply"),
    "confirmed": (confirm, "store"),
    "dropped": (stage, "drop_all"),
}
"""Places in the engine where a process may die, or people act, before or after the call."""


class Died(Exception):
    """Stands for the process ending at this line."""


@dataclass
class World:
    """Two systems and a hub that one history after the other lives in."""

    config: Config
    hub: Hub
    urls: Mapping[str, str]
    expectations: Any
    admin_url: str  # of the hub
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        # limits have tests of their own
        wide = Limits(count=10**6, share=1.0, deletes=10**6, first_load=10**6)
        systems = tuple(s.model_copy(update={"limits": wide}) for s in self.config.systems)
        self.config = self.config.model_copy(update={"systems": systems})
        self.config.__dict__.pop("system", None)  # what was derived from the old ones
        self.engine = Engine(self.config, self.hub, self.urls, self.expectations)
        people_room.watch(self.config, self.urls)
        self._number_keys()

    def _number_keys(self) -> None:
        """Keys that a history gets again when it is tried again."""
        with psycopg.connect(self.urls["crm"]) as conn:
            conn.execute("CREATE SEQUENCE people.key")
            conn.execute(
                "CREATE FUNCTION people.next_key() RETURNS uuid LANGUAGE sql SECURITY DEFINER"
                " RETURN lpad(to_hex(nextval('people.key')), 32, '0')::uuid"
            )
            for table in ("account", "person", "account_address"):
                conn.execute(
                    sql.SQL("ALTER TABLE {} ALTER id SET DEFAULT people.next_key()").format(
                        sql.Identifier(table)
                    )
                )

    def empty(self) -> None:
        """As it was at first; much quicker than other databases."""
        for url in self.urls.values():
            with psycopg.connect(url) as conn:
                _truncate(conn, "n.nspname IN ('public', 'people')")
                conn.execute("DELETE FROM concord.change_log")
                conn.execute("DELETE FROM concord.applied")
                conn.execute("DELETE FROM concord.fence")
        with psycopg.connect(self.urls["crm"]) as conn:
            conn.execute("ALTER SEQUENCE people.key RESTART")
        with psycopg.connect(self.admin_url, autocommit=True) as conn:
            _truncate(
                conn,
                "n.nspname IN ('image', 'golden') OR n.nspname = 'ops'"
                " AND c.relname NOT IN ('audit', 'model_migration')",
            )
            conn.execute("ALTER SEQUENCE ops.read_seq RESTART")
            for (name,) in conn.execute(
                "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n"
                " ON n.oid = c.relnamespace WHERE n.nspname = 'stage' AND c.relkind = 'r'"
            ).fetchall():
                conn.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier("stage", name)))
            conn.execute(
                "VACUUM pg_class, pg_attribute, pg_type, pg_depend, pg_index, pg_statistic"
            )


def _truncate(conn: psycopg.Connection[Any], which: str) -> None:
    """Empty those tables; one without pages has had no row since it was last emptied."""
    rows = conn.execute(
        "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n"
        " ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND pg_relation_size(c.oid) > 0"
        f" AND ({which})"
    ).fetchall()
    if not rows:
        return
    names = sql.SQL(", ").join(sql.Identifier(*row) for row in rows)
    conn.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))


@dataclass
class Open:
    """A batch, and how many of its steps it has behind it."""

    id: int
    number: int
    done: int = 0


class History:
    """One history in a world that is empty when it begins."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.open: list[Open] = []
        self.calls = 0  # operations of batches
        self.batches = 0
        self.newest_done = 0  # the newest batch that ran to its end
        self._runs = count(1)
        self.families = Families(world.urls, lambda: (self.batches, self.newest_done))

    def close(self) -> None:
        """End the people's sessions."""
        self.families.close()

    def people(self, edits: Sequence[Edit]) -> None:
        """People act."""
        self.families.act(edits)

    def operations(self, family: int) -> int:
        """How many operations one family's history has: its people's, and those of batches."""
        return self.families.acts[family] + self.calls

    def play(self, operations: Sequence[tuple[Any, ...]]) -> None:
        """Do each operation: its name, then its arguments. Batches are chosen from the newest."""
        for name, *given in operations:
            getattr(self, name)(*given)

    def begin(self, lane: str, steps: int) -> None:
        """The first steps of a batch."""
        self.steps(self.fresh(lane), steps)

    def fresh(self, lane: str) -> Open:
        """A batch that has done nothing yet."""
        self.calls += 1
        run = next(self._runs)
        batch = Open(begin(self.world.engine, lane=lane, run_id=f"history/{lane}/{run}"), run)
        self.open.append(batch)
        self.batches += 1
        return batch

    def batch(self, lane: str = "fast") -> dict[str, int]:
        """A whole batch."""
        return self.steps(self.fresh(lane), len(STEPS))

    def go_on(self, which: int, steps: int) -> None:
        """The next steps of a batch that was begun; 0 is the newest one."""
        self.calls += 1
        if self.open:
            self.steps(self.open[-1 - which % len(self.open)], steps)

    def again(self, which: int, step: str) -> None:
        """A step that a batch has behind it, once more."""
        self.calls += 1
        if self.open:
            batch = self.open[-1 - which % len(self.open)]
            if STEPS.index(step) < batch.done:
                self.step(batch.id, step)

    def steps(self, batch: Open, steps: int) -> dict[str, int]:
        """The next steps of a batch; returns its counts so far."""
        counts: dict[str, int] = {}
        for _ in range(steps):
            if batch.done == len(STEPS):
                break
            for name, n in self.step(batch.id, STEPS[batch.done]).items():
                counts[name] = counts.get(name, 0) + n
            batch.done += 1
            if batch.done == len(STEPS):
                self.newest_done = max(self.newest_done, batch.number)
        return counts

    def step(self, batch_id: int, name: str) -> Mapping[str, int]:
        """One step of a batch, whatever was done of it before."""
        what, _, system = name.partition(" ")
        engine = self.world.engine
        if what == "extract":
            return extract(engine, batch_id, system)
        if what == "load":
            return load(engine, batch_id, system)
        return {"validate": validate, "unify": unify, "finish": finish}[what](engine, batch_id)

    def die(self, lane: str, seam: str, after: bool) -> None:
        """A batch that passes a seam and dies there; it may be continued."""

        def end(*_: Any) -> None:
            raise Died

        with at(seam, end, after=after):
            try:
                self.batch(lane)
            except Died:
                return

    def meddle(self, lane: str, seam: str, after: bool, edits: Sequence[Edit]) -> None:
        """A batch during which people edit at the moment that it passes a seam."""
        with at(seam, lambda: self.people(edits), after=after):
            self.batch(lane)

    def quiet(self) -> None:
        """People stop; batches go on until one plans nothing, which is soon.

        Raises AssertionError when it is not, when anything is still written after that, or when
        people's work is not where it should be.
        """
        for _ in range(5):
            counts = self.batch()
            if not counts.get("planned") and not counts.get("confirmed_earlier"):
                break
        else:
            raise AssertionError("five quiet batches did not settle")
        before = self._writes()
        counts = self.batch("nightly")
        assert not counts.get("planned"), f"the nightly batch planned {counts['planned']}"
        assert self._writes() == before, "a batch wrote though nothing had changed"
        verdict = self.verdict()
        assert verdict.clean, verdict.words()

    def verdict(self) -> Verdict:
        """What the checker finds."""
        world = self.world
        return check(world.config, world.urls, shown(world.hub.url))

    def _writes(self) -> int:
        return sum(
            s.execute("SELECT count(*) FROM people.log WHERE NOT human").fetchall()[0][0]
            for s in self.families.sessions.values()
        )


@contextmanager
def at(seam: str, then: Callable[[], object], *, after: bool) -> Iterator[None]:
    """Do something the first time that the engine comes to a seam."""
    room, name = SEAMS[seam]
    real = getattr(room, name)
    left = [then]

    def passing(*args: Any, **kwargs: Any) -> Any:
        if left and not after:
            left.pop()()
        result = real(*args, **kwargs)
        if left and after:
            left.pop()()
        return result

    with patch.object(room, name, passing):
        yield
