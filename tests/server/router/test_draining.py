"""A node that is drained: nobody comes in, members go elsewhere, and it is taken back."""

import asyncio

import pytest
from websockets.exceptions import InvalidStatus

from server.router.draining import Draining
from tests.server.conftest import Node, Nodes
from tests.server.wire import marker

pytestmark = pytest.mark.postgres


def draining_of(node: Node) -> Draining:
    return node.server.draining


async def readiness(node: Node) -> tuple[int, str]:
    return await node.http("/readyz")


async def test_X3_members_of_a_drained_node_go_elsewhere_and_what_was_in_flight_is_answered(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben, project = await one.pair()
    one.journal.gate.clear()
    for n in range(20):
        await ann.propose(project, marker(f"marker_{n}", n))
    await ann.ping()  # all of them have come
    draining_of(one).begin()
    draining_of(one).begin()
    assert await readiness(one) == (503, "draining\n")
    assert "prime_draining 1.0" in one.metrics.text()
    one.journal.gate.set()
    heard = await ann.closed(1012)
    assert [message["t"] for message in heard].count("server_leaving") == 1
    acknowledged = len([message for message in heard if message["t"] == "ack"])
    assert acknowledged == 20
    await ben.closed(1012)
    with pytest.raises(InvalidStatus, match="503"):
        await one.connect()
    there = await two.again(ann)
    _, state = await there.join(project)
    assert len([e for e in state["markers"] if e.startswith("marker_")]) == acknowledged


async def test_a_drained_node_goes_on_and_is_taken_back(node: Node) -> None:
    ann = await node.musician("ann")
    draining_of(node).begin()
    await ann.closed(1012)
    status, said = await node.http("/healthz")
    assert (status, said.splitlines()[0]) == (200, "alive")
    draining_of(node).end()
    assert await readiness(node) == (200, "ready\n")
    assert not draining_of(node).is_on
    await node.again(ann)


async def test_who_was_not_sent_away_before_it_was_taken_back_stays(node: Node) -> None:
    ann, _, project = await node.pair()
    node.journal.gate.clear()  # what is in flight is not answered yet: nobody goes
    await ann.propose(project, marker("marker_1"))
    await ann.ping()
    draining_of(node).begin()
    await asyncio.sleep(0)
    draining_of(node).end()
    node.journal.gate.set()
    await ann.until("ack")
    await ann.edit(project, marker("marker_2", 2.0))


async def test_a_node_that_is_drained_stops_in_order(node: Node) -> None:
    ann = await node.musician("ann")
    draining_of(node).begin()
    await node.stop()
    await ann.closed(1012)
