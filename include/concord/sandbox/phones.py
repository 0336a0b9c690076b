"""Telephone numbers of five countries and the ways in which people write them."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

NUMBERS = 7_000_000
"""Different subscriber numbers that an area can have."""

_CODES = {"CN": "86", "DE": "49", "FR": "33", "GB": "44", "US": "1"}
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


class Phone(NamedTuple):
    """A telephone number: area without trunk 0 (empty for a mobile), and the rest."""

    country: str
    area: str
    number: str

    @property
    def e164(self) -> str:
        """`+` and digits only."""
        return f"+{_CODES[self.country]}{self.area}{self.number}"


def phone(country: str, area: str, lead: str, serial: int) -> Phone:
    """The number of an area that belongs to a serial; serials below NUMBERS never share one."""
    return Phone(country, area, f"{lead}{2_000_000 + serial % NUMBERS}")


def international(value: Phone, rng: Random) -> str:
    """With the country's code, in one of three ways."""
    code = _CODES[value.country]
    style = int(rng.random() * 3)
    if style == 0:
        return value.e164
    gap = " " if style == 1 else "-"
    return gap.join(part for part in (f"+{code}", value.area, value.number) if part)


def national(value: Phone, rng: Random) -> str:
    """As people of that country write it among themselves."""
    return _NATIONAL[value.country](value, int(rng.random() * 3))


def full_width(text: str) -> str:
    """The same text as a Chinese input method writes ASCII: `０７５５－８`."""
    return text.translate(_FULL_WIDTH)


def _chinese(value: Phone, style: int) -> str:
    n = value.number
    if not value.area:
        return (n, f"{n[:3]} {n[3:7]} {n[7:]}", f"{n[:3]}-{n[3:7]}-{n[7:]}")[style]
    return (f"0{value.area}-{n}", f"(0{value.area}){n}", f"0{value.area} {n[:4]} {n[4:]}")[style]


def _german(value: Phone, style: int) -> str:
    if not value.area:
        return f"0{value.number[:3]}{' /-'[style]}{value.number[3:]}"
    area, n = value.area, value.number
    return (f"0{area}/{n}", f"0{area} {n}", f"(0{area}) {n[:3]} {n[3:]}")[style]


def _french(value: Phone, style: int) -> str:
    digits = f"0{value.area}{value.number}"
    pairs = [digits[i : i + 2] for i in range(0, 10, 2)]
    return (" ", ".", "")[style].join(pairs)


def _british(value: Phone, style: int) -> str:
    area, n = value.area, value.number
    if not area:
        return f"0{n[:4]} {n[4:]}"
    tail = f"{n[:-4]} {n[-4:]}"
    return (f"0{area} {tail}", f"(0{area}) {tail}", f"0{area}-{n}")[style]


def _american(value: Phone, style: int) -> str:
    digits = value.area + value.number
    area, office, line = digits[:3], digits[3:6], digits[6:]
    return (f"({area}) {office}-{line}", f"{area}-{office}-{line}", f"{area}.{office}.{line}")[
        style
    ]


_NATIONAL = {
    "CN": _chinese,
    "DE": _german,
    "FR": _french,
    "GB": _british,
    "US": _american,
}
