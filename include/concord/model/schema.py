"""JSON Schemas of the configuration files, for completion and checks in editors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from concord.model.controls import ControlForm
from concord.model.files import (
    CodesForm,
    EntityForm,
    Form,
    RuleForm,
)
from concord.model.settings_files import CompanyForm, LanesForm, SystemsForm

FORMS: Mapping[str, type[Form]] = {
    "company": CompanyForm,
    "systems": SystemsForm,
    "lanes": LanesForm,
    "entity": EntityForm,
    "codes": CodesForm,
    "rule": RuleForm,
    "control": ControlForm,
}
"""Kind of file -> its form."""


def schema(kind: str) -> str:
    """The JSON Schema of one kind of file, as text that is the same every time."""
    body = FORMS[kind].model_json_schema()
    body = {"$schema": "https://json-schema.org/draft/2020-12/schema", **body}
    return json.dumps(body, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def export(directory: Path) -> list[Path]:
    """Write `<kind>.json` for every kind of file; returns the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for kind in FORMS:
        path = directory / f"{kind}.json"
        path.write_text(schema(kind), encoding="utf-8")
        paths.append(path)
    return paths
