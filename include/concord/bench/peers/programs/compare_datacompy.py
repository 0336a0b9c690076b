"""datacompy over two Polars frames, which come by arrow."""

from __future__ import annotations

import sys

import polars as pl
from datacompy import PolarsCompare


def main(here: str, there: str, table: str, plain: str, key: str, *columns: str) -> None:
    """Print the keys that differ."""
    listed = ", ".join([key, *(f"{c}::text" if c in ("revenue", "credit") else c for c in columns)])
    a, b = (
        pl.read_database_uri(f"SELECT {listed} FROM public.{name}", url, engine="adbc")  # noqa: S608
        for url, name in ((here, table), (there, plain))
    )
    found = PolarsCompare(a, b, join_columns=key)
    keys = {*found.df1_unq_rows[key], *found.df2_unq_rows[key]}
    keys |= {*found.all_mismatch()[key]}
    print("\n".join(keys))


main(*sys.argv[1:])
