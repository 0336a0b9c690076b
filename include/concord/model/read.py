"""Read a company's configuration: `include/config` as one frozen `Config`, or all its problems."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from concord.errors import ConfigError, Problem
from concord.model import controls, expand, rules, stake_rules
from concord.model.controls import ControlForm
from concord.model.documents import Document, Findings, read_document
from concord.model.entity_rules import EntityRules
from concord.model.files import (
    CodesForm,
    EntityForm,
    RuleForm,
)
from concord.model.parse import parse
from concord.model.rule_files import RuleFile
from concord.model.settings_files import CompanyForm, LanesForm, SystemsForm
from concord.model.spec import Config, Control, Entity

F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True)
class Loaded:
    """A configuration and the lines that it came from, for messages of later checks."""

    config: Config
    documents: dict[str, Document]  # "company", "model/party", "codes/country", ...


def config_root(root: Path | None = None) -> Path:
    """The directory of the configuration: as given, or CONCORD_CONFIG, or the one shipped."""
    if root is not None:
        return root
    named = os.environ.get("CONCORD_CONFIG")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "config"


def load_config(root: Path | None = None) -> Config:
    """The configuration. Raises ConfigError with every problem found in any of the files."""
    return load(root).config


def load(root: Path | None = None) -> Loaded:
    """The configuration with the lines of its files. Raises ConfigError."""
    reader = _Reader(config_root(root))
    config = reader.config()
    if config is None or reader.findings.problems:
        order = sorted(reader.findings.problems, key=lambda p: (p.file, p.line or 0))
        raise ConfigError(list(dict.fromkeys(order)))
    return Loaded(config, reader.documents)


class _Reader:
    """One pass over the files; `findings` gathers what is wrong in any of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.findings = Findings()
        self.documents: dict[str, Document] = {}
        self.digest = hashlib.sha256()

    def config(self) -> Config | None:
        if not self.root.is_dir():
            what = "there is no such directory of configuration files"
            hint = "Set CONCORD_CONFIG to it, or unset CONCORD_CONFIG to use the one shipped."
            self.findings.problems.append(Problem(str(self.root), None, "", what, hint))
            return None
        company_form = self._form("company", CompanyForm)
        systems_form = self._form("systems", SystemsForm)
        lanes_form = self._form("lanes", LanesForm)
        entity_forms = self._folder("model", EntityForm, "entity")
        code_forms = self._folder("codes", CodesForm, "codes")
        rule_files = self._rule_files()

        company = expand.company(company_form) if company_form else None
        systems = expand.systems(systems_form) if systems_form else None
        lanes = expand.lanes(lanes_form) if lanes_form else None
        names = None if systems is None else [s.name for s in systems]
        codes = {n: expand.code_list(f, names or ()) for n, f in code_forms.items()}
        entities = self._entities(entity_forms)

        if company is not None:
            rules.check_company(company, names, self.documents["company"], self.findings)
        if systems is not None:
            rules.check_systems(systems, self.documents["systems"], self.findings)
            known = self._named("model")
            stake_rules.check_limits(systems, known, self.documents["systems"], self.findings)
        if lanes is not None:
            known = self._named("model")
            rules.check_lanes(lanes, known, self.documents["lanes"], self.findings)
        if lanes is not None and systems is not None:
            rules.check_slots(systems, lanes, self.documents["lanes"], self.findings)
        for name, codes_of in codes.items():
            rules.check_codes(codes_of, names, self.documents[f"codes/{name}"], self.findings)
        for name, entity in entities.items():
            rules.check_posted(entity, codes, self.documents[f"model/{name}"], self.findings)
            stake_rules.check_stake(entity, self.documents[f"model/{name}"], self.findings)
        if company is not None:
            stake_rules.check_rates(
                company, entities, self._named("model"), self.documents["company"], self.findings
            )
        gives = {file.form.gives for file in rule_files}
        ordered = self._check_entities(entities, names, gives)
        for file in rule_files:
            file.check(entities, self._named("model"), codes)
        totals = self._controls(entities, names, company.languages if company else ())
        if company is None or systems is None or lanes is None:
            return None
        return Config(
            version=self.digest.hexdigest()[:12],
            root=self.root,
            company=company,
            systems=systems,
            entities=ordered,
            lanes=lanes,
            codes=tuple(codes[n] for n in sorted(codes)),
            rules=tuple(file.rule for file in rule_files),
            controls=totals,
        )

    def _controls(
        self, entities: dict[str, Entity], systems: list[str] | None, languages: Sequence[str]
    ) -> tuple[Control, ...]:
        """The control totals by name. A company may have none."""
        if not (self.root / "controls").is_dir():
            return ()
        forms = self._folder("controls", ControlForm, "control", needed=False)
        for name, form in forms.items():
            doc = self.documents[f"controls/{name}"]
            controls.Check(form, entities, systems, languages, doc, self.findings).run(
                self._named("model")
            )
        return tuple(controls.control(form) for form in forms.values())

    def _rule_files(self) -> list[RuleFile]:
        """The business rules by name, their queries read. A company may have none."""
        folder = self.root / "rules"
        if not folder.is_dir():
            return []
        forms = self._folder("rules", RuleForm, "rule", beside=".sql", needed=False)
        files = [
            RuleFile(folder, form, self.documents[f"rules/{name}"], self.findings)
            for name, form in forms.items()
        ]
        texts = {name: text for file in files for name, text in file.texts.items()}
        for name, text in sorted(texts.items()):
            self.digest.update(f"rules/{name}\n{text}\n".encode())
        for path in sorted(folder.glob("*.sql")):
            if forms and path.name not in texts:
                what, hint = "no rule uses the file", "Name it in a rule, or move it elsewhere."
                self.findings.problems.append(Problem(_shown(path), None, "", what, hint))
        return files

    def _entities(self, forms: dict[str, EntityForm]) -> dict[str, Entity]:
        entities = {}
        for name, form in forms.items():
            doc = self.documents[f"model/{name}"]
            expand.inline_problems(form, doc, self.findings)
            entities[name] = expand.entity(form, doc, self.findings)
        return entities

    def _check_entities(
        self, entities: dict[str, Entity], systems: list[str] | None, given: set[str]
    ) -> tuple[Entity, ...]:
        docs = {name: self.documents[f"model/{name}"] for name in entities}
        for name, entity in entities.items():
            EntityRules(
                entity,
                docs[name],
                self.findings,
                systems=systems,
                entities=self._named("model"),
                lists=self._named("codes"),
                given=name in given,
            ).run()
        rules.check_tables(entities, docs, systems, self.findings)
        rules.check_references(entities, docs, self.findings)
        return rules.in_reference_order(entities, docs, self.findings)

    def _named(self, folder: str) -> list[str]:
        """Names that exist, those of files with other mistakes included."""
        return [p.stem for p in sorted((self.root / folder).glob("*.yaml"))]

    def _form(self, name: str, form: type[F]) -> F | None:
        path = self.root / f"{name}.yaml"
        shown = _shown(path)
        if not path.is_file():
            what, hint = "the file is missing", "The one shipped with Concord is an example."
            self.findings.problems.append(Problem(shown, None, "", what, hint))
            return None
        document = read_document(path, shown, self.findings)
        if document is None:
            return None
        self.digest.update(f"{name}\n".encode() + path.read_bytes() + b"\n")
        self.documents[name] = document
        return parse(form, document, self.findings)

    def _folder(
        self, folder: str, form: type[F], key: str, *, beside: str = "", needed: bool = True
    ) -> dict[str, F]:
        """The forms of a folder's files by name, which each file repeats under `key`.

        Files whose names end in `beside` are somebody else's to read.
        """
        found: dict[str, F] = {}
        for path in sorted((self.root / folder).glob("*")):
            if beside and path.suffix == beside and path.is_file():
                continue
            if path.suffix != ".yaml" or not path.is_file():
                what, hint = "the file is not read", "Name it <name>.yaml, or move it elsewhere."
                self.findings.problems.append(Problem(_shown(path), None, "", what, hint))
                continue
            parsed = self._form(f"{folder}/{path.stem}", form)
            if parsed is None:
                continue
            name = str(getattr(parsed, key))
            if name != path.stem:
                what = f"`{name}` is not the name of the file"
                hint = f"Write `{key}: {path.stem}`, or rename the file."
                doc = self.documents[f"{folder}/{path.stem}"]
                self.findings.add(doc, (key,), what, hint)
                continue
            found[name] = parsed
        if needed and not found and not self.findings.problems:
            what, hint = "the folder has no files", "The ones shipped with Concord are examples."
            self.findings.problems.append(Problem(_shown(self.root / folder), None, "", what, hint))
        return found


def _shown(path: Path) -> str:
    """The path as a person would type it."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
