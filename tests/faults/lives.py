"""Lives: every record that ever was, from the systems' logs of row changes, field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from concord.mapping.codes import texts_in
from concord.model.spec import Config, Field
from tests.faults.people import Event

Canon = Callable[[str | None], str | None]
Name = tuple[str, str, str]  # system, table, key of a record


@dataclass(frozen=True)
class Moment:
    """From `at` on a field of a record held `value`, set by a person or by Concord."""

    at: datetime
    human: bool
    value: str | None


@dataclass
class Record:
    """One record's life: its tag, and each field's moments, oldest first."""

    name: Name
    entity: str
    began: datetime
    mapped: frozenset[str]
    writable: frozenset[str]
    tag: str = ""
    parent: Record | None = None
    made_by_person: bool = False
    ended: datetime | None = None
    ended_by_person: bool = False
    fields: dict[str, list[Moment]] = field(default_factory=dict)

    @property
    def alive(self) -> bool:
        """Whether it is still there."""
        return self.ended is None

    def last(self, name: str) -> str | None:
        """What a field held last."""
        moments = self.fields.get(name)
        return moments[-1].value if moments else None

    def held(self, name: str, value: str | None, since: datetime, until: datetime) -> bool:
        """Whether a field had a value at some time within the two."""
        moments = self.fields.get(name, [])
        for n, m in enumerate(moments):
            end = moments[n + 1].at if n + 1 < len(moments) else self.ended or until
            if m.value == value and m.at <= until and end >= since:
                return True
        return False


def records_of(config: Config, events: Sequence[Event]) -> dict[Name, list[Record]]:
    """Lives by name; a key that was used again has more than one."""
    columns = columns_of(config)
    out: dict[Name, list[Record]] = {}
    for e in events:
        name = (e.system, e.table, e.key)
        entity, fields, canon = columns[e.system, e.table]
        if e.before is None:
            writable = frozenset(
                c.field for c in config.entity[entity].by_system[e.system].columns if c.write
            )
            out.setdefault(name, []).append(Record(name, entity, e.at, frozenset(fields), writable))
            out[name][-1].made_by_person = e.human
        record = out[name][-1]
        if e.after is None:
            record.ended, record.ended_by_person = e.at, e.human
            continue
        for f, column in fields.items():
            was = canon[f](text_of(e.before.get(column))) if e.before else None
            now = canon[f](text_of(e.after.get(column)))
            if now != was:
                record.fields.setdefault(f, []).append(Moment(e.at, e.human, now))
    _name_things(out)
    return out


def _name_things(records: Mapping[Name, list[Record]]) -> None:
    """Give every record its tag: a customer's web address; its own behind its customer's."""
    for parties in (True, False):
        for life in lives(records):
            if parties and life.entity == "party":
                life.tag = life.last("website") or ""
            elif not parties and life.entity != "party":
                parents = records.get(_parent(life), [])
                life.parent = parents[-1] if parents else None
                own = life.last("email" if life.entity == "contact" else "kind") or ""
                life.tag = f"{life.parent.tag if life.parent else '?'}/{own}"


def _parent(life: Record) -> Name:
    table = {"erp": "customers", "crm": "account"}[life.name[0]]
    return life.name[0], table, life.last("party") or ""


def columns_of(
    config: Config,
) -> dict[tuple[str, str], tuple[str, dict[str, str], dict[str, Canon]]]:
    """(system, table) -> entity, field -> column, field -> its one form."""
    out = {}
    for entity in config.entities:
        for m in entity.mappings:
            fields = {c.field: c.column for c in m.columns}
            canon = {f: _canon(config, entity.field[f], m.system) for f in fields}
            out[m.system, m.table] = (entity.name, fields, canon)
    return out


def _canon(config: Config, spec: Field, system: str) -> Canon:
    if spec.type == "code":
        assert spec.codes
        codes = {
            text.casefold(): code
            for code, texts in texts_in(config.code_list[spec.codes], system).items()
            for text in (code, *texts)
        }
        return lambda v: None if not v else codes.get(v.strip().casefold(), v)
    if "phone" in spec.name:
        return lambda v: "".join((v or "").split()) or None
    return lambda v: " ".join((v or "").split()) or None


def text_of(value: object) -> str | None:
    return None if value is None else str(value)


def lives(records: Mapping[Name, list[Record]]) -> Iterator[Record]:
    for found in records.values():
        yield from found
