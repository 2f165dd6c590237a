"""Calls in turn: one user does not take all connections to the database from everyone else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from schema.server_limits import MAX_CALLS_AT_ONCE


class CallQueue:
    """Some calls of each user run at once, over whichever connections; the others wait.

    `most`: how many.
    """

    def __init__(self, most: int = MAX_CALLS_AT_ONCE) -> None:
        self._most = most
        self._of_users: dict[str, tuple[asyncio.Semaphore, list[None]]] = {}
        """User -> the slots, and an entry for each call that has one or waits for one."""

    @asynccontextmanager
    async def slot(self, user: str) -> AsyncIterator[None]:
        """Wait for a turn, and have it inside."""
        slots, here = self._of_users.setdefault(user, (asyncio.Semaphore(self._most), []))
        here.append(None)
        try:
            async with slots:
                yield
        finally:
            here.pop()
            if not here:
                del self._of_users[user]
