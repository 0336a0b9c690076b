"""read_sql in chunks and to_sql, as in many scripts."""

from __future__ import annotations

import sys

import pandas as pd
from sqlalchemy import create_engine

CHUNK = 50_000


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    here, there = (
        create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        for url in (source, target)
    )
    with here.connect().execution_options(stream_results=True) as reading, there.begin() as writing:
        for part in pd.read_sql_table(table, reading, chunksize=CHUNK):
            part.to_sql(table, writing, schema="peer", if_exists="append", index=False)


main(*sys.argv[1:4])
