"""Scenario 8: every pair of insert, update and delete ends as docs/outcomes.md says.

The cases are the rows of that page. The verdict is read from the two systems; only what a person is
asked, and the golden id, are the hub's own. The naive variant replays events on the other side,
the last one winning, and misses many rows.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.configured import mapped, unlimited
from tests.support.world import World

PAGE = Path(__file__).resolve().parents[2] / "docs" / "outcomes.md"
SETTINGS = ("uncouple", "restore", "ignore", "propagate")
VALUES = ("name", "phone", "e-mail")
COLUMNS = {
    "erp": ("customers", "customer_code", "vat_no", ("name", "phone", "email")),
    "crm": ("account", "id", "tax_number", ("account_name", "phone_number", "email_address")),
}

Values = dict[str, str]
Event = tuple[str, str]  # system, what is done there


def rows(title: str) -> list[dict[str, str]]:
    """The rows of the table under a heading of the page, by column."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line[:1] == "|"]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[2:]]


def at_once(row: dict[str, str]) -> list[list[Event]]:
    """Both sides' doings of a row of the first table: one phase."""
    done = [("erp", row["ERP did"]), ("crm", row["CRM did"])]
    return [[event for event in done if event[1] != "nothing"]]


def in_turn(row: dict[str, str]) -> list[list[Event]]:
    """The doings of a row of the second table: two phases."""
    return [[_event(words) for words in row[when].split(", ")] for when in ("first", "then")]


def _event(words: str) -> Event:
    back = re.fullmatch(r"it comes back in the (ERP|CRM)", words)
    if back:
        return back[1].lower(), "comes back"
    system, what = words.split(" ", 1)
    return system.lower(), what


@dataclass
class Case:
    """One row tried on one record, known by its tax number."""

    row: dict[str, str]
    phases: list[list[Event]]
    tax: str
    bin: dict[str, str] = field(default_factory=dict)
    golden: set[str] = field(default_factory=set)

    @property
    def before(self) -> Values:
        """The values that both sides agree on, or that the inserting side types."""
        return {
            "name": f"Company {self.tax}",
            "phone": "+442079460000",
            "e-mail": f"info@{self.tax.lower()}.example",
        }

    def after(self, *systems: str) -> Values:
        """The values with what these systems did."""
        values = self.before
        for system, what in (event for phase in self.phases for event in phase):
            if system in systems and what in {"inserts", "types it again"}:
                values["phone"] = self.typed(system)["phone"]
            elif system in systems and what.startswith("changes the "):
                name = what.removeprefix("changes the ")
                values[name] = self.typed(system)[name]
        return values

    def typed(self, system: str) -> Values:
        """What a person types in a system."""
        return {
            "name": f"{system.upper()} {self.tax}",
            "phone": {"erp": "+442079461111", "crm": "+442079462222"}[system],
            "e-mail": f"{system}@{self.tax.lower()}.example",
        }

    @property
    def starts(self) -> bool:
        """Whether the record is made before anything is done to it."""
        return all(what != "inserts" for _, what in self.phases[0])


