"""The chain of certificates: every kind of change shows, and each is told from the others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from concord.certify import anchor, store
from concord.certify.verify import Broken, Verified, verify
from concord.cli.__main__ import main
from concord.errors import ConcordError
from concord.model.spec import Certificates
from tests.conftest import TestHub

BODY = {"company": "Größe & 公司", "controls": [], "lane": "nightly", "unexplained": 0}


def fill(hub: TestHub, home: Path, count: int = 5, first: int = 1) -> None:
    """Issue and anchor certificates, one a batch."""
    for batch in range(first, first + count):
        with hub.connect() as conn:
            store.issue(conn, batch, "tie", "good", {**BODY, "batch": batch})
    with hub.connect() as conn:
        anchor.keep(conn, Certificates(), home)


def behind_all_backs(hub: TestHub, *statements: str) -> None:
    """What a superuser can do with triggers switched off."""
    with psycopg.connect(hub.admin_url) as conn:
        conn.execute("SET session_replication_role = replica")
        for text in statements:
            conn.execute(text.encode())


def found(hub: TestHub, home: Path) -> Verified:
    with hub.connect() as conn:
        return verify(conn, home / anchor.FILE)


def broken(hub: TestHub, home: Path) -> Broken:
    wrong = found(hub, home).broken
    assert wrong is not None
    return wrong


def edit(path: Path, number: int, old: str, new: str) -> None:
    """Replace a text in the anchor's line of a certificate."""
    lines = path.read_text().splitlines(keepends=True)
    assert old in lines[number - 1]
    lines[number - 1] = lines[number - 1].replace(old, new)
    path.write_text("".join(lines))


def test_an_untouched_chain_is_sound_and_says_what_was_put_in(hub: TestHub, tmp_path: Path) -> None:
    assert found(hub, tmp_path) == Verified()
    fill(hub, tmp_path)
    assert found(hub, tmp_path) == Verified(certificates=5, anchored=5)
    with hub.connect() as conn:
        one = store.read(conn, 3)
    assert one.content == {**BODY, "batch": 3}
    assert '"company":"Größe & 公司"' in one.body
    assert one.due == one.hash


@pytest.mark.parametrize(
    "change",
    [
        "SET body = replace(body, 'nightly', 'monthly')",
        "SET verdict = 'bad'",
        "SET kind = 'completeness'",
        "SET batch_id = 99",
        "SET at = at + interval '1 microsecond'",
        "SET previous = '\\x00'",
        "SET hash = sha256('x')",
    ],
)
def test_a_changed_certificate_is_named(hub: TestHub, tmp_path: Path, change: str) -> None:
    fill(hub, tmp_path)
    behind_all_backs(hub, f"UPDATE ops.certificate {change} WHERE number = 3")
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("changed", 3)


def test_a_certificate_that_was_made_anew_in_its_place_does_not_fit_the_next_one(
    hub: TestHub, tmp_path: Path
) -> None:
    fill(hub, tmp_path)
    behind_all_backs(
        hub,
        "UPDATE ops.certificate SET body = replace(body, 'nightly', 'monthly') WHERE number = 3",
        "UPDATE ops.certificate AS c SET hash = sha256(c.previous || convert_to(concat_ws(E'\\x1f',"
        " c.number, to_char(c.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), c.batch_id,"
        " c.kind, c.verdict, c.body), 'UTF8')) WHERE number = 3",
    )
    with hub.connect() as conn:
        forged = store.read(conn, 3)
    assert forged.due == forged.hash
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("replaced", 3)


def test_a_removed_certificate_is_named(hub: TestHub, tmp_path: Path) -> None:
    fill(hub, tmp_path)
    behind_all_backs(hub, "DELETE FROM ops.certificate WHERE number IN (2, 3)")
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("removed", 2)
    assert "certificate 2 to 3 was removed" in wrong.what


def test_a_chain_that_was_cut_off_is_seen_by_its_anchor(hub: TestHub, tmp_path: Path) -> None:
    fill(hub, tmp_path)
    behind_all_backs(hub, "DELETE FROM ops.certificate WHERE number > 3")
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("cut", 4)
    behind_all_backs(hub, "DELETE FROM ops.certificate")
    assert broken(hub, tmp_path).kind == "cut"


def test_a_chain_that_was_made_anew_is_seen_by_its_anchor(hub: TestHub, tmp_path: Path) -> None:
    """A superuser can compute every hash again; the file has the old ones."""
    fill(hub, tmp_path)
    with hub.connect() as conn:
        kept = [(c.batch, c.body.replace("nightly", "monthly")) for c in store.chain(conn, 3)]
    behind_all_backs(hub, "DELETE FROM ops.certificate WHERE number > 3")
    for batch, body in kept:
        with hub.connect() as conn:
            conn.execute(
                "INSERT INTO ops.certificate (batch_id, kind, verdict, body)"
                " VALUES (%s, 'tie', 'good', %s)",
                (batch, body),
            )
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("replaced", 4)


def test_a_changed_line_of_the_anchor_is_told_from_a_changed_certificate(
    hub: TestHub, tmp_path: Path
) -> None:
    fill(hub, tmp_path)
    with hub.connect() as conn:
        digest = store.read(conn, 2).hash.hex()
    edit(tmp_path / anchor.FILE, 2, digest, digest[::-1])
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("anchor_changed", 2)


