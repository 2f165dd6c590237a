"""Sends what waits in the outbox: each mail by one node, at least once, and again if it must be.

At least once: a node that dies between the server's answer and the row's mark leaves the mail to
another one, which sends it under the same Message-ID.
"""

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from email.message import EmailMessage
from typing import Protocol

import structlog

from persistence.pool import Executor
from persistence.tables import mail_outbox
from persistence.tables.mail_outbox import Figures, Mail
from server.accounts.mail.mail_settings import MailSettings
from server.accounts.mail.rendering import CannotWrite, MailWriter
from server.accounts.mail.smtp_connection import (
    SEND_SECONDS,
    MailDeferred,
    MailRefused,
    MailTrouble,
)
from server.events.events import NO_SUBJECT, EventSubject
from server.logs.outages import MAIL, OUTAGES
from server.metrics.metrics import Count

POLL_SECONDS = 1.0
"""Between two looks into the outbox."""

FIGURES_SECONDS = 5.0
"""Between two counts of what waits, and two looks for what is of no use any more."""

GIVEN_UP_AT_ONCE = 500

AT_ONCE = 20
"""Mails that a node claims together."""

CLAIM_SECONDS = 120.0
"""For so long they are this node's; it begins none that could take longer."""

FIRST_DELAY_SECONDS = 10.0
LAST_DELAY_SECONDS = 900.0
"""Before a mail is tried again: doubled with each try, and by chance half to one and a half."""

FINISH_SECONDS = 5.0
"""What a mail that is under way gets when the node stops."""

log = structlog.get_logger()


class MailConnection(Protocol):
    """A way to hand over some mails in a row: an SMTP connection, or a terminal."""

    async def send(self, message: EmailMessage) -> None:
        """Raises `MailTrouble`, `MailDeferred`, `MailRefused`."""


OpenMailConnection = Callable[[], AbstractAsyncContextManager[MailConnection]]
"""Entering raises `MailTrouble`."""


class MailSender:
    """That of one node. `open_connection` None: this node sends no mail, it only says so."""

    def __init__(
        self,
        db: Executor,
        writer: MailWriter,
        open_connection: OpenMailConnection | None,
        count: Count,
    ) -> None:
        self.figures = Figures()
        """As they were counted last."""
        self.is_up = True
        """Whether the last try to hand over mail went well, or no mail waits any more."""
        self._db = db
        self._writer = writer
        self._open_connection = open_connection
        self._count = count
        self._sent_unmarked: list[int] = []
        """Mails that were sent and not yet marked: the database did not answer."""
        self._under_way: asyncio.Task[None] | None = None
        """What must not be cut off in the middle of a mail."""
        self._is_stopping = False
        self._counted_at = float("-inf")
        """When `figures` were to be counted last, in seconds of the loop."""
        self._figures_at: float | None = None
        """When those that there are were counted; None: never."""

    @property
    def is_set(self) -> bool:
        """Whether this node sends mail."""
        return self._open_connection is not None

    def figures_age(self) -> float | None:
        """Seconds since what waits was counted; None: it never was."""
        if self._figures_at is None:
            return None
        return asyncio.get_running_loop().time() - self._figures_at

    def use(self, open_connection: OpenMailConnection | None, settings: MailSettings) -> None:
        """From now on mails go out so, and are from there."""
        self._open_connection, self._writer.settings = open_connection, settings

    async def look(self) -> None:
        """One round; raises `PersistenceError`. What it has begun goes on if it is cancelled."""
        self._under_way = asyncio.get_running_loop().create_task(self._round())
        await asyncio.shield(self._under_way)

    async def finish(self) -> None:
        """The node stops: end the mail that is under way, and begin none."""
        self._is_stopping = True
        if self._under_way is not None:
            await asyncio.wait([self._under_way], timeout=FINISH_SECONDS)
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def _round(self) -> None:
        await self._mark_sent()
        if self._open_connection is not None:
            while await self._send_some(self._open_connection) == AT_ONCE:
                pass
        now = asyncio.get_running_loop().time()
        if now - self._counted_at >= FIGURES_SECONDS:
            self._counted_at = now
            if given_up := await mail_outbox.give_up_late(self._db, GIVEN_UP_AT_ONCE):
                self._count("mail_given_up", given_up, NO_SUBJECT)
            self.figures = await mail_outbox.figures(self._db)
            self._figures_at = asyncio.get_running_loop().time()
            self._look_at_what_waits()

    async def _send_some(self, open_connection: OpenMailConnection) -> int:
        """How many were tried, and are with their recipients or were put off one by one."""
        claimed_at = asyncio.get_running_loop().time()
        until = claimed_at + CLAIM_SECONDS - SEND_SECONDS
        mails = await mail_outbox.claim(self._db, AT_ONCE, CLAIM_SECONDS)
        if not mails:
            return 0
        await self._writer.get_ready()
        mails_left = list(mails)
        try:
            async with open_connection() as line:
                while mails_left and not self._is_over(until):
                    await self._send(line, mails_left[0])
                    mails_left.pop(0)
                self.is_up = True
                OUTAGES.ended(MAIL)
        except MailTrouble as error:
            await self._put_off(mails_left, str(error))
            return 0
        for mail in mails_left:
            await mail_outbox.put_off(self._db, mail, 0, None)
        return len(mails) - len(mails_left)

    def _is_over(self, until: float) -> bool:
        return self._is_stopping or asyncio.get_running_loop().time() > until

    async def _send(self, line: MailConnection, mail: Mail) -> None:
        """Raises `MailTrouble`: then the mail still waits."""
        try:
            await line.send(self._writer.message(mail))
        except (CannotWrite, MailRefused) as error:
            self._count("mail_given_up", 1, EventSubject(text=f"mail {mail.id}: the log says why"))
            log.warning("a mail is given up", mail=mail.id, kind=mail.kind, reason=str(error))
            await mail_outbox.give_up(self._db, mail, str(error))
            return
        except MailDeferred as error:
            self._count("mail_failed")
            await mail_outbox.put_off(self._db, mail, delay_after(mail.tries), str(error))
            return
        self._count("mail_sent")
        self._sent_unmarked.append(mail.id)
        await self._mark_sent()

    async def _mark_sent(self) -> None:
        if self._sent_unmarked:
            await mail_outbox.mark_sent(self._db, self._sent_unmarked)
            self._sent_unmarked.clear()

    async def _put_off(self, mails: list[Mail], reason: str) -> None:
        """The first was tried and the others were not, but there is no use to try them now."""
        self.is_up = False
        self._count("mail_failed")
        log.warning("mail cannot be sent; it waits", reason=reason, outage=MAIL)
        for mail in mails:
            await mail_outbox.put_off(self._db, mail, delay_after(mail.tries), reason)

    def _look_at_what_waits(self) -> None:
        """Another node may have sent what this one could not, which has nothing left to try."""
        if not self.figures.waiting_count:
            self.is_up = True
            OUTAGES.ended(MAIL, "no mail waits any more")
        elif self._open_connection is None:
            self.is_up = False
            text = "mail waits, and none is sent: SMTP_URL is not set (docs/accounts.md)"
            log.warning(text, waiting=self.figures.waiting_count, outage=MAIL)


def delay_after(tries: int, chance: Callable[[], float] = random.random) -> float:
    """Seconds until the next try; `chance`: from 0 to 1."""
    delay = min(FIRST_DELAY_SECONDS * 2.0 ** min(tries - 1, 20), LAST_DELAY_SECONDS)
    return delay * (0.5 + chance())
