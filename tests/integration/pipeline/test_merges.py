"""Merges inside one system: redirects follow; nothing is deleted elsewhere, nothing is lost.

The CRM keeps a merged account with a pointer to the one that stays (`merged_into`).
"""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from tests.support.configured import mapped
from tests.support.halfway import interrupted, run_load, until_load
from tests.support.world import World

NAMES = "abcd"


@pytest.fixture
def merging(world: World) -> World:
    """A world whose CRM names survivors of merges."""
    world.config = mapped(world.config, "party", "crm", merged_into="merged_into")
    world.engine = world.fresh_engine()
    return world


class Accounts:
    """Companies a, b, … that both sides know, each with one contact typed into the ERP."""

    def __init__(self, world: World, names: str = NAMES) -> None:
        self.world, self.code = world, {}
        for n, name in enumerate(names):
            self.code[name] = world.customer(
                name, vat_no=f"GB10000000{n}", phone=f"+44207946000{n}", website=None
            )
            world.erp(
                "INSERT INTO customer_contacts (customer_code, full_name, email)"
                " VALUES (%s, %s, %s)", self.code[name], f"Ann {name}", f"ann@{name}.example",
            )  # fmt: skip
        world.settle()
        self.id = dict(world.crm("SELECT account_name, id FROM account"))
        self.golden = {name: self.of("crm", str(self.id[name])) for name in names}

    def of(self, system: str, source_id: str) -> Any:
        """The golden id that a record belongs to."""
        return self.world.one(
            "hub", "SELECT golden_id FROM image.party WHERE system = %s AND source_id = %s",
            system, source_id,
        )  # fmt: skip

    def merge(self, loser: str, survivor: str | None) -> None:
        """A person merges two accounts, or takes a merge back."""
        self.world.crm(
            "UPDATE account SET merged_into = %s WHERE id = %s",
            self.id[survivor] if survivor else None, self.id[loser],
        )  # fmt: skip

    def together(self, *names: str) -> bool:
        """Whether all records of these companies, on both sides, are one thing now."""
        ids = {self.of("crm", str(self.id[n])) for n in names}
        ids |= {self.of("erp", self.code[n]) for n in names}
        return len(ids) == 1


def _everything(world: World) -> tuple[Any, ...]:
    return (
        world.erp("SELECT customer_code, name, phone, vat_no FROM customers ORDER BY 1"),
        world.crm("SELECT id, account_name, phone_number, tax_number FROM account ORDER BY 1"),
        world.erp("SELECT contact_no, customer_code, full_name FROM customer_contacts ORDER BY 1"),
        world.crm("SELECT id, account_id, display_name FROM person ORDER BY 1"),
    )


def test_the_losers_golden_record_redirects_and_nothing_is_written_or_deleted(
    merging: World,
) -> None:
    accounts = Accounts(merging)
    before = _everything(merging)
    accounts.merge("a", "b")
    assert merging.batch()["planned"] == 0
    assert _everything(merging) == before
    assert accounts.together("a", "b")
    assert accounts.of("erp", accounts.code["a"]) == accounts.golden["b"]
    assert merging.ops("SELECT from_id, to_id FROM ops.redirect") == [
        (accounts.golden["a"], accounts.golden["b"])
    ]
    assert merging.one("hub", "SELECT count(*) FROM golden.party WHERE deleted_at IS NULL") == 3
    assert merging.batch("nightly")["planned"] == 0


def test_a_person_is_asked_about_the_two_records_that_the_other_system_has_now(
    merging: World,
) -> None:
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.batch()
    assert merging.ops(
        "SELECT system, golden_id, detail -> 'records' FROM ops.review WHERE kind = 'double'"
    ) == [("erp", accounts.golden["b"], sorted([accounts.code["a"], accounts.code["b"]]))]


def test_losing_values_are_kept_as_conflicts(merging: World) -> None:
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.batch()
    kept = merging.ops(
        "SELECT loser ->> 'system', loser -> 'value' ->> 'phone', winner -> 'value' ->> 'phone'"
        " FROM ops.conflict WHERE unit = 'phone' AND kind = 'first_link' ORDER BY 1"
    )
    assert kept == [
        ("crm", "+442079460000", "+442079460001"), ("erp", "+442079460000", "+442079460001")
    ]  # fmt: skip


def test_only_the_survivor_and_its_counterpart_are_written_to(merging: World) -> None:
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.settle()
    merging.crm("UPDATE account SET phone_number = '+442079465555' WHERE account_name = 'b'")
    merging.settle()
    assert merging.erp("SELECT name, phone FROM customers WHERE name IN ('a', 'b') ORDER BY 1") == [
        ("a", "+442079460000"), ("b", "+442079465555")
    ]  # fmt: skip
    merging.erp("UPDATE customers SET phone = '+442079466666' WHERE name = 'b'")
    merging.settle()
    assert merging.crm("SELECT account_name, phone_number FROM account ORDER BY 1")[:2] == [
        ("a", "+442079460000"), ("b", "+442079466666")
    ]  # fmt: skip


