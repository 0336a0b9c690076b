"""Language, and what the browser loads."""

from __future__ import annotations

from concord.desk import assets
from concord.desk.web import Answer, Ask, NotThere, Refused, see
from concord.errors import Said
from concord.report.texts import LANGUAGES

COOKIE = "concord_language"


def static(ask: Ask) -> Answer:
    """A style sheet, script or picture, to be kept: another version has another name."""
    found = assets.find(ask.params["name"])
    if found is None:
        raise NotThere("there is no such file in this version")
    headers = {"Cache-Control": assets.FOR_EVER}
    return Answer(found.content, kind=found.kind, headers=headers)


def language(ask: Ask) -> Answer:
    """Choose the language, and go back to where the reader was."""
    chosen, back = ask.given("language"), ask.given("back")
    if chosen not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        why = f"there is no such language; there are {known}"
        raise Refused(Said(why, "form.language", known=known))
    # A path of ours and nothing else: `//host` and `/\host` name other hosts to a browser.
    safe = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    answer = see(ask, back if safe else "/")
    return Answer(answer.body, answer.status, answer.kind, answer.headers, {COOKIE: chosen})


def nowhere(ask: Ask) -> Answer:
    """Every address that no other route has."""
    raise NotThere(f"there is no page {ask.path}")
