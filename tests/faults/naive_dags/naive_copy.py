"""A DAG as many would write it: plain INSERTs, and a note of how far it came at the end."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pendulum
from airflow.sdk import DAG, task


@task(retries=5, retry_delay=timedelta(seconds=2))
def copy() -> int:
    """Copy what is new from naive.source to naive.copied, in slices of ten, one a second."""
    import psycopg

    with psycopg.connect(os.environ["CONCORD_CRM_URL"]) as conn:
        last = conn.execute("SELECT max(last) FROM naive.noted").fetchone()[0]
        rows = conn.execute("SELECT id FROM naive.source WHERE id > %s ORDER BY 1", (last,))
        ids = [row[0] for row in rows]
        conn.commit()
        for first in range(0, len(ids), 10):
            conn.execute(
                "INSERT INTO naive.copied SELECT unnest(%s::bigint[])", (ids[first : first + 10],)
            )
            conn.commit()
            time.sleep(1)
        if ids:
            conn.execute("INSERT INTO naive.noted VALUES (%s)", (ids[-1],))
        return len(ids)


with DAG(
    "naive_copy",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
    is_paused_upon_creation=False,
) as dag:
    copy()
