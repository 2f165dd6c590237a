"""Statements as the caller that ask for the caller's login as well, in the same round trip.

A role is looked up in each statement (`persistence.caller_role`), and a login was looked at only
when its connection was made: what a login had begun when it was ended went on.
"""

import re
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from persistence.holding_login import writes
from persistence.pool import Executor
from schema.server_limits import MAX_STATEMENT_TEXTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import asyncpg

SETS_CALLER = re.compile(r"set_config\('prime\.caller', (\$\d+(?:::\w+)*), true\)")
"""As `caller_set_to` writes it."""


@lru_cache(MAX_STATEMENT_TEXTS)
def asking(query: str, arguments: int) -> str:
    """The same statement; one argument more is the login. One that names no caller stays as it is.

    What writes holds the login until it is committed, as an append holds it; what reads looks once.
    """
    sql_function = "hold_login" if writes(query) else "require_login"
    setting_sql = rf"set_config('prime.caller', {sql_function}(\1, ${arguments + 1}::uuid), true)"
    return SETS_CALLER.sub(setting_sql, query)


class AsLogin:
    """An `Executor` on the lane `callers`; statements raise `LoginEnded` once the login is."""

    def __init__(self, executor: Executor, login: str) -> None:
        self._executor = executor
        self._login = login

    async def fetch(self, query: str, *args: object) -> "list[asyncpg.Record]":
        text, args = self._asking(query, args)
        return await self._executor.fetch(text, *args)

    async def fetchrow(self, query: str, *args: object) -> "asyncpg.Record | None":
        text, args = self._asking(query, args)
        return await self._executor.fetchrow(text, *args)

    async def fetchval(self, query: str, *args: object) -> Any:
        text, args = self._asking(query, args)
        return await self._executor.fetchval(text, *args)

    async def execute(self, query: str, *args: object) -> str:
        text, args = self._asking(query, args)
        return await self._executor.execute(text, *args)

    @asynccontextmanager
    async def transaction(self, first: str = "") -> "AsyncIterator[AsLogin]":
        """All of it asks for the same login."""
        async with self._executor.transaction(first) as transaction:
            yield AsLogin(transaction, self._login)

    def when_committed(self, callback: "Callable[[], None]") -> None:
        self._executor.when_committed(callback)

    def _asking(self, query: str, args: tuple[object, ...]) -> tuple[str, tuple[object, ...]]:
        text = asking(query, len(args))
        return (query, args) if text == query else (text, (*args, self._login))
