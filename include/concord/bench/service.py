"""A web service that keeps customers in memory and answers each request after a fixed time.

    GET   /<resource>/schema             the columns
    GET   /<resource>?after=&limit=      a page in the order of ids
    POST  /<resource>/named              {ids} -> those that exist
    PATCH /<resource>/<id>               {set, where}: done if the record holds `where`, else 412
    GET   /changes?since=                the ids that changed after a number, and the newest number
    POST  /keys                          {keys} -> those that were applied, with their ids
    GET   /applied                       how many writes had an effect

A write's Idempotency-Key is kept with its effect and not applied twice. More requests at a time
than are allowed are refused with 429: who is quicker than the limit has not kept to it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

Record = dict[str, Any]
Reply = tuple[int, Any]


class Service:
    """The state, and what is done with it; `reply` alone is asked."""

    def __init__(self, latency: float, allowed: int, records: dict[str, Record], key: str) -> None:
        self.latency, self.allowed, self.records, self.key = latency, allowed, records, key
        self.order = sorted(records)
        self.columns = [c for c in next(iter(records.values()), {}) if c != key]
        self.changes: list[str] = []
        self.applied: dict[str, str] = {}
        self.running = 0

    async def reply(self, method: str, target: str, headers: Record, body: bytes) -> Reply:
        """Answer one request, no sooner than the latency."""
        if self.running >= self.allowed:
            return 429, {"error": "more requests at a time than are allowed"}
        self.running += 1
        try:
            _, answer = await asyncio.gather(
                asyncio.sleep(self.latency), self._answer(method, target, headers, body)
            )
            return answer
        finally:
            self.running -= 1

    async def _answer(self, method: str, target: str, headers: Record, body: bytes) -> Reply:
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        _, name, *rest = parts.path.split("/")
        asked = json.loads(body) if body else {}
        if method == "PATCH":
            return self._patch(rest[0], asked, headers["idempotency-key"])
        if name == "changes":
            return 200, {"head": len(self.changes), "ids": self.changes[int(query["since"]) :]}
        if name == "applied":
            return 200, {"n": len(self.applied)}
        if name == "keys":
            found = {k: self.applied[k] for k in asked["keys"] if k in self.applied}
            return 200, {"found": found}
        if rest == ["schema"]:
            return 200, {"id": self.key, "columns": self.columns}
        if rest == ["named"]:
            return 200, {"items": [self.records[i] for i in asked["ids"] if i in self.records]}
        return 200, self._page(query.get("after", ""), int(query["limit"]))

    def _page(self, after: str, limit: int) -> Record:
        start = self.order.index(after) + 1 if after else 0
        ids = self.order[start : start + limit]
        more = start + limit < len(self.order)
        return {"items": [self.records[i] for i in ids], "next": ids[-1] if more else None}

    def _patch(self, id_: str, asked: Record, key: str) -> Reply:
        record = self.records.get(id_)
        if key in self.applied:
            return 200, record
        if record is None or any(record[c] != v for c, v in asked["where"].items()):
            return 412, {"error": "it holds something else"}
        record.update(asked["set"])
        self.applied[key] = id_
        self.changes.append(id_)
        return 200, record


async def _serve(
    service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer the requests of one connection until it ends."""
    try:
        while line := await reader.readline():
            method, target, _ = line.decode().split(" ")
            headers: Record = {}
            while (head := await reader.readline()) not in (b"\r\n", b""):
                name, _, value = head.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            status, answer = await service.reply(method, target, headers, body)
            data = json.dumps(answer).encode()
            writer.write(b"HTTP/1.1 %d OK\r\nContent-Length: %d\r\n\r\n" % (status, len(data)))
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        return  # the client has gone
    finally:
        writer.close()


async def _main(latency: float, allowed: int, key: str) -> None:
    records = {record[key]: record for record in map(json.loads, sys.stdin)}
    service = Service(latency, allowed, records, key)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _serve(service, reader, writer)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
