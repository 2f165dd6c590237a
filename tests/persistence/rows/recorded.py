"""An `Executor` that keeps what it was asked, for tests that count statements or read them."""

from typing import Any

from persistence.pool import Database


class Recorded:
    """A database, and the texts of all that it was asked."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.texts: list[str] = []

    async def fetch(self, query: str, *args: object) -> Any:
        self.texts.append(query)
        return await self._database.fetch(query, *args)

    async def fetchrow(self, query: str, *args: object) -> Any:
        self.texts.append(query)
        return await self._database.fetchrow(query, *args)

    async def fetchval(self, query: str, *args: object) -> Any:
        self.texts.append(query)
        return await self._database.fetchval(query, *args)
