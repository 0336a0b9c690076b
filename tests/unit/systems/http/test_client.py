"""Requests over HTTP: what is repeated, what is not, and what a person is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from concord.errors import EntityStopped, NotAuthorised, SystemUnavailable
from concord.systems.http.client import Answer, Client, Unanswered, address
from concord.systems.http.patience import Patience

Reply = tuple[int, dict[str, str], bytes] | None  # None: the connection is closed
GOOD: Reply = (200, {}, b'{"n": 1.50}')


class Service:
    """A server that gives its replies one after the other, the last one for ever."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [GOOD]
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append(self.command)
                reply = outer.replies.pop(0) if len(outer.replies) > 1 else outer.replies[0]
                self.close_connection = True
                if reply is None:
                    return
                status, headers, body = reply
                # unsaid, a client would try its next request on a connection that is closing
                standard = {"Content-Length": str(len(body)), "Connection": "close"}
                self.send_response(status)
                for name, value in {**standard, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://joe:s3cret@127.0.0.1:{self.server.server_address[1]}/api"


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@contextmanager
def client(service: Service, slept: list[float] | None = None) -> Iterator[Client]:
    kept = [] if slept is None else slept
    patience = Patience(timeout=5, tries=3, pause=0.01, longest=10)
    with Client("crm", service.url, patience, sleep=kept.append) as made:
        yield made


def status(code: int, **headers: str) -> Reply:
    return code, {k.replace("_", "-"): v for k, v in headers.items()}, b"{}"


@pytest.mark.parametrize(
    "bad", [None, status(503), status(500), status(429), (200, {}, b'{"cut'), status(408)]
)
def test_a_read_is_repeated_until_it_is_answered(service: Service, bad: Reply) -> None:
    service.replies = [bad, bad, GOOD]
    with client(service) as c:
        assert c.read("/x").body == {"n": "1.50"}  # and money keeps its digits
    assert service.asked == ["GET"] * 3


def test_a_reply_cut_short_is_no_reply(service: Service) -> None:
    service.replies = [(200, {"Content-Length": "99"}, b'{"n": []}'), GOOD]
    with client(service) as c:
        assert c.read("/x").body == {"n": "1.50"}


def test_tries_are_bounded_and_the_service_is_named_without_its_password(service: Service) -> None:
    service.replies = [status(503)]
    with client(service) as c, pytest.raises(SystemUnavailable, match="crm at http") as caught:
        c.read("/x")
    assert "503" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert len(service.asked) == 3


def test_what_a_busy_service_asks_for_is_waited(service: Service) -> None:
    slept: list[float] = []
    service.replies = [status(429, Retry_After="7"), status(503, Retry_After="3"), GOOD]
    with client(service, slept) as c:
        c.read("/x")
    assert slept == [7.0, 3.0]


def test_a_service_that_asks_for_too_long_is_left_alone(service: Service) -> None:
    service.replies = [status(429, Retry_After="3600"), GOOD]
    with client(service) as c, pytest.raises(SystemUnavailable, match="429"):
        c.read("/x")


@pytest.mark.parametrize(
    ("code", "error"), [(401, NotAuthorised), (403, NotAuthorised), (400, EntityStopped)]
)
def test_a_refused_read_is_not_repeated(
    service: Service, code: int, error: type[Exception]
) -> None:
    service.replies = [status(code)]
    with client(service) as c, pytest.raises(error, match=str(code)):
        c.read("/x")
    assert len(service.asked) == 1


def test_what_is_not_there_is_an_answer(service: Service) -> None:
    service.replies = [status(404)]
    with client(service) as c:
        assert not c.read("/x").ok


@pytest.mark.parametrize("bad", [None, status(500), status(503), (201, {}, b"<html>")])
def test_a_write_without_an_answer_is_not_repeated(service: Service, bad: Reply) -> None:
    service.replies = [bad, GOOD]
    with client(service) as c, pytest.raises(Unanswered):
        c.send("POST", "/x", {"a": 1})
    assert service.asked == ["POST"]


def test_a_write_that_was_surely_not_looked_at_is_repeated(service: Service) -> None:
    service.replies = [status(429), GOOD]
    with client(service) as c:
        assert c.send("POST", "/x", {"a": 1}) == Answer(200, {"n": "1.50"})
    assert service.asked == ["POST", "POST"]


@pytest.mark.parametrize("code", [400, 404, 409, 412, 422])
def test_a_refused_write_is_an_answer(service: Service, code: int) -> None:
    service.replies = [(code, {}, b'{"error": "words"}')]
    with client(service) as c:
        assert c.send("POST", "/x", {}) == Answer(code, {"error": "words"})


def test_nobody_there_is_told_after_all_tries(service: Service) -> None:
    service.server.server_close()
    slept: list[float] = []
    acts: list[Callable[[Client], object]] = [
        lambda c: c.read("/x"),
        lambda c: c.send("POST", "/x", {}),
    ]
    for act in acts:
        with client(service, slept) as c, pytest.raises(SystemUnavailable, match="no connection"):
            act(c)
    assert len(slept) == 4


def test_an_address_is_shown_without_who_and_what() -> None:
    assert address("https://joe:s3cret@crm.example:8443/api?key=k") == (
        "https://crm.example:8443/api"
    )
    assert address("https://crm.example") == "https://crm.example"
