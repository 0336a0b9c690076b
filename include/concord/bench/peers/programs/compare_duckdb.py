"""A full join of two attached databases."""

from __future__ import annotations

import sys

import attached


def main(here: str, there: str, table: str, plain: str, key: str, *columns: str) -> None:
    """Print the keys that differ."""
    conn = attached.connect(here, there)
    conn.execute("SET memory_limit = '2GB'")
    differs = " OR ".join(f"a.{c} IS DISTINCT FROM b.{c}" for c in columns)
    found = conn.execute(
        f"SELECT coalesce(a.{key}, b.{key}) FROM here.public.{table} AS a"  # noqa: S608
        f" FULL JOIN there.public.{plain} AS b ON a.{key} = b.{key}"
        f" WHERE a.{key} IS NULL OR b.{key} IS NULL OR {differs}"
    ).fetchall()
    print("\n".join(name for (name,) in found))


main(*sys.argv[1:])
