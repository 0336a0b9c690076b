"""The hostile service as the tests hold it: its process, its admin's door, people's work there."""

from __future__ import annotations

import http.client
import json
import mmap
import socket
import struct
from dataclasses import dataclass
from typing import Any

from concord.model.spec import Config
from tests.faults.hostile.server import Service, new_behaviour
from tests.faults.hostile.store import Resource, Store
from tests.faults.processes import Child


@dataclass
class Hostile:
    """A running service, and the door to it that never breaks."""

    child: Child
    port: int
    progress: mmap.mmap

    @classmethod
    def start(cls, resources: dict[str, Resource]) -> Hostile:
        """Start a process that serves these resources on 127.0.0.1; to be stopped."""
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        progress = mmap.mmap(-1, 8)
        child = Child.run(
            lambda: Service(listener, Store(resources), progress).serve_forever(poll_interval=60)
        )
        port = int(listener.getsockname()[1])
        listener.close()
        return cls(child, port, progress)

    @classmethod
    def crm(cls, config: Config) -> Hostile:
        """The sandbox's CRM as a web service: the same resources, every column a text."""
        resources = {}
        for entity in config.entities:
            mapping = entity.by_system["crm"]
            names = [c.column for c in mapping.columns]
            required = tuple(c.column for c in mapping.columns if entity.field[c.field].required)
            resources[mapping.table] = Resource(
                dict.fromkeys(names, "text"), id=mapping.id, required=required
            )
        return cls.start(resources)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> int:
        """How many requests it has had, the admin's not counted."""
        return int(struct.unpack("<q", self.progress[:8])[0])

    def stop(self) -> None:
        self.child.kill()
        self.progress.close()

    def behave(self, **rates: Any) -> None:
        """Be as hostile as these rates say, and otherwise well."""
        self.ask("behave", new_behaviour(**rates))

    def records(self, resource: str) -> list[dict[str, Any]]:
        """All records of a resource."""
        return list(self.ask("dump")["records"][resource])

    def effects(self) -> list[dict[str, str]]:
        """Who did what, in order."""
        return list(self.ask("dump")["effects"])

    def faults(self) -> dict[str, int]:
        """How often it did what to whoever asked."""
        return dict(self.ask("faults"))

    def add(self, resource: str, *records: dict[str, Any]) -> list[str]:
        """Type records in; returns their ids."""
        return list(self.ask("add", {"resource": resource, "records": list(records)}))

    def edit(self, resource: str, id_: str, **values: Any) -> None:
        """Change a record."""
        self.ask("edit", {"resource": resource, "id": id_, "values": values})

    def remove(self, resource: str, id_: str) -> None:
        """Delete a record."""
        self.ask("remove", {"resource": resource, "id": id_})

    def reshape(self, resource: str, was: str, now: str | None, kind: str | None = None) -> None:
        """Change the schema: without `now` the column is dropped."""
        self.ask("reshape", {"resource": resource, "was": was, "now": now, "kind": kind})

    def ask(self, what: str, given: dict[str, Any] | None = None) -> Any:
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            conn.request("POST", f"/admin/{what}", json.dumps(given or {}))
            return json.loads(conn.getresponse().read())
        finally:
            conn.close()
