"""A web service that breaks in every way that real ones do, by a seeded schedule.

GET    /<resource>/schema            columns with types, and what the key is called
GET    /<resource>/state             {server, head, total}, of one moment
GET    /<resource>?after=&limit=     a page in the order of ids: {items, next, total}
GET    /<resource>/<id>              one record, or 404
GET    /<resource>/find?<field>=     {items}: those that have this value
POST   /<resource>/named             {ids} -> {items}: those that exist
POST   /<resource>                   make a record
PATCH  /<resource>/<id>              If-Match: version
DELETE /<resource>/<id>              If-Match: version
GET    /feed?after=&limit=           changes of all resources in the order of commits: {items, head}
POST   /keys                         {keys} -> {found: key -> {id, version}}
POST   /admin/...                    the test's own door, which never breaks

Writes may carry an Idempotency-Key, which is kept, unique, with the effect. There is no fence.
"""

from __future__ import annotations

import json
import mmap
import random
import socket
import struct
import threading
import time
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.faults.hostile.store import Refused, Resource, Stale, Store

REPLY_LOST, LATE, AWAY, BUSY, CUT = "reply lost", "late", "503", "429", "cut"


@dataclass
class Behaviour:
    """How often what goes wrong, as shares of requests, and what is wrong all the time."""

    seed: int = 1
    reply_lost: float = 0.0  # done, then the connection is closed (writes)
    late: float = 0.0  # done only after `late_by` seconds, when the caller has gone (writes)
    away: float = 0.0  # 503, nothing done
    busy: float = 0.0  # 429 with Retry-After, nothing done
    cut: float = 0.0  # the connection is closed in the middle of a reply (reads)
    late_by: float = 0.5
    held: bool = False  # every create waits until it is released
    retry_after: str = "0.02"
    pages: dict[str, str] = field(default_factory=dict)  # resource -> a way of being broken
    skew: float = 0.0  # seconds that the service's clock is off

    def fault(self, number: int, *, write: bool) -> str | None:
        """What happens to request `number`: the same in every run of one seed."""
        drawn = random.Random(f"{self.seed}:{number}").random()
        shares = [(AWAY, self.away), (BUSY, self.busy)]
        if write:
            shares = [(REPLY_LOST, self.reply_lost), (LATE, self.late), *shares]
        else:
            shares = [*shares, (CUT, self.cut)]
        for name, share in shares:
            if drawn < share:
                return name
            drawn -= share
        return None