def test_a_line_that_is_gone_or_unreadable_is_a_changed_anchor(
    hub: TestHub, tmp_path: Path
) -> None:
    fill(hub, tmp_path)
    path = tmp_path / anchor.FILE
    whole = path.read_text()
    kept = [line for line in whole.splitlines(True) if " certificate=3 " not in line]
    path.write_text("".join(kept))
    assert (broken(hub, tmp_path).kind, broken(hub, tmp_path).number) == ("anchor_changed", 3)
    path.write_text(whole.replace("certificate=2", "certificate=two"))
    assert "line 2" in broken(hub, tmp_path).what


def test_what_is_not_anchored_yet_is_said_and_the_next_call_adds_it(
    hub: TestHub, tmp_path: Path
) -> None:
    """The process may die between the certificate and its line."""
    fill(hub, tmp_path, 2)
    with hub.connect() as conn:
        store.issue(conn, 3, "tie", "good", BODY)
    wrong = broken(hub, tmp_path)
    assert (wrong.kind, wrong.number) == ("not_anchored", 3)
    with hub.connect() as conn:
        assert anchor.keep(conn, Certificates(), tmp_path) == 1
        assert anchor.keep(conn, Certificates(), tmp_path) == 0
    assert found(hub, tmp_path) == Verified(certificates=3, anchored=3)


def test_a_hub_that_was_set_back_does_not_go_on_in_the_old_file(
    hub: TestHub, tmp_path: Path
) -> None:
    fill(hub, tmp_path)
    behind_all_backs(hub, "DELETE FROM ops.certificate WHERE number > 3")
    with pytest.raises(anchor.AnchorFailed, match=r"certificate 5 of .* is not in the hub"):
        fill(hub, tmp_path, 1, first=90)
    with pytest.raises(anchor.AnchorFailed, match=r"certificate 5 of .* is not in the hub"):
        fill(hub, tmp_path, 1, first=91)
    assert broken(hub, tmp_path).kind == "replaced"


def test_two_hubs_may_use_one_file(hub: TestHub, tmp_path: Path) -> None:
    other = "chain=0123456789abcdef certificate=9 at=x batch=1 kind=tie verdict=good hash="
    other += "0" * 64
    (tmp_path / anchor.FILE).write_text(other + "\n")
    fill(hub, tmp_path)
    seen = found(hub, tmp_path)
    assert (seen.certificates, seen.anchored, seen.broken) == (5, 5, None)
    assert "1 certificates of another chain" in seen.notes[0]
    assert (tmp_path / anchor.FILE).read_text().startswith(other)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ops.certificate SET verdict = 'good'",
        "DELETE FROM ops.certificate",
        "TRUNCATE ops.certificate",
    ],
)
def test_not_even_the_owner_changes_it(hub: TestHub, tmp_path: Path, statement: str) -> None:
    fill(hub, tmp_path, 1)
    with (
        psycopg.connect(hub.owner_url) as conn,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        conn.execute(statement.encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ops.certificate SET verdict = 'good'",
        "DELETE FROM ops.certificate",
        "INSERT INTO ops.certificate (number, at, batch_id, kind, verdict, body, previous, hash)"
        " VALUES (1, now(), 1, 'tie', 'good', '{}', '', '')",
    ],
)
def test_the_engine_adds_and_reads_and_chooses_no_hash(hub: TestHub, statement: str) -> None:
    with hub.connect() as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
        conn.execute(statement.encode())


def test_writers_at_once_make_one_chain(hub: TestHub, tmp_path: Path) -> None:
    def write(name: int) -> None:
        for n in range(10):
            with hub.connect() as conn:
                store.issue(conn, name * 100 + n, "tie", "good", BODY)
            with hub.connect() as conn:
                anchor.keep(conn, Certificates(), tmp_path)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert found(hub, tmp_path) == Verified(certificates=40, anchored=40)
    assert len((tmp_path / anchor.FILE).read_text().splitlines()) == 40


def test_a_batch_has_one_certificate_of_a_kind(hub: TestHub, tmp_path: Path) -> None:
    fill(hub, tmp_path, 1)
    with hub.connect() as conn, pytest.raises(psycopg.errors.UniqueViolation):
        store.issue(conn, 1, "tie", "good", BODY)


def test_an_anchor_that_cannot_be_written_is_said_plainly(hub: TestHub, tmp_path: Path) -> None:
    fill(hub, tmp_path, 1)
    (tmp_path / "file").write_text("in the way")
    settings = Certificates(anchor=str(tmp_path / "file" / "certificates.log"))
    says = r"cannot be written.*run the step"
    with hub.connect() as conn, pytest.raises(ConcordError, match=says):
        anchor.keep(conn, settings, tmp_path)


def test_the_command_line_lists_shows_and_verifies(
    hub: TestHub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CONCORD_HUB_URL", hub.url)
    monkeypatch.setenv("CONCORD_HOME", str(tmp_path))
    assert main(["certificate", "verify"]) == 0
    fill(hub, tmp_path)
    assert main(["certificate", "list", "--limit", "2"]) == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines()[-2:]] == ["5", "4"]
    assert main(["certificate", "show", "4", "--json"]) == 0
    assert '"batch":4' in capsys.readouterr().out
    assert main(["certificate", "show", "6"]) == 1
    assert "there is no certificate 6" in capsys.readouterr().err
    assert main(["certificate", "verify"]) == 0
    assert "5 certificates: the chain is sound" in capsys.readouterr().out
    behind_all_backs(hub, "DELETE FROM ops.certificate WHERE number = 5")
    assert main(["certificate", "verify"]) == 1
    assert "NOT SOUND (cut): certificate 5 stands in" in capsys.readouterr().out
