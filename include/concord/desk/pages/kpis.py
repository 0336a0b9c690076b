"""KPIs, each with its definition."""

from __future__ import annotations

from concord.desk import shell
from concord.desk.web import Answer, Ask
from concord.insight.kpis import DAYS, kpis


def page(ask: Ask) -> Answer:
    """All figures over the chosen number of days."""
    days = ask.number("days")
    days = days if days in DAYS else 30
    found = kpis(ask.conn, ask.config, days)
    return shell.page(ask, "kpis.html.j2", kpis=found, days=days, choices=DAYS)
