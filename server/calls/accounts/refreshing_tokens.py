"""The call that trades a refresh token for a new pair of tokens."""

import asyncio

from persistence.pool import Executor
from persistence.tables import audit_log, auth_sessions, mail_outbox, users
from persistence.tables.auth_sessions import RotationResult, TokenRotation
from persistence.tables.mail_outbox import MailKind
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.auth_session_calls import Refresh
from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.errors import ErrorCode
from server.accounts.refresh_tokens import NoToken, PresentedToken, new_key
from server.calls.accounts.opening_logins import speak_for
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused, too_often

NO_TOKEN = "this refresh token is not valid any more; log in again"


async def refresh(context: Context, caller: Caller, params: Refresh) -> Tokens:
    """Trade a refresh token for a new pair (rules A2, A11)."""
    try:
        presented = context.refresh_tokens.read(params.refresh_token)
    except NoToken:
        raise _refused(context, caller, Cause.FORGED) from None
    rates, now = context.usage.refreshes, asyncio.get_running_loop().time()
    if wait := rates.take(presented.auth_session, now):
        raise too_often(wait, "this login was refreshed too often")
    if presented.is_old and not context.tokens.honours_old_refresh(context.refresh_seconds):
        raise _refused(context, caller, Cause.EXPIRED, presented.auth_session)
    rotation, user = await _rotate(context, caller, presented)
    if rotation.result is RotationResult.REUSED:
        context.announcer.session_revoked(presented.auth_session)
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN)
    if rotation.session is None or rotation.result not in GOOD or user is None:
        raise _refused(context, caller, _cause(rotation), presented.auth_session)
    caller.login.require_place(user.id)
    return speak_for(context, caller, user, rotation.session)


GOOD = (RotationResult.ROTATED, RotationResult.REPEATED)


async def _rotate(
    context: Context, caller: Caller, presented: PresentedToken
) -> tuple[TokenRotation, UserRow | None]:
    """What became of it, and whose it is; who was robbed is told in the same transaction."""
    async with context.db.transaction() as tx:
        rotation = await auth_sessions.rotate(
            tx, presented.auth_session, presented.counter, presented.is_signed, new_key()
        )
        if rotation.session is None:
            return rotation, None
        user = await users.by_id(tx, rotation.session.user_id)
        if rotation.result is RotationResult.REUSED and user is not None:
            await _tell_of_theft(tx, caller, user, rotation.session.id, rotation.session.device)
        return rotation, user


async def _tell_of_theft(
    tx: Executor, caller: Caller, user: UserRow, auth_session: str, device: str
) -> None:
    await audit_log.insert(
        tx,
        AuditEvent.REFRESH_REUSED,
        user=user.id,
        auth_session=auth_session,
        address=caller.address,
        cause=Cause.REUSED,
    )
    await mail_outbox.put(
        tx,
        recipient=user.email,
        kind=MailKind.REFRESH_REUSE,
        payload={"name": user.name or user.username, "device": device},
        user_id=user.id,
    )


def _cause(rotation: TokenRotation) -> Cause:
    """Of a refusal; a login that is good and has no user is one that is being deleted."""
    return Cause.ACCOUNT_CLOSED if rotation.result in GOOD else Cause(rotation.result)


def _refused(
    context: Context, caller: Caller, cause: Cause, auth_session: str | None = None
) -> Refused:
    context.audit.note(
        AuditEvent.REFRESH_FAILED, auth_session=auth_session, address=caller.address, cause=cause
    )
    return Refused(ErrorCode.AUTH_FAILED, NO_TOKEN)


ANSWERS: dict[str, Answer] = {"auth.refresh": refresh}
