"""The checker: what became of everything that people did, from the two systems alone.

It reads the rows and the log of row changes in ERP and CRM (people.py), and, to accept that a
value is not there, what stewards are shown: conflicts, reviews and refused records. Records of one
thing are known by a value that nobody edits, their tag. All values are compared in one form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import psycopg

from concord.mapping.codes import texts_in
from concord.model.spec import Config, Field
from tests.faults.people import Event, log

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


@dataclass
class Verdict:
    """What went wrong, in words; all empty when nothing did."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    overwritten: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)  # overwritten by a value that people left before
    idle: list[str] = field(default_factory=list)  # writes that changed nothing
    apart: list[str] = field(default_factory=list)  # the two sides do not agree
    edits: int = 0  # changes of fields by people
    writes: int = 0  # by Concord
    disputed: int = 0  # edits that stewards are shown

    @property
    def clean(self) -> bool:
        """Whether every law was kept."""
        return not self.words()

    def words(self) -> str:
        """All findings, one a line."""
        parts = ("lost", "doubled", "overwritten", "stale", "idle", "apart")
        return "\n".join(f"{part}: {line}" for part in parts for line in getattr(self, part))


@dataclass(frozen=True)
class Shown:
    """What stewards are shown: disputed values, and records that wait for a decision."""

    values: frozenset[tuple[str, str, str, str | None]]  # system, source id, field, value
    records: frozenset[tuple[str, str]]  # system, source id


NOTHING = Shown(frozenset(), frozenset())


def shown(hub_url: str) -> Shown:
    """The stewards' lists of one hub."""
    values: set[tuple[str, str, str, str | None]] = set()
    records: set[tuple[str, str]] = set()
    with psycopg.connect(hub_url) as conn:
        for (loser,) in conn.execute("SELECT loser FROM ops.conflict"):
            for name, value in loser["value"].items():
                values.add((loser["system"], loser["source_id"], name, value))
        for system, subject, detail in conn.execute(
            "SELECT system, subject, detail FROM ops.review WHERE kind IN ('match', 'double')"
        ):
            records |= {(system, r) for r in detail.get("records", [subject])}
        records |= set(
            conn.execute("SELECT system, source_id FROM ops.quarantine WHERE state = 'open'")
        )
    return Shown(frozenset(values), frozenset(records))


def check(config: Config, urls: Mapping[str, str], lists: Shown = NOTHING) -> Verdict:
    """Judge everything in the log. Call it when people and batches have stopped."""
    events = log(urls)
    records = _records(config, events)
    out = Verdict(writes=sum(not e.human for e in events))
    _idle(config, events, out)
    _doubled(records, lists, out)
    _judge(records, lists, out)
    return out


def _records(config: Config, events: Sequence[Event]) -> dict[Name, list[Record]]:
    """Lives by name; a key that was used again has more than one."""
    columns = _columns(config)
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
            was = canon[f](_text(e.before.get(column))) if e.before else None
            now = canon[f](_text(e.after.get(column)))
            if now != was:
                record.fields.setdefault(f, []).append(Moment(e.at, e.human, now))
    _name_things(out)
    return out


def _name_things(records: Mapping[Name, list[Record]]) -> None:
    """Give every record its tag: a customer's web address; its own behind its customer's."""
    for parties in (True, False):
        for life in _lives(records):
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


