"""Conflicts: what stood against what, and by what it was settled."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from concord.desk import shell
from concord.desk.pages.records import types_of
from concord.desk.pages.reviews import outcome
from concord.desk.web import Answer, Ask, NotThere
from concord.errors import ConcordError
from concord.stewardship import conflicts, finding, record, reviews, sides
from concord.stewardship.canonical import is_uuid
from concord.stewardship.conflicts import KINDS, Conflict


def listing(ask: Ask) -> Answer:
    """The conflicts of a batch, or of a golden record, newest first."""
    batch, about = ask.number("batch"), _record(ask)
    if batch is None and about is None:
        raise NotThere("the address names neither a batch nor a record")
    entity, unit = ask.text("entity") or None, ask.text("unit") or None
    kind = ask.text("kind") if ask.text("kind") in KINDS else None
    page = conflicts.page(
        ask.conn, ask.config, batch=batch, record=about, entity=entity, unit=unit, kind=kind,
        may_see=ask.reader.may_see, after=ask.text("after") or None,
    )  # fmt: skip
    return shell.page(
        ask,
        "conflicts.html.j2",
        page=page,
        titles=titles(ask, page.items),
        batch=batch,
        golden=about[1][0] if about else None,
        entity=entity,
        unit=unit,
        kind=kind,
        types=types(ask, page.items),
    )


def one(ask: Ask) -> Answer:
    """One conflict with all values that stood against each other, and what is golden now."""
    try:
        found = conflicts.conflict(
            ask.conn, ask.config, int(ask.params["number"]), may_see=ask.reader.may_see
        )
    except ConcordError as error:
        raise NotThere(str(error)) from None
    asked = reviews.review(ask.conn, found.review) if found.review else None
    return shell.page(
        ask,
        "conflict.html.j2",
        c=found,
        met=conflicts.met(ask.conn, ask.config, found, may_see=ask.reader.may_see),
        r=asked,
        gold=_gold(ask, found),
        title=titles(ask, [found]).get(found.golden_id),
        types=types(ask, [found]),
        **(outcome(ask, asked) if asked else {"decision": None, "effect": None}),
    )


def titles(ask: Ask, found: Any) -> dict[UUID, str]:
    """What the records of conflicts are called, as far as the reader may see it."""
    about = {(c.entity, c.golden_id) for c in found}
    return finding.titles(ask.conn, ask.config, about, ask.reader.may_see)


def types(ask: Ask, found: Any) -> dict[str, dict[str, str]]:
    """Entity -> field -> its type."""
    known = {c.entity for c in found if c.entity in ask.config.entity}
    return {entity: types_of(ask.config, entity) for entity in known}


def _record(ask: Ask) -> tuple[str, list[UUID]] | None:
    """The golden record of the address, with those that were merged into it."""
    entity, text = ask.text("entity"), ask.text("record", 60)
    if entity not in ask.config.entity or not is_uuid(text):
        return None
    return entity, [UUID(text), *record.merged(ask.conn, entity, UUID(text))]


def _gold(ask: Ask, found: Conflict) -> Any:
    """What is golden by now; None where the record or the field is not there any more."""
    entity = ask.config.entity.get(found.entity)
    unit = next((u for u in entity.units if u.name == found.unit), None) if entity else None
    if entity is None or unit is None:
        return None
    living = sides.living(ask.conn, found.entity, found.golden_id)
    return sides.seen_golden(ask.conn, entity, unit, living, ask.reader.may_see)
