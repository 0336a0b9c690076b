"""A system whose changes are decoded: what the pipeline takes, and what the server may clear."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from concord.pipeline import begin, extract
from concord.systems.postgres.decoding import Slot, slot_of
from tests.support.capturing import capture_by
from tests.support.shop import without_slot
from tests.support.world import World


@pytest.fixture
def decoded(world: World) -> Iterator[World]:
    """A world whose ERP is read by logical decoding, in agreement."""
    capture_by(world, "erp", capture="logical")
    world.batch()
    yield world
    without_slot(world.urls["erp"])


def slot(world: World) -> Slot:
    with psycopg.connect(world.urls["erp"]) as conn:
        found = slot_of(conn)
    assert found is not None
    return found


def scopes(world: World) -> set[str]:
    """How the ERP's entities were read by all batches but the first."""
    rows = world.ops(
        "SELECT DISTINCT scope FROM ops.extract WHERE system = 'erp'"
        " AND batch_id > (SELECT min(batch_id) FROM ops.extract)"
    )
    return {scope for (scope,) in rows}


def test_new_changed_and_deleted_customers_are_taken_by_decoding(decoded: World) -> None:
    code = decoded.customer("Alpha Trading Ltd", phone="+442079460000")
    assert decoded.batch()["confirmed"] == 1
    assert scopes(decoded) == {"delta"}
    decoded.erp("UPDATE customers SET phone = '+442079460001' WHERE customer_code = %s", code)
    decoded.batch()
    assert decoded.crm("SELECT phone_number FROM account") == [("+442079460001",)]
    decoded.erp("DELETE FROM customers")
    counts = decoded.batch()
    assert counts["read"] - counts["unchanged"] == 1
    assert scopes(decoded) == {"delta"}
    assert decoded.one("hub", "SELECT count(*) FROM image.party WHERE deleted_at IS NOT NULL") == 1


def test_the_slot_follows_the_committed_cursors_and_the_log_does_not_grow(decoded: World) -> None:
    places = []
    for n in range(3):
        decoded.customer(f"Alpha {n} Ltd")
        decoded.batch()
        places.append(slot(decoded).confirmed)
    assert places == sorted(set(places))


def test_what_was_read_and_not_stored_is_still_in_the_slot(decoded: World) -> None:
    decoded.customer("Alpha Trading Ltd")
    for n in range(3):
        extract(decoded.engine, begin(decoded.engine, lane="fast", run_id=f"cut {n}"), "erp")
        decoded.customer(f"Beta {n} Ltd")
    decoded.settle()
    assert scopes(decoded) == {"delta"}
    assert decoded.one("crm", "SELECT count(*) FROM account") == 4


def test_nothing_is_let_go_while_an_entity_was_never_read(decoded: World) -> None:
    decoded.batch()
    before = slot(decoded)
    decoded.ops("DELETE FROM ops.cursor WHERE system = 'erp' AND entity = 'address'")
    extract(decoded.engine, begin(decoded.engine, lane="fast", run_id="first"), "erp")
    extract(decoded.engine, begin(decoded.engine, lane="fast", run_id="second"), "erp")
    assert slot(decoded).confirmed == before.confirmed


def test_a_nightly_comparison_goes_on_by_decoding_afterwards(decoded: World) -> None:
    decoded.batch("nightly")
    decoded.ops("DELETE FROM ops.extract")
    decoded.batch()
    decoded.customer("Alpha Trading Ltd")
    decoded.batch()
    assert decoded.ops("SELECT DISTINCT scope FROM ops.extract WHERE system = 'erp'") == [
        ("delta",)
    ]
    assert decoded.one("crm", "SELECT count(*) FROM account") == 1
