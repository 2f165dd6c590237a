"""Tokens and codes that were mailed: how calls have one sent, and how they use one up, once."""

import asyncio
from collections.abc import Awaitable, Callable

from persistence.pool import Executor
from persistence.tables import one_time_tokens, users
from persistence.tables.one_time_tokens import Purpose, TakenToken
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.params import Done
from schema.errors import ErrorCode
from server.accounts.proving.asked_mails import AskedMail
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

NOT_VALID = "this link or code is not valid any more; ask for a new one"

NO_USER = "00000000-0000-0000-0000-000000000000"
"""Whose code is looked for where the address has no account: as much is done."""

Take = Callable[[Executor], Awaitable[TakenToken | None]]
"""Uses the token up, by itself or by its code; None: there is none that is good."""

OnTaken = Callable[[Executor, UserRow, TakenToken], Awaitable[None]]
"""Does what the token is for, in the transaction that uses it up."""


def ask_for_mail(context: Context, caller: Caller, mail: AskedMail) -> Done:
    """Answered before anything is looked up; raises `Refused` where too many were asked for."""
    count_mail(context, caller)
    return hand_over(context, caller, mail)


def count_mail(context: Context, caller: Caller) -> None:
    """Raises `Refused` where too many were asked for."""
    now = asyncio.get_running_loop().time()
    if wait := context.usage.mails_asked.take(caller.address, now):
        raise too_often(wait, "too many mails were asked for from this address")


def hand_over(context: Context, caller: Caller, mail: AskedMail) -> Done:
    """It is sent behind the answer."""
    event = (
        AuditEvent.RESET_REQUESTED
        if mail.purpose is Purpose.RESET_PASSWORD
        else AuditEvent.VERIFICATION_SENT
    )
    account = context.logins.account_of(mail.email)
    user = None if mail.prepared is None else mail.prepared.user.id
    context.audit.note(event, user=user, account=account, address=caller.address)
    context.asked_mails.ask(mail)
    return Done()


def taker_of(
    context: Context, purpose: Purpose, token: str | None, email: str | None, code: str | None
) -> Take:
    """How the token of a call is used up; raises `Refused` if it names none, or two."""
    if (token is None) == (email is None or code is None):
        text = "give the `token` of the link, or `email` and `code`, and not both"
        raise Refused(ErrorCode.VALIDATION, text, field="token")

    async def by_token(tx: Executor) -> TakenToken | None:
        hashed = context.one_time.hash_of_token(token or "")
        return await one_time_tokens.take_by_token(tx, purpose, hashed)

    async def by_code(tx: Executor) -> TakenToken | None:
        user = await users.by_email(tx, email or "")
        return await take_code(context, tx, NO_USER if user is None else user.id, purpose, code)

    return by_code if token is None else by_token


async def take_code(
    context: Context, tx: Executor, user: str, purpose: Purpose, code: str | None
) -> TakenToken | None:
    """Use up the code of a user."""
    hashes = context.one_time.hashes_of_code(user, purpose, code or "")
    return await one_time_tokens.take_by_code(tx, user, purpose, *hashes)


async def use_up(
    context: Context, caller: Caller, purpose: Purpose, take: Take, on_taken: OnTaken
) -> UserRow:
    """Do what the token is for, in the transaction that uses it up; whose it was.

    Raises `Refused`: whatever is wrong with the token, in one way. That a code was wrong is
    committed.
    """
    async with context.db.transaction() as tx:
        taken_token = await take(tx)
        user = None if taken_token is None else await users.by_id(tx, taken_token.user_id)
        if taken_token is not None and user is not None:
            await on_taken(tx, user, taken_token)
    if user is None:
        raise refuse(context, caller, purpose)
    return user


def refuse(context: Context, caller: Caller, purpose: Purpose) -> Refused:
    """What the caller is answered, whatever is wrong with the token; it is noted."""
    context.audit.note(
        AuditEvent.ONE_TIME_FAILED,
        address=caller.address,
        purpose=purpose.value,
        cause=Cause.UNKNOWN,
    )
    return Refused(ErrorCode.AUTH_FAILED, NOT_VALID)
