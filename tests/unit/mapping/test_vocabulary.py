"""Configuration files may name exactly what the engine can do."""

from __future__ import annotations

from concord.mapping.cleaning import STEPS
from concord.mapping.formats import FORMATS
from concord.model import vocabulary


def test_every_cleaning_step_that_files_may_name_exists_and_no_other() -> None:
    assert set(STEPS) == set(vocabulary.CLEAN_STEPS)


def test_every_format_that_files_may_name_exists_and_no_other() -> None:
    assert {k: set(v) for k, v in FORMATS.items()} == {
        k: set(v) for k, v in vocabulary.FORMATS.items()
    }
