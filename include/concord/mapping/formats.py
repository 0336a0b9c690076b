"""Formats: the text forms of dates, numbers, booleans and instants, read and written.

Without a format a value has the form of PostgreSQL's `col::text` (concord.hub.database), which is
also the canonical form: `2024-01-31`, `1250000.00`, `true`, `2024-01-31 16:00:00+00`. Numbers stay
text all the way: nothing is rounded, and equal numbers have equal texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Final, TypeAlias

from concord.mapping.faults import Fault, Outcome
from concord.mapping.text import squeeze

Reader: TypeAlias = Callable[[str], Outcome]
Writer: TypeAlias = Callable[[str], str]

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2100
DIGITS: Final = 38
"""Digits a number may have in all, as in decimal128 and most databases' decimals."""

_DATES: Mapping[str, tuple[str, str]] = {
    "YYYYMMDD": (r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)", "{y}{m}{d}"),
    "YYYY-MM-DD": (r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)", "{y}-{m}-{d}"),
    "DD/MM/YYYY": (r"(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})", "{d}/{m}/{y}"),
    "MM/DD/YYYY": (r"(?P<m>\d\d?)/(?P<d>\d\d?)/(?P<y>\d{4})", "{m}/{d}/{y}"),
    "DD.MM.YYYY": (r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})", "{d}.{m}.{y}"),
}
_NUMBERS: Mapping[str, tuple[str, str]] = {  # thousands separator, decimal separator
    "1234.56": ("", "."),
    "1,234.56": (",", "."),
    "1.234,56": (".", ","),
    "1234,56": ("", ","),
}
_BOOLEANS: Mapping[str, tuple[str, str]] = {
    "Y/N": ("Y", "N"),
    "1/0": ("1", "0"),
    "true/false": ("true", "false"),
    "T/F": ("T", "F"),
}
FORMATS: Mapping[str, tuple[str, ...]] = {
    "date": tuple(_DATES),
    "money": tuple(_NUMBERS),
    "decimal": tuple(_NUMBERS),
    "quantity": tuple(_NUMBERS),
    "boolean": tuple(_BOOLEANS),
    "timestamp": ("ISO",),
}
"""Field type -> formats that this module reads and writes."""

_INSTANT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d(?::\d\d)?)(?:[.,](?P<part>\d{1,9}))?"
    r"\s?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_CANONICAL_NUMBER = re.compile(r"(-?)(\d+)(?:\.(\d+))?", re.ASCII)
_FIX = "correct it in the source"


def date_reader(style: str | None, lossy_in: tzinfo | None) -> Reader:
    """Read dates written in `style`; real calendar days of FIRST_YEAR to LAST_YEAR alone.

    An instant at midnight is its day. One at another time of day is a day in `lossy_in`, and a
    fault when that is None: the time would be lost.
    """
    name = style or "YYYY-MM-DD"
    pattern = re.compile(_DATES[name][0], re.ASCII)
    fault = Fault(
        "not_a_date", f"is not a date {name} between {FIRST_YEAR} and {LAST_YEAR}; {_FIX}"
    )
    timed = Fault(
        "not_a_date", "has a time of day where a date is wanted; map it to a timestamp field"
    )

    def read(text: str) -> Outcome:
        text = squeeze(text)
        if not text:
            return None
        found = pattern.fullmatch(text)
        if found is not None:
            return _day(int(found["y"]), int(found["m"]), int(found["d"])) or fault
        moment = _instant(text) if style is None else None
        if moment is None:
            return fault
        if moment.timetz() != datetime.min.replace(tzinfo=UTC).timetz():
            if lossy_in is None:
                return timed
            moment = moment.astimezone(lossy_in)
        return _day(moment.year, moment.month, moment.day) or fault

    return read


def write_date(style: str | None) -> Writer:
    """Write canonical dates in `style`. Raises ValueError when the text is no canonical date."""
    form = _DATES[style or "YYYY-MM-DD"][1]

    def write(text: str) -> str:
        y, m, d = date.fromisoformat(text).isoformat().split("-")
        return form.format(y=y, m=m, d=d)

    return write


def timestamp_reader() -> Reader:
    """Read ISO 8601 instants to the microsecond, as `2024-01-31 16:00:00+00`.

    Without an offset they are UTC, as databases and APIs mean them; digits beyond the sixth
    decimal of a second are left off, as no system of ours can hold them.
    """
    fault = Fault(
        "not_a_timestamp",
        f"is not an ISO date and time between {FIRST_YEAR} and {LAST_YEAR}; {_FIX}",
    )

    def read(text: str) -> Outcome:
        text = squeeze(text)
        if not text:
            return None
        moment = _instant(text)
        if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
            return fault
        part = f".{moment.microsecond:06}".rstrip("0") if moment.microsecond else ""
        return f"{moment:%Y-%m-%d %H:%M:%S}{part}+00"

    return read


