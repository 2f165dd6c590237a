"""A node that is full says so, lets nobody new in, and is as it was when it no longer is."""

import pytest

from rooms.presence.gathering import Gathering
from server.accounts.admission import RETURN_SECONDS, Admission
from tests.server.conftest import Node, Nodes
from tests.server.wire import Wire

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test says of the load stays so."""
    monkeypatch.setattr(Gathering, "looked", lambda *_: None)


async def turned_away(node: Node, token: str | None) -> Wire:
    wire = await node.connect()
    await wire.send({"t": "hello", "versions": [1], "device": "late", "token": token})
    error = await wire.expect("error")
    assert error["code"] == "unavailable"
    assert error["message"] == "this server is full; come back later, perhaps to another one"
    assert 5_000 <= error["details"]["retry_after_ms"] <= 10_000
    await wire.closed(1013)
    return wire


async def test_H7_a_full_node_says_so_and_lets_in_only_who_is_here(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    one.hub.gathering.is_full = True
    status, text = await one.http("/readyz")
    assert status == 503
    assert text.startswith("full: ")
    assert "prime_full 1.0" in (await one.http("/metrics"))[1]
    await turned_away(one, None)
    await turned_away(one, ben.tokens["access_token"])
    await one.again(ann, "phone")
    one.hub.gathering.is_full = False
    assert (await one.http("/readyz"))[0] == 200
    assert "prime_full 0.0" in (await one.http("/metrics"))[1]
    await one.again(ben, "phone")


async def test_H7_whose_connection_broke_comes_back_to_a_full_node(nodes: Nodes) -> None:
    node = await nodes.start()
    ann = await node.musician("ann")
    node.hub.gathering.is_full = True
    await ann.socket.close()
    await node.again(ann)


async def test_P3_what_makes_presence_late_is_on_the_page(nodes: Nodes) -> None:
    node = await nodes.start()
    ann, _, project = await node.pair()
    await ann.send({"t": "presence", "project": project, "tool": "knife"})
    await ann.result("projects.list")
    _, text = await node.http("/metrics")
    for name in (
        "prime_loop_load",
        "prime_core_waited",
        "prime_tick_gap_seconds 0.0",
        "prime_rooms_gathering 0.0",
        "prime_full 0.0",
        "prime_loop_late_seconds_count",
    ):
        assert f"\n{name}" in text
    node.hub.gathering.full_room_gap = 0.1
    _, text = await node.http("/metrics")
    assert "\nprime_tick_gap_seconds 0.048" in text


def test_H7_who_left_long_ago_is_new() -> None:
    admission = Admission()
    admission.left("ann", 100.0)
    admission.left("ben", 130.0)
    assert admission.was_here("ann", 100.0 + RETURN_SECONDS)
    assert not admission.was_here("ann", 101.0 + RETURN_SECONDS)
    assert not admission.was_here("cleo", 100.0)
    admission.left("ann", 140.0)
    assert admission.was_here("ann", 141.0 + RETURN_SECONDS - 2.0)


def test_H7_who_left_is_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.accounts.admission.MAX_RETURNING", 3)
    admission = Admission()
    for number in range(10):
        admission.left(f"user {number}", 100.0)
    assert [n for n in range(10) if admission.was_here(f"user {n}", 100.0)] == [7, 8, 9]
