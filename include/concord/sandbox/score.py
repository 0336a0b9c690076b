"""How well the hub's golden ids agree with the truth about a seeded sandbox."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from psycopg import errors, sql
from psycopg.rows import class_row

from concord.errors import ConcordError, Problem
from concord.hub.database import Connection, Hub
from concord.hub.sql import statement
from concord.sandbox.seed import TRUTH_COLUMNS

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Score:
    """Counts over the records of one entity that are both in the truth and live in the hub.

    `records` is the truth's; those beyond `in_hub` were not taken in (quarantined, parked) or are
    deleted. `not_in_truth` are the hub's others: made by Concord, or entered after seeding.
    `split_easy` are true things whose records an exact key joins and that have several golden ids
    all the same; `mixed` are golden ids over several true things. Both should be 0.
    """

    records: int
    in_hub: int
    not_in_truth: int
    true_things: int
    golden_things: int
    pairs_true: int
    pairs_found: int
    pairs_right: int
    split: int
    split_easy: int
    mixed: int

    @property
    def precision(self) -> float:
        """Share of the pairs under one golden id that are one true thing; 1 without pairs."""
        return self.pairs_right / self.pairs_found if self.pairs_found else 1.0

    @property
    def recall(self) -> float:
        """Share of the pairs of one true thing that are under one golden id; 1 without pairs."""
        return self.pairs_right / self.pairs_true if self.pairs_true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        return (
            f"precision {self.precision:.4f}, recall {self.recall:.4f}, F1 {self.f1:.4f} over "
            f"{self.pairs_true:,} true pairs; {self.in_hub:,} of {self.records:,} records are in "
            f"the hub. Split: {self.split:,} ({self.split_easy:,} without reason), "
            f"mixed: {self.mixed:,}."
        )


def score(truth_path: Path | str, hub_url: str, entity: str = "party") -> Score:
    """Compare the hub's golden ids of an entity with a truth file that `seed` wrote.

    Nothing in the hub is changed; the truth stands in a temporary table for the query.

    Raises:
        ConcordError: the file or the hub's table is missing, or the file is no truth file.
        HubUnavailable: the hub cannot be reached.
    """
    path = Path(truth_path)
    _check_header(path)
    with Hub(hub_url).connect() as connection:
        try:
            connection.execute(
                "CREATE TEMP TABLE sandbox_truth (true_id text, system text, entity text, "
                "source_id text, dirt text) ON COMMIT DROP"
            )
            _load(connection, path)
            connection.execute("ANALYZE sandbox_truth")
            query = statement("sandbox", "score", image=sql.Identifier("image", entity))
            cursor = connection.cursor(row_factory=class_row(Score))
            found = cursor.execute(query, {"entity": entity}).fetchone()
        except errors.UndefinedTable:
            raise ConcordError(
                f"The hub has no table for the entity {entity}. Name one of the model's entities, "
                "and run ./concord hub migrate if it is new."
            ) from None
        except errors.DataError as e:
            problem = "is not a whole truth file", "Seed the sandbox again to get one."
            raise ConcordError(str(Problem(str(path), None, "", *problem))) from e
    if found is None:
        raise ConcordError("The hub gave no answer to the score's query. Try again.")
    return found


def _check_header(path: Path) -> None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error) as e:
        what = e.strerror or "cannot be read" if isinstance(e, OSError) else "is not CSV in UTF-8"
        hint = "Give the truth file that ./concord sandbox seed wrote."
        raise ConcordError(str(Problem(str(path), None, "", what, hint))) from None
    if tuple(header) != TRUTH_COLUMNS:
        what = f"has not the columns {','.join(TRUTH_COLUMNS)}"
        hint = "Give the truth file that ./concord sandbox seed wrote."
        raise ConcordError(str(Problem(str(path), 1, "", what, hint)))


def _load(connection: Connection, path: Path) -> None:
    query = "COPY sandbox_truth FROM STDIN WITH (FORMAT csv, HEADER true, NULL '\\N')"
    with path.open("rb") as file, connection.cursor() as cursor, cursor.copy(query) as copy:
        while block := file.read(_BLOCK):
            copy.write(block)
