from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.model.small import write_small


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The directory of a small, correct configuration."""
    return write_small(tmp_path / "config")
