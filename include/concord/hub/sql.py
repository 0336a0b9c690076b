"""SQL statements kept in .sql files beside the room that uses them.

`statement("pipeline", "take_images", image=Identifier("image", "party"))` reads
`include/concord/pipeline/sql/take_images.sql` and fills `{image}` with a composed identifier or
fragment; values are bound by psycopg as `%(name)s`, never written into the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from psycopg import sql


@cache
def _text(room: str, name: str) -> str:
    return files(f"concord.{room}").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def statement(room: str, name: str, **parts: sql.Composable) -> sql.Composed:
    """The named statement of a room with its placeholders filled."""
    return sql.SQL(_text(room, name)).format(**parts)


def idents(names: Iterable[str], prefix: str | None = None) -> sql.Composed:
    """`a, b, c`, each quoted; with a prefix, `p.a, p.b, p.c`."""
    if prefix is None:
        return sql.SQL(", ").join(sql.Identifier(n) for n in names)
    return sql.SQL(", ").join(sql.Identifier(prefix, n) for n in names)


def comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    """Parts joined by commas."""
    return sql.SQL(", ").join(parts)
