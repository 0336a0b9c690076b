"""Validate: judge what a batch staged by the suites, and set aside every row that must not go on.

Great Expectations judges each rule once over a table; our own predicates then find, in one scan,
which rows fail which rule. The counts must agree. Good rows stay in the stage, untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.sql import SQL, Composable, Identifier, Literal
from psycopg.types.json import Jsonb

from concord.hub.database import Connection, Hub
from concord.hub.sql import comma, statement
from concord.quality import golden, gx, view
from concord.quality.rules import GOLDEN, Suite, Suites
from concord.quality.table import RuleResult, Table, TableResult, columns, validate_table

__all__ = ["RuleResult", "TableResult", "validate_batch", "validate_table"]

TYPES = {
    "text": SQL("text"),
    "bigint": SQL("bigint"),
    "numeric": SQL("numeric"),
    "boolean": SQL("boolean"),
    "date": SQL("date"),
    "timestamp with time zone": SQL("timestamptz"),
}
FIX_UNREADABLE = {
    "rule": "fix_readable",
    "column": None,
    "expectation": "fix_readable",
    "severity": "critical",
    "owner": "data-stewards",
    "message": "The correction can be read as the type of its column",
}


def validate_batch(
    hub: Hub,
    suites: Suites,
    batch_id: int,
    tables: Sequence[tuple[str, str]],
    *,
    today: date | None = None,
) -> list[TableResult]:
    """Judge the staged (system, entity) tables of a batch; `golden` as system stands for the golden
    records that the batch made or changed, and for those in quarantine that may pass now: sent
    again by a steward, or of an entity with rules across tables.

    Writes `ops.validation`, and `ops.quarantine` for every row that breaks a critical rule, in one
    transaction a table; running it again gives the same. An entity that is held back
    (`TableResult.held`) has none of its rows quarantined, as none of them goes on. A table that
    nothing was read into gives a result with 0 rows.

    Raises:
        RuleBroken: see validate_table; that table's transaction is rolled back.
        HubUnavailable: the hub could not be reached.
    """
    day = today or datetime.now(ZoneInfo(suites.zone)).date()
    out = []
    try:
        with hub.connect() as conn:
            for system, entity in tables:
                suite = suites.of(system, entity)
                table = ("stage", f"b{batch_id}_{system}_{entity}")
                if system == GOLDEN:
                    golden.stage(conn, table, suite, batch_id, today=day)
                else:
                    _apply_fixes(conn, table, suite)
                conn.commit()
                result = validate_table(hub.url, conn, table, suite, today=day)
                out.append(_settle(conn, table, suite, batch_id, result))
                if system == GOLDEN:
                    conn.execute(SQL("DROP TABLE {}").format(Identifier(*table)))
                conn.commit()
    finally:
        gx.close()
    return out


def _apply_fixes(conn: Connection, table: Table, suite: Suite) -> None:
    """Put stewards' fixes into the staged rows, which are then judged as fixed."""
    types = _values(columns(conn, table))
    if not types:
        return
    form = SQL(
        "{column} = CASE WHEN q.fix ? {name} AND {readable}"
        " THEN (q.fix ->> {name})::{type} ELSE s.{column} END"
    )
    assignments = comma(
        form.format(
            column=Identifier(name),
            name=Literal(name),
            readable=SQL("NOT {}").format(_unreadable(name, type_)),
            type=TYPES[type_],
        )
        for name, type_ in types.items()
    )
    conn.execute(
        statement("quality", "apply_fixes", stage=Identifier(*table), assignments=assignments),
        {"system": suite.system, "entity": suite.entity},
    )


def _values(types: dict[str, str]) -> dict[str, str]:
    """The columns of a stage table that hold the record's own values."""
    own = (view.KEY, view.GOLDEN_KEY, *view.ALSO)
    return {n: t for n, t in types.items() if n not in own}


def _unreadable(name: str, type_: str) -> Composable:
    """Whether a fix (alias q) of a column has a text that the column's type cannot take."""
    if type_ == "text":
        return SQL("false")
    return SQL("coalesce(NOT pg_input_is_valid(q.fix ->> {}, {}), false)").format(
        Literal(name), Literal(type_)
    )


