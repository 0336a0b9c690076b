"""dlt's sql_database source by way of arrow, into PostgreSQL."""

from __future__ import annotations

import sys
import tempfile

import dlt
from dlt.sources.sql_database import sql_table


def main(source: str, target: str, table: str) -> None:
    """Copy the table into schema peer of the target."""
    with tempfile.TemporaryDirectory() as state:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=state,
            destination=dlt.destinations.postgres(target),
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
