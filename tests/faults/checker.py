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

from concord.model.spec import Config
from tests.faults.lives import Moment, Name, Record, columns_of, lives, records_of, text_of
from tests.faults.people import Event, log


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
    records = records_of(config, events)
    out = Verdict(writes=sum(not e.human for e in events))
    _idle(config, events, out)
    _doubled(records, lists, out)
    _judge(records, lists, out)
    return out


def _idle(config: Config, events: Sequence[Event], out: Verdict) -> None:
    columns = columns_of(config)
    for e in events:
        if e.human or e.before is None or e.after is None:
            continue
        _, fields, canon = columns[e.system, e.table]
        if all(
            canon[f](text_of(e.before.get(c))) == canon[f](text_of(e.after.get(c)))
            for f, c in fields.items()
            if f != "party"
        ) and e.before.get(fields.get("party", "")) == e.after.get(fields.get("party", "")):
            out.idle.append(f"{e.system}.{e.table} {e.key} at {e.at}")


TELLS = {"party": ("website",), "contact": ("party", "email"), "address": ("party", "kind")}
"""Fields by which two records of one system are seen to be the same thing."""


def _doubled(records: Mapping[Name, list[Record]], lists: Shown, out: Verdict) -> None:
    """Records that Concord made beside one that was there already."""
    for life in lives(records):
        if life.made_by_person or _waits(life, lists):
            continue
        own = [life.fields.get(name, [None])[0] for name in TELLS[life.entity]]
        for other in lives(records):
            if other is life or (other.name[:2]) != life.name[:2] or other.began > life.began:
                continue
            if (
                all(own)
                and (other.ended is None or other.ended > life.began)
                and all(
                    m and other.held(name, m.value, life.began, life.began)
                    for name, m in zip(TELLS[life.entity], own, strict=True)
                )
            ):
                out.doubled.append(f"{life.name} beside {other.name[2]}: {life.tag}")


def _judge(records: Mapping[Name, list[Record]], lists: Shown, out: Verdict) -> None:
    of_thing: dict[tuple[str, str], list[Record]] = {}
    by_key: dict[tuple[str, str, str | None], list[Record]] = {}
    for life in lives(records):
        of_thing.setdefault((life.entity, life.tag), []).append(life)
        for key in _keys(life):
            by_key.setdefault(key, []).append(life)
    for thing in of_thing.values():
        for life in thing:
            others = [r for r in thing if r.name[0] != life.name[0]]
            kin = [r for r in _kin(life, by_key) if r.name[0] != life.name[0]]
            alone = life.alive and life.made_by_person and not others
            if (
                alone
                and not _waits(life, lists)
                and _has_place(life, of_thing)
                and not any(r.ended_by_person or _same(life, r) for r in kin)
            ):
                out.lost.append(f"{life.name} {life.tag}: the other system never had it")
            names = {r.name for r in [life, *others, *_kin(life, by_key)]}
            for name, moments in life.fields.items():
                disputed = _Disputed(names, name, lists)
                _field(life, name, moments, others, kin, disputed, lists, out)
        _agree(thing, lists, out)


def _has_place(life: Record, of_thing: Mapping[tuple[str, str], list[Record]]) -> bool:
    """Whether what it refers to is in the other system as well, and always was the same."""
    if len(life.fields.get("party", [])) > 1:
        return False
    parent = life.parent
    return parent is None or any(
        r.alive and r.name[0] != life.name[0] for r in of_thing[parent.entity, parent.tag]
    )


KEYS = {"party": ("tax_id", "email"), "contact": ("email",), "address": ("street",)}
"""Fields by which two records are seen to be the same thing, whatever system they are in. Every
address that somebody adds has a street of its own."""


def _keys(life: Record) -> set[tuple[str, str, str | None]]:
    """All values that its keys ever had."""
    return {
        (life.entity, name, m.value)
        for name in KEYS[life.entity]
        for m in life.fields.get(name, [])
        if m.value
    }


def _kin(
    life: Record, by_key: Mapping[tuple[str, str, str | None], Sequence[Record]]
) -> Iterator[Record]:
    """Records that may have been the same thing at some time, gone ones and doubles among them."""
    for key in _keys(life):
        yield from by_key[key]


def _same(life: Record, other: Record) -> bool:
    """Whether both live and have a key in common."""
    return other.alive and any(
        life.last(name) is not None and life.last(name) == other.last(name)
        for name in KEYS[life.entity]
    )


@dataclass(frozen=True)
class _Disputed:
    """Whether stewards are shown that a value of one field of some records gave way."""

    records: set[Name]
    field: str
    lists: Shown

    def __call__(self, m: Moment) -> bool:
        return any(
            (system, key, self.field, m.value) in self.lists.values
            for system, _, key in self.records
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
    kin: Sequence[Record],
    disputed: Callable[[Moment], bool],
    lists: Shown,
    out: Verdict,
) -> None:
    """What became of each value that a person typed into one field of one record.

    `others` are of the other system; `kin` too, and were once linked by a key: of two records of
    one thing there, a person may have changed the one whose tag says something else.
    """
    if name == "party":  # keys of another table, in each system's own
        return
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
        elif not _followed(name, first, after, [*others, *kin]):
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
