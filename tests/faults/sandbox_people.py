"""People at work in the sandbox's two systems, and a checker that reads nothing but these two."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from concord.launcher.postgres import Cluster
from concord.launcher.settings import socket_url

TYPE = {
    "erp": "UPDATE customers SET phone = %s WHERE vat_no = %s",
    "crm": "UPDATE account SET phone_number = %s WHERE tax_number = %s",
}
ENTER = {
    "erp": "INSERT INTO customers (phone, vat_no, name, kind, country_code)"
    " VALUES (%s, %s, %s, 'O', 'GB')",
    "crm": "INSERT INTO account (phone_number, tax_number, account_name, country)"
    " VALUES (%s, %s, %s, 'United Kingdom')",
}
NUMBERS = {
    "erp": "SELECT vat_no, phone FROM customers",
    "crm": "SELECT tax_number, phone_number FROM account",
}


@dataclass
class Sandbox:
    """The two systems, and the log of what people typed there: tax number -> telephone number."""

    cluster: Cluster
    typed: dict[str, str] = field(default_factory=dict)

    def connect(self, system: str) -> psycopg.Connection[TupleRow]:
        """As the system's owner; every statement is a transaction of its own."""
        url = socket_url(f"{system}_owner", system, self.cluster.socket)
        return psycopg.connect(url, autocommit=True)

    def work(self, changes: int, newcomers: int) -> None:
        """People on both sides change telephone numbers and enter customers; no two of them the
        same one. Only customers that people entered here are changed: the others may be dirty.
        """
        known = list(self.typed)[-changes:] if changes else []
        with self.connect("erp") as erp, self.connect("crm") as crm:
            for n, number in enumerate(known):
                self.typed[number] = phone = self._phone()
                (erp if n % 2 else crm).execute(TYPE["erp" if n % 2 else "crm"], (phone, number))
            for n in range(newcomers):
                phone = self._phone()
                number = f"GB{phone[-9:]}"
                self.typed[number] = phone
                values = (phone, number, f"Newcomer {number}")
                (erp if n % 2 else crm).execute(ENTER["erp" if n % 2 else "crm"], values)

    def lost(self) -> int:
        """Customers whose last number is not on both sides."""
        sides = [dict(rows) for rows in self._numbers()]
        return sum(any(side.get(n) != p for side in sides) for n, p in self.typed.items())

    def doubled(self) -> int:
        """How many more there are of them than there should be, on both sides together."""
        sides = [Counter(number for number, _ in rows) for rows in self._numbers()]
        return sum(max(0, side[number] - 1) for side in sides for number in self.typed)

    def _numbers(self) -> list[list[tuple[Any, ...]]]:
        found = []
        for system, text in NUMBERS.items():
            with self.connect(system) as conn:
                found.append(conn.execute(text).fetchall())
        return found

    def _phone(self) -> str:
        self._given += 1
        return f"+4420{70_000_000 + self._given}"

    _given: int = 0
