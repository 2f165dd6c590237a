"""Statements as the server that a call makes for a login: no write outlives the end of that login.

The same as `persistence.rows.as_login`, for what is written out and names no caller.
"""

import re
import uuid
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from persistence.pool import Executor
from schema.server_limits import MAX_STATEMENT_TEXTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncpg

WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE)\b")
"""Words of a statement that writes, or locks rows to write behind it."""

T = TypeVar("T")


@lru_cache(MAX_STATEMENT_TEXTS)
def writes(query: str) -> bool:
    """Whether this statement may write."""
    return WRITES.search(query) is not None


class HoldingLogin:
    """An `Executor` on a lane of the server's: whatever writes holds the login to its COMMIT.

    A transaction begins with that, in the round trip of its BEGIN; a statement that comes alone and
    writes becomes one. They raise `LoginEnded` once the login is revoked, over or gone; who revokes
    it waits for those that hold it. What reads goes on as it was.

    `alone`: nothing else of the same user holds a login meanwhile. For what changes who gets in: of
    two that share a lock, none could go on to end logins.
    """

    def __init__(self, executor: Executor, user: str, login: str, *, alone: bool) -> None:
        self._executor = executor
        self._user = user
        self._login = login
        self._is_alone = alone

    async def fetch(self, query: str, *args: object) -> "list[asyncpg.Record]":
        return await self._run(query, lambda executor: executor.fetch(query, *args))

    async def fetchrow(self, query: str, *args: object) -> "asyncpg.Record | None":
        return await self._run(query, lambda executor: executor.fetchrow(query, *args))

    async def fetchval(self, query: str, *args: object) -> Any:
        return await self._run(query, lambda executor: executor.fetchval(query, *args))

    async def execute(self, query: str, *args: object) -> str:
        return await self._run(query, lambda executor: executor.execute(query, *args))

    @asynccontextmanager
    async def transaction(self, first: str = "") -> "AsyncIterator[Executor]":
        """Begins by holding the login."""
        async with self._executor.transaction(f"{self._hold_login_sql()}; {first}") as transaction:
            yield transaction

    def when_committed(self, callback: Callable[[], None]) -> None:
        self._executor.when_committed(callback)

    async def _run(self, query: str, ask: Callable[[Executor], Awaitable[T]]) -> T:
        if not writes(query):
            return await ask(self._executor)
        async with self.transaction() as transaction:
            return await ask(transaction)

    def _hold_login_sql(self) -> str:
        hold = "hold_login_alone" if self._is_alone else "hold_login"
        user, login = uuid.UUID(self._user), uuid.UUID(self._login)
        return f"SELECT {hold}('{user}', '{login}')"
