"""Binary COPY out of one connection and into another."""

from __future__ import annotations

import sys

import psycopg
from psycopg import sql

TYPES = (
    "SELECT string_agg(format('%%I %%s', attname, format_type(atttypid, atttypmod)), ', '"
    " ORDER BY attnum) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
)


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    with psycopg.connect(source) as here, psycopg.connect(target) as there:
        types = here.execute(TYPES, (table,)).fetchone()
        assert types
        into = sql.Identifier("peer", table)
        there.execute(sql.SQL("CREATE TABLE {} ({})").format(into, sql.SQL(types[0])))
        out = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(sql.Identifier(table))
        take = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(into)
        with here.cursor().copy(out) as blocks, there.cursor().copy(take) as copy:
            for block in blocks:
                copy.write(block)


main(*sys.argv[1:4])
