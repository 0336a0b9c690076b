"""The least that carrying changed rows can be: a psql script that reads them by their time stamp
and upserts them into a plain table of the other database, without validation or merge.
"""

from __future__ import annotations

from contextlib import suppress

import psycopg
from psycopg import sql

from concord.bench import peers, programs
from concord.bench.results import Taken
from concord.bench.scratch import superuser
from concord.bench.tables import summed, vacuum
from concord.bench.workloads import Job
from concord.hub.sql import idents, statement
from concord.pipeline import Engine

SOURCE, TARGET, BEFORE = "account", "bench_account", "bench_before"
COLUMNS = (
    "id", "account_name", "account_type", "tax_number", "country", "phone_number",
    "email_address", "web", "payment_term", "state", "customer_since", "annual_revenue",
    "modified_on",
)  # fmt: skip


class Upsert:
    """A plain target beside the ERP's tables, which holds the CRM's accounts."""

    def __init__(self, engine: Engine) -> None:
        """Make the target with what the accounts are now."""
        self.crm, self.erp = (superuser(engine.urls[name]) for name in ("crm", "erp"))
        with psycopg.connect(self.erp) as erp, psycopg.connect(self.crm) as crm:
            types = {"id": "uuid PRIMARY KEY", "modified_on": "timestamp NOT NULL"}
            made = [
                sql.SQL("{} {}").format(sql.Identifier(c), sql.SQL(types.get(c, "text")))
                for c in COLUMNS
            ]
            erp.execute("DROP SCHEMA IF EXISTS peer CASCADE")
            erp.execute("CREATE SCHEMA peer")
            target, before = (sql.Identifier("peer", name) for name in (TARGET, BEFORE))
            erp.execute(sql.SQL("CREATE TABLE {} ({})").format(target, sql.SQL(", ").join(made)))
            out = sql.SQL("COPY {} ({}) TO STDOUT (FORMAT BINARY)").format(
                sql.Identifier(SOURCE), idents(COLUMNS)
            )
            into = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(target)
            with crm.cursor().copy(out) as blocks, erp.cursor().copy(into) as copy:
                for block in blocks:
                    copy.write(block)
            erp.execute(sql.SQL("CREATE INDEX ON {} (modified_on)").format(target))
            erp.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(before, target))
            erp.execute(sql.SQL("ALTER TABLE {} ADD PRIMARY KEY (id)").format(before))
            row = crm.execute("SELECT max(modified_on)::text FROM account").fetchone()
        assert row
        self.since = str(row[0])
        vacuum(self.erp)

    def reset(self) -> None:
        """Put the target back to what the accounts were when it was made."""
        with psycopg.connect(self.erp) as conn:
            conn.execute(statement("bench", "upsert_reset"))

    def right(self, _: str = "") -> bool:
        """Whether the target holds every account as it is now."""
        with suppress(psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            there = summed(self.erp, sql.Identifier("peer", TARGET), COLUMNS)
            return there == summed(self.crm, sql.Identifier(SOURCE), COLUMNS)
        return False

    def limit(self, repeat: int) -> Taken:
        """The psql script, from start to end of both programs."""
        columns = ", ".join(COLUMNS)
        psql = [str(programs.psql()), "-X", "-q", "-v", "ON_ERROR_STOP=1"]
        out = (
            f"COPY (SELECT {columns} FROM {SOURCE} WHERE modified_on > '{self.since}')"  # noqa: S608
            " TO STDOUT (FORMAT BINARY)"
        )
        assignments = sql.SQL(", ").join(
            sql.SQL("{} = excluded.{}").format(sql.Identifier(c), sql.Identifier(c))
            for c in COLUMNS[1:]
        )
        made = f"CREATE TEMP TABLE taken AS SELECT * FROM peer.{TARGET} LIMIT 0"  # noqa: S608
        take = statement("bench", "upsert_take", assignments=assignments).as_string()
        script = ["BEGIN", made, "COPY taken FROM STDIN (FORMAT BINARY)", take, "COMMIT"]
        into = [part for line in script for part in ("-c", line)]
        seconds, verified = [], True
        for _ in range(repeat):
            self.reset()
            ran = programs.piped([[*psql, "-c", out, self.crm], [*psql, *into, self.erp]])
            seconds.append(ran.seconds)
            verified &= self.right()
        return Taken(seconds, verified)

    def peers(self, job: Job) -> tuple[dict[str, Taken], list[str]]:
        """Other tools' upserts of the same rows into the same target."""
        given = [self.crm, self.erp, SOURCE, f"peer.{TARGET}", "id", "modified_on", *COLUMNS]
        return peers.measure(job, "incremental", given, self.reset, self.right)
