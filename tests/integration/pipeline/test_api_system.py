"""A system that is no database: rows by pages, no snapshot, texts that PostgreSQL cannot hold."""

from __future__ import annotations

import pytest

from concord.model.spec import Config
from concord.stewardship import quarantine
from tests.support.memory_system import Api, MemorySystem, Resource
from tests.support.world import World


@pytest.fixture
def api(world: World, config: Config) -> Api:
    """The world's CRM replaced by a web service with the same resources."""
    api = Api(page=2)
    for entity in config.entities:
        mapping = entity.by_system["crm"]
        names = [c.column for c in mapping.columns]
        api.resources[mapping.table] = Resource(dict.fromkeys(names, "text"), id=mapping.id)
    world.engine._systems["crm"] = MemorySystem(config.system["crm"], api)
    return api


def _account(api: Api, name: str, **more: str) -> str:
    return api.put(
        "account",
        None,
        {"account_name": name, "account_type": "Company", "state": "Active", **more},
    )


def test_customers_agree_with_a_system_behind_an_api(world: World, api: Api) -> None:
    code = world.customer("Alpha Trading Ltd", vat_no="GB123456789")
    ours = _account(api, "Alpha Trading", tax_number="GB123456789", phone_number="+442079460000")
    theirs = _account(api, "Beta Trading Ltd")
    world.settle()
    records = api.resources["account"].records
    assert records[ours]["account_name"] == "Alpha Trading Ltd"
    assert set(records) == {ours, theirs}
    assert world.erp("SELECT name, phone FROM customers ORDER BY name") == [
        ("Alpha Trading Ltd", "+442079460000"), ("Beta Trading Ltd", None)
    ]  # fmt: skip
    assert world.one("erp", "SELECT customer_code FROM customers WHERE name LIKE 'A%%'") == code
    assert world.batch("nightly")["planned"] == 0


def test_a_nul_character_quarantines_its_row_and_the_rest_goes_on(world: World, api: Api) -> None:
    bad = _account(api, "Nul\0Trading Ltd")
    _account(api, "Good Ltd")
    counts = world.batch()
    assert (counts["read"], counts["quarantined"], counts["accepted"]) == (2, 1, 1)
    assert world.erp("SELECT name FROM customers") == [("Good Ltd",)]
    with world.hub.connect() as conn:
        (entry,) = quarantine.entries(conn)
    assert entry.source_id == bad
    assert "NUL" in entry.why
    api.put("account", bad, {"account_name": "Whole Trading Ltd"})
    world.settle()
    assert world.one("hub", "SELECT state FROM ops.quarantine") == "healed"
    assert world.one("erp", "SELECT count(*) FROM customers") == 2


def test_a_service_that_is_down_fails_the_batch_and_loses_nothing(world: World, api: Api) -> None:
    world.customer("Alpha Trading Ltd")
    api.down = True
    with pytest.raises(Exception, match="crm at memory cannot be reached"):
        world.batch()
    api.down = False
    world.settle()
    assert len(api.resources["account"].records) == 1
