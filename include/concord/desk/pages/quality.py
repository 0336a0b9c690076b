"""Quality: scores by system, entity and rule; rules in words with their owner; incidents."""

from __future__ import annotations

import io
from collections.abc import Iterator
from urllib.parse import quote

from concord.desk import shell
from concord.desk.charts import chart
from concord.desk.company import rules
from concord.desk.texts import TEXTS
from concord.desk.web import Answer, Ask, NotThere, Refused, see
from concord.errors import ConcordError, Said
from concord.stewardship import export, incidents, scores, workbook


def overview(ask: Ask) -> Answer:
    """Scores by system and entity, what is worst first, and the open incidents."""
    found = scores.scores(ask.conn, rules(ask.config))
    totals = [t for t in scores.totals(found) if t.value is not None]
    totals.sort(key=lambda t: (t.value, -t.failing, t.system, t.entity))
    return shell.page(
        ask,
        "quality.html.j2",
        totals=totals,
        waiting=_waiting(found),
        incidents=incidents.page(ask.conn, after=ask.text("after") or None),
        checked=sum(s.checked for s in found),
        failed=sum(s.failed for s in found),
    )


def table(ask: Ask) -> Answer:
    """All rules of one entity of one system."""
    system, entity = ask.params["system"], ask.params["entity"]
    found = scores.scores(ask.conn, rules(ask.config), system=system, entity=entity)
    if not found:
        raise NotThere(f"there are no rules for {system}.{entity}")
    found.sort(key=lambda s: (s.value is None, s.value or 0))
    return shell.page(ask, "quality_table.html.j2", rules=found, system=system, entity=entity)


def rule(ask: Ask) -> Answer:
    """One rule over time, and its incident."""
    system, entity, name = (ask.params[k] for k in ("system", "entity", "rule"))
    found = scores.scores(ask.conn, rules(ask.config), system=system, entity=entity)
    one = next((s for s in found if s.rule == name), None)
    if one is None:
        raise NotThere(f"there is no rule {name} for {system}.{entity}")
    points = scores.trend(ask.conn, system, entity, name, points=60)
    return shell.page(
        ask,
        "rule.html.j2",
        s=one,
        points=points,
        chart=chart([float(p.failed) for p in points], [f"#{p.batch}" for p in points]),
        incident=incidents.incident(ask.conn, one.incident) if one.incident else None,
        reasons=incidents.REASONS,
    )


def explain(ask: Ask) -> Answer:
    """Take an incident over, or say what it is about."""
    number = int(ask.params["number"])
    try:
        found = incidents.incident(ask.conn, number)
    except ConcordError as error:
        raise NotThere(str(error)) from None
    version = ask.given("version")
    if not version.isdecimal():
        raise Refused(Said("the form did not arrive whole: open the rule again", "form.rule"))
    incidents.explain(
        ask.conn,
        number,
        actor=ask.reader.actor,
        version=int(version),
        owner=ask.given("owner").strip() or None,
        reason_code=ask.given("reason") or None,
        comment=ask.given("comment").strip() or None,
    )
    parts = (quote(part, safe="") for part in (found.system, found.entity, found.rule))
    return see(ask, f"/quality/{'/'.join(parts)}")


def export_csv(ask: Ask) -> Answer:
    """The scores as CSV."""
    out = io.StringIO(newline="")
    export.write_csv(out, _headers(ask), _rows(ask))
    return _file(out.getvalue(), "text/csv; charset=utf-8", "csv")


def export_xlsx(ask: Ask) -> Answer:
    """The scores as XLSX."""
    out = io.BytesIO()
    words = {part: _text(ask, f"file.{part}") for part in ("notes", "cells", "first", "mark")}
    workbook.write_xlsx(
        out, _headers(ask), _rows(ask), _text(ask, "nav.quality"), words=workbook.Words(**words)
    )
    return _file(out.getvalue(), workbook.KIND, "xlsx")


def _headers(ask: Ask) -> list[str]:
    return [_text(ask, f"file.{name}") for name in scores.FILE_HEADERS]


def _text(ask: Ask, key: str) -> str:
    return TEXTS[key][ask.language]


def _rows(ask: Ask) -> Iterator[tuple[object, ...]]:
    return scores.file_rows(scores.scores(ask.conn, rules(ask.config)), ask.language)


def _file(body: str | bytes, kind: str, ending: str) -> Answer:
    named = f"attachment; filename=concord-quality.{ending}"
    return Answer(body, kind=kind, headers={"Content-Disposition": named})


def _waiting(found: list[scores.Score]) -> dict[tuple[str, str], int]:
    """Records in quarantine by system and entity; one that breaks two rules counts twice."""
    out: dict[tuple[str, str], int] = {}
    for score in found:
        key = score.system, score.entity
        out[key] = out.get(key, 0) + score.waiting
    return out
