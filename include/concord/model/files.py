"""The forms of the configuration files, short forms included.

What a person may write is described here; `concord.model.expand` turns it into the frozen objects
of `concord.model.spec`. The JSON Schemas for editors are exported from these classes.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    Strict,
    StringConstraints,
    Tag,
    WithJsonSchema,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from concord.model.spec import FieldType, OnDelete
from concord.model.vocabulary import (
    AUTHORITY_WORDS,
    CLEAN_STEPS,
    COLUMN,
    FORMATS,
    NAME,
    TABLE,
)

Text = Annotated[str, Strict()]
Words = Annotated[str, Strict(), StringConstraints(min_length=1, pattern=r"\S")]
Flag = Annotated[bool, Strict()]
Name = Annotated[str, Strict(), StringConstraints(pattern=NAME)]
ForeignName = Annotated[str, Strict(), StringConstraints(pattern=COLUMN)]
TableName = Annotated[str, Strict(), StringConstraints(pattern=TABLE)]
SqlName = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z][a-z0-9_.]*\.sql$")]
Connection = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Natural = Annotated[int, Strict(), Field(ge=0)]
Positive = Annotated[int, Strict(), Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[
    Decimal, Field(ge=0, allow_inf_nan=False), WithJsonSchema({"type": "number", "minimum": 0})
]


class _Or:
    """Adds a short form to the JSON Schema of a type whose validator accepts it."""

    def __init__(self, *short: dict[str, Any]) -> None:
        self.short = short

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {"anyOf": [*self.short, handler(core_schema)]}


def _text_as(key: str) -> Callable[[Any], Any]:
    return lambda value: {key: value} if isinstance(value, str) else value


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Form(BaseModel):
    """Base of all file forms: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnForm(Form):
    """How a system names and writes one field."""

    column: ForeignName = Field(description="Column in the system")
    format: Text | None = Field(
        None,
        description="How a text column writes a date or number",
        examples=sorted({f for kind in FORMATS.values() for f in kind}),
    )
    write: Flag = Field(True, description="false: read from this system, never written into it")
    shorten: Positive | None = Field(None, description="Cut to this many characters when writing")
    rest: Words | None = Field(None, description="Where the whole value is kept")


ColumnOrName = Annotated[
    ColumnForm, BeforeValidator(_text_as("column")), _Or({"type": "string", "pattern": COLUMN})
]


class LinesColumnForm(Form):
    """Where a system holds the lines of a document, and how it names their fields."""

    table: TableName = Field(description="Table of the lines")
    parent: ForeignName = Field(description="Its column with the key of the document")
    fields: dict[Text, ColumnOrName] = Field(min_length=1, description="Columns by line field")


def _column_or_lines(value: Any) -> str:
    lines = isinstance(value, LinesColumnForm) or (isinstance(value, dict) and "table" in value)
    return "[lines]" if lines else "[column]"


ColumnOrLines = Annotated[
    Annotated[ColumnOrName, Tag("[column]")] | Annotated[LinesColumnForm, Tag("[lines]")],
    Discriminator(_column_or_lines),
]


def _without_word(schema: dict[str, Any]) -> None:
    del schema["properties"]["word"]
    schema.update(minProperties=1, maxProperties=1)


class AuthorityForm(Form):
    """Who decides. In files a system or a word stands alone; in here it is `word`."""

    model_config = ConfigDict(json_schema_extra=_without_word)

    word: Text | None = None
    priority: list[Text] | None = Field(
        None, min_length=1, description="The first of these systems that has a value"
    )
    aggregate: Literal["min", "max", "sum", "any", "all"] | None = None


Authority = Annotated[
    AuthorityForm,
    BeforeValidator(_text_as("word")),
    _Or({"type": "string", "examples": list(AUTHORITY_WORDS)}),
]
CleanText = Annotated[
    Text, Field(json_schema_extra={"pattern": rf"^({'|'.join(sorted(CLEAN_STEPS))})(\(.*\))?$"})
]

Key = Annotated[list[Text], BeforeValidator(_as_list), Field(min_length=1), _Or({"type": "string"})]
Sensitivity = Literal["public", "internal", "finance", "personal"]


class LineFieldForm(Form):
    """A field of a document's lines. They are decided with the whole document."""

    type: FieldType
    max: Positive | None = Field(None, description="Characters, type text only")
    scale: Natural | None = Field(None, description="Decimal places, numbers only")
    clean: list[CleanText] = Field([], description="Cleaning steps in order")
    required: Flag = False
    sensitivity: Sensitivity = "public"
    codes: Text | None = Field(None, description="Code list, type code only")
    to: Text | None = Field(None, description="Entity referred to, type ref only")
    doc: Text = ""


