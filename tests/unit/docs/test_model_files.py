"""docs/model-files.md is complete, and what it shows is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from concord.model.controls import ControlForm
from concord.model.documents import Document, Findings
from concord.model.files import (
    CodesForm,
    EntityForm,
    Form,
    RuleForm,
)
from concord.model.parse import parse
from concord.model.schema import FORMS, schema
from concord.model.settings_files import CompanyForm, LanesForm, SystemsForm
from concord.model.vocabulary import AUTHORITY_WORDS, CLEAN_STEPS, FORMATS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "model-files.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```yaml\n(.*?)^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
MARKED: dict[str, type[Form]] = {
    "name": CompanyForm,
    "systems": SystemsForm,
    "lanes": LanesForm,
    "entity": EntityForm,
    "codes": CodesForm,
    "rule": RuleForm,
    "control": ControlForm,
}
"""The first key of an example -> the form of the file that it shows."""


def section(kind: str) -> str:
    """The part of the page that describes one kind of file."""
    titles = {
        "entity": "model/&lt;entity&gt;",
        "codes": "codes/&lt;list&gt;",
        "rule": "rules/&lt;rule&gt;",
        "control": "controls/&lt;control&gt;",
    }
    title = titles.get(kind, kind)
    start = PAGE.index(f"\n## {title}.yaml\n")
    end = PAGE.find("\n## ", start + 1)
    return PAGE[start:end] if end > 0 else PAGE[start:]


def keys(node: Any) -> Iterator[str]:
    """Every key that a JSON Schema allows, at any depth."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        for value in node.values():
            yield from keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys(value)


def words(node: Any) -> Iterator[str]:
    """Every fixed word that a JSON Schema allows as a value."""
    if isinstance(node, dict):
        yield from (w for w in node.get("enum", ()) if isinstance(w, str))
        for value in node.values():
            yield from words(value)
    elif isinstance(node, list):
        for value in node:
            yield from words(value)


def described(kind: str) -> set[str]:
    """Names that stand first in a row of a table of the section, without what is before a dot."""
    rows = re.findall(r"^\| (`.*?) \|", section(kind), re.MULTILINE)
    names = {name for row in rows for name in CODE.findall(row)}
    return names | {name.rpartition(".")[2] for name in names}


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_every_key_of_a_file_has_a_row(kind: str) -> None:
    wanted = set(keys(json.loads(schema(kind)))) - {"priority", "aggregate"}
    assert wanted <= described(kind), f"missing: {sorted(wanted - described(kind))}"


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_no_row_describes_a_key_that_is_gone(kind: str) -> None:
    known = {k for one in FORMS for k in keys(json.loads(schema(one)))}
    known |= CLEAN_STEPS | set(AUTHORITY_WORDS)
    simple = {n for n in described(kind) if re.fullmatch(r"[a-z_]+", n)}
    assert simple <= known, f"unknown: {sorted(simple - known)}"


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_every_word_that_a_key_allows_is_named(kind: str) -> None:
    named = " ".join(CODE.findall(section(kind)))
    missing = [w for w in words(json.loads(schema(kind))) if not re.search(rf"\b{w}\b", named)]
    assert not missing


def test_authorities_cleaning_steps_and_formats_are_all_named() -> None:
    named = set(CODE.findall(section("entity")))
    formats = {form for forms in FORMATS.values() for form in forms}
    assert formats | CLEAN_STEPS | set(AUTHORITY_WORDS) <= named
    assert {"{priority: [crm, erp]}", "{aggregate: max}"} <= named


@pytest.mark.parametrize("block", [*BLOCK.findall(PAGE), *BLOCK.findall(README)])
def test_examples_have_the_form_of_their_files(block: str) -> None:
    data = yaml.load(block, yaml.BaseLoader) if "codes:" in block[:6] else yaml.safe_load(block)
    form = MARKED[next(iter(data))]
    findings = Findings()
    assert parse(form, Document("example", data), findings) is not None, findings.problems


def test_defaults_are_those_of_the_forms() -> None:
    limits = SystemsForm.model_validate(
        {"systems": {"erp": {"role": "erp", "kind": "postgres", "connection": "concord_erp"}}}
    ).systems["erp"]
    values = {
        "overlap_minutes": limits.overlap_minutes,
        "slots": limits.slots,
        "limits.count": limits.limits.count,
        "limits.share": limits.limits.share,
        "limits.deletes": limits.limits.deletes,
    }
    for key, value in values.items():
        assert f"| `{key}` | `{value}` |" in PAGE