def test_people_of_the_loser_belong_to_the_survivor(merging: World) -> None:
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.settle()
    parties = merging.ops("SELECT party FROM golden.contact WHERE full_name IN ('Ann a', 'Ann b')")
    assert parties == [(accounts.golden["b"],)] * 2
    merging.erp(
        "INSERT INTO customer_contacts (customer_code, full_name) VALUES (%s, 'New')",
        accounts.code["a"],
    )
    merging.settle()
    assert merging.crm("SELECT account_id FROM person WHERE display_name = 'New'") == [
        (accounts.id["b"],)
    ]


@pytest.mark.parametrize(
    "steps",
    [
        [["ab", "bc"]], [["ab"], ["bc"]], [["bc"], ["ab"]],
        [["ab", "ba"]], [["ab"], ["ba"]], [["ab", "bc", "ca"]], [["ab", "bc"], ["ca"]],
    ],
    ids=str,
)  # fmt: skip
def test_chains_and_circles_of_merges_end_in_one_golden_record(
    merging: World, steps: list[list[str]]
) -> None:
    accounts = Accounts(merging, "abc")
    before = _everything(merging)
    for step in steps:
        for loser, survivor in step:
            accounts.merge(loser, survivor)
        merging.settle()
    names = {name for step in steps for pair in step for name in pair}
    assert accounts.together(*names)
    targets = merging.ops("SELECT DISTINCT to_id FROM ops.redirect")
    assert targets == [(accounts.of("crm", str(accounts.id["a"])),)]
    assert _everything(merging)[2:] == before[2:]
    assert merging.batch("nightly")["planned"] == 0
    losers = {pair[0] for step in steps for pair in step}
    stays = min(names - losers or names, key=lambda name: str(accounts.id[name]))
    merging.crm(
        "UPDATE account SET phone_number = '+442079465555' WHERE id = %s", accounts.id[stays]
    )
    merging.settle()
    assert merging.one("erp", "SELECT count(*) FROM customers WHERE phone = '+442079465555'") == 1


def test_a_merge_into_an_unknown_record_waits_until_it_is_there(merging: World) -> None:
    accounts = Accounts(merging, "a")
    other = "00000000-0000-0000-0000-00000000000b"
    merging.crm("UPDATE account SET merged_into = %s", other)
    merging.batch()
    assert merging.ops("SELECT waits_for FROM ops.parked") == [
        ([{"entity": "party", "source_id": other}],)
    ]
    merging.crm(
        "INSERT INTO account (id, account_name, account_type) VALUES (%s, 'Other', 'Company')",
        other,
    )
    merging.batch()
    assert merging.ops("SELECT count(*) FROM ops.parked") == [(0,)]
    assert accounts.of("crm", str(accounts.id["a"])) == accounts.of("crm", other)


def test_accounts_that_were_merged_long_ago_are_known_as_such_from_the_first_load(
    merging: World,
) -> None:
    loser, survivor = (f"{first}0000000-0000-0000-0000-000000000000" for first in "19")
    merging.account("Alpha", id=survivor)
    merging.account("Alpha old", id=loser, merged_into=survivor, phone_number="+442079469999")
    merging.settle()
    assert merging.erp("SELECT name, phone FROM customers") == [("Alpha", None)]
    merging.erp("UPDATE customers SET name = 'Alpha new', phone = '+442079461111'")
    merging.erp(
        "INSERT INTO customer_contacts (customer_code, full_name)"
        " SELECT customer_code, 'Ann' FROM customers"
    )
    merging.settle()
    assert merging.crm("SELECT account_id::text FROM person") == [(survivor,)]
    assert merging.crm("SELECT id::text, account_name FROM account ORDER BY 1") == [
        (loser, "Alpha old"), (survivor, "Alpha new")
    ]  # fmt: skip
    ids = merging.ops("SELECT DISTINCT golden_id FROM image.party")
    assert len(ids) == 1
    assert merging.ops("SELECT count(*) FROM ops.review") == [(0,)]


def test_a_merge_taken_back_gives_the_record_and_its_counterpart_a_golden_record_again(
    merging: World,
) -> None:
    accounts = Accounts(merging)
    before = _everything(merging)
    accounts.merge("a", "b")
    merging.settle()
    accounts.merge("a", None)
    merging.settle()
    own = accounts.of("crm", str(accounts.id["a"]))
    assert own not in set(accounts.golden.values())
    assert accounts.of("erp", accounts.code["a"]) == own
    assert accounts.of("crm", str(accounts.id["b"])) == accounts.golden["b"]
    assert merging.ops("SELECT full_name FROM golden.contact WHERE party = %s", own) == [("Ann a",)]
    assert _everything(merging) == before
    merging.crm("UPDATE account SET phone_number = '+442079467777' WHERE account_name = 'a'")
    merging.settle()
    assert merging.erp("SELECT phone FROM customers WHERE name = 'a'") == [("+442079467777",)]


