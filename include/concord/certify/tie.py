"""Tie: control totals of every side, and the reason for every difference.

A side is a system or the golden model. A system's figures are its own, asked of it in one snapshot,
or else those of the hub's images. A difference, side less golden, comes apart into reasons that add
up to it; what has none is unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from psycopg import IsolationLevel

from concord.certify.figures import (
    BETWEEN,
    NOTHING,
    Figures,
    Found,
    Groups,
    Reasons,
    Side,
    differing,
    of_hub,
)
from concord.certify.hub_reasons import reasons as hub_reasons
from concord.certify.own import Question
from concord.certify.own_reasons import CannotSay
from concord.hub.database import Connection
from concord.model.spec import Control
from concord.pipeline.batch import Batch
from concord.pipeline.engine import Engine
from concord.systems.protocol import Snapshot

TYPES = (
    "timing", "rounding", "exchange_rate", "policy", "quarantine", "parked", "held",
)  # fmt: skip
"""Types of reasons; '' stands for none."""


@dataclass
class Told:
    """What one system says of one control total."""

    groups: Groups
    why: str = ""  # why these are the hub's images and not the system's own figures
    reasons: Reasons = field(default_factory=dict)


@dataclass(frozen=True)
class Unexplained:
    """A control total of a system that differs from the golden model for no known reason."""

    control: str
    system: str
    entity: str
    groups: int
    records: list[str]  # names or keys of the first


def controls_of(engine: Engine, batch: Batch) -> list[Control]:
    """The control totals all of whose entities are in the batch."""
    return [
        control
        for control in engine.config.controls
        if {control.entity, *control.held_as.values()} <= set(batch.entities)
    ]


def body(engine: Engine, batch: Batch) -> dict[str, Any]:
    """Everything that a tie certificate says, as JSON.

    Raises:
        SystemUnavailable: a system could not be reached; there is no certificate without it.
    """
    controls = controls_of(engine, batch)
    with ExitStack() as stack:
        conn = stack.enter_context(engine.hub.connect())
        conn.isolation_level = IsolationLevel.REPEATABLE_READ
        conn.read_only = True
        moments = {"hub": _moment(conn)}
        scratch = stack.enter_context(engine.hub.connect())
        snapshots = {}
        for system in batch.systems:
            snapshots[system] = stack.enter_context(engine.system(system).snapshot())
            moments[system] = datetime.now(UTC)
        told = [_control(engine, batch, conn, scratch, one, snapshots) for one in controls]
        scratch.rollback()
    differences = [d for one in told for group in one["groups"] for d in group["differences"]]
    return {
        "as_of": {name: at.isoformat(timespec="milliseconds") for name, at in moments.items()},
        "home": engine.config.company.currency,
        "controls": told,
        "explained": sum(not d["unexplained"] for d in differences),
        "unexplained": sum(bool(d["unexplained"]) for d in differences),
    }


def verdict(body: Mapping[str, Any]) -> str:
    """good: all totals agree; explained: each difference has its reason; bad: one has not."""
    if body["unexplained"]:
        return "bad"
    return "explained" if body["explained"] else "good"


def unexplained(body: Mapping[str, Any]) -> list[Unexplained]:
    """The control totals that a person has to look at, one a system and total."""
    out = []
    for control in body["controls"]:
        for system in control["sides"]:
            found = [
                d
                for group in control["groups"]
                for d in group["differences"]
                if d["side"] == system and d["unexplained"]
            ]
            if found:
                named = [
                    record["name"] or record["id"] or record["golden_id"]
                    for d in found
                    for reason in d["reasons"]
                    if reason["type"] == ""
                    for record in reason["records"]
                ]
                out.append(
                    Unexplained(
                        control["name"], system, control["entity"], len(found),
                        list(dict.fromkeys(named))[:20],
                    )
                )  # fmt: skip
    return out


def _moment(conn: Connection) -> datetime:
    row = conn.execute("SELECT clock_timestamp()").fetchone()
    assert row
    return row[0]  # type: ignore[no-any-return]


def _control(
    engine: Engine,
    batch: Batch,
    conn: Connection,
    scratch: Connection,
    control: Control,
    snapshots: Mapping[str, Snapshot],
) -> dict[str, Any]:
    golden = Side(control, engine.config.entity[control.entity], None, _pair_by(engine, control))
    sums = of_hub(conn, golden, engine.config.entity)
    sides: dict[str, Told] = {}
    for system, snapshot in snapshots.items():
        side = _side(engine, control, system)
        if side is not None:
            question = Question(conn, scratch, engine.config, side, snapshot, batch.id)
            sides[system] = _system(engine, batch, question, golden, sums)
    return {
        "name": control.name,
        "label": control.label,
        "entity": control.entity,
        "codes": [_labels(engine, control, path) for path in control.by],
        "by": [*control.by, *(["month"] if control.month else [])],
        "home": control.rate is not None,
        "sides": {name: {"own": not told.why, "why": told.why} for name, told in sides.items()},
        "groups": _groups(sums, sides),
    }


def _labels(engine: Engine, control: Control, path: str) -> dict[str, str]:
    """What people call the codes of one part of the groups' keys."""
    reference, _, name = path.rpartition(".")
    entity = engine.config.entity[control.entity]
    if reference:
        entity = engine.config.entity[entity.field[reference].to or ""]
    codes = engine.config.code_list.get(entity.field[name].codes or "")
    return {code.code: code.label for code in codes.codes if code.label} if codes else {}


