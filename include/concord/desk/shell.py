"""What all pages share: templates, words in the reader's language, and how they are rendered.

Templates are strict: every text is escaped, and a value that is missing raises. Pages hold no
inline script and no inline style; their policy forbids both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FunctionLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from concord.desk import assets
from concord.desk.texts import TEXTS
from concord.desk.web import Answer, Ask
from concord.errors import whole
from concord.report import words
from concord.report.texts import LANGUAGES, RULES

NAV = (
    ("overview", "/", "o"),
    ("quality", "/quality", "q"),
    ("quarantine", "/quarantine", "u"),
    ("reviews", "/reviews", "r"),
    ("records", "/records", "d"),
    ("runs", "/runs", "n"),
    ("certificates", "/certificates", "c"),
    ("kpis", "/kpis", "k"),
)
"""Key of a page, its path, and the key that opens it after `g`."""


def page(ask: Ask, template: str, status: int = 200, **values: Any) -> Answer:
    """A whole page from a template that extends `layout.html.j2`."""
    return Answer(render(ask, template, **values), status)


def render(ask: Ask, template: str, **values: Any) -> str:
    """A template as HTML, with what every page may use."""
    made = environment().get_template(template)
    return made.render(
        ask=ask,
        root=ask.root,
        language=ask.language,
        tag=LANGUAGES[ask.language][0],
        zone=ask.config.company.timezone,
        now=datetime.now(UTC),
        **values,
    )


@cache
def environment() -> Environment:
    """The templates of this room."""
    env = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        say=_say, name=_name, asset=assets.address, languages=LANGUAGES, nav=NAV,
        moment=_moment, ago=_ago, rule_words=_rule_words, cause=_cause, code_link=_query,
        texts=TEXTS, numeric=NUMERIC, choice_words=choice_words, loop_id=_element_id,
        by_rule=_by_rule, reason=words.reason, whole=whole,
    )  # fmt: skip
    env.filters.update(
        shown=words.shown, number=words.number, money=words.money, seconds=words.seconds,
        typed=typed, percent=percent, span=_span, moment=_moment, cause=_cause,
        sentence=_sentence,
    )  # fmt: skip
    return env


def say(language: str, key: str, **values: object) -> Markup:
    """A text of the catalogue; values that are Markup stay, all others are escaped.

    Raises:
        KeyError: the catalogue has no such key.
    """
    return Markup(TEXTS[key][language]).format(**values)


def percent(value: float | None) -> str:
    """`0.98765` -> `98.8 %`, never rounded up to a hundred; an em dash for nothing."""
    if value is None:
        return "—"
    shown = f"{100 * value:.1f}"
    return f"{'99.9' if shown == '100.0' and value < 1 else shown} %"


NUMERIC = frozenset({"decimal", "integer", "money", "quantity"})
"""Types of fields whose values stand right-aligned, in groups of three digits."""


def typed(text: str, kind: str | None) -> str:
    """A canonical text as a person writes it; one that is not of its type stays as it is."""
    if kind == "lines":
        return _lines(text)
    whole, point, rest = text.partition(".")
    if kind not in NUMERIC or not whole.lstrip("-").isdecimal():
        return text
    return f"{int(whole):,}{point}{rest}" if whole != "-0" else text


def _lines(text: str) -> str:
    """`[{"company": "cn01", "currency": "CNY"}]` -> `company cn01, currency CNY`, by semicolons."""
    try:
        lines = json.loads(text)
        told = [", ".join(f"{k} {v}" for k, v in line.items() if v is not None) for line in lines]
    except (ValueError, AttributeError, TypeError):
        return text
    return "; ".join(told)


UNITS = {"en": ("d", "h", "min", "s"), "zh": ("天", "小时", "分", "秒")}


def span(value: timedelta | float | None, language: str = "en") -> str:
    """A length of time in its largest two units: `2 d 3 h`, `4 min 10 s`, `0.8 s`."""
    if value is None:
        return "—"
    day, hour, minute, second = UNITS[language]
    seconds = value.total_seconds() if isinstance(value, timedelta) else float(value)
    if seconds < 10:
        return f"{seconds:.1f} {second}"
    sizes = ((86_400, day, 3_600, hour), (3_600, hour, 60, minute), (60, minute, 1, second))
    for size, unit, small, low in sizes:
        if seconds >= size:
            rest = int(seconds % size // small)
            return f"{int(seconds // size)} {unit}" + (f" {rest} {low}" if rest else "")
    return f"{seconds:.0f} {second}"


@pass_context
def _span(context: Context, value: timedelta | float | None) -> str:
    return span(value, context["language"])


def _template(name: str) -> str | None:
    """A template of this room, or one of the report's that pages share."""
    for room in ("concord.desk", "concord.report"):
        found = files(room).joinpath("templates", name)
        if found.is_file():
            return found.read_text(encoding="utf-8")
    return None


