"""`approve`, `reject`: a person's word on what the guard holds."""

from __future__ import annotations

import argparse
from decimal import Decimal, InvalidOperation
from typing import Any

from concord.cli.common import actor, add_actor, command
from concord.errors import ConcordError

COMMANDS = (
    ("approve", "Let a held change set, a part of one, or held deletions pass.",
     "./concord approve 7 --below 1000 --comment 'small ones first'"),
    ("reject", "Refuse a held change set or a part of one; nothing of it is written.",
     "./concord reject 7 --comment 'a script went wrong'"),
)  # fmt: skip


def register(commands: Any) -> None:
    """Add this group's commands."""
    for name, text, example in COMMANDS:
        made = command(commands, name, decide, text, example)
        made.add_argument("change_set", type=int, nargs="?", help="number from `status`")
        made.add_argument("--all", action="store_true", help="every one that is held now")
        made.add_argument(
            "--deletions", metavar="SYSTEM.ENTITY", help="held deletions, e.g. erp.party"
        )
        made.add_argument(
            "--only", type=int, action="append", metavar="WRITE",
            help="this write alone, by its number on the page (may be repeated)",
        )  # fmt: skip
        made.add_argument(
            "--action", action="append", choices=("create", "update", "delete"),
            help="writes of this kind alone (may be repeated)",
        )  # fmt: skip
        made.add_argument(
            "--below", type=_amount, metavar="AMOUNT",
            help="writes with less than this at stake alone, in the company's currency",
        )  # fmt: skip
        made.add_argument(
            "--rest", choices=("hold", "reject"), default="hold",
            help="what becomes of the others: they are asked about again (default), or rejected",
        )  # fmt: skip
        made.add_argument("--comment", help="why; kept with the decision")
        made.set_defaults(approve=name == "approve")
        add_actor(made)


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount above zero, such as 1000")
    return amount


def decide(options: argparse.Namespace) -> None:
    """Approve or reject what is held."""
    from concord.hub.database import Hub
    from concord.pipeline import decisions

    part = _part(options)
    with Hub.from_environment().connect() as conn:
        if options.deletions:
            if part:
                raise ConcordError("held deletions are decided as a whole: leave the filter out")
            decisions.decide_deletions(
                conn, *_system_entity(options.deletions), approve=options.approve,
                actor=actor(options), comment=options.comment,
            )  # fmt: skip
            print("Decided; the next batch acts on it.")
            return
        for number in _numbers(conn, options):
            done = decisions.decide(
                conn, number, approve=options.approve, actor=actor(options),
                comment=options.comment, part=part,
                rest="rejected" if options.rest == "reject" else "held",
            )  # fmt: skip
            conn.commit()
            print(_said(done, options.rest))


def _part(options: argparse.Namespace) -> Any:
    from concord.pipeline.decisions import Part

    part = Part(tuple(options.only or ()), tuple(options.action or ()), options.below)
    return part if part.described() else None


def _numbers(conn: Any, options: argparse.Namespace) -> list[int]:
    if not options.all:
        if options.change_set is None:
            raise ConcordError("name a change set (see ./concord status), or --all")
        return [options.change_set]
    rows = conn.execute(
        "SELECT change_set_id FROM ops.change_set WHERE state = 'held' ORDER BY change_set_id"
    ).fetchall()
    if not rows:
        raise ConcordError("no change set is held")
    return [r[0] for r in rows]


def _said(done: Any, rest: str) -> str:
    verb = "approved; the next batch writes it" if done.state == "approved" else "rejected"
    name = f"{done.system}.{done.entity}"
    if done.rest is None:
        return f"Change set {done.change_set} ({name}) {verb}."
    left = f"The other {done.left.writes} are"
    left += (
        f" rejected, as change set {done.rest}."
        if rest == "reject"
        else (f" held as change set {done.rest}.")
    )
    return f"{done.whole.writes} writes of change set {done.change_set} ({name}) {verb}. {left}"


def _system_entity(text: str) -> tuple[str, str]:
    system, dot, entity = text.partition(".")
    if not dot:
        raise ConcordError(f"{text!r} is not SYSTEM.ENTITY, e.g. erp.party")
    return system, entity
