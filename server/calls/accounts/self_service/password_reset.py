"""Calls that set a new password for who has the mail (rules A24, A25)."""

from persistence.pool import Executor
from persistence.tables import audit_log, auth_credentials, mail_outbox, one_time_tokens, users
from persistence.tables.mail_outbox import MailKind
from persistence.tables.one_time_tokens import Purpose, TakenToken
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.password_and_email_calls import RequestReset, ResetPassword
from schema.calling.params import Done
from server.accounts.password_rules import checked
from server.accounts.proving.asked_mails import AskedMail
from server.calls.accounts.ending_logins import end_logins, tell_ended, unlink_unproved
from server.calls.accounts.self_service.mailed_tokens import ask_for_mail, refuse, taker_of, use_up
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context


async def request_reset(context: Context, caller: Caller, params: RequestReset) -> Done:
    """A mail for `auth.reset_password`, if there is such an account (rule A24)."""
    return ask_for_mail(context, caller, AskedMail(Purpose.RESET_PASSWORD, params.email))


async def reset_password(context: Context, caller: Caller, params: ResetPassword) -> Done:
    """A new password for who has the mail; nobody is logged in by it (rule A25)."""
    form = checked(params.password, params.email or "")
    take = taker_of(context, Purpose.RESET_PASSWORD, params.token, params.email, params.code)
    await _require_good(context, caller, params.token)
    password_hash = await context.hashing_queue.hash(form, caller.address)
    ended_ids: list[str] = []

    async def reset(tx: Executor, user: UserRow, taken_token: TakenToken) -> None:
        checked(params.password, user.email, user.username)
        await auth_credentials.put_password(tx, user.id, password_hash)
        await unlink_unproved(tx, user.id, caller.address)
        await users.verify_email(tx, user.id, taken_token.email)
        ended_ids.extend(await end_logins_and_tokens(context, tx, user, MailKind.PASSWORD_CHANGED))
        await audit_log.insert(tx, AuditEvent.PASSWORD_RESET, user=user.id, address=caller.address)

    user = await use_up(context, caller, Purpose.RESET_PASSWORD, take, reset)
    tell_ended(context, ended_ids)
    await context.logins.others_were_here(context.db, user.email, caller.address)
    return Done()


async def end_logins_and_tokens(
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


async def _require_good(context: Context, caller: Caller, token: str | None) -> None:
    """So that nobody has passwords hashed with a token that is none; a code may be tried so often.

    Raises `Refused`. It takes the same for all that are none, and nobody can guess one.
    """
    if token is not None:
        hashed = context.one_time.hash_of_token(token)
        if await one_time_tokens.user_of(context.db, Purpose.RESET_PASSWORD, hashed) is None:
            raise refuse(context, caller, Purpose.RESET_PASSWORD)


ANSWERS: dict[str, Answer] = {
    "auth.request_reset": request_reset,
    "auth.reset_password": reset_password,
}
