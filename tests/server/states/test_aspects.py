"""What an aspect holds after a checkpoint, a restart, a damage, and on another node."""

import dataclasses
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from persistence.journal.contract import KnownHead
from persistence.journal.memory import MemoryJournal
from rooms.aspect import state_of
from rooms.journal.entry import Proposal
from rooms.known_aspects import ASPECTS
from schema.node_messages import Committed
from server.states.aspects import aspects_of, folded_at
from tests.rooms.counter import COUNTER, Counter
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import marker

PROJECT = "song"

ADDING = Proposal(
    project=PROJECT,
    delta_id="count-000",
    author="ann",
    auth_session="login",
    member="m",
    payload=b'[["bars",4]]',
    atomic=False,
    aspect=COUNTER,
)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ASPECTS, COUNTER, Counter)


async def stored(count: int) -> MemoryJournal:
    """A journal with so many entries of the counter."""
    journal = MemoryJournal(lambda: 0.0)
    journal.create_project(PROJECT, "epoch", b"{}")
    journal.grant(PROJECT, "ann", "owner")
    for number in range(count):
        known = {PROJECT: KnownHead("epoch", number)}
        await journal.append([replace(ADDING, delta_id=f"count-{number:03}")], known)
    return journal


async def test_what_no_stored_state_holds_is_folded_from_its_entries_compacted_or_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.states.aspects.READ_ENTRIES", 2)
    journal = await stored(5)
    checkpoint = dataclasses.replace(await journal.load(PROJECT), seq=4)
    await journal.save(checkpoint)
    journal.compact(PROJECT, 4)
    for found in (await aspects_of(journal, checkpoint), await folded_at(journal, PROJECT, 4)):
        counter = found[COUNTER]
        assert isinstance(counter, Counter)
        assert counter.totals == {"bars": 16}


@pytest.mark.parametrize("damage", ["digest", "slices"])
async def test_what_is_stored_is_taken_if_it_comes_to_its_digest(damage: str) -> None:
    journal = await stored(1)
    held = Counter()
    held.totals, held.last_at = {"bars": 400}, 1.0
    state = state_of(held)
    checkpoint = dataclasses.replace(await journal.load(PROJECT), seq=1, aspects={COUNTER: state})
    assert state_of((await aspects_of(journal, checkpoint))[COUNTER]) == state
    change: dict[str, Any] = {"digest": "0" * 16} if damage == "digest" else {"slices": ()}
    damaged = {COUNTER: dataclasses.replace(state, **change)}
    [again] = (await aspects_of(journal, dataclasses.replace(checkpoint, aspects=damaged))).values()
    assert isinstance(again, Counter)
    assert again.totals == {"bars": 4}


def test_nodes_of_before_say_and_hear_entries_of_the_document() -> None:
    """What is new stands last: who does not know it passes over it, and the default is theirs."""
    project = "00000000-0000-4000-8000-000000000001"
    said = Committed(
        project, "e", 1, "d", "ann", "m", b"[]", False, 0.0, b"", "edit", None, None, ""
    )
    now = msgspec.msgpack.decode(msgspec.msgpack.encode(said))
    assert (now[-2:], len(now)) == (["document", None], 18)
    for of_before in (now[:-2], now[:-1]):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(of_before), type=Committed) == said
    of_later = msgspec.msgpack.encode([*now, "more"])
    assert msgspec.msgpack.decode(of_later, type=Committed) == said


def enter(node: Node, project: str, number: int) -> None:
    """One who is in the room adds to the counter."""
    live = node.hub.rooms[project]
    [seat] = live.room.seats.values()
    who = seat.request
    proposal = replace(
        ADDING,
        project=project,
        delta_id=f"count-{number:03}",
        author=who.user,
        auth_session=who.auth_session,
        member=seat.member,
    )
    live.run(live.room.commit_entry(proposal, seat.connection, number))


def totals(node: Node, project: str) -> dict[str, int]:
    found = node.hub.rooms[project].room.follower.other_aspects[COUNTER]
    assert isinstance(found, Counter)
    return found.totals


@pytest.mark.node
@pytest.mark.postgres
async def test_two_nodes_hold_the_same_and_so_does_who_opens_the_room_anew(nodes: Nodes) -> None:
    one, two, three = await nodes.start(), await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    ben = await two.again(ann, "phone")
    await ben.join(project)
    enter(one, project, 1)
    enter(two, project, 2)
    await ann.edit(project, marker("marker_1", 1))

    async def are_alike() -> bool:
        rooms = [node.hub.rooms[project].room for node in (one, two)]
        return {(room.head, totals(one, project)["bars"]) for room in rooms} == {(3, 8)}

    await eventually(are_alike)
    rooms = [node.hub.rooms[project].room for node in (one, two)]
    assert (
        len({room.whole_digest for room in rooms})
        == 1
        != len({rooms[0].digest, rooms[0].whole_digest})
    )
    await one.hub.rooms[project].checkpoints.store_if_new(0.0)
    checkpoint = await one.journal.load(project)
    assert (checkpoint.seq, list(checkpoint.aspects)) == (3, [COUNTER])
    enter(two, project, 4)
    live = await three.hub.open(project)
    await live.read_on()
    assert totals(three, project) == {"bars": live.room.head * 4 - 4}
