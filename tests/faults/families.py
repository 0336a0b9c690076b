"""Families of customers, and what people do to them: each has match keys of its own.

Whatever happens to one family, nothing of it is the same thing as anything of another one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, sql

from tests.faults.people import PARTY, PERSON, TERMS

SYSTEMS = ("erp", "crm")
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


@dataclass(frozen=True)
class Edit:
    """Something a person does: `what` to the record that `pick` chooses in one family."""

    family: int
    system: str
    what: str
    pick: int = 0
    field: str = "phone"
    key: int = 0


class Families:
    """People's sessions in both systems. `batches` says how many began, and the newest done."""

    def __init__(self, urls: Mapping[str, str], batches: Callable[[], tuple[int, int]]) -> None:
        self.batches = batches
        self.acts: Counter[int] = Counter()  # what was done to each family
        self._numbers: dict[int, Iterator[int]] = defaultdict(lambda: count(1))
        self._gone: list[tuple[int, str, str, int]] = []  # family, system, key, newest batch then
        self._stack = ExitStack()
        self.sessions = {
            s: self._stack.enter_context(
                psycopg.connect(url, autocommit=True, application_name=PERSON)
            )
            for s, url in urls.items()
        }

    def close(self) -> None:
        """End the sessions."""
        self._stack.close()

    def act(self, edits: Sequence[Edit]) -> None:
        """People act, one after the other. What their system refuses is not done."""
        for edit in edits:
            session = self.sessions[edit.system]
            self.acts[edit.family] += 1
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
        n = next(self._numbers[edit.family])
        values: dict[str, Any] = {
            "legal_name": f"Family {edit.family} number {n}",
            "kind": {"erp": "O", "crm": "Company"}[edit.system],
            "website": f"https://f{edit.family}-{n}.example",
            **self._keys(edit),
        }
        if edit.pick % 2:
            values["phone"] = f"+44207{edit.family:03d}{n:04d}"
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
        n = next(self._numbers[edit.family])
        value = {
            "legal_name": f"Family {edit.family} name {n}",
            "phone": f"+44208{edit.family:03d}{n:04d}",
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
            self._gone.append((edit.family, edit.system, key, self.batches()[0]))

    def _remove(self, session: psycopg.Connection[Any], system: str, key: str) -> None:
        for child in (CONTACT, ADDRESS):
            table, _, parent, _ = child[system]
            session.execute(f"DELETE FROM {table} WHERE {parent}::text = %s", (key,))
        table, id_, _ = PARTY[system]
        session.execute(f"DELETE FROM {table} WHERE {id_}::text = %s", (key,))

    def _reuse(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        """Type in a customer under the key of one whose deletion batches have seen."""
        newest_done = self.batches()[1]
        keys = [
            key for family, system, key, batch in self._gone
            if (family, system) == (edit.family, edit.system) and batch < newest_done
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
        n = next(self._numbers[edit.family])
        values = {
            "full_name": f"Person {edit.family} {n}",
            "email": f"p{edit.key % 2}@f{edit.family}.example",
            "phone": f"+44209{edit.family:03d}{n:04d}",
        }
        _add(session, table, {parent: key, **{columns[f]: v for f, v in values.items()}})

    def _edit_contact(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, _, columns = CONTACT[edit.system]
        key = self._pick(self._children(session, edit, CONTACT), edit)
        if key is None:
            return
        n = next(self._numbers[edit.family])
        name = ("full_name", "job_title", "phone")[edit.key % 3]
        value = {
            "full_name": f"Person {edit.family} {n}",
            "job_title": f"Job {edit.family} {n}",
            "phone": f"+44206{edit.family:03d}{n:04d}",
        }
        _set(session, table, id_, key, {columns[name]: value[name]})

    def _drop_contact(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        self._drop(session, edit, CONTACT)

    def _add_address(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, _, parent, columns = ADDRESS[edit.system]
        key = self._pick(self._parties(session, edit), edit)
        if key is None:
            return
        n = next(self._numbers[edit.family])
        kind = {"erp": "addr_type", "crm": "kind"}[edit.system]
        values = {columns["street"]: f"{n} Road {edit.family}", columns["city"]: "London"}
        _add(session, table, {parent: key, kind: KINDS[edit.system][edit.key % 2], **values})

    def _edit_address(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        table, id_, _, columns = ADDRESS[edit.system]
        key = self._pick(self._children(session, edit, ADDRESS), edit)
        if key is not None:
            n = next(self._numbers[edit.family])
            name = ("street", "city", "postal_code")[edit.key % 3]
            _set(session, table, id_, key, {columns[name]: f"N{edit.family} {n}"})

    def _drop_address(self, session: psycopg.Connection[Any], edit: Edit) -> None:
        self._drop(session, edit, ADDRESS)

    def _drop(self, session: psycopg.Connection[Any], edit: Edit, child: Any) -> None:
        table, id_, _, _ = child[edit.system]
        key = self._pick(self._children(session, edit, child), edit)
        if key is not None:
            session.execute(f"DELETE FROM {table} WHERE {id_}::text = %s", (key,))


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
