"""A project to be written down: all that was acknowledged before, checked against the server."""

import asyncio
import copy
from collections.abc import Mapping

from files.exporting.ordered_state import in_order
from prime_client.client import Client
from prime_client.copy.digest import digest
from prime_client.copy.state_ops import State
from prime_client.events import Position
from prime_client.room import Room

CATCH_UP_SECONDS = 30.0
"""How long a server may take to send what it had acknowledged before."""


class NotWhole(Exception):
    """The copy is not what the server holds, or not all of it: nothing is to be written."""


async def whole_state(client: Client, project: str) -> State:
    """The state with all that was acknowledged before this was called, in one order.

    Its digest is compared with the server's of the same seq. Raises `NotWhole`, and what
    `Client.join` and `Client.call` raise.
    """
    row = await client.projects.get(project=project)
    room = await client.join(project)
    await _come_up_to(room, Position(row["epoch"], row["head"]))
    state, position = copy.deepcopy(room.state), room.replica.position
    assert position is not None
    told_by_server = await client.history.at(project=project, seq=position.seq)
    _compare(state, position, told_by_server["position"], told_by_server["digest"])
    return in_order(state)


async def _come_up_to(room: Room, wanted_position: Position) -> None:
    arrived_event = asyncio.Event()
    stop = room.subscribe(lambda _: arrived_event.set())
    try:
        async with asyncio.timeout(CATCH_UP_SECONDS):
            while not _holds(room, wanted_position):
                arrived_event.clear()
                await arrived_event.wait()
    except TimeoutError:
        have = room.replica.position
        raise NotWhole(
            f"{wanted_position} was acknowledged, and the server gives only {have}"
        ) from None
    finally:
        stop()


def _holds(room: Room, wanted_position: Position) -> bool:
    position = room.replica.position
    if not room.is_live or position is None:
        return False
    if position.epoch != wanted_position.epoch:
        raise NotWhole("the project was brought back from a backup just now; export it again")
    return position.seq >= wanted_position.seq


def _compare(
    state: State, position: Position, server_position: Mapping[str, object], server_digest: str
) -> None:
    if server_position != {"epoch": position.epoch, "seq": position.seq}:
        raise NotWhole(f"asked for {position}, the server told of {server_position}")
    own_digest = digest(state)
    if own_digest != server_digest:
        raise NotWhole(
            f"at seq {position.seq} our copy comes to {own_digest}, the server's {server_digest}"
        )
