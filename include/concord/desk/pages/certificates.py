"""Certificates: the list, one within the desk, and one as a sheet to sign."""

from __future__ import annotations

from concord.certify import store
from concord.desk import shell
from concord.desk.web import Answer, Ask, NotThere
from concord.errors import ConcordError
from concord.report import certificate as report

PAGE = 50
SHEET = {
    "Content-Security-Policy": "frame-ancestors 'self'"
}  # the rest is said by the sheet itself


def certificates(ask: Ask) -> Answer:
    """The list, newest first."""
    found = store.latest(ask.conn, PAGE + 1, before=ask.number("before"))
    more = found[PAGE - 1].number if len(found) > PAGE else None
    return shell.page(ask, "certificates.html.j2", all=found[:PAGE], more=more)


def certificate(ask: Ask) -> Answer:
    """One certificate in the reader's language."""
    one = _read(ask)
    return shell.page(
        ask,
        "certificate_page.html.j2",
        c=one,
        tone=report.TONES[one.verdict],
        headline=report.headline(one, ask.language),
        body=report.fragment(one, ask.language),
    )


def sheet(ask: Ask) -> Answer:
    """One certificate as a controller files it."""
    return Answer(report.render(_read(ask), ask.language), headers=SHEET)


def _read(ask: Ask) -> store.Certificate:
    try:
        return store.read(ask.conn, int(ask.params["number"]))
    except ConcordError as error:
        raise NotThere(str(error)) from None
