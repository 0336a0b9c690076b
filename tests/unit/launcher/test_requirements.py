"""The pinned files that every set-up is made from."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z]+\])?==([^\s;#]+)")


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if match := PIN.match(line):
            key = re.sub(r"[-_.]+", "-", match[1]).lower()
            found.setdefault(key, set()).add(match[2])
    return found


def test_every_requirement_is_pinned_with_its_reason() -> None:
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            assert PIN.match(line), line
            assert re.search(r"\s# \S", line), f"no reason: {line}"


def test_the_resolution_agrees_with_the_requirements() -> None:
    resolved = pins("constraints.txt")
    for name, versions in pins("requirements.txt").items():
        assert resolved.get(name) == versions, name
    assert len(resolved) > 150


def test_no_address_of_an_index_is_written_down() -> None:
    for name in ("requirements.txt", "constraints.txt"):
        text = (ROOT / name).read_text()
        assert "index-url" not in text
        assert "://" not in text
