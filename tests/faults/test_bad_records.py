"""Records that a target refuses: they stop nobody else, cost the others nothing, and are kept.

A refused name stands for all that a target may refuse. Judged by the target: what it holds, and
how often it was made to change; quarantine is asked only for what it must show a steward.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from concord.hub.database import SESSION
from concord.model.spec import Config
from concord.stewardship import quarantine
from concord.systems.http.client import Client
from tests.faults.hostile.hands import Hostile
from tests.faults.hostile.system import QUICK
from tests.faults.hostile.world import HostileWorld
from tests.support.world import World

WATCHED = """
ALTER TABLE account ADD CONSTRAINT no_traitors CHECK (account_name !~ 'Judas');
CREATE TABLE effect (name text, op text);
CREATE FUNCTION note_effect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO effect VALUES (NEW.account_name, left(TG_OP, 1));
    RETURN NULL;
END $$;
CREATE TRIGGER note_effect AFTER INSERT OR UPDATE ON account
    FOR EACH ROW EXECUTE FUNCTION note_effect();
GRANT ALL ON effect TO PUBLIC;
"""


@dataclass
class Target:
    """A CRM that refuses some names: what it holds, and what was done to it."""

    world: World
    held: Callable[[], dict[str, str | None]]  # name -> phone
    effects: Callable[[], Counter[tuple[str, str]]]  # (name, C or U) -> how often
    all_or_nothing: Callable[[list[str]], None]  # naive: a batch as one
    clean: list[float] = field(default_factory=list)  # seconds of batches
    mixed: list[float] = field(default_factory=list)

    def batch(self, into: list[float]) -> dict[str, int]:
        """One batch, timed."""
        started = time.perf_counter()
        counts = self.world.batch()
        into.append(time.perf_counter() - started)
        return counts

    def throughput(self) -> str:
        """The good ones' share of the pace that they have without the bad ones."""
        return f"{statistics.median(self.clean) / statistics.median(self.mixed):.0%}"


@pytest.fixture
def postgres_target(world: World) -> Target:
    world.limit("crm", count=10**6, share=1.0, first_load=10**6)
    world.crm(WATCHED)

    def all_or_nothing(names: list[str]) -> None:
        with psycopg.connect(world.urls["crm"], options=SESSION) as conn:
            conn.cursor().executemany(
                "INSERT INTO account (account_name) VALUES (%s)", [(n,) for n in names]
            )

    return Target(
        world,
        lambda: dict(world.crm("SELECT account_name, phone_number FROM account")),
        lambda: Counter(
            (name, "C" if op == "I" else op) for name, op in world.crm("SELECT * FROM effect")
        ),
        all_or_nothing,
    )


@pytest.fixture
def http_target(
    config: Config, hub: Any, sandbox_urls: dict[str, str], no_suites: Any
) -> Iterator[Target]:
    service = Hostile.crm(config)
    service.ask("refuse", {"resource": "account", "word": "Judas"})
    world = HostileWorld(config, hub, sandbox_urls, no_suites, service=service)
    world.widen()

    def effects() -> Counter[tuple[str, str]]:
        names = {r["id"]: r["account_name"] for r in service.records("account")}
        return Counter((names[e["id"]], e["op"]) for e in service.effects())

    def all_or_nothing(names: list[str]) -> None:
        with Client("crm", service.url, QUICK) as client:
            for name in names:
                if not client.send("POST", "/account", {"account_name": name}).ok:
                    raise ValueError(name)

    yield Target(
        world,
        lambda: {r["account_name"]: r["phone_number"] for r in service.records("account")},
        effects,
        all_or_nothing,
    )
    service.stop()


@pytest.fixture(params=["postgres", "http"])
def target(request: pytest.FixtureRequest) -> Target:
    """Both kinds of target in turn."""
    found: Target = request.getfixturevalue(f"{request.param}_target")
    return found


def type_names(world: World, names: list[str]) -> None:
    """Customers in the ERP."""
    world.erp(
        "INSERT INTO customers (name, kind, country_code, phone)"
        " SELECT n, 'O', 'GB', %s FROM unnest(%s::text[]) AS n",
        phone(0),
        names,
    )


def phone(n: int) -> str:
    """The number that everybody has after batch n."""
    return f"+44207946{n:04d}"


