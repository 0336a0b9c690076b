"""DuckDB with PostgreSQL databases attached, by the extension that was installed beside it."""

from __future__ import annotations

from pathlib import Path

import duckdb


def connect(here: str, there: str) -> duckdb.DuckDBPyConnection:
    """A connection with both databases, `there` to be written to."""
    packages = Path(duckdb.__file__).parents[1]
    extension = next(packages.glob("duckdb_ext/extensions/*/*/postgres_scanner.duckdb_extension"))
    conn = duckdb.connect()
    conn.execute(f"LOAD '{extension}'")
    conn.execute(f"ATTACH '{here}' AS here (TYPE postgres, READ_ONLY)")
    conn.execute(f"ATTACH '{there}' AS there (TYPE postgres)")
    return conn
