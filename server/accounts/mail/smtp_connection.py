"""Handing mails to an SMTP server: nothing waits for ever, and its errors end in three of ours."""

import asyncio
from contextlib import suppress
from email.message import EmailMessage
from types import TracebackType

import aiosmtplib

from machine.sockets.listening_address import is_loopback
from schema.text.one_line import said_by
from server.accounts.mail.mail_settings import Encryption, SmtpServer

CONNECT_SECONDS = 10.0
"""To connect, encrypt and log in."""

SEND_SECONDS = 20.0
"""For one mail; the server may look at it for spam before it answers."""

QUIT_SECONDS = 2.0

MOST_WORDS = 300
"""Characters that are kept of what a server says."""


class MailTrouble(Exception):
    """The server takes no mails just now, or none of ours; trying again may help."""


class MailDeferred(Exception):
    """The server does not take this one now; it may take others, and this one later."""


class MailRefused(Exception):
    """The server will never take this one; the message says why in its words."""


class SmtpConnection:
    """A connection to the server, for some mails in a row; `async with`."""

    def __init__(self, server: SmtpServer) -> None:
        is_near = is_loopback(server.host)
        start_tls = {Encryption.TLS: False, Encryption.STARTTLS: True}
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password if server.user is not None else None,
            timeout=SEND_SECONDS,
            use_tls=server.encryption is Encryption.TLS,
            start_tls=start_tls.get(server.encryption, False if is_near else None),
            validate_certs=server.encryption is not Encryption.IF_OFFERED,
        )

    async def __aenter__(self) -> "SmtpConnection":
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._client.connect()
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:  # TimeoutError is one
            self._client.close()
            raise MailTrouble(in_one_line(error)) from error
        except BaseException:
            self._client.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            async with asyncio.timeout(QUIT_SECONDS):
                await self._client.quit()
        self._client.close()

    async def send(self, message: EmailMessage) -> None:
        """Returns once it is taken; raises `MailTrouble`, `MailDeferred`, `MailRefused`."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._client.send_message(message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusal = error.recipients[0]
            raise _of_code(refusal.code, in_one_line(refusal)) from error
        except aiosmtplib.SMTPDataError as error:
            raise _of_code(error.code, in_one_line(error)) from error
        except aiosmtplib.SMTPNotSupported as error:  # an address that is not in ASCII
            raise MailRefused(in_one_line(error)) from error
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise MailTrouble(in_one_line(error)) from error


def _of_code(code: int, text: str) -> MailDeferred | MailRefused:
    """RFC 5321, 4.2.1: 4yz may go better later, 5yz never will."""
    return MailRefused(text) if code >= 500 else MailDeferred(text)


def in_one_line(error: BaseException) -> str:
    """What went wrong, for an operator."""
    text = said_by(error)
    return "".join(c if c.isprintable() else "?" for c in text)[:MOST_WORDS]
