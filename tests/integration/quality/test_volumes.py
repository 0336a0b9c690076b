"""Volumes: today's rows against the same weekday's history, and silence where there is none."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from concord.hub.database import Hub
from concord.quality import volumes
from concord.quality.rules import Rule, Suite, Suites
from concord.quality.table import RuleResult
from tests.support.world import World

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 4, 10, 15, 0, tzinfo=ZONE)  # a Friday; the clocks went forward on 29 March


def suites(**kwargs: Any) -> Suites:
    rule = Rule(
        "volume",
        "volume",
        {"factor": 3, **kwargs},
        "warning",
        "batch",
        "o",
        {"en": "e"},
        (),
        "f",
        1,
    )
    suite = Suite("crm", "party", (), (), {}, (rule,))
    none = Suite("erp", "party", (), (), {})
    return Suites({("crm", "party"): suite, ("erp", "party"): none}, "Europe/Berlin")


def came(hub: Hub, at: datetime, n: int, entity: str = "party") -> None:
    """A batch that began then and accepted so many rows."""
    with hub.connect() as conn:
        [batch] = conn.execute(
            "INSERT INTO ops.batch (run_id, lane, scope, systems, entities, started_at, state)"
            " VALUES (gen_random_uuid(), 'fast', 'delta', '{crm}', '{party}', %s, 'done')"
            " RETURNING batch_id",
            (at,),
        ).fetchone()  # type: ignore[misc]
        conn.cursor().executemany(
            "INSERT INTO ops.batch_count VALUES (%s, 'crm', %s, %s, %s)",
            [(batch, entity, "accepted", n), (batch, entity, "read", 10 * n)],
        )


def history(hub: Hub, numbers: list[int]) -> None:
    """So many rows at noon of the last Fridays, and many more on the days and hours around it."""
    for weeks, n in enumerate(numbers, 1):
        friday = datetime(2026, 4, 10, 12, 0) - timedelta(weeks=weeks)
        came(hub, friday.replace(tzinfo=ZONE), n)
        came(hub, friday.replace(hour=15, minute=1, tzinfo=ZONE), 10_000)
        came(hub, (friday - timedelta(days=1)).replace(tzinfo=ZONE), 10_000)


def judged(hub: Hub, **kwargs: Any) -> RuleResult:
    with hub.connect() as conn:
        found = volumes.judge(conn, suites(**kwargs), [("crm", "party"), ("erp", "party")], now=NOW)
    [result] = found
    return result.rules[0]


@pytest.mark.parametrize(("today", "good"), [(33, False), (34, True), (300, True), (301, False)])
def test_far_more_or_fewer_rows_than_on_this_weekday_by_now_are_warned_of(
    hub: Hub, today: int, good: bool
) -> None:
    history(hub, [80, 100, 5000])
    came(hub, NOW - timedelta(hours=5), today - 1)
    came(hub, NOW - timedelta(minutes=1), 1)
    came(hub, NOW - timedelta(hours=16), 10_000)  # yesterday evening
    found = judged(hub)
    assert (found.success, found.failed) == (good, int(not good))
    assert found.observed == f"{today}; by now usually 100"


def test_a_table_from_which_nothing_comes_any_more_is_noticed(hub: Hub) -> None:
    history(hub, [100, 100, 100])
    assert not judged(hub).success


def test_two_days_are_no_history(hub: Hub) -> None:
    history(hub, [100, 100])
    found = judged(hub)
    assert (found.success, found.observed) == (True, "0; no history yet")


def test_a_ninth_week_back_is_forgotten(hub: Hub) -> None:
    history(hub, [100] * 4 + [900] * 5)
    came(hub, NOW - timedelta(hours=1), 400)
    assert judged(hub).observed == "400; by now usually 500"


def test_nothing_is_said_about_a_handful_of_rows(hub: Hub) -> None:
    history(hub, [19, 19, 19])
    assert judged(hub).success
    assert not judged(hub, least=19).success


def test_a_quiet_weekday_is_history_too(hub: Hub) -> None:
    history(hub, [0, 0, 100])
    assert judged(hub, least=0).observed == "0; by now usually 0"


def test_rows_of_another_entity_do_not_count(hub: Hub) -> None:
    history(hub, [100, 100, 100])
    came(hub, NOW - timedelta(hours=1), 100, entity="contact")
    assert not judged(hub).success


def test_the_first_batch_of_an_hour_asks_even_when_it_read_nothing(
    world: World, no_suites: Path, tmp_path: Path
) -> None:
    world.expectations = shutil.copytree(no_suites, tmp_path / "expectations")
    rule = {
        "type": "volume",
        "kwargs": {"factor": 3},
        "severity": "warning",
        "meta": {"rule": "volume", "owner": "o", "meaning": {"en": "e", "zh": "z"}},
    }
    text = json.dumps({"name": "crm.party", "expectations": [rule]})
    (world.expectations / "crm" / "party.json").write_text(text)
    world.engine = world.fresh_engine()
    assert world.batch()["failed_rules"] == 0
    asked = "SELECT system, entity, level, success, observed FROM ops.validation"
    assert world.ops(asked) == [("crm", "party", "batch", True, "0; no history yet")]
    world.batch()
    hours = "SELECT count(DISTINCT date_trunc('hour', started_at)) FROM ops.batch"
    assert len(world.ops(asked)) == world.one("hub", hours)  # one, unless the clock just struck
    world.ops("UPDATE ops.batch SET started_at = started_at - interval '1 hour'")
    world.batch()
    assert len(world.ops(asked)) == world.one("hub", hours) >= 2
