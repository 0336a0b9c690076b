"""`certificate list|show|verify|anchor`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from concord.cli.common import command, group, table

VERDICTS = {"good": "in order", "explained": "in order, with exceptions", "bad": "NOT in order"}


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(
        commands, "certificate", "Proof that nights were complete and totals agree.",
        "./concord certificate list",
    )  # fmt: skip
    made = command(
        top, "list", show_list, "The newest certificates.", "./concord certificate list --limit 60"
    )
    made.add_argument("--limit", type=int, default=20)
    made = command(
        top, "show", show, "What one certificate says; or its page, or its text as it was hashed.",
        "./concord certificate show 7 --html night.html --language zh",
    )  # fmt: skip
    made.add_argument("number", type=int, help="number from `certificate list`")
    made.add_argument("--html", type=Path, metavar="FILE", help="write the page, to print")
    made.add_argument("--language", choices=("en", "zh"), default="en", help="shown first")
    made.add_argument("--json", action="store_true", help="print the text that was hashed")
    command(
        top, "verify", verify, "Recompute the whole chain and compare it with the anchor.",
        "./concord certificate verify",
    )  # fmt: skip
    command(
        top, "anchor", keep, "Add to the anchor what is not in it yet.",
        "./concord certificate anchor",
    )  # fmt: skip


def show_list(options: argparse.Namespace) -> None:
    """Print the newest certificates."""
    from concord.certify import store
    from concord.hub.database import Hub

    with Hub.from_environment().connect() as conn:
        found = store.latest(conn, options.limit)
    if not found:
        print("No certificate yet: the nightly lane issues them.")
        return
    rows = [
        (c.number, f"{c.at:%Y-%m-%d %H:%M}", c.kind, c.batch, VERDICTS[c.verdict], c.hash.hex())
        for c in found
    ]
    print(table(("certificate", "issued (UTC)", "kind", "batch", "", "hash"), rows))


def show(options: argparse.Namespace) -> None:
    """Print one certificate, or write its page."""
    from concord.certify import store
    from concord.hub.database import Hub
    from concord.report.certificate import summary, write_page

    with Hub.from_environment().connect() as conn:
        one = store.read(conn, options.number)
    if options.json:
        print(one.body)
        return
    if options.html is not None:
        write_page(one, options.html, options.language)
        print(options.html)
        return
    print(
        f"Certificate {one.number} ({one.kind}) of batch {one.batch},"
        f" {one.at:%Y-%m-%d %H:%M:%S} UTC: {VERDICTS[one.verdict]}"
    )
    for line in summary(one):
        print(f"  {line}")
    print(f"  hash {one.hash.hex()}")


def verify(options: argparse.Namespace) -> int:
    """Print what is sound and the first thing that is not; exit 1 when there is one."""
    from concord.certify import anchor
    from concord.certify.verify import verify as check
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.pipeline.finish import home

    path = anchor.place(load_config().company.certificates, home())
    with Hub.from_environment().connect() as conn:
        found = check(conn, path)
    for note in found.notes:
        print(f"Note: {note}")
    if found.broken:
        print(f"NOT SOUND ({found.broken.kind}): {found.broken.what}.")
        return 1
    print(f"{found.certificates} certificates: the chain is sound, and {path} agrees with it.")
    return 0


def keep(options: argparse.Namespace) -> None:
    """Add missing lines to the anchor."""
    from concord.certify import anchor
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.pipeline.finish import home

    settings = load_config().company.certificates
    with Hub.from_environment().connect() as conn:
        added = anchor.keep(conn, settings, home())
    print(f"{added} lines added to {anchor.place(settings, home())}.")
