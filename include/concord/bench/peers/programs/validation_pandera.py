"""pandera on pandas: the table as a frame, all rules at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from sqlalchemy import create_engine


def checks(type_: str, rule: str, given: Mapping[str, Any]) -> pa.Check | None:
    """An expectation of the suite as pandera has it; None for those that columns themselves say."""
    if type_.endswith("in_set"):
        return pa.Check.isin(given["value_set"], error=rule)
    if type_.endswith("match_regex"):
        return pa.Check.str_matches(given["regex"], error=rule)
    if type_.endswith("lengths_to_be_between"):
        return pa.Check.str_length(given["min_value"], given["max_value"], error=rule)
    if type_.endswith("to_be_between"):
        return pa.Check.in_range(given["min_value"], given["max_value"], error=rule)
    return None


def main(url: str, schema: str, table: str, suite: str) -> None:
    """Print the failing rows by rule, as JSON."""
    said = json.loads(Path(suite).read_text(encoding="utf-8"))["expectations"]
    columns: dict[str, pa.Column] = {}
    for one in said:
        name = one["kwargs"]["column"]
        column = columns.setdefault(name, pa.Column(nullable=True))
        check = checks(one["type"], one["meta"]["rule"], one["kwargs"])
        column.checks = [*column.checks, *([check] if check else [])]
        column.unique |= one["type"].endswith("be_unique")
        column.nullable &= not one["type"].endswith("not_be_null")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as conn:
        frame = pd.read_sql_table(table, conn, schema=schema, columns=list(columns))
    failed: dict[str, int] = {}
    try:
        pa.DataFrameSchema(columns).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as e:
        failed = {str(k): int(n) for k, n in e.failure_cases["check"].value_counts().items()}
    print(json.dumps(failed))


main(*sys.argv[1:])
