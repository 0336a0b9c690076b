"""Undo: what taking a change set back would do, and doing it."""

from __future__ import annotations

from concord.desk import shell
from concord.desk.pages.records import types_of
from concord.desk.web import Answer, Ask
from concord.hub.database import Hub
from concord.stewardship import undo


def preview(ask: Ask) -> Answer:
    """What it would do now; changes nothing."""
    number = int(ask.params["number"])
    engine = ask.engine()
    with Hub.from_environment().connect() as conn:  # it lists the units in a table of its own
        found, steps = undo.look(
            conn, engine, number, may_see=ask.reader.may_see, after=ask.text("after") or None
        )
    types = types_of(ask.config, found.entity)
    return shell.page(ask, "undo.html.j2", u=found, steps=steps, types=types, done=False)


def carry_out(ask: Ask) -> Answer:
    """Take it back. What a person changed since is left and asked about."""
    number = int(ask.params["number"])
    comment = ask.given("comment").strip()[:2000] or None
    done = undo.undo(ask.engine(), number, actor=ask.reader.actor, comment=comment)
    return shell.page(ask, "undo.html.j2", u=done, steps=None, types={}, done=True)
