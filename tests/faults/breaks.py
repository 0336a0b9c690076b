"""Sources that break: a CRM in PostgreSQL and one behind HTTP, what happens to them, the repair.

Each break has its naive reading: what a reader would take for deleted that takes what it gets for
all there is, or for erased that takes a missing column for null.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
import psycopg
from psycopg import sql

from concord.hub.database import SESSION
from tests.faults.hostile.hands import Hostile
from tests.support.world import run_sql

Records = dict[str, dict[str, str | None]]
ROLE = "concord_reporter"  # the engine's role in the CRM: row policies and rights count for it
GRANTS = f"""
GRANT USAGE ON SCHEMA public, concord TO {ROLE};
GRANT ALL ON ALL TABLES IN SCHEMA public, concord TO {ROLE};
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA concord TO {ROLE};
"""


class Crm(Protocol):
    """A CRM as its people and a naive reader see it."""

    def held(self) -> Records:
        """All accounts, id -> column -> value."""
        ...

    def edit(self, id_: str, column: str, value: str) -> None:
        """A person changes an account."""
        ...

    def naive(self) -> Records:
        """What the engine's way in gives to who takes it for all there is; an error: nothing."""
        ...

    def keep(self) -> None:
        """Make a copy that the repair uses."""
        ...


@dataclass
class PostgresCrm:
    """The sandbox's CRM. `url` is its owner's, `engine_url` that of a role that rights bind."""

    url: str
    engine_url: str

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        return run_sql(self.url, statement, *values)

    def held(self) -> Records:
        rows = self.run("SELECT to_jsonb(a) FROM account AS a")
        return {str(r["id"]): r for (r,) in rows}

    def edit(self, id_: str, column: str, value: str) -> None:
        query = sql.SQL("UPDATE account SET {} = %s WHERE id = %s").format(sql.Identifier(column))
        with psycopg.connect(self.url, options=SESSION) as conn:
            conn.execute(query, (value, id_))

    def naive(self) -> Records:
        with suppress(psycopg.Error):
            rows = run_sql(self.engine_url, "SELECT to_jsonb(a) FROM account AS a")
            return {str(r.get("id")): r for (r,) in rows}
        return {}

    def keep(self) -> None:
        self.run("CREATE TABLE kept (LIKE account INCLUDING ALL)")
        self.run("INSERT INTO kept SELECT * FROM account")


@dataclass
class HttpCrm:
    """The hostile service."""

    service: Hostile
    kept: list[dict[str, Any]] = field(default_factory=list)
    columns: dict[str, str] = field(default_factory=dict)

    def held(self) -> Records:
        return {r["id"]: r for r in self.service.records("account")}

    def edit(self, id_: str, column: str, value: str) -> None:
        self.service.edit("account", id_, **{column: value})

    def naive(self) -> Records:
        query = {"after": "", "limit": 1_000_000}
        with httpx.Client(base_url=self.service.url) as client:
            reply = client.get("/account", params=query)
            return {r["id"]: r for r in reply.json().get("items", [])}

    def keep(self) -> None:
        with httpx.Client(base_url=self.service.url) as client:
            self.columns = client.get("/account/schema").json()["columns"]
        self.kept = self.service.records("account")

    def restore(self) -> None:
        self.service.behave()
        self.service.ask(
            "restore", {"resource": "account", "columns": self.columns, "records": self.kept}
        )


@dataclass(frozen=True)
class Break:
    """One kind of break. `says` is found in what a person is told within one batch."""

    name: str
    do: Callable[[Any], object]
    mend: Callable[[Any], object]
    says: str
    lane: str = "fast"  # of the batch that meets it; between: one is at work already
    sample: bool = False  # tried in every run of the tests, not only at full size


def _sql(statement: str) -> Callable[[PostgresCrm], object]:
    return lambda crm: crm.run(statement)


REFILL = "INSERT INTO account SELECT * FROM kept"
NEW_TABLE = f"""
CREATE TABLE account (LIKE kept INCLUDING ALL);
INSERT INTO account SELECT * FROM kept;
{GRANTS}
"""
PHONES = "UPDATE account AS a SET phone_number = k.phone_number FROM kept AS k WHERE k.id = a.id"

