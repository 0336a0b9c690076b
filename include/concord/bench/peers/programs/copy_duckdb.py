"""One statement between two attached databases."""

from __future__ import annotations

import sys

import duckdb
import duckdb_extensions


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    conn = attached.connect()
    conn.execute(f"ATTACH '{source}' AS here (TYPE postgres, READ_ONLY)")
    conn.execute(f"ATTACH '{target}' AS there (TYPE postgres)")
    conn.execute(f"CREATE TABLE there.peer.{table} AS FROM here.public.{table}")


main(*sys.argv[1:4])