def names_of(batch: int, good: int, bad: int) -> list[str]:
    """A batch's names, the bad ones spread among the good."""
    names = [f"Good {batch}-{k}" for k in range(good)]
    for k in range(bad):
        names.insert(k * good // bad + k, f"Judas {batch}-{k}")
    return names


def kept(world: World) -> dict[str, quarantine.Entry]:
    """What a steward is shown of refused writes, by the customer's name."""
    with world.hub.connect() as conn:
        found = quarantine.entries(conn, limit=10**6)
    assert len({e.source_id for e in found}) == len(found)
    return {str(e.raw["legal_name"]): e for e in found if e.side == "write"}


def test_each_good_record_is_written_once_and_each_bad_one_is_kept(
    target: Target, scale: Callable[[int, int], int], figure: Callable[..., None], request: Any
) -> None:
    batches, good, bad = scale(2, 50), scale(62, 194), scale(2, 6)
    clean_every = scale(0, 3)
    typed: list[str] = []
    for n in range(batches):
        names = names_of(n, good, bad)
        typed += names
        type_names(target.world, names)
        counts = target.batch(target.mixed)
        assert (counts["confirmed"], counts["rejected"]) == (good, bad)
        if (
            clean_every and n % clean_every == 0
        ):  # the same without bad ones, in turn, so that both meet the same machine
            names = names_of(batches + n, good, 0)
            typed += names
            type_names(target.world, names)
            target.batch(target.clean)
    assert target.world.batch().get("planned", 0) == 0
    fine, refused = ({n for n in typed if n.startswith(word)} for word in ("Good", "Judas"))
    effects = target.effects()
    assert effects == Counter({(name, "C"): 1 for name in fine})
    shown = kept(target.world)
    assert shown.keys() == refused
    for name, entry in shown.items():
        assert "no_traitors" in entry.why or "not acceptable" in entry.why
        assert name not in entry.why
    lost = naive_lost(target, batches, good, bad)
    assert lost > 0
    figure(
        f"9 bad records, {request.node.callspec.id}",
        batches=batches,
        bad=len(refused),
        good=len(fine),
        good_not_once=sum(effects[name, "C"] != 1 for name in fine),
        bad_not_kept=len(refused - shown.keys()),
        throughput_of_the_good=target.throughput() if clean_every else "at full size only",
        naive_lost=lost,
    )


def naive_lost(target: Target, batches: int, good: int, bad: int) -> int:
    """Good names that do not arrive when each batch goes as one, until it fails."""
    names = [[f"{n} again" for n in names_of(b, good, bad)] for b in range(batches)]
    for batch in names:
        with suppress(psycopg.Error, ValueError):
            target.all_or_nothing(batch)
    held = target.held()
    return sum(n.startswith("Good") and n not in held for b in names for n in b)


def test_poison_that_stands_for_long_costs_the_others_nothing(
    target: Target, scale: Callable[[int, int], int], figure: Callable[..., None], request: Any
) -> None:
    """Half of the poison is left alone; the other half is changed, and so tried, in every batch."""
    batches, good, poison = scale(3, 200), scale(60, 198), 2
    world = target.world
    type_names(world, names_of(0, good, poison))
    world.settle()
    clean_every = scale(0, 4)
    changed = Counter[str]()
    for n in range(1, batches + 1):
        clean = bool(clean_every) and n % clean_every == 0
        tried = "Judas 0-0" if not clean else ""
        world.erp(
            "UPDATE customers SET phone = %s WHERE name LIKE 'Good%%' OR name = %s",
            phone(n),
            tried,
        )
        changed[tried] += 1
        counts = target.batch(target.clean if clean else target.mixed)
        assert (counts["confirmed"], counts["rejected"]) == (good, int(not clean))
    assert world.batch().get("planned", 0) == 0
    expected = {(f"Good 0-{k}", op): n for k in range(good) for op, n in (("C", 1), ("U", batches))}
    effects = target.effects()
    assert effects == Counter(expected)
    assert set(target.held().values()) == {phone(batches)}
    assert kept(world).keys() == {"Judas 0-0", "Judas 0-1"}
    tries = dict(
        world.ops(
            "SELECT new ->> 'legal_name', count(*) FROM ops.intent WHERE state = 'rejected'"
            " GROUP BY 1"
        )
    )
    assert tries == {"Judas 0-0": changed["Judas 0-0"] + 1, "Judas 0-1": 1}
    assert world.batch("nightly").get("planned", 0) == 0
    figure(
        f"9 poison, {request.node.callspec.id}",
        batches=batches,
        good_writes=good * batches,
        good_not_once=sum(effects[name] != n for name, n in expected.items()),
        poison_kept=poison,
        tries_of_untouched_poison=tries["Judas 0-1"],
        throughput_of_the_good=target.throughput() if clean_every else "at full size only",
    )
    world.erp("UPDATE customers SET name = replace(name, 'Judas', 'Jude')")
    world.settle()
    assert {"Jude 0-0", "Jude 0-1"} < target.held().keys()
    assert kept(world) == {}