def write_timestamp(style: str | None) -> Writer:
    """Write canonical instants as they are, or in `ISO` as `2024-01-31T16:00:00Z`."""

    def write(text: str) -> str:
        if _instant(text) is None or not text.endswith("+00"):
            raise ValueError("not a canonical timestamp")
        return text if style is None else text[:-3].replace(" ", "T") + "Z"

    return write


def number_reader(style: str | None, scale: int | None) -> Reader:
    """Read numbers written in `style` exactly.

    With `scale` the result has that many decimals, and more than that (zeros aside) is a fault;
    without it trailing zeros are left off. Thousands separators stand at every third digit or
    nowhere.
    """
    thousands, point = _NUMBERS[style or "1234.56"]
    whole = rf"\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+|\d+" if thousands else r"\d+"
    pattern = re.compile(
        rf"(?P<sign>[+-]?)(?:(?P<whole>{whole})(?:{re.escape(point)}(?P<part>\d*))?"
        rf"|{re.escape(point)}(?P<only>\d+))",
        re.ASCII,
    )
    fault = Fault("not_a_number", f"is not a number written like {style or '1234.56'}; {_FIX}")
    long = Fault("out_of_range", f"has more than {DIGITS} digits; {_FIX}")
    fine = Fault("too_precise", f"has more than {scale} decimal places; round it in the source")

    def read(text: str) -> Outcome:
        text = squeeze(text).replace("\u2212", "-")
        if not text:
            return None
        found = pattern.fullmatch(text)
        if found is None:
            return fault
        digits = (found["whole"] or "0").replace(thousands, "").lstrip("0") or "0"
        part = (found["part"] or found["only"] or "").rstrip("0")
        if len(digits) + len(part) > DIGITS:
            return long
        if scale is not None:
            if len(part) > scale:
                return fine
            part = part.ljust(scale, "0")
        sign = "-" if found["sign"] == "-" and (digits + part).strip("0") else ""
        return f"{sign}{digits}.{part}" if part else sign + digits

    return read


def write_number(style: str | None) -> Writer:
    """Write canonical numbers in `style`. Raises ValueError when the text is no plain number."""
    thousands, point = _NUMBERS[style or "1234.56"]

    def write(text: str) -> str:
        found = _CANONICAL_NUMBER.fullmatch(text)
        if found is None:
            raise ValueError("not a canonical number")
        sign, whole, part = found.groups()
        if thousands:
            whole = f"{int(whole):,}".replace(",", thousands)
        return f"{sign}{whole}{point}{part}" if part else sign + whole

    return write


def integer_reader() -> Reader:
    """Read whole numbers that fit 64 bits; `5.00` is 5."""
    read_number = number_reader(None, 0)
    fault = Fault("not_a_number", f"is not a whole number; {_FIX}")
    large = Fault("out_of_range", f"is too large for a whole number of 64 bits; {_FIX}")

    def read(text: str) -> Outcome:
        number = read_number(text)
        if isinstance(number, Fault):
            return large if number.rule == "out_of_range" else fault
        if number is None or -(2**63) <= int(number) < 2**63:
            return number
        return large

    return read


def boolean_reader(style: str | None) -> Reader:
    """Read booleans; without a style `true`, `t`, `false`, `f`. Case does not matter."""
    yes, no = _BOOLEANS[style or "true/false"]
    known = {yes.lower(): "true", no.lower(): "false"}
    if style is None:
        known |= {"t": "true", "f": "false"}
    fault = Fault("not_a_boolean", f"is neither {yes} nor {no}; {_FIX}")

    def read(text: str) -> Outcome:
        text = squeeze(text)
        return known.get(text.lower(), fault) if text else None

    return read


def write_boolean(style: str | None) -> Writer:
    """Write `true` and `false` in `style`. Raises ValueError on any other text."""
    yes, no = _BOOLEANS[style or "true/false"]

    def write(text: str) -> str:
        if text not in {"true", "false"}:
            raise ValueError("not a canonical boolean")
        return yes if text == "true" else no

    return write


def _day(year: int, month: int, day: int) -> str | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _instant(text: str) -> datetime | None:
    """The instant in UTC, or None when the text is none."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    clock = found["time"] or "00:00"
    if found["part"] and len(clock) < len("00:00:00"):
        return None
    micro = int((found["part"] or "")[:6].ljust(6, "0"))
    try:
        local = datetime.fromisoformat(f"{found['day']}T{clock}").replace(microsecond=micro)
        return local.replace(tzinfo=_zone(found["zone"])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str | None) -> tzinfo:
    if text is None or text in {"Z", "z"}:
        return UTC
    sign = -1 if text[0] == "-" else 1
    digits = text[1:].replace(":", "").ljust(4, "0")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
