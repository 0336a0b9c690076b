"""People at work in documents while Concord reads and writes them: no change of theirs is lost."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from concord.systems.digest import lines_of
from concord.systems.protocol import Fence
from tests.integration.systems.conftest import Shop, update
from tests.support.orders import LINES, ORDERS, order_mapping, text

SECONDS = 3.0
DOCUMENTS = tuple("ABCDEFGHIJKL")
# People count a quantity up by one, we by a hundredth: it says how often who changed it.
EDITS = (
    ("UPDATE so_line SET qty = qty + 1 WHERE so_no = %(no)s AND line_no = 1",),
    (
        "UPDATE so_line SET qty = qty + 1 WHERE so_no = %(no)s AND line_no = 1",
        "UPDATE so SET customer = 'typed' WHERE so_no = %(no)s",
    ),
    (
        "UPDATE so SET customer = 'first' WHERE so_no = %(no)s",
        "UPDATE so_line SET qty = qty + 1 WHERE so_no = %(no)s AND line_no = 1",
    ),
)


@pytest.fixture
def orders(bare: Shop) -> Shop:
    """Some orders with one line each."""
    bare.sql(ORDERS)
    for so_no in DOCUMENTS:
        bare.sql("INSERT INTO so (so_no, customer) VALUES (%s, 'c')", so_no)
        bare.sql("INSERT INTO so_line (so_no, line_no, item, qty) VALUES (%s, 1, 'x', 1)", so_no)
    bare.mapping = order_mapping()
    bare.prepare()
    return bare


def test_no_change_of_lines_is_lost_to_our_writes_or_missed_by_capture(orders: Shop) -> None:
    end, done = time.monotonic() + SECONDS, Counter[str]()
    ended: list[str] = []

    def person(seed: int) -> None:
        chance = random.Random(seed)
        with orders.connect() as conn:
            while time.monotonic() < end:
                so_no, edits = chance.choice(DOCUMENTS), chance.choice(EDITS)
                try:
                    for edit in edits:
                        conn.execute(edit, {"no": so_no})
                        time.sleep(chance.choice((0, 0.01)))
                    conn.commit()
                    done[f"{seed} {so_no}"] += 1
                except psycopg.errors.DeadlockDetected as e:  # people among themselves
                    conn.rollback()
                    ended.append(str(e))
                time.sleep(chance.choice((0.05, 0.2)))

    people = [threading.Thread(target=person, args=(seed,)) for seed in range(3)]
    copy, since = orders.everything(), orders.position()
    states, ours = Counter[str](), Counter[str]()
    for one in people:
        one.start()
    with orders.system.writer(Fence("load", 1)) as writer:
        while time.monotonic() < end:
            since = orders.read_on(since, copy)
            writes = [_written(i, dict(copy[i].values), sum(states.values())) for i in DOCUMENTS]
            outcomes = writer.apply(orders.mapping, writes, orders.shape())
            states.update(o.state for o in outcomes)
            ours.update(str(o.source_id) for o in outcomes if o.state == "confirmed")
    for one in people:
        one.join()
    orders.read_on(since, copy)
    assert copy == orders.everything()
    counted = Counter[str]()
    for key, times in done.items():
        counted[key.split()[1]] += times
    stored = {i: Decimal(_first(copy[i].values[LINES])["qty"]) for i in DOCUMENTS}
    assert stored == {i: 1 + counted[i] + ours[i] * Decimal("0.01") for i in DOCUMENTS}
    assert states["confirmed"] > 5
    assert states["rejected"] == 0
    assert sum(done.values()) > 20


def _written(so_no: str, seen: dict[str, Any], n: int) -> Any:
    """A write that counts the first line up, and makes or takes away a second line."""
    first = _first(seen[LINES])
    second = [] if n % 2 else [{**first, "line_no": "2", "item": f"ours {n}"}]
    counted = str(Decimal(first["qty"]) + Decimal("0.01"))
    new = {LINES: text({**first, "qty": counted}, *second), "note": f"n{n}"}
    return update(so_no, {c: seen[c] for c in new}, **new)


def _first(raw: str | None) -> dict[str, Any]:
    return lines_of(raw or "")[0]
