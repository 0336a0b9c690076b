"""`run`, `status`, `report`."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from concord.cli.common import command, table
from concord.errors import ConcordError


def register(commands: Any) -> None:
    """Add this group's commands."""
    made = command(
        commands, "run", run, "Run one batch of a lane here, without Airflow.",
        "./concord run fast",
    )  # fmt: skip
    made.add_argument("lane", help="a lane of lanes.yaml, e.g. fast or nightly")
    made.add_argument("--dry-run", action="store_true", help="plan and show, write nothing")
    made.add_argument("--system", action="append", help="only this system (may be repeated)")
    made.add_argument("--entity", action="append", help="only this entity (may be repeated)")
    made = command(
        commands, "status", status, "What the last batches did and what waits for a person.",
        "./concord status",
    )  # fmt: skip
    made.add_argument("--brief", action="store_true", help="three lines")
    made.add_argument(
        "--wait", type=float, metavar="SECONDS", help="until both sides agree; error if they do not"
    )
    made = command(
        commands, "report", report, "Write a batch's quality report again and print its path.",
        "./concord report 12",
    )  # fmt: skip
    made.add_argument("batch", type=int, nargs="?", help="its number (default: the newest)")
    made.add_argument(
        "--change-set", type=int, metavar="NUMBER", help="the page of a change set instead"
    )


def run(options: argparse.Namespace) -> None:
    """Run one batch and print its books."""
    from concord.pipeline import Engine, run_batch
    from concord.report.words import counted

    engine = Engine.open()
    require_current(engine)
    started = datetime.now(UTC)
    batch_id, counts = run_batch(
        engine,
        lane=options.lane,
        run_id=f"cli/{options.lane}/{started.isoformat(timespec='microseconds')}",
        dry_run=options.dry_run,
        systems=options.system,
        entities=options.entity,
    )
    seconds = (datetime.now(UTC) - started).total_seconds()
    print(f"Batch {batch_id} ({options.lane}) done in {seconds:.1f} s.")
    names = ("read", "unchanged", "accepted", "quarantined", "parked", "conflicts")
    print("  " + ", ".join(f"{n} {counts.get(n, 0)}" for n in names))
    names = ("planned", "confirmed", "rejected", "superseded", "waiting", "unknown")
    print("  " + ", ".join(f"{n} {counts.get(n, 0)}" for n in names))
    if counts.get("certificates"):
        differences = counts.get("explained", 0), counts.get("unexplained", 0)
        print(
            f"  {counted(counts['certificates'], 'certificate')}; totals differ"
            f" {counted(differences[0], 'time')} with a reason,"
            f" {counted(differences[1], 'time')} without"
        )
    if counts.get("confirmed_earlier"):
        print(f"  confirmed {counts['confirmed_earlier']} more that earlier batches had planned")
    print(_steps(engine, batch_id))
    _print_open(engine)


def require_current(engine: Any) -> None:
    """Raise ConcordError when the hub lacks a migration."""
    from concord.hub.migrate import pending

    with engine.hub.connect() as conn:
        behind = pending(conn, engine.config)
    if behind:
        raise ConcordError("the hub is behind: " + "; ".join(behind))


def _steps(engine: Any, batch_id: int) -> str:
    with engine.hub.connect() as conn:
        rows = conn.execute(
            "SELECT step, system, round(extract(epoch FROM ended_at - started_at)::numeric, 2)"
            " FROM ops.batch_step WHERE batch_id = %s ORDER BY started_at",
            (batch_id,),
        ).fetchall()
    return "  " + ", ".join(f"{step} {system} {s} s".replace("  ", " ") for step, system, s in rows)


def status(options: argparse.Namespace) -> None:
    """Print the last batches and what is open."""
    from concord.hub.database import Hub

    hub = Hub.from_environment()
    if options.wait is not None:
        from concord.cli.settled import wait
        from concord.model.read import load_config

        print(wait(hub, load_config(), options.wait))
    with hub.connect() as conn:
        rows = conn.execute(
            "SELECT b.batch_id, b.lane, b.state, to_char(b.started_at, 'YYYY-MM-DD HH24:MI:SS'),"
            " round(extract(epoch FROM b.ended_at - b.started_at)::numeric, 1),"
            " coalesce(c.n ->> 'read', '0'), coalesce(c.n ->> 'planned', '0'),"
            " coalesce(c.n ->> 'confirmed', '0'), left(coalesce(b.error, ''), 120)"
            " FROM ops.batch b LEFT JOIN LATERAL (SELECT jsonb_object_agg(name, n) AS n FROM"
            " (SELECT name, sum(n) AS n FROM ops.batch_count k WHERE k.batch_id = b.batch_id"
            " GROUP BY name) AS x) AS c ON true ORDER BY b.batch_id DESC LIMIT %s",
            (3 if options.brief else 10,),
        ).fetchall()
        compared, open_work = _compared(conn), _open_work(conn)
    headers = ("batch", "lane", "state", "started (UTC)", "s", "read", "planned", "confirmed", "")
    print(table(headers, rows) if rows else "No batch yet.")
    for line in [*compared, *open_work]:
        print(line)


