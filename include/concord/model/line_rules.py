"""What must hold for the lines of documents within one entity's file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from concord.model.documents import Document, Findings, Where, closest, column_place
from concord.model.spec import RULES, Authority, Column, Entity, EntityMapping, Field, Lines

_LETTERS = 50  # of entity and field together: the table of the lines and its indexes fit in 63


def check(entity: Entity, doc: Document, findings: Findings) -> None:
    """All checks of an entity's fields of type lines."""
    for field in entity.documents:
        rules = _LineRules(entity, field, doc, findings)
        rules.form()
        rules.names()
        for mapping in entity.mappings:
            column = mapping.by_field.get(field.name)
            if column is not None and column.lines is not None:
                rules.mapping(mapping, column.lines)
        rules.required()
        rules.partial()


def mapped(field: Field, lines: Lines, where: Where) -> Iterator[tuple[Field, Column, Where]]:
    """Each mapped field of the lines with its column and place; unknown ones are left out."""
    known = {line.name: line for line in field.lines}
    for column in lines.columns:
        if column.field in known:
            yield known[column.field], column, (*where, "fields", column.field)


class _LineRules:
    def __init__(self, entity: Entity, field: Field, doc: Document, findings: Findings) -> None:
        self.entity, self.field, self.doc, self.findings = entity, field, doc, findings
        self.where: Where = ("fields", field.name)
        self.lines = {line.name: line for line in field.lines}

    def _add(self, where: Where, what: str, hint: str = "") -> None:
        self.findings.add(self.doc, where, what, hint)

    def form(self) -> None:
        """The fields of a line and the key that tells lines apart."""
        if not self.field.lines:
            self._add(self.where, "lines have no fields", "Add `of:` with the fields of a line.")
        if not self.field.key:
            hint = "Add `key:`, such as the line's number: it tells a document's lines apart."
            self._add(self.where, "`key` is missing", hint)
        for line in self.field.lines:
            if line.type == "lines":
                hint = "Make what is below a line an entity of its own that refers to it."
                self._add((*self.where, "of", line.name, "type"), "lines cannot hold lines", hint)
        for i, name in enumerate(self.field.key):
            place = (*self.where, "key", i)
            if name not in self.lines:
                hint = closest(name, list(self.lines))
                self._add(place, f"unknown line field `{name}`", hint)
            elif name in self.field.key[:i]:
                self._add(place, f"`{name}` stands here twice", "Remove one.")

    def names(self) -> None:
        """Where lines cannot stand, and names that the hub's tables could not have."""
        name = self.field.name
        for key in ("key", "apart"):
            listed = self.entity.apart if key == "apart" else self.entity.keys
            for i, used in enumerate(listed):
                if name == used or (key == "key" and name in used):
                    what = f"`{name}` are lines, which cannot be compared with another record's"
                    self._add((key, i), what, "Name other fields.")
        if len(self.entity.name) + len(name) > _LETTERS:
            what = f"the names of entity and field are too long together for the table of {name}"
            self._add(self.where, what, f"{_LETTERS} letters at most: shorten one of them.")
        for line in self.field.lines:
            if line.name in ("golden_id", "position"):
                what = f"the name `{line.name}` is used by Concord's own columns"
                self._add((*self.where, "of", line.name), what, "Choose another.")

    def mapping(self, mapping: EntityMapping, lines: Lines) -> None:
        """One system's table of lines."""
        where = column_place(self.doc, mapping.system, self.field.name)
        there = {column.field: column for column in lines.columns}
        for column in lines.columns:
            place = (*where, "fields", column.field)
            if column.field not in self.lines:
                hint = closest(column.field, list(self.lines))
                self._add(place, f"unknown line field `{column.field}`", hint)
            if column.column == lines.parent:
                what = "the column with the document's key cannot be a field as well"
                self._add(place, what, "Map another column.")
            if column.shorten is not None:
                what = "fields of lines are not shortened"
                self._add((*place, "shorten"), what, "Add `write: false`, or a longer column.")
        taken = Counter(column.column for column in lines.columns)
        for column in lines.columns:
            if taken[column.column] > 1:
                what = f"two line fields are mapped to column `{column.column}`"
                self._add((*where, "fields", column.field), what, "Map one of them.")
        for name in self.field.key:
            if name in self.lines and name not in there:
                what = f"{mapping.system} has no column for `{name}`, which is in the lines' key"
                self._add((*where, "fields"), what, "Map it, or choose another key.")
            elif name in there and not there[name].write and _writes(lines):
                what = f"`{name}` is in the lines' key and must be written with the others"
                self._add((*where, "fields", name), what, "Remove `write: false`.")

    def required(self) -> None:
        """A required line field must come from somewhere."""
        given = {name for fields in self._held().values() for name in fields}
        for line in self.field.lines:
            if line.required and self._held() and line.name not in given:
                what = "the field is required, but no system has a column for it"
                hint = "Map it, or remove `required`."
                self._add((*self.where, "of", line.name), what, hint)

    def partial(self) -> None:
        """Lines are taken whole, so who lacks a field must not win over who is written it."""
        held, written = self._held(), self._held(written=True)
        pairs = set(_may_beat(self.field.authority, tuple(held)))
        posted = self.entity.posted
        if posted is not None and posted.system in held and self.field.name not in posted.open:
            pairs |= {(posted.system, other) for other in held if other != posted.system}
        found = {(winner, n) for winner, loser in pairs for n in written[loser] - held[winner]}
        for system in sorted({system for system, _ in found}):
            names = ", ".join(sorted(name for one, name in found if one == system))
            what = (
                f"{system} may decide {self.field.name}, but holds only a part: {names} not mapped"
            )
            hint = "Lines are taken as a whole: map the rest, or let another system decide."
            self._add((*self.where, "authority"), what, hint)

    def _held(self, *, written: bool = False) -> dict[str, set[str]]:
        """System -> the line fields that it maps, or those that are written there."""
        columns = {m.system: m.by_field.get(self.field.name) for m in self.entity.mappings}
        return {
            system: {
                c.field
                for c in column.lines.columns
                if c.field in self.lines and (c.write or not written)
            }
            for system, column in columns.items()
            if column is not None and column.lines is not None
        }


def _writes(lines: Lines) -> bool:
    return any(column.write for column in lines.columns)


def _may_beat(authority: Authority, systems: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Pairs of systems of which the first may win although the second has a value."""
    ranked = [s for s in authority.systems if s in systems and s != RULES]
    if authority.kind not in ("owner", "priority"):
        ranked = []
    for winner in systems:
        for loser in systems:
            if winner == loser:
                continue
            if winner in ranked and loser in ranked:
                if ranked.index(winner) < ranked.index(loser):
                    yield winner, loser
            elif winner in ranked or loser not in ranked:
                yield winner, loser
