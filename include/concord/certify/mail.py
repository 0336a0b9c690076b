"""E-mail: new lines of the anchor, sent to where nobody with rights in the hub can change them."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from concord.errors import ConcordError, Transient
from concord.model.spec import Mail

PASSWORD = "CONCORD_SMTP_PASSWORD"
PATIENCE = 30  # seconds for each answer of the server


class MailRefused(ConcordError):
    """The mail server refuses: sending again does not help."""


class MailUnavailable(Transient):
    """The mail server could not be reached, or asks to try later."""


def send(settings: Mail, lines: Sequence[str]) -> None:
    """Send lines of the anchor in one message.

    Raises:
        MailUnavailable: try again later; the message may not have been sent.
        MailRefused: the server refuses sender, receivers, user or password.
    """
    with _plainly(settings), _server(settings) as server:
        server.send_message(_message(settings, lines))


def _message(settings: Mail, lines: Sequence[str]) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = settings.sender, ", ".join(settings.to)
    message["Subject"] = f"Concord: {len(lines)} new certificate{'s'[: len(lines) != 1]}"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain="concord.invalid")
    text = (
        "Keep this message. It lets anybody prove later that these certificates were not changed:\n"
        "compare with `./concord certificate list` and `./concord certificate verify`.\n\n"
    )
    # As it is: a line that is broken up could not be searched for.
    message.set_content(text + "\n".join(lines) + "\n", cte="7bit")
    return message


@contextmanager
def _server(settings: Mail) -> Iterator[smtplib.SMTP]:
    secure = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=PATIENCE, context=secure
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=PATIENCE)
    with server:
        if settings.security == "starttls":
            server.starttls(context=secure)
        if settings.user is not None:
            server.login(settings.user, os.environ.get(PASSWORD, ""))
        yield server


@contextmanager
def _plainly(settings: Mail) -> Iterator[None]:
    """Turn what goes wrong into our errors, without what the server repeats of the log-in."""
    at = f"the mail server at {settings.host}:{settings.port}"
    try:
        yield
    except smtplib.SMTPAuthenticationError:
        raise MailRefused(
            f"{at} refuses the log-in of {settings.user}; correct `user` in company.yaml or"
            f" {PASSWORD}"
        ) from None
    except smtplib.SMTPRecipientsRefused:
        raise MailRefused(f"{at} refuses every receiver in `to` of company.yaml") from None
    except smtplib.SMTPSenderRefused as e:
        raise _by_code(e.smtp_code, f"{at} refuses the sender in company.yaml") from None
    except smtplib.SMTPResponseException as e:
        raise _by_code(e.smtp_code, f"{at} answers with code {e.smtp_code}") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused(
            f"{at} does not know STARTTLS or log-ins; see `security` and `user` in company.yaml"
        ) from None
    except (smtplib.SMTPException, OSError) as e:
        raise MailUnavailable(f"{at} cannot be reached: {type(e).__name__}") from None


def _by_code(code: int, what: str) -> ConcordError:
    return MailUnavailable(what) if 400 <= code < 500 else MailRefused(what)
