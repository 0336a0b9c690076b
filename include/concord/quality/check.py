"""Check one expectation of a suite against what is supported, and against the configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast, get_args

from concord.errors import Problem
from concord.model.spec import Config
from concord.quality import arguments
from concord.quality.across import KWARG, Query
from concord.quality.predicates import ALL, VOLUME
from concord.quality.rules import GOLDEN, Level, Rule, Severity
from concord.quality.view import KEY

NAME = re.compile(r"[a-z][a-z0-9_]*")
KEYS = ("type", "kwargs", "severity", "meta")
META = ("rule", "owner", "meaning", "level", "notes")


@dataclass(frozen=True)
class Columns:
    """The columns that a suite may name, with what can be asked of each (None: not known yet)."""

    known: Mapping[str, str | None]
    where: str  # which table they are of, in words
    queries: Mapping[str, Query] = field(default_factory=dict)  # what it may ask of other tables


def check_expectation(
    raw: object, file: str, line: int | None, system: str, columns: Columns, config: Config
) -> Rule | list[Problem]:
    """The rule that one expectation states, or everything that is wrong with it."""
    if not isinstance(raw, dict):
        return [Problem(file, line, "", "an expectation must be a JSON object")]
    meta = raw.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    where = meta.get("rule") if isinstance(meta.get("rule"), str) else ""
    wrong = [*_unknown_keys(raw, meta), *_wrong_meta(meta, config), *_wrong_severity(raw)]
    wrong += _wrong_type(raw)
    if not wrong:
        wrong += _wrong_kwargs(raw, meta, system, columns, config)
    if wrong:
        return [Problem(file, line, str(where), what, hint) for what, hint in wrong]
    kwargs = arguments.expand_codes(raw["kwargs"], _own_codes(system), config.code_list)
    query = columns.queries[kwargs[KWARG]["$sql"]] if KWARG in kwargs else None
    if query:
        kwargs[KWARG] = query.text
    return Rule(
        name=meta["rule"],
        type=raw["type"],
        kwargs=kwargs,
        severity=cast(Severity, raw["severity"]),
        level=_level(raw, meta),
        owner=meta["owner"],
        meaning=meta["meaning"],
        columns=arguments.named_columns(kwargs),
        file=file,
        line=line,
        query_file=query.file if query else None,
    )


Wrong = tuple[str, str]  # what, hint


def _unknown_keys(raw: dict[str, Any], meta: dict[str, Any]) -> list[Wrong]:
    out = [(f"unknown key {k!r}", f"Known: {', '.join(KEYS)}.") for k in raw if k not in KEYS]
    known = f"Known: {', '.join(META)}."
    return out + [(f"unknown key {k!r} in meta", known) for k in meta if k not in META]


def _wrong_meta(meta: dict[str, Any], config: Config) -> list[Wrong]:
    out = []
    rule = meta.get("rule")
    if not (isinstance(rule, str) and NAME.fullmatch(rule)):
        what = "meta.rule is missing" if rule is None else "meta.rule is not a name"
        out.append((what, "Name the rule in lower case, such as email_form; keep the name."))
    owner = meta.get("owner")
    if not (isinstance(owner, str) and owner.strip()):
        out.append(("meta.owner is missing", "Say who looks after the records that fail."))
    meaning = meta.get("meaning")
    words = meaning if isinstance(meaning, dict) else {}
    for language in config.company.languages:
        text = words.get(language)
        if not (isinstance(text, str) and text.strip()):
            hint = "Say in a sentence what must hold."
            out.append((f"meta.meaning.{language} is missing", hint))
    if meta.get("level", "row") not in get_args(Level):
        out.append(("meta.level must be row or batch", ""))
    return out


def _wrong_severity(raw: dict[str, Any]) -> list[Wrong]:
    if raw.get("severity") in get_args(Severity):
        return []
    what = "severity is missing" if "severity" not in raw else "the severity is unknown"
    return [(what, "critical sets the row aside; warning and info count it and let it pass.")]


def _wrong_type(raw: dict[str, Any]) -> list[Wrong]:
    type_ = raw.get("type")
    if type_ in ALL:
        return []
    what = f"the expectation type {type_!r} is not supported" if type_ else "type is missing"
    close = [k for k in ALL if isinstance(type_, str) and _alike(k, type_)]
    return [(what, f"Did you mean {close[0]}?" if close else f"Known: {', '.join(ALL)}.")]


def _alike(known: str, given: str) -> bool:
    return known.replace("expect_", "") == given.lower().replace("expect_", "").rstrip("s")


def _wrong_kwargs(
    raw: dict[str, Any], meta: dict[str, Any], system: str, columns: Columns, config: Config
) -> list[Wrong]:
    kind, kwargs = ALL[raw["type"]], raw.get("kwargs")
    if not isinstance(kwargs, dict):
        return [("kwargs must be a JSON object", "")]
    known = f"Known: {', '.join(sorted(kind.kwargs))}."
    wrong = [
        (what, known if "no kwarg" in what else "") for what in arguments.problems(kind, kwargs)
    ]
    if wrong:
        return wrong
    if "mostly" in kwargs and raw["severity"] == "critical" and _level(raw, meta) == "row":
        what = "a critical rule about rows cannot have mostly: each failing row is set aside"
        wrong.append((what, 'Make it a warning, or hold the entity with "level": "batch".'))
    named = kwargs.get("value_set")
    if isinstance(named, dict) and named["$codes"] not in config.code_list:
        what = f"there is no code list {named['$codes']!r}"
        wrong.append((what, f"Known: {', '.join(config.code_list)}."))
    if KWARG in kwargs:
        wrong += _wrong_query(kwargs[KWARG]["$sql"], system, columns)
    if raw["type"] == VOLUME and (system == GOLDEN or raw["severity"] == "critical"):
        hint = "Rows that came are counted by system; and none of them is wrong."
        wrong.append(("a volume rule is a warning about a system's table", hint))
    if kind.expr is None and meta.get("level") == "row":
        wrong.append(("this type is about a whole table", "Leave meta.level out."))
    for name in arguments.named_columns(kwargs):
        wrong += _wrong_column(name, columns)
    asked = [kwargs[k] for k in ("column", "column_A", "column_B") if k in kwargs]
    for name in [*asked, *kwargs.get("column_list", ())]:
        is_a = columns.known.get(name)
        if is_a and kind.wants not in ("any", is_a):
            wants = "text" if kind.wants == "text" else "numbers or dates"
            wrong.append((f"this type is for {wants}, and {name} holds none", ""))
    return wrong


def _wrong_query(name: str, system: str, columns: Columns) -> list[Wrong]:
    if system != GOLDEN:
        hint = "The golden tables are of one moment; those of a system are read one by one."
        return [("only golden suites can look at other tables", hint)]
    if name in columns.queries:
        return []
    known = ", ".join(columns.queries) or "none yet"
    return [(f"there is no query {name!r}", f"Files of expectations/golden/sql: {known}.")]


def _wrong_column(name: str, columns: Columns) -> list[Wrong]:
    if name in columns.known:
        return []
    hint = f"Known: {', '.join(columns.known)}. ({KEY} is the record's key.)"
    return [(f"{name} is no mapped column of {columns.where}", hint)]


def _level(raw: dict[str, Any], meta: dict[str, Any]) -> Level:
    if ALL[raw["type"]].expr is None or meta.get("level") == "batch":
        return "batch"
    return "row"


def _own_codes(system: str) -> str | None:
    return None if system == GOLDEN else system
