"""Which logins are connected: noted behind, for their users to see."""

from collections.abc import Callable, Iterable

from persistence.pool import Executor
from persistence.tables import auth_sessions
from server.accounts.guessing.networks import network_of
from server.sockets.connection import Connection

NOT_WITHIN_SECONDS = 50.0
"""Another node may have noted the same login a moment ago."""

AT_ONCE = 1_000


async def end_revoked(
    db: Executor, connections: Iterable[Connection], end: Callable[[str, str], None]
) -> None:
    """Call `end` with each connected login that is revoked or gone, and what an operator says.

    Raises `PersistenceError`.

    A login is looked at before its connection is its own, and its row may change between (A52).
    """
    connected_sessions = {
        c.identity.auth_session for c in list(connections) if c.identity is not None
    }
    logins = sorted(connected_sessions)
    for start in range(0, len(logins), AT_ONCE):
        ended_logins = await auth_sessions.revoked_among(db, logins[start : start + AT_ONCE])
        for login, reason in ended_logins.items():
            end(login, reason)


async def note_seen(db: Executor, connections: Iterable[Connection]) -> None:
    """Write down when and from about where they were connected; raises `PersistenceError`."""
    connected_sessions = {
        connection.identity.auth_session: network_of(connection.address)
        for connection in list(connections)
        if connection.identity is not None
    }
    logins = sorted(
        connected_sessions
    )  # in one order on every node: none waits for another in a circle
    for start in range(0, len(logins), AT_ONCE):
        part = logins[start : start + AT_ONCE]
        await auth_sessions.seen(
            db, {login: connected_sessions[login] for login in part}, NOT_WITHIN_SECONDS
        )
