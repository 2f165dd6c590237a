"""Accounts just enough to be real: register, log in, refresh, log out."""

import asyncio

from persistence.errors import Taken
from persistence.tables import auth_credentials, auth_sessions, users
from persistence.tables.auth_sessions import AuthSession, RotationResult
from persistence.tables.users import UserRow
from schema import calls
from schema.errors import ErrorCode
from schema.limits import MIN_PASSWORD_LENGTH
from schema.text import email_addresses
from schema.text.texts import in_password_form
from server.accounts.tokens import BadToken
from server.calls.caller import Caller
from server.calls.context import Context
from server.identity import Identity
from server.refused import Refused, too_often

NO_TOKEN = "this refresh token is not valid any more; log in again"

TAKEN_COST = 4.0
"""What the answer `taken` costs, in registrations, beside its own: it reveals others' accounts."""


async def register(context: Context, caller: Caller, params: calls.Register) -> calls.Tokens:
    """Make an account and log in (rule A5)."""
    if not context.registration:
        text = "this server makes no accounts by itself; ask its operator for one"
        raise Refused(ErrorCode.FORBIDDEN, text)
    password = _new_password(params)
    rates, now = context.usage.registrations, asyncio.get_running_loop().time()
    if wait := rates.take(caller.address, now):
        raise too_often(wait, "too many registrations from this address")
    password_hash = await context.passwords.hash(password, caller.address)
    async with context.db.transaction() as tx:
        try:
            user = await users.create(
                tx,
                email=params.email,
                username=params.username,
                name=params.name or params.username,
            )
        except Taken:
            rates.charge(caller.address, now, TAKEN_COST)
            raise
        await auth_credentials.create_password(tx, user.id, password_hash)
        session = await auth_sessions.create(tx, user.id, caller.device, context.refresh_seconds)
    await context.logins.logged_in(context.db, params.email, caller.address)
    return _logged_in(context, caller, user, session)


async def login(context: Context, caller: Caller, params: calls.Login) -> calls.Tokens:
    """Log in; an unknown address takes as long as a wrong password (rule A1)."""
    now = asyncio.get_running_loop().time()
    user = await context.logins.user_of(
        context.db, params.email, params.password, caller.address, now
    )
    caller.login.require_place(user.id)
    session = await auth_sessions.create(
        context.db, user.id, caller.device, context.refresh_seconds
    )
    ended = await auth_sessions.end_oldest(
        context.db, user.id, context.usage.limits.logins_per_user
    )
    for auth_session in ended:
        context.announcer.session_revoked(auth_session)
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
    caller.login.require_place(user.id)
    return _logged_in(context, caller, user, rotation.session)


async def logout(context: Context, caller: Caller, params: calls.Logout) -> calls.Done:
    """End this auth session (rule A3); answered when none of its calls here goes on."""
    await auth_sessions.revoke(context.db, caller.auth_session, "logout")
    context.announcer.session_revoked(caller.auth_session)
    await context.queue.end(caller.auth_session)
    return calls.Done()


def _new_password(params: calls.Register) -> str:
    """The password as it is hashed, of an account that may be made; raises `Refused`."""
    try:
        email_addresses.key_of(params.email)
    except email_addresses.NoAddress as error:
        raise Refused(ErrorCode.VALIDATION, f"email: {error}", field="email") from None
    password = in_password_form(params.password)
    if len(password) < MIN_PASSWORD_LENGTH:
        text = f"password: in the form NFC it has less than {MIN_PASSWORD_LENGTH} characters"
        raise Refused(ErrorCode.VALIDATION, text, field="password")
    return password


def _logged_in(
    context: Context, caller: Caller, user: UserRow, session: AuthSession
) -> calls.Tokens:
    identity = Identity(user.id, user.username, user.name, session.id)
    caller.login.log_in(identity)
    return calls.Tokens(
        user=identity.as_user(),
        access_token=context.tokens.access(user.id, session.id),
        expires_in=context.tokens.access_seconds,
        refresh_token=context.tokens.refresh(session.id, session.counter),
    )
