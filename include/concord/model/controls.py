"""Control totals: `config/controls/<control>.yaml`, its form and what must hold of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from pydantic import Field

from concord.model.documents import Document, Findings, Where, closest
from concord.model.files import Form, Name, Text, Words
from concord.model.spec import Control, Entity

NUMBERS = {"money", "decimal", "quantity", "integer"}
GROUPED = {"text", "code"}


class ControlForm(Form):
    """config/controls/<control>.yaml: a total that has to be the same on every side."""

    control: Name = Field(description="Name; the file is called <control>.yaml")
    label: dict[Text, Words] = Field(min_length=1, description="What it is called, by language")
    entity: Text = Field(description="Whose records are counted and summed")
    sum: Text = Field(description="The number field that is summed")
    rate: Text | None = Field(
        None, description="Number field with the rate to the company's currency"
    )
    by: list[Text] = Field(
        min_length=1, description="Fields that make the groups; reference.field is one hop away"
    )
    month: Text | None = Field(None, description="Date field whose months divide the groups")
    held_as: dict[Text, Text] = Field(
        {}, description="system: entity, where a system holds the same figures as another entity"
    )


def control(form: ControlForm) -> Control:
    """The form as a frozen object."""
    return Control(
        name=form.control,
        by=tuple(form.by),
        **form.model_dump(exclude={"control", "by"}),
    )


class Check:
    """What must hold between one control total and the model. Goes through `run`."""

    def __init__(
        self,
        form: ControlForm,
        entities: Mapping[str, Entity],
        systems: Collection[str] | None,
        languages: Sequence[str],
        doc: Document,
        findings: Findings,
    ) -> None:
        self.form, self.entities, self.systems = form, entities, systems
        self.languages, self.doc, self.findings = languages, doc, findings

    def run(self, names: Collection[str]) -> None:
        """Note every problem. `names`: of all entities' files, those with mistakes included."""
        for language in self.languages:
            if language not in self.form.label:
                self._add(("label",), f"there is no label in `{language}`", "Add it.")
        if self._known(("entity",), self.form.entity, names):
            self._fields(self.entities.get(self.form.entity), ("entity",))
        for system, entity in self.form.held_as.items():
            where: Where = ("held_as", system)
            if self.systems is not None and system not in self.systems:
                hint = closest(system, list(self.systems))
                self._add(where, f"unknown system `{system}`", hint)
            if self._known(where, entity, names):
                self._fields(self.entities.get(entity), where)
                self._same_key(entity, where)

    def _known(self, where: Where, entity: str, names: Collection[str]) -> bool:
        if entity not in names:
            self._add(where, f"unknown entity `{entity}`", closest(entity, list(names)))
        return entity in names

    def _fields(self, entity: Entity | None, where: Where) -> None:
        """Every field that is named is there, and of a type that serves."""
        if entity is None:  # its own file says what is wrong
            return
        for own, path, types in self._wanted():
            place = own if where == ("entity",) else where
            reference, _, name = path.rpartition(".")
            home: Entity | None = entity
            if reference:
                link = entity.field.get(reference)
                if link is None or link.type != "ref":
                    what = f"{entity.name} has no reference `{reference}`"
                    self._add(place, what, closest(reference, [f.name for f in entity.references]))
                    continue
                home = self.entities.get(link.to or "")
            if home is None:
                continue
            field = home.field.get(name)
            if field is None:
                hint = closest(name, list(home.field))
                self._add(place, f"{home.name} has no field `{name}`", hint)
            elif field.type not in types:
                what = f"`{path}` is of type {field.type}"
                self._add(place, what, f"Here it must be {' or '.join(sorted(types))}.")
            elif field.sensitivity == "personal":
                what = f"`{path}` is personal data, and certificates are shown to everybody"
                self._add(place, what, "Take another field.")

    def _wanted(self) -> Iterator[tuple[Where, str, Collection[str]]]:
        form = self.form
        yield ("sum",), form.sum, NUMBERS
        if form.rate is not None:
            yield ("rate",), form.rate, NUMBERS
        for i, path in enumerate(form.by):
            yield ("by", i), path, GROUPED
        if form.month is not None:
            yield ("month",), form.month, {"date"}

    def _same_key(self, held_as: str, where: Where) -> None:
        """Records of the two entities are paired by the first match key of the one summed."""
        one, other = self.entities.get(self.form.entity), self.entities.get(held_as)
        if one is None or other is None:
            return
        missing = [f for f in one.keys[0] if f not in other.field]
        if missing:
            what = f"{held_as} has no {', '.join(missing)}, by which {one.name} is told apart"
            self._add(where, what, "Name an entity with the same match key.")

    def _add(self, where: Where, what: str, hint: str) -> None:
        self.findings.add(self.doc, where, what, hint)
