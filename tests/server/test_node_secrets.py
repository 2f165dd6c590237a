"""What nodes share: one that has another secret does not start, and the secret can be changed."""

import asyncio

import pytest

from persistence.errors import Unfit
from persistence.pool import Database
from persistence.tables.internal.change_log import LogPosition
from persistence.tables.one_time_tokens import Purpose
from server.node_secrets import node_secrets
from tests.server.conftest import Nodes
from tests.server.wire import marker

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
    with pytest.raises(Unfit, match="PRIME_SECRET is not the one") as refused:
        await node_secrets(second, database)
    assert "\n" not in str(refused.value)
    assert 0 < str(refused.value).find("PRIME_SECRET_BEFORE") < str(refused.value).find("DELETE")
    assert SECRET.decode() not in str(refused.value)
    await database.execute("DELETE FROM server_secrets WHERE name = 'fingerprint'")
    await node_secrets(second, database)


STEPS: list[dict[str, bytes | None]] = [
    {"secret": SECRET},
    {"secret": SECRET, "secret_next": OTHER},
    {"secret": OTHER, "secret_before": SECRET},
    {"secret": OTHER},
]
"""How a node is started: before a change of the secret, in its three steps, and behind it."""


@pytest.mark.parametrize("step", [0, 1, 2])
async def test_A10_V8_nodes_of_two_steps_believe_each_other(nodes: Nodes, step: int) -> None:
    one = await nodes.start(**STEPS[step])
    two = await nodes.start(**STEPS[step + 1])
    ann, ben, project = await two.pair()
    assert one.server.foundation.shared.channels == two.server.foundation.shared.channels
    there = await one.again(ann, "phone")
    await there.join(project)
    await there.edit(project, marker("marker_1"))
    await ben.until("delta")
    for began, ended in ((one, two), (two, one)):
        codes, others = began.context.device_codes, ended.context.device_codes
        assert codes.hash_of_user_code("WDJB-MJHT") in others.hashes_of_user_code("wdjbmjht")
        mailed, taken = began.context.one_time, ended.context.one_time
        code = mailed.hash_of_code("ann", Purpose.RESET_PASSWORD, "123456")
        assert code in taken.hashes_of_code("ann", Purpose.RESET_PASSWORD, "123 456")
        place, owner = LogPosition("1/2", "700:701:"), b"123456789"
        position = began.server.feed._positions.write(place, owner)
        assert ended.server.feed._positions.read(position, owner) == place
        assert ended.metrics.counted("bus_forged") == 0


async def test_a_change_may_be_taken_back_and_ends_with_the_new_one_alone(
    database: Database,
) -> None:
    await node_secrets(SECRET, database)
    await node_secrets(SECRET, database, [OTHER])
    await node_secrets(OTHER, database, [SECRET])
    await node_secrets(SECRET, database, [OTHER])
    await node_secrets(SECRET, database)
    await node_secrets(OTHER, database, [SECRET])
    await node_secrets(OTHER, database)
    with pytest.raises(Unfit):
        await node_secrets(SECRET, database)
