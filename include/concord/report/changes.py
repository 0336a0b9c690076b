"""The page of a change set: what it would write, for whoever has to approve it.

The only report that shows values. A field that the reader may not see is masked, with its old and
new value and with the money that it puts at stake; that it changes is said. Unless told otherwise
the reader may see public fields alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import sql

from concord.errors import ConcordError
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config, Entity, Field
from concord.report import shell

PUBLIC = frozenset({"public"})
SHOWN = 50  # writes of each kind on the page
SECRET = 0o600  # the page holds values: for its owner alone


@dataclass(frozen=True)
class Change:
    """One field of a write: texts as they are shown, None for blank. Masked ones have neither."""

    field: str
    old: str | None
    new: str | None
    masked: bool
    decided_by: str


@dataclass(frozen=True)
class Write:
    """One planned write; `label` names the record by a field that everybody may see."""

    number: int
    action: str
    key: str | None
    label: str | None
    state: str
    money: Decimal | None
    changes: Sequence[Change]


@dataclass(frozen=True)
class Changes:
    """Everything on the page. `newest`: the number of its newest write."""

    number: int
    batch: int
    lane: str
    system: str
    entity: str
    state: str
    reason: str
    why: Mapping[str, Any]
    creates: int
    updates: int
    deletes: int
    money: Decimal
    unpriced: int
    rule_version: str
    planned: datetime
    decided_at: datetime | None
    decided_by: str | None
    comment: str | None
    part: Mapping[str, Any] | None
    split_from: int | None
    rest: Sequence[int] | None
    by_state: Mapping[str, int]
    newest: int | None
    currency: str
    counts_money: bool
    money_masked: bool
    samples: Sequence[Write]

    @property
    def writes(self) -> int:
        """All its writes; those that wait, while it is held."""
        return self.creates + self.updates + self.deletes


def change_set_page(conn: Connection, config: Config, number: int, out_dir: Path) -> Path:
    """Write `change-set-<number>.html` into `out_dir`, readable by its owner; returns its path.

    Raises:
        ConcordError: there is no such change set, or its entity is not in the model any more.
        OSError: the directory cannot be written.
    """
    page = render(collect(conn, config, number))
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"change-set-{number}.html"
    shell.write(path, page, SECRET)
    return path


def render(changes: Changes, language: str | None = None) -> str:
    """The page as HTML, in `language` first."""
    return shell.render(
        "changes.html.j2", language, c=changes, tone=tone(changes.state), made=datetime.now(UTC),
        desk=False,
    )  # fmt: skip


def tone(state: str) -> str:
    """How a state is shown: good, wait, bad or open."""
    return {"held": "wait", "rejected": "bad", "dry_run": "open", "superseded": "open"}.get(
        state, "good"
    )


def collect(
    conn: Connection, config: Config, number: int, may_see: Collection[str] = PUBLIC
) -> Changes:
    """Read a change set as it is now; `may_see`: the sensitivities whose values are shown.

    Raises:
        ConcordError: there is no such change set, or its entity is not in the model any more.
    """
    row = conn.execute(statement("report", "change_set"), {"change_set": number}).fetchone()
    if row is None:
        raise ConcordError(f"there is no change set {number}")
    entity = config.entity.get(row[4])
    if entity is None:
        raise ConcordError(
            f"change set {number} is of {row[4]}, which is not in the model any more"
        )
    stake = entity.stake
    about: dict[str, Any] = {
        "currency": config.company.currency,
        "counts_money": stake is not None,
        "money_masked": stake is not None and _masked(entity.field[stake.field], may_see),
        "samples": _samples(conn, entity, number, may_see),
    }
    return Changes(*row, **about)


def _samples(
    conn: Connection, entity: Entity, number: int, may_see: Collection[str]
) -> list[Write]:
    label = _label(entity)
    rows = conn.execute(
        statement(
            "report",
            "samples",
            label=sql.SQL("g.{}").format(sql.Identifier(label)) if label else sql.SQL("NULL::text"),
            golden=sql.Identifier("golden", entity.name),
        ),
        {"change_set": number, "limit": SHOWN},
    ).fetchall()
    return [
        Write(intent, action, key, name, state, money, _changes(entity, old, new, reason, may_see))
        for intent, action, key, name, state, money, old, new, reason in rows
    ]


def _label(entity: Entity) -> str | None:
    """The first text field that everybody may see."""
    return next(
        (f.name for f in entity.fields if f.type == "text" and not _masked(f, PUBLIC)), None
    )


def _masked(field: Field, may_see: Collection[str]) -> bool:
    return field.sensitivity not in may_see or any(
        line.sensitivity not in may_see for line in field.lines
    )


def _changes(
    entity: Entity,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    reason: Mapping[str, Any],
    may_see: Collection[str],
) -> list[Change]:
    """The fields that really differ, in the order of the model."""
    unit = {f: group.name for group in entity.units for f in group.fields}
    out = []
    for field in entity.fields:
        before, after = old.get(field.name), new.get(field.name)
        if field.name not in new or before == after:
            continue
        source = reason.get(unit[field.name])
        by = str(source.get("system", "")) if isinstance(source, Mapping) else ""
        if _masked(field, may_see):
            out.append(Change(field.name, None, None, True, by))
        else:
            out.append(Change(field.name, _text(field, before), _text(field, after), False, by))
    return out


def _text(field: Field, value: str | None) -> str | None:
    """A value as a person reads it; lines one after the other, each by its own fields."""
    if value is None or field.type != "lines":
        return value
    return "; ".join(
        ", ".join(f"{name} {part}" for name, part in line.items() if part is not None)
        for line in json.loads(value)
    )
