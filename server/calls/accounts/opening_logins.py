"""The one door through which logins come: whatever has shown who someone is ends here."""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from persistence.pool import Executor
from persistence.tables import audit_log, auth_sessions
from persistence.tables.auth_sessions import AuthSession, DeviceNote, LoginProof
from persistence.tables.users import UserRow
from schema.accounts.audit_events import AuditEvent, Cause
from schema.calling.accounts.registration_and_login_calls import Tokens
from schema.errors import ErrorCode
from server.accounts import refresh_tokens
from server.accounts.guessing.networks import network_of
from server.calls.accounts.second_factor_codes import lacks_second_factor
from server.calls.accounts.self_service.account_deletion import cancel
from server.calls.accounts.self_service.new_device_mails import tell_of_new_device
from server.calls.caller import Caller
from server.calls.context import Context
from server.identity import Identity
from server.refused import Refused


class LoginBy(StrEnum):
    """What has shown who someone is."""

    REGISTRATION = "registration"
    PASSWORD = "password"
    PROVIDER = "provider"
    DEVICE = "device"
    INVITATION = "invitation"
    SECOND_FACTOR = "second_factor"


CHANGED = "what you logged in with was changed just now; log in again"

Still = Callable[[Executor], Awaitable[bool]]
"""Whether what has shown who someone is is still so: looked at under the lock on the user."""


BEGINS = frozenset({LoginBy.REGISTRATION, LoginBy.INVITATION})
"""How an account begins: nobody is told of a new device (rule A60)."""


async def open_login(
    context: Context, caller: Caller, user: UserRow, *, login_by: LoginBy, still: Still
) -> Tokens:
    """Make a login of this user on the caller's device; the oldest past the bound are ended.

    Who ends logins, or changes by what one logs in, comes before or behind (rule A51). The caller's
    connection speaks for the user once the reply is sent. Raises `Refused` if the user has no place
    for it (rule K2), if it is not so `still`, and with a challenge if it lacks the second factor
    (rule A35).
    """
    caller.login.require_place(user.id)
    async with context.db.transaction() as tx:
        await auth_sessions.hold_user(tx, user.id)
        if not await still(tx):
            context.audit.note(
                AuditEvent.LOGIN_FAILED, user=user.id, address=caller.address, cause=Cause.REVOKED
            )
            raise Refused(ErrorCode.AUTH_FAILED, CHANGED)
        refusal = await lacks_second_factor(context, caller, tx, user, login_by)
        if refusal is None:
            return await open_held(context, caller, user, login_by=login_by, tx=tx)
    raise refusal  # behind the COMMIT: the challenge is kept


async def open_held(
    context: Context,
    caller: Caller,
    user: UserRow,
    *,
    login_by: LoginBy,
    tx: Executor,
    approved_by: str | None = None,
) -> Tokens:
    """The same in a transaction that holds the user and has looked at all that is to be shown.

    Nothing is said that was not committed.
    """
    caller.login.require_place(user.id)
    if login_by is not LoginBy.REGISTRATION:
        await cancel(context, tx, user)
    proof = LoginProof(login_by.value, login_by is LoginBy.SECOND_FACTOR, approved_by)
    session, ended_ids = await _make(context, caller, user, tx, proof)
    await _note_in_audit(tx, caller, user, session, login_by, ended_ids)
    if login_by not in BEGINS:
        await tell_of_new_device(tx, caller, user, session)

    def tell(was_sent: bool) -> None:
        for auth_session in ended_ids if was_sent else ():
            context.announcer.session_revoked(auth_session)

    caller.when_replied.append(tell)
    return speak_for(context, caller, user, session)


async def _make(
    context: Context, caller: Caller, user: UserRow, tx: Executor, proof: LoginProof
) -> tuple[AuthSession, list[str]]:
    """The login, and which ones it ends."""
    session = await auth_sessions.create(
        tx,
        user.id,
        caller.device,
        context.refresh_seconds,
        refresh_key=refresh_tokens.new_key(),
        note=note_of(caller),
        proof=proof,
    )
    most = context.usage.limits.logins_per_user
    return session, await auth_sessions.end_oldest(tx, user.id, most)


def note_of(caller: Caller) -> DeviceNote:
    """What is stored of the device that the caller is on."""
    device = caller.device_said
    return DeviceNote(device.name, device.kind, device.client, network_of(caller.address))


async def _note_in_audit(
    db: Executor,
    caller: Caller,
    user: UserRow,
    session: AuthSession,
    login_by: LoginBy,
    ended_ids: list[str],
) -> None:
    audit_details = {"by": login_by.value, "device": caller.device}
    await audit_log.insert(
        db,
        AuditEvent.LOGIN,
        user=user.id,
        auth_session=session.id,
        address=caller.address,
        **audit_details,
    )
    for auth_session in ended_ids:
        reason = {"reason": "too many logins"}
        await audit_log.insert(
            db, AuditEvent.SESSION_REVOKED, user=user.id, auth_session=auth_session, **reason
        )


def speak_for(context: Context, caller: Caller, user: UserRow, session: AuthSession) -> Tokens:
    """The tokens of this login. Once they are sent, the caller's connection is the user's."""
    signed = context.tokens.access(user.id, session.id)
    identity = Identity(
        user.id, user.username, user.name, session.id, signed.expires_at, signed.key
    )

    def log_in(was_sent: bool) -> None:
        if was_sent:
            caller.login.log_in(identity)

    caller.when_replied.append(log_in)
    return Tokens(
        user=identity.as_user(),
        access_token=signed.text,
        expires_in=context.tokens.access_seconds,
        refresh_token=context.refresh_tokens.issue(
            session.id,
            session.counter,
            session.refresh_key,
            is_new=context.tokens.is_new_form,
        ),
        device_token=context.logins.device_token(user.email, session.used_at),
    )
