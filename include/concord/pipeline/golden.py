"""Golden: the unified state of each thing, computed from its images by the authority rules.

A golden record is a pure function of its live images, the rules and the stewards' decisions; the
one exception is a blank that erases nothing: then the value that was there stays.

For every unit (atomic group, or field) each candidate gets a rank, an array of numbers compared
from the left; the greatest wins. Ranks end in the candidate's place, so there is always one winner.
"""

from __future__ import annotations

import json

from psycopg import sql

from concord.hub import statistics
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import RULES, Authority, Company, Entity, Group
from concord.pipeline import lines, stage
from concord.pipeline.fields import (
    adds,
    columns,
    counts,
    erases,
    ident,
    joined,
    merged,
    row,
    table,
    unit_blank,
)


def compute(conn: Connection, batch_id: int, entity: Entity, company: Company) -> int:
    """Compute the golden records in `g` anew; returns how many changed.

    Leaves `n`, the new state of every golden record in `g`, with `differs` where it changed.
    """
    affected = stage.work_table(batch_id, "g", entity.name)
    new = stage.work_table(batch_id, "n", entity.name)
    golden, history = table("golden", entity), table("golden", entity, "_history")
    conn.execute(
        statement(
            "pipeline",
            "compute_golden",
            new=new,
            affected=affected,
            counts=counts(entity, "i"),
            merged=merged(entity, "i"),
            adds=adds("i"),
            by_rule=_by_rule("i"),
            image=table("image", entity),
            golden=golden,
            fields=columns(entity),
            candidate_fields=columns(entity, "i"),
            decided_fields=_decided(entity),
            winners=joined(_winner(entity, unit, company) for unit in entity.units),
            picked=joined(_picked(entity)),
            final=joined(_final(entity, unit) for unit in entity.units),
            provenance=joined((_provenance(unit) for unit in entity.units), " || "),
            kept_values=columns(entity, "f"),
            same=sql.SQL("{} IS NOT DISTINCT FROM {}").format(row(entity, "f"), row(entity, "g")),
            unit_fields=sql.Literal(_unit_fields(entity)),
        ),
        {"entity": entity.name},
    )
    values = {"batch": batch_id}
    _derive_lines(conn, entity, new)
    conn.execute(
        statement("pipeline", "keep_golden_history", history=history, golden=golden, new=new,
                  columns=_stored(entity), of_golden=_stored(entity, "g")),
        values,
    )  # fmt: skip
    conn.execute(
        statement(
            "pipeline",
            "store_golden",
            golden=golden,
            new=new,
            fields=columns(entity),
            new_fields=columns(entity, "n"),
            set_fields=joined(
                sql.SQL("{} = {}").format(ident(f.name), ident("excluded", f.name))
                for f in entity.fields
            ),
        ),
        values,
    )
    found = conn.execute(sql.SQL("SELECT count(*) FROM {} WHERE differs").format(new)).fetchone()
    return int(found[0]) if found else 0


def _derive_lines(conn: Connection, entity: Entity, new: sql.Identifier) -> None:
    """Bring the tables of golden lines to the new state, before the records themselves."""
    for field in entity.documents:
        parts = {
            "rows": lines.rows(entity, field),
            "new": new,
            "golden": table("golden", entity),
            "lines": ident(field.name),
        }
        conn.execute(statement("pipeline", "forget_lines", **parts))
        done = conn.execute(
            statement(
                "pipeline",
                "derive_lines",
                **parts,
                fields=joined(ident(line.name) for line in field.lines),
                values=lines.typed(field),
            )
        )
        statistics.refresh(conn, lines.rows(entity, field), done.rowcount)


def _stored(entity: Entity, alias: str | None = None) -> sql.Composed:
    names = [
        "golden_id", "provenance", "version", "batch_id", "created_at", "updated_at", "deleted_at",
        *(f.name for f in entity.fields),
    ]  # fmt: skip
    return joined(ident(alias, n) if alias else ident(n) for n in names)


def _unit_fields(entity: Entity) -> str:
    return json.dumps({unit.name: list(unit.fields) for unit in entity.units})


