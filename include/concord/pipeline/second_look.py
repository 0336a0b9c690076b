"""The second look of a comparison: what was only timing, what is confirmed, and what was found.

Suspects are read again by a look of their own, together with all that capture brings up to that
moment: what changed since the cursor as it stood before the look. Then each is one of these:

- timing: it agrees with what the hub has seen by now, or the hub has a newer state of it than this
  look, or it is among what capture brought (the cursor had not passed its change yet), or was asked
  for again, or a write of ours is on its way to it;
- not comparable: its key is there twice, or it cannot be read; so are records without a key, an
  entity that is held back, and what was hashed over other columns the last time;
- confirmed: missing there, extra there, or changed. All of these are late: capture should have
  brought them and had not, as the cursor was past the change, or as the source has no capture. Not
  so where capture itself asked for a comparison, since it cannot go on from the cursor: it never
  claimed to have brought everything.

What differs still goes on its way through the batch, timing or not: the cursor moves to this look.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from psycopg import sql
from psycopg.types.json import Jsonb

from concord.errors import Transient
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.model.spec import EntityMapping
from concord.pipeline import companies, compare, stage
from concord.pipeline.compare import FirstLook
from concord.pipeline.fields import partition
from concord.pipeline.looks import Extracted, Look, add, staged
from concord.systems.protocol import Reading

NO_KEY, HELD = "no key", "held back"
STOPPED, OTHER_COLUMNS = "column stopped", "columns changed"


@dataclass
class Comparison:
    """What a full comparison of one entity of one system found: a row of ops.comparison."""

    as_of: datetime
    columns: Sequence[str] = ()
    compared: int = 0
    missing: int = 0
    extra: int = 0
    changed: int = 0
    late: int = 0
    timing: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    companies: dict[str, dict[str, int]] = field(default_factory=dict)
    rows_moved: int = 0
    seconds: float = 0.0

    @property
    def confirmed(self) -> int:
        """Records that differ."""
        return self.missing + self.extra + self.changed


def agreed(first: FirstLook, rows: int) -> Comparison:
    """What the first look says when it named nothing."""
    out = Comparison(first.at, sorted(first.shape.columns), first.compared, rows_moved=rows)
    out.companies = first.companies
    out.seconds = time.monotonic() - first.began
    if first.keyless:
        out.reasons[NO_KEY] = first.keyless
    return out


def held(conn: Connection, mapping: EntityMapping, at: datetime) -> Comparison:
    """What is said of an entity that is held back: nothing of it could be compared."""
    row = conn.execute(
        sql.SQL("SELECT count(*) FROM {} WHERE deleted_at IS NULL").format(partition(mapping))
    ).fetchone()
    assert row
    return Comparison(at, reasons={HELD: int(row[0])})


def take(
    conn: Connection,
    mapping: EntityMapping,
    look: Look,
    first: FirstLook,
    wanted: Sequence[str],
    stopped: dict[str, str],
) -> tuple[Extracted, Comparison]:
    """Stage what differs still, and say what of it is confirmed. `wanted`: records asked for.

    Raises:
        Transient: the table has other columns than it had at the first look.
        EntityStopped: it is gone, or its key.
    """
    if not first.shape.columns.items() <= look.snapshot.shape(mapping).columns.items():
        raise Transient(
            f"{mapping.system}: the columns of {mapping.table} were changed while it was compared;"
            " the next try compares it anew"
        )
    table = first.stage
    captured = _captured(mapping, look, first, wanted)
    if first.everything:
        out = staged(conn, table, look.snapshot.everything(mapping, first.shape), look.seq, "full")
        compare.name_all(conn, mapping, table, first.suspects)
        if captured.reading is not None:
            aside = stage.stage_table(first.batch, mapping.system, mapping.entity, "v")
            staged(conn, aside, captured.reading, look.seq, "full")
            _mark_captured(conn, first, aside)
    else:
        out = _suspects(conn, mapping, look, first, captured.reading, wanted)
    out.set_back, out.stopped = look.set_back(mapping), stopped
    found = _judged(conn, mapping, first, out)
    if captured.vouched and not out.set_back:
        found.late = found.confirmed
    out.compared = found.compared
    if first.everything:
        out.rows += compare.add_missing(conn, table, mapping)
    found.seconds = time.monotonic() - first.began
    return out, found


@dataclass(frozen=True)
class _Captured:
    """What capture brings up to the second look, from the cursor or, failing that, the first look.

    `vouched`: before that it has brought all there was, or there is no capture that could have.
    """

    reading: Reading | None
    vouched: bool


def _captured(
    mapping: EntityMapping, look: Look, first: FirstLook, wanted: Sequence[str]
) -> _Captured:
    cursor = look.cursors.get(mapping.entity)
    reading = look.snapshot.changes(mapping, cursor, wanted, first.shape)
    if reading is not None:
        return _Captured(reading, vouched=True)
    reading = look.snapshot.changes(mapping, first.position, wanted, first.shape)
    return _Captured(reading, vouched=bool(cursor) and reading is None)


def _suspects(
    conn: Connection,
    mapping: EntityMapping,
    look: Look,
    first: FirstLook,
    captured: Reading | None,
    wanted: Sequence[str],
) -> Extracted:
    """Stage what capture brings, and the suspects that it does not bring."""
    table = first.stage
    if captured is None:
        ids = [*_ids(conn, first), *wanted]
        out = staged(
            conn, table, look.snapshot.records(mapping, ids, first.shape), look.seq, "full"
        )
        # A later position would pass what cannot be told between the two looks.
        out.position = first.position
        return out
    out = staged(conn, table, captured, look.seq, "full")
    _mark_captured(conn, first, table)
    ids = _ids(conn, first)
    if ids:
        add(conn, table, look.snapshot.records(mapping, ids, first.shape), out)
    return out


def _mark_captured(conn: Connection, first: FirstLook, table: sql.Identifier) -> None:
    conn.execute(statement("pipeline", "mark_captured", suspects=first.suspects, stage=table))


def _ids(conn: Connection, first: FirstLook) -> list[str]:
    """The keys of suspects that are not in stage yet, as the system has them."""
    query = sql.SQL("SELECT source_id FROM {} WHERE NOT captured ORDER BY source_id")
    names: list[str] = [name for (name,) in conn.execute(query.format(first.suspects))]
    return [first.aliases.get(name, name) for name in names]


def _judged(
    conn: Connection, mapping: EntityMapping, first: FirstLook, out: Extracted
) -> Comparison:
    """Count what the suspects turned out to be."""
    found = agreed(first, out.rows)
    values = {
        "system": mapping.system,
        "entity": mapping.entity,
        "seq": out.seq,
        "batch": first.batch,
        "refused": [stage.storable(row.source_id) for row, _, _ in out.refused],
    }
    judge = statement(
        "pipeline",
        "judge_suspects",
        suspects=first.suspects,
        stage=first.stage,
        image=partition(mapping),
        seen=compare.seen(mapping, first.suspects),
        **companies.parts(first.by_company),
    )
    judged = [
        (kind, int(n), int(copies), by_hub, by_system)
        for kind, n, copies, by_hub, by_system in conn.execute(judge, values)
    ]
    kinds = _together(judged)
    found.missing, found.extra, found.changed, found.timing = (
        kinds.get(kind, (0, 0))[0] for kind in ("missing", "extra", "changed", "timing")
    )
    if first.everything:
        found.compared = out.rows + compare.count_suspects(conn, first.suspects)[1]
    others: dict[str, int] = {
        kind: kinds[kind][1] for kind in ("duplicate key", "unreadable") if kind in kinds
    }
    why = _other_hashes(conn, mapping, found.columns, out)
    if why is not None and found.changed:
        others[why], found.changed = found.changed, 0
    if first.by_company is not None:
        confirmed = ("missing", "extra") if why is not None else ("missing", "extra", "changed")
        companies.share_out(first.by_company, found.companies, judged, confirmed)
    found.compared -= sum(others.values())
    found.reasons |= others
    return found


def _together(judged: Sequence[companies.Judged]) -> dict[str, tuple[int, int]]:
    """Suspects and copies by kind, of all companies."""
    kinds: dict[str, tuple[int, int]] = {}
    for kind, n, copies, *_ in judged:
        before = kinds.get(kind, (0, 0))
        kinds[kind] = before[0] + n, before[1] + copies
    return kinds


def _other_hashes(
    conn: Connection, mapping: EntityMapping, columns: Sequence[str], out: Extracted
) -> str | None:
    """Why the hub's hashes may be of other columns than those compared now, or None."""
    if out.stopped:
        return STOPPED
    row = conn.execute(
        "SELECT columns FROM ops.comparison WHERE system = %s AND entity = %s AND columns <> '{}'"
        " ORDER BY batch_id DESC LIMIT 1",
        (mapping.system, mapping.entity),
    ).fetchone()
    return OTHER_COLUMNS if row is not None and row[0] != list(columns) else None


def book(conn: Connection, batch_id: int, mapping: EntityMapping, found: Comparison) -> None:
    """Store what a comparison found."""
    conn.execute(
        statement("pipeline", "book_comparison"),
        {
            **asdict(found),
            "batch": batch_id,
            "system": mapping.system,
            "entity": mapping.entity,
            "columns": list(found.columns),
            "confirmed": found.confirmed,
            "differing": found.confirmed + found.timing,
            "incomparable": sum(found.reasons.values()),
            "reasons": Jsonb(found.reasons),
            "companies": Jsonb(found.companies),
        },
    )
