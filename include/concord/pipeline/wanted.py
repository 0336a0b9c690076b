"""Wanted: rows that business rules give, where they are read and placed unlike a system's."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.mapping import Cleaned, canonical
from concord.model.spec import CodeList, Company, Entity
from concord.pipeline import stage
from concord.pipeline.fields import partition, table
from concord.pipeline.source import Source


def read(
    entity: Entity,
    source: Source,
    codes: Mapping[str, CodeList],
    company: Company,
    frame: pd.DataFrame,
) -> Cleaned:
    """Read records of rules: cleaned like everybody's.

    Where a row adds to a golden record, what it leaves out is said by other records.
    """
    out = canonical(entity, source.mapping, codes, company, frame)
    adding = frame.index[frame["_adds"].notna()]
    missing = (out.errors["rule"] == "required") & out.errors["key"].isin(adding)
    return Cleaned(out.values, out.errors[~missing])


def place(conn: Connection, batch_id: int, entity: Entity, source: Source) -> None:
    """Give golden ids to records of rules that have theirs without a match key.

    What adds to a golden record belongs to it, and a record that a rule wants again to what it was
    before, where that is still there.
    """
    conn.execute(
        statement(
            "pipeline",
            "place_given",
            result=stage.work_table(batch_id, "r", entity.name),
            image=partition(source.mapping),
            golden=table("golden", entity),
        )
    )
