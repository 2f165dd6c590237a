"""Calls on the tokens of a login: to trade them for new ones, and to end it."""

from persistence.tables import auth_sessions, users
from persistence.tables.auth_sessions import RotationResult
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.credential_calls import Tokens
from schema.calling.params import Done
from schema.calling.token_calls import Logout, Refresh
from schema.errors import ErrorCode
from server.accounts.tokens import BadToken
from server.calls.accounts.opening import speak_for
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context
from server.refused import Refused

NO_TOKEN = "this refresh token is not valid any more; log in again"


async def refresh(context: Context, caller: Caller, params: Refresh) -> Tokens:
    """Trade a refresh token for a new pair (rule A2)."""
    try:
        session_id, counter = context.tokens.read_refresh(params.refresh_token)
    except BadToken:
        _note_failure(context, caller, Cause.FORGED)
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN) from None
    rotation = await auth_sessions.rotate(context.db, session_id, counter)
    if rotation.result is RotationResult.REUSED:
        context.announcer.session_revoked(session_id)
    if rotation.result not in (RotationResult.ROTATED, RotationResult.REPEATED):
        _note_failure(context, caller, Cause(rotation.result), session_id)
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN)
    assert rotation.session is not None
    user = await users.by_id(context.db, rotation.session.user_id)
    if user is None:
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN)
    caller.login.require_place(user.id)
    return speak_for(context, caller, user, rotation.session)


async def logout(context: Context, caller: Caller, params: Logout) -> Done:
    """End this auth session (rule A3); answered when none of its calls here goes on."""
    await auth_sessions.revoke(context.db, caller.auth_session, "logout")
    context.audit.note(
        AuditEvent.LOGOUT,
        user=caller.user,
        auth_session=caller.auth_session,
        address=caller.address,
    )
    context.announcer.session_revoked(caller.auth_session)
    await context.queue.end(caller.auth_session)
    return Done()


def _note_failure(
    context: Context, caller: Caller, cause: Cause, auth_session: str | None = None
) -> None:
    event = AuditEvent.REFRESH_REUSED if cause is Cause.REUSED else AuditEvent.REFRESH_FAILED
    context.audit.note(event, auth_session=auth_session, address=caller.address, cause=cause)


ANSWERS: dict[str, Answer] = {"auth.refresh": refresh, "auth.logout": logout}
