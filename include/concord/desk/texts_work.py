"""The words of the pages on which people decide."""

from __future__ import annotations

from collections.abc import Mapping

WORK: Mapping[str, Mapping[str, str]] = {}
