"""Which deviations of the two sandbox systems the hub can give a reason for.

A reason is of a type that a controller knows: `quarantine` (a record failed a rule, or its system
refused it), `parked` (it waits for what it refers to), `held` (a change set waits for a person),
`review` (a question is open), `conflict`, `timing` (a write is on its way). Sums are explained when
they agree without the documents that are explained one by one; nothing else is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from psycopg import sql

from concord.hub.database import Connection, Hub
from concord.hub.sql import statement
from concord.model.spec import Config, Entity
from concord.pipeline.fields import key_text
from concord.sandbox.deviation import Deviation

ENTITIES = {
    "won deal": ("opportunity", "quote", "sales_order"),
    "order": ("sales_order",),
    "shipment": ("shipment",),
    "invoice": ("invoice",),
    "payment": ("payment",),
    "contract": ("contract",),
    "customer": ("party",),
    "balance": ("party",),
    "supply": ("purchase_requisition", "production_order", "stock_level", "inbound"),
    "availability": ("availability", "stock_level"),
}
SUMS = ("total", "balance", "availability", "supply")
DEPTH = 4  # a payment refers to an invoice, that to an order, that to a customer


@dataclass(frozen=True)
class Reason:
    """Why a record is not the same on both sides: a type, the record, and words."""

    kind: str
    entity: str
    record: str
    words: str

    def __str__(self) -> str:
        return f"{self.kind} ({self.entity} {self.record}: {self.words})"


@dataclass
class _Troubles:
    """Reasons by entity and name as people know it, and by golden id."""

    named: dict[tuple[str, str], Reason] = field(default_factory=dict)
    golden: dict[str, Reason] = field(default_factory=dict)


def explain(
    hub: Hub,
    config: Config,
    deviations: Collection[Deviation],
    again: Callable[[Collection[str]], Collection[Deviation]],
) -> dict[Deviation, Reason | None]:
    """The reason of each deviation, None where the hub has none.

    `again` makes the audit once more without the documents of some numbers. Records that both sides
    have but show differently need a reason of their own; one that is missing on a side may also
    have it from what it refers to.
    """
    with hub.connect() as conn:
        troubles = _troubles(conn, config)
        found = {d: _own(conn, config, d, troubles) for d in deviations}
        single = {d for d, reason in found.items() if reason and d.check not in SUMS}
        unknown = {
            d.record
            for d in single
            if not any(_named(conn, config.entity[e], d.record) for e in ENTITIES[d.check])
        }
    # The hub counts what it knows, so a sum agrees without all of them or without the unknown ones;
    # for an order that a rule holds nothing is bought, even where both sides show it alike.
    numbered = {d.record for d in single}
    held = {name for entity, name in troubles.named if entity == "sales_order"}
    for numbers in (numbered, unknown, numbered | held):
        left = {(d.check, d.record) for d in again(numbers)} if numbers else None
        reason = Reason("policy", "documents", ", ".join(sorted(numbers)[:5]), "agrees without")
        for d in deviations:
            if left is not None and d.check in SUMS and (d.check, d.record) not in left:
                found[d] = found[d] or reason
    return found


def _own(
    conn: Connection, config: Config, deviation: Deviation, troubles: _Troubles
) -> Reason | None:
    for entity in ENTITIES.get(deviation.check, ()):
        if reason := troubles.named.get((entity, deviation.record)):
            return reason
    if "not there" not in (deviation.erp, deviation.crm):
        return None
    for entity in ENTITIES.get(deviation.check, ()):
        start = [(entity, i) for i in _named(conn, config.entity[entity], deviation.record)]
        if reason := _behind(conn, config, start, troubles):
            return reason
    return None


def _behind(
    conn: Connection, config: Config, start: list[tuple[str, str]], troubles: _Troubles
) -> Reason | None:
    """The nearest trouble of what these golden records refer to."""
    near = start
    for _ in range(DEPTH):
        near = [one for entity, id_ in near for one in _references(conn, config, entity, id_)]
        for _, id_ in near:
            if reason := troubles.golden.get(id_):
                words = f"waits for it: {reason.words}"
                return Reason(reason.kind, reason.entity, reason.record, words)
    return None


def _references(
    conn: Connection, config: Config, entity: str, golden_id: str
) -> Iterable[tuple[str, str]]:
    """What a golden record refers to, its lines included."""
    spec = config.entity[entity]
    query = sql.SQL("SELECT to_jsonb(g) FROM {} AS g WHERE golden_id = %s").format(_golden(spec))
    row = conn.execute(query, (golden_id,)).fetchone()
    values: Mapping[str, Any] = row[0] if row else {}
    for f in spec.references:
        if f.to and values.get(f.name):
            yield f.to, values[f.name]
    for lines, f in spec.line_references:
        for line in values.get(lines.name) or ():
            if f.to and line.get(f.name):
                yield f.to, line[f.name]


def _troubles(conn: Connection, config: Config) -> _Troubles:
    """Everything in the hub that keeps a record from being the same on both sides."""
    out = _Troubles()
    names = _names(conn, config)
    for kind, entity, system, source_id, given_id, raw, words, keys, _ in conn.execute(
        statement("certify", "troubles")
    ):
        golden_id = given_id or names.by_source.get((entity, system, source_id), "")
        known = _in(raw or {}, config.entity[entity], system) + names.of.get(golden_id, [])
        known += [source_id.split(":", 1)[-1]] if source_id else []
        reason = Reason(kind, entity, known[0] if known else golden_id, words)
        for name in known:
            out.named.setdefault((entity, name), reason)
        out.golden.setdefault(golden_id, reason)
        if keys:  # nothing is created beside it that may be the same thing
            for same in _alike(conn, config.entity[entity], keys):
                out.golden.setdefault(same, reason)
    return out


@dataclass
class _Names:
    """How people know golden records: numbers and codes, and the systems' own keys."""

    of: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_source: dict[tuple[str, str, str], str] = field(default_factory=dict)


