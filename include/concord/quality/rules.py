"""Rules and suites as objects: what the files in `expectations/` say, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from concord.quality.predicates import ALL, Kind
from concord.quality.view import Reading

GOLDEN = "golden"  # stands where a system's name would, for the golden model
Severity = Literal["critical", "warning", "info"]
Level = Literal["row", "batch"]


@dataclass(frozen=True)
class Rule:
    """One expectation of a suite."""

    name: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    level: Level
    owner: str
    meaning: Mapping[str, str]  # language -> the rule in words
    columns: tuple[str, ...]  # every column it names, as the view calls them
    file: str
    line: int | None
    query_file: str | None = None  # of a rule across tables: where its SQL stands

    @property
    def kind(self) -> Kind:
        """What is known about its type."""
        return ALL[self.type]

    @property
    def place(self) -> str:
        """File and line, for messages."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} ({self.query_file})" if self.query_file else place

    @property
    def words(self) -> str:
        """The rule in English, or in the first language it is written in."""
        return self.meaning.get("en") or next(iter(self.meaning.values()), self.type)

    @property
    def quarantines(self) -> bool:
        """Whether a row that fails it is set aside."""
        return self.severity == "critical" and self.level == "row"

    @property
    def holds(self) -> bool:
        """Whether its failure holds the whole entity back."""
        return self.severity == "critical" and self.level == "batch"


@dataclass(frozen=True)
class Suite:
    """The rules for one entity of one system, or of the golden model (system `golden`)."""

    system: str
    entity: str
    rules: tuple[Rule, ...]
    columns: tuple[str, ...]  # mapped source columns, or canonical fields
    readings: Mapping[str, Reading]  # by name
    volumes: tuple[Rule, ...] = ()  # rules about how many rows come; judged apart, see volumes.py

    @property
    def across(self) -> bool:
        """Whether its records are judged by other tables too."""
        return any(rule.query_file for rule in self.rules)


@dataclass(frozen=True)
class Suites:
    """All suites; `zone` is the company's time zone, in which `$today` is meant."""

    by_table: Mapping[tuple[str, str], Suite]
    zone: str

    def of(self, system: str, entity: str) -> Suite:
        """The suite of an entity. Raises KeyError for what the configuration does not map."""
        return self.by_table[system, entity]

    def __iter__(self) -> Iterator[Suite]:
        return iter(self.by_table.values())
