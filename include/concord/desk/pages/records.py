"""Records: found by any key or name, explained value by value, now and as they were."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from concord.desk import shell
from concord.desk.web import Answer, Ask, NotThere, see
from concord.errors import ConcordError
from concord.model.spec import Config
from concord.stewardship import conflicts, finding, following, record, timeline
from concord.stewardship.canonical import is_uuid
from concord.stewardship.following import Document
from concord.stewardship.paging import Page


def search(ask: Ask) -> Answer:
    """What is found for a text; one result opens by itself."""
    text = ask.text("q", finding.LONGEST)
    short = 0 < len(text) < finding.SHORTEST
    entity = ask.text("entity") or None
    if entity not in ask.config.entity:
        entity = None
    see_ = ask.reader.may_see
    found = finding.find(ask.conn, ask.config, text, entity=entity, may_see=see_) if text else []
    if len(found) == 1:
        return see(ask, f"/records/{found[0].entity}/{found[0].golden_id}")
    return shell.page(
        ask, "search.html.j2", hits=found, text=text, entity=entity,
        entities=sorted(ask.config.entity), short=short,
    )  # fmt: skip


def one(ask: Ask) -> Answer:
    """One golden record."""
    entity, golden_id = _named(ask)
    shown = _show(ask, entity, golden_id)
    if shown.golden_id != golden_id:
        return see(ask, f"/records/{entity}/{shown.golden_id}")  # merged into that one
    see_ = ask.reader.may_see
    conn, config = ask.conn, ask.config
    papers = _papers(ask, entity, golden_id)
    return shell.page(
        ask,
        "record.html.j2",
        r=shown,
        filled=[f for f in shown.fields if not _blank(f)],
        blank=[f for f in shown.fields if _blank(f)],
        states=_as_of(ask, entity, golden_id),
        at=ask.text("at", 40),
        writes=following.writes(
            conn, config, entity, golden_id, may_see=see_, after=_after(ask, "writes")
        ),
        changes=timeline.changes(
            conn, config, entity, golden_id, may_see=see_, after=_after(ask, "changes")
        ),
        conflicts=conflicts.page(
            conn, config, record=(entity, [golden_id, *shown.merged]), may_see=see_, limit=5
        ),
        documents=papers,
        columns={e: _columns(ask, e) for e in papers},
        entity_name=entity,
        types={e: types_of(config, e) for e in (entity, *papers)},
    )


def types_of(config: Config, entity: str) -> dict[str, str]:
    """Field -> its type."""
    return {field.name: field.type for field in config.entity[entity].fields}


def _blank(field: record.FieldState) -> bool:
    """Whether no side says anything."""
    return field.value.text is None and not field.value.hidden and not field.losers


ALSO = ("contact", "address")


def _papers(ask: Ask, entity: str, golden_id: UUID) -> dict[str, Page[Document]]:
    """What refers to the record, by entity; the newest of each."""
    found = {}
    for name in (*following.DOCUMENTS, *ALSO):
        if name in ask.config.entity and _refers(ask.config, name, entity):
            page = following.documents(
                ask.conn, ask.config, entity, golden_id, name, may_see=ask.reader.may_see
            )
            if page.items:
                found[name] = page
    return found


def _refers(config: Config, document: str, entity: str) -> bool:
    """Whether a document refers to the entity, directly or through one that does."""
    through = [config.entity[f.to] for f in config.entity[document].references if f.to]
    return any(e.name == entity or any(f.to == entity for f in e.references) for e in through)


def _as_of(ask: Ask, entity: str, golden_id: UUID) -> Any:
    """The states at the instant that is asked for, in the company's zone; None: not asked."""
    text = ask.text("at", 40)
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(ask.config.company.timezone))
    return timeline.as_of(ask.conn, ask.config, entity, golden_id, at, may_see=ask.reader.may_see)


def _after(ask: Ask, name: str) -> str | None:
    return ask.text(name, 60) or None


def _columns(ask: Ask, entity: str) -> list[str]:
    """The fields of a document that a list shows: numbers, dates, states and sums before others."""
    fields = ask.config.entity[entity].fields
    order = ("text", "date", "timestamp", "code", "money", "integer")
    shown = [f for f in fields if f.type in order and f.sensitivity in ask.reader.may_see]
    keys = [key[0] for key in ask.config.entity[entity].keys]
    shown.sort(key=lambda f: (f.name not in keys, order.index(f.type)))
    return [f.name for f in shown[:6]]


def _named(ask: Ask) -> tuple[str, UUID]:
    entity, text = ask.params["entity"], ask.params["id"]
    if entity not in ask.config.entity or not is_uuid(text):
        raise NotThere("the address names no record")
    return entity, UUID(text)


def _show(ask: Ask, entity: str, golden_id: UUID) -> record.Record:
    try:
        return record.show(ask.conn, ask.config, entity, golden_id, may_see=ask.reader.may_see)
    except ConcordError as error:
        raise NotThere(str(error)) from None
