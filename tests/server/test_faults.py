"""docs/faults.md on one node: it is killed, stopped, overrun; its database restarts and crashes."""

import asyncio
import contextlib
import functools
import json
import math
import os
import random
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from machine.embedded_postgres import EmbeddedPostgres
from persistence.errors import Unavailable
from persistence.journal.postgres import PostgresJournal
from persistence.pool import Database
from persistence.tables.internal import change_log
from rooms.journal.entry import Outcome, Proposal, Purpose
from schema.messages import ServerLeaving
from schema.server_limits import MAX_SPREAD_MS
from server.accounts.admission import LONGEST_WAIT_SECONDS, Admission
from server.router import sending_away, shutdown
from server.states.journal_audit import audit
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import MSGPACK, PATIENCE, Wire, marker

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def position_of(wire: Wire, project: str) -> dict[str, object]:
    row = await wire.result("projects.get", project=project)
    return {"epoch": row["epoch"], "seq": row["head"]}


# A node that dies.


async def test_F2_killed_between_commit_and_ack_the_same_id_gets_the_same_seq(
    nodes: Nodes, database_url: str
) -> None:
    one = await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    one.journal.gate.clear()  # stored, and the answer never comes
    delta_id = await ann.propose(project, marker("marker_1"))

    async def is_stored() -> bool:
        return one.journal.stored == 1

    await eventually(is_stored)
    assert ann.heard("ack") == []
    await one.die()
    two = await nodes.start()
    back = await two.again(ann)
    await back.join(project)
    answer = await back.edit(project, marker("marker_1"), id=delta_id)
    assert (answer["t"], answer["seq"], answer["duplicate"]) == ("ack", 1, True)
    found = await audit(database_url, project)
    assert (found["head"], found["gapless"]) == (1, True)


@pytest.mark.usefixtures("quick_rounds")
async def test_F3_killed_between_ack_and_news_the_others_get_it_all_the_same(
    nodes: Nodes,
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    await ann.join(project)
    await ben.until("role_changed")
    await ben.join(project)
    one.bus.set_up(False)  # what it would say now, it does not live to say
    assert (await ann.edit(project, marker("marker_1")))["t"] == "ack"
    await one.die()
    delta = await ben.until("delta")
    assert delta["seq"] == 1
    assert (await ben.edit(project, marker("marker_2")))["seq"] == 2


# A node that stops.


async def test_F4_X3_a_node_that_stops_sends_its_members_elsewhere(node: Node) -> None:
    ann, ben, project = await node.pair()
    node.journal.gate.clear()
    delta_id = await ann.propose(project, marker("marker_1"))

    async def is_stored() -> bool:
        return node.journal.stored == 1

    await eventually(is_stored)
    stopping = asyncio.create_task(node.stop())

    async def is_leaving() -> bool:
        return node.server.readiness.is_leaving

    await eventually(is_leaving)
    assert (await node.http("/readyz"))[0] == 503
    assert (await node.http("/healthz"))[0] == 200
    with pytest.raises(InvalidStatus, match="503"):
        await node.connect()
    assert ann.heard("server_leaving") == []
    node.journal.gate.set()
    said = await ann.closed(1012)
    kinds = [message["t"] for message in said if message["t"] != "tick"]
    assert kinds[-2:] == ["ack", "server_leaving"]
    assert next(m for m in said if m["t"] == "ack")["id"] == delta_id
    leaving_of_ben = (await ben.closed(1012))[-1]
    assert 0 <= leaving_of_ben["after_ms"] <= sending_away.spread_ms(2)
    async with asyncio.timeout(shutdown.STOP_SECONDS):
        await stopping


async def test_F4_who_does_not_let_go_is_cut_off(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutdown, "STOP_SECONDS", 1.0)
    monkeypatch.setattr("server.sockets.connection.CLOSING_SECONDS", 60.0)
    ann, _, _ = await node.pair()
    ann.socket.transport.pause_reading()
    async with asyncio.timeout(PATIENCE):  # a minute, if it waited for the close frame
        await node.stop()
    ann.socket.transport.abort()


def test_F4_many_go_in_few_batches_and_come_back_spread() -> None:
    assert sending_away.spread_ms(1) < 10
    assert sending_away.spread_ms(100_000) == MAX_SPREAD_MS
    for count in (0, 1, 24, 25, 26, 499, 5_001):
        members = [object() for _ in range(count)]
        batches = list(sending_away.batches(members))
        assert len(batches) <= sending_away.BATCHES
        assert [member for batch in batches for member in batch] == members
    assert ServerLeaving(random.randint(0, 5)).after_ms <= 5


async def is_leaving(url: str) -> bool:
    """Whether the node says that it takes nobody any more."""
    page = urlsplit(url)._replace(scheme="http", path="/readyz").geturl()
    try:
        await asyncio.to_thread(urllib.request.urlopen, page, None, 5.0)
    except OSError:  # 503 is one, too
        return True
    return False


async def test_F5_a_second_signal_ends_at_once(database_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", "--port", "0", "--json"),
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url, "REDIS_URL": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    url = json.loads(await process.stdout.readline())["url"]
    async with connect(url, subprotocols=[Subprotocol(MSGPACK)], proxy=None) as socket:
        socket.transport.pause_reading()  # it will not answer the close frame
        process.send_signal(signal.SIGTERM)
        await eventually(functools.partial(is_leaving, url))
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE):  # of itself it would end with status 0
            assert await process.wait() == 128 + signal.SIGTERM
        socket.transport.abort()


# The database.


@pytest.fixture
async def own_database(tmp_path: Path) -> AsyncIterator[tuple[EmbeddedPostgres, str]]:
    """A PostgreSQL of the test's own, to be maltreated."""
    server = EmbeddedPostgres(tmp_path / "own")
    url = server.start()
    yield server, url
    server.stop()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["F6_fast", "F7_immediate"])
