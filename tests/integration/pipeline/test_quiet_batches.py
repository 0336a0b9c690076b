"""Batches that find nothing: cheap, and as watchful as any other."""

from __future__ import annotations

from typing import Any

import pytest

from concord.pipeline import stage
from tests.support.world import World


def test_a_batch_that_finds_nothing_stages_nothing_and_moves_every_cursor(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.customer()
    world.settle()
    before = dict(world.ops("SELECT system || entity, read_seq FROM ops.cursor"))

    def refuse(*_: Any) -> None:
        raise AssertionError("nothing changed, so nothing is staged")

    monkeypatch.setattr(stage, "create", refuse)
    assert world.batch()["read"] == 0
    after = dict(world.ops("SELECT system || entity, read_seq FROM ops.cursor"))
    assert after.keys() == before.keys()
    assert all(after[name] > before[name] for name in before)


def test_a_changed_column_is_noticed_in_a_table_where_nothing_changed(world: World) -> None:
    world.customer()
    world.settle()
    world.crm("ALTER TABLE account RENAME COLUMN web TO website")
    world.batch()
    assert world.ops(
        "SELECT subject FROM ops.review WHERE kind = 'schema' AND state = 'open'"
        " AND system = 'crm' AND entity = 'party'"
    ) == [("website",)]


def test_a_table_that_was_rewritten_is_compared_although_nothing_was_logged(world: World) -> None:
    code = world.customer(phone="+442079460000")
    world.settle()
    world.erp("ALTER TABLE customers ALTER COLUMN phone TYPE varchar(30) USING '+442079461111'")
    world.batch()
    assert world.one(
        "hub", "SELECT raw ->> 'phone' FROM image.party_erp WHERE source_id = %s", code
    ).endswith("1111")


def test_what_is_asked_for_again_is_read_although_it_did_not_change(world: World) -> None:
    code = world.customer()
    world.settle()
    world.ops("INSERT INTO ops.reread VALUES ('erp', 'party', %s, 'a test')", code)
    assert world.batch()["read"] == 1
    assert world.ops("SELECT source_id FROM ops.reread") == []


def test_a_golden_record_that_waits_is_planned_although_nothing_was_read(world: World) -> None:
    world.customer()
    world.settle()
    world.ops(
        "INSERT INTO ops.replan (entity, golden_id, reason)"
        " SELECT 'party', golden_id, 'a test' FROM golden.party"
    )
    assert world.batch()["read"] == 0
    assert world.ops("SELECT reason FROM ops.replan") == []
