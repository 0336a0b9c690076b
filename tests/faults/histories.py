"""Histories: what may happen to two small systems and a hub, one operation at a time.

Several families of customers live in the same two systems. They share the batches and nothing
else (no key is common to two of them), so every family lives a history of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg import errors, sql

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
from tests.faults.people import PARTY, PERSON, TERMS

SYSTEMS = ("erp", "crm")
STEPS = ("extract erp", "extract crm", "validate", "unify", "load erp", "load crm", "finish")
CONTACT = {
    "erp": ("customer_contacts", "contact_no", "customer_code", {
        "full_name": "full_name", "job_title": "position", "phone": "tel", "email": "email"}),
    "crm": ("person", "id", "account_id", {
        "full_name": "display_name", "job_title": "title", "phone": "work_phone",
        "email": "email_address"}),
}  # fmt: skip
ADDRESS = {
    "erp": ("customer_addresses", "address_no", "customer_code", {
        "street": "street", "city": "city", "postal_code": "zip"}),
    "crm": ("account_address", "id", "account_id", {
        "street": "line1", "city": "city", "postal_code": "postcode"}),
}  # fmt: skip
KINDS = {"erp": ("BI", "SH"), "crm": ("billing", "shipping")}

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


@dataclass(frozen=True)
class Edit:
    """Something a person does: `what` to the record that `pick` chooses in one family."""

    family: int
    system: str
    what: str
    pick: int = 0
    field: str = "phone"
    key: int = 0


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
        wide = Limits(count=10**6, share=1.0, deletes=10**6)  # limits have tests of their own
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
    rows = conn.execute(
        "SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n"
        f" ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND ({which})"
    ).fetchall()
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
        self.operations = 0
        self.batches = 0
        self.newest_done = 0  # the newest batch that ran to its end
        self._gone: list[tuple[int, str, str, int]] = []  # family, system, key, newest batch then
        self._numbers = count(1)
        self._runs = count(1)
        self._stack = ExitStack()
        self.sessions = {
            s: self._stack.enter_context(
                psycopg.connect(url, autocommit=True, application_name=PERSON)
            )
            for s, url in world.urls.items()
        }

    def close(self) -> None:
        """End the people's sessions."""
        self._stack.close()

    def play(self, operations: Sequence[tuple[Any, ...]]) -> None:
        """Do each operation: its name, then its arguments. Batches are chosen from the newest."""
        for name, *given in operations:
            getattr(self, name)(*given)

    # What people do

    def people(self, edits: Sequence[Edit]) -> None:
        """People act, one after the other. What their system refuses is not done."""
        for edit in edits:
            session = self.sessions[edit.system]
            try:
                with session.transaction():
                    getattr(self, "_" + edit.what)(session, edit)
            except errors.IntegrityError:
                continue

    def _parties(self, session: psycopg.Connection[Any], edit: Edit) -> list[str]:
        table, id_, columns = PARTY[edit.system]
        web = columns["website"]
        rows = session.execute(
            f"SELECT {id_}::text FROM {table} WHERE {web} LIKE %s ORDER BY {web}, {id_}",
            (f"https://f{edit.family}-%",),
        ).fetchall()
        return [r[0] for r in rows]

    def _pick(self, keys: Sequence[str], edit: Edit) -> str | None:
        return keys[edit.pick % len(keys)] if keys else None

    def _insert(self, session: psycopg.Connection[Any], edit: Edit, key: str | None = None) -> None:
        table, id_, columns = PARTY[edit.system]
        n = next(self._numbers)
        values: dict[str, Any] = {
            "legal_name": f"Family {edit.family} number {n}",
            "kind": {"erp": "O", "crm": "Company"}[edit.system],
            "website": f"https://f{edit.family}-{n}.example",
            **self._keys(edit),
        }
        if edit.pick % 2:
            values["phone"] = f"+44207{n:07d}"
        named = {columns[f]: v for f, v in values.items() if v is not None}
        _add(session, table, named if key is None else {id_: key, **named})

    def _keys(self, edit: Edit) -> dict[str, str | None]:
        """Match keys, of which a family has two of each kind."""
        tax, mail = edit.key % 3, edit.key // 3 % 3
        return {
            "tax_id": f"GB{edit.family:05d}{tax:04d}" if tax else None,
            "email": f"m{mail}@f{edit.family}.example" if mail else None,
        }

    def _update(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, columns = PARTY[edit.system]
        key = self._pick(self._parties(session, edit), edit)
        if key is None:
            return
        n = next(self._numbers)
        value = {
            "legal_name": f"Family {edit.family} name {n}",
            "phone": f"+44208{n:07d}",
            "email": f"n{n}@f{edit.family}.example",
            "payment_terms": TERMS[edit.system][n % 5],
        }[edit.field]
        _set(session, table, id_, key, {columns[edit.field]: value})

    def _blank(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, columns = PARTY[edit.system]
        key = self._pick(self._parties(session, edit), edit)
        if key is not None:
            name = {"legal_name": "email", "payment_terms": "tax_id"}.get(edit.field, edit.field)
            _set(session, table, id_, key, {columns[name]: None})

    def _rekey(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, columns = PARTY[edit.system]
        key = self._pick(self._parties(session, edit), edit)
        if key is not None:
            values = {columns[f]: v for f, v in self._keys(edit).items()}
            _set(session, table, id_, key, values)

    def _delete(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        key = self._pick(self._parties(session, edit), edit)
        if key is not None:
            self._remove(session, edit.system, key)
            self._gone.append((edit.family, edit.system, key, self.batches))

    def _remove(self, session: psycopg.Connection[Any], system: str, key: str) -> None:
        for child in (CONTACT, ADDRESS):
            table, _, parent, _ = child[system]
            session.execute(f"DELETE FROM {table} WHERE {parent}::text = %s", (key,))
        table, id_, _ = PARTY[system]
        session.execute(f"DELETE FROM {table} WHERE {id_}::text = %s", (key,))

    def _reuse(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        """Type in a customer under the key of one whose deletion batches have seen."""
        keys = [
            key for family, system, key, batch in self._gone
            if (family, system) == (edit.family, edit.system) and batch < self.newest_done
        ]  # fmt: skip
        key = self._pick(keys, edit)
        if key is not None:
            self._insert(session, edit, key)

    def _merge(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        """Give one customer's contacts and addresses to another one and delete it."""
        keys = self._parties(session, edit)
        if len(keys) < 2:
            return
        loser = keys[edit.pick % len(keys)]
        winner = keys[(edit.pick + 1) % len(keys)]
        for child in (CONTACT, ADDRESS):
            table, _, parent, _ = child[edit.system]
            session.execute(
                f"UPDATE {table} SET {parent} = (SELECT {PARTY[edit.system][1]}"
                f" FROM {PARTY[edit.system][0]} WHERE {PARTY[edit.system][1]}::text = %s)"
                f" WHERE {parent}::text = %s", (winner, loser),
            )  # fmt: skip
        self._remove(session, edit.system, loser)

    def _children(self, session: psycopg.Connection[Any], edit: Edit, child: Any) -> list[str]:
        table, id_, parent, _ = child[edit.system]
        party, party_id, columns = PARTY[edit.system]
        rows = session.execute(
            f"SELECT c.{id_}::text FROM {table} AS c JOIN {party} AS p ON p.{party_id} = c.{parent}"
            f" WHERE p.{columns['website']} LIKE %s ORDER BY p.{columns['website']}, c.{id_}",
            (f"https://f{edit.family}-%",),
        ).fetchall()
        return [r[0] for r in rows]

    def _add_contact(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, _, parent, columns = CONTACT[edit.system]
        key = self._pick(self._parties(session, edit), edit)
        if key is None:
            return
        n = next(self._numbers)
        values = {
            "full_name": f"Person {n}", "email": f"p{edit.key % 2}@f{edit.family}.example",
            "phone": f"+44209{n:07d}",
        }  # fmt: skip
        _add(session, table, {parent: key, **{columns[f]: v for f, v in values.items()}})

    def _edit_contact(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, _, columns = CONTACT[edit.system]
        key = self._pick(self._children(session, edit, CONTACT), edit)
        if key is None:
            return
        n = next(self._numbers)
        name = ("full_name", "job_title", "phone")[edit.key % 3]
        value = {"full_name": f"Person {n}", "job_title": f"Job {n}", "phone": f"+44206{n:07d}"}
        _set(session, table, id_, key, {columns[name]: value[name]})

    def _drop_contact(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        self._drop(session, edit, CONTACT)

    def _add_address(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, _, parent, columns = ADDRESS[edit.system]
        key = self._pick(self._parties(session, edit), edit)
        if key is None:
            return
        n = next(self._numbers)
        kind = {"erp": "addr_type", "crm": "kind"}[edit.system]
        values = {columns["street"]: f"{n} Road", columns["city"]: "London"}
        _add(session, table, {parent: key, kind: KINDS[edit.system][edit.key % 2], **values})

    def _edit_address(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, _, columns = ADDRESS[edit.system]
        key = self._pick(self._children(session, edit, ADDRESS), edit)
        if key is not None:
            n = next(self._numbers)
            name = ("street", "city", "postal_code")[edit.key % 3]
            _set(session, table, id_, key, {columns[name]: f"N{n}"})

    def _drop_address(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        self._drop(session, edit, ADDRESS)

    def _drop(self, session: psycopg.Connection[Any], edit: Edit, child: Any) -> None:
        table, id_, _, _ = child[edit.system]
        key = self._pick(self._children(session, edit, child), edit)
        if key is not None:
            session.execute(f"DELETE FROM {table} WHERE {id_}::text = %s", (key,))

    # What batches do

    def begin(self, lane: str, steps: int) -> None:
        """The first steps of a batch."""
        self.steps(self.fresh(lane), steps)

    def fresh(self, lane: str) -> Open:
        """A batch that has done nothing yet."""
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
        if self.open:
            self.steps(self.open[-1 - which % len(self.open)], steps)

    def again(self, which: int, step: str) -> None:
        """A step that a batch has behind it, once more."""
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
            for s in self.sessions.values()
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


def _add(session: psycopg.Connection[Any], table: str, values: Mapping[str, Any]) -> None:
    session.execute(
        sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.SQL("%s") for _ in values),
        ),
        list(values.values()),
    )


def _set(
    session: psycopg.Connection[Any], table: str, id_: str, key: str, values: Mapping[str, Any]
) -> None:
    session.execute(
        sql.SQL("UPDATE {} SET {} WHERE {}::text = %s").format(
            sql.Identifier(table),
            sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(c)) for c in values),
            sql.Identifier(id_),
        ),
        [*values.values(), key],
    )
