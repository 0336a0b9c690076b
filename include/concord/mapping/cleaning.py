"""Cleaning: the steps that a field may name under `clean`, one function each.

Every step takes text without control characters and gives the form in which equal things are
equal; a second time it changes nothing. No step judges: what looks wrong is for the suites, and
what a step cannot read it leaves as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias
from unicodedata import normalize

from concord.mapping.phones import phone
from concord.mapping.text import digits_plain, says_nothing, squeeze

Step: TypeAlias = Callable[..., str]
"""Text, then the cleaned values of the fields it uses (text or None) -> text, '' for blank."""

_TAX_NOISE = re.compile(r"[\s./\-\u2010-\u2015\u2212]+")
_MAILTO = re.compile(r"mailto:([^?]*)(?:\?.*)?", re.IGNORECASE)
_DISPLAY = re.compile(r"<([^<>]*)>\Z")
_URL = re.compile(
    r"(?:(?P<scheme>https?|ftp)://)?"
    r"(?P<host>[^\s/?#@:]+\.(?:[^\W\d_]{2,63}|xn--[a-z0-9-]+))\.?"
    r"(?P<port>:[0-9]{1,5})?"
    r"(?P<tail>[/?#]\S*)?",
    re.IGNORECASE,
)
_DEFAULT_PORT = {"http": ":80", "https": ":443", "ftp": ":21"}
_ORNAMENTS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_DOT = re.compile(f"(?<=[{_HAN}])\\s*[\u00b7\u2022\u2027\u2219\u22c5\u30fb]\\s*(?=[{_HAN}])")


def upper(text: str) -> str:
    """Capital letters."""
    return _settled(lambda t: normalize("NFC", t.upper()), text)


def lower(text: str) -> str:
    """Small letters."""
    return _settled(lambda t: normalize("NFC", t.lower()), text)


def digits(text: str) -> str:
    """The decimal digits alone, of any script, as 0–9."""
    return "".join(c for c in digits_plain(text) if "0" <= c <= "9")


def email(text: str) -> str:
    """An e-mail address, all in small letters.

    `Anna <Anna@Acme.com>` and `mailto:anna@acme.com?subject=x` become `anna@acme.com`. The part
    before the @ is folded as well: mailboxes that differ in case alone do not occur in business.
    """
    done = _settled(_email, text)
    return "" if says_nothing(done) else done


def _email(text: str) -> str:
    text = squeeze(text).lower().strip(" ;,")
    if found := _DISPLAY.search(text):
        text = found[1]
    if found := _MAILTO.fullmatch(text):
        text = found[1]
    return text.strip(" ;,<>")


def tax_id(text: str) -> str:
    """A tax number in capitals, without spaces, dots, dashes and slashes.

    A country prefix (`DE 123.456.789`) stays, and none is added.
    """
    done = _settled(_tax_id, text)
    return "" if says_nothing(done) else done


def _tax_id(text: str) -> str:
    return _TAX_NOISE.sub("", squeeze(text).upper())


def url(text: str) -> str:
    """A web address: `www.Acme.com/` becomes `https://www.acme.com`.

    Scheme and host in small letters, https where no scheme was typed (http stays http), no
    default port, no slash that stands alone behind the host; the path keeps its case.
    """
    return _settled(_url, text)


def _url(text: str) -> str:
    text = squeeze(text)
    found = _URL.fullmatch(text)
    if found is None:
        return text
    scheme = (found["scheme"] or "https").lower()
    port = found["port"] or ""
    tail = found["tail"] or ""
    return (
        f"{scheme}://{found['host'].lower()}"
        f"{'' if port == _DEFAULT_PORT[scheme] else port}{'' if tail == '/' else tail}"
    )


def postal_code(text: str) -> str:
    """A postal code in capitals, with at most one space at a time."""
    return _settled(lambda t: squeeze(t).upper(), text)


def company_name(text: str) -> str:
    """A company's name with plain quotes and hyphens. The legal form and the case stay."""
    return _settled(lambda t: squeeze(t.translate(_ORNAMENTS)).translate(_ORNAMENTS), text)


def person_name(text: str) -> str:
    """A person's name with plain quotes and hyphens, and one kind of dot between Han names."""
    return _settled(lambda t: _HAN_DOT.sub("\u00b7", company_name(t)), text)


STEPS: Mapping[str, Step] = {
    "squeeze": squeeze,
    "upper": upper,
    "lower": lower,
    "digits": digits,
    "email": email,
    "phone": phone,
    "tax_id": tax_id,
    "url": url,
    "postal_code": postal_code,
    "company_name": company_name,
    "person_name": person_name,
}
"""Every cleaning step by its name in configuration."""


def _settled(step: Callable[[str], str], text: str) -> str:
    """Repeat a step until it changes nothing: folding can uncover what it folds itself."""
    for _ in range(8):
        done = step(text)
        if done == text:
            break
        text = done
    return text
