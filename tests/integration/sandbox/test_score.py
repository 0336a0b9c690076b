from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from concord.errors import ConcordError
from concord.sandbox.score import score

HEADER = "true_id,system,entity,source_id,dirt"
TRUTH = """\
T1,erp,party,C1,
T1,crm,party,a1,link_tax
T1,erp,party,C2,double|link_email
T2,erp,party,C3,
T2,crm,party,a3,link_scored
T3,erp,party,C4,
T3,crm,party,a4,link_tax|name_typo
T4,crm,party,a5,broken_email
T1.1,erp,contact,1,
T2.1,erp,contact,2,
T2.1,crm,contact,p2,
T3.1,erp,contact,3,
T3.1,crm,contact,p3,
"""
G = [f"00000000-0000-7000-8000-00000000000{i}" for i in range(6)]


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    file = tmp_path / "truth.csv"
    file.write_text(f"{HEADER}\n{TRUTH}")
    return file


def fill(hub: Any, *rows: tuple[str, str, str], entity: str = "party") -> None:
    with psycopg.connect(hub.admin_url) as conn:
        conn.cursor().executemany(
            f"INSERT INTO image.{entity} (system, source_id, golden_id, raw, raw_hash, version, "
            "changed, settled, fixed, read_seq, first_batch, seen_batch) "
            "VALUES (%s, %s, %s, '{}', gen_random_uuid(), 1, '{}', '{}', '{}', 1, 1, 1)",
            rows,
        )


def test_a_hub_that_knows_the_truth_has_full_marks(hub: Any, truth: Path) -> None:
    fill(hub, ("erp", "C1", G[1]), ("crm", "a1", G[1]), ("erp", "C2", G[1]))
    found = score(truth, hub.url)
    assert (found.precision, found.recall, found.f1) == (1.0, 1.0, 1.0)
    assert (found.records, found.in_hub, found.not_in_truth) == (8, 3, 0)


def test_records_that_were_deleted_do_not_count(hub: Any, truth: Path) -> None:
    fill(hub, ("erp", "C1", G[1]), ("crm", "a1", G[2]))
    with psycopg.connect(hub.admin_url) as conn:
        conn.execute("UPDATE image.party SET deleted_at = now() WHERE source_id = 'a1'")
    found = score(truth, hub.url)
    assert (found.in_hub, found.not_in_truth, found.split) == (1, 0, 0)


def test_splits_and_mixtures_are_counted_in_pairs(hub: Any, truth: Path) -> None:
    fill(
        hub,
        *(("erp", "C1", G[1]), ("crm", "a1", G[1]), ("erp", "C2", G[2])),  # one of three split off
        *(("erp", "C3", G[3]), ("crm", "a3", G[4])),  # split, but told to be hard
        *(("erp", "C4", G[2]), ("crm", "a4", G[2])),  # right, and mixed with C2
        ("crm", "made-by-concord", G[5]),
    )
    found = score(truth, hub.url)
    assert (found.pairs_true, found.pairs_found, found.pairs_right) == (5, 4, 2)
    assert (found.precision, found.recall) == (0.5, 0.4)
    assert str(found).startswith("precision 0.5000, recall 0.4000, F1 0.4444 over 5 true pairs")
    assert found.f1 == pytest.approx(0.4444, abs=1e-4)
    assert (found.split, found.split_easy, found.mixed) == (2, 1, 1)
    assert (found.true_things, found.golden_things, found.not_in_truth) == (3, 4, 1)


def test_an_empty_hub_makes_no_mistake(hub: Any, truth: Path) -> None:
    found = score(truth, hub.url)
    assert (found.in_hub, found.pairs_true, found.precision, found.recall) == (0, 0, 1.0, 1.0)


def test_contacts_are_hard_to_join_where_their_customers_are(hub: Any, truth: Path) -> None:
    contacts = (("erp", "2"), ("crm", "p2"), ("erp", "3"), ("crm", "p3"))
    rows = [(*key, golden) for key, golden in zip(contacts, G, strict=False)]
    fill(hub, *rows, entity="contact")
    found = score(truth, hub.url, "contact")
    assert (found.records, found.in_hub) == (5, 4)
    assert (found.split, found.split_easy) == (2, 1)


def test_an_entity_that_is_none_is_named(hub: Any, truth: Path) -> None:
    with pytest.raises(ConcordError, match="no table for the entity ghost"):
        score(truth, hub.url, "ghost")


def test_a_file_that_is_no_truth_is_refused(hub: Any, tmp_path: Path) -> None:
    with pytest.raises(ConcordError, match=r"none\.csv: No such file"):
        score(tmp_path / "none.csv", hub.url)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    with pytest.raises(ConcordError, match=r"wrong\.csv:1: has not the columns true_id"):
        score(wrong, hub.url)
    wrong.write_text(f"{HEADER}\nT1,erp\n")
    with pytest.raises(ConcordError, match=r"wrong\.csv: is not a whole truth file"):
        score(wrong, hub.url)
