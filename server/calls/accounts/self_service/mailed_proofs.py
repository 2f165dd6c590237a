"""Calls that prove an address by what a mail to it has: to verify it, or to set a new password."""

import asyncio
from collections.abc import Awaitable, Callable

from persistence.pool import Executor
from persistence.tables import audit_log, auth_credentials, mail_outbox, one_time_tokens, users
from persistence.tables.mail_outbox import MailKind
from persistence.tables.one_time_tokens import Purpose, TakenToken
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.password_and_email_calls import (
    RequestReset,
    ResetPassword,
    SendVerification,
    Verify,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from server.accounts.password_rules import checked
from server.accounts.proving.asked_mails import AskedMail
from server.calls.accounts.ending_logins import (
    close_ways_in,
    end_logins,
    tell_ended,
    unlink_unproved,
)
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.calls.roles import invitations
from server.refused import Refused, too_often

NOT_VALID = "this link or code is not valid any more; ask for a new one"

NOBODY = "00000000-0000-0000-0000-000000000000"
"""Whose code is looked for where the address has no account: as much is done."""

Take = Callable[[Executor], Awaitable[TakenToken | None]]
Effect = Callable[[Executor, UserRow, TakenToken], Awaitable[None]]


async def verify(context: Context, caller: Caller, params: Verify) -> Done:
    """Prove the address (rule A23); who shows nothing else takes all ways in off (rule A55)."""
    take = taking(context, Purpose.VERIFY_ADDRESS, params.token, params.email, params.code)
    users_allowed = {await _whose_password(context, caller, params)}
    if caller.identity is not None:
        users_allowed.add(caller.user)
    ended_ids: list[str] = []
    is_closed = False
    joined_projects: list[invitations.Joined] = []

    async def prove(tx: Executor, user: UserRow, taken_secret: TakenToken) -> None:
        nonlocal is_closed
        if user.id not in users_allowed and not await users.is_verified(tx, user.id):
            is_closed = True
            ended_ids.extend(await close_ways_in(context, tx, user.id, caller.address))
        elif (
            accepted_invitation := await invitations.accept_pending(context, tx, user)
        ) is not None:
            joined_projects.append(accepted_invitation)
        await users.verify_email(tx, user.id, taken_secret.email)
        await audit_log.insert(
            tx, AuditEvent.ADDRESS_VERIFIED, user=user.id, address=caller.address
        )

    user = await use_up(context, caller, Purpose.VERIFY_ADDRESS, take, prove)
    tell_ended(context, ended_ids)
    if is_closed:
        await context.logins.others_were_here(context.db, user.email, caller.address)
    for membership in joined_projects:
        invitations.tell(context, membership)
    return Done()


async def _whose_password(context: Context, caller: Caller, params: Verify) -> str | None:
    """Whose password was given beside the token or code; None: none was. Raises `Refused`."""
    if params.password is None:
        return None
    email = params.email
    if params.token is not None:
        hashed = context.one_time.hash_of_token(params.token)
        user_found = await one_time_tokens.user_of(context.db, Purpose.VERIFY_ADDRESS, hashed)
        user = None if user_found is None else await users.by_id(context.db, user_found)
        if user is None:
            raise _refuse(context, caller, Purpose.VERIFY_ADDRESS)
        email = user.email
    now = asyncio.get_running_loop().time()
    password = params.password
    owner = await context.logins.proved(context.db, email or "", password, caller.address, now)
    return owner.user.id


async def send_verification(context: Context, caller: Caller, params: SendVerification) -> Done:
    """A mail for `auth.verify`, if there is such an account and it needs one (rule A24)."""
    return ask_for_mail(context, caller, AskedMail(Purpose.VERIFY_ADDRESS, params.email))


async def request_reset(context: Context, caller: Caller, params: RequestReset) -> Done:
    """A mail for `auth.reset_password`, if there is such an account (rule A24)."""
    return ask_for_mail(context, caller, AskedMail(Purpose.RESET_PASSWORD, params.email))


async def reset_password(context: Context, caller: Caller, params: ResetPassword) -> Done:
    """A new password for who has the mail; nobody is logged in by it (rule A25)."""
    form = checked(params.password, params.email or "")
    take = taking(context, Purpose.RESET_PASSWORD, params.token, params.email, params.code)
    await _require_good(context, caller, params.token)
    password_hash = await context.passwords.hash(form, caller.address)
    ended_ids: list[str] = []

    async def reset(tx: Executor, user: UserRow, taken_secret: TakenToken) -> None:
        checked(params.password, user.email, user.username)
        await auth_credentials.put_password(tx, user.id, password_hash)
        await unlink_unproved(tx, user.id, caller.address)
        await users.verify_email(tx, user.id, taken_secret.email)
        ended_ids.extend(await void_all(context, tx, user, MailKind.PASSWORD_CHANGED))
        await audit_log.insert(tx, AuditEvent.PASSWORD_RESET, user=user.id, address=caller.address)

    user = await use_up(context, caller, Purpose.RESET_PASSWORD, take, reset)
    tell_ended(context, ended_ids)
    await context.logins.others_were_here(context.db, user.email, caller.address)
    return Done()


async def void_all(
    context: Context, tx: Executor, user: UserRow, kind: MailKind, but: str | None = None
) -> list[str]:
    """The password is another one: no mail of before is good, no login goes on `but` this one.

    Returns which logins ended, to be told once this is committed; the owner gets a mail.
    """
    await one_time_tokens.void(tx, user.id)
    ended_ids = await end_logins(context, tx, user.id, but=but, reason="password changed")
    await mail_outbox.put(
        tx, recipient=user.email, kind=kind, payload={"name": user.name}, user_id=user.id
    )
    return ended_ids


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


def taking(
    context: Context, purpose: Purpose, token: str | None, email: str | None, code: str | None
) -> Take:
    """How the secret of a call is used up; raises `Refused` if it has none, or two."""
    if (token is None) == (email is None or code is None):
        text = "give the `token` of the link, or `email` and `code`, and not both"
        raise Refused(ErrorCode.VALIDATION, text, field="token")

    async def by_token(tx: Executor) -> TakenToken | None:
        hashed = context.one_time.hash_of_token(token or "")
        return await one_time_tokens.take_by_token(tx, purpose, hashed)

    async def by_code(tx: Executor) -> TakenToken | None:
        user = await users.by_email(tx, email or "")
        return await take_code(context, tx, NOBODY if user is None else user.id, purpose, code)

    return by_code if token is None else by_token


async def take_code(
    context: Context, tx: Executor, user: str, purpose: Purpose, code: str | None
) -> TakenToken | None:
    """Use up the code of a user."""
    hashes = context.one_time.hashes_of_code(user, purpose, code or "")
    return await one_time_tokens.take_by_code(tx, user, purpose, *hashes)


async def use_up(
    context: Context, caller: Caller, purpose: Purpose, take: Take, effect: Effect
) -> UserRow:
    """Do what the secret is for, in the transaction that uses it up; whose it was.

    Raises `Refused`: whatever is wrong with the secret, in one way. That a code was wrong is
    committed.
    """
    async with context.db.transaction() as tx:
        token_row = await take(tx)
        user = None if token_row is None else await users.by_id(tx, token_row.user_id)
        if token_row is not None and user is not None:
            await effect(tx, user, token_row)
    if user is None:
        raise _refuse(context, caller, purpose)
    return user


async def _require_good(context: Context, caller: Caller, token: str | None) -> None:
    """So that nobody has passwords hashed with a token that is none; a code may be tried so often.

    Raises `Refused`. It takes the same for all that are none, and nobody can guess one.
    """
    if token is not None:
        hashed = context.one_time.hash_of_token(token)
        if await one_time_tokens.user_of(context.db, Purpose.RESET_PASSWORD, hashed) is None:
            raise _refuse(context, caller, Purpose.RESET_PASSWORD)


def _refuse(context: Context, caller: Caller, purpose: Purpose) -> Refused:
    context.audit.note(
        AuditEvent.ONE_TIME_FAILED,
        address=caller.address,
        purpose=purpose.value,
        cause=Cause.UNKNOWN,
    )
    return Refused(ErrorCode.AUTH_FAILED, NOT_VALID)


ANSWERS: dict[str, Answer] = {
    "auth.verify": verify,
    "auth.send_verification": send_verification,
    "auth.request_reset": request_reset,
    "auth.reset_password": reset_password,
}
