"""Judge one table by its suite: what holds, how many rows fail, and which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.sql import SQL, Identifier, Literal

from concord.hub.database import Connection
from concord.hub.sql import comma, statement
from concord.quality import arguments, gx, predicates, view
from concord.quality.gx import RuleBroken, Verdict
from concord.quality.rules import Rule, Suite

Table = tuple[str, str]  # schema and name


@dataclass(frozen=True)
class RuleResult:
    """One rule and what became of it. `checked` and `failed` are rows; of a rule about a table,
    `failed` is 0 or 1.
    """

    number: int  # from 1, as in `concord_failing.rules`
    rule: Rule
    success: bool
    checked: int
    failed: int
    observed: str | None = None


@dataclass(frozen=True)
class TableResult:
    """What the suite says about one table."""

    system: str
    entity: str
    rows: int  # upserts in the table
    rules: tuple[RuleResult, ...] = ()
    quarantined: int = 0  # records set aside (validate_batch)

    @property
    def held(self) -> str | None:
        """Why the whole entity is held back, or None."""
        broken = [r for r in self.rules if r.rule.holds and not r.success]
        return "; ".join(_words(r) for r in broken) or None

    @property
    def counts(self) -> dict[str, int]:
        """Rows checked, records quarantined, failures of rules that only warn."""
        warned = sum(r.failed for r in self.rules if r.rule.severity == "warning")
        return {"checked": self.rows, "quarantined": self.quarantined, "warnings": warned}


def columns(conn: Connection, table: Table) -> dict[str, str]:
    """The table's columns in order with their PostgreSQL types; empty when it does not exist."""
    name = Identifier(*table).as_string(conn)
    return dict(conn.execute(statement("quality", "table_columns"), {"table": name}).fetchall())


def validate_table(
    url: str, conn: Connection, table: Table, suite: Suite, *, today: date
) -> TableResult:
    """Judge the upserts of a stage table.

    Great Expectations reads over a connection of its own to the hub at `url`: what the rules see is
    laid out beside the stage table and committed on `conn`, with all that stood uncommitted there,
    and dropped afterwards. The rows that fail rules about rows are left in the temporary table
    `concord_failing` (source_id text, rules integer[]) of `conn`.

    Raises:
        RuleBroken: a rule cannot be computed, or the library's count of failing rows is not ours.
        HubUnavailable: the library lost its connection.
    """
    types = columns(conn, table)
    rows = _upserts(conn, table) if types else 0
    if not rows:
        return TableResult(suite.system, suite.entity, 0)
    seen = view.classes(types, suite.readings)
    asked = _asked(suite, seen, today)
    laid_out = _lay_out(conn, table, suite, types)
    conn.commit()
    rules = [one.rule for one in asked]
    verdicts = gx.judge(url, laid_out, rules, [one.kwargs for one in asked], rows) if rules else []
    by_rule = {r.name: v for r, v in zip(rules, verdicts, strict=True)}
    results = tuple(
        _result(n, rule, by_rule.get(rule.name), seen) for n, rule in enumerate(suite.rules, 1)
    )
    _find_failing(conn, laid_out, asked)
    _compare(conn, [r for r in results if r.rule.name in by_rule and r.rule.kind.expr])
    return TableResult(suite.system, suite.entity, rows, results)


def find_failing(conn: Connection, table: Table, suite: Suite, *, today: date) -> None:
    """Leave the upserts of a stage table that fail rules about rows in `concord_failing`.

    By our own predicates alone: what comes of it has to be judged by `validate_table`.
    """
    types = columns(conn, table)
    asked = _asked(suite, view.classes(types, suite.readings), today)
    _find_failing(conn, _lay_out(conn, table, suite, types), asked)


@dataclass(frozen=True)
class _Asked:
    """A rule whose columns were read, its number in the suite, and its kwargs as of today."""

    number: int
    rule: Rule
    kwargs: Mapping[str, Any]


def _asked(suite: Suite, seen: Mapping[str, str], today: date) -> list[_Asked]:
    return [
        _Asked(number, rule, arguments.resolve(rule.kwargs, today))
        for number, rule in enumerate(suite.rules, 1)
        if _readable(rule, seen)
    ]


def _lay_out(conn: Connection, table: Table, suite: Suite, types: Mapping[str, str]) -> Table:
    """Keep what the rules see as a table.

    Should the step fail, it goes the way of all stage tables; the next try begins with a new one.
    """
    made = (table[0], f"v{table[1].removeprefix('b')}")
    query = view.select(table, *_named(suite, types))
    conn.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(*made)))
    conn.execute(statement("quality", "lay_out", seen=Identifier(*made), view=query))
    if suite.across:
        # The joins of its queries are planned by how many rows there are.
        conn.execute(SQL("ANALYZE {}").format(Identifier(*made)))
    return made


