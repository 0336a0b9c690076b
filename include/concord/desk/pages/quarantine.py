"""Quarantine: records that failed, by cause or one by one; corrected, sent again or dismissed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from concord.desk import shell
from concord.desk.company import rules
from concord.desk.web import Answer, Ask, NotThere, Refused, see
from concord.errors import ConcordError, Said
from concord.hub.database import Hub
from concord.model.spec import EntityMapping
from concord.stewardship import allowed, bulk, groups, quarantine, sight, trial, write_back
from concord.stewardship.groups import Cause
from concord.stewardship.quarantine import REASONS, Entry, Order
from concord.stewardship.write_back import golden_of

ORDERS: tuple[Order, ...] = ("money", "age")
COLUMN = "column:"  # before the name of a column, in a form
Texts = Mapping[str, str | None]


def listing(ask: Ask) -> Answer:
    """Groups by cause, and the records one by one, both with what costs most first."""
    system, entity = ask.text("system") or None, ask.text("entity") or None
    rule = ask.text("rule") or None
    order = next((o for o in ORDERS if o == ask.text("order")), ORDERS[0])
    after = ask.text("after") or None
    page = quarantine.page(
        ask.conn, system=system, entity=entity, rule=rule, order=order, after=after
    )
    return shell.page(
        ask,
        "quarantine.html.j2",
        groups=[] if after or rule else groups.groups(ask.conn, system=system, entity=entity),
        page=page,
        called=_called(ask, page.items),
        system=system,
        entity=entity,
        rule=rule,
        order=order,
        orders=ORDERS,
        systems=[*(s.name for s in ask.config.systems), "golden", "rules"],
        entities=sorted(ask.config.entity),
        currency=ask.config.company.currency,
        group_query=group_query,
    )


def group(ask: Ask) -> Answer:
    """All records with one cause: their values, and one word for all of them."""
    cause = _cause(ask.query)
    found = next(
        (g for g in groups.groups(ask.conn, system=cause.system, entity=cause.entity, limit=1000)
         if g.cause == cause),
        None,
    )  # fmt: skip
    if found is None:
        raise NotThere("no record is in quarantine for this cause any more")
    value = ask.query.get("value")
    seen = groups.members(ask.conn, cause, value=value)
    page = quarantine.page(
        ask.conn, system=cause.system, entity=cause.entity, rule=cause.rule, column=cause.column,
        after=ask.text("after") or None,
    )  # fmt: skip
    return shell.page(
        ask,
        "group.html.j2",
        g=found,
        values=_values(ask, cause),
        page=page,
        called=_called(ask, page.items),
        chosen=value,
        seen=",".join(f"{number}:{version}" for number, version in seen.items()),
        many=len(seen),
        reasons=REASONS,
        can_fix=_can_fix(cause.side, cause.system) and groups.about_one_column(cause),
        allowed=_allowed(ask, cause, [cause.column or ""]).get(cause.column or ""),
        currency=ask.config.company.currency,
        group_query=group_query,
    )


def decide_group(ask: Ask) -> Answer:
    """One word for all records of a group, each as it was seen."""
    seen = _seen(ask.given("seen"))
    action, actor = ask.given("action"), ask.reader.actor
    if action == "fix":
        value = ask.given("value").strip() or None
        done = bulk.fix(ask.conn, seen, {ask.given("column"): value}, actor=actor)
    elif action == "replay":
        done = bulk.replay(ask.conn, seen, actor=actor)
    elif action == "dismiss":
        done = bulk.dismiss(
            ask.conn, seen, ask.given("reason").strip(), code=ask.given("code"), actor=actor
        )
    else:
        raise Refused(Said("say what is to be done: correct, send again or dismiss", "form.action"))
    return shell.page(ask, "bulk.html.j2", done=done, action=action)


def one(ask: Ask) -> Answer:
    """One record: its values as the system has them, what is wrong, and what was done about it."""
    found = _found(ask)
    _warm_up()
    entity = ask.config.entity.get(found.entity)
    mapping = entity.by_system.get(found.system) if entity else None
    shown = sight.raw(entity, mapping, found.raw, ask.reader.may_see) if entity else {}
    failing = {str(c["column"]) for c in found.causes if c.get("column")}
    return shell.page(
        ask,
        "entry.html.j2",
        e=found,
        called=_called(ask, [found]).get(found.id),
        golden=golden_of(ask.conn, ask.config, found),
        raw=shown,
        failing=[c for c in shown if c in failing],
        others=[c for c in shown if c not in failing],
        can_fix=_can_fix(found.side, found.system) and found.state in quarantine.OPEN,
        open=found.state in quarantine.OPEN,
        reasons=REASONS,
        longest=LONGEST,
        allowed=_allowed(ask, found, shown),
        currency=ask.config.company.currency,
    )


LONGEST = 2_000  # characters of a value that a form holds


def attempt(ask: Ask) -> Answer:
    """What would become of the record with the values in the form; nothing is stored."""
    found = _found(ask)
    verdict = trial.attempt(
        Hub.from_environment(), ask.config, rules(ask.config), found.id, _changed(ask, found)
    )
    return shell.page(ask, "verdict.html.j2", v=verdict, allowed=_allowed(ask, found, found.raw))


def decide(ask: Ask) -> Answer:
    """Correct, send again, dismiss, or ask for the correction to be written back."""
    found = _found(ask)
    action, actor, version = ask.given("action"), ask.reader.actor, _version(ask)
    if action == "fix":
        quarantine.fix(ask.conn, found.id, _some(ask, found), actor=actor, version=version)
    elif action == "replay":
        quarantine.replay(ask.conn, found.id, actor=actor, version=version)
    elif action == "dismiss":
        quarantine.dismiss(
            ask.conn, found.id, ask.given("reason").strip(), actor=actor, code=ask.given("code"),
            version=version,
        )  # fmt: skip
    elif action == "write_back":
        review = write_back.ask(
            ask.conn, ask.config, found.id, _some(ask, found), actor=actor, version=version
        )
        return see(ask, f"/reviews/{review}")
    else:
        raise Refused(Said("say what is to be done: correct, send again or dismiss", "form.action"))
    return see(ask, f"/quarantine/{found.id}")


def group_query(cause: Cause, **more: Any) -> str:
    """The query that names a cause."""
    named = {"side": cause.side, "system": cause.system, "entity": cause.entity, "rule": cause.rule}
    if cause.column is not None:
        named["column"] = cause.column
    return urlencode({**named, **{k: v for k, v in more.items() if v is not None}})


def _cause(given: Mapping[str, str]) -> Cause:
    try:
        side, system, entity, rule = (given[k] for k in ("side", "system", "entity", "rule"))
    except KeyError:
        raise NotThere("the address names no cause: begin with the list") from None
    return Cause(side, system, entity, rule, given.get("column"))


def _called(ask: Ask, found: Sequence[Entry]) -> dict[int, str]:
    """What the records call themselves, where the person may see it."""
    names = {}
    for one in found:
        entity = ask.config.entity.get(one.entity)
        if entity is None:
            continue
        mapping = entity.by_system.get(one.system)
        shown = sight.raw(entity, mapping, one.raw, ask.reader.may_see)
        for field in entity.searched:
            if field != "name" and not field.endswith("_name"):
                continue
            column = field if mapping is None else _column(mapping, field)
            if column in shown and shown[column].text:
                names[one.id] = str(shown[column].text)
                break
    return names


def _column(mapping: EntityMapping, field: str) -> str | None:
    return mapping.by_field[field].column if field in mapping.by_field else None


def _values(ask: Ask, cause: Cause) -> list[groups.Same]:
    """The commonest values of the column that failed; none where the cause is about no one column
    of an entity of the model.
    """
    if cause.entity not in ask.config.entity or not groups.about_one_column(cause):
        return []
    return groups.same_values(ask.conn, ask.config, cause, may_see=ask.reader.may_see)


def _allowed(ask: Ask, about: Entry | Cause, columns: Iterable[str]) -> dict[str, allowed.Allowed]:
    """What the code lists allow in those of the columns that have one."""
    entity = ask.config.entity.get(about.entity)
    if entity is None:
        return {}
    mapping = entity.by_system.get(about.system)
    found = ((c, allowed.in_column(ask.config, entity, mapping, c)) for c in columns)
    return {column: one for column, one in found if one is not None}


def _can_fix(side: str, system: str) -> bool:
    return side == "read" and system not in ("rules", "golden")


def _found(ask: Ask) -> Entry:
    try:
        return quarantine.entry(ask.conn, int(ask.params["number"]))
    except ConcordError as error:
        raise NotThere(str(error)) from None


def _changed(ask: Ask, found: Entry) -> Texts:
    """Columns of the form that say something else than the record does, fixes so far included."""
    now = {**found.raw, **found.fix}
    given = {
        name.removeprefix(COLUMN): values[0] or None
        for name, values in ask.form.items()
        if name.startswith(COLUMN)
    }
    return {c: v for c, v in given.items() if v != (now.get(c) or None)}


def _some(ask: Ask, found: Entry) -> Texts:
    changed = _changed(ask, found)
    if not changed:
        raise Refused(Said("no value was changed: nothing to correct", "form.unchanged"))
    return changed


def _version(ask: Ask) -> int | None:
    text = ask.given("version")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _seen(text: str) -> dict[int, int]:
    try:
        pairs = (pair.split(":") for pair in text.split(",") if pair)
        return {int(number): int(version) for number, version in pairs}
    except ValueError:
        why = "the list of records did not arrive whole: open the group again"
        raise Refused(Said(why, "form.list")) from None


_warm = threading.Event()


def _warm_up() -> None:
    """Great Expectations takes seconds to load: begin while the person reads."""
    if not _warm.is_set():
        _warm.set()
        threading.Thread(target=_load, daemon=True).start()


def _load() -> None:
    import great_expectations  # noqa: F401