def _decided(entity: Entity) -> sql.Composed:
    """A decision's values in the types of the fields; NULL for fields it does not name."""
    return joined(
        sql.SQL("(d.value ->> {})::{}").format(
            sql.Literal(f.name),
            sql.SQL(f.pg_type),
        )
        for f in entity.fields
    )


def _winner(entity: Entity, unit: Group, company: Company) -> sql.Composed:
    """`-(max(rank))[last]`: the place of the candidate that wins the unit."""
    rank = _rank(entity, unit, company)
    last = len(rank)
    return sql.SQL("-(max(ARRAY[{}]::bigint[]))[{}] AS {}").format(
        joined(rank), sql.Literal(last), ident("w " + unit.name)
    )


def _rank(entity: Entity, unit: Group, company: Company) -> list[sql.Composable]:
    filled = sql.SQL("({})::int").format(_filled(entity, unit))
    decided = sql.SQL("CASE WHEN c.decided = {} THEN 2 ELSE {} END").format(
        sql.Literal(unit.name), filled
    )
    if posts(entity, unit):
        decided = sql.SQL("CASE WHEN c.decided = {} THEN 3 WHEN {} THEN 2 ELSE {} END").format(
            sql.Literal(unit.name), _posted(entity), filled
        )
    kind = _kind_rank(unit.authority, company)
    changed = _changed(unit)
    order = _order(company.precedence)
    middle = [order, changed] if unit.authority.kind == "non_empty" else [changed, order]
    return [decided, *kind, *middle, sql.SQL("-c.place")]


def posts(entity: Entity, unit: Group) -> bool:
    """Whether the unit is closed once a document is posted: not open, and held by its system."""
    posted = entity.posted
    if posted is None or unit.name in posted.open:
        return False
    return set(unit.fields) <= entity.by_system[posted.system].by_field.keys()


def _posted(entity: Entity) -> sql.Composable:
    """True when candidate `c` is of the system that decides a posted document, and it is posted."""
    posted = entity.posted
    if posted is None:
        return sql.SQL("false")
    return sql.SQL("(c.system = {} AND c.{} = ANY({}))").format(
        sql.Literal(posted.system), ident(posted.field), sql.Literal(list(posted.values))
    )


def _rule(entity: Entity, unit: Group) -> sql.Composable:
    """The rule by which candidate `c` won the unit, in words."""
    words = sql.SQL("{}::text").format(sql.Literal(rule_words(unit.authority)))
    if not posts(entity, unit):
        return words
    return sql.SQL("CASE WHEN {} THEN {} ELSE {} END").format(
        _posted(entity), sql.Literal(posted_words(entity)), words
    )


def posted_words(entity: Entity) -> str:
    """Why a posted document's system decided, as it is shown to people."""
    return f"posted: {entity.posted.system} decides" if entity.posted else ""


def _filled(entity: Entity, unit: Group) -> sql.Composable:
    """Whether a candidate has a value to offer; where blanks erase, a blanking is one."""
    has = sql.SQL("NOT {}").format(unit_blank(unit, "c"))
    if not erases(entity, unit):
        return has
    if unit.authority.kind == "owner":
        return sql.SQL("({} OR c.system = {})").format(has, sql.Literal(unit.authority.systems[0]))
    touched = sql.SQL("c.changed ?| {}").format(sql.Literal(list(unit.fields)))
    return sql.SQL("({} OR {})").format(has, touched)


def _kind_rank(authority: Authority, company: Company) -> list[sql.Composable]:
    if authority.kind in {"owner", "priority"}:
        return [_order(authority.systems)]
    if authority.kind == "steward":
        # Until a steward decides, the systems' order decides; unify keeps a value once it is there.
        return [_order(company.precedence)]
    return []


def _order(systems: tuple[str, ...]) -> sql.Composable:
    """A number that is greater the earlier a system stands in the list, 0 if it does not."""
    cases = [
        sql.SQL("WHEN {} THEN {}").format(sql.Literal(s), sql.Literal(len(systems) - n))
        for n, s in enumerate(systems)
    ]
    return sql.SQL("CASE c.system {} ELSE 0 END").format(joined(cases, " "))


