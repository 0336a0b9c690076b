"""`rules list|rehearse`: the business rules."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta
from typing import Any

from concord.cli.common import command, group, table
from concord.errors import ConcordError

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(
        commands, "rules", "Business rules, and what they would do.", "./concord rules list"
    )
    command(top, "list", show_list, "All rules; what they look at next (due), and later.",
            "./concord rules list")  # fmt: skip
    made = command(
        top, "rehearse", rehearse,
        "What a rule would do now with what changed since; writes nothing.",
        "./concord rules rehearse order_from_won_deal --since 30d",
    )  # fmt: skip
    made.add_argument("rule", metavar="RULE")
    made.add_argument("--since", type=duration, metavar="TIME",
                      help="such as 90m, 12h, 30d, 8w (default: everything)")  # fmt: skip


def duration(text: str) -> timedelta:
    """`30d` as a time span. Raises argparse.ArgumentTypeError."""
    match = re.fullmatch(r"(\d{1,5})([mhdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 90m, 12h, 30d or 8w")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def show_list(_: argparse.Namespace) -> None:
    """Print the rules."""
    from concord.hub.database import Hub
    from concord.model.read import load_config

    config = load_config()
    with Hub.from_environment().connect() as conn:
        versions: dict[str, int] = dict(
            conn.execute("SELECT rule, version FROM ops.rule_version").fetchall()
        )
        waiting = {
            rule: (now, later)
            for rule, now, later in conn.execute(
                "SELECT rule, count(*) FILTER (WHERE at <= now()),"
                " count(*) FILTER (WHERE at > now()) FROM ops.due GROUP BY rule"
            )
        }
        failing = {
            row[0]: row[1]
            for row in conn.execute(
                "SELECT subject, detail ->> 'why' FROM ops.review WHERE kind = 'rule'"
                " AND state = 'open'"
            )
        }
    if not config.rules:
        print("There are no rules: include/config/rules is empty.")
        return
    rows = []
    for rule in config.rules:
        state = "evaluated" if versions.get(rule.name) == rule.version else "to be evaluated"
        if rule.name in failing:
            state = f"fails: {failing[rule.name]}"
        state = state if rule.on else "off"
        gives = f"{rule.gives} (adds)" if rule.adds else rule.gives
        watches = ", ".join(rule.watches)
        due = waiting.get(rule.name, (0, 0))
        rows.append((rule.name, rule.version, gives, state, *due, rule.owner, watches))
    headers = ("rule", "version", "gives", "state", "due", "later", "owner", "watches")
    print(table(headers, rows))


def rehearse(options: argparse.Namespace) -> None:
    """Print what a rule would do."""
    from concord.hub.database import Hub
    from concord.model.documents import closest
    from concord.model.read import load_config
    from concord.rules.rehearse import rehearse as evaluate

    config = load_config()
    names = [rule.name for rule in config.rules]
    rule = next((rule for rule in config.rules if rule.name == options.rule), None)
    if rule is None:
        raise ConcordError(f"there is no rule {options.rule!r}. {closest(options.rule, names)}")
    with Hub.from_environment().connect() as conn:
        found = evaluate(conn, config, rule, options.since)
    of = "all subjects" if found.subjects is None else f"{found.subjects} subjects that changed"
    print(
        f"{rule.name} v{rule.version} gives {rule.gives}; evaluated for {of}. Nothing is written."
    )
    print(table(tuple(found.counts), [tuple(found.counts.values())]))
    if found.totals:
        print()
        rows = [(t.field, t.currency, t.kind, t.before, t.after) for t in found.totals]
        print(table(("money", "currency", "records", "as it is", "as it would be"), rows))
    for example in found.examples:
        print(f"\n{example.kind}: {example.key}")
        pairs = [(name, *values) for name, values in example.fields.items()]
        print(
            table(("  field", "as it is", "as it would be"), [("  " + p[0], *p[1:]) for p in pairs])
        )
