"""File forms into the frozen objects of `concord.model.spec`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from concord.model.documents import Document, Findings, Where, closest
from concord.model.files import (
    AuthorityForm,
    CodesForm,
    ColumnForm,
    EntityForm,
    FieldForm,
    GroupForm,
    LinesColumnForm,
)
from concord.model.settings_files import CompanyForm, LanesForm, LimitsForm, SystemsForm
from concord.model.spec import (
    Authority,
    Certificates,
    CleanStep,
    Code,
    CodeList,
    Column,
    Company,
    Entity,
    EntityMapping,
    Field,
    Group,
    Lane,
    Limits,
    Lines,
    Mail,
    Posted,
    Signal,
    Stake,
    SystemSpec,
)

_STEP = re.compile(r"\s*([a-z_0-9]+)\s*(?:\(([^()]*)\))?\s*")


def company(form: CompanyForm) -> Company:
    """company.yaml."""
    mail = form.certificates.mail
    return Company(
        **form.model_dump(exclude={"precedence", "languages", "certificates"}),
        precedence=tuple(form.precedence),
        languages=tuple(form.languages),
        certificates=Certificates(
            anchor=form.certificates.anchor,
            mail=None if mail is None else Mail(**{**mail.model_dump(), "to": tuple(mail.to)}),
        ),
    )


def systems(form: SystemsForm) -> tuple[SystemSpec, ...]:
    """systems.yaml, in the order of the file."""
    return tuple(
        SystemSpec(
            name=name,
            limits=Limits(**block.limits.model_dump(exclude={"entities"})),
            entity_limits=_entity_limits(block.limits),
            **block.model_dump(exclude={"limits"}),
        )
        for name, block in form.systems.items()
    )


def _entity_limits(form: LimitsForm) -> dict[str, Limits]:
    common = form.model_dump(exclude={"entities"})
    named = {name: own.model_dump(exclude_unset=True) for name, own in form.entities.items()}
    return {
        name: Limits(**common | {k: v for k, v in own.items() if v is not None or k == "money"})
        for name, own in named.items()
    }


def lanes(form: LanesForm) -> tuple[Lane, ...]:
    """lanes.yaml, in the order of the file."""
    return tuple(
        Lane(
            name=name,
            entities=tuple(block.entities),
            tags=tuple(block.tags),
            signal=Signal(**block.signal.model_dump()),
            **block.model_dump(exclude={"entities", "tags", "signal"}),
        )
        for name, block in form.lanes.items()
    )


def code_list(form: CodesForm, system_names: Iterable[str]) -> CodeList:
    """One code list. A system that no code names uses the codes themselves."""
    named = {s for c in form.values.values() for s in c.__pydantic_extra__}
    identity = [s for s in system_names if s not in named]
    return CodeList(
        name=form.codes,
        codes=tuple(
            Code(
                code=code,
                label=block.label,
                minor_unit=block.minor_unit,
                systems={
                    **{s: tuple(texts) for s, texts in block.__pydantic_extra__.items()},
                    **dict.fromkeys(identity, (code,)),
                },
            )
            for code, block in form.values.items()
        ),
    )


def entity(form: EntityForm, doc: Document, findings: Findings) -> Entity:
    """One entity. What cannot be said in the frozen objects goes to `findings`."""
    groups = {
        name: Group(
            name=name,
            fields=tuple(g.fields),
            authority=_authority(g.authority, ("groups", name), doc, findings),
            doc=g.doc,
        )
        for name, g in form.groups.items()
    }
    fields = tuple(
        _field(name, block, form.groups, groups, doc, findings)
        for name, block in form.fields.items()
    )
    return Entity(
        name=form.entity,
        doc=form.doc,
        fields=fields,
        groups=tuple(groups.values()),
        keys=tuple(tuple(key) for key in form.key),
        apart=tuple(form.apart),
        posted=_posted(form),
        stake=Stake(**form.stake.model_dump()) if form.stake else None,
        mappings=tuple(_mapping(form, system, doc, findings) for system in form.systems),
    )


def _field(
    name: str,
    form: FieldForm,
    group_forms: dict[str, GroupForm],
    groups: dict[str, Group],
    doc: Document,
    findings: Findings,
) -> Field:
    where: Where = ("fields", name)
    group = next((g for g, block in group_forms.items() if name in block.fields), None)
    if form.authority is not None:
        authority = _authority(form.authority, where, doc, findings)
        if group is not None and authority != groups[group].authority:
            what = f"the authority differs from that of its group `{group}`"
            hint = "A group is decided as a whole: leave the field's own authority out."
            findings.add(doc, (*where, "authority"), what, hint)
    elif group is not None:
        authority = groups[group].authority
    else:
        hint = "Name a system, or latest, non_empty, steward, {priority: [...]}, {aggregate: max}."
        findings.add(doc, where, "`authority` is missing", hint)
        authority = Authority(kind="steward")
    lines = [
        Field(
            name=line,
            authority=authority,
            clean=_steps(block.clean, (*where, "of", line), doc, findings),
            **block.model_dump(exclude={"clean"}),
        )
        for line, block in form.of.items()
    ]
    return Field(
        name=name,
        authority=authority,
        clean=_steps(form.clean, where, doc, findings),
        lines=tuple(lines),
        key=tuple(form.key or ()),
        **form.model_dump(exclude={"authority", "clean", "systems", "of", "key"}),
    )


def _posted(form: EntityForm) -> Posted | None:
    block = form.posted
    if block is None:
        return None
    return Posted(
        field=block.field,
        values=tuple(block.values),
        system=block.system,
        open=tuple(block.open),
    )


def _authority(form: AuthorityForm, where: Where, doc: Document, findings: Findings) -> Authority:
    given = [v for v in (form.word, form.priority, form.aggregate) if v is not None]
    if len(given) != 1:
        hint = "Give one of: a system or word, {priority: [...]}, {aggregate: max}."
        findings.add(doc, (*where, "authority"), f"{len(given)} kinds of authority at once", hint)
        return Authority(kind="steward")
    if form.priority is not None:
        return Authority(kind="priority", systems=tuple(form.priority))
    if form.aggregate is not None:
        return Authority(kind="aggregate", function=form.aggregate)
    word = form.word or ""
    if word == "latest":
        return Authority(kind="latest")
    if word == "non_empty":
        return Authority(kind="non_empty")
    if word == "steward":
        return Authority(kind="steward")
    return Authority(kind="owner", systems=(word,))


def _steps(
    texts: list[str], where: Where, doc: Document, findings: Findings
) -> tuple[CleanStep, ...]:
    steps = [_step(t, (*where, "clean", i), doc, findings) for i, t in enumerate(texts)]
    return tuple(step for step in steps if step is not None)


def _step(text: str, where: Where, doc: Document, findings: Findings) -> CleanStep | None:
    match = _STEP.fullmatch(text)
    if match is None:
        findings.add(doc, where, f"`{text}` is not a cleaning step", "Write name or name(field).")
        return None
    uses = [u.strip() for u in (match[2] or "").split(",") if u.strip()]
    return CleanStep(name=match[1], uses=tuple(uses))


def _mapping(form: EntityForm, system: str, doc: Document, findings: Findings) -> EntityMapping:
    block = form.systems[system]
    columns: dict[str, ColumnForm | LinesColumnForm] = dict(block.fields)
    for name, field in form.fields.items():
        if system not in field.systems:
            continue
        if name in columns:
            what = f"`{name}` has a column of {system} here and under systems.{system}.fields"
            findings.add(doc, ("fields", name, "systems", system), what, "Keep one of the two.")
        columns[name] = field.systems[system]
    return EntityMapping(
        system=system,
        entity=form.entity,
        columns=tuple(_column(f, c, form.fields.get(f)) for f, c in columns.items()),
        **block.model_dump(exclude={"fields"}),
    )


def _column(name: str, form: ColumnForm | LinesColumnForm, field: FieldForm | None) -> Column:
    """A column; the checks find lines whose key is not mapped, which stands as the parent here."""
    if isinstance(form, ColumnForm):
        return Column(field=name, **form.model_dump())
    columns = tuple(Column(field=f, **c.model_dump()) for f, c in form.fields.items())
    of = {c.field: c.column for c in columns}
    key = tuple(of[k] for k in (field.key if field else None) or () if k in of)
    lines = Lines(table=form.table, parent=form.parent, key=key or (form.parent,), columns=columns)
    written = any(c.write for c in columns)
    return Column(field=name, column=f"{form.table}[{name}]", write=written, lines=lines)


def inline_problems(form: EntityForm, doc: Document, findings: Findings) -> None:
    """Columns given beside a field for a system that has no block in this file."""
    for name, field in form.fields.items():
        for system in field.systems:
            if system not in form.systems:
                where = ("fields", name, "systems", system)
                what = f"`{system}` has no block under `systems` of this file"
                findings.add(doc, where, what, closest(system, list(form.systems)))
