"""`quality scores|trend|incidents|explain`: how well the rules hold, and what is done about it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concord.cli.common import actor, add_actor, command, group, table

if TYPE_CHECKING:
    from concord.stewardship.scores import Score


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(commands, "quality", "How well the rules hold.", "./concord quality scores")
    made = command(
        top, "scores", show_scores, "Each rule in words, its owner, and how many rows pass.",
        "./concord quality scores --system crm --csv scores.csv",
    )  # fmt: skip
    made.add_argument("--system")
    made.add_argument("--entity")
    made.add_argument("--csv", type=Path, metavar="FILE", help="write it as CSV")
    made.add_argument("--xlsx", type=Path, metavar="FILE", help="write it for a spreadsheet")
    made = command(
        top, "trend", show_trend, "The last runs of one rule.",
        "./concord quality trend crm party email_form",
    )  # fmt: skip
    for name in ("system", "entity", "rule"):
        made.add_argument(name)
    made.add_argument("--points", type=int, default=20)
    made = command(
        top, "incidents", show_incidents, "Rules that fail, since when, and whose they are.",
        "./concord quality incidents",
    )  # fmt: skip
    made.add_argument("--closed", action="store_true", help="those that hold again")
    made.add_argument("--after", help="the mark that the page before ended with")
    made.add_argument("--limit", type=int, default=50)
    made = command(
        top, "explain", explain, "Take an incident over, or say what it is about.",
        "./concord quality explain 4 --owner anna --code source_data",
    )  # fmt: skip
    made.add_argument("incident", type=int, help="number from `quality incidents`")
    made.add_argument("--owner")
    made.add_argument("--code", help="reason code; a wrong one is answered with all of them")
    made.add_argument("--comment")
    add_actor(made)


def _connect() -> Any:
    from concord.hub.database import Hub

    return Hub.from_environment().connect()


def show_scores(options: argparse.Namespace) -> None:
    """Print or export the scores."""
    from concord.model.read import load_config
    from concord.quality import suites
    from concord.stewardship import scores

    root = Path(__file__).resolve().parents[3] / "expectations"
    with _connect() as conn:
        found = scores.scores(
            conn, suites.load(root, load_config()), system=options.system, entity=options.entity
        )
    if options.csv is not None or options.xlsx is not None:
        _write(options, found)
        return
    headers = (
        "system", "entity", "rule", "passes", "checked", "failed", "waiting", "owner", "meaning",
    )  # fmt: skip
    rows = [
        (
            s.system, s.entity, s.rule, "" if s.value is None else f"{s.value:.2%}", s.checked,
            s.failed, s.waiting, s.owner, s.meaning.get("en", ""),
        )
        for s in found
    ]  # fmt: skip
    print(table(headers, rows) if rows else "There is no such rule.")


def _write(options: argparse.Namespace, found: Sequence[Score]) -> None:
    """The scores as the files that were asked for."""
    from concord.stewardship import export, scores, workbook

    rows = list(scores.file_rows(found, "en"))
    if options.csv is not None:
        with options.csv.open("w", encoding="utf-8", newline="") as out:
            export.write_csv(out, scores.FILE_HEADERS, rows)
        print(f"{len(rows)} rules written to {options.csv}")
    if options.xlsx is not None:
        with options.xlsx.open("wb") as file:
            done = workbook.write_xlsx(file, scores.FILE_HEADERS, rows, "Quality")
        cut = f"; {done.cut} texts were cut, see the sheet Notes" if done.cut else ""
        print(f"{len(rows)} rules written to {options.xlsx}{cut}")


def show_trend(options: argparse.Namespace) -> None:
    """Print the last runs of a rule."""
    from concord.stewardship import scores

    with _connect() as conn:
        points = scores.trend(
            conn, options.system, options.entity, options.rule, points=options.points
        )
    rows = [
        (p.batch, f"{p.at:%Y-%m-%d %H:%M}", p.checked, p.failed, f"{p.value or 0:.2%}")
        for p in points
    ]
    headers = ("batch", "at (UTC)", "checked", "failed", "passes")
    print(table(headers, rows) if rows else "This rule has not run on rows yet.")


def show_incidents(options: argparse.Namespace) -> None:
    """Print incidents."""
    from concord.stewardship import incidents

    with _connect() as conn:
        page = incidents.page(
            conn, state="closed" if options.closed else "open", after=options.after,
            limit=options.limit,
        )  # fmt: skip
    rows = [
        (
            i.id, i.system, i.entity, i.rule, i.failed, i.runs, f"{i.opened_at:%Y-%m-%d %H:%M}",
            i.owner, i.reason_code, i.meaning.get("en", ""),
        )
        for i in page.items
    ]  # fmt: skip
    headers = (
        "incident", "system", "entity", "rule", "failed", "runs", "since (UTC)", "owner", "reason",
        "meaning",
    )  # fmt: skip
    print(table(headers, rows) if rows else "No incident.")
    if page.after:
        print(f"More: --after {page.after}")


def explain(options: argparse.Namespace) -> None:
    """Say who takes an incident, or what it is about."""
    from concord.stewardship import incidents

    with _connect() as conn:
        done = incidents.explain(
            conn, options.incident, actor=actor(options), owner=options.owner,
            reason_code=options.code, comment=options.comment,
        )  # fmt: skip
    print(f"Incident {done.id}: owner {done.owner}, reason {done.reason_code or 'not said'}.")
