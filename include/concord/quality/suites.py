"""Suites: read `expectations/<system>/<entity>.json`, check every word against the configuration.

A file is a Great Expectations suite as JSON without ids. Each expectation has a severity (critical:
the row is quarantined; warning, info: it is counted and passes) and in `meta` its stable `rule`
name, its `owner` and its `meaning` in every language. `"level": "batch"` in `meta` makes a critical
expectation about rows hold the whole entity back instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from concord.errors import ConfigError, Problem
from concord.model.spec import Config
from concord.quality import across, located
from concord.quality.check import Columns, check_expectation
from concord.quality.predicates import VOLUME
from concord.quality.rules import GOLDEN, Rule, Suite, Suites
from concord.quality.view import CLASSES, KEY, Reading, class_of, readings

SUITE_KEYS = ("name", "expectations", "meta", "notes", "suite_parameters")


@dataclass(frozen=True)
class _Table:
    """What a suite is about."""

    system: str
    entity: str
    columns: Columns
    readings: Mapping[str, Reading]


def current(expectations_root: Path, config: Config) -> Suites:
    """The suites as their files are now, read again only when one of these has changed.

    Raises:
        ConfigError: see load.
    """
    files = sorted(p for p in expectations_root.rglob("*") if p.is_file())
    state = tuple((str(p), (s := p.stat()).st_mtime_ns, s.st_size) for p in files)
    kept = _kept.get(expectations_root)
    if kept is None or kept[0] is not config or kept[1] != state:
        kept = _kept[expectations_root] = (config, state, load(expectations_root, config))
    return kept[2]


_kept: dict[Path, tuple[Config, tuple[tuple[str, int, int], ...], Suites]] = {}


def load(expectations_root: Path, config: Config) -> Suites:
    """Read and check every suite.

    Raises:
        ConfigError: with every problem found, each with file, line and rule.
    """
    problems: list[Problem] = []
    found: dict[tuple[str, str], Suite] = {}
    queries = across.read(expectations_root, problems)
    tables = {(t.system, t.entity): t for t in _tables(config, queries)}
    for key, table in tables.items():
        path = expectations_root / table.system / f"{table.entity}.json"
        found[key] = _read(path, _shown(expectations_root, path), table, config, problems)
    used = {rule.query_file for suite in found.values() for rule in suite.rules}
    for query in queries.values():
        if query.file not in used and not problems:  # a suite with problems may have named it
            problems.append(Problem(query.file, None, "", "no rule of a golden suite names it"))
    for path in sorted(expectations_root.rglob("*")):
        if path.is_file() and not _is_ours(path.relative_to(expectations_root), tables):
            problems.append(_stranger(_shown(expectations_root, path), tables))
    if problems:
        raise ConfigError(problems)
    return Suites(found, config.company.timezone)


def _tables(config: Config, queries: Mapping[str, across.Query]) -> Iterator[_Table]:
    for entity in config.entities:
        for mapping in entity.mappings:
            read = readings(entity, mapping)
            known: dict[str, str | None] = {KEY: "text"}
            known.update((c.column, None) for c in mapping.columns)
            known.update((one.name, class_of(one)) for one in read.values())
            where = f"{mapping.table} of {mapping.system}"
            yield _Table(mapping.system, entity.name, Columns(known, where), read)
    for entity in config.entities:
        known = {KEY: "text", **{f.name: CLASSES.get(f.pg_type, "any") for f in entity.fields}}
        columns = Columns(known, f"golden {entity.name}", queries)
        yield _Table(GOLDEN, entity.name, columns, {})


def _read(path: Path, shown: str, table: _Table, config: Config, problems: list[Problem]) -> Suite:
    columns = tuple(c for c in table.columns.known if c != KEY and c not in table.readings)
    rules: list[Rule] = []
    for raw, line in _expectations(path, shown, table, problems):
        one = check_expectation(raw, shown, line, table.system, table.columns, config)
        if isinstance(one, Rule):
            rules.append(one)
            problems += _doubled(rules)
        else:
            problems += one
    return Suite(
        table.system,
        table.entity,
        tuple(r for r in rules if r.type != VOLUME),
        columns,
        table.readings,
        tuple(r for r in rules if r.type == VOLUME),
    )


def _expectations(
    path: Path, shown: str, table: _Table, problems: list[Problem]
) -> list[tuple[object, int | None]]:
    """The raw expectations of a file with their lines; what is wrong around them is noted."""
    try:
        text = path.read_text(encoding="utf-8")
        members = located.read_object(text)
    except FileNotFoundError:
        what = f"{table.entity} of {table.system} has no suite"
        empty = f'{{"name": "{table.system}.{table.entity}", "expectations": []}}'
        hint = f"Write the file; {empty} will do."
        problems.append(Problem(shown, None, "", what, hint))
        return []
    except UnicodeDecodeError:
        problems.append(Problem(shown, None, "", "the file is not UTF-8"))
        return []
    except located.BadJson as e:
        problems.append(Problem(shown, e.line, "", e.what))
        return []
    for key, (_, line) in members.items():
        if key not in SUITE_KEYS:
            hint = f"Known: {', '.join(SUITE_KEYS)}."
            problems.append(Problem(shown, line, key, "a suite has no such key", hint))
    name, line = members.get("name", (None, 1))
    wanted = f"{table.system}.{table.entity}"
    if name != wanted:
        problems.append(Problem(shown, line, "name", f"the suite's name must be {wanted}"))
    listed, line = members.get("expectations", (None, 1))
    if not isinstance(listed, list):
        problems.append(Problem(shown, line, "expectations", "there must be a list of them"))
        return []
    return list(zip(listed, located.element_lines(text, "expectations"), strict=True))


def _doubled(rules: list[Rule]) -> list[Problem]:
    last = rules[-1]
    for rule in rules[:-1]:
        if rule.name == last.name:
            what = f"the rule name is taken by the one on line {rule.line}"
            return [Problem(last.file, last.line, last.name, what, "Give it a name of its own.")]
    return []


def _shown(root: Path, path: Path) -> str:
    return str(Path(root.name) / path.relative_to(root))


def _is_ours(path: Path, tables: Mapping[tuple[str, str], _Table]) -> bool:
    if path.name.startswith(".") or path.name == "README.md":
        return True
    if path.parent == across.FOLDER and path.suffix == ".sql":
        return True
    return len(path.parts) == 2 and path.suffix == ".json" and (path.parts[0], path.stem) in tables


def _stranger(shown: str, tables: Mapping[tuple[str, str], _Table]) -> Problem:
    known = ", ".join(f"{system}/{entity}.json" for system, entity in tables)
    what = "this file is no suite of a mapped entity"
    return Problem(shown, None, "", what, f"Rename or remove it. Known: {known}.")
