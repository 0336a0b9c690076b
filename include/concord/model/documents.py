"""YAML files as plain data, with the line of every key.

Plain scalars follow YAML 1.2: `no` and `NO` are text (Norway stays a country), only `true` and
`false` are booleans, and keys are always text, so the code `01` keeps its zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from concord.errors import Problem

try:
    from yaml import CSafeLoader as Loader
except ImportError:
    from yaml import SafeLoader as Loader  # type: ignore[assignment]

Where = tuple[str | int, ...]
"""A place in a file: keys and list positions from the top."""

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?|[-+]?[1-9][0-9]*[eE]\d+")


@dataclass(frozen=True)
class Document:
    """One file: its name for people, its data, and where each key stands."""

    file: str
    data: Any
    lines: Mapping[Where, int] = field(default_factory=dict)

    def line(self, where: Sequence[str | int]) -> int | None:
        """Line of the place, or of the nearest key around it that exists. Lines start at 1."""
        place = tuple(where)
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)


@dataclass
class Findings:
    """Problems found so far; every reader adds to one list and nobody stops at the first."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, doc: Document, where: Sequence[str | int], what: str, hint: str = "") -> None:
        """Note a problem at a place of a file."""
        self.problems.append(Problem(doc.file, doc.line(where), dotted(where), what, hint))


def dotted(where: Sequence[str | int]) -> str:
    """`('key', 0, 'name')` as `key[0].name`."""
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def column_place(doc: Document, system: str, field: str) -> Where:
    """Where an entity's file says which column a system uses for a field."""
    beside: Where = ("fields", field, "systems", system)
    return beside if beside in doc.lines else ("systems", system, "fields", field)


def closest(word: str, allowed: Sequence[str]) -> str:
    """A hint that names the nearest allowed word, then all of them."""
    near = get_close_matches(word, allowed, n=1, cutoff=0.6)
    first = f"Did you mean `{near[0]}`? " if near else ""
    return f"{first}Allowed: {', '.join(sorted(allowed))}." if allowed else first.strip()


def read_document(path: Path, shown: str, findings: Findings) -> Document | None:
    """Read one YAML file; None when it has no usable content, and then `findings` says why."""
    nowhere = Document(shown, None)
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as e:
        line = path.read_bytes()[: e.start].count(b"\n") + 1
        what = "the file is not UTF-8 text"
        findings.problems.append(Problem(shown, line, "", what, "Save it with encoding UTF-8."))
        return None
    except OSError as e:
        findings.add(nowhere, (), f"the file cannot be read: {e.strerror}")
        return None
    tabs = [n for n, row in enumerate(text.split("\n"), 1) if re.match(r" *\t+ *\S", row)]
    if tabs:
        what = "the line is indented with a tab character"
        findings.problems.append(Problem(shown, tabs[0], "", what, "Indent with spaces."))
        return None
    node = _compose(text, shown, findings)
    if node is None:
        return None
    reader = _Reader(shown, findings)
    data = reader.value(node, ())
    return Document(shown, data, reader.lines) if reader.usable else None


def _compose(text: str, shown: str, findings: Findings) -> yaml.Node | None:
    loader = Loader(text)
    try:
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as e:
        mark = e.problem_mark or e.context_mark
        what = f"not valid YAML: {e.problem or e.context}"
        hint = "Check indentation, brackets and quotes there."
        line = mark.line + 1 if mark else None
        findings.problems.append(Problem(shown, line, "", what, hint))
        return None
    except yaml.YAMLError as e:
        reason = str(e).splitlines()[0]
        findings.problems.append(Problem(shown, None, "", f"not valid YAML: {reason}"))
        return None
    finally:
        loader.dispose()
    if node is None:
        hint = "Fill it in, or delete it if nothing needs it."
        findings.problems.append(Problem(shown, 1, "", "the file is empty", hint))
    return node


class _Reader:
    def __init__(self, shown: str, findings: Findings) -> None:
        self.doc = Document(shown, None)
        self.findings = findings
        self.lines: dict[Where, int] = {}
        self.usable = True
        self.open: set[int] = set()

    def value(self, node: yaml.Node, where: Where) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(where, line)
        if id(node) in self.open:
            self._refuse(line, where, "the anchor contains itself", "Write the value out.")
            return None
        if node.tag.startswith("!"):
            self._refuse(line, where, f"the tag `{node.tag}` is not used here", "Remove it.")
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, where)
            if isinstance(node, yaml.SequenceNode):
                return [self.value(n, (*where, i)) for i, n in enumerate(node.value)]
            return _scalar(node)
        finally:
            self.open.discard(id(node))

    def _mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(line, where, "a key must be one word", "Put lists behind the colon.")
                continue
            place = (*where, key.value)
            if key.value in data:
                first = self.lines[place]
                what = f"the key `{key.value}` stands here a second time (first in line {first})"
                self._refuse(line, place, what, "Keep one of the two.")
                continue
            self.lines[place] = line
            data[key.value] = self.value(value, place)
        return data

    def _refuse(self, line: int, where: Where, what: str, hint: str) -> None:
        self.usable = False
        self.findings.problems.append(Problem(self.doc.file, line, dotted(where), what, hint))


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    if getattr(node, "style", None) not in (None, ""):  # quoted or block: text as it stands
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