def _named(
    suite: Suite, types: Mapping[str, str]
) -> tuple[Mapping[str, str], Mapping[str, view.Reading]]:
    """The columns and readings that the rules name: to lay out more is half of the work.

    A rule across tables may name any, and one about columns asks which are there.
    """
    if suite.across:
        return types, suite.readings
    named = {name for rule in suite.rules for name in rule.columns}
    readings = {name: one for name, one in suite.readings.items() if name in named}
    if any(rule.kind.about_columns for rule in suite.rules):
        return types, readings
    named |= {one.base for one in readings.values()} | {view.GOLDEN_KEY}
    return {name: type_ for name, type_ in types.items() if name in named}, readings


def _upserts(conn: Connection, table: Table) -> int:
    query = SQL("SELECT count(*) FROM {} WHERE op = 'U'").format(Identifier(*table))
    row = conn.execute(query).fetchone()
    assert row
    return int(row[0])


def _readable(rule: Rule, seen: Mapping[str, str]) -> bool:
    """Whether the columns that a rule needs were read. Drift leaves a column out, and says so.

    Raises:
        RuleBroken: a column is there, and is not of a type that the rule can be asked of.
    """
    if rule.kind.about_columns:
        return True
    if any(name not in seen for name in rule.columns):
        return False
    asked = rule.kwargs.get("column_list") or [rule.kwargs.get("column")]
    for name in asked:
        if name and rule.kind.wants not in ("any", seen[name]):
            wants = "text" if rule.kind.wants == "text" else "numbers or dates"
            raise RuleBroken(
                f"{rule.place}: {rule.name}: {rule.type} is for {wants}, and {name} holds none"
            )
    return True


def _result(
    number: int, rule: Rule, verdict: Verdict | None, seen: Mapping[str, str]
) -> RuleResult:
    if verdict is None:
        missing = ", ".join(c for c in rule.columns if c not in seen)
        return RuleResult(number, rule, True, 0, 0, f"not read: {missing}")
    observed = verdict.observed
    if rule.level == "batch" and rule.kind.expr:
        observed = str(verdict.failed)
    return RuleResult(number, rule, verdict.success, verdict.checked, verdict.failed, observed)


def _find_failing(conn: Connection, seen: Table, asked: Sequence[_Asked]) -> None:
    """Find them in what the rules see, which is not needed any more then."""
    conn.execute("DROP TABLE IF EXISTS pg_temp.concord_failing")
    table = Identifier(*seen)
    about_rows = [one for one in asked if one.rule.kind.expr]
    by_themselves = [one for one in about_rows if not one.rule.kind.by_others]
    tests = {
        one.number: predicates.failing(one.rule.type, one.kwargs, table) for one in by_themselves
    }
    failing = statement(
        "quality",
        "failing_rows",
        seen=table,
        numbers=comma(
            SQL("CASE WHEN {} THEN {} END").format(test, Literal(number))
            for number, test in tests.items()
        ),
        any=SQL(" OR ").join([SQL("false"), *tests.values()]),
        by_others=SQL("").join(
            statement(
                "quality",
                "failing_by_others",
                seen=table,
                number=Literal(one.number),
                test=predicates.met_by_failing(one.rule.type, one.kwargs, table),
            )
            for one in about_rows
            if one.rule.kind.by_others
        ),
    )
    # The planner takes half of the rows for failing, and workers for too dear to bring them.
    conn.execute("SET LOCAL parallel_tuple_cost = 0")
    conn.execute(failing)
    conn.execute("RESET parallel_tuple_cost")
    conn.execute(SQL("DROP TABLE {}").format(table))


def _compare(conn: Connection, results: Sequence[RuleResult]) -> None:
    ours: dict[int, int] = dict(conn.execute(statement("quality", "failing_counts")).fetchall())
    for result in results:
        found = ours.get(result.number, 0)
        if found != result.failed:
            raise RuleBroken(
                f"{result.rule.place}: {result.rule.name}: Great Expectations counts"
                f" {result.failed} failing rows and our own predicate {found};"
                " no row was let through"
            )


def _words(result: RuleResult) -> str:
    seen = f" ({result.observed})" if result.observed else ""
    return f"{result.rule.name}: {result.rule.words}{seen}"
