"""One statement between two attached databases."""

from __future__ import annotations

import sys

import attached


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    conn = attached.connect(source, target)
    conn.execute(f"CREATE TABLE there.peer.{table} AS FROM here.public.{table}")


main(*sys.argv[1:4])
