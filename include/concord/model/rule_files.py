"""Business rules: `config/rules/<rule>.yaml` with the queries in .sql files beside it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from concord.model.documents import Document, Findings, Where, closest
from concord.model.files import RuleForm
from concord.model.spec import CodeList, Entity, Field, Rule

CHANGED = "SELECT golden_id FROM changed"
"""The watch query behind the word `changed`: each changed record is itself a subject."""

OWN_COLUMNS = ("key", "subject", "again_at")
"""Columns of a rule's query that are no fields; a field of such a name is not given by rules."""


class RuleFile:
    """One rule's file and the texts of its queries; an unreadable one is noted, and empty."""

    def __init__(self, folder: Path, form: RuleForm, doc: Document, findings: Findings) -> None:
        self.folder, self.form, self.doc, self.findings = folder, form, doc, findings
        self.texts: dict[str, str] = {}  # of the queries, by file name
        self.rule = self._rule()

    def _rule(self) -> Rule:
        form = self.form
        used = {
            name.removesuffix(".sql"): self._query(name, ("uses", i))
            for i, name in enumerate(form.uses)
        }
        watches = {
            entity: CHANGED
            if isinstance(watch, str)
            else _with(used, self._query(watch.sql, ("watches", entity)))
            for entity, watch in form.watches.items()
        }
        return Rule(
            name=form.rule,
            version=form.version,
            doc=form.doc,
            owner=form.owner,
            gives=form.gives,
            adds=form.adds,
            watches=watches,
            query=_with(used, self._query(form.query, ("query",))),
            gone=_gone(form.gone),
            stamp=form.stamp,
            on=form.on,
        )

    def check(
        self,
        entities: Mapping[str, Entity],
        names: Collection[str],
        lists: Mapping[str, CodeList],
    ) -> None:
        """What must hold between the rule and the model. `names`: of all entities' files."""
        for watched in self.form.watches:
            if watched not in names:
                hint = closest(watched, list(names))
                self._add(("watches", watched), f"unknown entity `{watched}`", hint)
        if self.form.gives not in names:
            hint = closest(self.form.gives, list(names))
            self._add(("gives",), f"unknown entity `{self.form.gives}`", hint)
            return
        entity = entities.get(self.form.gives)
        if entity is None:  # its own file says what is wrong
            return
        self._stamp(entity)
        if isinstance(self.form.gone, dict):
            for name, text in self.form.gone.items():
                self._gone(entity, name, text, lists)

    def _stamp(self, entity: Entity) -> None:
        name = self.form.stamp
        if name is None:
            return
        stamps = [f.name for f in entity.fields if f.type == "timestamp"]
        if name not in entity.field:
            self._add(("stamp",), f"unknown field `{name}`", closest(name, stamps))
        elif name not in stamps:
            self._add(("stamp",), f"`{name}` is no timestamp", "Name a field of type timestamp.")

    def _gone(self, entity: Entity, name: str, text: str, lists: Mapping[str, CodeList]) -> None:
        where: Where = ("gone", name)
        field = entity.field.get(name)
        if field is None or name in OWN_COLUMNS:
            self._add(where, f"unknown field `{name}`", closest(name, list(entity.field)))
        elif field.type == "code" and field.codes is not None and field.codes in lists:
            codes = [c.code for c in lists[field.codes].codes]
            if text not in codes:
                what = f"`{text}` is not in the code list {field.codes}"
                self._add(where, what, closest(text, codes))
        elif not _fits(field, text):
            self._add(where, f"`{text}` is no {field.type}", "Give a value of the field's type.")

    def _query(self, name: str, where: Where) -> str:
        path = self.folder / name
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self._add(where, f"there is no file `{name}` in {self.folder.name}/", "Write it there.")
            return ""
        except (OSError, UnicodeDecodeError):
            self._add(where, f"`{name}` cannot be read", "Save it as a text file in UTF-8.")
            return ""
        self.texts[name] = text
        bare = text.strip().rstrip(";").rstrip()
        if not bare:
            self._add(where, f"`{name}` is empty", "Write one SELECT statement.")
        return bare

    def _add(self, where: Where, what: str, hint: str = "") -> None:
        self.findings.add(self.doc, where, what, hint)


def _fits(field: Field, text: str) -> bool:
    if field.type == "boolean":
        return text in {"true", "false"}
    if field.type in {"money", "decimal", "quantity", "integer"}:
        try:
            value = Decimal(text)
        except InvalidOperation:
            return False
        return value.is_finite() and (field.type != "integer" or value == value.to_integral_value())
    return field.type in {"text", "code"}


def _with(used: Mapping[str, str], query: str) -> str:
    """A query with the ones that it uses, each under the name of its file."""
    if not used or not query:
        return query
    named = ",\n".join(f"{name} AS (\n{text}\n)" for name, text in used.items())
    return f"WITH {named}\nSELECT * FROM (\n{query}\n) AS asked"


def _gone(word: str | dict[str, str]) -> dict[str, str] | None:
    """What a record becomes that is not wanted any more: as it was, where it is to be kept."""
    if isinstance(word, dict):
        return word
    return {} if word == "keep" else None
