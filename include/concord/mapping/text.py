"""Text: which characters a value may hold, and the one form of it that all systems share."""

from __future__ import annotations

import re
import unicodedata

from concord.mapping.faults import Fault, Outcome

LIMIT = 10_000
"""Characters that a text field without `max` may have."""

RAW_LIMIT = 100_000
"""Characters beyond which a raw text is refused before anything is done with it."""

# All of Unicode's Cc but tab, line feed, carriage return and next line, which count as white space.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile("[\t\n\r\x85]+")

# Zero width, soft hyphen, joiners, direction marks, byte order mark, tags.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)
# Fillers that are letters to Unicode and empty to the eye.
_FILLER = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")

_BETWEEN = re.compile(r"[\W_]+")
NOTHING = frozenset(
    {
        *("NA", "NONE", "NULL", "NIL", "UNKNOWN", "TBD", "TBA"),
        *("无", "無", "没有", "沒有", "未知", "暂无", "暫無", "不详", "不詳"),
    }
)
"""Words people type where a number or an address is asked for and there is none."""

CONTROL = Fault(
    "control_character", "holds a control character (NUL or another); remove it in the source"
)
NOT_UNICODE = Fault("not_unicode", "is not valid Unicode text; correct it in the source")


def too_long(limit: int) -> Fault:
    """The fault of a text of more than `limit` characters."""
    return Fault("too_long", f"is longer than {limit} characters; shorten it in the source")


def plain(text: str) -> str | Fault:
    """The form that every text field has at least: NFC, no line breaks or tabs, trimmed."""
    if not text.isprintable():
        if len(text) > RAW_LIMIT:
            return too_long(RAW_LIMIT)
        if _CONTROL.search(text):
            return CONTROL
        if _SURROGATE.search(text):
            return NOT_UNICODE
        text = _BREAK.sub(" ", text)
    elif len(text) > RAW_LIMIT:
        return too_long(RAW_LIMIT)
    return unicodedata.normalize("NFC", text).strip()


def squeeze(text: str) -> str:
    """NFKC without invisible characters, every run of white space one space, trimmed.

    NFKC also turns full-width letters, digits and brackets into plain ones.
    """
    if not text.isascii():
        text = _FILLER.sub(" ", _INVISIBLE.sub("", text))
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split())


def blank(text: str) -> bool:
    """Whether nothing of the text would be seen."""
    return not squeeze(text)


def says_nothing(text: str) -> bool:
    """Whether a key says in words, by zeros or by X alone that there is none.

    Two customers with the tax number `N/A` are not one customer.
    """
    core = _BETWEEN.sub("", text).upper()
    return not core.strip("0") or not core.strip("X") or core in NOTHING


def digits_plain(text: str) -> str:
    """Decimal digits of any script as 0–9, everything else as it is."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def within(text: str, limit: int | None) -> Outcome:
    """The text, None when it is empty, or a fault when it has more than `limit` characters."""
    most = LIMIT if limit is None else limit
    if len(text) > most:
        return too_long(most)
    return text or None


def cut(text: str, length: int) -> str:
    """The first `length` characters at most, never ending in space or in half a letter."""
    if len(text) <= length:
        return text
    end = length
    while end and unicodedata.combining(text[end]):
        end -= 1
    return text[: end or length].rstrip()
