"""Calls with which those who are logged in change their password and their address."""

import asyncio

from persistence.errors import NotFound
from persistence.pool import Executor
from persistence.tables import audit_log, auth_credentials, mail_outbox, one_time_tokens, users
from persistence.tables.mail_outbox import MailKind
from persistence.tables.one_time_tokens import Purpose, TakenToken
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.password_and_email_calls import (
    ChangeEmail,
    ChangePassword,
    ConfirmEmail,
)
from schema.calling.params import Done
from schema.errors import ErrorCode
from schema.text import email_addresses
from server.accounts.password_logins import PasswordProof
from server.accounts.password_rules import checked
from server.accounts.proving.asked_mails import AskedMail
from server.calls.accounts.ending_logins import tell_ended
from server.calls.accounts.self_service.mailed_tokens import (
    NO_USER,
    count_mail,
    hand_over,
    take_code,
    use_up,
)
from server.calls.accounts.self_service.password_reset import end_logins_and_tokens
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused


async def change_password(context: Context, caller: Caller, params: ChangePassword) -> Done:
    """A new password for who knows the old one; all other logins end (rule A25)."""
    proof = await require_password(context, caller, params.password)
    user = proof.user
    form = checked(params.new_password, user.email, user.username, field="new_password")
    password_hash = await context.hashing_queue.hash(form, caller.address)
    async with context.db.transaction() as tx:
        before = proof.password_hash
        if not await auth_credentials.change_password(tx, user.id, before, password_hash):
            raise _changed()
        ended_ids = await end_logins_and_tokens(
            context, tx, user, MailKind.PASSWORD_CHANGED, but=caller.auth_session
        )
        await audit_log.insert(
            tx, AuditEvent.PASSWORD_CHANGED, user=user.id, address=caller.address
        )
    tell_ended(context, ended_ids)
    await context.logins.others_were_here(context.db, user.email, caller.address)
    return Done()


async def change_email(context: Context, caller: Caller, params: ChangeEmail) -> Done:
    """A mail to the new address; answered alike if that is someone's already (rule A27).

    Its token is made here: a new password voids it, whatever still waits to be sent (rule A53). The
    old address is told at once.
    """
    require_address(params.email)
    proof = await require_password(context, caller, params.password)
    count_mail(context, caller)
    user, purpose = proof.user, Purpose.CHANGE_ADDRESS
    email = email_addresses.as_kept(params.email)
    async with context.db.transaction() as tx:
        await require_still(context, tx, proof)
        prepared = await context.asked_mails.prepare(tx, purpose, user, email)
        if prepared is not None:
            await mail_outbox.put(
                tx,
                recipient=user.email,
                kind=MailKind.ADDRESS_ASKED,
                payload={"name": user.name, "address": email},
                user_id=user.id,
            )
    if prepared is None:
        return Done()
    return hand_over(context, caller, AskedMail(purpose, email, prepared))


async def confirm_email(context: Context, caller: Caller, params: ConfirmEmail) -> Done:
    """The new address is the account's; the old one is told (rule A27)."""
    if (params.token is None) == (params.code is None):
        text = "give the `token` of the link, or the `code`, and not both"
        raise Refused(ErrorCode.VALIDATION, text, field="token")

    async def take(tx: Executor) -> TakenToken | None:
        if params.token is not None:
            hashed = context.one_time.hash_of_token(params.token)
            return await one_time_tokens.take_by_token(tx, Purpose.CHANGE_ADDRESS, hashed)
        user = NO_USER if caller.identity is None else caller.user
        return await take_code(context, tx, user, Purpose.CHANGE_ADDRESS, params.code)

    async def change(tx: Executor, user: UserRow, taken_token: TakenToken) -> None:
        await users.change_email(tx, user.id, taken_token.email)
        await one_time_tokens.void(tx, user.id)
        payload = {"name": user.name, "address": taken_token.email}
        await mail_outbox.put(
            tx,
            recipient=user.email,
            kind=MailKind.ADDRESS_CHANGED,
            payload=payload,
            user_id=user.id,
        )
        await audit_log.insert(tx, AuditEvent.ADDRESS_CHANGED, user=user.id, address=caller.address)

    await use_up(context, caller, Purpose.CHANGE_ADDRESS, take, change)
    context.announcer.rows_changed()
    return Done()


async def require_password(context: Context, caller: Caller, password: str) -> PasswordProof:
    """The caller, who knows the password too; counted as at a login, raises `Refused` (rule A4)."""
    user = await users.by_id(context.db, caller.user)
    if user is None:
        raise NotFound("this account is gone")
    now = asyncio.get_running_loop().time()
    return await context.logins.proved(context.db, user.email, password, caller.address, now)


async def require_still(context: Context, tx: Executor, proof: PasswordProof) -> None:
    """Raises `Refused` if the password was changed since; in a transaction that holds the user."""
    if not await context.logins.still(proof)(tx):
        raise _changed()


def _changed() -> Refused:
    return Refused(ErrorCode.AUTH_FAILED, "the password was changed just now; log in again")


def require_address(email: str) -> str:
    """The form that an account is found by; raises `Refused` if none may have it (rule A6)."""
    try:
        return email_addresses.key_of(email)
    except email_addresses.NoAddress as error:
        raise Refused(ErrorCode.VALIDATION, f"email: {error}", field="email") from None


ANSWERS: dict[str, Answer] = {
    "auth.change_password": change_password,
    "auth.change_email": change_email,
    "auth.confirm_email": confirm_email,
}
