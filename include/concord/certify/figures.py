"""Figures: how many records, their amount, and the amount in the company's currency, by group."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from psycopg import sql

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Control, Entity, EntityMapping
from concord.pipeline.fields import Part, as_text, ident, joined, key_text, partition, table

BETWEEN = "\x1f"
"""Stands between the parts of a group's key; no code and no name has it."""

ZERO = Decimal(0)


@dataclass(frozen=True)
class Figures:
    """How many records, their amount, and the amount in the company's currency (0 without rate)."""

    n: int = 0
    amount: Decimal = ZERO
    home: Decimal = ZERO

    def __add__(self, other: Figures) -> Figures:
        return Figures(self.n + other.n, self.amount + other.amount, self.home + other.home)

    def __neg__(self) -> Figures:
        return Figures(-self.n, -self.amount, -self.home)

    def __sub__(self, other: Figures) -> Figures:
        return self + -other

    def __bool__(self) -> bool:
        return bool(self.n or self.amount or self.home)

    def as_json(self) -> list[Any]:
        """`[n, "amount", "home"]`, as a certificate's body has them."""
        return [self.n, plain(self.amount), plain(self.home)]


NOTHING = Figures()
Groups = dict[str, Figures]  # a group's key -> its figures


@dataclass
class Found:
    """Records behind a difference that have one reason, and what of the difference they are."""

    figures: Figures = NOTHING
    records: int = 0
    named: list[dict[str, Any]] = field(default_factory=list)  # the first of them: ids, no values

    def add(self, figures: Figures, records: int, named: list[dict[str, Any]]) -> None:
        """Take more records in."""
        self.figures += figures
        self.records += records
        self.named = [*self.named, *named][:NAMED]


NAMED = 20
"""Records that are named for one reason in one group."""

Reasons = dict[tuple[str, str], Found]  # (a group's key, a reason's type) -> what it explains


@dataclass(frozen=True)
class Side:
    """A control total over one entity's records as the golden model or a system has them."""

    control: Control
    entity: Entity
    mapping: EntityMapping | None  # None: the golden model
    pair_by: tuple[
        str, ...
    ] = ()  # the fields that pair records of two entities; else the golden id

    @property
    def fields(self) -> tuple[str, ...]:
        """The entity's own fields that the total depends on."""
        own = [path.partition(".")[0] for path in self.control.by]
        rest = (self.control.sum, self.control.rate, self.control.month)
        return tuple(dict.fromkeys([*own, *(name for name in rest if name)]))

    @property
    def records(self) -> Part:
        """The table of the records."""
        return table("golden", self.entity) if self.mapping is None else partition(self.mapping)

    @property
    def key(self) -> Part:
        """A group's key, of row `r`; blanks are empty parts of it."""
        control = self.control
        parts = [
            _blank(ident("r", path))
            if "." not in path
            else _blank(ident(f"by {path.partition('.')[0]}", path.partition(".")[2]))
            for path in control.by
        ]
        if control.month:
            month = sql.SQL("coalesce(to_char({}, 'YYYY-MM'), '')")
            parts.append(month.format(ident("r", control.month)))
        return joined(parts, " || E'\\x1f' || ")

    @property
    def amount(self) -> Part:
        """The amount of row `r`."""
        return _number(self.control.sum)

    @property
    def home(self) -> Part:
        """The amount of row `r` in the company's currency."""
        return joined([self.amount, self.rate], " * ")

    @property
    def rate(self) -> Part:
        """The rate of row `r` to the company's currency; 0 where the total has none."""
        rate = self.control.rate
        return sql.SQL("0::numeric") if rate is None else _number(rate)

    @property
    def pair(self) -> Part:
        """What pairs row `r` with the other side's: its golden id, or a key of the same meaning."""
        if not self.pair_by:
            return as_text("r", "golden_id")
        return key_text(self.entity, self.pair_by, {f: ident("r", f) for f in self.pair_by})

    @property
    def name_field(self) -> str | None:
        """The field that people know a record by: a text of its match keys that all may see."""
        for name in (f for key in self.entity.keys for f in key):
            known = self.entity.field[name]
            if known.type == "text" and known.sensitivity in {"public", "internal"}:
                return name
        return None

    @property
    def name(self) -> Part:
        """What people call row `r`, or NULL."""
        return ident("r", self.name_field) if self.name_field else sql.SQL("NULL::text")

    def joins(self, entities: dict[str, Entity]) -> Part:
        """Joins from row `r` to what its groups are named by."""
        links = dict.fromkeys(p.partition(".")[0] for p in self.control.by if "." in p)
        return joined(
            [
                sql.SQL("LEFT JOIN {golden} AS {by} ON {by}.golden_id = {reference}").format(
                    golden=table("golden", entities[self.entity.field[link].to or ""]),
                    by=ident(f"by {link}"),
                    reference=ident("r", link),
                )
                for link in links
            ],
            " ",
        )


def of_hub(conn: Connection, side: Side, entities: dict[str, Entity]) -> Groups:
    """A side's figures by group, over the golden records or the images that the hub has now."""
    rows = conn.execute(
        statement(
            "certify",
            "totals",
            key=side.key,
            amount=side.amount,
            home=side.home,
            records=side.records,
            joins=side.joins(entities),
        )
    )
    return {key: Figures(n, amount, home) for key, n, amount, home in rows}


def differing(one: Groups, other: Groups) -> Groups:
    """What `one` has more than `other`, by group, without the groups that are equal."""
    all_ = {key: one.get(key, NOTHING) - other.get(key, NOTHING) for key in {*one, *other}}
    return {key: figures for key, figures in all_.items() if figures}


def plain(value: Decimal) -> str:
    """A number as text without trailing zeros, never with an exponent."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _blank(value: Part) -> Part:
    return sql.SQL("coalesce({}::text, '')").format(value)


def _number(name: str) -> Part:
    return sql.SQL("coalesce({}, 0)::numeric").format(ident("r", name))
