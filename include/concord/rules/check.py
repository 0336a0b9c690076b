"""Check: whether the hub can run the rules' queries, asked without running them."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from concord.errors import Problem
from concord.hub.database import Connection
from concord.model.documents import Document, closest
from concord.model.rule_files import OWN_COLUMNS
from concord.model.spec import Config, Entity, Rule
from concord.rules import due, evaluate
from concord.rules.query import columns, reading_only, reason, relation

NOTHING = sql.SQL("(SELECT NULL::uuid AS golden_id, false AS differs WHERE false)")
Add = Callable[[tuple[str, ...], str, str], None]


def check(conn: Connection, config: Config, documents: dict[str, Document]) -> list[Problem]:
    """Every query of every rule that the hub refuses, or that does not give what it has to.

    The transaction on `conn` is rolled back; the hub must be as the model files say.
    """
    problems: list[Problem] = []
    with conn.transaction(force_rollback=True):
        for rule in config.rules:
            document = documents[f"rules/{rule.name}"]

            def add(where: tuple[str, ...], what: str, hint: str, of: Document = document) -> None:
                line = of.line(where)
                problems.append(Problem(of.file, line, ".".join(where), what, hint))

            _query(conn, config.entity[rule.gives], rule, add)
            for name in rule.watches:
                _watch(conn, config.entity[name], rule, add)
    return problems


def _query(conn: Connection, entity: Entity, rule: Rule, add: Add) -> None:
    evaluate.create_wanted(conn, entity)
    asked = evaluate.Asked(rule, [])
    try:
        with reading_only(conn):
            names = columns(conn, relation(rule.query))
            if not _columns(entity, rule, names, add):
                return
            filling = evaluate.filling(entity, rule, names)
            conn.execute(sql.SQL("EXPLAIN {}").format(filling), asked.values)
    except psycopg.Error as e:
        add(("query",), f"the hub refuses the query: {reason(e)}", "Correct its .sql file.")


def _columns(entity: Entity, rule: Rule, names: tuple[str, ...], add: Add) -> bool:
    """Whether the query has the columns that it needs and no others."""
    needed = ("subject",) if rule.adds else ("key", "subject")
    missing = [n for n in needed if n not in names]
    if missing:
        add(("query",), f"the query has no column {', '.join(missing)}", "Select it.")
    known = [*OWN_COLUMNS, *entity.field]
    unknown = [n for n in names if n not in known]
    for name in unknown:
        add(("query",), f"`{name}` is no field of {entity.name}", closest(name, known))
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        add(("query",), f"the query has two columns {', '.join(twice)}", "Leave one out.")
    return not (missing or unknown or twice)


def _watch(conn: Connection, entity: Entity, rule: Rule, add: Add) -> None:
    conn.execute("DROP TABLE IF EXISTS pg_temp.touched")
    conn.execute("CREATE TEMP TABLE touched (subject uuid) ON COMMIT DROP")
    try:
        with reading_only(conn):
            touching = due.touching(NOTHING, entity, rule)
            conn.execute(sql.SQL("EXPLAIN {}").format(touching), {"batch": 0})
    except psycopg.Error as e:
        what = f"the hub refuses the query: {reason(e)}"
        add(("watches", entity.name), what, "Correct its .sql file.")
