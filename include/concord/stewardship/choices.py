"""Choices: what a person can say to each kind of review, and what then happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from concord.stewardship.reviews import Review

Needs = Literal["nothing", "values", "record", "comment"]


@dataclass(frozen=True)
class Choice:
    """One thing that a person can say. `closes`: the state that the review then has."""

    name: str
    words: str
    closes: Literal["approved", "rejected"] = "approved"
    needs: Needs = "nothing"


GOLDEN = Choice("golden", "keep the golden value; systems that differ get it")
OWN = Choice("own", "another value, given by hand; it goes to all systems", needs="values")
BEFORE = Choice("before", "the value before the change set; it goes to all systems")
LEAVE = Choice("leave", "close the question and change nothing", "rejected", "comment")

FIXED: Mapping[str, tuple[Choice, ...]] = {
    "match": (
        Choice("same", "the record is the same thing as the named golden record", needs="record"),
        Choice("apart", "it is none of them; this is not asked again", "rejected"),
    ),
    "double": (
        Choice("merge", "the records are one thing: to be merged in their system"),
        Choice("leave", "they are one thing, and both stay there"),
        Choice("apart", "the named record is something else: it gets a golden record of its own",
               "rejected", "record"),
    ),
    "mass_deletion": (
        Choice("agree", "the records are gone on purpose: the next batch acts on it"),
        Choice("refuse", "the deletions stay held until the records are back", "rejected"),
    ),
    "set_back": (
        Choice("accept", "the earlier state is right: the next batch reads it as changes"),
        Choice("give_back", "the newer values are right: the system gets them again", "rejected"),
    ),
    "schema": (Choice("accept", "take the columns of this table as they are now"),),
    "tie": (LEAVE,),
    "rule": (Choice("again", "the next batch evaluates the rule for all its subjects"),),
    "change_set": (
        Choice("approve", "the next batch writes it"),
        Choice("reject", "nothing of it is written", "rejected"),
    ),
    "proposal": (
        Choice("accept", "an engineer writes the rule into the model file"),
        Choice("reject", "the rule stays as it is", "rejected"),
    ),
    "write_back": (
        Choice("approve", "the record is taken as corrected, and the correction is written back"),
        Choice("reject", "the record stays in quarantine as it is", "rejected"),
    ),
}  # fmt: skip
DELETION = (
    Choice("delete", "it is gone: delete it in the other systems too"),
    Choice("keep", "it lives on where it is", "rejected"),
)


def about_a_deletion(review: Review) -> bool:
    """Whether a conflict is about a record that is gone on one side, and no field."""
    return review.kind == "conflict" and review.detail.get("unit") == "deletion"


def about_a_unit(review: Review) -> bool:
    """Whether a review is about the value of a field or group of one golden record."""
    return review.kind in ("conflict", "undo") and not about_a_deletion(review)


def choices(review: Review, systems: tuple[str, ...] = ()) -> tuple[Choice, ...]:
    """What can be said to a review; `systems`: those that hold a value of its unit."""
    if about_a_deletion(review):
        return DELETION
    if not about_a_unit(review):
        return FIXED[review.kind]
    taken = (Choice(s, f"take the value that {s} has; it goes to all systems") for s in systems)
    before = (BEFORE,) if review.kind == "undo" else ()
    return (*taken, GOLDEN, *before, OWN, LEAVE)
