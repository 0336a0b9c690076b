"""reladiff between two databases: hash checksums by segments of keys."""

from __future__ import annotations

import sys
from urllib.parse import parse_qs, urlsplit

from reladiff import connect_to_table, diff_tables


def connected(url: str) -> dict[str, str]:
    """An address as reladiff takes it."""
    parts = urlsplit(url)
    return {
        "driver": "postgresql",
        "dbname": parts.path.lstrip("/"),
        "user": parts.username or "",
        "host": parse_qs(parts.query)["host"][0],
    }


def main(here: str, there: str, table: str, plain: str, key: str, *columns: str) -> None:
    """Print the keys that differ."""
    a = connect_to_table(connected(here), table, key)
    b = connect_to_table(connected(there), plain, key)
    found = {row[0] for _, row in diff_tables(a, b, extra_columns=columns)}
    print("\n".join(found))


main(*sys.argv[1:])
