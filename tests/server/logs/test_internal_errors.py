"""Whatever raises while a client waits, the client is told, and may go on (rule C1)."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from persistence.tables import auth_sessions, project_members
from server.calls.all_answers import ANSWERS
from server.live import room_feeds, room_journal
from tests.server.conftest import Node, create_project
from tests.server.wire import Message, Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


class Planted(Exception):
    """What nobody has thought of."""


async def planted(*_: Any, **__: Any) -> Any:
    raise Planted


def told(answer: Message) -> None:
    """It is `internal`, with the id under which the log has the trace."""
    assert (answer["t"], answer["code"]) == ("error", "internal")
    assert answer["details"]["error_id"]


async def hello(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    plant.setattr(auth_sessions, "revoked_among", planted)
    wire = await node.connect()
    await wire.send(
        {"t": "hello", "versions": [1], "device": "x", "token": ann.tokens["access_token"]}
    )
    told(await wire.until("error"))
    await wire.closed(1013)
    plant.undo()
    assert (await node.again(ann)).user == ann.user


async def join(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    plant.setattr(project_members, "standing_of", planted)
    told(await ann.ask({"t": "join", "project": project, "id": "in"}))
    plant.undo()
    await ann.join(project)


async def second_look(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    looks = iter((project_members.standing_of, planted))
    plant.setattr(project_members, "standing_of", lambda *of: next(looks)(*of))
    wire = await node.again(ann, "another device")
    await wire.send({"t": "join", "project": project, "id": "in"})
    before = await wire.closed(1013)
    assert [message for message in before if message["t"] == "error"] == []
    plant.undo()
    await ann.join(project)


async def encoding(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    def state_frames(*_: Any) -> Any:
        raise Planted

    plant.setattr(room_feeds, "state_frames", state_frames)
    answer = await ann.ask({"t": "join", "project": project, "id": "in"})
    assert (answer["t"], answer["code"]) == ("error", "unavailable")
    plant.undo()
    await ann.join(project)
    node.metrics.count("task_failed", -1)  # the one that was planted


async def look_up(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    plant.setattr(node.journal, "find", planted)
    answer = await ann.edit(project, marker("marker_1"))  # refused, unless it was committed before
    assert (answer["t"], answer["code"]) == ("error", "unavailable")
    plant.undo()
    assert (await ann.edit(project, marker("marker_1"), id=answer["id"]))["code"] == "op_exists"


async def recall(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    node.hub.rooms[project].room.edits.entries.stacks._changes.clear()  # as after a restart
    plant.setattr(room_journal, "changes_of", planted)
    told(await ann.ask({"t": "undo", "project": project, "id": "undo-number-1"}))
    plant.undo()
    answer = await ann.ask({"t": "undo", "project": project, "id": "undo-number-1"})
    assert answer["t"] == "ack", answer


async def call(node: Node, ann: Wire, project: str, plant: pytest.MonkeyPatch) -> None:
    plant.setitem(ANSWERS, "projects.get", planted)
    told(await ann.call("projects.get", project=project))
    assert "prime_calls_failed_total 1.0" in node.metrics.text()
    one = {"method": "projects.get", "params": {"project": project}}
    told_of = (await ann.result("batch", calls=[one, one]))["answers"]
    assert [answer["error"]["code"] for answer in told_of] == ["internal"] * 2
    assert "prime_calls_failed_total 3.0" in node.metrics.text()
    plant.undo()
    assert (await ann.call("projects.get", project=project))["t"] == "reply"


@pytest.mark.parametrize("ask", [hello, join, second_look, encoding, look_up, recall, call])
async def test_C1_whatever_raises_who_waits_is_told_and_may_go_on(
    node: Node, monkeypatch: pytest.MonkeyPatch, ask: Any
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    with capture_logs() as logs, monkeypatch.context() as plant:
        await ask(node, ann, project, plant)
    assert [entry for entry in logs if entry["log_level"] == "error"]
    assert (await ann.call("projects.get", project=project))["t"] == "reply"