async def test_F6_F7_a_database_that_restarts_holds_everything_up_and_loses_nothing(
    own_database: tuple[EmbeddedPostgres, str],
    tmp_path: Path,
    how: signal.Signals,
) -> None:
    server, url = own_database
    nodes = Nodes(url, tmp_path)
    node = await nodes.start()
    ann, ben, project = await node.pair()
    stop = asyncio.Event()
    sent: list[str] = []

    async def go_on_editing() -> None:
        while not stop.is_set():
            sent.append(await ann.propose(project, marker(f"marker_{len(sent)}")))
            await asyncio.sleep(0.01)

    async def has_edited() -> bool:
        return len(sent) > 5

    editing = asyncio.create_task(go_on_editing())
    await eventually(has_edited)
    os.kill(server.pid, how)
    assert (await ben.until("degraded"))["degraded"]
    server.stop()
    server.start()
    assert not (await ben.until_quiet("degraded", PATIENCE))["degraded"]
    stop.set()
    await editing
    answers = [await ann.answer_to(delta_id) for delta_id in sent]
    assert {answer["t"] for answer in answers} == {"ack"}
    assert sorted(answer["seq"] for answer in answers) == list(range(1, len(sent) + 1))
    found = await audit(url, project)
    assert (found["head"], found["gapless"]) == (len(sent), True)
    await nodes.stop()


