"""KPIs, each with its definition."""

from __future__ import annotations

from concord.desk import shell
from concord.desk.web import Answer, Ask
from concord.insight.kept import kept
from concord.insight.kpis import DAYS


def page(ask: Ask) -> Answer:
    """All figures over the chosen number of days."""
    days = ask.number("days")
    days = days if days in DAYS else 30
    found = kept(ask.conn, ask.config, days)
    return shell.page(ask, "kpis.html.j2", kpis=found.figures, at=found.at, days=days, choices=DAYS)
