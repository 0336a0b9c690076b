"""What Airflow's questions link to: the page of a change set and that of an initial load."""

from __future__ import annotations

from concord.desk.web import Answer, Ask, NotThere
from concord.errors import ConcordError, Transient
from concord.hub.database import Hub
from concord.pipeline import initial
from concord.report import changes, readiness

SHEET = {"Content-Security-Policy": "frame-ancestors 'self'"}  # the rest is said by each page


def change_set(ask: Ask) -> Answer:
    """A change set as it is now, with values: for whoever has to approve it."""
    try:
        found = changes.collect(ask.conn, ask.config, int(ask.params["number"]))
    except ConcordError as error:
        raise NotThere(str(error)) from None
    return Answer(changes.render(found, ask.language), headers=SHEET)


def initial_load(ask: Ask) -> Answer:
    """What an initial load found and would write."""
    hub, number = Hub.from_environment(), int(ask.params["number"])
    try:
        found = initial.report(hub, ask.config, initial.numbered(hub, number))
    except Transient:
        raise
    except ConcordError as error:
        raise NotThere(str(error)) from None
    return Answer(readiness.render(found, number, ask.language), headers=SHEET)