def _changed(unit: Group) -> sql.Composable:
    """The batch of the unit's last change seen in this candidate."""
    each = [sql.SQL("(c.changed ->> {})::bigint").format(sql.Literal(f)) for f in unit.fields]
    return sql.SQL("coalesce(greatest({}), 0)").format(
        joined([*each, sql.SQL("(c.changed ->> '*')::bigint")])
    )


def _picked(entity: Entity) -> list[sql.Composed]:
    """Each unit's values and origin taken from its winner."""
    out: list[sql.Composed] = []
    for unit in entity.units:
        winner = ident("w", "w " + unit.name)
        wins = sql.SQL("FILTER (WHERE c.place = {})").format(winner)
        for f in unit.fields:
            value = _value(unit, f, wins)
            out.append(sql.SQL("{} AS {}").format(value, ident(f)))
        out.append(
            sql.SQL(
                "any_value(jsonb_build_object('system', c.system, 'source_id', c.source_id,"
                " 'batch', {}, 'rule', coalesce(c.by_rule, {}))) {} AS {}"
            ).format(
                _changed(unit),
                _rule(entity, unit),
                wins,
                ident("p " + unit.name),
            )
        )
    return out


def _by_rule(alias: str) -> sql.Composed:
    """Which business rule an image is of, in words; NULL where it is of a system."""
    return sql.SQL(
        "CASE WHEN {} = {} THEN concat('rule ', {raw} ->> '_rule', ' v', {raw} ->> '_version') END"
    ).format(ident(alias, "system"), sql.Literal(RULES), raw=ident(alias, "raw"))


_AGGREGATES = {"min": "min", "max": "max", "sum": "sum", "any": "bool_or", "all": "bool_and"}


def _value(unit: Group, field: str, wins: sql.Composed) -> sql.Composed:
    column = ident("c", field)
    function = unit.authority.function
    if unit.authority.kind == "aggregate" and function:
        return sql.SQL("{}({}) FILTER (WHERE c.decided IS NULL)").format(
            ident("pg_catalog", _AGGREGATES[function]), column
        )
    return sql.SQL("any_value({}) {}").format(column, wins)


def _final(entity: Entity, unit: Group) -> sql.Composed:
    """The unit's values; what was there before where the winner is blank and blanks do not erase,
    or where only a steward may change it.
    """
    blank = unit_blank(unit, "v")
    by_steward = sql.SQL("{} ->> 'system' IS NOT DISTINCT FROM 'steward'").format(
        ident("v", "p " + unit.name)
    )
    keep: sql.Composable = sql.SQL("({} AND NOT {})").format(blank, by_steward)
    if erases(entity, unit):
        keep = sql.SQL("false")
    if unit.authority.kind == "steward":
        keep = sql.SQL("(NOT {} AND ({} OR NOT {}))").format(
            by_steward, blank, unit_blank(unit, "g")
        )
        if posts(entity, unit):
            keep = sql.SQL("({} AND ({} OR {} ->> 'rule' IS DISTINCT FROM {}))").format(
                keep, blank, ident("v", "p " + unit.name), sql.Literal(posted_words(entity))
            )
    parts = [
        sql.SQL("CASE WHEN {} THEN {} ELSE {} END AS {}").format(
            keep, ident("g", f), ident("v", f), ident(f)
        )
        for f in unit.fields
    ]
    parts.append(
        sql.SQL("CASE WHEN {} THEN g.provenance -> {} ELSE {} END AS {}").format(
            keep, sql.Literal(unit.name), ident("v", "p " + unit.name), ident("p " + unit.name)
        )
    )
    return joined(parts)


def _provenance(unit: Group) -> sql.Composed:
    return sql.SQL("jsonb_build_object({}, {})").format(
        sql.Literal(unit.name), ident("f", "p " + unit.name)
    )


def rule_words(authority: Authority) -> str:
    """The authority rule as it is shown to people."""
    if authority.kind == "owner":
        return f"owner {authority.systems[0]}"
    if authority.kind == "priority":
        return "priority " + " > ".join(authority.systems)
    if authority.kind == "aggregate":
        return f"aggregate {authority.function}"
    return authority.kind
