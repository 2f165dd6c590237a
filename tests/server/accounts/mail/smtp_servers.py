"""Real SMTP servers for tests, in the loop of the test, that keep what they received."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

PASSWORD = b"hunter22"


@dataclass
class Received:
    """A `Handler` of aiosmtpd. `answer`: what it says to a recipient; None: it takes the mail."""

    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: Callable[[str], str | None] = lambda recipient: None
    answer_to_data: str = "250 OK"
    stalls: bool = False
    came: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if refusal := self.answer(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.came.set()
        if self.stalls:
            await asyncio.Event().wait()
        if self.answer_to_data.startswith("250"):
            content = envelope.original_content or b""
            self.raw.append(content)
            parsed = message_from_bytes(content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.messages.append(parsed)
            self.recipients.extend(envelope.rcpt_tos)
        return self.answer_to_data


@asynccontextmanager
async def smtp_server(
    received: Received, *, login: bool = False, utf8: bool = True, port: int = 0
) -> AsyncIterator[Received]:
    """Listens on 127.0.0.1, on `received.port`. `login`: only for user `prime` with `PASSWORD`."""

    def authenticate(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        is_right = getattr(data, "password", None) == PASSWORD
        return AuthResult(success=is_right, handled=False)

    made: list[SMTP] = []

    def protocol() -> SMTP:
        with warnings.catch_warnings(action="ignore"):  # a login without TLS is for tests alone
            made.append(
                SMTP(
                    received,
                    enable_SMTPUTF8=utf8,
                    hostname="smtp.test",
                    auth_required=login,
                    auth_require_tls=False,
                    authenticator=authenticate if login else None,
                )
            )
        return made[-1]

    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", port)
    received.port = server.sockets[0].getsockname()[1]
    try:
        yield received
    finally:
        server.close()
        for each in made:
            if each.transport is not None:
                each.transport.close()
        for _ in range(3):  # until their sockets are closed
            await asyncio.sleep(0)
