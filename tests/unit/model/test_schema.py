"""The JSON Schemas for editors say the same as the reader."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from concord.model.read import config_root
from concord.model.schema import FORMS, export, schema
from tests.unit.model.small import FILES

KINDS = {"model": "entity", "codes": "codes", "rules": "rule", "controls": "control"}
SHIPPED = config_root()


def validator(kind: str) -> Draft202012Validator:
    body = json.loads(schema(kind))
    Draft202012Validator.check_schema(body)
    return Draft202012Validator(body)


def kind_of(name: str) -> str:
    path = Path(name)
    return KINDS.get(path.parent.name, path.stem)


def test_the_committed_schemas_are_fresh(tmp_path: Path) -> None:
    for path in export(tmp_path):
        committed = (SHIPPED / "schema" / path.name).read_text(encoding="utf-8")
        assert committed == path.read_text(encoding="utf-8"), f"{path.name}: export it again"
    assert {p.stem for p in (SHIPPED / "schema").iterdir()} == set(FORMS)


@pytest.mark.parametrize("name", sorted(FILES))
def test_short_and_long_forms_are_described(name: str) -> None:
    data = yaml.load(FILES[name].replace("NO:", '"NO":'), Loader=yaml.BaseLoader)
    assert not list(validator(kind_of(name)).iter_errors(_typed(data)))


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("**/*.yaml")), ids=lambda p: p.stem)
def test_every_shipped_file_fits_and_names_its_schema(path: Path) -> None:
    kind = kind_of(str(path.relative_to(SHIPPED)))
    text = path.read_text(encoding="utf-8")
    depth = "../" if path.parent != SHIPPED else ""
    expected = f"# yaml-language-server: $schema={depth}schema/{kind}.json"
    assert text.splitlines()[0] == expected
    assert not list(validator(kind).iter_errors(yaml.safe_load(text)))


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("company", {"name": "x"}),
        ("entity", {"entity": "Party", "key": ["a"], "fields": {}, "systems": {}}),
        ("systems", {"systems": {"erp": {"role": "shop", "kind": "postgres", "connection": "x"}}}),
        ("codes", {"codes": "x", "values": {"a": {"erp": 1}}}),
        ("lanes", {"lanes": {"fast": {"dag": "x", "schedule": "* * * * *", "oops": 1}}}),
    ],
)
def test_an_editor_marks_mistakes(kind: str, data: Any) -> None:
    assert list(validator(kind).iter_errors(data))


def _typed(value: Any) -> Any:
    """Numbers and booleans of the small files, whose codes must stay text."""
    if isinstance(value, dict):
        return {k: _typed(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_typed(v) for v in value]
    if value in ("true", "false"):
        return value == "true"
    try:
        return json.loads(value)
    except ValueError:
        return value
