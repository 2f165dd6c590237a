import asyncio
import secrets

import pytest

from persistence.pool import Database
from persistence.tables.internal import server_secrets

pytestmark = pytest.mark.postgres


async def test_of_many_who_make_a_secret_one_makes_it_for_all(database: Database) -> None:
    made = await asyncio.gather(
        *(
            server_secrets.get_or_create(database, "signing-key", lambda: secrets.token_bytes(32))
            for _ in range(10)
        )
    )
    assert len(set(made)) == 1
    assert len(made[0]) == 32


async def test_a_secret_is_made_once_per_name(database: Database) -> None:
    assert await server_secrets.get_or_create(database, "a", lambda: b"one") == b"one"
    assert await server_secrets.get_or_create(database, "a", lambda: b"two") == b"one"
    assert await server_secrets.get_or_create(database, "b", lambda: b"two") == b"two"
