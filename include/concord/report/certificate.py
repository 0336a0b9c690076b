"""A certificate's page for a controller: one self-contained file, to be printed on A4.

As strict as the batch's report: no script, no outside resource, every text escaped. It shows what
the certificate's own text says and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from concord.certify.completeness import compared
from concord.certify.figures import NOTHING, Figures
from concord.certify.store import Certificate
from concord.errors import ConcordError
from concord.report import shell, words
from concord.report.certificate_texts import CERTIFICATE
from concord.report.texts import LANGUAGES

TONES = {"good": "good", "explained": "wait", "bad": "bad"}
TOGETHER = 2  # parts of a group's key by which groups are summed up on the page
CENTS = Decimal("0.01")


@dataclass
class Line:
    """Groups that agree in the first parts of their keys, summed up: figures by side."""

    key: tuple[str, ...]
    figures: dict[str, Figures] = field(default_factory=dict)
    apart: bool = False  # a group of them differs, though in sum they may agree


def certificate_page(one: Certificate, out_dir: Path) -> Path:
    """Write `certificate-<number>-<kind>.html`; returns its path. Raises OSError."""
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"certificate-{one.number}-{one.kind}.html"
    shell.write(path, render(one))
    return path


def write_page(one: Certificate, path: Path, language: str) -> None:
    """Write the page where a person wants it. Raises ConcordError when that cannot be done."""
    try:
        shell.write(path, render(one, language))
    except OSError as e:
        raise ConcordError(f"{path} cannot be written: {e.strerror or e}") from None


def render(one: Certificate, language: str | None = None) -> str:
    """The page as HTML, in `language` first."""
    style = shell.asset("report.css") + shell.asset("certificate.css")
    content = one.content
    return (
        _environment()
        .get_template("certificate.html.j2")
        .render(
            c=one,
            b=content,
            tone=TONES[one.verdict],
            amiss=_amiss(one),
            headline=_headline(one),
            style=Markup(style),
            style_hash=shell.digest(style),
            languages=LANGUAGES,
            first=language or next(iter(LANGUAGES)),
        )
    )


def headline(one: Certificate, language: str) -> Markup:
    """Its verdict in words, in one language."""
    text = CERTIFICATE[_headline(one)][language]
    return Markup(text).format(n=words.number(_amiss(one)))


def fragment(one: Certificate, language: str) -> Markup:
    """What it says, in one language and without the sheet around it."""

    def say(key: str, **values: object) -> Markup:
        return Markup(CERTIFICATE[key][language]).format(**values)

    def name(kind: str, value: str) -> Markup:
        texts = words.TEXTS.get(f"{kind}.{value}")
        text = Markup(texts[language]) if texts else escape(words.shown(value))
        return Markup('<b class="sys">{}</b>').format(text) if kind == "system" else text

    def label(texts: Mapping[str, str]) -> str:
        return words.shown(texts.get(language) or next(iter(texts.values())))

    template = _environment().get_template("certificate_main.html.j2")
    return Markup(template.render(c=one, b=one.content, say=say, name=name, label=label))


def summary(one: Certificate) -> Iterator[str]:
    """What it says in lines of plain English, for a terminal."""
    content = one.content
    if one.kind == "completeness":
        for table in content["tables"]:
            yield f"{table['system']}.{table['entity']}: {_compared(table)}"
        return
    for control in content["controls"]:
        differences = [(g, d) for g in control["groups"] for d in g["differences"]]
        yield f"{control['label']['en']}: {words.counted(len(differences), 'difference')}"
        for group, difference in differences:
            for reason in difference["reasons"]:
                named = ", ".join(str(r["name"] or r["id"]) for r in reason["records"][:5])
                yield (
                    f"  {_key(control, group['key'])}, {difference['side']}:"
                    f" {reason['type'] or 'UNEXPLAINED'} {reason['figures'][1]} ({named or '-'})"
                )


def _key(control: Mapping[str, Any], parts: list[str]) -> str:
    return ", ".join(called(part, control, n) for n, part in enumerate(parts))


def _compared(table: Mapping[str, Any]) -> str:
    if not compared(table):
        return f"NOT compared{': ' + table['held'] if table['held'] else ''}"
    found = table["comparison"]
    shared = ", ".join(
        f"{company or '-'} {counts['records']:,}"
        for company, counts in sorted(found["companies"].items())
    )
    return (
        f"{found['compared']:,} compared{f' ({shared})' if shared else ''},"
        f" {found['confirmed']:,} differed and were healed,"
        f" {found['incomparable']:,} not comparable"
    )


def _amiss(one: Certificate) -> int:
    """The number in the headline."""
    content = one.content
    if one.kind == "tie":
        return int(content["unexplained"] or content["explained"])
    return sum(1 for table in content["tables"] if not compared(table))


def _headline(one: Certificate) -> str:
    """The key of the headline's text: a single thing that is amiss has its own."""
    key = f"{one.kind}.{one.verdict}"
    return f"{key}.one" if _amiss(one) == 1 and f"{key}.one" in CERTIFICATE else key


def lines(control: Mapping[str, Any]) -> list[Line]:
    """The control total's groups summed up by the first parts of their keys."""
    out: dict[tuple[str, ...], Line] = {}
    for group in control["groups"]:
        line = out.setdefault(tuple(group["key"][:TOGETHER]), Line(tuple(group["key"][:TOGETHER])))
        line.apart = line.apart or bool(group["differences"])
        for side in ("golden", *control["sides"]):
            line.figures[side] = line.figures.get(side, NOTHING) + figures(group[side])
    return list(out.values())


def called(part: str, control: Mapping[str, Any], place: int) -> str:
    """A part of a group's key as people call it."""
    codes = control["codes"][place] if place < len(control["codes"]) else {}
    return str(codes.get(part, part)) or "—"


def whole(control: Mapping[str, Any], side: str) -> Figures:
    """All groups of one side."""
    return sum((figures(group[side]) for group in control["groups"]), NOTHING)


def figures(given: list[Any]) -> Figures:
    """Figures as a certificate's text has them."""
    return Figures(int(given[0]), Decimal(given[1]), Decimal(given[2]))


def money(value: Decimal, signed: bool = False) -> str:
    """`1,234.50`: two places, or as many as it has."""
    whole = value == value.quantize(CENTS)
    exact = value.quantize(CENTS) if whole else value.normalize()
    return f"{exact:{'+' if signed and value else ''},f}"


def instant(text: str) -> str:
    """An instant of a certificate's text, as the page shows it."""
    return words.moment(datetime.fromisoformat(text))


@cache
def _environment() -> Environment:
    env = shell.environment()
    env.globals.update(
        say=lambda key, **values: words.told(CERTIFICATE[key], **values),
        both=lambda key: " · ".join(CERTIFICATE[key][language] for language in LANGUAGES),
        name=words.name,
        label=lambda texts: words.rule(texts, next(iter(texts.values()))),
        compared=compared,
        lines=lines,
        whole=whole,
        figures=figures,
    )
    env.filters.update(
        shown=words.shown,
        number=words.number,
        moment=words.moment,
        instant=instant,
        money=money,
        called=called,
        change=partial(money, signed=True),
        cents=lambda value: value.quantize(CENTS),
    )
    return env