class Service(ThreadingHTTPServer):
    """The server: one store, one behaviour; `progress` counts requests where a parent can see."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, listener: socket.socket, store: Store, progress: mmap.mmap) -> None:
        super().__init__(listener.getsockname(), Handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.store, self.behaviour = store, Behaviour()
        self.progress, self.requests = progress, 0
        self.counting = threading.Lock()
        self.faults: dict[str, int] = {}
        self.released = threading.Event()

    def next_fault(self, *, write: bool) -> str | None:
        """Count a request; what goes wrong with it."""
        with self.counting:
            self.requests += 1
            self.progress[:8] = struct.pack("<q", self.requests)
            fault = self.behaviour.fault(self.requests, write=write)
            if fault:
                self.faults[fault] = self.faults.get(fault, 0) + 1
            return fault

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed in the middle of a request is nothing to report."""
        import sys

        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Service

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The service's own clock."""
        return formatdate(time.time() + self.server.behaviour.skew, usegmt=True)

    def do_GET(self) -> None:
        self._take(write=False)

    def do_POST(self) -> None:
        self._take(write=not self.path.endswith(("/named", "/keys")))

    def do_PATCH(self) -> None:
        self._take(write=True)

    def do_DELETE(self) -> None:
        self._take(write=True)

    def _take(self, *, write: bool) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        self.body = json.loads(self.rfile.read(size)) if size else None
        parts = urlsplit(self.path)
        self.query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.way = parts.path.strip("/").split("/")
        if self.way[0] == "admin":
            with self.server.store.lock:
                self._reply(200, admin(self.server, self.way[1], self.body or {}))
            return
        fault = self.server.next_fault(write=write)
        if fault == AWAY:
            self._reply(503, {"error": "away"})
        elif fault == BUSY:
            self._reply(429, {"error": "busy"}, {"Retry-After": self.server.behaviour.retry_after})
        else:
            self._work(fault, write=write)

    def _work(self, fault: str | None, *, write: bool) -> None:
        behaviour = self.server.behaviour
        if behaviour.held and write and self.command == "POST":
            self.server.released.wait(60)
        elif fault == LATE:
            time.sleep(behaviour.late_by)
        with self.server.store.lock:
            status, reply = self._answer()
            data = json.dumps(reply).encode()
        if fault == REPLY_LOST:
            self._hang_up()
        elif fault == CUT:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self._hang_up()
        else:
            self._reply(status, reply)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self) -> tuple[int, Any]:
        store, way = self.server.store, self.way
        if way[0] == "keys":
            found = {k: store.keys[k] for k in self.body["keys"] if k in store.keys}
            return 200, {"found": {k: {"id": i, "version": v} for k, (i, v) in found.items()}}
        if way[0] == "feed":
            return 200, self._feed()
        resource = store.resources.get(way[0])
        if resource is None:
            return 404, {"error": f"no {way[0]} here"}
        broken = self.server.behaviour.pages.get(way[0])
        if broken == "forbidden":
            return 403, {"error": "forbidden"}
        if self.command == "GET" or way[-1] == "named":
            return self._read(way, resource, broken)
        try:
            return self._write(way)
        except Refused as e:
            return 422, {"error": str(e)}
        except Stale:
            return 412, {"error": "changed or gone"}

    def _feed(self) -> dict[str, Any]:
        store, after = self.server.store, int(self.query["after"])
        until = after + int(self.query["limit"])
        items = [
            {"n": n, "resource": r, "id": i, "op": op}
            for n, (r, i, op) in enumerate(store.feed[after:until], after + 1)
        ]
        if "feed" in self.server.behaviour.pages:
            items = []
        return {"items": items, "head": len(store.feed), "server": store.identity}

    def _read(self, way: list[str], resource: Resource, broken: str | None) -> tuple[int, Any]:
        store = self.server.store
        total = 0 if broken == "void" else len(resource.records)
        match way[1:]:
            case ["schema"]:
                return 200, {
                    "id": resource.id,
                    "columns": resource.columns,
                    "limits": resource.limits,
                }
            case ["state"]:
                return 200, {"server": store.identity, "head": len(store.feed), "total": total}
            case ["find"]:
                ((field, value),) = self.query.items()
                found = [r for r in resource.records.values() if r[field] == value]
                return 200, {"items": found}
            case ["named"]:
                wanted = [resource.records.get(i) for i in self.body["ids"]]
                return 200, {"items": spoilt([r for r in wanted if r is not None], broken)}
            case [id_]:
                record = None if broken == "void" else resource.records.get(id_)
                return (200, record) if record is not None else (404, {"error": "not there"})
        page, after = store.page(
            way[0], self.query.get("after", ""), int(self.query.get("limit", "100"))
        )
        items = spoilt(page, broken)
        return 200, {
            "items": items,
            "next": None if broken else after,
            "total": total,
        }

    def _write(self, way: list[str]) -> tuple[int, Any]:
        store, key = self.server.store, self.headers.get("Idempotency-Key")
        said = self.headers.get("If-Match")
        version = int(said) if said else None
        if self.command == "POST":
            record, made = store.create(way[0], self.body, key, "a client")
            return 201 if made else 200, record
        if self.command == "PATCH":
            return 200, store.update(way[0], way[1], self.body, version, key, "a client")
        store.delete(way[0], way[1], version, key, "a client")
        return 200, {}

    def _reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()


def spoilt(items: list[Any], broken: str | None) -> list[Any]:
    """A page as a broken service gives it: empty, void of what it may not show, or cut."""
    if broken in {"empty", "void"}:
        return []
    return items[: len(items) // 2] if broken == "truncated" else items


def admin(service: Service, what: str, given: dict[str, Any]) -> Any:
    """What the test asks of the server itself; people's work goes through here too."""
    store = service.store
    match what:
        case "behave":
            service.behaviour = Behaviour(**given)
            service.released.clear()
        case "release":
            service.released.set()
        case "faults":
            return service.faults
        case "dump":
            return store.dump()
        case "add":
            name = given["resource"]
            made = [store.create(name, v, None, "a person") for v in given["records"]]
            return [record[store.resources[name].id] for record, _ in made]
        case "edit":
            store.update(given["resource"], given["id"], given["values"], None, None, "a person")
        case "remove":
            store.delete(given["resource"], given["id"], None, None, "a person")
        case "reshape":
            reshape(store, **given)
        case "restore":
            restore(store.resources[given["resource"]], given["columns"], given["records"])
        case "refuse":
            store.resources[given["resource"]].refuses = given["word"]
    return {}


def reshape(store: Store, resource: str, was: str, now: str | None, kind: str | None) -> None:
    """Take a column away (`now` is None), call it otherwise, or give it another type."""
    changed = store.resources[resource]
    old = changed.columns.pop(was)
    if now is not None:
        changed.columns[now] = kind or old
    for record in changed.records.values():
        value = record.pop(was)
        if now is not None:
            record[now] = None if kind else value


def restore(changed: Resource, columns: dict[str, str], records: list[dict[str, Any]]) -> None:
    """Give a resource the columns back that it had, with the values that were in them."""
    lost = columns.keys() - changed.columns.keys()
    lost |= {c for c, kind in columns.items() if changed.columns.get(c, kind) != kind}
    changed.columns = columns
    before = {r[changed.id]: r for r in records}
    for id_, record in changed.records.items():
        for name in list(record.keys() - columns.keys() - {changed.id, "version"}):
            del record[name]
        for name in lost:
            record[name] = before.get(id_, {}).get(name)


def new_behaviour(**rates: Any) -> dict[str, Any]:
    """A behaviour as `admin/behave` takes it."""
    return asdict(Behaviour(**rates))
