"""What the fault tests share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def spare_urls(pg: Any, sandbox_templates: dict[str, str]) -> Iterator[dict[str, str]]:
    """Another empty ERP and CRM beside the world's, for a naive variant or an undisturbed run."""
    names = {system: pg.name(system) for system in sandbox_templates}
    yield {s: pg.create(name, sandbox_templates[s]) for s, name in names.items()}
    for name in names.values():
        pg.drop(name)
