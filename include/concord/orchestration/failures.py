"""Failures of a task: one clear line for a person, and no value of any record in the log."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from concord.errors import ConcordError

log = logging.getLogger("concord")


class Stopped(SystemExit):
    """Ends a task after its failure was said.

    Airflow prints any other exception with its message and stack; a stack helps nobody who
    mistyped a password, and a message of a database driver can quote a customer's data. A
    SystemExit is only noted, and the retry policy still gets to see it: `error` is the cause.
    """

    def __init__(self, error: Exception) -> None:
        self.error = error
        super().__init__(1)


def describe(error: BaseException) -> str:
    """An error in words that are safe to log, store and show.

    Our own errors are written for people and carry no values. Of any other error only its type
    is told, and of PostgreSQL's its code and the table, column and constraint concerned.
    """
    if isinstance(error, ConcordError):
        return str(error)
    words = [type(error).__name__]
    if code := getattr(error, "sqlstate", None):
        words.append(f"SQLSTATE {code}")
    diagnosis = getattr(error, "diag", None)
    for part in ("table_name", "column_name", "constraint_name"):
        if name := getattr(diagnosis, part, None):
            words.append(f"{part.removesuffix('_name')} {name}")
    return ", ".join(words)


def where(error: BaseException) -> str:
    """The lines of code that an error passed through, innermost last, without any values."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n".join(f"  {f.filename}:{f.lineno} in {f.name}" for f in frames)


@contextmanager
def said_plainly() -> Iterator[None]:
    """Turn any exception into one logged line and `Stopped`.

    A defect, and only that, adds the lines of code that it passed through.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, ConcordError):
            log.error(describe(error))
        else:
            log.error("A defect in Concord: %s\n%s", describe(error), where(error))
        raise Stopped(error) from None
