"""Great Expectations alone, on PostgreSQL: how many rows fail each rule, but not which."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import great_expectations as gx
from great_expectations import ExpectationSuite


def main(url: str, schema: str, table: str, suite: str) -> None:
    """Print the failing rows by rule, as JSON."""
    said = json.loads(Path(suite).read_text(encoding="utf-8"))
    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_sql(
        "hub",
        connection_string=url.replace("postgresql://", "postgresql+psycopg://"),
        kwargs={"connect_args": {"options": f"-c search_path={schema}"}},
    )
    batch = source.add_table_asset("t", table_name=table).add_batch_definition_whole_table("t")
    form = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
    results = batch.get_batch().validate(ExpectationSuite(**said), result_format=form).results
    failed = {
        r.expectation_config.meta["rule"]: int(r.result["unexpected_count"] or 0) for r in results
    }
    print(json.dumps({rule: n for rule, n in failed.items() if n}))


main(*sys.argv[1:])
