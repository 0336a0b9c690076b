"""New certificates go out by e-mail, each once, and no password is shown."""

from __future__ import annotations

import socket
from email import message_from_string
from pathlib import Path

import pytest

from concord.certify import anchor, mail, store
from concord.errors import ConcordError, Transient
from concord.model.spec import Certificates, Mail
from tests.conftest import TestHub
from tests.support.mail_server import MailServer

SECRET = "s3cret-w0rd"


def settings(port: int, **more: str) -> Certificates:
    given = {"to": ("audit@acme.example", "cfo@acme.example"), "sender": "concord@acme.example"}
    return Certificates(mail=Mail(**given, host="127.0.0.1", port=port, security="none", **more))


def issue(hub: TestHub, batch: int) -> str:
    with hub.connect() as conn:
        store.issue(conn, batch, "tie", "good", {"n": 1})
    with hub.connect() as conn:
        return store.latest(conn, 1)[0].hash.hex()


def keep(hub: TestHub, wanted: Certificates, home: Path) -> None:
    with hub.connect() as conn:
        anchor.keep(conn, wanted, home)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(mail.PASSWORD, SECRET)


def test_each_certificate_is_sent_once_with_its_hash(hub: TestHub, tmp_path: Path) -> None:
    with MailServer(users={"concord": SECRET}).running() as server:
        wanted = settings(server.port, user="concord")
        hashes = [issue(hub, 1), issue(hub, 2)]
        keep(hub, wanted, tmp_path)
        keep(hub, wanted, tmp_path)
        assert len(server.messages) == 1
        later = issue(hub, 3)
        keep(hub, wanted, tmp_path)
    assert server.receivers == ["audit@acme.example", "cfo@acme.example"] * 2
    first, second = (message_from_string(text).get_payload() for text in server.messages)
    assert all(f"hash={digest}" in first for digest in hashes)
    assert f"hash={later}" in second
    assert hashes[0] not in second
    assert (tmp_path / anchor.FILE).read_text().count("\n") == 3


def test_a_server_that_is_away_costs_no_line_of_the_file_and_the_mail_is_sent_later(
    hub: TestHub, tmp_path: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    digest = issue(hub, 1)
    with pytest.raises(Transient, match="cannot be reached"):
        keep(hub, settings(port), tmp_path)
    assert digest in (tmp_path / anchor.FILE).read_text()
    with MailServer().running() as server:
        keep(hub, settings(server.port), tmp_path)
        assert digest in server.messages[0]


@pytest.mark.parametrize(
    ("server", "error", "says"),
    [
        (MailServer(users={"concord": "other"}), mail.MailRefused, "refuses the log-in of concord"),
        (MailServer({"concord": SECRET}, {"RCPT": "550 no"}), mail.MailRefused, "every receiver"),
        (MailServer({"concord": SECRET}, {"MAIL": "550 no"}), mail.MailRefused, "the sender"),
        (MailServer({"concord": SECRET}, {"MAIL": "451 later"}), Transient, "the sender"),
        (MailServer({"concord": SECRET}, {"DATA": "552 full"}), mail.MailRefused, "code 552"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_refusal_is_told_without_the_password_and_nothing_counts_as_sent(
    hub: TestHub, tmp_path: Path, server: MailServer, error: type[ConcordError], says: str
) -> None:
    issue(hub, 1)
    with server.running():
        wanted = settings(server.port, user="concord")
        for _ in range(2):
            with pytest.raises(error, match=says) as caught:
                keep(hub, wanted, tmp_path)
            assert SECRET not in str(caught.value)
            assert caught.value.__cause__ is None
    assert server.messages == []


def test_a_server_without_encryption_is_refused_unless_that_is_said(
    hub: TestHub, tmp_path: Path
) -> None:
    issue(hub, 1)
    with MailServer().running() as server:
        wanted = settings(server.port)
        assert wanted.mail is not None
        wanted = Certificates(mail=wanted.mail.model_copy(update={"security": "starttls"}))
        with pytest.raises(mail.MailRefused, match="does not know STARTTLS"):
            keep(hub, wanted, tmp_path)
    assert server.messages == []
