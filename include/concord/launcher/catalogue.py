"""All commands in one list, so that `./concord --help` asks nothing heavy."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """One command: what it does, and an example."""

    name: str
    summary: str
    example: str


LAUNCHER = (
    Entry("up", "Set up what is missing, start everything, wait for the first batches.", "up"),
    Entry("down", "Stop everything.", "down"),
    Entry("status", "What runs, and what the last batches did.", "status"),
    Entry(
        "test", "Run the tests, or --faults alone; arguments go to pytest.", "test -k quarantine"
    ),
)

ENGINE = (
    Entry("check", "Validate configuration, suites and connections.", "check"),
    Entry("run", "Run one batch of a lane here, without Airflow.", "run fast"),
    Entry("report", "Write a batch's quality report again.", "report 12"),
    Entry(
        "quarantine", "Records that failed validation: list, show, fix, replay.", "quarantine list"
    ),
    Entry("review", "Questions for a person: list, show, decide.", "review list"),
    Entry("record", "A record: find it, and why it is so.", "record find GB123456789"),
    Entry("quality", "How well the rules hold: scores, incidents.", "quality scores"),
    Entry("approve", "Let a held change set, a part of it, or held deletions pass.", "approve 7"),
    Entry("reject", "Refuse a held change set.", "reject 7"),
    Entry("initial-load", "Bring two full systems together: profile, ask, write.", "initial-load"),
    Entry(
        "certificate",
        "Proof that nights were complete and tie: list, show, verify.",
        "certificate list",
    ),
    Entry("undo", "Take back what a change set wrote.", "undo 7"),
    Entry("systems", "The connected systems: list, prepare, remove, accept.", "systems list"),
    Entry("rules", "Business rules: list them, rehearse one.", "rules list"),
    Entry("hub", "The hub database: migrate, plan, audit.", "hub migrate"),
    Entry("schema", "JSON Schemas of the company's files, for editors.", "schema export"),
    Entry("sandbox", "A small ERP and CRM to try: seed, tick, play, audit.", "sandbox tick"),
    Entry("bench", "How fast batches are here, in scratch databases.", "bench --customers 10000"),
)


def find(name: str) -> Entry | None:
    """The command of that name."""
    return next((entry for entry in (*LAUNCHER, *ENGINE) if entry.name == name), None)


def overview() -> str:
    """The text of `./concord --help`."""
    width = max(len(entry.name) for entry in (*LAUNCHER, *ENGINE)) + 2
    lines = ["Concord keeps a company's ERP and CRM in agreement.", ""]
    lines += ["usage: ./concord COMMAND [...]", "", "Running it:"]
    lines += [f"  {entry.name:<{width}}{entry.summary}" for entry in LAUNCHER]
    lines += ["", "Working with it:"]
    lines += [f"  {entry.name:<{width}}{entry.summary}" for entry in ENGINE]
    lines += ["", "Every command has --help with an example. Begin with: ./concord up"]
    return "\n".join(lines)
