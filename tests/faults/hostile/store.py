"""What the hostile service keeps: records, a feed of changes, the keys of writes, who did what."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import uuid4

Record = dict[str, Any]


class Refused(Exception):
    """A reply 422: the service's words, which quote what it was given, as real ones do."""


class Stale(Exception):
    """A reply 412: the record is of another version, or not there."""


@dataclass
class Resource:
    """One kind of record: its columns with types, limits, and the records by id."""

    columns: dict[str, str]
    id: str = "id"
    limits: dict[str, int] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    refuses: str = ""  # a word that no text may hold
    records: dict[str, Record] = field(default_factory=dict)


@dataclass(frozen=True)
class Effect:
    """One thing done: by whom (a person, or a write's key), to what."""

    by: str
    resource: str
    id: str
    op: str  # C, U, D


class Store:
    """Records by resource. Whoever calls holds `lock`."""

    def __init__(self, resources: dict[str, Resource]) -> None:
        self.lock = threading.Lock()
        self.resources = resources
        self.identity = str(uuid4())
        self.feed: list[tuple[str, str, str]] = []  # resource, id, op; change n stands at n - 1
        self.keys: dict[str, tuple[str, int]] = {}  # key -> id and version that it made
        self.effects: list[Effect] = []
        self.versions = 0

    def page(self, name: str, after: str, limit: int) -> tuple[list[Record], str | None]:
        """Records in the order of ids, and the id after which more follow."""
        records = self.resources[name].records
        ids = sorted(i for i in records if i > after)
        page = [records[i] for i in ids[:limit]]
        return page, ids[limit - 1] if len(ids) > limit else None

    def create(self, name: str, values: Record, key: str | None, by: str) -> tuple[Record, bool]:
        """Make a record; a key that was used before gives what it made then."""
        if key is not None and key in self.keys:
            return self._made(name, key), False
        resource = self.resources[name]
        self._check(resource, values, None)
        id_ = f"A{len(self.feed) + 1:07d}"
        record = {resource.id: id_, **dict.fromkeys(resource.columns), **values}
        resource.records[id_] = record
        self._note(name, id_, "C", key, by)
        return record, True

    def update(
        self, name: str, id_: str, values: Record, version: int | None, key: str | None, by: str
    ) -> Record:
        """Change a record of this version (None: of any)."""
        if key is not None and key in self.keys:
            return self._made(name, key)
        resource = self.resources[name]
        record = resource.records.get(id_)
        if record is None or version not in {None, record["version"]}:
            raise Stale
        self._check(resource, values, record)
        record.update(values)
        self._note(name, id_, "U", key, by)
        return record

    def delete(self, name: str, id_: str, version: int | None, key: str | None, by: str) -> None:
        """Delete a record of this version (None: of any)."""
        if key is not None and key in self.keys:
            return
        record = self.resources[name].records.get(id_)
        if record is None or version not in {None, record["version"]}:
            raise Stale
        del self.resources[name].records[id_]
        self._note(name, id_, "D", key, by)

    def dump(self) -> dict[str, Any]:
        """Everything, for who judges."""
        return {
            "records": {n: list(r.records.values()) for n, r in self.resources.items()},
            "effects": [asdict(e) for e in self.effects],
        }

    def _made(self, name: str, key: str) -> Record:
        id_, version = self.keys[key]
        found = self.resources[name].records.get(id_)
        return found if found is not None else {self.resources[name].id: id_, "version": version}

    def _check(self, resource: Resource, values: Record, old: Record | None) -> None:
        for name in resource.required:
            if (old is None or name in values) and values.get(name) is None:
                raise Refused(f"{name} is required")
        for name, value in values.items():
            if name not in resource.columns:
                raise Refused(f"{name} is no field here")
            if isinstance(value, str):
                limit = resource.limits.get(name)
                if limit and len(value) > limit:
                    raise Refused(f'{name}: "{value}" is longer than {limit} characters')
                if resource.refuses and resource.refuses in value:
                    raise Refused(f'{name}: "{value}" is not acceptable here')
            elif value is not None and resource.columns[name] not in {"integer", "boolean"}:
                raise Refused(f"{name}: not of type {resource.columns[name]}")

    def _note(self, name: str, id_: str, op: str, key: str | None, by: str) -> None:
        self.feed.append((name, id_, op))
        self.versions += 1
        record = self.resources[name].records.get(id_)
        if record is not None:
            record["version"] = self.versions
        if key is not None:
            self.keys[key] = (id_, self.versions)
        self.effects.append(Effect(key or by, name, id_, op))
