"""What a company's configuration says, as frozen objects.

Read from `include/config` by `concord.model.read`; every other room takes these objects and never
opens a configuration file itself.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field as Bounds

from concord.model.settings import Certificates as Certificates
from concord.model.settings import Company as Company
from concord.model.settings import Frozen as Frozen
from concord.model.settings import Lane as Lane
from concord.model.settings import Limits as Limits
from concord.model.settings import Mail as Mail
from concord.model.settings import Scope as Scope
from concord.model.settings import Signal as Signal
from concord.model.settings import SystemSpec as SystemSpec

FieldType = Literal[
    "text",
    "code",
    "money",
    "decimal",
    "quantity",
    "integer",
    "boolean",
    "date",
    "timestamp",
    "ref",
    "lines",
]
AuthorityKind = Literal["owner", "latest", "priority", "non_empty", "aggregate", "steward"]
OnDelete = Literal["restore", "uncouple", "propagate", "ignore"]

RULES = "rules"
"""The system that stands for business rules: its records are what rules want to be there."""

PG_TYPES: MappingOf[str, str] = {
    "text": "text",
    "code": "text",
    "money": "numeric",
    "decimal": "numeric",
    "quantity": "numeric",
    "integer": "bigint",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
    "ref": "uuid",
    "lines": "jsonb",
}


class Authority(Frozen):
    """Who decides a field or group.

    `owner`: `systems` has the one system that owns it. `priority`: `systems` in order, first
    non-blank wins. `aggregate`: `function` over all records. The other kinds take nothing.
    """

    kind: AuthorityKind
    systems: tuple[str, ...] = ()
    function: Literal["min", "max", "sum", "any", "all"] | None = None


class CleanStep(Frozen):
    """One cleaning function and the fields of the same record that it also looks at."""

    name: str
    uses: tuple[str, ...] = ()


class Field(Frozen):
    """A canonical field of an entity."""

    name: str
    type: FieldType
    max: int | None = None  # characters, text only
    scale: int | None = None  # decimal places kept, money/decimal/quantity only
    clean: tuple[CleanStep, ...] = ()
    authority: Authority
    required: bool = False
    blank_erases: bool = False
    sensitivity: Literal["public", "internal", "finance", "personal"] = "public"
    codes: str | None = None  # name of the code list, type code only
    to: str | None = None  # entity referred to, type ref only
    lines: tuple[Field, ...] = ()  # type lines only: the fields of one line
    key: tuple[str, ...] = ()  # type lines only: which of them tell a document's lines apart
    doc: str = ""

    @property
    def pg_type(self) -> str:
        """The PostgreSQL type of this field's column in `image` and `golden`."""
        return PG_TYPES[self.type]


class Group(Frozen):
    """Fields that are taken, kept, conflict and are written together or not at all."""

    name: str
    fields: tuple[str, ...]
    authority: Authority
    doc: str = ""


class Lines(Frozen):
    """Where one system holds the lines of its documents: `table.parent` has the document's key."""

    table: str
    parent: str
    key: tuple[str, ...] = Bounds(min_length=1)  # columns that tell a document's lines apart
    columns: tuple[Column, ...]


class Column(Frozen):
    """How one system names and writes one canonical field.

    Lines are one value of their document. Its raw text is a JSON array of objects, one a line in
    the order of the lines' key, each {source column: raw text or null} with all mapped columns in
    alphabetical order; no line is `[]`. `column` is then a name that no real column has
    (`<table>[<field>]`), and `lines` says where they are.
    """

    field: str
    column: str
    format: str | None = None  # date or number format of text columns, see mapping.formats
    write: bool = True  # False: read from this system, never written into it
    shorten: int | None = None  # a shorter column: cut to this many characters ...
    rest: str | None = None  # ... and where the whole value is kept
    lines: Lines | None = None


class EntityMapping(Frozen):
    """How one system holds one entity."""

    system: str
    entity: str
    table: str  # "table" or "schema.table"; an API adapter reads it as a resource name
    id: str  # key column
    columns: tuple[Column, ...]
    modified: str | None = None  # time-stamp column, used when no change log can be had
    create: bool = True  # may Concord create records of this entity there
    on_delete: OnDelete = "uncouple"  # what a deletion there means
    merged_into: str | None = None  # column that names the record which this one was merged into

    @cached_property
    def by_field(self) -> dict[str, Column]:
        """Columns by canonical field name."""
        return {c.field: c for c in self.columns}

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """Columns to read, each once, the key left out."""
        wanted = [c.column for c in self.columns]
        if self.merged_into is not None:
            wanted.append(self.merged_into)
        return tuple(dict.fromkeys(c for c in wanted if c != self.id))


class Posted(Frozen):
    """When a document is posted: from then on `system` alone decides it, but for `open` units."""

    field: str  # a status field ...
    values: tuple[str, ...]  # ... and those of its codes that mean posted, as `system` has it
    system: str
    open: tuple[str, ...] = ()  # fields and groups that stay as their authority says


class Stake(Frozen):
    """The money that a write to an entity puts at stake.

    `field` counts where the written system is given it. Where it is not (it computes its own
    totals), `quantity` times `price` of the document's `lines` counts.
    """

    field: str
    currency: str | None = None  # field with its currency; None: it is in the company's
    lines: str | None = None
    quantity: str | None = None
    price: str | None = None


