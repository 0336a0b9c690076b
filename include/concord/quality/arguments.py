"""What the kwargs of an expectation may hold, and the values that are filled in later.

`{"$codes": "country"}` as a value set stands for every text that the system (or the golden model)
uses for that code list. `{"$today": 0}` as a limit stands for today in the company's zone, or so
many days after it. `{"$sql": "order_total"}` stands for the query of that file (across.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from concord.mapping.codes import texts_in
from concord.model.spec import CodeList
from concord.quality import across, conditions, view
from concord.quality.predicates import LIMITS, Kind

SCALARS = (str, bool, int, float)
IGNORE_PAIR = ("both_values_are_missing", "either_value_is_missing", "neither")
IGNORE_LIST = ("all_values_are_missing", "any_value_is_missing", "never")


def problems(kind: Kind, kwargs: Mapping[str, Any]) -> list[str]:
    """Everything wrong with the kwargs of one expectation, apart from the columns they name."""
    out = [f"it has no kwarg {name!r}" for name in sorted(set(kwargs) - kind.kwargs)]
    out += [f"the kwarg {name!r} is missing" for name in kind.required if name not in kwargs]
    if kind.one_of and all(kwargs.get(name) is None for name in kind.one_of):
        out.append(f"one of {' and '.join(kind.one_of)} is needed")
    for name in sorted(set(kwargs) & kind.kwargs):
        wrong = _wrong(name, kwargs[name], kind)
        if wrong:
            out.append(f"the kwarg {name!r} {wrong}")
    if "ignore_row_if" in kwargs and "ignore_row_if" in kind.kwargs:
        known = IGNORE_PAIR if "column_A" in kind.required else IGNORE_LIST
        if kwargs["ignore_row_if"] not in known:
            out.append(f"ignore_row_if must be one of {', '.join(known)}")
    low, high = (kwargs.get(name) for name in LIMITS)
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        out.append("min_value is above max_value")
    return out


def named_columns(kwargs: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns that well-formed kwargs name, each once, in order."""
    names = [kwargs[k] for k in ("column", "column_A", "column_B") if k in kwargs]
    names += [*kwargs.get("column_list", ()), *kwargs.get("column_set", ())]
    if kwargs.get("row_condition"):
        names += conditions.columns(kwargs["row_condition"])
    return tuple(dict.fromkeys(names))


def expand_codes(
    kwargs: Mapping[str, Any], system: str | None, lists: Mapping[str, CodeList]
) -> dict[str, Any]:
    """The kwargs with a `$codes` value set written out for a system (None: the golden model).

    For a `__code` column the texts are folded as that column is. Raises KeyError for a code list
    that is not there.
    """
    out = dict(kwargs)
    wanted = kwargs.get("value_set")
    if isinstance(wanted, dict):
        texts = _texts(lists[wanted["$codes"]], system)
        if view.base(kwargs["column"]) != kwargs["column"]:
            texts = {view.fold(text) for text in texts}
        out["value_set"] = sorted(texts)
    return out


def resolve(kwargs: Mapping[str, Any], today: date) -> dict[str, Any]:
    """The kwargs with limits that are dates turned into such, and queries as they are run."""
    out = dict(kwargs)
    if across.KWARG in kwargs:
        out[across.KWARG] = across.for_library(kwargs[across.KWARG], today)
    for name in LIMITS:
        limit = kwargs.get(name)
        if isinstance(limit, dict):
            out[name] = today + timedelta(days=limit["$today"])
        elif isinstance(limit, str):
            out[name] = _moment(limit)
    return out


def _texts(codes: CodeList, system: str | None) -> set[str]:
    if system is None:
        return {code.code for code in codes.codes}
    return {text for texts in texts_in(codes, system).values() for text in texts}


def _moment(text: str) -> date | datetime:
    return (
        date.fromisoformat(text)
        if len(text) == len("2026-01-31")
        else (datetime.fromisoformat(text))
    )


def _wrong(name: str, value: object, kind: Kind) -> str | None:
    if name in LIMITS:
        return _wrong_limit(value, dates=kind.wants == "ordered")
    if name == "row_condition":
        return conditions.problem(value)
    return CHECKS[name](value)


def _wrong_limit(value: object, *, dates: bool) -> str | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return None
    if not dates:
        return "must be a number"
    if isinstance(value, dict):
        days = value.get("$today")
        good = set(value) == {"$today"} and isinstance(days, int)
        return None if good else 'must be a number, a date or {"$today": days}'
    try:
        _moment(value if isinstance(value, str) else "")
    except ValueError:
        return 'must be a number, a date such as "2026-01-31" or {"$today": days}'
    return None


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value else "must be a text"


def _texts_wrong(least: int) -> Callable[[object], str | None]:
    def check(value: object) -> str | None:
        good = isinstance(value, list) and all(isinstance(v, str) and v for v in value)
        if not good or len(value) < least or len({*value}) < len(value):  # type: ignore
            return f"must be a list of {least} or more different texts"
        return None

    return check


def _value_set(value: object) -> str | None:
    if isinstance(value, dict):
        good = set(value) == {"$codes"} and isinstance(value["$codes"], str)
        return None if good else 'must be a list of values or {"$codes": name of a code list}'
    if not isinstance(value, list) or not value:
        return "must be a list of values; an empty one would let nothing pass"
    if any(not isinstance(v, SCALARS) for v in value) or len({type(v) for v in value}) > 1:
        return "must hold texts only, or numbers only; null is not a value"
    return None


def _query(value: object) -> str | None:
    good = isinstance(value, dict) and set(value) == {"$sql"} and isinstance(value["$sql"], str)
    return None if good else 'must be {"$sql": name of a file of expectations/golden/sql}'


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _count(value: object) -> str | None:
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return None if good else "must be a whole number, zero or more"


def _number(value: object) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    return None if good else "must be a number"


def _factor(value: object) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and value > 1
    return None if good else "must be a number above 1"


def _share(value: object) -> str | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1
    return None if good else "must be a share above 0 and at most 1"


CHECKS: Mapping[str, Callable[[object], str | None]] = {
    "column": _text,
    "column_A": _text,
    "column_B": _text,
    "column_list": _texts_wrong(2),
    "column_set": _texts_wrong(1),
    "regex": _text,
    "regex_list": _texts_wrong(1),
    "like_pattern": _text,
    "escape": lambda v: None if isinstance(v, str) and len(v) == 1 else "must be one character",
    "match_on": lambda v: None if v in ("any", "all") else "must be any or all",
    "value_set": _value_set,
    "strict_min": _flag,
    "strict_max": _flag,
    "or_equal": _flag,
    "exact_match": lambda v: None if v is False else "must be false: rules see columns of our own",
    "value": _count,
    "sum_total": _number,
    "mostly": _share,
    across.KWARG: _query,
    "factor": _factor,
    "least": _count,
    "ignore_row_if": _text,
}
