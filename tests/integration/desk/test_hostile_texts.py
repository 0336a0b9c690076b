"""Five hundred texts that would run a script, wherever the hub holds text: none of them runs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from concord.errors import Said, parts
from tests.integration.desk.conftest import Open
from tests.support.payloads import Found, payloads
from tests.support.world import World

LONG = "x" * (1 << 20)
MET = 4_000_000  # the batch of the conflicts


@pytest.fixture
def hostile(office: World) -> list[str]:
    """Every payload as a value, a column's name, a key, a cause and a comment."""
    texts = payloads()
    with office.hub.connect() as conn:
        conn.execute("DELETE FROM ops.quarantine WHERE starts_with(source_id, 'hostile')")
        conn.execute("DELETE FROM ops.conflict WHERE batch_id = %s", (MET,))
        for n, text in enumerate(texts):
            cause = {"rule": text, "column": text, "owner": text, "message": text,
                     "meaning": {"en": text, "zh": text}, "severity": "critical"}  # fmt: skip
            conn.execute(
                "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
                " last_batch, reason, fix) VALUES ('erp', 'party', %s, %s, %s, 1, 1, %s, %s)",
                (f"hostile{n}{text}", Jsonb({text: text, "name": text}), Jsonb([cause]), text,
                 Jsonb({text: text})),
            )  # fmt: skip
            conn.execute(
                "INSERT INTO ops.review (kind, system, entity, subject, detail, state, closed_at,"
                " closed_by, comment, decided)"
                " VALUES ('tie', %s, %s, %s, %s, 'approved', now(), %s, %s, %s)",
                (text, text, f"{n}{text}", Jsonb({text: text}), text, text,
                 Jsonb({"choice": text, "before": {text: text}, "after": {text: text}})),
            )  # fmt: skip
            said = {"system": text, "source_id": text, "base": {"legal_name": text},
                    "value": {"legal_name": text, text: text}}  # fmt: skip
            conn.execute(
                "INSERT INTO ops.conflict (batch_id, entity, golden_id, unit, kind, loser, winner,"
                " reason) VALUES (%s, 'party', gen_random_uuid(), %s, 'blank', %s, %s, %s)",
                (MET, text, Jsonb(said), Jsonb(said), text),
            )
            conn.execute(
                "INSERT INTO ops.review (kind, system, entity, subject, detail) VALUES"
                " ('schema', 'erp', 'party', %s, %s) ON CONFLICT DO NOTHING",
                (f"hostile{n}", Jsonb(parts(Said(text, "column.gone", column=text)))),
            )
    return texts


def body(answer: Any) -> str:
    assert answer.status in (200, 400, 404, 409), answer.body[-600:]
    return str(answer.body)


def test_no_stored_text_becomes_an_element_of_a_page(
    page: Open, office: World, hostile: list[str]
) -> None:
    def clean(path: str, language: str = "en") -> str:
        seen = body(page(path, language=language))
        assert Found(seen).wrong == [], path
        return seen

    ours = "WHERE starts_with(source_id, 'hostile')"
    entries = [n for (n,) in office.ops(f"SELECT quarantine_id FROM ops.quarantine {ours}")]
    assert len(entries) == len(hostile)
    reviews = [n for (n,) in office.ops("SELECT review_id FROM ops.review WHERE kind = 'tie'")]
    for number in entries:
        clean(f"/quarantine/{number}")
    for number in reviews[::5]:
        clean(f"/reviews/{number}")
    for list_ in ("/quarantine?order=age", f"/conflicts?batch={MET}"):
        after: str | None = list_
        pages = 0
        while after:
            seen = clean(after)
            pages += 1
            mark = seen.partition('rel="next"')[0].rpartition("after=")[2].partition('"')[0]
            after = f"{list_}&after={mark}" if 'rel="next"' in seen else None
        assert pages >= len(hostile) // 50
    met = office.ops("SELECT conflict_id FROM ops.conflict WHERE batch_id = %s", MET)
    assert len(met) == len(hostile)
    told = office.ops("SELECT review_id FROM ops.review WHERE starts_with(subject, 'hostile')")
    for number in [n for (n,) in met][::5]:
        clean(f"/conflicts/{number}")
    for number in [n for (n,) in told][::5]:
        clean(f"/reviews/{number}", "zh")
    for path in ("/", "/reviews?order=closed", "/quality"):
        clean(path)


def test_no_sent_text_becomes_an_element_of_a_page(page: Open, hostile: list[str]) -> None:
    for text in hostile[::4]:
        bare = text.replace("&", "").replace("?", "").replace("=", "")
        for path in ("/records?q=", "/runs?lane=", "/reviews?kind=", "/quarantine?rule=",
                     "/of-dag?dag_id=", "/nothing/"):  # fmt: skip
            assert Found(body(page(path + bare))).wrong == [], path


def test_a_long_value_neither_fills_the_page_nor_breaks_it(page: Open, office: World) -> None:
    with office.hub.connect() as conn:
        row = conn.execute(
            "INSERT INTO ops.quarantine (system, entity, source_id, raw, causes, first_batch,"
            " last_batch) VALUES ('erp', 'party', %s, %s, '[]', 1, 1) RETURNING quarantine_id",
            (f"long {datetime.now(UTC)}", Jsonb({"name": LONG, "email": "\u202eevil \U0001f600"})),
        ).fetchone()
    assert row
    seen = body(page(f"/quarantine/{row[0]}"))
    assert len(seen) < 40_000
    assert "too long to edit here" in seen
    assert "⟨202E⟩" in seen  # what turns the reading direction is made visible
