"""Whatever fails between a message and those who are to answer it, its sender gets an answer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from structlog.testing import capture_logs

from rooms.edits.answers import Answering
from rooms.edits.proposals import OpenProposals
from rooms.edits.refusals import Refusals
from rooms.presence.members import Members
from rooms.presence.seat import Seat
from rooms.room import Room
from schema.close_codes import OVERLOADED
from server.accounts.access_tokens import AccessTokens
from server.accounts.signing_keys import SigningKeys
from server.live.hub import Hub
from server.live.live_room import LiveRoom
from server.router.call_replies import CallReplies
from server.router.connection_usage import ConnectionUsage
from server.router.hello import Greeting
from server.router.join_requests import JoinRequests
from server.router.logins.connection_login import ConnectionLogins
from server.sockets.connection import Connection
from tests.server.conftest import Node
from tests.server.wire import Message, Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


@pytest.fixture(autouse=True)
def _planted(node: Node) -> Iterator[None]:
    """What failed was planted, was counted, and is in the log."""
    with capture_logs() as logs:
        yield
    failed = node.metrics.counted("task_failed")
    assert failed + node.metrics.counted("calls_failed") >= 1
    assert [line for line in logs if line["log_level"] == "error"]
    node.metrics.count("task_failed", -failed)


@dataclass(frozen=True)
class Door:
    """`owner.name` fails once when the message is sent that `says` makes, for a project."""

    owner: type
    name: str
    says: Callable[[str], Message]
    code: str = "internal"

    def __str__(self) -> str:
        return f"{self.says('')['t']}, {self.owner.__name__}.{self.name}"


def _delta(project: str) -> Message:
    return {"t": "delta", "id": "delta-0001", "project": project, "ops": [marker("marker_1")]}


def _undo(project: str) -> Message:
    return {"t": "undo", "id": "undo-0001", "project": project}


def _redo(project: str) -> Message:
    return {"t": "redo", "id": "redo-0001", "project": project}


def _join(project: str) -> Message:
    return {"t": "join", "id": "join-0001", "project": project}


def _leave(project: str) -> Message:
    return {"t": "leave", "id": "leave-0001", "project": project}


def _call(_: str) -> Message:
    return {"t": "call", "id": "call-0001", "method": "account.get", "params": {}}


def _gesture(project: str) -> Message:
    values = {"ch_master": {"col": "channels", "props": {"volume": 0.1}}}
    return {"t": "gesture", "id": "gesture-0001", "project": project, "values": values}


def _restore(project: str) -> Message:
    params = {"project": project, "id": "restore-0001", "snapshot": SNAPSHOT}
    return {"t": "call", "id": "call-0002", "method": "snapshots.restore", "params": params}


SNAPSHOT = "00000000-0000-4000-8000-00000000aaaa"

DOORS = [
    *(Door(ConnectionUsage, "spend", says) for says in (_delta, _undo, _redo)),
    *(Door(Hub, name, says) for name, says in (("propose", _delta), ("undo", _undo))),
    *(Door(LiveRoom, "run", says) for says in (_delta, _undo, _redo, _leave)),
    *(Door(Room, "propose", says) for says in (_delta,)),
    *(Door(Room, "undo_or_redo", says) for says in (_undo, _redo)),
    *(Door(Seat, "on_delta", says, "op_invalid") for says in (_delta, _undo, _redo)),
    *(Door(Answering, "known", says, "op_invalid") for says in (_delta, _undo, _redo)),
    *(Door(Refusals, "of_seat", says, "op_invalid") for says in (_delta, _undo, _redo)),
    *(Door(OpenProposals, "register", says, "op_invalid") for says in (_delta, _undo, _redo)),
    *(Door(OpenProposals, "is_made_for", says, "op_invalid") for says in (_delta, _undo, _redo)),
    *(Door(Answering, "known", says) for says in (_restore,)),
    *(Door(OpenProposals, "register", says) for says in (_restore,)),
    *(Door(OpenProposals, "send", says) for says in (_restore,)),
    *(Door(JoinRequests, "join", says) for says in (_join,)),
    *(Door(JoinRequests, "_rooms_of", says) for says in (_join,)),
    *(Door(Hub, "make_way", says) for says in (_join,)),
    *(Door(Hub, "join", says) for says in (_join,)),
    *(Door(Hub, "leave", says) for says in (_leave,)),
    *(Door(Members, "leave", says) for says in (_leave,)),
    *(Door(Hub, "gesture", says) for says in (_gesture,)),
    *(Door(Room, "gesture", says) for says in (_gesture,)),
    *(Door(CallReplies, name, says) for name in ("start", "_caller") for says in (_call,)),
]


def break_once(monkeypatch: pytest.MonkeyPatch, owner: type, name: str) -> list[int]:
    """It fails the next time; the number of times that are left."""
    whole, left = getattr(owner, name), [1]

    def fails(*given: object, **named: object) -> object:
        if left:
            left.pop()
            raise ValueError("planted")
        return whole(*given, **named)

    monkeypatch.setattr(owner, name, fails)
    return left


async def snapshot(wire: Wire, project: str) -> None:
    params = {"project": project, "name": "before", "id": SNAPSHOT}
    await wire.result("snapshots.create", **params)
    assert (await wire.edit(project, marker("marker_0")))["t"] == "ack"


@pytest.mark.parametrize("door", DOORS, ids=str)
async def test_P6_whatever_fails_at_a_door_is_answered_and_the_next_one_goes_through(
    node: Node, monkeypatch: pytest.MonkeyPatch, door: Door
) -> None:
    ann, ben, project = await node.pair()
    message = door.says(project)
    if message["t"] in ("undo", "redo"):
        assert (await ann.edit(project, marker("marker_0")))["t"] == "ack"
    elif message.get("method") == "snapshots.restore":
        await snapshot(ann, project)
    if message["t"] == "redo":
        await ann.ask(_undo(project))
    left = break_once(monkeypatch, door.owner, door.name)
    answer = await ann.ask(message)
    assert not left
    assert (answer["t"], answer["code"]) == ("error", door.code), answer
    again = await ann.ask(message) if message["t"] != "gesture" else None
    assert again is None or again["t"] in ("ack", "reply", "joined", "left"), again
    await ann.ping()
    if message["t"] == "leave":
        await ann.join(project)
    assert (await ann.edit(project, marker("marker_9")))["t"] == "ack"
    while (await ben.until("delta"))["ops"][0].get("id") != "marker_9":
        pass


@pytest.mark.parametrize("name", ["move"])
async def test_P5_whatever_fails_of_presence_costs_nobody_anything(
    node: Node, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    ann, ben, project = await node.pair()
    left = break_once(monkeypatch, Hub, name)
    for x in (1, 2):
        await ann.send({"t": "presence", "project": project, "tool": f"tool {x}"})
    await ann.ping()
    assert not left
    while "tool 2" not in str(await ben.until("tick")):
        pass


HELLOS: list[tuple[type, str]] = [
    (Greeting, "greet"),
    (AccessTokens, "unknown_key"),
    (AccessTokens, "read_access"),
    (ConnectionLogins, "require_place"),
    (ConnectionLogins, "log_in"),
    (Connection, "greet"),
]


@pytest.mark.parametrize(("owner", "name"), HELLOS, ids=str)
async def test_P6_a_hello_that_fails_is_answered_and_closed_to_come_again(
    node: Node, monkeypatch: pytest.MonkeyPatch, owner: type, name: str
) -> None:
    ann = await node.musician("ann")
    break_once(monkeypatch, owner, name)
    wire = await node.connect()
    hello = {"t": "hello", "versions": [1], "device": "d", "token": ann.tokens["access_token"]}
    await wire.send(hello)
    assert (await wire.expect("error"))["code"] == "internal"
    await wire.closed(OVERLOADED.code)
    await node.again(ann)


async def test_P6_a_hello_whose_keys_cannot_be_looked_at_is_answered(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")

    async def fails(*_: object) -> None:
        raise ValueError("planted")

    monkeypatch.setattr(AccessTokens, "unknown_key", lambda *_: True)
    monkeypatch.setattr(SigningKeys, "look", fails)
    wire = await node.connect()
    hello = {"t": "hello", "versions": [1], "device": "d", "token": ann.tokens["access_token"]}
    await wire.send(hello)
    assert (await wire.expect("error"))["code"] == "internal"
    await wire.closed(OVERLOADED.code)
