"""What nodes share: one that has another secret does not start."""

import asyncio

import pytest

from persistence.errors import Refused
from persistence.pool import Database
from server.node_secrets import node_secrets

pytestmark = pytest.mark.postgres

SECRET, OTHER = b"a secret of tests, 32 bytes long", b"another one of tests, as long as"


async def test_nodes_with_one_secret_or_none_share_all(database: Database) -> None:
    for chosen in (SECRET, None):
        await database.execute("DELETE FROM server_secrets")
        one, two = await asyncio.gather(*(node_secrets(chosen, database) for _ in range(2)))
        assert (one.secret, one.member_key, one.checksum_key) == (
            two.secret,
            two.member_key,
            two.checksum_key,
        )
        assert "secret" not in repr(one)


@pytest.mark.parametrize(("first", "second"), [(SECRET, OTHER), (SECRET, None), (None, SECRET)])
async def test_a_node_with_another_secret_is_refused_with_one_line_that_says_what_to_do(
    database: Database, first: bytes | None, second: bytes | None
) -> None:
    await node_secrets(first, database)
    with pytest.raises(Refused, match="PRIME_SECRET is not the one") as refused:
        await node_secrets(second, database)
    assert "\n" not in str(refused.value)
    assert SECRET.decode() not in str(refused.value)
    await database.execute("DELETE FROM server_secrets WHERE name = 'fingerprint'")
    await node_secrets(second, database)