class Entity(Frozen):
    """A kind of business object: everything one file under `config/model` says."""

    name: str
    doc: str = ""
    fields: tuple[Field, ...]
    groups: tuple[Group, ...] = ()
    keys: tuple[tuple[str, ...], ...]  # match keys, strongest first
    apart: tuple[str, ...] = ()  # fields whose different values mean different things
    posted: Posted | None = None  # documents only
    stake: Stake | None = None
    mappings: tuple[EntityMapping, ...]

    @cached_property
    def field(self) -> dict[str, Field]:
        """Fields by name."""
        return {f.name: f for f in self.fields}

    @cached_property
    def by_system(self) -> dict[str, EntityMapping]:
        """Mappings by system name."""
        return {m.system: m for m in self.mappings}

    @cached_property
    def units(self) -> tuple[Group, ...]:
        """Every field in exactly one atomic unit: the groups, then each other field alone."""
        grouped = {f for g in self.groups for f in g.fields}
        single = (
            Group(name=f.name, fields=(f.name,), authority=f.authority, doc=f.doc)
            for f in self.fields
            if f.name not in grouped
        )
        return (*self.groups, *single)

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """Text fields by which people look for a golden record, beside the first part of each match
        key: names, and what else is part of a key.
        """
        leading = {key[0] for key in self.keys}
        inside = {f for key in self.keys for f in key}
        return tuple(
            f.name
            for f in self.fields
            if f.type == "text"
            and f.name not in leading
            and (f.name in inside or f.name == "name" or f.name.endswith("_name"))
        )

    @cached_property
    def documents(self) -> tuple[Field, ...]:
        """Fields that hold lines."""
        return tuple(f for f in self.fields if f.type == "lines")

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """Fields that refer to other entities."""
        return tuple(f for f in self.fields if f.type == "ref")

    @cached_property
    def line_references(self) -> tuple[tuple[Field, Field], ...]:
        """Pairs of a field that holds lines and a field of its lines that refers to an entity."""
        return tuple((f, line) for f in self.documents for line in f.lines if line.type == "ref")

    @cached_property
    def refers_to(self) -> tuple[str, ...]:
        """Names of the entities that records or their lines refer to, each once."""
        inside = (line for _, line in self.line_references)
        return tuple(dict.fromkeys(f.to for f in (*self.references, *inside) if f.to is not None))


class Code(Frozen):
    """One canonical code and what each system calls it (the first is written, all are read)."""

    code: str
    label: str = ""
    minor_unit: int | None = None  # of a currency: its decimal places (ISO 4217)
    systems: dict[str, tuple[str, ...]] = Bounds({})


class CodeList(Frozen):
    """A list of codes: `config/codes/<name>.yaml`."""

    name: str
    codes: tuple[Code, ...]


class Rule(Frozen):
    """A business rule: golden records of some entities give records of another one.

    `query` selects all that the rule wants to be there, one row a record, from the golden tables:
    column `key` (text, names the record within the rule, for ever), `subject` (uuid of the golden
    record that it is about) and canonical fields of `gives`. `watches` has, for each entity whose
    changes matter, a query from relation `changed` (golden_id) to the subjects they touch.
    """

    name: str
    version: int
    doc: str = ""
    owner: str
    gives: str  # entity
    adds: bool = False  # to the golden record that `subject` names, in place of a record of its own
    watches: dict[str, str]
    query: str
    gone: dict[str, str] | None = None  # what a record becomes that is not wanted any more;
    # None: it is deleted, as by a system whose deletions are passed on
    stamp: str | None = None  # a timestamp field: when the other values last changed
    on: bool = True


class Control(Frozen):
    """A control total: what has to come to the same on every side, group by group."""

    name: str
    label: dict[str, str]  # language -> what it is called
    entity: str
    sum: str  # a number field
    rate: str | None = None  # a number field: the amount in the company's currency is sum × rate
    by: tuple[str, ...]  # fields of text or codes; `reference.field` takes it from what is named
    month: str | None = None  # a date field, by whose months the groups are divided
    held_as: dict[str, str] = Bounds({})  # system -> the entity, if another, that holds it there


class Config(Frozen):
    """All of `include/config`, validated; entities stand in the order that references need."""

    version: str  # digest of the files, kept as rule version with every change set
    root: Path | None = None  # directory it was read from; None when made in code
    company: Company
    systems: tuple[SystemSpec, ...]
    entities: tuple[Entity, ...]
    lanes: tuple[Lane, ...]
    codes: tuple[CodeList, ...]
    rules: tuple[Rule, ...] = ()
    controls: tuple[Control, ...] = ()

    @cached_property
    def system(self) -> dict[str, SystemSpec]:
        """Systems by name."""
        return {s.name: s for s in self.systems}

    @cached_property
    def entity(self) -> dict[str, Entity]:
        """Entities by name, in reference order."""
        return {e.name: e for e in self.entities}

    @cached_property
    def lane(self) -> dict[str, Lane]:
        """Lanes by name."""
        return {lane.name: lane for lane in self.lanes}

    @cached_property
    def given(self) -> dict[str, EntityMapping]:
        """How rules hold the entities that some rule gives: every field, as it is in `golden`.

        No system has such a mapping, so it is in no entity's `mappings`: nothing is read from it
        or written into it.
        """
        return {
            e.name: EntityMapping(
                system=RULES,
                entity=e.name,
                table="",
                id="source_id",
                columns=tuple(Column(field=f.name, column=f.name) for f in e.fields),
                on_delete="propagate",
            )
            for e in self.entities
            if any(rule.gives == e.name for rule in self.rules)
        }

    @cached_property
    def code_list(self) -> dict[str, CodeList]:
        """Code lists by name."""
        return {c.name: c for c in self.codes}