def _side(engine: Engine, control: Control, system: str) -> Side | None:
    """The control total in a system; None where the system does not hold all that it needs."""
    entity = engine.config.entity[control.held_as.get(system, control.entity)]
    mapping = entity.by_system.get(system)
    side = Side(control, entity, mapping, _pair_by(engine, control))
    if mapping is None or not set(side.fields) <= mapping.by_field.keys():
        return None
    return side


def _pair_by(engine: Engine, control: Control) -> tuple[str, ...]:
    return engine.config.entity[control.entity].keys[0] if control.held_as else ()


def _system(engine: Engine, batch: Batch, question: Question, golden: Side, sums: Groups) -> Told:
    """A system's figures, and why they differ from the golden ones."""
    held = of_hub(question.conn, question.side, engine.config.entity)
    try:
        asked = question.answer(held)
        told = Told(asked.groups, "", asked.reasons)
    except CannotSay as e:
        told = Told(held, str(e))
    apart = differing(held, sums)
    if apart:
        found = hub_reasons(
            question.conn,
            engine.config.entity,
            golden,
            question.side,
            batch.id,
            question.native,
            apart,
        )
        for place, one in found.items():
            told.reasons.setdefault(place, Found()).add(one.figures, one.records, one.named)
    return told


def _groups(sums: Groups, sides: Mapping[str, Told]) -> list[dict[str, Any]]:
    keys = sorted({*sums, *(key for told in sides.values() for key in told.groups)})
    return [
        {
            "key": key.split(BETWEEN),
            "golden": sums.get(key, NOTHING).as_json(),
            **{name: told.groups.get(key, NOTHING).as_json() for name, told in sides.items()},
            "differences": [
                _difference(name, figures, told.reasons, key)
                for name, told in sides.items()
                if (figures := told.groups.get(key, NOTHING) - sums.get(key, NOTHING))
            ],
        }
        for key in keys
    ]


def _difference(side: str, figures: Figures, reasons: Reasons, key: str) -> dict[str, Any]:
    """One difference with its reasons; what these do not add up to is unexplained."""
    found = {kind: one for (at, kind), one in reasons.items() if at == key}
    rest = figures
    for one in found.values():
        rest = rest - one.figures
    if rest:
        found.setdefault("", Found()).add(rest, 0, [])
    return {
        "side": side,
        "figures": figures.as_json(),
        "reasons": [
            {
                "type": kind,
                "figures": found[kind].figures.as_json(),
                "count": found[kind].records,
                "records": found[kind].named,
            }
            for kind in ("", *TYPES)
            if kind in found
        ],
        "unexplained": "" in found,
    }
