"""Why a system's records, as the hub knows them, differ from the golden model: found set by set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psycopg import sql

from concord.certify.figures import NAMED, Figures, Found, Reasons, Side
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Entity
from concord.pipeline.fields import Part, ident, joined, partition, table

DECLARED = re.compile(r"numeric\([0-9]+,([0-9]+)\)")


def reasons(
    conn: Connection,
    entities: dict[str, Entity],
    golden: Side,
    own: Side,
    batch_id: int,
    native: Mapping[str, str],
    keys: Iterable[str],
) -> Reasons:
    """What is behind the differences of these groups, image less golden; '' is unexplained.

    `native` has the system's own types of its columns, as far as they are known.

    Every record that differs is in the answer once a group, so that what is explained and what is
    not add up to the difference.
    """
    assert own.mapping is not None
    troubles = statement("certify", "troubles")
    rows = conn.execute(
        statement(
            "certify",
            "apart",
            troubles=statement("certify", "hub_troubles", troubles=troubles),
            golden=golden.records,
            image=own.records,
            also=_also(own) if own.pair_by else ident("golden"),
            waits=_waits(entities, own),
            creates=sql.SQL("true" if own.mapping.create else "false"),
            amount_places=_places(own, native, own.control.sum),
            rate_places=_places(own, native, own.control.rate),
            **_parts("golden", golden, entities),
            **_parts("own", own, entities),
        ),
        {
            "system": own.mapping.system,
            "entities": list({golden.entity.name, own.entity.name}),
            "fields": list({*golden.fields, *own.fields}),
            "batch": batch_id,
            "keys": list(keys),
            "named": NAMED,
        },
    ).fetchall()
    return {
        (key, kind): Found(
            Figures(n, amount, home), records, _placed(named, own.mapping.system, own.entity.name)
        )
        for key, kind, records, n, amount, home, named in rows
    }


def _placed(named: list[dict[str, Any]], system: str, entity: str) -> list[dict[str, Any]]:
    return [{"system": system, "entity": entity, **one} for one in named]


def _parts(prefix: str, side: Side, entities: dict[str, Entity]) -> dict[str, Part]:
    parts = {
        "pair": side.pair,
        "key": side.key,
        "amount": side.amount,
        "home": side.home,
        "rate": side.rate,
        "name": side.name,
        "joins": side.joins(entities),
    }
    return {f"{prefix}_{name}": part for name, part in parts.items()}


def _also(own: Side) -> Part:
    """Golden records of the entity that the system holds, by what pairs them."""
    return sql.SQL(
        "(SELECT r.golden_id, {} AS pair FROM {} AS r WHERE r.deleted_at IS NULL)"
    ).format(own.pair, table("golden", own.entity))


def _waits(entities: dict[str, Entity], own: Side) -> Part:
    """The entity that a record which is missing in the system refers to and which is not there."""
    tests = list(_missing(entities, own))
    if not tests:
        return sql.SQL("NULL::text")
    return sql.SQL(
        "(SELECT CASE {} END FROM {} AS r WHERE k.source_id IS NULL AND r.golden_id = k.there_id)"
    ).format(joined(tests, " "), table("golden", own.entity))


def _missing(entities: dict[str, Entity], own: Side) -> Iterator[Part]:
    assert own.mapping is not None
    system, held = own.mapping.system, own.mapping.by_field
    there = sql.SQL(
        "NOT EXISTS (SELECT FROM {image} AS t WHERE t.golden_id = {id} AND t.deleted_at IS NULL)"
    )
    for field in own.entity.references:
        to = entities.get(field.to or "")
        if field.name in held and to is not None and system in to.by_system:
            id_ = ident("r", field.name)
            yield sql.SQL("WHEN {} IS NOT NULL AND {} THEN {}").format(
                id_,
                there.format(image=partition(to.by_system[system]), id=id_),
                sql.Literal(to.name),
            )
    for lines, field in own.entity.line_references:
        to = entities.get(field.to or "")
        if lines.name in held and to is not None and system in to.by_system:
            named = sql.SQL("(l ->> {})::uuid").format(sql.Literal(field.name))
            yield sql.SQL(
                "WHEN EXISTS (SELECT FROM jsonb_array_elements({}) AS l"
                " WHERE {} IS NOT NULL AND {}) THEN {}"
            ).format(
                ident("r", lines.name),
                named,
                there.format(image=partition(to.by_system[system]), id=named),
                sql.Literal(to.name),
            )


def _places(own: Side, native: Mapping[str, str], name: str | None) -> Part:
    """How many decimal places the system's column keeps; NULL: as many as the field, or more."""
    assert own.mapping is not None
    scale = own.entity.field[name].scale if name else None
    declared = native.get(own.mapping.by_field[name].column, "") if name else ""
    found = DECLARED.fullmatch(declared)
    if scale is None or found is None or int(found[1]) >= scale:
        return sql.SQL("NULL::integer")
    return sql.Literal(int(found[1]))