def test_a_record_on_its_way_for_the_loser_comes_to_belong_to_the_survivor(
    merging: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = Accounts(merging, "b")
    loser = merging.account("a", merged_into=None)
    batch_id = until_load(merging, "slow")
    interrupted(merging, batch_id, "erp")
    with monkeypatch.context() as patch:  # as while the first load is still at work
        patch.setattr(importlib.import_module("concord.pipeline.extract"), "settle", lambda *_: 0)
        merging.crm("UPDATE account SET merged_into = %s WHERE id = %s", accounts.id["b"], loser)
        second = until_load(merging, "merge")
    run_load(merging, second)
    merging.settle()
    assert merging.ops("SELECT DISTINCT golden_id FROM image.party") == [(accounts.golden["b"],)]
    assert merging.one("erp", "SELECT count(*) FROM customers") == 2
    assert merging.one("crm", "SELECT count(*) FROM account") == 2


def test_a_change_that_meets_the_merge_is_kept(merging: World) -> None:
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.erp("UPDATE customers SET phone = '+442079468888' WHERE name = 'a'")
    merging.settle()
    assert merging.erp("SELECT phone FROM customers WHERE name = 'a'") == [("+442079468888",)]
    assert ("+442079468888",) in merging.ops(
        "SELECT loser -> 'value' ->> 'phone' FROM ops.conflict WHERE unit = 'phone'"
    )


def test_purging_the_loser_later_deletes_nothing_elsewhere(merging: World) -> None:
    merging.config = mapped(merging.config, "party", "crm", on_delete="propagate")
    merging.engine = merging.fresh_engine()
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.settle()
    merging.crm("UPDATE person SET account_id = %s WHERE account_id = %s",
                accounts.id["b"], accounts.id["a"])  # fmt: skip
    merging.settle()
    merging.crm("DELETE FROM account WHERE id = %s", accounts.id["a"])
    merging.settle()
    assert merging.one("erp", "SELECT count(*) FROM customers") == 4
    assert merging.one("hub", "SELECT count(*) FROM golden.party WHERE deleted_at IS NULL") == 3


def test_a_deletion_of_the_survivor_is_passed_on_whatever_was_merged_into_it(
    merging: World,
) -> None:
    merging.config = mapped(merging.config, "party", "crm", on_delete="propagate")
    merging.engine = merging.fresh_engine()
    survivor = merging.account("Alpha")
    merging.account("Alpha old", merged_into=survivor)
    merging.settle()
    merging.crm("DELETE FROM account WHERE id = %s", survivor)
    merging.settle()
    assert merging.erp("SELECT count(*) FROM customers") == [(0,)]
    assert merging.crm("SELECT account_name FROM account") == [("Alpha old",)]


def test_a_merge_by_deleting_the_loser_deletes_nothing_that_others_refer_to(world: World) -> None:
    """The other habit: the loser is deleted and its people are moved to the survivor."""
    world.config = mapped(world.config, "party", "crm", on_delete="propagate")
    world.engine = world.fresh_engine()
    accounts = Accounts(world, "ab")
    world.crm("UPDATE person SET account_id = %s", accounts.id["b"])
    world.crm("DELETE FROM account WHERE id = %s", accounts.id["a"])
    world.settle()
    assert world.one("erp", "SELECT count(*) FROM customers") == 2
    assert world.one("erp", "SELECT count(*) FROM customer_contacts") == 2
    assert world.one("crm", "SELECT count(*) FROM person") == 2
    assert world.one("hub", "SELECT count(*) FROM ops.review WHERE detail ? 'kept'") == 1


def test_a_system_that_no_longer_says_what_was_merged_stops_that_entity_alone(
    merging: World,
) -> None:
    accounts = Accounts(merging)
    accounts.merge("a", "b")
    merging.settle()
    merging.crm("ALTER TABLE account DROP COLUMN merged_into")
    merging.settle()
    assert accounts.together("a", "b")
    assert merging.ops("SELECT system, entity, subject FROM ops.review WHERE kind = 'schema'") == [
        ("crm", "party", "entity")
    ]


def test_nothing_is_created_in_a_system_whose_entity_has_stopped(merging: World) -> None:
    merging.crm("ALTER TABLE account DROP COLUMN merged_into")
    merging.customer("Alpha")
    assert merging.batch()["planned"] == 0
    assert merging.ops("SELECT count(*) FROM ops.quarantine") == [(0,)]
