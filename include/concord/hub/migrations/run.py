"""Runs the SQL file that lies beside a revision."""

from pathlib import Path

import psycopg
from alembic import op


def run_beside(revision_file: str) -> None:
    """Run `NNNN_name.sql` past SQLAlchemy, which would read % and :name in it as parameters."""
    text = Path(revision_file).with_suffix(".sql").read_text(encoding="utf-8")
    driver = op.get_bind().connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("migrations run on psycopg connections only")
    driver.execute(text.encode())
