"""Which nodes run, as each says of itself."""

import os
import socket

import pytest

from persistence.lanes import node_name
from persistence.pool import Database
from persistence.tables.operating import nodes
from persistence.tables.operating.nodes import Figures, Unaware

pytestmark = pytest.mark.postgres


async def test_a_node_is_there_until_it_says_otherwise(database: Database) -> None:
    for name in ("near", "far"):
        await nodes.seen(database, name, "host", "127.0.0.1:1", 1, "1.0", Figures(0, 0, 0, 0.0))
    await nodes.seen(database, "near", "host", "127.0.0.1:1", 1, "1.0", Figures(3, 2, 1, 0.5))
    near, far = await nodes.all_nodes(database)
    assert (near.name, near.connections, near.rooms, near.members, near.load) == (
        "near", 3, 2, 1, 0.5,
    )  # fmt: skip
    assert far.silent_ms >= 0
    assert await nodes.alive(database, 60.0) == {"near", "far"}
    await database.execute("UPDATE server_nodes SET seen_at = now() - interval '1 hour'")
    assert await nodes.alive(database, 60.0) == set()
    await nodes.gone(database, "far")
    await nodes.forget(database, 7_200.0)
    assert [node.name for node in await nodes.all_nodes(database)] == ["near"]
    await nodes.forget(database, 60.0)
    assert await nodes.all_nodes(database) == []
    assert await nodes.set_drained(database, "near", is_drained=True) is None


async def test_connections_tell_of_nodes_that_do_not_hear(
    database: Database, database_url: str
) -> None:
    mine = os.getpid(), "1.0", Figures(0, 0, 0, 0.0)
    await nodes.seen(database, "near", socket.gethostname(), "127.0.0.1:1", *mine)
    await nodes.seen(database, "gone", "elsewhere", "127.0.0.1:1", *mine)
    old = await Database.open(database_url, max_size=1, application_name="prime")
    node = await Database.open(database_url, max_size=1, application_name=node_name())
    try:
        assert await nodes.unaware(database, 5.0) == Unaware(1, [])
        await database.execute("UPDATE server_nodes SET seen_at = now() - interval '1 hour'")
        assert await nodes.unaware(database, 5.0) == Unaware(1, ["near"])
    finally:
        await old.close()
        await node.close()


async def test_what_a_node_says_takes_no_word_of_an_operator_back(database: Database) -> None:
    idle = Figures(0, 0, 0, 0.0)
    await nodes.seen(database, "near", "host", "127.0.0.1:1", 1, "1.0", idle)
    assert await nodes.set_drained(database, "near", is_drained=True) is False
    await nodes.seen(database, "near", "host", "127.0.0.1:1", 1, "1.0", idle)
    assert (await nodes.all_nodes(database))[0].is_drained
    assert await nodes.set_drained(database, "near", is_drained=False) is True