POSTGRES = [
    Break("TRUNCATE", _sql("TRUNCATE account CASCADE"), _sql(REFILL), "deletions", sample=True),
    Break("emptied", _sql("DELETE FROM account"), _sql(REFILL), "deletions"),
    Break(
        "dropped column",
        _sql("ALTER TABLE account DROP COLUMN phone_number"),
        _sql(f"ALTER TABLE account ADD COLUMN phone_number text; {PHONES}"),
        "account.phone_number is gone",
    ),
    Break(
        "renamed column",
        _sql("ALTER TABLE account RENAME COLUMN phone_number TO phone"),
        _sql("ALTER TABLE account RENAME COLUMN phone TO phone_number"),
        "account.phone_number is gone",
    ),
    Break(
        "retyped column",
        _sql("ALTER TABLE account ALTER COLUMN phone_number TYPE bigint USING NULL"),
        _sql(f"ALTER TABLE account ALTER COLUMN phone_number TYPE text; {PHONES}"),
        "phone_number was text and is now bigint",
        sample=True,
    ),
    Break("dropped table", _sql("DROP TABLE account CASCADE"), _sql(NEW_TABLE), "account"),
    Break(
        "key renamed",
        _sql("ALTER TABLE account RENAME COLUMN id TO account_id"),
        _sql("ALTER TABLE account RENAME COLUMN account_id TO id"),
        "id",
    ),
    Break(
        "right revoked",
        _sql(f"REVOKE SELECT ON account FROM {ROLE}"),
        _sql(GRANTS),
        "permission denied for table account.*GRANT",
    ),
    Break(
        "rows hidden",
        _sql(
            "ALTER TABLE account ENABLE ROW LEVEL SECURITY;"
            f"CREATE POLICY few ON account TO {ROLE} USING (account_name < 'Customer 1')"
        ),
        _sql("DROP POLICY few ON account; ALTER TABLE account DISABLE ROW LEVEL SECURITY"),
        "row policy",
    ),
    Break(
        "table replaced by an empty one",
        _sql(
            "ALTER TABLE account RENAME TO before;"
            f"CREATE TABLE account (LIKE before INCLUDING ALL); {GRANTS}"
        ),
        _sql(
            "INSERT INTO before SELECT * FROM account; DROP TABLE account;"
            "ALTER TABLE before RENAME TO account"
        ),
        "deletions",
        lane="nightly",  # the new table has no change log
    ),
    Break(
        "column dropped between extract and load",
        _sql("ALTER TABLE account DROP COLUMN phone_number"),
        _sql(f"ALTER TABLE account ADD COLUMN phone_number text; {PHONES}"),
        "account.phone_number is gone",
        lane="between",
        sample=True,
    ),
    Break(
        "column retyped between extract and load",
        _sql("ALTER TABLE account ALTER COLUMN phone_number TYPE bigint USING NULL"),
        _sql(f"ALTER TABLE account ALTER COLUMN phone_number TYPE text; {PHONES}"),
        "phone_number was text and is now bigint",
        lane="between",
    ),
]


def _pages(way: str) -> Callable[[HttpCrm], object]:
    return lambda crm: crm.service.behave(pages={"account": way})


def _reshape(**change: Any) -> Callable[[HttpCrm], object]:
    return lambda crm: crm.service.reshape("account", "phone_number", **change)


HTTP = [
    Break("empty page", _pages("empty"), HttpCrm.restore, "not read whole", lane="nightly"),
    Break(
        "truncated page", _pages("truncated"), HttpCrm.restore, "not read whole", "nightly", True
    ),
    Break("403", _pages("forbidden"), HttpCrm.restore, "refuses /account.*403"),
    Break("nothing, and it says so", _pages("void"), HttpCrm.restore, "deletions", "nightly", True),
    Break("column gone", _reshape(now=None), HttpCrm.restore, "account.phone_number is gone"),
    Break("column renamed", _reshape(now="phone"), HttpCrm.restore, "phone_number is gone"),
    Break(
        "column retyped",
        _reshape(now="phone_number", kind="integer"),
        HttpCrm.restore,
        "phone_number was text and is now integer",
    ),
    Break(
        "column gone between extract and load",
        _reshape(now=None),
        HttpCrm.restore,
        "account.phone_number is gone",
        lane="between",
    ),
]
