"""Scenario 15: any interleaving of people, batches, retries and crashes ends in agreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from concord.model.spec import Config
from concord.pipeline.sending import Sending
from tests.faults.families import SYSTEMS, Edit
from tests.faults.histories import SEAMS, STEPS, History, World

FAMILIES = 20  # in one world: each lives a history of its own, under shared batches
OPERATIONS = 30

WHAT = (
    *("insert",) * 4, *("update",) * 5, "blank", "rekey", "delete", "delete", "reuse", "merge",
    "add_contact", "edit_contact", "drop_contact", "add_address", "edit_address", "drop_address",
)  # fmt: skip
FIELDS = ("phone", "legal_name", "email", "payment_terms")


def _edit(n: int) -> Edit:
    """The edit that a number stands for: Hypothesis has room for thousands of numbers."""
    parts = []
    for size in (len(WHAT), len(SYSTEMS), FAMILIES, 4, len(FIELDS), 9):
        n, part = divmod(n, size)
        parts.append(part)
    what, system, family, pick, name, key = parts
    return Edit(family, SYSTEMS[system], WHAT[what], pick, FIELDS[name], key)


edit = st.integers(0, len(WHAT) * len(SYSTEMS) * FAMILIES * 4 * len(FIELDS) * 9 - 1).map(_edit)
edits = st.integers(1, 3 * FAMILIES).flatmap(lambda n: st.lists(edit, min_size=n, max_size=n))
lanes = st.sampled_from(["fast", "fast", "nightly"])
seams = st.sampled_from(sorted(SEAMS))
# One rule for all of them: of several rules, Hypothesis would leave most out of a history.
PEOPLE = st.tuples(st.just("people"), edits)
OPERATION = (
    st.tuples(st.just("batch"), lanes),
    *(PEOPLE,) * 4,
    st.tuples(st.just("begin"), lanes, st.integers(1, 6)),
    st.tuples(st.just("go_on"), st.integers(0, 3), st.integers(1, 7)),
    st.tuples(st.just("again"), st.integers(0, 3), st.sampled_from(STEPS)),
    st.tuples(st.just("die"), lanes, seams, st.booleans()),
    st.tuples(st.just("meddle"), lanes, seams, st.booleans(), edits),
)
operations = st.integers(0, len(OPERATION) - 1).flatmap(OPERATION.__getitem__)


def machine(world: World, note: Callable[[History], None]) -> type[RuleBasedStateMachine]:
    """The histories of a world, as Hypothesis makes them up."""

    class Histories(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            world.empty()
            self.history = History(world)

        @rule(operation=operations)
        def live(self, operation: tuple[Any, ...]) -> None:
            self.history.play([operation])

        def teardown(self) -> None:
            try:
                self.history.quiet()
                note(self.history)
            finally:
                self.history.close()

    return Histories


@pytest.fixture
def small_world(config: Config, hub: Any, sandbox_urls: dict[str, str], no_suites: Path) -> World:
    return World(config, hub, sandbox_urls, no_suites, hub.admin_url)


def test_every_history_ends_in_agreement(
    small_world: World, scale: Callable[[int, int], int], figure: Callable[..., None]
) -> None:
    lengths: list[int] = []

    def note(history: History) -> None:
        lengths.extend(history.operations(family) for family in history.families.acts)

    examples = scale(2, 66)  # the first one is Hypothesis's simplest, in which nobody acts
    run_state_machine_as_test(
        machine(small_world, note),
        settings=settings(
            max_examples=examples,
            stateful_step_count=scale(12, 36),
            deadline=None,
            derandomize=examples == 2,
            database=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )
    long = sum(n >= OPERATIONS for n in lengths)
    figure(
        "15 histories", histories=len(lengths), of_30_operations=long,
        shortest=min(lengths), mean=round(sum(lengths) / len(lengths)), violations=0,
        naive_violations=_of_blind_writing(small_world),
    )  # fmt: skip


def _of_blind_writing(world: World) -> int:
    """How many values a history loses when writes do not ask what they replace."""
    real = Sending._writes

    def blind(*given: Any) -> Any:
        writes, refused = real(*given)
        return [replace(write, base={}) for write in writes], refused

    world.empty()
    history = History(world)
    try:
        with patch.object(Sending, "_writes", blind):
            history.play([
                ("people", [Edit(n, "erp", "insert", pick=1) for n in range(FAMILIES)]),
                ("batch", "fast"),
                ("people", [Edit(n, "erp", "update") for n in range(FAMILIES)]),
                ("meddle", "fast", "planned", True,
                 [Edit(n, "crm", "update") for n in range(FAMILIES)]),
            ])  # fmt: skip
        with pytest.raises(AssertionError, match=r"overwritten|stale"):
            history.quiet()
        verdict = history.verdict()
    finally:
        history.close()
    found = len(verdict.overwritten + verdict.stale)
    assert found == FAMILIES
    return found