@pass_context
def _say(context: Context, key: str, **values: object) -> Markup:
    return say(context["language"], key, **values)


@pass_context
def _sentence(context: Context, text: str, longest: int = 300) -> Markup:
    """A sentence of the engine in the reader's language, any other text as it is."""
    return words.in_language(context["language"], text, longest, TEXTS)


@pass_context
def _name(context: Context, kind: str, value: str | None) -> Markup:
    """A name of ours (`entity.party`), or the configuration's own where there is none."""
    texts: Mapping[str, str] | None = TEXTS.get(f"{kind}.{value}")
    text = Markup(texts[context["language"]]) if texts else escape(words.shown(value or "—"))
    return Markup('<b class="sys">{}</b>').format(text) if kind == "system" else text


@pass_context
def _rule_words(
    context: Context, meaning: Mapping[str, str], fallback: str, rule: str = ""
) -> Markup:
    """A rule in words: as its suite says it, or, of cleaning and storing, as the catalogue does."""
    language = context["language"]
    text = meaning.get(language) or RULES.get(rule, {}).get(language)
    if text is None:
        return words.in_language(language, fallback, 300)
    return escape(words.shown(text, 300))


@pass_context
def _cause(context: Context, cause: Mapping[str, Any]) -> Markup:
    """What a record breaks, in words."""
    meaning, named = cause.get("meaning"), str(cause.get("rule") or "")
    texts = {k: str(v) for k, v in meaning.items()} if isinstance(meaning, Mapping) else {}
    fallback = str(cause.get("message") or named)
    told: Markup = _rule_words(context, texts, fallback, named)
    return told


@pass_context
def _by_rule(context: Context, rule: str) -> str:
    """The rule by which a value won: its first word in the reader's language."""
    word, _, rest = rule.partition(" ")
    if word == "posted:":
        return say(context["language"], "by.posted", system=rest.partition(" ")[0])
    texts: Mapping[str, str] | None = TEXTS.get(f"by.{word}")
    return words.shown(f"{texts[context['language']]} {rest}".strip() if texts else rule, 60)


@pass_context
def _moment(context: Context, value: datetime | None, seconds: bool = False) -> Markup:
    """An instant in the company's zone."""
    if value is None:
        return Markup("—")
    local = value.astimezone(ZoneInfo(context["zone"]))
    text = f"{local:%Y-%m-%d %H:%M:%S}" if seconds else f"{local:%Y-%m-%d %H:%M}"
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


@pass_context
def _ago(context: Context, value: datetime | None) -> Markup:
    if value is None:
        return say(context["language"], "never")
    gone = context["now"] - value
    length = span(max(gone, timedelta(0)), context["language"])
    text = say(context["language"], "ago", span=length)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), f"{value.astimezone(ZoneInfo(context['zone'])):%Y-%m-%d %H:%M:%S}", text
    )


def choice_words(language: str, name: str) -> Markup:
    """A choice of a review in words; one that names a system says so."""
    if f"choice.{name}" in TEXTS:
        return say(language, f"choice.{name}")
    return say(language, "choice.system", system=name.upper())


def _element_id(name: str) -> str:
    """A name of a column as part of an element's id: letters and digits alone."""
    return name.encode().hex()


def _query(**values: object) -> str:
    """`?a=1&b=2` of what is not empty."""
    given = {k: v for k, v in values.items() if v not in (None, "")}
    return f"?{urlencode(given)}" if given else ""
