"""Key figures, each a statement over the golden model and the books, with its definition beside it.

What a figure means in words is in the catalogue of whoever shows it, under the figure's own name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import Config

DAYS = (7, 30, 90)


@dataclass(frozen=True)
class Row:
    """One line of a figure: what it is of, how many it rests on, and its values."""

    of: tuple[str, ...]
    n: int
    values: Sequence[float | None]


@dataclass(frozen=True)
class Kpi:
    """One figure. `value` is the headline, a share (0 to 1), days, seconds or a count by `unit`."""

    name: str
    unit: str
    value: float | None
    n: int
    rows: Sequence[Row]


def kpis(conn: Connection, config: Config, days: int) -> list[Kpi]:
    """All figures over the last `days`. One whose entities are not in the model is left out."""
    found = [first_time_right(conn, config, days), touchless(conn, days), latency(conn, days)]
    if {"sales_order", "shipment", "invoice", "payment"} <= set(config.entity):
        found.insert(0, order_steps(conn, days))
    found.append(duplicates(conn, days))
    if "ticket" in config.entity:
        found.append(satisfaction(conn, days))
    return found


def order_steps(conn: Connection, days: int) -> Kpi:
    """Days that orders need from step to step; the headline is from the order to the shipment."""
    rows = [
        Row((step,), n, (_float(half), _float(most)))
        for step, n, half, most in _rows(conn, "kpi_order_steps", days=days)
    ]
    first = rows[0] if rows else None
    return Kpi(
        "order_steps", "days", first.values[0] if first else None, first.n if first else 0, rows
    )


def first_time_right(conn: Connection, config: Config, days: int) -> Kpi:
    """The share of records that were taken without a stop in quarantine."""
    systems = [system.name for system in config.systems]
    found = _rows(conn, "kpi_first_time_right", days=days, systems=systems)
    rows = [
        Row((entity,), good + bad, (_share(good, good + bad), float(bad)))
        for entity, good, bad in found
    ]
    good, all_ = sum(r[1] for r in found), sum(r[1] + r[2] for r in found)
    return Kpi("first_time_right", "share", _share(good, all_), all_, [r for r in rows if r.n])


def touchless(conn: Connection, days: int) -> Kpi:
    """The share of planned writes that no person had to decide."""
    found = _rows(conn, "kpi_touchless", days=days)
    rows = [Row((system,), n, (_share(alone, n),)) for system, n, alone in found if n]
    whole = sum(n for _, n, _ in found)
    return Kpi("touchless", "share", _share(sum(a for _, _, a in found), whole), whole, rows)


def latency(conn: Connection, days: int) -> Kpi:
    """Seconds from the start of the batch that read a change to the other system's answer."""
    rows = [
        Row((lane, system), n, (_float(half), _float(most)))
        for lane, system, n, half, most in _rows(conn, "kpi_latency", days=days)
    ]
    worst = max(
        (r for r in rows if r.of[0] == "fast"), key=lambda r: r.values[0] or 0, default=None
    )
    return Kpi(
        "latency", "seconds", worst.values[0] if worst else None, sum(r.n for r in rows), rows
    )


def duplicates(conn: Connection, days: int) -> Kpi:
    """Doubles that were found, and those that are settled."""
    found = _rows(conn, "kpi_duplicates", days=days)
    rows = [Row((kind,), n, (float(settled),)) for kind, n, settled in found]
    return Kpi("duplicates", "count", float(sum(r.n for r in rows)), sum(r.n for r in rows), rows)


def satisfaction(conn: Connection, days: int) -> Kpi:
    """The mean answer of customers whose tickets were closed, 1 (bad) to 5 (good)."""
    ((closed, answered, mean, happy, hours),) = _rows(conn, "kpi_satisfaction", days=days)
    rows = (
        [Row(("answered",), answered, (_share(happy, answered), _float(hours)))] if closed else []
    )
    return Kpi("satisfaction", "mark", _float(mean), answered, rows)


def _share(part: int | Decimal, whole: int | Decimal) -> float | None:
    return float(part) / float(whole) if whole else None


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _rows(conn: Connection, name: str, **values: Any) -> list[Any]:
    return conn.execute(statement("insight", name), values).fetchall()
