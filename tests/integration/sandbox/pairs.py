"""Two databases for the sandbox, and eyes to look into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from concord.sandbox.database import COLUMNS, CRM, ERP


@dataclass(frozen=True)
class Pair:
    """URLs of an ERP's and a CRM's database."""

    erp: str
    crm: str

    @property
    def urls(self) -> tuple[str, str]:
        return self.erp, self.crm

    def at(self, side: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement on a side and return its rows."""
        with psycopg.connect(self.erp if side == "erp" else self.crm) as conn:
            cursor = conn.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of both sides but for the times of change."""
        found = {}
        for side, url in ((ERP, self.erp), (CRM, self.crm)):
            with psycopg.connect(url) as conn:
                for table in side.tables:
                    names = sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table][:-1]))
                    text = sql.SQL("SELECT {} FROM {} ORDER BY 1")
                    query = text.format(names, sql.Identifier(table))
                    found[table] = conn.execute(query).fetchall()
        return found
