"""sling, full refresh."""

from __future__ import annotations

import os
import sys

from sling import Replication, ReplicationStream


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    os.environ["HERE"], os.environ["THERE"] = source, target
    Replication(
        source="HERE",
        target="THERE",
        streams={f"public.{table}": ReplicationStream(object=f"peer.{table}", mode="full-refresh")},
    ).run()


main(*sys.argv[1:4])
