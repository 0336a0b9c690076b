"""What must hold within one entity's file, beyond the form of each key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from graphlib import CycleError, TopologicalSorter

from concord.model import line_rules
from concord.model.documents import Document, Findings, Where, closest, column_place
from concord.model.spec import RULES, Authority, Column, Entity, EntityMapping, Field
from concord.model.vocabulary import (
    CLEAN_STEPS,
    FORMATS,
    RESERVED_FIELDS,
    STAGE_COLUMNS,
)

_ONLY = {  # key of a field -> the types that it belongs to
    "max": ("text",),
    "scale": ("money", "decimal", "quantity"),
    "codes": ("code",),
    "to": ("ref",),
    "clean": ("text",),
    "lines": ("lines",),
    "key": ("lines",),
}
_WRITTEN = {"lines": "of"}  # where a key has another name in files
_COARSER = ("date", "timestamp", "money", "decimal", "quantity")  # `rest` may stand alone
_IDENTIFIER = 41  # letters for entity and system together: b<batch>_<system>_<entity> fits in 63


class EntityRules:
    """Checks one entity and adds what is wrong to `findings`.

    `systems`, `entities` and `lists` are the names that exist; None when the file that would say
    so could not be read, and then names are not judged. `given`: business rules give the entity.
    """

    def __init__(
        self,
        entity: Entity,
        doc: Document,
        findings: Findings,
        *,
        systems: Collection[str] | None,
        entities: Collection[str],
        lists: Collection[str],
        given: bool = False,
    ) -> None:
        self.given = given
        self.entity, self.doc, self.findings = entity, doc, findings
        self.systems, self.entities, self.lists = systems, entities, lists

    def run(self) -> None:
        """All checks."""
        for field in self.entity.fields:
            self._field(field, ("fields", field.name), self.entity.field)
            siblings = {line.name: line for line in field.lines}
            for line in field.lines:
                self._field(line, ("fields", field.name, "of", line.name), siblings)
            self._cleaning_order(field.lines, ("fields", field.name, "of"))
        self._cleaning_order(self.entity.fields, ("fields",))
        self._groups()
        self._keys()
        line_rules.check(self.entity, self.doc, self.findings)
        for mapping in self.entity.mappings:
            self._mapping(mapping)
        self._required()
        self._posted()
        for unit in self.entity.units:
            where = ("groups" if len(unit.fields) > 1 else "fields", unit.name)
            self._authority(unit.authority, unit.fields, (*where, "authority"))

    def _add(self, where: Where, what: str, hint: str = "") -> None:
        self.findings.add(self.doc, where, what, hint)

    def _name(self, name: str, known: Collection[str] | None, kind: str, where: Where) -> bool:
        if known is None or name in known:
            return True
        self._add(where, f"unknown {kind} `{name}`", closest(name, list(known)))
        return False

    def _field(self, field: Field, where: Where, siblings: Collection[str]) -> None:
        if field.name in RESERVED_FIELDS:
            what = f"the name `{field.name}` is used by Concord's own columns"
            self._add(where, what, "Choose another, such as one with the entity's name in front.")
        for key, types in _ONLY.items():
            if getattr(field, key) not in (None, ()) and field.type not in types:
                name = _WRITTEN.get(key, key)
                what = f"`{name}` does not belong to type {field.type}"
                self._add((*where, name), what, f"It is for {', '.join(types)}.")
        if field.type == "ref":
            self._reference(field, where)
        if field.type == "code":
            if field.codes is None:
                self._add(where, "a code needs its list", "Add `codes: <file under codes/>`.")
            else:
                self._name(field.codes, self.lists, "code list", (*where, "codes"))
        for i, step in enumerate(field.clean):
            place = (*where, "clean", i)
            self._name(step.name, CLEAN_STEPS, "cleaning step", place)
            for used in step.uses:
                self._name(used, siblings, "field", place)

    def _cleaning_order(self, fields: Collection[Field], where: Where) -> None:
        """Cleaning looks at fields that are clean already, so it must not go in a circle."""
        sorter: TopologicalSorter[str] = TopologicalSorter()
        names = {field.name for field in fields}
        for field in fields:
            used = {u for step in field.clean for u in step.uses if u in names}
            sorter.add(field.name, *sorted(used))
        try:
            sorter.prepare()
        except CycleError as e:
            circle = [str(name) for name in reversed(e.args[1])]
            what = f"cleaning goes in a circle: {' → '.join(circle)}"
            hint = "Leave one of these uses out."
            self._add((*where, circle[0], "clean"), what, hint)

    def _reference(self, field: Field, where: Where) -> None:
        if field.to is None:
            self._add(where, "a reference needs its entity", "Add `to: <entity>`.")
        else:
            self._name(field.to, self.entities, "entity", (*where, "to"))

    def _groups(self) -> None:
        seen: dict[str, str] = {}
        for group in self.entity.groups:
            if group.name in self.entity.field:
                what = f"`{group.name}` is the name of a field as well"
                self._add(("groups", group.name), what, "Rename the group.")
            for i, name in enumerate(group.fields):
                where = ("groups", group.name, "fields", i)
                if not self._name(name, self.entity.field, "field", where):
                    continue
                if name in seen:
                    what = f"`{name}` is in group `{seen[name]}` already"
                    self._add(where, what, "A field belongs to one group at most.")
                seen[name] = group.name

    def _keys(self) -> None:
        for i, key in enumerate(self.entity.keys):
            for name in key:
                self._name(name, self.entity.field, "field", ("key", i))
            if len(set(key)) < len(key) or key in self.entity.keys[:i]:
                self._add(("key", i), "the key stands here twice", "Remove one.")

        for i, name in enumerate(self.entity.apart):
            self._name(name, self.entity.field, "field", ("apart", i))

    def _mapping(self, mapping: EntityMapping) -> None:
        where: Where = ("systems", mapping.system)
        self._name(mapping.system, self.systems, "system", where)
        if len(mapping.system) + len(mapping.entity) > _IDENTIFIER:
            what = "the names of entity and system are too long together"
            self._add(where, what, f"{_IDENTIFIER} letters at most: shorten one of them.")
        for column in mapping.columns:
            self._column(mapping, column)
        written = Counter(c.column for c in mapping.columns if c.write)
        for column in mapping.columns:
            if column.write and written[column.column] > 1:
                what = f"two fields are written into column `{column.column}`"
                hint = "Map one of them, or add `write: false` to the other."
                self._add(column_place(self.doc, mapping.system, column.field), what, hint)
        if mapping.on_delete == "restore" and not mapping.create:
            hint = "Allow `create`, or choose another `on_delete`."
            what = "a deleted record is to be made again, but nothing may be created there"
            self._add((*where, "on_delete"), what, hint)
        self._merging(mapping, where)
        if not any(set(key) <= set(mapping.by_field) for key in self.entity.keys):
            hint = "Map all fields of at least one key, or its records are never matched."
            self._add(where, f"no match key is mapped in {mapping.system}", hint)

    def _merging(self, mapping: EntityMapping, where: Where) -> None:
        if mapping.merged_into is None:
            return
        place, name = (*where, "merged_into"), mapping.merged_into
        if name in {mapping.id, *(c.column for c in mapping.columns)}:
            what = f"column `{name}` is mapped already"
            self._add(place, what, "Name the column that has the surviving record's key.")
        if name in STAGE_COLUMNS:
            what = f"a column called `{name}` cannot be staged: Concord uses the name"
            self._add(place, what, "Give it another name there, for example in a view.")

    def _column(self, mapping: EntityMapping, column: Column) -> None:
        where = column_place(self.doc, mapping.system, column.field)
        if not self._name(column.field, self.entity.field, "field", where):
            return
        field = self.entity.field[column.field]
        if (field.type == "lines") != (column.lines is not None):
            hint = "Lines need {table: ..., parent: ..., fields: {...}}, other fields a column."
            self._add(where, f"a field of type {field.type} is not mapped like this", hint)
            return
        if column.column == mapping.id:
            self._add(where, "the key column cannot be a field as well", "Map another column.")
        if column.column in STAGE_COLUMNS:
            what = f"a column called `{column.column}` cannot be staged: Concord uses the name"
            self._add(where, what, "Give it another name there, for example in a view.")
        self._form(field, column, where)
        if column.lines is not None:
            for inner, line, place in line_rules.mapped(field, column.lines, where):
                self._form(inner, line, place)

    def _form(self, field: Field, column: Column, where: Where) -> None:
        """How a text column writes the field, and what is lost."""
        if column.format is not None:
            formats = FORMATS.get(field.type, ())
            if not formats:
                what = f"a field of type {field.type} takes no format"
                self._add((*where, "format"), what, "Remove `format`.")
            else:
                self._name(column.format, formats, "format", (*where, "format"))
        self._shortening(field, column, where)

    def _shortening(self, field: Field, column: Column, where: Where) -> None:
        if column.shorten is None:
            if column.rest is not None and field.type not in _COARSER:
                self._add((*where, "rest"), "`rest` stands alone", "Add `shorten`, or remove it.")
            return
        if field.type != "text":
            self._add((*where, "shorten"), f"type {field.type} cannot be shortened")
        elif field.max is not None and column.shorten >= field.max:
            what = f"`shorten` is not shorter than the field ({field.max})"
            self._add((*where, "shorten"), what, "Remove `shorten` and `rest`.")
        if column.rest is None:
            hint = "Add `rest:` and say where the whole value is kept."
            self._add((*where, "shorten"), "shortening loses information", hint)

    def _required(self) -> None:
        mapped = {f for m in self.entity.mappings for f in m.by_field}
        for field in self.entity.fields:
            if field.required and field.name not in mapped and not self.given:
                what = "the field is required, but no system has a column for it"
                self._add(("fields", field.name), what, "Map it, or remove `required`.")

    def _posted(self) -> None:
        """What posts a document, and who decides it then; rules.py checks the codes."""
        posted = self.entity.posted
        if posted is None:
            return
        known = self._name(posted.system, self.entity.by_system, "system", ("posted", "system"))
        place: Where = ("posted", "field")
        if self._name(posted.field, self.entity.field, "field", place):
            if self.entity.field[posted.field].type != "code":
                self._add(place, f"`{posted.field}` has no codes", "Name a field of type code.")
            elif known and posted.field not in self.entity.by_system[posted.system].by_field:
                what = f"{posted.system} has no column for `{posted.field}`"
                self._add(place, what, "Name a field that it holds, or another system.")
        units = {unit.name for unit in self.entity.units}
        for i, name in enumerate(posted.open):
            self._name(name, units, "field or group", ("posted", "open", i))

    def _authority(self, authority: Authority, fields: tuple[str, ...], where: Where) -> None:
        held = {s: [f for f in fields if f in m.by_field] for s, m in self.entity.by_system.items()}
        if self.given:
            held[RULES] = list(fields)
        for system in authority.systems:
            if system == RULES:
                if not self.given:
                    what = f"no rule gives {self.entity.name}, so rules cannot decide this"
                    self._add(where, what, "Write one under config/rules, or name a system.")
            elif self.systems is not None and system not in self.systems:
                words = [*self.systems, "latest", "non_empty", "steward"]
                self._add(where, f"unknown system or word `{system}`", closest(system, words))
            elif not held.get(system):
                what = f"{system} is to decide this, but has no column for it"
                self._add(where, what, f"Map it under systems.{system}, or name another.")
        may_win = authority.systems or (() if authority.kind == "steward" else tuple(held))
        if authority.kind == "aggregate" and any(self.entity.field[f].lines for f in fields):
            self._add(where, "lines cannot be aggregated", "Choose another authority.")
        for system in may_win:
            missing = [f for f in fields if f not in held.get(system, fields)]
            if missing and held.get(system):
                what = f"{system} has only a part of the group: {', '.join(missing)} not mapped"
                hint = "A group is taken as a whole: map the rest, or let another system decide."
                self._add(where, what, hint)
