"""From a request to an answer, whoever serves it: transaction, language, and pages for what fails.

Reading pages run in a read-only transaction with a time limit; deciding ones commit when their
function returns and roll back on any error. No error shows a stack trace or a value of a record.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import psycopg
from markupsafe import Markup

from concord.desk import shell
from concord.desk.company import company, engine
from concord.desk.pages.common import COOKIE
from concord.desk.texts import SHELL
from concord.desk.web import HEADERS, Answer, Ask, NotThere, Reader, Refused, Route
from concord.errors import (
    AlreadyDecided,
    ChangedSince,
    ConcordError,
    ConfigError,
    MayNot,
    Transient,
)
from concord.hub.database import Hub
from concord.pipeline import Engine
from concord.report import shell as report
from concord.report.texts import LANGUAGES

log = logging.getLogger("concord.desk")

LONGEST_READ = "20s"
LONGEST_WRITE = "60s"
MOST_SENT = 1 << 20  # bytes of a form


@dataclass(frozen=True)
class Sent:
    """A request as it came. `path` has its query; header names are in lower case."""

    root: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        """As chosen, or as the browser asks for, or the first one."""
        chosen = self.cookies.get(COOKIE, "")
        wanted = [part[:2].lower() for part in self.headers.get("accept-language", "").split(",")]
        return next((c for c in (chosen, *wanted) if c in LANGUAGES), next(iter(LANGUAGES)))

    @property
    def from_us(self) -> bool:
        """Whether a page of ours sent it: said by the browser, and by nothing else.

        A request that says neither where it comes from nor what it is for is not.
        """
        site = self.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        origin = self.headers.get("origin", "")
        return bool(origin) and urlsplit(origin).netloc == self.headers.get("host")


def answer(
    route: Route, sent: Sent, reader: Reader, engine: Callable[[], Engine] = engine
) -> Answer:
    """Carry out a request of somebody who was let in. `engine`: see `Ask`."""
    try:
        config = company()
    except ConfigError as error:
        log.error("The configuration cannot be used: %s", error)
        return plain_error(500, sent)
    ask = Ask(
        config=config,
        reader=reader,
        language=sent.language,
        root=sent.root,
        path=sent.path,
        params=sent.params,
        query=sent.query,
        form=sent.form,
        partial=sent.headers.get("hx-request") == "true",
        engine=engine,
    )
    try:
        return _carried_out(route, ask)
    except ConcordError as error:
        status = status_of(error)  # what is not there has a page that says all there is to say
        return failed(ask, status, "" if status == 404 else error.said)
    except psycopg.errors.QueryCanceled:
        log.exception("%s %s took too long", route.method, route.path)
        return failed(ask, 503, "")
    except Exception:
        log.exception("%s %s failed", route.method, route.path)
        return failed(ask, 500, "")


def status_of(error: ConcordError) -> int:
    """Which page says it."""
    if isinstance(error, Transient):
        return 503
    if isinstance(error, NotThere):
        return 404
    if isinstance(error, MayNot):
        return 403
    return 409 if isinstance(error, (AlreadyDecided, ChangedSince)) else 400


def failed(ask: Ask, status: int, what: str) -> Answer:
    """The page that says what to do, within the desk."""
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return shell.page(
        replace(ask, connection=None), "error.html.j2", status, code=status, what=what, at=at
    )


def plain_error(status: int, sent: Sent, sign_in: str = "") -> Answer:
    """The same for whoever was not let in: it loads nothing and names nothing of ours."""
    style = report.asset("report.css")
    language = sent.language
    body = shell.environment().get_template("plain_error.html.j2").render(
        language=language,
        tag=LANGUAGES[language][0],
        style=Markup(style),
        status=status if f"error.{status}" in SHELL else 500,
        sign_in=sign_in,
        at=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
    )  # fmt: skip
    policy = (
        f"default-src 'none'; style-src '{report.digest(style)}'; frame-ancestors 'self';"
        " base-uri 'none'; form-action 'none'"
    )
    return Answer(body, status, headers={**HEADERS, "Content-Security-Policy": policy})


def _carried_out(route: Route, ask: Ask) -> Answer:
    if route.right == "decide" and not ask.reader.may_decide:
        raise AssertionError(f"{route.path} was reached without the right to decide")
    if not route.hub:
        return route.page(ask)
    with Hub.from_environment().connect() as conn:
        if route.writes:
            conn.execute(f"SET LOCAL statement_timeout = '{LONGEST_WRITE}'")
        else:
            conn.execute("SET TRANSACTION READ ONLY")
            conn.execute(f"SET LOCAL statement_timeout = '{LONGEST_READ}'")
        return route.page(replace(ask, connection=conn))


__all__ = ["MOST_SENT", "Refused", "Sent", "answer", "failed", "plain_error", "status_of"]