def _settle(
    conn: Connection, table: Table, suite: Suite, batch_id: int, result: TableResult
) -> TableResult:
    """Write what was found and set aside what fails; the result comes back with that number."""
    _write_validation(conn, batch_id, result)
    if not result.rows or result.held:
        return result
    types = _values(columns(conn, table))
    stage = Identifier(*table)
    who: dict[str, Any] = {"system": suite.system, "entity": suite.entity, "batch": batch_id}
    unreadable = SQL(" OR ").join([SQL("false"), *(_unreadable(n, t) for n, t in types.items())])
    conn.execute(statement("quality", "unreadable_fixes", stage=stage, unreadable=unreadable), who)
    critical = [r for r in result.rules if r.rule.quarantines]
    done = conn.execute(
        statement(
            "quality",
            "quarantine_failing",
            stage=stage,
            names=SQL("{}::text[]").format(Literal(list(types))),
            texts=SQL("ARRAY[{}]::text[]").format(
                comma(SQL("s.{}::text").format(Identifier(n)) for n in types)
            ),
        ),
        {**who, "causes": Jsonb([{"n": 0, "cause": FIX_UNREADABLE}, *map(_cause, critical)])},
    )
    numbers = [0, *(r.number for r in critical)]
    heal = "heal_golden" if suite.system == GOLDEN else "heal_passing"
    conn.execute(statement("quality", heal, stage=stage), {**who, "critical": numbers})
    conn.execute(statement("quality", "close_incidents"), who)
    if suite.system != GOLDEN:
        _keep_failing(conn, failing_table(batch_id, suite.system, suite.entity), numbers)
    return replace(result, quarantined=done.rowcount)


def failing_table(batch_id: int, system: str, entity: str) -> Identifier:
    """The stage table with the keys of the rows that failed in this batch.

    The queue holds one entry a record, and batches overlap: another one may have put its own
    finding there before this batch's rows are taken in.
    """
    return Identifier("stage", f"f{batch_id}_{system}_{entity}")


def _keep_failing(conn: Connection, table: Identifier, critical: list[int]) -> None:
    conn.execute(SQL("DROP TABLE IF EXISTS {}").format(table))
    conn.execute(
        SQL(
            "CREATE UNLOGGED TABLE {} AS SELECT DISTINCT source_id FROM pg_temp.concord_failing"
            " WHERE rules && {}::integer[]"
        ).format(table, Literal(critical))
    )


def _cause(result: RuleResult) -> dict[str, Any]:
    rule = result.rule
    cause = {
        "rule": rule.name,
        "column": column_of(result),
        "expectation": rule.type,
        "severity": rule.severity,
        "owner": rule.owner,
        "message": rule.words,
        "meaning": dict(rule.meaning),
    }
    return {"n": result.number, "cause": cause}


def column_of(result: RuleResult) -> str | None:
    """The columns a rule is about, apart from its condition; a read column by its own name."""
    kwargs = result.rule.kwargs
    named = [kwargs[k] for k in ("column", "column_A", "column_B") if k in kwargs]
    named += kwargs.get("column_list", ())
    return ", ".join(view.base(n) for n in named) or None


def _write_validation(conn: Connection, batch_id: int, result: TableResult) -> None:
    conn.execute(
        "DELETE FROM ops.validation WHERE (batch_id, system, entity) = (%s, %s, %s)",
        (batch_id, result.system, result.entity),
    )
    keep_verdicts(conn, batch_id, result)


def keep_verdicts(conn: Connection, batch_id: int, result: TableResult) -> None:
    """Add what rules say about a table to what the batch has found already; a rule that fails has
    an open incident from now on.
    """
    key = (batch_id, result.system, result.entity)
    rows = [_verdict_row(key, r) for r in result.rules]
    with conn.cursor() as cur:
        cur.executemany(statement("quality", "keep_verdict"), rows)
    who = {"batch": batch_id, "system": result.system, "entity": result.entity}
    conn.execute(statement("quality", "follow_incidents"), who)
    conn.execute(statement("quality", "close_incidents"), who)


def _verdict_row(key: tuple[int, str, str], result: RuleResult) -> tuple[Any, ...]:
    rule = result.rule
    return (
        *key,
        rule.name,
        rule.type,
        column_of(result),
        rule.severity,
        rule.level,
        rule.owner,
        Jsonb(dict(rule.meaning)),
        result.success,
        result.checked,
        result.failed,
        result.observed,
    )
