"""sling, full refresh."""

from __future__ import annotations

import sys

import sling_binary


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    sling_binary.become(
        *("--src-conn", source, "--src-stream", f"public.{table}"),
        *("--tgt-conn", target, "--tgt-object", f"peer.{table}", "--mode", "full-refresh"),
    )


main(*sys.argv[1:4])