def _names(conn: Connection, config: Config) -> _Names:
    names = _Names()
    for entity in config.entities:
        query = statement("sandbox", "explain_names", golden=_golden(entity), called=_name(entity))
        for golden_id, name in conn.execute(query):
            names.of[golden_id].append(name)
        query = statement("sandbox", "explain_sources", image=sql.Identifier("image", entity.name))
        for system, source_id, golden_id in conn.execute(query):
            names.by_source[entity.name, system, source_id] = golden_id
            names.of[golden_id].append(source_id.split(":", 1)[-1])
    return names


def _named(conn: Connection, entity: Entity, record: str) -> list[str]:
    """Golden ids of the records that people know by this name."""
    query = statement("sandbox", "explain_names", golden=_golden(entity), called=_name(entity))
    return [golden_id for golden_id, name in conn.execute(query) if name == record]


def _alike(conn: Connection, entity: Entity, keys: list[str]) -> list[str]:
    """Golden ids of the records that have one of these match keys."""
    own = {f.name: sql.Identifier("g", f.name) for f in entity.fields}
    texts = sql.SQL(", ").join(key_text(entity, key, own) for key in entity.keys)
    query = statement(
        "sandbox",
        "explain_names",
        golden=_golden(entity),
        called=sql.SQL("ARRAY[{}]").format(texts),
    )
    return [golden_id for golden_id, key in conn.execute(query) if key in keys]


def _name(entity: Entity) -> sql.Composable:
    """An array of what a golden record `g` is called."""
    texts = [f for key in entity.keys for f in key if entity.field[f].type == "text"]
    parts = [sql.Identifier("g", f) for f in dict.fromkeys(texts)]
    if {"product", "warehouse"} <= entity.field.keys():
        parts_of_place = statement("sandbox", "explain_place")
        return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join([*parts, parts_of_place]))
    return sql.SQL("ARRAY[{}]::text[]").format(sql.SQL(", ").join(parts))


def _in(raw: Mapping[str, Any], entity: Entity, system: str | None) -> list[str]:
    """The names that a record as its system said it has."""
    mapping = entity.by_system.get(system or "")
    if mapping is None:
        return []
    columns = [mapping.by_field[f].column for k in entity.keys for f in k if f in mapping.by_field]
    return [raw[c] for c in dict.fromkeys(columns) if raw.get(c)]


def _golden(entity: Entity) -> sql.Identifier:
    return sql.Identifier("golden", entity.name)
