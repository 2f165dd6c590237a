"""Ending logins, on every node: for logging out, and for whatever makes logins void."""

from persistence.pool import Executor
from persistence.tables import auth_sessions
from persistence.tables.logging_in import login_challenges
from server.calls.context import Context


async def end_logins(
    context: Context, tx: Executor, user: str, *, but: str | None = None, reason: str
) -> list[str]:
    """Revoke all logins of a user, `but` this one, and those under way; which ones they were.

    `tx` is a transaction of the caller's, or the database itself. Once it is committed, tell all
    nodes with `tell_ended`: their sockets are closed then, and no delta or row of theirs is stored
    from the commit on (rule A3).
    """
    await login_challenges.end_all(tx, user)
    return await auth_sessions.revoke_all(tx, user, but, reason)


def tell_ended(context: Context, auth_sessions: list[str]) -> None:
    """Logins are ended, and that is committed: their sockets are closed."""
    for auth_session in auth_sessions:
        context.announcer.session_revoked(auth_session)