def _columns(
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


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _idle(config: Config, events: Sequence[Event], out: Verdict) -> None:
    columns = _columns(config)
    for e in events:
        if e.human or e.before is None or e.after is None:
            continue
        _, fields, canon = columns[e.system, e.table]
        if all(
            canon[f](_text(e.before.get(c))) == canon[f](_text(e.after.get(c)))
            for f, c in fields.items()
            if f != "party"
        ) and e.before.get(fields.get("party", "")) == e.after.get(fields.get("party", "")):
            out.idle.append(f"{e.system}.{e.table} {e.key} at {e.at}")


TELLS = {"party": ("website",), "contact": ("party", "email"), "address": ("party", "kind")}
"""Fields by which two records of one system are seen to be the same thing."""


def _doubled(records: Mapping[Name, list[Record]], lists: Shown, out: Verdict) -> None:
    """Records that Concord made beside one that was there already."""
    for life in _lives(records):
        if life.made_by_person or _waits(life, lists):
            continue
        own = [life.fields.get(name, [None])[0] for name in TELLS[life.entity]]
        for other in _lives(records):
            if other is life or (other.name[:2]) != life.name[:2] or other.began > life.began:
                continue
            if (
                all(own)
                and (other.alive or other.ended > life.began)
                and all(
                    m and other.held(name, m.value, life.began, life.began)
                    for name, m in zip(TELLS[life.entity], own, strict=True)
                )
            ):
                out.doubled.append(f"{life.name} beside {other.name[2]}: {life.tag}")


def _lives(records: Mapping[Name, list[Record]]) -> Iterator[Record]:
    for lives in records.values():
        yield from lives


def _judge(records: Mapping[Name, list[Record]], lists: Shown, out: Verdict) -> None:
    of_thing: dict[tuple[str, str], list[Record]] = {}
    for life in _lives(records):
        of_thing.setdefault((life.entity, life.tag), []).append(life)
    for thing in of_thing.values():
        for life in thing:
            others = [r for r in thing if r.name[0] != life.name[0]]
            alone = life.alive and life.made_by_person and not others
            if (
                alone
                and not _waits(life, lists)
                and _has_place(life, of_thing)
                and not _uncoupled(life, records)
            ):
                out.lost.append(f"{life.name} {life.tag}: the other system never had it")
            for name, moments in life.fields.items():
                _field(life, name, moments, others, lists, out)
        _agree(thing, lists, out)


def _has_place(life: Record, of_thing: Mapping[tuple[str, str], list[Record]]) -> bool:
    """Whether what it refers to is in the other system as well."""
    parent = life.parent
    return parent is None or any(
        r.alive and r.name[0] != life.name[0] for r in of_thing[parent.entity, parent.tag]
    )


KEYS = {"party": ("tax_id", "email"), "contact": ("email",), "address": ("kind",)}


def _uncoupled(life: Record, records: Mapping[Name, list[Record]]) -> bool:
    """Whether people deleted what was the same thing by a key, before the two had become alike."""
    return any(
        other.ended_by_person
        and (other.entity, other.name[0] != life.name[0]) == (life.entity, True)
        and any(
            m.value and other.held(name, m.value, m.at, other.ended or m.at)
            for name in KEYS[life.entity]
            for m in life.fields.get(name, [])
        )
        for other in _lives(records)
    )


def _agree(thing: Sequence[Record], lists: Shown, out: Verdict) -> None:
    """Two living records of one thing hold the same wherever both may be written."""
    living = {r.name[0]: r for r in thing if r.alive and not _waits(r, lists)}
    if len(living) != 2 or sum(r.alive for r in thing) != 2:
        return
    erp, crm = living["erp"], living["crm"]
    for name in sorted(erp.writable & crm.writable - {"party"}):
        if erp.last(name) != crm.last(name):
            story = _story(name, thing)
            out.apart.append(
                f"{erp.name} {erp.tag} {name}: {erp.last(name)!r}, {crm.last(name)!r}{story}"
            )


def _waits(life: Record, lists: Shown) -> bool:
    """Whether it, or what it belongs to, waits for a steward."""
    own = (life.name[0], life.name[2]) in lists.records
    return own or (life.parent is not None and _waits(life.parent, lists))


def _field(
    life: Record,
    name: str,
    moments: Sequence[Moment],
    others: Sequence[Record],
    lists: Shown,
    out: Verdict,
) -> None:
    """What became of each value that a person typed into one field of one record."""
    if name == "party":  # keys of another table, in each system's own
        return

    def disputed(m: Moment) -> bool:
        return any((r.name[0], r.name[2], name, m.value) in lists.values for r in [life, *others])

    for n, m in enumerate(moments):
        if not m.human:
            continue
        out.edits += 1
        after = moments[n + 1] if n + 1 < len(moments) else None
        if after is not None and after.human:
            continue  # people replaced it themselves
        if disputed(m) or _waits(life, lists):
            out.disputed += 1
            continue
        if m.value is None and not _known(name, moments[:n], others, m.at):
            continue  # a field that is empty when a record is first seen says nothing
        first = _since(name, moments[: n + 1], others, disputed)
        what = f"{life.name} {life.tag} {name}: {m.value!r} of {m.at:%H:%M:%S.%f}"
        story = _story(name, [life, *others])
        if after is None:
            if life.alive and not _agreed(name, m, others):
                out.lost.append(f"{what} is there, and not on the other side{story}")
        elif not _followed(name, first, after, others):
            line = f"{what} replaced by {after.value!r} at {after.at:%H:%M:%S.%f}{story}"
            stale = _left(name, first, after, [life, *others])
            (out.stale if stale else out.overwritten).append(line)


def _known(name: str, earlier: Sequence[Moment], others: Sequence[Record], until: datetime) -> bool:
    """Whether anybody had seen a value there: it came from the other side, or it went there."""
    return any(
        not m.human or any(r.held(name, m.value, m.at, until) for r in others)
        for m in earlier
        if m.value is not None
    )


def _story(name: str, records: Sequence[Record]) -> str:
    """All that happened to one field of one thing, a line each, for whoever looks into it."""
    lines = [
        (m.at, r.name[0], "person" if m.human else "concord", repr(m.value), r.name[2])
        for r in records for m in r.fields.get(name, [])
    ]  # fmt: skip
    lines += [(r.ended, r.name[0], "", "deleted", r.name[2]) for r in records if r.ended]
    return "".join(f"\n    {at:%H:%M:%S.%f} {' '.join(rest)}" for at, *rest in sorted(lines))


def _since(
    name: str,
    moments: Sequence[Moment],
    others: Sequence[Record],
    disputed: Callable[[Moment], bool],
) -> Moment:
    """The last value, as of when it first stood there but for what people took back unseen.

    Who reads a field before and after finds the same and cannot know that somebody typed.
    """
    first = last = moments[-1]
    for m in reversed(moments[:-1]):
        if m.value == last.value:
            first = m
        elif (
            not m.human or disputed(m) or any(r.held(name, m.value, m.at, last.at) for r in others)
        ):
            break
    return replace(last, at=first.at)


def _agreed(name: str, m: Moment, others: Sequence[Record]) -> bool:
    """Whether the other side holds the value; a side whose records are gone holds nothing."""
    living = [r for r in others if r.alive and name in r.mapped]
    return not living or any(r.last(name) == m.value for r in living)


def _followed(name: str, m: Moment, after: Moment, others: Sequence[Record]) -> bool:
    """Whether Concord replaced it by what a person on the other side made of it."""
    return any(
        p.human and p.value == after.value and p.at <= after.at
        and r.held(name, m.value, m.at, p.at)
        for r in others
        for p in r.fields.get(name, [])
    )  # fmt: skip


def _left(name: str, m: Moment, after: Moment, records: Sequence[Record]) -> bool:
    """Whether the replacing value had been typed before the replaced one, and not since."""
    typed = [
        p.at for r in records for p in r.fields.get(name, [])
        if p.human and p.value == after.value and p.at < after.at
    ]  # fmt: skip
    return bool(typed) and max(typed) < m.at
