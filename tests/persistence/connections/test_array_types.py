"""The driver asks for no type that statements here have arrays of."""

from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from persistence.connections.array_types import ARRAYS
from persistence.pool import Database

pytestmark = pytest.mark.postgres


async def test_no_connection_asks_what_arrays_are(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver's question takes several times as long as most statements here."""
    asked: list[object] = []
    tried: list[str] = []
    driver: Any = asyncpg.Connection
    ask = driver._introspect_types

    def noted(self: Any, types: object, timeout: float | None) -> Any:
        asked.append(types)
        return ask(self, types, timeout)

    monkeypatch.setattr(driver, "_introspect_types", noted)
    db = await Database.open(database_url, max_size=1)
    for name, value in (
        *(("bool", True), ("bytea", b"a, b"), ("name", "x"), ("int4", 3), ("int8", 2**40)),
        *(("float8", 0.5), ("timestamptz", datetime(2026, 1, 2, tzinfo=UTC)), ("json", '{"a":1}')),
        ("uuid", "00000000-0000-0000-0000-000000000001"),
    ):
        values = [[value, None], [None, value]]
        assert await db.fetchval(f"SELECT $1::{name}[]", values) == values
        number = await db.fetchval("SELECT oid FROM pg_type WHERE oid = $1::regtype", f"{name}[]")
        assert ARRAYS[name] == number
        tried.append(name)
    assert sorted(tried) == sorted(ARRAYS)
    assert not asked
    assert await db.fetchval("SELECT '[1,2)'::int4range") is not None
    assert len(asked) == 1, "what is not known is asked for"
    await db.close()
