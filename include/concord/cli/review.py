"""`review list|show|decide|effect`: the questions that wait for a person."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from concord.cli.common import actor, add_actor, command, group, pairs, short, table

NUMBER = "number from `review list`"


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(commands, "review", "Questions that wait for a person.", "./concord review list")
    made = command(
        top, "list", show_list, "Open questions, with the money that depends on each; no values.",
        "./concord review list --kind conflict --order money",
    )  # fmt: skip
    made.add_argument("--kind")
    made.add_argument("--system")
    made.add_argument("--entity")
    made.add_argument("--order", choices=("age", "money", "closed"), default="age",
                      help="closed: those that are decided, newest first")  # fmt: skip
    made.add_argument("--after", help="the mark that the page before ended with")
    made.add_argument("--limit", type=int, default=50)
    made = command(
        top, "show", show, "One question: what each side says, and what can be decided.",
        "./concord review show 12 --values",
    )  # fmt: skip
    made.add_argument("review", type=int, help=NUMBER)
    made.add_argument("--values", action="store_true", help="show personal and financial values")
    made = command(
        top, "decide", decide, "Decide a question; in effect with the entity's next batch.",
        "./concord review decide 12 erp --comment 'asked the customer'",
    )  # fmt: skip
    made.add_argument("review", type=int, help=NUMBER)
    made.add_argument("choice", help="one of those that `review show` names")
    made.add_argument("value", nargs="*", help="with the choice own: FIELD=VALUE")
    made.add_argument("--record", metavar="KEY", help="the golden id or record that is meant")
    made.add_argument("--version", help="what `review show` printed: refused if it has changed")
    made.add_argument("--always", action="store_true",
                      help="propose that this system's value wins from now on")  # fmt: skip
    made.add_argument("--comment")
    add_actor(made)
    made = command(
        top, "effect", show_effect, "In which batch a decision took effect, and what followed.",
        "./concord review effect 12",
    )  # fmt: skip
    made.add_argument("review", type=int, help=NUMBER)


def _connect() -> Any:
    from concord.hub.database import Hub

    return Hub.from_environment().connect()


def show_list(options: argparse.Namespace) -> None:
    """Print a page of questions."""
    from concord.model.read import load_config
    from concord.stewardship import exposure, reviews

    with _connect() as conn:
        exposure.refresh(conn, load_config())
        page = reviews.page(
            conn, kind=options.kind, system=options.system, entity=options.entity,
            order=options.order, after=options.after, limit=options.limit,
        )  # fmt: skip
    rows = [
        (
            r.id, r.kind, r.system, r.entity, r.detail.get("unit", ""), r.subject,
            f"{r.exposure:,.2f}", f"{r.opened_at:%Y-%m-%d %H:%M}", r.closed_by,
        )
        for r in page.items
    ]  # fmt: skip
    headers = (
        "review", "kind", "system", "entity", "unit", "subject", "at stake", "opened (UTC)", "by",
    )  # fmt: skip
    print(table(headers, rows) if rows else "No question is open.")
    if page.after:
        print(f"More: --after {page.after}")


def show(options: argparse.Namespace) -> None:
    """Print one question side by side."""
    from concord.model.read import load_config
    from concord.stewardship import sides, sight

    may_see = sight.ALL if options.values else sight.PLAIN
    with _connect() as conn:
        found = sides.detail(conn, load_config(), options.review, may_see=may_see)
    review = found.review
    print(f"Review {review.id}: {review.kind}, {review.entity or ''} {found.unit or ''}".rstrip())
    print(f"  {review.state}, version {found.version}")
    for name, value in review.detail.items():
        print(f"  {name}: {short(str(value))}")
    if found.sides:
        headers = ["field", *(f"{s.system} {s.source_id}" for s in found.sides)]
        rows = [[f, *(_said(s, f) for s in found.sides)] for f in found.fields]
        print(table(headers, rows))
    if review.open:
        print("To decide it: ./concord review decide", review.id, "CHOICE")
        print(table(("choice", "what happens"), [(c.name, c.words) for c in found.choices]))
    elif review.decided:
        print(f"Decided by {review.closed_by}: {review.decided['choice']}")


def _said(side: Any, field: str) -> str:
    text = _text(side.said[field])
    now = _text(side.now[field])
    return text if text == now else f"{text} (now {now})"


def _text(value: Any) -> str:
    return "(hidden)" if value.hidden else short(value.text)


def decide(options: argparse.Namespace) -> None:
    """Decide one question."""
    from concord.model.read import load_config
    from concord.stewardship import deciding, sight

    values: Mapping[str, str | None] = pairs(options.value)
    with _connect() as conn:
        done = deciding.decide(
            conn, load_config(), options.review, options.choice, version=options.version,
            actor=actor(options), comment=options.comment, values=values, record=options.record,
            always=options.always, may_see=sight.ALL,
        )  # fmt: skip
    print(f"Review {done.review} is decided: {done.choice}, by {done.actor}.")
    if done.proposal:
        print(f"Proposed as a rule: review {done.proposal}.")
    print(f"What follows: ./concord review effect {done.review}")


def show_effect(options: argparse.Namespace) -> None:
    """Print what became of a decision."""
    from concord.model.read import load_config
    from concord.stewardship.effect import effect

    with _connect() as conn:
        told = effect(conn, load_config(), options.review)
    if told.state == "none":
        print("Nothing follows from this decision.")
        return
    if told.state == "waiting":
        print("It waits for the entity's next batch.")
        return
    print(f"Applied in batch {told.batch} at {told.at:%Y-%m-%d %H:%M:%S} UTC.")
    rows = [
        (w.system, w.action, w.state, f"{w.at:%H:%M:%S}" if w.at else "", w.batch, w.error)
        for w in told.systems
    ]
    if rows:
        print(table(("system", "write", "state", "at (UTC)", "batch", ""), rows))
