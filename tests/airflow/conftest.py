"""What tests of a running Airflow share; each module has `concord` and `up` of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from concord.launcher.postgres import Cluster
from tests.airflow.browser import Browser, browser
from tests.faults.sandbox_people import Sandbox
from tests.support.launched import Concord


@pytest.fixture(scope="module")
def people(concord: Concord, up: Any) -> Sandbox:
    """Hands in the sandbox's two systems."""
    return Sandbox(Cluster(concord.places, os.environ))


@pytest.fixture(scope="module")
def desk(concord: Concord, up: Any) -> Iterator[Browser]:
    """A browser in front of the desk."""
    with browser(concord) as made:
        yield made
