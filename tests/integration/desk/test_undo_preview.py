"""Taking a change set back: its preview shows what would change, old and new, page by page."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from concord.errors import ConcordError
from concord.stewardship import sight, undo
from tests.integration.desk.conftest import Open
from tests.support.world import World


@pytest.fixture(scope="module")
def written(office: World) -> int:
    """A change set of the CRM in which 25 customers or as many as there are got another name, one
    of them changed again since.
    """
    office.limit("crm", count=1000, share=1.0)
    office.erp("UPDATE customers SET name = name || ' Holding'")
    office.batch()
    number = office.one("hub", "SELECT max(change_set_id) FROM ops.change_set WHERE system = 'crm'"
                        " AND entity = 'party' AND updates > 10")  # fmt: skip
    office.erp(
        "UPDATE customers SET name = 'Renamed since' WHERE customer_code ="
        " (SELECT customer_code FROM customers ORDER BY 1 DESC LIMIT 1)"
    )
    office.batch()
    return int(number)


def text(answer: Any) -> str:
    assert answer.status == 200, answer.body
    assert isinstance(answer.body, str)
    return answer.body


def test_the_preview_shows_what_is_there_and_what_would_be(
    page: Open, written: int, office: World
) -> None:
    seen = html.unescape(text(page(f"/change-sets/{written}/undo")))
    rows = re.findall("<tr>(.*?)</tr>", seen, re.S)
    back = [re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", row)) for row in rows if "gets back" in row]
    assert back
    name = re.search(r"Now (.+? Holding) Then (.+?) *$", back[0])
    assert name, back[0]
    assert name[1] == f"{name[2].strip()} Holding"
    assert "恢复" in text(page(f"/change-sets/{written}/undo", language="zh"))


def test_what_was_changed_since_says_that_a_person_is_asked(page: Open, written: int) -> None:
    path: str | None = f"/change-sets/{written}/undo"
    seen = ""
    while path:
        one = html.unescape(text(page(path)))
        seen += one
        onward = re.search(r'href="(\?after=[^"#]+)', one)
        path = f"/change-sets/{written}/undo{onward[1]}" if onward else None
    assert "changed since: a person is asked" in seen
    assert "Renamed since" in seen


def test_its_pages_miss_none_and_agree_with_the_counts(written: int, office: World) -> None:
    with office.hub.connect() as conn:
        whole = undo.preview(conn, office.engine, written)
        seen: list[undo.Step] = []
        mark = None
        while True:
            counted, part = undo.look(
                conn, office.engine, written, may_see=sight.ALL, after=mark, limit=7
            )
            assert counted == whole
            seen += part.items
            if (mark := part.after) is None:
                break
    told = [s.becomes for s in seen]
    assert told.count("restored") == whole.restored
    assert told.count("asked") == whole.changed_since
    assert len({(s.write, s.unit) for s in seen}) == len(seen)
    assert whole.restored > 7


def test_a_reader_is_shown_no_value_that_is_not_for_him(office: World, written: int) -> None:
    party = office.config.entity["party"]
    hidden = {f.name for f in party.fields if f.sensitivity not in sight.PLAIN}
    office.crm(
        "UPDATE account SET email_address = 'a' || row_number || '@new.example' FROM"
        " (SELECT id AS own, row_number() OVER () FROM account) AS n WHERE id = own"
    )
    office.batch()
    number = office.one("hub", "SELECT max(change_set_id) FROM ops.intent WHERE system = 'erp'"
                        " AND new ? 'email' AND state = 'confirmed'")  # fmt: skip
    with office.hub.connect() as conn:
        steps = undo.look(conn, office.engine, number)[1].items
    assert steps
    values = [v for s in steps for f, v in (*s.now.items(), *s.then.items()) if f in hidden]
    assert values
    assert all(v.hidden or v.text is None for v in values)


def test_records_that_were_made_are_named_with_what_becomes_of_them(office: World) -> None:
    office.customer("New Customer Ltd")
    office.batch()
    number = office.one("hub", "SELECT max(change_set_id) FROM ops.intent WHERE system = 'crm'"
                        " AND action = 'create' AND state = 'confirmed'")  # fmt: skip
    with office.hub.connect() as conn:
        whole = undo.preview(conn, office.engine, number)
        steps = undo.look(conn, office.engine, number)[1].items
        with pytest.raises(ConcordError, match="no mark"):
            undo.look(conn, office.engine, number, after="x")
    (made,) = [s for s in steps if s.title == "New Customer Ltd"]
    told = [s.becomes for s in steps]
    assert made.becomes in ("deleted", "kept")
    assert told.count("deleted") == whole.deleted
    assert told.count("kept") == whole.kept
