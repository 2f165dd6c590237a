"""Mails that somebody asked for: sent behind the answer, which so tells nothing of the account.

Whether an address has an account is looked up only when the call is answered: the reply, its time
and what the connection has done are the same for any address (OWASP ASVS 5.0, 6.3.8).
"""

import asyncio
from collections import deque
from dataclasses import dataclass

import structlog

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables import mail_outbox, one_time_tokens, users
from persistence.tables.internal import login_tries
from persistence.tables.mail_outbox import PAYLOADS, MailKind
from persistence.tables.one_time_tokens import Purpose, TokenOutcome
from persistence.tables.users import UserRow
from schema.errors import ErrorCode
from schema.limits import MAX_CODES_PER_HOUR
from schema.server_limits import MAX_ASKED_MAILS
from server.accounts.proving.one_time_secrets import (
    CODE_SECONDS,
    TOKEN_SECONDS,
    MailedSecrets,
    OneTimeSecrets,
)
from server.logs.outages import because
from server.metrics.metrics import Count
from server.refused import Refused

KINDS: dict[Purpose, MailKind] = {
    Purpose.VERIFY_ADDRESS: MailKind.VERIFY_ADDRESS,
    Purpose.RESET_PASSWORD: MailKind.RESET_PASSWORD,
    Purpose.CHANGE_ADDRESS: MailKind.CHANGE_ADDRESS,
    Purpose.DELETE_ACCOUNT: MailKind.DELETE_ACCOUNT,
}

TOLD_SECONDS = 86_400.0
"""Who was told of wrong codes is not told again for a day."""

RETRY_SECONDS = 2.0
"""Before a mail that the database did not take is tried once more."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """A token that is stored already, for a mail to come."""

    user: UserRow
    secrets: MailedSecrets
    has_code: bool


@dataclass(frozen=True, slots=True)
class AskedMail:
    """`email`: where it goes; `prepared`: with that token. None: whoever has the address is sent a
    new one."""

    purpose: Purpose
    email: str
    prepared: PreparedMail | None = None


@dataclass(frozen=True, slots=True)
class WrongCode:
    """A code of this user's was wrong. `account`: what their wrong codes are counted under."""

    user: str
    account: bytes


class _TooMany(Exception):
    """The address has had so many mails that this one is dropped, with its token."""


