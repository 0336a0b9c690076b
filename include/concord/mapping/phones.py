"""Telephone numbers: one written form, E.164, for all the ways that people type them."""

from __future__ import annotations

import re
from functools import lru_cache

from concord.mapping.text import digits_plain, says_nothing, squeeze

_LABEL = re.compile(
    r"(?:tel(?:ephone)?|phone|mobile|cell|电话|電話|手机|手機|座机|座機)\s*[.:]?\s*(?=[+(0-9])",
    re.IGNORECASE,
)
_EXTENSION = re.compile(
    r"\s*[,;]?\s*(?:extension|ext\s*[.:=]?|x|#|转|轉|分机|分機|内线|內線)\s*[.:=]?\s*([0-9]{1,7})\Z",
    re.IGNORECASE,
)
_TYPED = re.compile(r"[(]?[+]?[0-9()\s./~\-\u2010-\u2015\u2212]*")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_WHOLE = 6  # digits that can be a number of their own
_SHORT = 4  # digits that can stand for the changed end of the number before them
_LONGEST = 15  # digits of an international number, ITU-T E.164


def phone(text: str, country: str | None = None, *, default: str = "ZZ") -> str:
    """A telephone number in E.164, an extension behind it: `+862162345678 x12`.

    `country` (ISO 3166-1 alpha-2) says how a number without `+` is read; `default` stands in
    where it is blank or unknown to the numbering plans. What is no possible number (area code
    included) stays: as its digits, with the leading `+` if one was typed; as the whole text where
    that holds letters or a second number, so that nothing is cut off unseen.
    """
    typed = squeeze(text)
    if says_nothing(typed):
        return ""
    return _cached(typed, country or "", default)


@lru_cache(maxsize=1 << 16)
def _cached(typed: str, country: str, default: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS

    region = country if country in SUPPORTED_REGIONS else default
    label = _LABEL.match(typed)
    number, extension = _extension(digits_plain(typed[label.end() :] if label else typed))
    bare = _bare(number)
    if bare is None:
        return typed
    done = _settled(bare, region)
    if bare.startswith("00") and done == bare:
        # Half the world dials 00 before a country code and types it for countries that do not.
        abroad = _e164("+" + bare[2:], region)
        done = _settled(abroad, region) if abroad else bare
    return done + extension


def _extension(text: str) -> tuple[str, str]:
    found = _EXTENSION.search(text)
    if found is None:
        return text, ""
    return text[: found.start()], f" x{found[1]}"


def _bare(number: str) -> str | None:
    """The digits and a leading `+`, or None when the text is more or less than one number."""
    digits = _NOT_DIGIT.sub("", number)
    if not digits or len(digits) > _LONGEST or not _TYPED.fullmatch(number):
        return None
    if "/" in number and _two_numbers(number):
        return None
    return "+" + digits if "+" in number else digits


def _settled(number: str, region: str) -> str:
    """E.164 that reads as itself: the library finds a second trunk prefix in some of its own."""
    for _ in range(8):
        done = _e164(number, region)
        if done is None or done == number:
            break
        number = done
    return number


def _two_numbers(number: str) -> bool:
    """Whether a slash parts two numbers (`62345678/62345679`, `62345678/79`), not an area code."""
    *earlier, last = (len(_NOT_DIGIT.sub("", part)) for part in number.split("/"))
    first = max(earlier)
    return (first >= _WHOLE and last >= _WHOLE) or (first >= _WHOLE + 2 and last <= _SHORT)


def _e164(bare: str, region: str) -> str | None:
    """E.164 if the numbering plan has room for such a number, with its area code."""
    import phonenumbers as lib

    if bare.startswith("+") and _plain_international(bare):
        return bare
    try:
        parsed = lib.parse(bare, region)
    except lib.NumberParseException:
        return None
    if lib.is_possible_number_with_reason(parsed) != lib.ValidationResult.IS_POSSIBLE:
        return None
    return str(lib.format_number(parsed, lib.PhoneNumberFormat.E164))


def _plain_international(bare: str) -> bool:
    """Whether `+` and digits are certainly E.164 already; False: ask the library.

    Ten times faster than parsing, and what Concord wrote comes back in this form. Sure when the
    length is possible in that country and nothing in front looks like a trunk or carrier prefix.
    """
    for length in (1, 2, 3):
        if found := _plan(bare[1 : 1 + length]):
            lengths, prefix = found
            rest = bare[1 + length :]
            return len(rest) in lengths and not (prefix and prefix.match(rest))
    return False


@lru_cache(maxsize=1024)
def _plan(code: str) -> tuple[frozenset[int], re.Pattern[str] | None] | None:
    """Possible lengths and prefixes of numbers behind a country code, None when it is none."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code[:1] not in {"", "0"} else None
    if regions is None:
        return None
    plan = PhoneMetadata.metadata_for_region_or_calling_code(int(code), regions[0])
    if plan is None or plan.general_desc is None:
        return frozenset(), None
    prefix = plan.national_prefix_for_parsing
    lengths = frozenset(plan.general_desc.possible_length)
    return lengths, re.compile(prefix) if prefix else None
