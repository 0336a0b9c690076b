"""Rules across tables: an SQL file that selects the golden records of a batch which break a rule.

`expectations/golden/sql/<name>.sql` is one SELECT that gives `golden_id` of each failing record. It
may join every `golden` table and should begin at `{batch}`, the records of the batch: a scan of all
records in every batch is what it must not become. `{today}` is the day in the company's zone; a
brace that is meant as one is doubled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from typing import Any

from psycopg.sql import SQL, Composable, Literal

from concord.errors import Problem

TYPE = "unexpected_rows_expectation"
KWARG = "unexpected_rows_query"
FOLDER = Path("golden", "sql")
PLACES = ("batch", "today")
# Strings, quoted names and comments: what stands in them is not SQL's own.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)
_KEYS = (
    "WITH concord_batch AS NOT MATERIALIZED (SELECT * FROM {batch})"
    " SELECT DISTINCT failing.golden_id FROM (\n",
    "\n) AS failing",
)
_BEGINS = re.compile(r"\s*(?:SELECT|WITH)\b", re.IGNORECASE)
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")  # as SQLAlchemy finds one, even in a string


@dataclass(frozen=True)
class Query:
    """One file: the path that is shown, and its text."""

    file: str
    text: str


def read(root: Path, problems: list[Problem]) -> dict[str, Query]:
    """Every SQL file under the suites' `root` by name; what is wrong with one is noted."""
    out = {}
    for path in sorted((root / FOLDER).glob("*.sql")):
        shown = str(Path(root.name, FOLDER, path.name))
        try:
            query = Query(shown, path.read_text(encoding="utf-8").strip())
        except UnicodeDecodeError:
            problems.append(Problem(shown, None, "", "the file is not UTF-8"))
            continue
        out[path.stem] = query
        problems += [Problem(shown, None, "", what, hint) for what, hint in _wrong(query.text)]
    return out


def _wrong(text: str) -> list[tuple[str, str]]:
    """What can be seen without a database: (what, hint)."""
    hint = "Known: {batch}, {today}. Double a brace that is meant as one."
    try:
        fields = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as e:
        return [(f"a brace that belongs to nothing: {e}", hint)]
    out = [(f"there is no placeholder {{{name}}}", hint) for name in sorted(fields - {*PLACES})]
    if "batch" not in fields:
        out.append(("{batch} is missing", "Select from the batch: FROM {batch} AS b JOIN …"))
    bare = _QUOTED.sub(" ", text)
    depth = [bare[:n].count("(") - bare[:n].count(")") for n, c in enumerate(bare, 1) if c == ")"]
    if not _BEGINS.match(bare) or ";" in bare or "$" in bare or min([0, *depth]) < 0:
        out.append(("the file must hold one SELECT and nothing else", "No semicolon, no $-quotes."))
    found = _PARAMETER.search(text)
    if found:
        out.append((f":{found[1]} would be taken for a parameter", "Write it in another way."))
    return out


def for_library(text: str, today: date) -> str:
    """The query as Great Expectations takes it: it puts in the table where `{batch}` stands.

    Once, as it gives an alias or none by whether it sees a join. The rows are keys, each once.
    """
    day = Literal(today).as_string()
    return "".join(_filled(part, name, day) for part, name, _, _ in Formatter().parse(text)).join(
        _KEYS
    )


def _filled(part: str, name: str | None, day: str) -> str:
    place = {None: "", "today": day, "batch": "concord_batch"}[name]
    return part.replace("{", "{{").replace("}", "}}") + place


def failing(kwargs: Mapping[str, Any]) -> Composable:
    """True for a row of the batch whose `golden_id` the query gives.

    `kwargs` are those for the library, and `batch`: the table of the batch's rows.
    """
    return SQL("golden_id IN ({})").format(SQL(kwargs[KWARG]).format(batch=kwargs["batch"]))
