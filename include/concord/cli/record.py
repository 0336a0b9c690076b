"""`record find|show|changes|writes|documents`: one golden record and all that belongs to it."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from concord.cli.common import command, group, short, table
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(
        commands, "record", "A record: where its values are from, and what became of them.",
        "./concord record find GB123456789",
    )  # fmt: skip
    made = command(
        top, "find", find, "Golden records by any key, or by how their name begins.",
        "./concord record find 'Alpha Trad'",
    )  # fmt: skip
    made.add_argument("text")
    made.add_argument("--entity")
    _values(made)
    made = _one(top, "show", show, "Each value, who gave it by which rule, and what lost.")
    made.add_argument("--at", metavar="TIME", help="as it was then: 2026-03-31T18:00 (UTC)")
    _paged(_one(top, "changes", changes, "The versions of the golden record, newest first."))
    _paged(_one(top, "writes", writes, "What was written to the systems, newest first."))
    made = _one(top, "documents", documents, "What refers to the record, newest first.",
                "sales_order")  # fmt: skip
    made.add_argument("document", help="the entity that refers to it, such as sales_order")
    _paged(made)


def _one(top: Any, name: str, run: Any, summary: str, more: str = "") -> argparse.ArgumentParser:
    example = f"./concord record {name} party 01890a5d-ac96-774b-bcce-b302099a8057 {more}".rstrip()
    made = command(top, name, run, summary, example)
    made.add_argument("entity")
    made.add_argument("id", type=_uuid, help="its golden id, from `record find`")
    _values(made)
    return made


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no golden id") from None


def _values(made: argparse.ArgumentParser) -> None:
    made.add_argument("--values", action="store_true", help="show personal and financial values")


def _paged(made: argparse.ArgumentParser) -> None:
    made.add_argument("--after", help="the mark that the page before ended with")
    made.add_argument("--limit", type=int, default=20)


def _opened(options: argparse.Namespace) -> tuple[Any, Any, Any]:
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.stewardship import sight

    config = load_config()
    return (
        Hub.from_environment().connect(), config, sight.ALL if options.values else sight.PLAIN
    )  # fmt: skip


def _text(value: Any) -> str:
    return "(hidden)" if value.hidden else short(value.text)


def _more(page: Any) -> None:
    if page.after:
        print(f"More: --after {page.after}")


def find(options: argparse.Namespace) -> None:
    """Print what was found."""
    from concord.stewardship import finding

    conn, config, may_see = _opened(options)
    with conn:
        found = finding.find(conn, config, options.text, entity=options.entity, may_see=may_see)
    rows = [(f.entity, f.golden_id, f.title, f.by, "" if f.live else "deleted") for f in found]
    print(
        table(("entity", "golden id", "name", "found by", ""), rows) if rows else "Nothing found."
    )


def show(options: argparse.Namespace) -> None:
    """Print a record as it is, or as it was."""
    from concord.stewardship import record

    conn, config, may_see = _opened(options)
    with conn:
        if options.at:
            _as_of(conn, config, options, may_see)
            return
        found = record.show(conn, config, options.entity, options.id, may_see=may_see)
    state = "" if found.live else ", deleted"
    print(f"{found.entity} {found.golden_id}: version {found.version}, batch {found.batch}{state}")
    print(table(("system", "record", "", "since batch"), [
        (k.system, k.source_id, "" if k.live else "deleted", k.first_batch) for k in found.links
    ]))  # fmt: skip
    rows = [
        (
            f.name, _text(f.value), f"{f.system or ''} {f.source_id or ''}".strip(), f.rule,
            f.batch,
            "; ".join(f"{x.system} {x.source_id}: {_text(x.value)}" for x in f.losers),
        )
        for f in found.fields
    ]  # fmt: skip
    print(table(("field", "value", "from", "rule", "batch", "what lost"), rows))
    for task in found.tasks:
        print(f"waits: {task.kind} {task.number} {task.system or ''}")


def _as_of(conn: Any, config: Any, options: argparse.Namespace, may_see: Any) -> None:
    from concord.stewardship import timeline

    try:
        at = datetime.fromisoformat(options.at)
    except ValueError:
        raise ConcordError(f"{options.at!r} is no time such as 2026-03-31T18:00") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    states = timeline.as_of(conn, config, options.entity, options.id, at, may_see=may_see)
    if not states:
        print("It was not there then.")
        return
    headers = ["field", *(f"{s.system} {s.source_id}"[:40] for s in states)]
    rows = [[f, *(_text(s.values[f]) for s in states)] for f in states[0].values]
    print(table(headers, rows))


def changes(options: argparse.Namespace) -> None:
    """Print the versions of a golden record."""
    from concord.stewardship import timeline

    conn, config, may_see = _opened(options)
    with conn:
        page = timeline.changes(
            conn, config, options.entity, options.id, may_see=may_see, after=options.after,
            limit=options.limit,
        )  # fmt: skip
    rows = [
        (c.version, f"{c.at:%Y-%m-%d %H:%M:%S}", c.batch, name, _text(old), _text(new))
        for c in page.items
        for name, (old, new) in c.changed.items()
    ]
    print(table(("version", "at (UTC)", "batch", "field", "before", "after"), rows))
    _more(page)


def writes(options: argparse.Namespace) -> None:
    """Print what was written of a record."""
    from concord.stewardship import following

    conn, config, may_see = _opened(options)
    with conn:
        page = following.writes(
            conn, config, options.entity, options.id, may_see=may_see, after=options.after,
            limit=options.limit,
        )  # fmt: skip
    rows = [
        (
            w.id, w.system, w.source_id, w.action, w.state,
            f"{w.ended_at:%Y-%m-%d %H:%M:%S}" if w.ended_at else "", w.change_set,
            "; ".join(f"{f}: {_text(w.old[f]) if f in w.old else ''} → {_text(v)}"
                      for f, v in w.new.items()),
        )
        for w in page.items
    ]  # fmt: skip
    headers = ("write", "system", "record", "action", "state", "at (UTC)", "change set", "fields")
    print(table(headers, rows) if rows else "Nothing was written.")
    _more(page)


def documents(options: argparse.Namespace) -> None:
    """Print what refers to a record."""
    from concord.stewardship import following

    conn, config, may_see = _opened(options)
    with conn:
        page = following.documents(
            conn, config, options.entity, options.id, options.document, may_see=may_see,
            after=options.after, limit=options.limit,
        )  # fmt: skip
    if not page.items:
        print(f"No {options.document} refers to it.")
        return
    fields = [f for f in page.items[0].values if any(d.values[f].text for d in page.items)][:8]
    rows = [[d.golden_id, *(_text(d.values[f]) for f in fields)] for d in page.items]
    print(table(("golden id", *fields), rows))
    _more(page)
