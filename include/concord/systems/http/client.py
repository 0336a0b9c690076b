"""Requests to a web service: reads are repeated, writes only when they surely had no effect."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import httpx

from concord.errors import EntityStopped, NotAuthorised, SystemUnavailable
from concord.systems.http.patience import Patience, retry_after

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
ABSENT = frozenset({404, 410})
BUSY = 429
Query = Mapping[str, str | int | list[str]]


class Unanswered(Exception):
    """A write was sent, and whether it was done is not known. The message says what came back.

    `status` is that of a reply which does not tell either (500 and above), None without a reply.
    """

    def __init__(self, words: str, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


@dataclass(frozen=True)
class Answer:
    """A reply that says what happened: its status and its JSON, None for an empty body."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300


class Client:
    """One service's base address, over connections that are kept.

    `base` may hold a password; messages never show it. To be closed, or used in a `with`.
    """

    def __init__(
        self,
        system: str,
        base: str,
        patience: Patience | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.system = system
        self.patience = patience or Patience()
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=base, timeout=self.patience.timeout, headers=dict(headers or {})
        )
        self.address = address(base)

    def __enter__(self) -> Client:
        """Nothing connects before the first request."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self._http.close()

    def read(
        self, path: str, query: Query | None = None, *, body: object = None, method: str = "GET"
    ) -> Answer:
        """Ask for something, again and again while it is not answered.

        `body` and `method` are for questions too long for an address; the request must have no
        effect. Gives a good answer, or 404 or 410.

        Raises:
            SystemUnavailable: no usable answer in all tries.
            NotAuthorised: the service refuses the credentials, or this resource to them.
            EntityStopped: the service does not understand the question.
        """
        tried = 0
        while True:
            tried += 1
            asked, why = None, ""
            try:
                reply = self._http.request(method, path, params=_params(query), json=body)
                if reply.status_code in ABSENT:
                    return Answer(reply.status_code, None)
                self._refuse(reply, path)
                if reply.is_success:
                    return Answer(reply.status_code, _json(reply))
                why, asked = f"status {reply.status_code}", retry_after(reply.headers)
            except httpx.TransportError as e:
                why = said(e)
            except ValueError:
                why = "a reply that is no JSON"
            self.pause(tried, asked, f"{path}: {why}")

    def send(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one write. Tried again only where the service surely did nothing: no connection
        could be made, or it was too busy to look (429).

        Gives every answer that tells what happened, refusals (400, 409, 412, 422 ...) included.

        Raises:
            Unanswered: sent, and nobody knows; look before it is sent again.
            SystemUnavailable: never sent, in all tries.
            NotAuthorised: the service refuses the credentials, or this write to them.
        """
        tried = 0
        while True:
            tried += 1
            asked = None
            try:
                reply = self._http.request(method, path, json=body, headers=dict(headers or {}))
            except NEVER_SENT as e:
                why = said(e)
            except httpx.TransportError as e:
                raise Unanswered(said(e)) from None
            else:
                if reply.status_code != BUSY:
                    return self._written(reply, path)
                why, asked = "status 429", retry_after(reply.headers)
            self.pause(tried, asked, f"{path}: {why}")

    def pause(self, tried: int, asked: float | None, why: str) -> None:
        """Wait before the next try. Raises SystemUnavailable, saying why, after the last one."""
        seconds = self.patience.wait(tried, asked)
        if seconds is None:
            raise self.unavailable(f"{why} ({tried} tries)")
        self._sleep(seconds)

    def rest(self, seconds: float) -> None:
        """Wait."""
        self._sleep(seconds)

    def unavailable(self, why: str) -> SystemUnavailable:
        """The error for a service that is away, busy, or gives half an answer."""
        return SystemUnavailable(self.system, self.address, why)

    def _written(self, reply: httpx.Response, path: str) -> Answer:
        self._refuse(reply, path, understood=False)
        status = reply.status_code
        if status >= 500 or status in {408, 425}:
            raise Unanswered(f"status {status}", status)
        if 300 <= status < 400:
            raise self.unavailable(f"{path}: it points elsewhere (status {status})")
        try:
            return Answer(status, _json(reply))
        except ValueError:
            if reply.is_success:
                raise Unanswered("a reply that is no JSON") from None
            return Answer(status, None)  # an error page: the status says enough

    def _refuse(self, reply: httpx.Response, path: str, *, understood: bool = True) -> None:
        status = reply.status_code
        if status in {401, 403}:
            raise NotAuthorised(
                f"{self.system} at {self.address} refuses {path} (status {status})."
                " Check the key of its connection and what that user may see and change."
            )
        if understood and 400 <= status < 500 and status not in {408, 425, BUSY}:
            raise EntityStopped(
                f"{self.system} at {self.address} does not answer {path}: status {status}"
            )


def address(base: str) -> str:
    """Scheme, host, port and path of a base address: no user, no password, no query."""
    parts = urlsplit(base)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}".rstrip("/")


def said(error: httpx.TransportError) -> str:
    """What went wrong with a connection, in words without an address."""
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError):
        return "no connection"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return "the connection broke"


def _json(reply: httpx.Response) -> Any:
    # Decimals as they were written: a float would round money.
    return json.loads(reply.content, parse_float=str) if reply.content else None


def _params(query: Query | None) -> dict[str, Any]:
    return dict(query or {})
