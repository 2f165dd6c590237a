"""Accounts just enough to be real: register, log in, refresh, log out."""

from persistence import auth_credentials, auth_sessions, users
from persistence.auth_sessions import AuthSession, RotationResult
from persistence.users import UserRow
from schema import calls
from schema.errors import ErrorCode
from schema.messages import User
from server.calls.context import Caller, Context, Refused
from server.tokens import BadToken

WRONG = "the e-mail address or the password is wrong"
NO_TOKEN = "this refresh token is not valid any more; log in again"


async def register(context: Context, caller: Caller, params: calls.Register) -> calls.Tokens:
    """Make an account and log in."""
    password_hash = await context.passwords.hash(params.password)
    async with context.db.transaction() as tx:
        user = await users.create(
            tx, email=params.email, username=params.username, name=params.name or params.username
        )
        await auth_credentials.create_password(tx, user.id, password_hash)
        session = await auth_sessions.create(tx, user.id, caller.device, context.refresh_seconds)
    return _logged_in(context, caller, user, session)


async def login(context: Context, caller: Caller, params: calls.Login) -> calls.Tokens:
    """Log in; an unknown address takes as long as a wrong password (rule A1)."""
    user = await users.by_email(context.db, params.email)
    password_hash = (
        None if user is None else await auth_credentials.password_of(context.db, user.id)
    )
    if not await context.passwords.verify(params.password, password_hash) or user is None:
        raise Refused(ErrorCode.AUTH_FAILED, WRONG)
    session = await auth_sessions.create(
        context.db, user.id, caller.device, context.refresh_seconds
    )
    return _logged_in(context, caller, user, session)


async def refresh(context: Context, caller: Caller, params: calls.Refresh) -> calls.Tokens:
    """Trade a refresh token for a new pair (rule A2)."""
    try:
        session_id, counter = context.tokens.read_refresh(params.refresh_token)
    except BadToken:
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN) from None
    rotation = await auth_sessions.rotate(context.db, session_id, counter)
    if rotation.result is RotationResult.REUSED:
        context.announcer.session_revoked(session_id)
    if rotation.result not in (RotationResult.ROTATED, RotationResult.REPEATED):
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN)
    assert rotation.session is not None
    user = await users.by_id(context.db, rotation.session.user_id)
    if user is None:
        raise Refused(ErrorCode.AUTH_FAILED, NO_TOKEN)
    return _logged_in(context, caller, user, rotation.session)


async def logout(context: Context, caller: Caller, params: calls.Logout) -> calls.Done:
    """End this auth session (rule A3)."""
    await auth_sessions.revoke(context.db, caller.auth_session, "logout")
    context.announcer.session_revoked(caller.auth_session)
    return calls.Done()


def _logged_in(
    context: Context, caller: Caller, user: UserRow, session: AuthSession
) -> calls.Tokens:
    if caller.user in ("", user.id):
        caller.logged_in(user.id, user.username, user.name, session.id)
    return calls.Tokens(
        user=User(user.id, user.username, user.name),
        access_token=context.tokens.access(user.id, session.id),
        expires_in=context.tokens.access_seconds,
        refresh_token=context.tokens.refresh(session.id, session.counter),
    )