class AskedMails:
    """Those of one node."""

    def __init__(self, db: Executor, one_time: OneTimeSecrets, count: Count) -> None:
        self._db = db
        self._one_time = one_time
        self._count = count
        self._waiting_mails: deque[AskedMail | WrongCode] = deque()
        """In the order in which they were asked for."""
        self._has_waiting = asyncio.Event()
        """Set while any wait."""
        self._sending = asyncio.Lock()

    def ask(self, mail: AskedMail) -> None:
        """Have it sent soon; raises `Refused` if too many wait."""
        if len(self._waiting_mails) >= MAX_ASKED_MAILS:
            text = "too many mails are asked for; try again in a moment"
            raise Refused(ErrorCode.UNAVAILABLE, text, retry_after_ms=5_000)
        self._waiting_mails.append(mail)
        self._has_waiting.set()

    def wrong_code(self, user: str, account: bytes) -> None:
        """Have the user told, if that makes too many in a row (rule A58); never raises."""
        wrong = WrongCode(user, account)
        if wrong in self._waiting_mails:
            return
        if len(self._waiting_mails) >= MAX_ASKED_MAILS:
            self._count("asked_mail_dropped")
            return
        self._waiting_mails.append(wrong)
        self._has_waiting.set()

    async def run(self) -> None:
        """Put what was asked for into the outbox, for the life of the node."""
        while True:
            await self._has_waiting.wait()
            try:
                await self.send_all()
            except PersistenceError as error:
                log.warning("mails that were asked for wait", **because(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def send_all(self) -> None:
        """What waits now; raises `PersistenceError`, and then keeps it."""
        async with self._sending:
            while self._waiting_mails:
                await self._send(self._waiting_mails[0])
                self._waiting_mails.popleft()
            self._has_waiting.clear()

    async def _send(self, mail: AskedMail | WrongCode) -> None:
        try:
            async with self._db.transaction() as tx:
                if isinstance(mail, WrongCode):
                    await _tell_of_wrong_codes(tx, mail)
                else:
                    await self._send_if_due(tx, mail)
        except _TooMany:
            self._count("asked_mail_dropped")

    async def _send_if_due(self, tx: Executor, mail: AskedMail) -> None:
        """Whom it is about, and whether it is to be sent."""
        holder = await users.by_email(tx, mail.email)
        if mail.prepared is not None:
            token = self._one_time.hash_of_token(mail.prepared.secrets.token)
            owner = await one_time_tokens.user_of(tx, mail.purpose, token)
            if holder is None and owner is not None:  # else it is someone's, or void
                await _mail(tx, mail.purpose, mail.prepared, mail.email)
        elif holder is not None and not await self._is_needless(tx, mail, holder):
            await self.put(tx, mail.purpose, holder, holder.email)

    async def _is_needless(self, tx: Executor, mail: AskedMail, holder: UserRow) -> bool:
        is_proof = mail.purpose is Purpose.VERIFY_ADDRESS
        return is_proof and await users.is_verified(tx, holder.id)

    async def put(self, tx: Executor, purpose: Purpose, user: UserRow, email: str) -> None:
        """Make a token and its mail in this transaction, unless the last one is too new."""
        prepared = await self.prepare(tx, purpose, user, email)
        if prepared is not None:
            await _mail(tx, purpose, prepared, email)

    async def put_code(self, tx: Executor, purpose: Purpose, user: UserRow) -> bool:
        """Mail a code alone to a user who is logged in; False: they have had too many of late."""
        prepared = await self.prepare(tx, purpose, user, user.email)
        if prepared is None or not prepared.has_code:
            return False
        return await _put(tx, purpose, prepared, user.email)

    async def prepare(
        self, tx: Executor, purpose: Purpose, user: UserRow, email: str
    ) -> PreparedMail | None:
        """Make a token in this transaction; None: the last one is too new."""
        secrets_made = self._one_time.make()
        hashes = self._one_time.hashes(user.id, purpose, secrets_made)
        seconds = TOKEN_SECONDS[purpose]
        result = await one_time_tokens.put(
            tx, user.id, purpose, email, hashes, seconds=seconds, code_seconds=CODE_SECONDS
        )
        if result is TokenOutcome.NOT_YET:
            return None
        return PreparedMail(user, secrets_made, result is TokenOutcome.WITH_CODE)


async def _mail(tx: Executor, purpose: Purpose, prepared: PreparedMail, email: str) -> None:
    if not await _put(tx, purpose, prepared, email):
        raise _TooMany


async def _put(tx: Executor, purpose: Purpose, prepared: PreparedMail, email: str) -> bool:
    """Put into the outbox what a mail of this kind says; False: there were too many."""
    user, secrets_made, kind = prepared.user, prepared.secrets, KINDS[purpose]
    values = {
        "name": user.name,
        "token": secrets_made.token,
        "code": secrets_made.code if prepared.has_code else "",
        "token_minutes": int(TOKEN_SECONDS[purpose] / 60),
        "code_minutes": int(CODE_SECONDS / 60),
    }
    payload = {name: values[name] for name in PAYLOADS[kind]}
    return await mail_outbox.put(tx, recipient=email, kind=kind, payload=payload, user_id=user.id)


async def _tell_of_wrong_codes(tx: Executor, wrong: WrongCode) -> None:
    """Once a day at most: whoever gives them has shown the first factor."""
    if await login_tries.wrong_in_a_row(tx, wrong.account) < MAX_CODES_PER_HOUR:
        return
    user = await users.by_id(tx, wrong.user)
    if user is None or await mail_outbox.was_told(tx, user.id, MailKind.WRONG_CODES, TOLD_SECONDS):
        return
    payload = {"name": user.name, "codes": MAX_CODES_PER_HOUR}
    await mail_outbox.put(
        tx, recipient=user.email, kind=MailKind.WRONG_CODES, payload=payload, user_id=user.id
    )
