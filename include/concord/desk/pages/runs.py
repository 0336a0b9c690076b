"""Runs: batch by batch what came, what it became, where it went; to Airflow's logs and back."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup

from concord.desk import shell
from concord.desk.texts import TEXTS
from concord.desk.web import Answer, Ask, NotThere, see
from concord.errors import ConcordError
from concord.insight import runs as found
from concord.report import render, words
from concord.report.data import collect

STATES = ("open", "done", "failed")


def runs(ask: Ask) -> Answer:
    """The list, newest first."""
    lane = ask.text("lane") or None
    state = ask.text("state")
    rows = found.runs(
        ask.conn,
        before=ask.number("before"),
        lane=lane,
        state=state if state in STATES else None,
        limit=found.PAGE + 1,
    )
    shown = rows[: found.PAGE]
    return shell.page(
        ask,
        "runs.html.j2",
        runs=shown,
        more=shown[-1].batch if len(rows) > found.PAGE else None,
        lanes=ask.config.lanes,
        lane=lane,
        state=state,
    )


def run(ask: Ask) -> Answer:
    """One batch with its books."""
    number = int(ask.params["batch"])
    try:
        report = collect(ask.conn, number)
    except ConcordError as error:
        raise NotThere(str(error)) from None
    key, tone = render.verdict(report)
    body = shell.render(
        ask,
        "report_main.html.j2",
        r=report,
        desk=True,
        currency=ask.config.company.currency,
        both=lambda key: TEXTS[key][ask.language],
        rule=lambda judged: words.shown(judged.meaning.get(ask.language) or judged.rule, 300),
        **render.parts(report),
    )
    (one,) = found.runs(ask.conn, before=number + 1, limit=1)
    older, newer = ask.conn.execute(
        "SELECT (SELECT max(batch_id) FROM ops.batch WHERE batch_id < %(n)s),"
        " (SELECT min(batch_id) FROM ops.batch WHERE batch_id > %(n)s)",
        {"n": number},
    ).fetchone() or (None, None)
    return shell.page(
        ask,
        "run.html.j2",
        r=report,
        key=key,
        tone=tone,
        arrears=render.arrears(report),
        body=Markup(body),
        older=older,
        newer=newer,
        airflow=one.airflow if one.airflow and _is_dag(ask, one.airflow[0]) else None,
        airflow_url=_airflow(ask, *one.airflow) if one.airflow else "",
    )


def of_run(ask: Ask) -> Answer:
    """From a run in Airflow to its batch."""
    dag, run_id = ask.text("dag_id", 250), ask.text("run_id", 250)
    batch = found.of_run(ask.conn, f"{dag}/{run_id}")
    if batch is not None:
        return see(ask, f"/runs/{batch}")
    return _message(ask, "runs.of_none")


def of_dag(ask: Ask) -> Answer:
    """From a DAG in Airflow to the batches of its lane."""
    dag = ask.text("dag_id", 250)
    lane = next((lane.name for lane in ask.config.lanes if lane.dag == dag), None)
    if lane is not None:
        return see(ask, f"/runs?lane={quote(lane)}")
    return (
        see(ask, "/reviews?kind=change_set")
        if _is_dag(ask, dag)
        else _message(ask, "runs.dag_none")
    )


def _message(ask: Ask, key: str) -> Answer:
    title = shell.say(ask.language, key)
    link = shell.say(ask.language, "error.back")
    return shell.page(ask, "message.html.j2", title=title, path="/", link=link)


def _is_dag(ask: Ask, dag: str) -> bool:
    ours = {lane.dag for lane in ask.config.lanes}
    return dag in ours or dag in ("approve_change_set", "initial_load", "ask_about_held")


def _airflow(ask: Ask, dag: str, run_id: str) -> str:
    """The page of a run in Airflow's interface, which our app is mounted in."""
    base = ask.root.rpartition("/")[0]
    return f"{base}/dags/{quote(dag, safe='')}/runs/{quote(run_id, safe='')}"