def _compared(conn: Any) -> list[str]:
    """What the newest full comparison found, in one line; none before the first."""
    rows = conn.execute(
        "SELECT c.batch_id, to_char(min(c.as_of) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),"
        " sum(c.compared), sum(c.confirmed), sum(c.late), sum(c.incomparable)"
        " FROM ops.comparison AS c WHERE c.batch_id = (SELECT max(b.batch_id) FROM ops.batch AS b"
        " JOIN ops.comparison AS n USING (batch_id) WHERE b.scope = 'full') GROUP BY c.batch_id"
    ).fetchall()
    return [
        f"compared in full by batch {batch} as of {at} UTC: {compared} records, {confirmed}"
        f" differed ({late} that capture had missed), {incomparable} could not be compared"
        for batch, at, compared, confirmed, late, incomparable in rows
    ]


def _print_open(engine: Any) -> None:
    with engine.hub.connect() as conn:
        for line in _open_work(conn):
            print("  " + line)


def _open_work(conn: Any) -> list[str]:
    """What waits for a person, one line a kind, with the command that helps."""
    lines = []
    counts = conn.execute(
        "SELECT (SELECT count(*) FROM ops.quarantine WHERE state IN ('open', 'replay')),"
        " (SELECT count(*) FROM ops.parked),"
        " (SELECT count(*) FROM ops.intent WHERE state IN ('sent', 'unknown')),"
        " (SELECT count(*) FROM ops.review WHERE state = 'open'"
        " AND kind IN ('match', 'double', 'conflict'))"
    ).fetchone()
    quarantined, parked, unknown, reviews = counts
    if quarantined:
        lines.append(f"{quarantined} in quarantine: ./concord quarantine list")
    if parked:
        lines.append(f"{parked} parked: they wait for a record they refer to")
    if unknown:
        lines.append(f"{unknown} writes unknown: looked up before anything is sent again")
    if reviews:
        lines.append(f"{reviews} reviews open: ./concord review list")
    for number, system, entity, why in conn.execute(
        "SELECT change_set_id, system, entity, reason FROM ops.change_set WHERE state = 'held'"
        " ORDER BY change_set_id"
    ).fetchall():
        lines.append(
            f"held change set {number}, {system}.{entity}: {why}: ./concord approve {number}"
        )
    for system, entity, detail, refused_by in conn.execute(
        "SELECT system, entity, detail, CASE WHEN state = 'rejected' THEN closed_by END"
        " FROM ops.review WHERE state IN ('open', 'rejected')"
        " AND kind = 'mass_deletion' ORDER BY review_id"
    ).fetchall():
        refused = f", refused by {refused_by}; to take them after all" if refused_by else ""
        lines.append(
            f"{detail['deletions']} deletions in {system}.{entity} held{refused}:"
            f" ./concord approve --deletions {system}.{entity}"
        )
    for system, entity, detail in conn.execute(
        "SELECT system, entity, detail FROM ops.review WHERE state = 'open'"
        " AND kind = 'set_back' ORDER BY review_id"
    ).fetchall():
        lines.append(
            f"{system}.{entity} was set back to an earlier state: {detail['records']} records hold"
            f" old values, {detail['doubtful']} unknown ones are in quarantine; approve the held"
            f" change set to give it its newer values again, or: ./concord systems accept {system}"
        )
    for system, entity, subject, detail in conn.execute(
        "SELECT system, entity, subject, detail FROM ops.review WHERE state = 'open'"
        " AND kind = 'schema' ORDER BY review_id"
    ).fetchall():
        lines.append(f"{system}.{entity} {subject} stopped: {detail['why']}")
    return lines + _unexplained(conn)


def _unexplained(conn: Any) -> list[str]:
    """Control totals that differ for no known reason, one line each."""
    lines = []
    for system, subject, detail in conn.execute(
        "SELECT system, subject, detail FROM ops.review WHERE state = 'open' AND kind = 'tie'"
        " ORDER BY review_id"
    ).fetchall():
        records = ", ".join(map(str, detail["records"][:5])) or "no record found"
        lines.append(
            f"totals of {subject} in {system} differ without a reason ({records}):"
            " ./concord certificate list"
        )
    return lines


def report(options: argparse.Namespace) -> None:
    """Render one batch's report again."""
    from concord.hub.database import Hub
    from concord.model.read import load_config
    from concord.pipeline.finish import reports_directory
    from concord.report.changes import change_set_page
    from concord.report.render import batch_report

    with Hub.from_environment().connect() as conn:
        if options.change_set is not None:
            print(change_set_page(conn, load_config(), options.change_set, reports_directory()))
            return
        row = conn.execute(
            "SELECT max(batch_id) FROM ops.batch WHERE %(b)s::bigint IS NULL OR batch_id = %(b)s",
            {"b": options.batch},
        ).fetchone()
        if row is None or row[0] is None:
            raise ConcordError("there is no such batch")
        print(batch_report(conn, row[0], reports_directory()))