@pytest.mark.usefixtures("quick_rounds")
async def test_F6_an_idle_node_says_that_it_has_no_database(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unavailable(*_: object, **__: object) -> None:
        raise Unavailable("taken away by a test")

    async def is_ready() -> bool:
        return (await node.http("/readyz"))[0] == 200

    async def is_not_ready() -> bool:
        return not await is_ready()

    assert await is_ready()
    monkeypatch.setattr(change_log, "since", unavailable)
    await eventually(is_not_ready)
    monkeypatch.undo()
    await eventually(is_ready)


# Clients.


async def test_F22_everything_sent_three_times_is_stored_once(node: Node) -> None:
    ann, ben, project = await node.pair()
    for n in range(20):
        for _ in range(2):  # a delta that is under way is answered once for both
            await ann.propose(project, marker(f"marker_{n}"), id=f"delta-number-{n}")
    seqs: dict[str, set[int]] = {}
    while len(seqs) < 20:
        ack = await ann.expect("ack")
        seqs.setdefault(ack["id"], set()).add(ack["seq"])
    for n in range(20):
        again = await ann.edit(project, marker(f"marker_{n}"), id=f"delta-number-{n}")
        assert (again["seq"], again["duplicate"]) == (n + 1, True)
    assert [seqs[f"delta-number-{n}"] for n in range(20)] == [{n + 1} for n in range(20)]
    assert [(await ben.until("delta"))["seq"] for _ in range(20)] == list(range(1, 21))
    assert ben.heard("delta") == []


async def test_F21_H7_a_herd_is_let_in_at_a_rate_and_served_from_memory(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = await nodes.start(admission=Admission(per_second=40.0))
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    position = await position_of(ann, project)
    usage = node.context.usage
    usage.limits = replace(usage.limits, seats_per_user=math.inf)

    async def never(*_: object) -> None:
        raise AssertionError("the journal was asked")

    for method in ("read", "load", "base"):
        monkeypatch.setattr(node.journal, method, never)

    async def come_back(number: int) -> dict[str, object]:
        wire = await node.again(ann, f"device {number}")
        joined, _ = await wire.join(project, position)
        return joined

    began = asyncio.get_running_loop().time()
    came = await asyncio.gather(*(come_back(n) for n in range(40)))
    assert asyncio.get_running_loop().time() - began > 0.9
    assert all(joined["resumed"] for joined in came)
    monkeypatch.undo()


async def test_H7_who_would_wait_too_long_is_told_when_to_come(nodes: Nodes) -> None:
    node = await nodes.start(admission=Admission(per_second=0.1))
    ann, _, _ = await node.pair()
    await node.again(ann, "first")
    late = await node.connect()
    token = ann.tokens["access_token"]
    await late.send({"t": "hello", "versions": [1], "device": "late", "token": token})
    with contextlib.suppress(ConnectionClosed):
        error = await late.expect("error")
    assert error["code"] == "unavailable"
    assert error["details"]["retry_after_ms"] > LONGEST_WAIT_SECONDS * 1_000
    await late.closed(1013)


def test_H7_turns_come_at_the_rate_and_not_beyond_patience() -> None:
    admission = Admission(per_second=10.0)
    waits = [admission.turn(100.0) for _ in range(40)]
    assert waits[:3] == pytest.approx([0.0, 0.1, 0.2])
    kept = [wait for wait in waits if wait <= LONGEST_WAIT_SECONDS]
    assert len(kept) == 31
    assert set(waits[31:]) == {waits[31]}
    assert admission.turn(200.0) == 0.0


async def test_F1_after_a_kill_a_new_node_holds_all_that_was_acknowledged(
    nodes: Nodes, database: Database
) -> None:
    one = await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    acked = [await ann.edit(project, marker(f"marker_{n}")) for n in range(30)]
    await one.die()
    two = await nodes.start()
    back = await two.again(ann)
    joined, state = await back.join(project)
    assert joined["position"]["seq"] == acked[-1]["seq"] == 30
    assert len(state["markers"]) == 30
    entries = await PostgresJournal(database).read(project, 0, 100)
    assert [entry.delta_id for entry in entries] == [ack["id"] for ack in acked]


async def test_F31_S3_a_group_that_was_stored_and_is_gone_when_it_is_read_shows_it(
    node: Node,
) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    live = node.hub.rooms[project]
    lost = Proposal(
        project=project,
        delta_id="undo_001",
        author=ann.user,
        auth_session="",
        member="",
        payload=b"[]",
        atomic=False,
        purpose=Purpose.UNDO,
    )
    node.hub.commits._group_answered((lost,), Outcome.COMMITTED, live.room.head + 3)
    await node.hub.watch.look_for_more()
    await ann.closed(1012)
    assert project not in node.hub.rooms
