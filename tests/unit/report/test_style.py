"""The style sheet: every pair of colours that meet can be read (WCAG AA)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("concord.report").joinpath("templates", "report.css").read_text("utf-8")
PAIRS = [
    *((ink, ground) for ink in ("ink", "quiet") for ground in ("paper", "ground", "band")),
    ("link", "paper"),
    *((tone, f"{tone}-bg") for tone in ("good", "wait", "bad", "open")),
    *((tone, "paper") for tone in ("wait", "bad")),
    ("ink", "open-bg"),
]


def palette(block: str) -> dict[str, str]:
    found = dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{3,6})", block))
    return {k: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:]) for k, v in found.items()}


ROOTS = [m.group(1) for m in re.finditer(r":root\{([^}]*)\}", CSS)]
PALETTES = dict(zip(("light", "dark", "print"), map(palette, ROOTS), strict=True))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", PALETTES)
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(mode: str, ink: str, ground: str) -> None:
    colours = PALETTES[mode]
    low, high = sorted(luminance(colours[name]) for name in (ink, ground))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_all_palettes_have_the_same_colours() -> None:
    assert PALETTES["light"].keys() == PALETTES["dark"].keys() == PALETTES["print"].keys()
