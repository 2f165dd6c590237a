"""The socket on the machine: the same answers as by calls, for whoever may open it."""

import asyncio
import getpass
import json
from pathlib import Path
from typing import Any

import pytest

from admin.door import NotDone
from admin.socket_door import SocketDoor
from server.doors import admin_socket
from tests.server.conftest import Node, Nodes, create_project

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def asked(node: Node, *lines: bytes) -> list[dict[str, Any]]:
    """The answers to these, in one connection; fewer where it was cut off."""
    reader, writer = await asyncio.open_unix_connection(node.server.admin_socket.path)
    try:
        answers = []
        for line in lines:
            writer.write(line)
            await writer.drain()
            answer = await reader.readline()
            if answer:
                answers.append(json.loads(answer))
        return answers
    finally:
        writer.close()


def call(method: str, number: int = 0, **params: Any) -> bytes:
    return json.dumps({"id": number, "method": method, "params": params}).encode() + b"\n"


async def test_R56_who_has_the_socket_does_what_operators_do(node: Node, tmp_path: Path) -> None:
    path = node.server.admin_socket.path
    assert path is not None
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    project = await create_project(await node.musician("ann"))
    shown, closed, opened, audit = await asked(
        node,
        call("operator.nodes", 1),
        call("operator.close_room", 2, project=project, reason="It grows."),
        call("operator.open_room", 3, project=project),
        call("operator.audit", 4, event="room_closed"),
    )
    assert [shown["id"], closed["id"], opened["id"]] == [1, 2, 3]
    assert [row["node"] for row in shown["result"]["nodes"]] == [node.hub.node]
    assert opened["result"]["changed"] is True
    [entry] = audit["result"]["entries"]
    assert entry["actor"] is None
    assert entry["details"]["by"] == f"machine:{getpass.getuser()}"


async def test_R56_nonsense_is_answered_with_a_sentence(node: Node) -> None:
    codes = {
        b"\n": "bad_message",
        b"{}\n": "bad_message",
        b"[" * 60_000 + b"\n": "bad_message",
        b'{"method": 1}\n': "bad_message",
        call("projects.list"): "unknown_message",
        call("operator.room"): "validation",
        call("operator.rooms", limit=100_000): "validation",
        call("operator.logins", user="nobody"): "not_found",
    }
    answers = await asked(node, *codes)
    assert [answer["error"]["code"] for answer in answers] == list(codes.values())
    assert all(answer["error"]["message"] for answer in answers)


async def test_R56_lines_time_and_connections_are_bounded(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    [answer] = await asked(node, b" " * (admin_socket.LONGEST_LINE * 3) + b"\n")
    assert "bytes at most" in answer["error"]["message"]
    monkeypatch.setattr(admin_socket, "IDLE_SECONDS", 0.05)
    path = node.server.admin_socket.path
    assert path is not None
    reader, silent = await asyncio.open_unix_connection(path)
    assert await reader.read() == b""
    silent.close()
    monkeypatch.undo()
    opened = [await asyncio.open_unix_connection(path) for _ in range(admin_socket.MOST_AT_ONCE)]
    for _ in range(5 * admin_socket.MOST_AT_ONCE):  # a word to each, and room for nobody
        one_more, writer = await asyncio.open_unix_connection(path)
        refused = json.loads(await one_more.read())
        assert refused["error"]["code"] == "limit_reached"
        assert f"{admin_socket.MOST_AT_ONCE} connections" in refused["error"]["message"]
        writer.close()
    with pytest.raises(NotDone, match=f"{admin_socket.MOST_AT_ONCE} connections at once are all"):
        await asyncio.to_thread(SocketDoor(path).ask, "operator.rooms", {})
    for _, each in opened:
        each.close()


async def test_R56_lines_that_came_together_leave_the_loop_to_others(node: Node) -> None:
    path = node.server.admin_socket.path
    assert path is not None
    reader, writer = await asyncio.open_unix_connection(path)
    lines = 200
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    others = asyncio.create_task(turn())
    try:
        writer.write(call("no such call") * lines)
        answers = [json.loads(await reader.readline()) for _ in range(lines)]
    finally:
        others.cancel()
        writer.close()
    assert {answer["error"]["code"] for answer in answers} == {"unknown_message"}
    assert turns >= lines


async def test_R56_who_says_nothing_but_nonsense_is_cut_off(node: Node) -> None:
    path = node.server.admin_socket.path
    assert path is not None
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"\n" * 1_000)
    answers = (await reader.read()).splitlines()
    writer.close()
    assert len(answers) == admin_socket.MOST_UNREADABLE
    [answer] = await asked(node, call("operator.rooms"))
    assert "result" in answer


async def test_R56_nodes_of_one_machine_have_one_each_and_stale_ones_go(nodes: Nodes) -> None:
    near = await nodes.start()
    path = near.server.admin_socket.path
    assert path is not None
    far = await nodes.start()
    assert sorted(each.name for each in path.parent.glob("*.sock")) == sorted(
        f"{each.hub.node}.sock" for each in (near, far)
    )
    await far.stop()
    assert [each.name for each in path.parent.glob("*.sock")] == [path.name]


async def test_a_node_without_a_place_for_its_socket_serves(nodes: Nodes, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    node = await nodes.start(admin_socket=tmp_path / "file")
    assert node.server.admin_socket.path is None
    await node.musician("ann")
