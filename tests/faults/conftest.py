"""What the fault tests share: sample or full size, and the figures that a run prints at its end.

`./concord test --faults` runs them at full size; the normal tests run a short sample of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

Size = TypeVar("Size", int, float)
FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def scale(request: pytest.FixtureRequest) -> Callable[[Size, Size], Size]:
    """`scale(sample, full)`: how large a scenario is in this run."""
    full = request.config.getoption("--faults")
    return lambda sample, all_: all_ if full else sample


@pytest.fixture
def spare_urls(pg: Any, sandbox_templates: dict[str, str]) -> Iterator[dict[str, str]]:
    """Another empty ERP and CRM beside the world's, for a naive variant or an undisturbed run."""
    names = {system: pg.name(system) for system in sandbox_templates}
    yield {s: pg.create(name, sandbox_templates[s]) for s, name in names.items()}
    for name in names.values():
        pg.drop(name)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`figure("3 kill -9", kills=200, lost=0, naive_lost=7)`: a line for the run's summary."""

    def note(scenario: str, **counts: Any) -> None:
        said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counts.items())
        request.config.stash.setdefault(FIGURES, []).append(f"{scenario}: {said}")

    return note


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the figures, in the order of the scenarios' numbers."""
    figures = config.stash.get(FIGURES, [])
    if figures:
        terminalreporter.section("figures")
        for line in sorted(figures, key=_number):
            terminalreporter.write_line(line)


def _number(line: str) -> tuple[int, str]:
    digits = line.split(maxsplit=1)[0]
    return (int(digits) if digits.isdigit() else 0, line)
