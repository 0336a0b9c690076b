"""JSON that remembers where it stands: values with the line they begin on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_decoder = json.JSONDecoder()
_SPACE = " \t\r\n"


class BadJson(ValueError):
    """Text that is not the JSON we want: `what` is wrong on `line`."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(f"line {line}: {what}")


def read_object(text: str) -> dict[str, tuple[Any, int]]:
    """The members of a JSON object, each with the line its value begins on.

    Raises:
        BadJson: not JSON, not an object, or a key stands twice in one object.
    """
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as e:
        raise BadJson(e.lineno, f"not valid JSON: {e.msg}") from None
    except _Twice as e:
        raise BadJson(_line_of_second(text, e.key), f"the key {e.key!r} stands twice") from None
    if not isinstance(value, dict):
        raise BadJson(1, "the file must hold one JSON object")
    return {key: (member, _line(text, at)) for key, member, at in _members(text)}


def element_lines(text: str, key: str) -> list[int]:
    """The line on which each element of the array under a top-level key begins."""
    for name, value, at in _members(text):
        if name == key and isinstance(value, list):
            return [_line(text, start) for start in _elements(text, at)]
    return []


class _Twice(ValueError):
    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise _Twice(key)
        out[key] = value
    return out


def _members(text: str) -> Iterator[tuple[str, Any, int]]:
    """Key, value and start of the value, for the object that valid JSON text begins with."""
    at = _skip(text, _skip(text, 0) + 1)
    while text[at] != "}":
        key, at = _decoder.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        value, end = _decoder.raw_decode(text, at)
        yield key, value, at
        at = _next(text, end)


def _elements(text: str, at: int) -> Iterator[int]:
    at = _skip(text, at + 1)
    while text[at] != "]":
        yield at
        _, end = _decoder.raw_decode(text, at)
        at = _next(text, end)


def _next(text: str, end: int) -> int:
    at = _skip(text, end)
    return _skip(text, at + 1) if text[at] == "," else at


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _line_of_second(text: str, key: str) -> int:
    quoted = json.dumps(key, ensure_ascii=False)
    second = text.find(quoted, text.find(quoted) + 1)
    return _line(text, max(second, 0))
