"""Render: one self-contained page a batch, and `latest.html`.

No script, no outside resource: the page's policy forbids both, and lets one style sheet in by its
hash. Every text from the hub is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from concord.hub.database import Connection
from concord.report import charts, shell, words
from concord.report.data import READ_PARTS, WRITE_PARTS, Judged, Report, collect

ALWAYS = ("unchanged", "accepted", "quarantined", "confirmed")  # shown even when all are zero


def batch_report(conn: Connection, batch_id: int, out_dir: Path) -> Path:
    """Write `batch-<id>.html` and `latest.html` into `out_dir`; returns the first one's path.

    Each file is complete or not there. `latest.html` never goes back to an older batch.

    Raises:
        ConcordError: there is no such batch.
        OSError: the directory cannot be written.
    """
    page = render(collect(conn, batch_id))
    out_dir.mkdir(parents=True, exist_ok=True)
    path = out_dir / f"batch-{batch_id}.html"
    shell.write(path, page)
    numbers = (p.stem.removeprefix("batch-") for p in out_dir.glob("batch-*.html"))
    if batch_id == max(int(n) for n in numbers if n.isdecimal()):
        shell.write(out_dir / "latest.html", page)
    return path


def render(report: Report) -> str:
    """The page as HTML."""
    return shell.render(
        "report.html.j2",
        r=report,
        desk=False,
        currency="",
        verdict=verdict(report),
        arrears=arrears,
        rule=lambda judged: words.rule(judged.meaning, judged.rule),
        **parts(report),
    )


def parts(report: Report) -> dict[str, Any]:
    """What `report_main.html.j2` needs beside the report, its words and `rule`."""
    return {
        "read_columns": _columns(report, READ_PARTS),
        "write_columns": _columns(report, WRITE_PARTS),
        "charts": charts.trend(report),
        "timing": charts.timing(report),
        "by_table": by_table,
    }


def verdict(report: Report) -> tuple[str, str]:
    """The headline's key in the catalogue, and its tone: good, wait, bad or open."""
    lost = report.part("rejected") + report.part("superseded") + report.part("waiting")
    lost += report.part("unknown") + report.unfinished
    waits = report.open_quarantine + report.open_parked + len(report.stopped) + len(report.reviews)
    if report.state == "failed":
        return "head.failed", "bad"
    if report.state == "open":
        return "head.open", "open"
    if report.dry_run:
        return "head.dry", "open"
    if report.held:
        return "head.held", "wait"
    if report.held_sets or lost:
        return "head.apart", "wait"
    if waits:
        return "head.except", "wait"
    return ("head.agree" if report.read or report.planned else "head.quiet"), "good"


def arrears(report: Report) -> int:
    """Planned writes that have not arrived: of this batch, of earlier ones, and held."""
    of_batch = report.part("rejected") + report.part("superseded")
    return of_batch + report.unfinished + sum(c.writes for c in report.held_sets)


def by_table(rules: Sequence[Judged]) -> list[tuple[tuple[str, str], list[Judged]]]:
    """Rules by (system, entity), tables and rules in the order they come in."""
    tables: dict[tuple[str, str], list[Judged]] = {}
    for one in rules:
        tables.setdefault((one.system, one.entity), []).append(one)
    return list(tables.items())


def _columns(report: Report, parts: tuple[str, ...]) -> list[str]:
    """The parts of the books that are worth a column."""
    return [name for name in parts if name in ALWAYS or report.part(name)]
