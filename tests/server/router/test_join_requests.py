"""Joins of one connection that wait at once, and leaves between them: who hears what (rule J7)."""

import asyncio
from functools import partial
from typing import Any

import pytest

from persistence.tables import project_members
from rooms.effects import PAUSE, Job, SendState
from server.live.live_room import LiveRoom
from server.sockets.connection_states import LoggedIn
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Message, Wire

pytestmark = pytest.mark.postgres

SEQUENCES = ("J J", "J J J", "J L", "J L J", "J J L", "J L J L", "J L J J", "J L J J L L")
"""What one connection sends: J a join, L a leave."""

each_sequence = pytest.mark.parametrize("words", SEQUENCES)


def ends_of(words: str) -> range:
    """After how many of them what they wait for is there."""
    return range(1, len(words.split()) + 1)


def messages_of(words: str, project: str) -> list[Message]:
    kinds = {"J": "join", "L": "leave"}
    return [
        {"t": kinds[word], "id": f"{word}{n}", "project": project}
        for n, word in enumerate(words.split())
    ]


def due_answers(words: str, upto: int) -> list[tuple[str, str]]:
    """In their order: a join or a leave ends the join that waits, and is answered after it."""
    answers: list[tuple[str, str]] = []
    waiting = None
    for n, word in enumerate(words.split()):
        if waiting is not None:
            answers.append((waiting, "not_joined"))
        waiting = f"J{n}" if word == "J" else None
        if word == "L":
            answers.append((f"L{n}", "left"))
        if n + 1 >= upto and waiting is not None:
            answers.append((waiting, "joined"))
            waiting = None
    return answers


async def in_a_room(node: Node, ann: Wire) -> tuple[Wire, Wire, LiveRoom]:
    """A laptop of hers in a room, a phone that is not, and the room."""
    laptop, phone = await node.again(ann), await node.again(ann, "phone")
    project = await create_project(laptop)
    await laptop.join(project)
    return laptop, phone, node.hub.rooms[project]


async def answers_to(wire: Wire, count: int) -> list[tuple[str, str]]:
    """The next answers to joins and leaves."""
    answers: list[tuple[str, str]] = []
    for _ in range(count):
        answer = await wire.until_one_of("joined", "left", "error")
        answers.append((answer["id"], answer["code" if answer["t"] == "error" else "t"]))
    return answers


async def check_answers(
    wire: Wire, project: str, words: str, upto: int, release: Any, is_waiting: Any
) -> None:
    """Send all, and `release` what they wait for after `upto` of them; each is answered once."""
    messages = messages_of(words, project)
    for n, message in enumerate(messages[:upto]):
        await wire.send(message)
        if message["t"] == "join":
            await is_waiting(n)
    await wire.ping()
    await release()
    due = due_answers(words, upto)
    got = await answers_to(wire, len(due_answers(" ".join(words.split()[:upto]), upto)))
    for message in messages[upto:]:
        await wire.send(message)
        got += await answers_to(wire, 1)
    assert got == due
    assert await is_let_in(wire, project) == (words.split()[-1] == "J")
    assert wire.heard("joined", "left", "error") == []


async def is_let_in(wire: Wire, project: str) -> bool:
    """Whether it may edit there."""
    name = {"op": "set", "col": "project", "id": "project", "props": {"name": "x"}}
    return bool((await wire.edit(project, name))["t"] == "ack")


@each_sequence
async def test_J7_of_joins_that_wait_for_a_room_to_open_the_latest_counts(
    node: Node, words: str
) -> None:
    ann = await node.musician("ann")

    async def release() -> None:
        node.journal.load_gate.set()

    async def is_waiting(_: int) -> None:
        await node.journal.is_loading.wait()

    for upto in ends_of(words):
        project = await create_project(ann)
        node.journal.hold_loads()
        laptop = await node.again(ann)
        await check_answers(laptop, project, words, upto, release, is_waiting)
        await node.hub.open(project)  # also where nobody waits for it any more


@pytest.mark.parametrize("latest_first", [False, True])
@each_sequence
async def test_J7_of_joins_that_are_looked_up_the_latest_counts(
    node: Node, monkeypatch: pytest.MonkeyPatch, words: str, latest_first: bool
) -> None:
    """Whichever is looked up sooner."""
    ann = await node.musician("ann")
    standing_of = project_members.standing_of
    held: list[asyncio.Event] = []
    is_released = True

    async def slow(*args: Any) -> Any:
        if not is_released:
            held.append(may_go := asyncio.Event())
            await may_go.wait()
        return await standing_of(*args)

    async def release() -> None:
        nonlocal is_released
        is_released = True
        for may_go in reversed(held) if latest_first else held:
            may_go.set()

    async def is_waiting(n: int) -> None:
        joins = words.split()[: n + 1].count("J")
        await eventually(partial(_has, held, joins))

    monkeypatch.setattr(project_members, "standing_of", slow)
    for upto in ends_of(words):
        _, phone, live = await in_a_room(node, ann)
        is_released = False
        held.clear()
        await check_answers(phone, live.room.project, words, upto, release, is_waiting)


