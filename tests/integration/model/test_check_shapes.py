"""The shipped mappings against the sandbox's real tables."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from concord.errors import Problem
from concord.model.check import check_shapes
from concord.model.read import load
from concord.systems.protocol import Shape
from concord.systems.registry import open_system
from tests.support.world import World


def check(world: World, root: Path | None = None) -> list[Problem]:
    loaded = load(root)
    shapes: dict[tuple[str, str], Shape] = {}
    for spec in loaded.config.systems:
        with open_system(spec, world.urls[spec.name]).snapshot() as snapshot:
            held = (e for e in loaded.config.entities if spec.name in e.by_system)
            for entity in held:
                shape = snapshot.shape(entity.by_system[spec.name])
                shapes[spec.name, entity.name] = shape
    return check_shapes(loaded, shapes)


def test_the_shipped_mappings_fit_the_sandbox(world: World) -> None:
    assert check(world) == []


def test_a_mapping_that_would_lose_text_is_named_with_file_and_line(
    world: World, config_copy: Path
) -> None:
    path = config_copy / "model/party.yaml"
    text = path.read_text(encoding="utf-8")
    old = "{column: name, shorten: 80, rest: golden and CRM keep the whole name}"
    assert text.count(old) == 1
    path.write_text(text.replace(old, "name"), encoding="utf-8")
    (problem,) = check(world, config_copy)
    assert (problem.file, problem.line) == (str(path), text[: text.index(old)].count("\n") + 1)
    assert "shorten: 80" in problem.hint


def test_a_dropped_column_is_named(world: World) -> None:
    with psycopg.connect(world.urls["crm"]) as conn:
        conn.execute("ALTER TABLE account DROP COLUMN web CASCADE")
    (problem,) = check(world)
    assert "crm's account has no column `web`" in problem.what


def test_a_column_of_merges_that_is_not_there_is_named(world: World, config_copy: Path) -> None:
    path = config_copy / "model/party.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "    table: account\n", "    table: account\n    merged_into: master_id\n"
    )
    path.write_text(text, encoding="utf-8")
    (problem,) = check(world, config_copy)
    assert "crm's account has no column `master_id`" in problem.what
    assert problem.line == text[: text.index("merged_into")].count("\n") + 1


@pytest.fixture(autouse=True)
def _shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONCORD_CONFIG", raising=False)
