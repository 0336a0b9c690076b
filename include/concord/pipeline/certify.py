"""Certify: what a full run proved, issued as certificates and anchored outside the hub.

It comes after `finish`, when the batch is closed and its books are known to balance, so it is no
row of `ops.batch_step`: a batch has one certificate of each kind, and whoever is second finds it.
"""

from __future__ import annotations

from typing import Any

from psycopg.types.json import Jsonb

from concord.certify import anchor, completeness, store, tie
from concord.errors import TooEarly
from concord.hub.database import Connection
from concord.hub.sql import statement
from concord.pipeline.batch import STEP_WAIT, Batch, Counts, read_batch
from concord.pipeline.engine import Engine
from concord.pipeline.finish import home, reports_directory


def certify(engine: Engine, batch_id: int) -> Counts:
    """Issue the certificates of a closed batch of full scope, keep their head, write their pages.

    Can be called again at any time with the same effect. A batch of delta scope, a failed one and a
    dry run have no certificates. Returns counts: `certificates`, and of differences between the
    sides' totals `explained` and `unexplained`.

    Raises:
        TooEarly: the batch is still open.
        SystemUnavailable: a system could not be asked; nothing was issued.
        AnchorFailed, MailRefused, MailUnavailable: the certificates are issued and not anchored.
    """
    with engine.hub.connect() as conn:
        batch = read_batch(conn, batch_id)
        if batch.state == "open":
            raise TooEarly(f"certify of batch {batch_id} was called before its finish is done")
        if batch.scope != "full" or batch.dry_run or batch.state != "done":
            return {}
        _one_at_a_time(conn, batch_id)
        if not store.of_batch(conn, batch_id):
            _issue(conn, engine, batch)
    with engine.hub.connect() as conn:
        issued = store.of_batch(conn, batch_id)
        anchor.keep(conn, engine.config.company.certificates, home())
    pages(engine, issued)
    return _counts(issued)


def pages(engine: Engine, issued: list[store.Certificate]) -> None:
    """Write the certificates' pages beside the batch's report."""
    from concord.report.certificate import certificate_page

    for one in issued:
        certificate_page(one, reports_directory())


def _one_at_a_time(conn: Connection, batch_id: int) -> None:
    """Wait for another attempt at the same batch, within this transaction."""
    conn.execute("SELECT set_config('lock_timeout', %s, true)", (f"{STEP_WAIT}s",))
    conn.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"certify:{batch_id}",))


def _issue(conn: Connection, engine: Engine, batch: Batch) -> None:
    about = _about(engine, batch)
    complete = completeness.body(conn, engine, batch)
    totals = tie.body(engine, batch) if tie.controls_of(engine, batch) else None
    store.issue(
        conn, batch.id, "completeness", completeness.verdict(complete), {**about, **complete}
    )
    if totals is not None:
        store.issue(conn, batch.id, "tie", tie.verdict(totals), {**about, **totals})
        _raise_unexplained(conn, batch, totals)


def _about(engine: Engine, batch: Batch) -> dict[str, Any]:
    config = engine.config
    return {
        "company": config.company.name,
        "timezone": config.company.timezone,
        "configuration": config.version,
        "lane": batch.lane,
        "run": batch.run_id,
        "order": list(batch.systems),
        "systems": {name: config.system[name].label or name for name in batch.systems},
    }


def _raise_unexplained(conn: Connection, batch: Batch, body: dict[str, Any]) -> None:
    """A question to a person for each total without explanation; those that are answered close."""
    found = tie.unexplained(body)
    for one in found:
        conn.execute(
            statement("certify", "ask_tie"),
            {
                "system": one.system,
                "entity": one.entity,
                "control": one.control,
                "detail": Jsonb({"groups": one.groups, "records": one.records}),
                "batch": batch.id,
            },
        )
    conn.execute(
        statement("certify", "close_tie"),
        {
            "systems": list(batch.systems),
            "controls": [control["name"] for control in body["controls"]],
            "open": [f"{one.system}/{one.control}" for one in found],
        },
    )


def _counts(issued: list[store.Certificate]) -> Counts:
    counts = {"certificates": len(issued)}
    for one in issued:
        if one.kind == "tie":
            content = one.content
            counts["explained"] = int(content["explained"])
            counts["unexplained"] = int(content["unexplained"])
    return counts
