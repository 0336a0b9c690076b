"""dlt's sql_database source by way of arrow, into PostgreSQL."""

from __future__ import annotations

import os
import sys
import tempfile
from urllib.parse import parse_qs, quote, urlsplit


def credentials(url: str) -> str:
    """An address as dlt takes it: with a host in its place and with a password."""
    parts = urlsplit(url)
    host = quote(parse_qs(parts.query)["host"][0], safe="")
    return f"postgresql://{parts.username}:none@{host}:5432{parts.path}"


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DLT_PROJECT_DIR": folder, "DLT_DATA_DIR": folder}
        os.chdir(folder)
        import dlt
        from dlt.sources.sql_database import sql_table

        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(credentials(target)),
            dataset_name="peer",
        )
        rows = sql_table(
            source.replace("postgresql://", "postgresql+psycopg2://"),
            table=table,
            backend="pyarrow",
            chunk_size=100_000,
        )
        pipeline.run(rows, write_disposition="replace", loader_file_format="csv")


main(*sys.argv[1:4])
