"""A node that stops, or is drained, answers what it was asked before; then its members go."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from persistence.tables import auth_sessions
from server.calls.all_answers import ANSWERS
from server.row_feed.watch_start import WatchStart
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.doors.test_admin_socket import call as line
from tests.server.wire import Message, Wire, marker

pytestmark = pytest.mark.postgres

LET_GO = ["stops", "is drained"]


class HeldCall:
    """Calls of one method, which wait until they are let go."""

    def __init__(self, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = 0
        self.done = 0
        self.go_on = asyncio.Event()
        self._answer = ANSWERS[method]
        monkeypatch.setitem(ANSWERS, method, self)

    async def __call__(self, *of_call: Any) -> Any:
        self.begun += 1
        await self.go_on.wait()
        answer = await self._answer(*of_call)
        self.done += 1
        return answer


class Leaving:
    """A node that is told to let its members go."""

    def __init__(self, node: Node, how: str) -> None:
        self._node = node
        self._how = how
        self._stopping: asyncio.Task[None] | None = None

    async def begins(self, *wires: Wire) -> None:
        """It is told; returns when it is the turn of these, who are still there."""
        connections = [self._node.connection(user=wire.user) for wire in wires]
        if self._how == "stops":
            self._stopping = asyncio.create_task(self._node.stop())
        else:
            self._node.server.draining.begin()

        async def is_their_turn() -> bool:
            return all(connection.is_sent_away for connection in connections)

        await eventually(is_their_turn)

    async def is_over(self) -> None:
        if self._stopping is not None:
            await self._stopping


@pytest.fixture(params=LET_GO)
def leaving(node: Node, request: pytest.FixtureRequest) -> Leaving:
    return Leaving(node, request.param)


@pytest.fixture
def leaving_for_good(node: Node) -> Leaving:
    return Leaving(node, "stops")


def kinds_without_ticks(heard: list[Message]) -> list[str]:
    return [message["t"] for message in heard if message["t"] not in ("tick", "pong")]


def answers_by_id(heard: list[Message]) -> dict[str, Message]:
    return {
        message["id"]: message for message in heard if message["t"] in ("reply", "error", "ack")
    }


async def ask(wire: Wire, method: str, **params: Any) -> str:
    """Send a call; its id."""
    id = wire.new_id()
    await wire.send({"t": "call", "id": id, "method": method, "params": params})
    return id


def ids() -> Iterator[str]:
    return (f"aaaaaaaa-0000-4000-8000-{number:012}" for number in range(12))


async def test_X3_F4_calls_that_run_and_calls_that_wait_are_answered_before_the_close(
    node: Node, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    held = HeldCall("presets.create", monkeypatch)
    sent = [await ask(ann, "presets.create", plugin="TS", name=f"n{id}", id=id) for id in ids()]
    await ann.ping()
    assert held.begun < len(sent), "some wait for their turn"
    await leaving.begins(ann)
    late = await ann.call("projects.list")
    assert (late["code"], late["details"]) == ("unavailable", {"retry_after_ms": 1_000})
    assert not ann.heard("server_leaving")
    held.go_on.set()
    heard = await ann.closed(1012)
    assert [answers_by_id(heard)[id]["t"] for id in sent] == ["reply"] * len(sent)
    assert kinds_without_ticks(heard)[-1] == "server_leaving"
    assert held.done == len(sent)
    await leaving.is_over()


async def test_X3_what_had_come_and_was_not_read_yet_is_answered(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    monkeypatch.setattr("server.sockets.incoming.READ_SECONDS", 0.0)  # a frame in each turn
    create = ANSWERS["presets.create"]

    async def stop_first(*of_call: Any) -> Any:
        node.server.stop()
        return await create(*of_call)

    monkeypatch.setitem(ANSWERS, "presets.create", stop_first)
    sent = [await ask(ann, "presets.create", plugin="TS", name=f"n{id}", id=id) for id in ids()]
    answers = answers_by_id(await ann.closed(1012))
    assert all(answers[id]["t"] == "reply" or answers[id]["code"] == "unavailable" for id in sent)
    await node.stop()


async def test_X3_one_who_waits_for_an_edit_stays_and_others_go(
    node: Node, leaving: Leaving
) -> None:
    ann, ben, project = await node.pair()
    node.journal.gate.clear()
    sent = await ann.propose(project, marker("marker_1"))
    await ann.ping()
    await leaving.begins(ann)
    heard_by_ben = kinds_without_ticks(await ben.closed(1012))
    assert heard_by_ben[-1] == "server_leaving"
    for kind in ("delta", "undo", "redo", "join"):
        late: Message = {"t": kind, "project": project, "id": f"late-number-{kind}"}
        refused = await ann.ask({"ops": [marker("marker_2")], **late} if kind == "delta" else late)
        assert refused["code"] == "unavailable"
        assert refused["details"]["retry_after_ms"] > 0
    node.journal.gate.set()
    heard = await ann.closed(1012)
    assert answers_by_id(heard)[sent]["t"] == "ack"
    assert kinds_without_ticks(heard)[-1] == "server_leaving"
    await leaving.is_over()


async def test_X3_undos_are_answered(node: Node, leaving: Leaving) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    node.journal.gate.clear()
    await ann.propose(project, marker("marker_2"))
    await ann.send({"t": "undo", "project": project, "id": "undo-number-1"})  # waits for the edit
    await ann.ping()
    await leaving.begins(ann)
    node.journal.gate.set()
    assert answers_by_id(await ann.closed(1012))["undo-number-1"]["t"] == "ack"
    await leaving.is_over()


async def test_X3_N4_a_restore_is_done_and_answered(nodes: Nodes, how: str) -> None:
    here, there = await nodes.start(), await nodes.start()
    leaving = Leaving(here, how)
    ann, _, project = await here.pair()
    empty = (await ann.result("snapshots.create", project=project, name="empty"))["id"]
    await ann.edit(project, marker("marker_1"))
    here.journal.gate.clear()
    named = {"project": project, "snapshot": empty, "id": "restore-1"}
    sent = await ask(ann, "snapshots.restore", **named)

    async def is_with_the_journal() -> bool:
        return here.hub.rooms[project].room.edits.open_proposals.has_any_sent

    await eventually(is_with_the_journal)
    await leaving.begins(ann)
    here.journal.gate.set()
    answers = answers_by_id(await ann.closed(1012))
    assert answers[sent]["result"]["seq"] == 2
    again = await there.again(ann)
    _, state = await again.join(project)
    assert not state.get("markers")
    page = await again.result("snapshots.list", project=project, kind="before-restore")
    assert len(page["snapshots"]) == 1
    await leaving.is_over()


@pytest.fixture(params=LET_GO)
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_X3_a_join_gets_its_room_and_the_state(node: Node, leaving: Leaving) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    node.journal.hold_loads()
    await ann.send({"t": "join", "id": "join-1", "project": project})
    await node.journal.is_loading.wait()
    await leaving.begins(ann)
    node.journal.load_gate.set()
    heard = await ann.closed(1012)
    [joined] = [message for message in heard if message["t"] == "joined"]
    states = [message for message in heard if message["t"] == "state"]
    assert len(states) == joined["parts"] > 0
    assert kinds_without_ticks(heard)[-1] == "server_leaving"
    await leaving.is_over()


async def test_X3_first_rows_of_a_watch_are_answered(
    node: Node, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    begun, go_on, first = asyncio.Event(), asyncio.Event(), WatchStart.first

    async def held(*of_call: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await first(*of_call)

    monkeypatch.setattr(WatchStart, "first", held)
    sent = await ask(ann, "projects.watch")
    await begun.wait()
    await leaving.begins(ann)
    go_on.set()
    reply = answers_by_id(await ann.closed(1012))[sent]
    assert [row["id"] for row in reply["result"]["projects"]] == [project]
    await leaving.is_over()


async def test_X3_H4_a_hello_whose_token_is_looked_at_is_refused(
    node: Node, leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    begun = asyncio.Event()

    async def held(*_: Any) -> Any:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(auth_sessions, "revoked_among", held)
    late = await node.connect()
    hello = {"t": "hello", "versions": [1], "device": "d", "token": ann.tokens["access_token"]}
    await late.send(hello)
    await begun.wait()
    await leaving.begins(ann)
    error, goodbye = await late.closed(1012)
    assert (error["code"], goodbye["t"]) == ("unavailable", "server_leaving")
    assert error["details"]["retry_after_ms"] > 0
    await leaving.is_over()


async def test_X3_what_is_not_done_in_time_is_unavailable_and_told_in_the_log(
    node: Node, leaving_for_good: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.router.shutdown.ANSWER_SECONDS", 0.0)
    ann, ben = await node.musician("ann"), await node.musician("ben")
    cat = await node.musician("cat")
    project = await create_project(cat)
    held = HeldCall("presets.list", monkeypatch)
    calls: list[Message] = [
        {"method": name, "params": {}} for name in ("projects.list", "presets.list")
    ]
    alone, batch = await ask(ann, "presets.list"), await ask(ben, "batch", calls=[*calls, *calls])
    node.journal.hold_loads()
    await cat.send({"t": "join", "id": "join-1", "project": project})
    await node.journal.is_loading.wait()

    async def have_begun() -> bool:
        return held.begun == 2

    await eventually(have_begun)
    with structlog.testing.capture_logs() as lines:
        await leaving_for_good.begins()
        refused = answers_by_id(await ann.closed(1012))[alone]
        answered = answers_by_id(await ben.closed(1012))[batch]["result"]["answers"]
        assert answers_by_id(await cat.closed(1012))["join-1"]["code"] == "unavailable"
        await leaving_for_good.is_over()
    assert (refused["code"], refused["details"]) == ("unavailable", {"retry_after_ms": 1_000})
    codes = [answer.get("error", {}).get("code") for answer in answered]
    assert codes == [None, "unavailable", "not_done", "not_done"]
    [told] = [entry for entry in lines if entry["event"].startswith("not all was answered in time")]
    assert (told["connections"], told["calls"]) == (3, 3)


async def test_X3_C10_a_call_with_a_key_that_was_ended_is_sent_again_elsewhere(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.router.shutdown.ANSWER_SECONDS", 0.0)
    here, there = await nodes.start(), await nodes.start()
    ann = await here.musician("ann")
    held = HeldCall("presets.create", monkeypatch)
    params = {"plugin": "TS", "name": "Pad"}
    call = {"t": "call", "id": "c1", "method": "presets.create", "params": params}
    await ann.send(call | {"idempotency_key": "key"})
    await ann.ping()
    leaving = Leaving(here, "stops")
    await leaving.begins()
    assert answers_by_id(await ann.closed(1012))["c1"]["code"] == "unavailable"
    await leaving.is_over()
    held.go_on.set()
    again = await there.again(ann)
    for _ in range(2):
        assert (await again.keyed("key", "presets.create", **params))["t"] == "reply"
    assert len((await again.result("presets.list"))["presets"]) == 1


async def test_F4_a_call_of_who_has_gone_is_done(
    node: Node, leaving_for_good: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    held = HeldCall("projects.create", monkeypatch)
    await ask(ann, "projects.create", name="Song")
    await ann.ping()
    await ann.socket.close()
    await leaving_for_good.begins()

    async def is_leaving() -> bool:
        return node.server.readiness.is_leaving

    await eventually(is_leaving)
    held.go_on.set()
    await leaving_for_good.is_over()
    assert held.done == 1


async def test_F4_R56_who_asks_by_the_socket_on_the_machine_is_answered(
    node: Node, leaving_for_good: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = HeldCall("operator.nodes", monkeypatch)
    reader, writer = await asyncio.open_unix_connection(node.server.admin_socket.path)
    writer.write(line("operator.nodes", 1))

    async def has_begun() -> bool:
        return held.begun == 1

    await eventually(has_begun)
    await leaving_for_good.begins()

    async def is_leaving() -> bool:
        return node.server.readiness.is_leaving

    await eventually(is_leaving)
    held.go_on.set()
    assert json.loads(await reader.readline())["result"]["nodes"]
    writer.close()
    await leaving_for_good.is_over()


async def test_A30_a_poll_that_waits_hears_how_it_stands_as_the_node_stops(
    node: Node, leaving_for_good: Leaving
) -> None:
    plug_in = await node.guest(device="plug-in")
    codes = await plug_in.result("auth.device_begin")
    device_code = codes["device_code"]
    sent = await ask(plug_in, "auth.device_poll", device_code=device_code, wait_ms=8_000)

    async def waits() -> bool:
        return node.context.device_codes._waiting_count == 1

    await eventually(waits)
    await leaving_for_good.begins()
    heard = answers_by_id(await plug_in.closed(1012))
    assert heard[sent]["result"]["state"] == "waiting"
    await leaving_for_good.is_over()


async def test_X3_who_waits_as_a_drained_node_is_taken_back_is_served_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    held = HeldCall("presets.list", monkeypatch)
    sent = await ask(ann, "presets.list")
    await ann.ping()
    await Leaving(node, "is drained").begins(ann)
    assert (await ann.call("projects.list"))["code"] == "unavailable"
    node.server.draining.end()
    assert (await ann.call("projects.list"))["t"] == "reply"
    held.go_on.set()
    assert (await ann.answer_to(sent))["t"] == "reply"


async def test_a_node_that_stops_is_not_drained_or_taken_back_any_more(
    node: Node, leaving_for_good: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    held = HeldCall("presets.list", monkeypatch)
    await ask(ann, "presets.list")
    await ann.ping()
    await Leaving(node, "is drained").begins(ann)
    await leaving_for_good.begins(ann)

    async def is_leaving() -> bool:
        return node.server.readiness.is_leaving

    await eventually(is_leaving)
    node.server.draining.end()
    held.go_on.set()
    heard = kinds_without_ticks(await ann.closed(1012))
    assert heard == ["reply", "server_leaving"]
    await leaving_for_good.is_over()