class Hands:
    """What people type in the two systems, and what stands there."""

    def __init__(self, world: World) -> None:
        urls = {**world.urls, "hub": world.hub.url}
        self.open = {n: psycopg.connect(url, autocommit=True) for n, url in urls.items()}

    def close(self) -> None:
        """Leave."""
        for conn in self.open.values():
            conn.close()

    def run(self, name: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement in a system, or read in the hub."""
        cur = self.open[name].execute(statement, values)
        return cur.fetchall() if cur.description else []

    def read(self, system: str, tax: str) -> list[Values]:
        """All records with a tax number."""
        table, key, tax_column, names = COLUMNS[system]
        found = self.run(
            system,
            f"SELECT {', '.join(names)} FROM {table} WHERE {tax_column} = %s ORDER BY {key}",
            tax,
        )
        return [dict(zip(VALUES, record, strict=True)) for record in found]

    def insert(self, system: str, tax: str, values: Values) -> None:
        """Type a record."""
        table, _, tax_column, names = COLUMNS[system]
        kind = {"erp": ("kind", "O"), "crm": ("account_type", "Company")}[system]
        record = {tax_column: tax, kind[0]: kind[1]}
        record |= {n: values[v] for n, v in zip(names, VALUES, strict=True)}
        marks = ", ".join(["%s"] * len(record))
        self.run(
            system, f"INSERT INTO {table} ({', '.join(record)}) VALUES ({marks})", *record.values()
        )

    def change(self, system: str, tax: str, name: str, value: str) -> None:
        """Change one value of every record with a tax number."""
        table, _, tax_column, names = COLUMNS[system]
        column = dict(zip(VALUES, names, strict=True))[name]
        self.run(system, f"UPDATE {table} SET {column} = %s WHERE {tax_column} = %s", value, tax)

    def delete(self, system: str, tax: str) -> str:
        """Delete the record with a tax number, if there is one; returns it as in a bin."""
        table, _, tax_column, _ = COLUMNS[system]
        kept = self.run(
            system,
            f"DELETE FROM {table} AS t WHERE {tax_column} = %s RETURNING to_jsonb(t)::text",
            tax,
        )
        return str(kept[0][0]) if kept else ""

    def put_back(self, system: str, kept: str) -> None:
        """Take a record out of the bin: its old key and all its old values."""
        table = COLUMNS[system][0]
        self.run(
            system,
            f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, %s::jsonb)",
            kept,
        )

    def do(self, case: Case, event: Event) -> None:
        """One thing that the page names."""
        system, what = event
        if what in {"inserts", "types it again"}:
            self.insert(system, case.tax, {**case.before, "phone": case.typed(system)["phone"]})
        elif what == "comes back":
            self.put_back(system, case.bin[system])
        elif what == "deletes":
            case.bin[system] = self.delete(system, case.tax)
        else:
            name = what.removeprefix("changes the ")
            assert name in VALUES, what
            self.change(system, case.tax, name, case.typed(system)[name])


def cases(setting: str, copies: int, first: int = 100_000_000) -> list[Case]:
    """Every row of the page that this setting has, each on records of its own."""
    wanted = [(row, at_once(row)) for row in rows("Both sides, between two batches")]
    wanted += [(row, in_turn(row)) for row in rows("One after the other")]
    chosen = [(row, phases) for row, phases in wanted if row["setting"] in {setting, "any"}]
    numbers = itertools.count(first)
    return [
        Case(row, phases, f"GB{next(numbers)}") for row, phases in chosen for _ in range(copies)
    ]


def expected(case: Case, cell: str) -> list[Values] | None:
    """What the page says a system holds; None for `two`, of which the first is the last word."""
    return {
        "none": [],
        "as before": [case.before],
        "the ERP's": [case.after("erp")],
        "the CRM's": [case.after("crm")],
        "both": [case.after("erp", "crm")],
        "two": None,
    }[cell]


def misses(case: Case, found: dict[str, list[Values]]) -> Iterator[str]:
    """What the systems hold otherwise than the page says."""
    for system in ("erp", "crm"):
        wanted = expected(case, case.row[system.upper()])
        fits = len(found[system]) == 2 if wanted is None else found[system] == wanted
        if not fits:
            yield f"{_named(case)}: the {system} holds {found[system]}"


def _named(case: Case) -> str:
    return " / ".join(case.row.values())


def _golden(hands: Hands, case: Case) -> set[str]:
    live = hands.run(
        "hub",
        "SELECT golden_id::text FROM golden.party WHERE tax_id = %s AND deleted_at IS NULL",
        case.tax,
    )
    return {golden_id for (golden_id,) in live}


def _hub_misses(hands: Hands, case: Case) -> Iterator[str]:
    now = _golden(hands, case)
    new = len(now) == 1 and not now & case.golden
    fate = "ends" if not now else "lives on" if now == case.golden else "new" if new else str(now)
    if fate != case.row["golden"]:
        yield f"{_named(case)}: the golden record {fate}"
    ids = hands.run("hub", "SELECT golden_id FROM golden.party WHERE tax_id = %s", case.tax)
    known = [golden_id for (golden_id,) in ids]
    asked = hands.run(
        "hub",
        "SELECT DISTINCT kind FROM ops.review WHERE state = 'open' AND golden_id = ANY(%s)",
        known,
    )
    kept = hands.run(
        "hub", "SELECT DISTINCT kind FROM ops.conflict WHERE golden_id = ANY(%s)", known
    )
    seen = "a question" if asked else "a conflict" if kept else "nothing"
    if seen != case.row["a person sees"]:
        yield f"{_named(case)}: a person sees {seen} ({asked}, {kept})"


def _set_up(world: World, hands: Hands, setting: str, copies: int) -> list[Case]:
    """Customers that both sides agree on, one a case."""
    for system in ("erp", "crm"):
        world.config = mapped(world.config, "party", system, on_delete=setting)
    world.config = unlimited(world.config)
    world.engine = world.fresh_engine()
    chosen = cases(setting, copies)
    for case in chosen:
        if case.starts:
            hands.insert("erp", case.tax, case.before)
    world.settle()
    return chosen


@pytest.fixture
def hands(world: World) -> Iterator[Hands]:
    """People at both systems."""
    made = Hands(world)
    yield made
    made.close()


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_pair_of_changes_ends_as_the_page_says(
    world: World,
    hands: Hands,
    scale: Callable[[int, int], int],
    figure: Callable[..., None],
    setting: str,
) -> None:
    chosen = _set_up(world, hands, setting, scale(1, 25))
    wrong: list[str] = []
    for phase in (0, 1):
        for case in chosen:
            if phase < len(case.phases):
                case.golden = case.golden or _golden(hands, case)
                for event in case.phases[phase]:
                    hands.do(case, event)
        world.settle()
        for case in chosen:
            if len(case.phases) == phase + 1:
                wrong += misses(case, {s: hands.read(s, case.tax) for s in ("erp", "crm")})
                wrong += _hub_misses(hands, case)
    assert world.batch("nightly")["planned"] == 0
    assert not wrong, "\n".join(wrong)
    naive = naive_misses(hands, setting)
    assert all(naive.values()), naive
    figure(f"8 outcomes, {setting}", records=len(chosen), otherwise=len(wrong), **naive)


def replay(hands: Hands, case: Case) -> None:
    """The naive variant: each event is done again on the other side, in the order they happened."""
    for phase in case.phases:
        for event in phase:
            hands.do(case, event)
        for system, what in phase:
            other = {"erp": "crm", "crm": "erp"}[system]
            if what == "deletes":
                if hands.read(other, case.tax):
                    hands.delete(other, case.tax)
                continue
            for values in hands.read(system, case.tax)[:1]:
                if not hands.read(other, case.tax):
                    hands.insert(other, case.tax, values)
                for name, value in values.items():
                    hands.change(other, case.tax, name, value)


def naive_misses(hands: Hands, setting: str) -> dict[str, int]:
    """Rows that end otherwise, and those where a change typed on one side is nowhere any more."""
    tried = cases(setting, 1, first=200_000_000)
    wrong = lost = 0
    for case in tried:
        if case.starts:
            for system in ("erp", "crm"):
                hands.insert(system, case.tax, case.before)
        replay(hands, case)
        found = {s: hands.read(s, case.tax) for s in ("erp", "crm")}
        wrong += any(True for _ in misses(case, found))
        changes = [what for phase in case.phases for _, what in phase]
        met = "deletes" in changes and any(c.startswith("changes") for c in changes)
        lost += met and len(case.phases) == 1 and not found["erp"] + found["crm"]
    return {"naive_otherwise": wrong, "naive_changes_lost": lost}
