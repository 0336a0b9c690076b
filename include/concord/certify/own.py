"""What a system itself says its totals are, asked in one snapshot of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo

from psycopg import sql

from concord.certify.figures import BETWEEN, NOTHING, Figures, Groups, Reasons, Side, differing
from concord.certify.own_reasons import CannotSay, Explainer
from concord.errors import EntityStopped
from concord.hub.database import Connection
from concord.mapping.faults import Fault
from concord.mapping.reading import field_reader, uses
from concord.model.spec import Config, EntityMapping
from concord.pipeline.fields import table
from concord.systems.protocol import Shape, Snapshot, Totalling

UNREADABLE = "?"
"""Stands in a group's key for a text that the mapping cannot read."""


@dataclass
class Asked:
    """One side's figures by the system itself, and the reasons for what the hub has otherwise."""

    groups: Groups
    reasons: Reasons = field(default_factory=dict)


@dataclass
class Question:
    """A control total put to one system. `conn` sees the hub at one moment and writes nothing;
    `scratch` is a connection whose transaction is thrown away.
    """

    conn: Connection
    scratch: Connection
    config: Config
    side: Side
    snapshot: Snapshot
    batch_id: int
    _links: dict[str, dict[str, str]] = field(default_factory=dict)
    _parts: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def mapping(self) -> EntityMapping:
        """How the system holds the records."""
        assert self.side.mapping is not None
        return self.side.mapping

    @property
    def native(self) -> Mapping[str, str]:
        """The system's own types of the columns; none when the table is gone."""
        try:
            return self.snapshot.shape(self.mapping).native
        except EntityStopped:
            return {}

    def answer(self, held: Groups) -> Asked:
        """The system's own figures, with the reasons for what differs from `held`, the images'.

        Raises:
            CannotSay: it has no totals, not these columns, or cannot tell what changed since.
        """
        if not isinstance(self.snapshot, Totalling):
            raise CannotSay("its adapter has no totals")
        shape = self._shape()
        groups = self._totals(self.snapshot, shape)
        left = differing(groups, held)
        return Asked(groups, Explainer(self, shape, left).reasons() if left else {})

    @property
    def columns(self) -> list[str]:
        """The columns that a record's group and figures come from, each once."""
        return list(dict.fromkeys([*self._group_columns, *self._factors]))

    def key(self, raw: Mapping[str, str | None]) -> str:
        """The group of a record, from the raw texts of its columns."""
        parts = []
        for path, column in zip(self._paths, self._group_columns, strict=True):
            text = raw.get(column)
            part = "" if text is None else self._read(path, text)
            parts.append(part[:7] if path == self.side.control.month else part)
        return BETWEEN.join(parts)

    def figures(self, raw: Mapping[str, str | None]) -> Figures:
        """The figures of one record, from the raw texts of its columns."""
        values = [Decimal(raw.get(name) or 0) for name in self._factors]
        home = values[0] * values[1] if self.side.control.rate else Decimal(0)
        return Figures(1, values[0], home)

    def _shape(self) -> Shape:
        try:
            shape = self.snapshot.shape(self.mapping)
        except EntityStopped as e:
            raise CannotSay(str(e)) from None
        for name in self.columns:
            if name not in shape.columns:
                raise CannotSay(f"{self.mapping.table} has no column {name} now")
        for name in self._factors:
            if shape.columns[name] not in {"decimal", "integer"}:
                raise CannotSay(f"{self.mapping.table}.{name} is not a number there")
        for path in self.side.control.by:
            known = self.side.entity.field.get(path)
            if known is not None and uses(known):
                raise CannotSay(f"{path} is read together with other columns")
        return shape

    @property
    def _paths(self) -> list[str]:
        control = self.side.control
        return [*control.by, *([control.month] if control.month else [])]

    @property
    def _group_columns(self) -> list[str]:
        return [self.mapping.by_field[path.partition(".")[0]].column for path in self._paths]

    @property
    def _factors(self) -> list[str]:
        control = self.side.control
        names = [control.sum, *([control.rate] if control.rate else [])]
        return [self.mapping.by_field[name].column for name in names]

    def _totals(self, snapshot: Totalling, shape: Shape) -> Groups:
        by = list(dict.fromkeys(self._group_columns))
        sums = [self._factors[:1], self._factors]
        groups: Groups = {}
        for total in snapshot.totals(self.mapping, by, sums, shape):
            key = self.key(dict(zip(by, total.group, strict=True)))
            home = total.sums[1] if self.side.control.rate else Decimal(0)
            groups[key] = groups.get(key, NOTHING) + Figures(total.count, total.sums[0], home)
        return groups

    def _read(self, path: str, text: str) -> str:
        """One part of a key; every distinct text is read once."""
        if (path, text) not in self._parts:
            self._parts[path, text] = self._part(path, text)
        return self._parts[path, text]

    def _part(self, path: str, text: str) -> str:
        reference, _, name = path.rpartition(".")
        if reference:
            return self._link(reference, name).get(text, UNREADABLE)
        known = self.side.entity.field[path]
        read = field_reader(
            known,
            self.mapping.by_field[path],
            self.mapping.system,
            self.config.code_list,
            self.config.company.country,
            ZoneInfo(self.config.company.timezone),
        )
        done = read(text)
        return UNREADABLE if isinstance(done, Fault) else done or ""

    def _link(self, reference: str, name: str) -> dict[str, str]:
        """The named field of everything that the reference may name, by the system's own key."""
        path = f"{reference}.{name}"
        if path not in self._links:
            to = self.config.entity[self.side.entity.field[reference].to or ""]
            rows = self.conn.execute(
                sql.SQL(
                    "SELECT i.source_id, coalesce(g.{}::text, '') FROM {} AS i JOIN {} AS g"
                    " USING (golden_id) WHERE i.system = %s AND i.deleted_at IS NULL"
                ).format(sql.Identifier(name), table("image", to), table("golden", to)),
                (self.mapping.system,),
            )
            self._links[path] = dict(rows.fetchall())
        return self._links[path]
