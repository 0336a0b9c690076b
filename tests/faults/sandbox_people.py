"""People at work in the sandbox's two systems, and a checker that reads nothing but these two."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg

from concord.launcher.postgres import Cluster
from concord.launcher.settings import socket_url

PAIRS = """
SELECT vat_no FROM customers
WHERE vat_no IS NOT NULL AND status = 'A' GROUP BY vat_no HAVING count(*) = 1
"""
ACCOUNTS = """
SELECT tax_number FROM account
WHERE tax_number IS NOT NULL GROUP BY tax_number HAVING count(*) = 1
"""


@dataclass
class Sandbox:
    """The two systems, and the log of what people typed there; reads nothing else."""

    cluster: Cluster
    phones: dict[str, str] = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)
    _typed: int = 0

    def sql(self, system: str, text: str, *values: object) -> list[tuple[Any, ...]]:
        url = socket_url(f"{system}_owner", system, self.cluster.socket)
        with psycopg.connect(url) as conn:
            cursor = conn.execute(text, values)
            return cursor.fetchall() if cursor.description else []

    def work(self, changes: int) -> None:
        """People on both sides change telephone numbers and enter customers; no two of them the
        same one.
        """
        known = sorted(self.agreed())
        for n, number in enumerate(known[:changes]):
            self.phones[number] = self._phone()
            if n % 2:
                self.sql("erp", "UPDATE customers SET phone = %s WHERE vat_no = %s",
                         self.phones[number], number)  # fmt: skip
            else:
                self.sql("crm", "UPDATE account SET phone_number = %s WHERE tax_number = %s",
                         self.phones[number], number)  # fmt: skip
        for n in range(changes // 4):
            phone = self._phone()
            number = f"GB{phone[-9:]}"
            self.phones[number] = phone
            self.entered.add(number)
            if n % 2:
                self.sql("erp", "INSERT INTO customers (name, kind, vat_no, country_code, phone)"
                         " VALUES (%s, 'O', %s, 'GB', %s)",
                         f"Newcomer {number}", number, phone)  # fmt: skip
            else:
                self.sql("crm", "INSERT INTO account (account_name, tax_number, country,"
                         " phone_number) VALUES (%s, %s, 'United Kingdom', %s)",
                         f"Newcomer {number}", number, phone)  # fmt: skip

    def agreed(self) -> set[str]:
        """Tax numbers that each side has once, with one telephone number on both."""
        erp, crm = self.numbers()
        once = {row[0] for row in self.sql("erp", PAIRS)}
        once &= {row[0] for row in self.sql("crm", ACCOUNTS)}
        return {n for n in once if erp[n] and erp[n] == crm[n]}

    def numbers(self) -> tuple[dict[str, str], dict[str, str]]:
        erp = self.sql("erp", "SELECT vat_no, phone FROM customers WHERE vat_no IS NOT NULL")
        crm = self.sql("crm", "SELECT tax_number, phone_number FROM account"
                              " WHERE tax_number IS NOT NULL")  # fmt: skip
        return dict(erp), dict(crm)

    def lost(self) -> int:
        """Values typed that are not on both sides."""
        sides = self.numbers()
        return sum(any(side.get(n) != p for side in sides) for n, p in self.phones.items())

    def doubled(self) -> int:
        """Entered customers that one side has more than once, by their excess."""
        erp = Counter(row[0] for row in self.sql("erp", "SELECT vat_no FROM customers"))
        crm = Counter(row[0] for row in self.sql("crm", "SELECT tax_number FROM account"))
        return sum(max(0, side[n] - 1) for side in (erp, crm) for n in self.phones)

    def _phone(self) -> str:
        self._typed += 1
        return f"+4420{70_000_000 + self._typed}"
