"""Both tables as frames, merged on all columns."""

from __future__ import annotations

import sys

import pandas as pd
from sqlalchemy import create_engine


def main(here: str, there: str, table: str, plain: str, key: str, *columns: str) -> None:
    """Print the keys that differ."""
    frames = []
    for url, name in ((here, table), (there, plain)):
        engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as conn:
            frames.append(pd.read_sql_table(name, conn, columns=[key, *columns]))
    whole = frames[0].merge(frames[1], how="outer", on=[key, *columns], indicator=True)
    print("\n".join(whole.loc[whole["_merge"] != "both", key].unique()))


main(*sys.argv[1:])
