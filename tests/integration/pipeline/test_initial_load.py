"""Two systems that hold a company already: profiled, approved, written, and never twice."""

from __future__ import annotations

from typing import Any

import pytest

from concord.errors import ConcordError, ConfigError
from concord.pipeline import initial, readiness
from concord.pipeline.decisions import AlreadyDecided
from concord.report import readiness as page
from tests.support.held import accounts
from tests.support.world import World

RUN = "initial_load/manual__1"


@pytest.fixture
def world(checked_world: World) -> World:
    """Customers with the shipped suites, which have something to find here."""
    return checked_world


def both_sides(world: World) -> None:
    """Three customers with a contact each in the ERP; one of them and another one in the CRM."""
    for n in (1, 2, 3):
        code = world.customer(f"Company {n}", vat_no=f"GB10000000{n}")
        world.erp(
            "INSERT INTO customer_contacts (customer_code, full_name, email) VALUES (%s, %s, %s)",
            code, f"Ann {n}", f"ann{n}@example.com",
        )  # fmt: skip
    world.account("Company One", tax_number="GB100000001")
    world.account("Only Here", tax_number="GB900000001")
    world.account("Broken", email_address="foo@@bar")


def strict(world: World) -> None:
    """Every first write asks, and so does everything large."""
    for system in ("erp", "crm"):
        world.limit(system, first_load=0, count=2, share=0)
        world.config = world.engine.config


def asked(world: World) -> initial.InitialLoad:
    load = initial.begin(world.engine, RUN)
    return initial.rehearse(world.engine, load)


def approve(world: World) -> initial.InitialLoad:
    with world.hub.connect() as conn:
        return initial.decide(conn, RUN, approve=True, actor="ann", comment="profile read")


def agreed(world: World) -> None:
    """Both sides hold everything once."""
    assert world.crm(
        "SELECT tax_number, count(*) FROM account WHERE account_name <> 'Broken'"
        " GROUP BY 1 ORDER BY 1"
    ) == [(f"GB{n}", 1) for n in (100000001, 100000002, 100000003, 900000001)]
    assert world.one("erp", "SELECT count(*) FROM customers") == 4
    assert world.one("crm", "SELECT count(*) FROM person") == 3
    assert world.batch("nightly")["planned"] == 0


def test_the_profile_says_what_there_is_and_what_would_be_written(world: World) -> None:
    strict(world)
    both_sides(world)
    load = asked(world)
    found = initial.report(world.hub, world.config, load)
    sides = {(s.entity, s.system): s for s in found.sides}
    erp, crm = sides["party", "erp"], sides["party", "crm"]
    assert (erp.records, erp.matched, erp.doubles, erp.quarantined) == (3, 1, 0, 0)
    assert (crm.records, crm.matched, crm.doubles, crm.quarantined) == (2, 1, 0, 1)
    assert dict(erp.keys)["tax_id"] == 3
    assert dict(crm.keys)["email"] == 0
    assert (erp.planned.creates, crm.planned.creates, crm.planned.updates) == (1, 2, 1)
    assert sides["contact", "crm"].planned.creates == 3
    assert world.one("erp", "SELECT count(*) FROM customers") == 3
    html = page.render(found, load.id)
    assert "Company" not in html
    assert "首次加载" in html


def test_the_profile_stays_as_the_dry_run_found_it(world: World) -> None:
    strict(world)
    both_sides(world)
    load = asked(world)
    with world.hub.connect() as conn:
        assert load.rehearsal
        counted = readiness.collect(conn, world.config, load.rehearsal, load.entities)
    assert initial.report(world.hub, world.config, load) == counted
    world.ops("DELETE FROM image.contact_erp")
    assert initial.report(world.hub, world.config, load) == counted


def test_what_was_approved_is_written_though_every_limit_would_hold_it(world: World) -> None:
    strict(world)
    both_sides(world)
    asked(world)
    approve(world)
    said: list[str] = []
    load = initial.write(world.engine, initial.find(world.hub, RUN), said.append)
    assert load.state == "done"
    assert said[-1].endswith("nothing left to write")
    agreed(world)
    assert world.ops(
        "SELECT DISTINCT decided_by, comment FROM ops.change_set WHERE state = 'approved'"
    ) == [("ann", f"initial load {load.id}: profile read")]
    assert world.ops("SELECT count(*) FROM ops.change_set WHERE state = 'held'") == [(0,)]


def test_the_last_batch_compares_everything(world: World) -> None:
    both_sides(world)
    asked(world)
    approve(world)
    initial.write(world.engine, initial.find(world.hub, RUN))
    assert world.ops("SELECT scope, state FROM ops.batch ORDER BY batch_id DESC LIMIT 1") == [
        ("full", "done")
    ]


def test_nothing_is_written_before_it_is_approved(world: World) -> None:
    both_sides(world)
    load = asked(world)
    with pytest.raises(ConcordError, match="is asked, not approved"):
        initial.write(world.engine, load)
    with world.hub.connect() as conn:
        initial.decide(conn, RUN, approve=False, actor="ann", comment=None)
        with pytest.raises(AlreadyDecided, match="rejected by ann"):
            initial.decide(conn, RUN, approve=True, actor="bob", comment=None)
    assert len(accounts(world)) == 3


@pytest.mark.parametrize("step", ["unify", "load"])
def test_an_interrupted_load_goes_on_where_it_stopped(
    world: World, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concord.pipeline import steps

    strict(world)
    both_sides(world)
    asked(world)
    approve(world)
    real, calls = getattr(steps, step), [0]

    def breaks_now_and_then(*arguments: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] in (1, 3, 6):
            raise RuntimeError("killed")
        return real(*arguments, **options)

    monkeypatch.setattr(steps, step, breaks_now_and_then)
    stops = 0
    while stops < 5 and initial.find(world.hub, RUN).state != "done":
        try:
            initial.write(world.fresh_engine(), initial.find(world.hub, RUN))
        except RuntimeError:
            stops += 1
    assert stops in (2, 3)
    assert initial.find(world.hub, RUN).state == "done"
    agreed(world)


def test_a_profile_that_was_interrupted_is_made_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from concord.pipeline import steps

    both_sides(world)
    real = steps.unify
    monkeypatch.setattr(steps, "unify", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        asked(world)
    monkeypatch.setattr(steps, "unify", real)
    load = asked(world)
    assert initial.report(world.hub, world.config, load).total("records") == 8
    assert asked(world) == load


def test_what_was_not_in_the_profile_asks_for_itself(world: World) -> None:
    strict(world)
    both_sides(world)
    asked(world)
    approve(world)
    for n in range(20):
        world.customer(f"Late {n}", vat_no=f"GB20000{n:04}")
    initial.write(world.engine, initial.find(world.hub, RUN))
    assert world.ops("SELECT system, entity FROM ops.change_set WHERE state = 'held'") == [
        ("crm", "party")
    ]
    assert len(accounts(world)) == 3


def test_an_entity_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(ConfigError, match="there is no entity called 'partys'"):
        initial.begin(world.engine, RUN, ["partys"])
