"""Ending logins, on every node: by their user, and by whatever else makes them void."""

from persistence.errors import NotFound
from persistence.pool import Executor
from persistence.tables import (
    audit_log,
    auth_credentials,
    auth_sessions,
    invitations,
    one_time_tokens,
)
from persistence.tables.logging_in import login_challenges, provider_identities
from schema.accounts.audit_events import AuditEvent
from schema.calling.accounts.auth_session_calls import Logout, RevokeLogin
from schema.calling.params import Done
from server.calls.answer import Answer
from server.calls.caller import Caller
from server.calls.context import Context


async def end_logins(
    context: Context, tx: Executor, user: str, *, but: str | None = None, reason: str
) -> list[str]:
    """Revoke all logins of a user, `but` this one, and those under way; which ones they were.

    `tx` is a transaction of the caller's, or the database itself. Once it is committed, tell all
    nodes with `tell_ended`: their sockets are closed then, and no delta or row of theirs is stored
    from the commit on (rule A3).
    """
    async with tx.transaction() as savepoint:
        await auth_sessions.hold_user(savepoint, user)
        await login_challenges.end_all(savepoint, user)
        ended_ids = await auth_sessions.revoke_all(savepoint, user, but, reason)
        for auth_session in ended_ids:
            await _note_in_audit(savepoint, user, auth_session, reason)
    return ended_ids


async def unlink_unproved(tx: Executor, user: str, address: str) -> None:
    """No identity is a way in that was linked before somebody proved the address (rule A55)."""
    for provider in await provider_identities.unlink_unproved(tx, user):
        event = AuditEvent.IDENTITY_UNLINKED
        await audit_log.insert(tx, event, user=user, address=address, provider=provider)


async def close_ways_in(context: Context, tx: Executor, user: str, address: str) -> list[str]:
    """Who proves the address first has not shown that the account is theirs (rule A55).

    Whoever made it has no way in any more: no password, login, link of a mail, or identity. Which
    logins were ended, for `tell_ended`. A second factor stays: no mail takes one off.
    """
    await unlink_unproved(tx, user, address)
    await one_time_tokens.void(tx, user)
    await invitations.take_pending(tx, user)
    if await auth_credentials.remove_password(tx, user):
        await audit_log.insert(tx, AuditEvent.PASSWORD_REMOVED, user=user, address=address)
    return await end_logins(context, tx, user, reason="address proved by somebody else")


def tell_ended(context: Context, auth_sessions: list[str]) -> None:
    """Logins are ended, and that is committed: their sockets are closed."""
    for auth_session in auth_sessions:
        context.announcer.session_revoked(auth_session)


async def logout(context: Context, caller: Caller, params: Logout) -> Done:
    """End this login, the others or all (rules A3, A14); no call of this one goes on then."""
    if params.scope != "this":
        but = caller.auth_session
        async with context.db.transaction() as tx:
            ended_ids = await end_logins(
                context, tx, caller.user, but=but, reason="logout elsewhere"
            )
        tell_ended(context, ended_ids)
    if params.scope != "others":
        await auth_sessions.revoke(context.db, caller.auth_session, "logout")
        context.audit.note(
            AuditEvent.LOGOUT,
            user=caller.user,
            auth_session=caller.auth_session,
            address=caller.address,
        )
        tell_ended(context, [caller.auth_session])
        await context.queue.end(caller.auth_session)
    return Done()


async def revoke(context: Context, caller: Caller, params: RevokeLogin) -> Done:
    """End one of the caller's logins (rule A14)."""
    if params.auth_session == caller.auth_session:
        return await logout(context, caller, Logout())
    async with context.db.transaction() as tx:
        ended_ids = await auth_sessions.revoke_of(
            tx, params.auth_session, caller.user, "revoked elsewhere"
        )
        if ended_ids is None:
            raise NotFound("there is no such login of yours")
        for auth_session in ended_ids:
            await _note_in_audit(tx, caller.user, auth_session, "revoked elsewhere")
    tell_ended(context, ended_ids)
    return Done()


async def _note_in_audit(tx: Executor, user: str, auth_session: str, reason: str) -> None:
    await audit_log.insert(
        tx, AuditEvent.SESSION_REVOKED, user=user, auth_session=auth_session, reason=reason
    )


ANSWERS: dict[str, Answer] = {"auth.logout": logout, "auth_sessions.revoke": revoke}
