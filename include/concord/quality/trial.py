"""Trial: let the hub read what the suites say in its language, before any batch does."""

from __future__ import annotations

from datetime import date

import psycopg
from psycopg.sql import Composed, Identifier

from concord.errors import ConfigError, Problem
from concord.hub.database import Connection, first_line
from concord.hub.sql import idents, statement
from concord.quality import across
from concord.quality.rules import GOLDEN, Rule, Suite, Suites


def check(conn: Connection, suites: Suites) -> None:
    """Let PostgreSQL read every regular expression and every query of the suites; nothing runs.

    Raises:
        ConfigError: with every pattern that it cannot read, and every query that it cannot plan or
            that is no plain SELECT.
    """
    problems = []
    for suite in suites:
        for rule in suite.rules:
            problems += _patterns(conn, rule)
            if rule.query_file:
                problems += _query(conn, suite, rule)
    if problems:
        raise ConfigError(problems)


def _patterns(conn: Connection, rule: Rule) -> list[Problem]:
    out = []
    for pattern in [rule.kwargs.get("regex"), *rule.kwargs.get("regex_list", ())]:
        try:
            if pattern is not None:
                with conn.transaction():
                    conn.execute("SELECT '' ~ %s", (pattern,))
        except psycopg.errors.InvalidRegularExpression as e:
            hint = "PostgreSQL reads it; \\d, \\s, \\w and [[:alpha:]] are known."
            out.append(Problem(rule.file, rule.line, rule.name, first_line(e), hint))
    return out


def _query(conn: Connection, suite: Suite, rule: Rule) -> list[Problem]:
    try:
        with conn.transaction(force_rollback=True):
            conn.execute(_trial(suite, rule), prepare=True)
    except psycopg.Error as e:
        if conn.broken:
            raise
        hint = "It must give golden_id of failing records, from tables of the golden schema."
        return [Problem(rule.query_file or rule.file, None, rule.name, first_line(e), hint)]
    return []


def _trial(suite: Suite, rule: Rule) -> Composed:
    """The rule over no rows, in the form in which a batch asks it.

    Prepared by the protocol that takes one statement, and as a subquery that can only read.
    """
    query = across.for_library(rule.kwargs[across.KWARG], date.today())
    batch = statement(
        "quality",
        "trial_batch",
        golden=Identifier(GOLDEN, suite.entity),
        fields=idents(suite.columns, "g"),
    )
    test = across.failing({across.KWARG: query, "batch": batch})
    return statement("quality", "trial_rule", batch=batch, failing=test)
