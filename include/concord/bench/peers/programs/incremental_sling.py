"""sling's upsert of what has a younger time stamp."""

from __future__ import annotations

import sys

import sling_binary


def main(
    source: str, target: str, table: str, into: str, key: str, modified: str, *columns: str
) -> None:
    """Bring what changed in a table into another one."""
    sling_binary.become(
        *("--src-conn", source, "--src-stream", f"public.{table}", "--select", ",".join(columns)),
        *("--tgt-conn", target, "--tgt-object", into, "--mode", "incremental"),
        *("--primary-key", key, "--update-key", modified),
    )


main(*sys.argv[1:])
