"""Text in all languages at once: the page shows the one that is chosen, without JavaScript."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from concord.errors import Said
from concord.report.approval_texts import APPROVAL
from concord.report.said_texts import NAMES, SAID
from concord.report.texts import LANGUAGES, RULES
from concord.report.texts import TEXTS as BATCH

TEXTS: Mapping[str, Mapping[str, str]] = {**BATCH, **APPROVAL}
"""The texts of all pages."""
LONGEST = 120  # characters of a key or a message that are shown
_SPAN = Markup('<span class="{0}" lang="{1}">{2}</span>')


def say(key: str, **values: object) -> Markup:
    """The text of a key in every language. Values that are Markup stay, all others are escaped.

    Raises:
        KeyError: the catalogue has no such key.
    """
    return told(TEXTS[key], **values)


def told(texts: Mapping[str, str], **values: object) -> Markup:
    """A text given in every language. Values that are Markup stay, all others are escaped."""
    return _spans({lang: Markup(texts[lang]).format(**values) for lang in LANGUAGES})


def name(kind: str, value: str) -> Markup:
    """A name of ours (`entity.party`), or the configuration's own where the catalogue has none."""
    key = f"{kind}.{value}"
    text = say(key) if key in TEXTS else escape(shown(value))
    return Markup('<b class="sys">{}</b>').format(text) if kind == "system" else text


def both(key: str) -> str:
    """The text of a key in every language, one after the other, for places without markup."""
    return " · ".join(TEXTS[key][lang] for lang in LANGUAGES)


def rule(meaning: Mapping[str, str], fallback: str) -> Markup:
    """A rule in words, as its suite says them; a language it lacks gets the fallback."""
    return _spans({lang: escape(shown(meaning.get(lang) or fallback)) for lang in LANGUAGES})


def cause(cause: Mapping[str, object]) -> Markup:
    """What a quarantined record breaks, in words."""
    named = str(cause.get("rule") or "")
    message = str(cause.get("message") or named)
    meaning = cause.get("meaning")
    if isinstance(meaning, Mapping):
        return rule({k: str(v) for k, v in meaning.items()}, message)
    if named in RULES:
        return rule(RULES[named], message)
    return escape(shown(message))


def sentence(text: str, longest: int = LONGEST) -> Markup:
    """A sentence of the engine in every language; any other text once, as it is."""
    if not isinstance(text, Said):
        return in_language("zh", text, longest)
    return _spans({lang: in_language(lang, text, longest) for lang in LANGUAGES})


def in_language(
    language: str,
    text: str,
    longest: int = LONGEST,
    texts: Mapping[str, Mapping[str, str]] = TEXTS,
) -> Markup:
    """A sentence of the engine in one language. A text that has no other, a database's message
    say, stays as it is and is marked as English for who has it read out.
    """
    form = SAID.get(text.key, {}).get(language) if isinstance(text, Said) else None
    if form is not None and isinstance(text, Said):
        values = {k: _named(k, v, language, texts) for k, v in text.values.items()}
        return Markup(form).format(**values)
    plain = escape(shown(text, longest))
    return plain if language == "en" else Markup('<span lang="en">{}</span>').format(plain)


def _named(place: str, value: object, language: str, texts: Mapping[str, Mapping[str, str]]) -> str:
    """A value of a sentence: a name of ours in the language, anything else as it is."""
    known = texts.get(f"{NAMES.get(place, '')}.{value}")
    return known[language] if known else shown(str(value), 300)


def reason(why: Mapping[str, Any], currency: str = "") -> dict[str, object]:
    """The numbers of why a change set is held, as they are written; `currency`: the company's."""
    out: dict[str, object] = {"currency": currency}
    for name, value in why.items():
        if isinstance(value, int):
            out[name] = number(value)
        elif why["limit"] == "money" and name in ("n", "most"):
            out[name] = money(Decimal(str(value)))
        else:
            out[name] = shown(str(value), 40)
    return out


def shown(text: str, longest: int = LONGEST) -> str:
    """Text as it may be shown: cut, on one line, and with every invisible sign made visible."""
    cut = text if len(text) <= longest else text[: longest - 1] + "…"
    return "".join(c if _visible(c) else f"⟨{ord(c):04X}⟩" for c in cut.replace("\n", " "))


def number(value: float) -> str:
    """`1,234`; the thin form is the same in all our languages."""
    return f"{value:,.0f}"


def counted(n: int, what: str) -> str:
    """`1 difference`, `2 differences`: for a terminal, in English."""
    return f"{n:,} {what}{'' if n == 1 else 's'}"


def money(value: Decimal) -> str:
    """`1,234.50`, exact to the cent."""
    return f"{value:,.2f}"


def seconds(value: float | None) -> str:
    """`0.42`, `3.1`, `74`, or an em dash for what has not ended."""
    if value is None:
        return "—"
    digits = 2 if value < 1 else 1 if value < 10 else 0
    return f"{value:.{digits}f}"


def moment(value: datetime) -> str:
    """`2026-11-23 20:43 UTC`."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _spans(texts: Mapping[str, str]) -> Markup:
    if len({*texts.values()}) == 1:
        return Markup(next(iter(texts.values())))
    return Markup("").join(_SPAN.format(k, LANGUAGES[k][0], Markup(v)) for k, v in texts.items())


def _visible(char: str) -> bool:
    return char == " " or (char.isprintable() and unicodedata.category(char) != "Zs")