async def _has(held: list[asyncio.Event], count: int) -> bool:
    return len(held) == count


async def where_joins_wait_for_the_state(node: Node, ann: Wire) -> tuple[Wire, Wire, LiveRoom]:
    """As `in_a_room`."""
    laptop, phone, live = await in_a_room(node, ann)
    live.room.joining.encoded_states.clear()
    live.room.joining.is_encoding = True
    return laptop, phone, live


def at_work(may_end: asyncio.Event) -> Job:
    """A job of a room that goes on: those behind it wait."""
    while not may_end.is_set():
        yield PAUSE


IN_ORDER = ("L J", "L J J", "L L J", "L J J L L", "J L J", "J L J J L L")


@pytest.mark.parametrize("is_in", [True, False])
@pytest.mark.parametrize("works_longer", [True, False])
async def test_J7_D22_answers_come_in_order_while_the_room_has_other_work(
    node: Node, monkeypatch: pytest.MonkeyPatch, *, is_in: bool, works_longer: bool
) -> None:
    """Whether the room or the look for who may come in takes longer."""
    ann = await node.musician("ann")
    standing_of, may_look = project_members.standing_of, asyncio.Event()

    async def slow(*args: Any) -> Any:
        await may_look.wait()
        return await standing_of(*args)

    monkeypatch.setattr(project_members, "standing_of", slow)
    for words in IN_ORDER:
        may_look.set()
        _, phone, live = await in_a_room(node, ann)
        if is_in:
            await phone.join(live.room.project)
        may_look.clear()
        await _come_in_order(phone, live, words, may_look, works_longer=works_longer)


async def _come_in_order(
    phone: Wire, live: LiveRoom, words: str, may_look: asyncio.Event, *, works_longer: bool
) -> None:
    project, may_end_work = live.room.project, asyncio.Event()
    live.run(at_work(may_end_work))
    for message in messages_of(words, project):
        await phone.send(message)
    await phone.ping()
    last = f"{words[-1]}{len(words.split()) - 1}"
    if works_longer:
        may_look.set()
        if words[-1] == "J":
            await eventually(partial(_is_seated, live, last))
        may_end_work.set()
    else:
        may_end_work.set()
        await live.freeze()  # when all before it is done
        may_look.set()
    due = [
        (f"{word}{n}", "left" if word == "L" else "not_joined")
        for n, word in enumerate(words.split())
    ]
    if words[-1] == "J":
        due[-1] = (last, "joined")
    assert await answers_to(phone, len(due)) == due
    assert await is_let_in(phone, project) == (words[-1] == "J")
    assert phone.heard("joined", "left", "error") == []


@pytest.mark.parametrize("is_seated", [True, False])
@each_sequence
async def test_J7_of_joins_that_wait_for_the_state_the_latest_counts(
    node: Node, words: str, is_seated: bool
) -> None:
    """Whether the one before is in the room by then, or still on its way there."""
    ann = await node.musician("ann")
    for upto in ends_of(words):
        await _latest_counts(node, ann, words, upto, is_seated=is_seated)


async def _latest_counts(node: Node, ann: Wire, words: str, upto: int, *, is_seated: bool) -> None:
    laptop, phone, live = await where_joins_wait_for_the_state(node, ann)
    project = live.room.project

    async def release() -> None:
        if words.split()[upto - 1] == "J":
            await eventually(partial(_is_seated, live, f"J{upto - 1}"))
        live.carry_out([SendState()])

    async def is_waiting(n: int) -> None:
        if is_seated:
            await eventually(partial(_is_seated, live, f"J{n}"))

    await check_answers(phone, project, words, upto, release, is_waiting)
    await laptop.ping()
    if "L" not in words:
        assert len(laptop.heard("member_joined")) == 1
        assert laptop.heard("member_left") == []


async def test_J7_where_the_later_join_is_refused_too_its_member_has_gone(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, phone, live = await where_joins_wait_for_the_state(node, await node.musician("ann"))
    project = live.room.project
    await phone.send({"t": "join", "id": "J0", "project": project})
    await eventually(partial(_is_seated, live, "J0"))

    async def nobody(*_: Any) -> None:
        return None

    monkeypatch.setattr(project_members, "standing_of", nobody)
    await phone.send({"t": "join", "id": "J1", "project": project})
    assert await answers_to(phone, 2) == [("J0", "not_joined"), ("J1", "not_found")]
    assert len(live.room.seats) == 1
    await laptop.until("member_left")
    session = node.connection(device="phone").session
    assert isinstance(session, LoggedIn)
    assert (session.rooms, session.joins) == (set(), {})


async def _is_seated(live: LiveRoom, request: str) -> bool:
    return any(seat.request.request == request for seat in live.room.seats.values())
