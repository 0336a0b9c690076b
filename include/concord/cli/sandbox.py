"""`sandbox seed|import|tick|play|latency|audit|score`: an ERP and a CRM to try it all on."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from concord.cli.common import command, group
from concord.errors import ConcordError
from concord.launcher.dotenv import read


def register(commands: Any) -> None:
    """Add this group's commands."""
    top = group(
        commands, "sandbox", "A small ERP and CRM to try things on.", "./concord sandbox tick"
    )
    made = command(
        top, "seed", seed, "Make companies and people on both sides, with honest dirt.",
        "./concord sandbox seed --customers 1000 --seed 1",
    )  # fmt: skip
    made.add_argument("--customers", type=int, default=1000)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--products", type=int, default=200, help="what the ERP trades in")
    made.add_argument("--no-business", action="store_true", help="customers alone, no products")
    made.add_argument(
        "--days", type=int, default=0, help="days of the ERP's business, ending a month ago"
    )
    made.add_argument("--if-empty", action="store_true", help="add only what is missing altogether")
    made.add_argument("--reset", action="store_true", help="empty both sides first")
    made = command(
        top, "import", load, "Load the Northwind CSVs into the ERP and derive a CRM from them.",
        "./concord sandbox import DIRECTORY",
    )  # fmt: skip
    made.add_argument("directory", type=Path)
    made.add_argument("--reset", action="store_true", help="empty both sides first")
    made = command(
        top, "tick", tick, "A minute of ordinary business on both sides.",
        "./concord sandbox tick --minutes 5",
    )  # fmt: skip
    made.add_argument("--minutes", type=int, default=1)
    made.add_argument("--seed", type=int)
    made = command(
        top, "play", play, "Play days of business: deals, orders, deliveries, payments.",
        './concord sandbox play --days 30 --between-days "./concord run"',
    )  # fmt: skip
    made.add_argument("--days", type=int, default=30)
    made.add_argument("--orders-per-day", type=float, default=70)
    made.add_argument("--start", type=date.fromisoformat, help="the first day; else days go on")
    made.add_argument("--rounds", type=int, default=4, help="how often a day both sides work")
    made.add_argument("--seed", type=int)
    made.add_argument("--between-days", metavar="COMMAND", help="run this after each day")
    made = command(
        top, "latency", latency, "How long changes take to the other side while Concord runs.",
        "./concord sandbox latency --changes 100 --over 300",
    )  # fmt: skip
    made.add_argument("--changes", type=int, default=100)
    made.add_argument("--over", type=float, default=300, help="seconds in which they are made")
    made.add_argument("--seed", type=int, default=1)
    made = command(
        top, "audit", audit, "Whether both sides agree, asked of their databases alone.",
        "./concord sandbox audit --explain",
    )  # fmt: skip
    made.add_argument("--explain", action="store_true", help="look in the hub for each reason")
    command(top, "score", score, "How well records were linked, against the truth.",
            "./concord sandbox score")  # fmt: skip


def _urls() -> tuple[str, str]:
    from concord.model.read import load_config
    from concord.systems.addresses import addresses

    own = [v for v in ("CONCORD_ERP_URL", "CONCORD_CRM_URL") if v in _of_the_user()]
    if own:
        raise ConcordError(
            f"{' and '.join(own)} in .env name databases of your own; the sandbox's customers"
            " do not belong there. Use a clone without them to try the sandbox."
        )
    found = addresses(load_config())
    return found["erp"], found["crm"]


def _of_the_user() -> set[str]:
    """Variables that the checkout's .env sets."""
    root = os.environ.get("CONCORD_ROOT") or str(Path(__file__).resolve().parents[3])
    file = Path(root) / ".env"
    return {name for name, value in read(file).items() if value}


def _truth() -> Path:
    home = os.environ.get("CONCORD_HOME") or str(Path(__file__).resolve().parents[3] / ".concord")
    return Path(home) / "sandbox" / "truth.csv"


def _ready(options: argparse.Namespace) -> tuple[str, str]:
    from concord.sandbox.database import create, reset

    erp, crm = _urls()
    if options.reset:
        reset(erp, crm)
    else:
        create(erp, crm)
    return erp, crm


def seed(options: argparse.Namespace) -> None:
    """Seed both sides."""
    from concord.sandbox.business import has_business, seed_business, seed_days
    from concord.sandbox.database import is_empty
    from concord.sandbox.seed import seed as make

    erp, crm = _ready(options)
    if options.if_empty and not is_empty(erp, crm):
        print("The sandbox has customers already.")
    else:
        truth = _truth()
        truth.parent.mkdir(parents=True, exist_ok=True)
        print(make(erp, crm, customers=options.customers, seed=options.seed, truth_path=truth))
    if not options.no_business and not has_business(erp):
        print(seed_business(erp, products=options.products, seed=options.seed))
        if options.days:
            print(seed_days(erp, options.days, options.seed))


def load(options: argparse.Namespace) -> None:
    """Import Northwind."""
    from concord.sandbox.northwind import import_northwind

    erp, crm = _ready(options)
    print(import_northwind(options.directory, erp, crm))


def tick(options: argparse.Namespace) -> None:
    """Play minutes of business."""
    from concord.sandbox.tick import tick as play

    erp, crm = _urls()
    print(play(erp, crm, seed=options.seed, minutes=options.minutes))


def play(options: argparse.Namespace) -> None:
    """Play days of business."""
    from concord.sandbox.play import play as days

    erp, crm = _urls()
    command = shlex.split(options.between_days or "")
    print(
        days(
            erp,
            crm,
            days=options.days,
            start=options.start,
            orders_per_day=options.orders_per_day,
            rounds=options.rounds,
            seed=options.seed,
            between_days=partial(_between, command),
        )
    )


def _between(command: list[str], day: date) -> None:
    """Says which day is over, and runs the user's command."""
    print(f"{day} is over.", flush=True)
    if command and (ended := subprocess.run(command, check=False).returncode):
        raise ConcordError(f"{shlex.join(command)} ended with {ended} after {day}; play stopped.")


def latency(options: argparse.Namespace) -> None:
    """Measure."""
    from concord.sandbox.latency import latency as measure

    print(measure(*_urls(), changes=options.changes, over=options.over, seed=options.seed))


def audit(options: argparse.Namespace) -> int:
    """Print what deviates; 1 when something does, and with reasons when one has none."""
    from concord.sandbox.audit import audit as compare

    erp, crm = _urls()
    deviations = compare(erp, crm)
    if not deviations:
        print("Both sides agree.")
        return 0
    if not options.explain:
        print(*deviations, sep="\n")
        return 1
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.sandbox.explain import explain

    hub, again = Hub.from_environment(), partial(compare, erp, crm)
    reasons = explain(hub, load_config(), deviations, again)
    for deviation, reason in reasons.items():
        print(f"{deviation}\n  {reason or 'The hub knows no reason.'}")
    return int(None in reasons.values())


def score(_: argparse.Namespace) -> None:
    """Score the links."""
    from concord.hub.database import Hub
    from concord.sandbox.score import score as measure

    print(measure(_truth(), Hub.from_environment().url))