class FieldForm(Form):
    """A field of an entity."""

    type: FieldType
    max: Positive | None = Field(None, description="Characters, type text only")
    scale: Natural | None = Field(None, description="Decimal places, numbers only")
    clean: list[CleanText] = Field(
        [], description="Cleaning steps in order, such as phone(country)"
    )
    authority: Authority | None = Field(
        None,
        description="A system's name, latest, non_empty, steward, {priority: []} or "
        "{aggregate: max}; fields of a group take the group's",
    )
    required: Flag = False
    blank_erases: Flag = Field(False, description="true: a blank in the owner erases the value")
    sensitivity: Sensitivity = "public"
    codes: Text | None = Field(None, description="Code list, type code only")
    to: Text | None = Field(None, description="Entity referred to, type ref only")
    of: dict[Name, LineFieldForm] = Field({}, description="Fields of a line, type lines only")
    key: Key | None = Field(
        None, description="Line fields that tell a document's lines apart, type lines only"
    )
    doc: Text = ""
    systems: dict[Text, ColumnOrLines] = Field(
        {}, description="system: column, instead of a line under the system below"
    )


class GroupForm(Form):
    """Fields that are taken, kept and written together or not at all."""

    fields: list[Text] = Field(min_length=2)
    authority: Authority
    doc: Text = ""


class MappingForm(Form):
    """How one system holds the entity."""

    table: TableName = Field(description="table or schema.table; a resource name of an API")
    id: ForeignName = Field(description="Key column")
    modified: ForeignName | None = Field(None, description="Time-stamp column")
    create: Flag = Field(True, description="May Concord create records there")
    on_delete: OnDelete = Field("uncouple", description="What a deletion there means")
    merged_into: ForeignName | None = Field(
        None, description="Column with the key of the record that this one was merged into"
    )
    fields: dict[Text, ColumnOrLines] = {}


class PostedForm(Form):
    """When a document is posted: from then on one system alone decides it, but for `open` units."""

    field: Text = Field(description="A field with codes ...")
    values: list[Text] = Field(min_length=1, description="... and those that mean posted")
    system: Text = Field(description="Decides from then on")
    open: list[Text] = Field([], description="Fields and groups that stay as their authority says")


class StakeForm(Form):
    """The money that a write to the entity puts at stake; the guard's limit on money counts it."""

    field: Text = Field(description="Field of type money that counts")
    currency: Text | None = Field(
        None, description="Field with its currency; without it, it is in the company's"
    )
    lines: Text | None = Field(
        None, description="Field of lines that count where a system is not given `field`"
    )
    quantity: Text | None = Field(None, description="Line field that is multiplied by `price`")
    price: Text | None = Field(None, description="Line field of type money")


class EntityForm(Form):
    """config/model/<entity>.yaml: everything about one kind of business object."""

    entity: Name = Field(description="Name; the file is called <entity>.yaml")
    doc: Text = ""
    key: list[Key] = Field(min_length=1, description="Match keys, strongest first")
    apart: list[Text] = Field([], description="Fields whose different values are never one thing")
    fields: dict[Name, FieldForm] = Field(min_length=1)
    groups: dict[Name, GroupForm] = {}
    posted: PostedForm | None = None
    stake: StakeForm | None = None
    systems: dict[Text, MappingForm] = Field(min_length=1)


Texts = Annotated[
    list[Words], BeforeValidator(_as_list), Field(min_length=1), _Or({"type": "string"})
]


class CodeForm(BaseModel):
    """One code: its label, and for each system the text it uses (the first is written)."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Texts] = Field(init=False)

    label: Text = ""
    minor_unit: int | None = Field(
        None, ge=0, le=6, description="Of a currency: how many decimal places it has (ISO 4217)"
    )


class CodesForm(Form):
    """config/codes/<list>.yaml: canonical codes and what each system calls them.

    A system that no code names uses the codes themselves.
    """

    codes: Name = Field(description="Name of the list; the file is called <list>.yaml")
    values: dict[Words, CodeForm] = Field(min_length=1)


def _scalars_as_texts(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    scalars = (bool, int, float)
    return {k: str(v).lower() if isinstance(v, scalars) else v for k, v in value.items()}


class WatchForm(Form):
    """A query from the changed records of an entity to the subjects that they touch."""

    sql: SqlName = Field(
        description="File beside this one: SELECT of subjects' golden ids FROM changed (golden_id),"
        " or from `was`, the changed records as they were"
    )


Watch = Annotated[Literal["changed"] | WatchForm, Field(description="changed, or {sql: file}")]


class RuleForm(Form):
    """config/rules/<rule>.yaml: golden records of some entities give records of another one."""

    rule: Name = Field(description="Name; the file is called <rule>.yaml")
    version: Positive = Field(description="Count it up with every change: all is evaluated anew")
    doc: Text = ""
    owner: Words = Field(description="Who answers for the rule")
    gives: Text = Field(description="Entity of the records that the rule gives")
    watches: dict[Text, Watch] = Field(
        min_length=1, description="Entities whose changes matter, and which subjects they touch"
    )
    query: SqlName = Field(
        description="File beside this one: SELECT key, subject, fields of `gives`"
        " [, again_at] of all that the rule wants"
    )
    uses: list[SqlName] = Field(
        [], description="Files beside this one with queries that its own may name, without .sql"
    )
    gone: (
        Literal["delete", "keep"] | Annotated[dict[Text, Text], BeforeValidator(_scalars_as_texts)]
    ) = Field("delete", description="What becomes of a record that is not wanted any more")
    adds: Flag = Field(False, description="true: gives values to the subject's own golden record")
    stamp: Text | None = Field(
        None, description="Timestamp field: when the other values last changed"
    )
    on: Flag = Field(True, description="false: not evaluated; what it gave stays as it is")
