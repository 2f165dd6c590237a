"""One room on several nodes: musicians do not notice which one they are on."""

import asyncio
from hashlib import blake2b
from typing import Any

import pytest

from persistence.journal.contract import AppendResult
from persistence.tables.internal.change_log import NOWHERE
from rooms.journal.entry import Entry
from rooms.presence.gathering import Gathering
from rooms.room import Room
from schema.node_messages import VERSION, RowChanged
from schema.server_limits import SIGNATURE_BYTES
from server.background_tasks import ROWS_SECONDS
from server.states.journal_audit import audit
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import Message, Wire, marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]


class Session:
    """Ann on one node, Ben on another, in one project."""

    def __init__(self, one: Node, two: Node) -> None:
        self.one, self.two = one, two
        self.ann: Wire
        self.ben: Wire
        self.project = ""

    async def begin(self) -> None:
        self.ann = await self.one.musician("ann")
        self.ben = await self.two.musician("ben")
        self.project = await create_project(self.ann)
        await self.ann.result(
            "members.grant", project=self.project, email="ben@example.org", role="editor"
        )
        await self.ann.join(self.project)
        await self.ben.until("role_changed")
        await self.ben.join(self.project)
        await self.ann.until("member_joined")


@pytest.fixture
async def session(nodes: Nodes) -> Session:
    made = Session(await nodes.start(), await nodes.start())
    await made.begin()
    return made


async def presence(wire: Wire, project: str, time: float) -> None:
    await wire.send({"t": "presence", "project": project, "cursor": {"time": time, "y": 0.5}})


async def cursor_seen(wire: Wire, time: float) -> Message:
    """The tick in which someone's cursor is at this time."""
    while True:
        tick = await wire.until("tick")
        for moved in tick["moved"].values():
            if (moved.get("cursor") or {}).get("time") == time:
                return tick


async def test_P8_everyone_sees_everyone(session: Session) -> None:
    other = await session.two.again(session.ann, "phone")
    joined, _ = await other.join(session.project)
    assert sorted(m["device"] for m in joined["members"]) == ["laptop", "laptop", "phone"]
    assert (await session.ann.until("member_joined"))["member"]["device"] == "phone"


async def test_P3_what_crosses_waits_for_no_tick_of_the_other_node(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other node's own tick never comes; what it hears is told all the same."""
    monkeypatch.setattr(Gathering, "looked", lambda *_: None)
    for node in (session.one, session.two):
        node.hub.gathering.full_room_gap = 0.0  # not what the load of the beginning has asked for
    await presence(session.ben, session.project, 1.0)
    await cursor_seen(session.ann, 1.0)
    room = session.two.hub.rooms[session.project].room
    room.ticks.is_awaited = True
    await presence(session.ann, session.project, 7.0)
    await cursor_seen(session.ben, 7.0)
    session.two.hub.gathering.full_room_gap = 0.1
    await presence(session.ann, session.project, 8.0)
    await eventually(lambda: waits(room))
    room.ticks.is_awaited = False
    session.two.hub.rooms[session.project].schedule_tick()
    await cursor_seen(session.ben, 8.0)


async def waits(room: Room) -> bool:
    """Whether anything of another node waits for a tick of this one."""
    return bool(room.members.remote.waiting_ticks)


async def test_P5_P8_the_first_member_of_a_node_is_told_of_at_once(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.nodes.room_broadcast.SHARED_HEARTBEAT_SECONDS", 1_000.0)
    monkeypatch.setattr("server.nodes.room_broadcast.ALONE_HEARTBEAT_SECONDS", 1_000.0)
    session = Session(await nodes.start(), await nodes.start())
    await session.begin()  # Ann hears of Ben without a heartbeat


async def test_P8_cursors_and_gestures_cross(session: Session) -> None:
    await presence(session.ann, session.project, 7.0)
    await cursor_seen(session.ben, 7.0)
    await presence(session.ben, session.project, 9.0)
    await cursor_seen(session.ann, 9.0)
    shown = {"ch_master": {"col": "channels", "props": {"volume": 0.5}}}
    gesture = {"t": "gesture", "project": session.project, "id": "ride-1", "values": shown}
    await session.ben.send(gesture)
    while not (tick := await session.ann.until("tick"))["gestures"]:
        pass
    [[values]] = [list(g.values()) for g in tick["gestures"].values()]
    assert values == shown


async def test_D2_deltas_cross_in_order(session: Session) -> None:
    for n in range(40):
        author = (session.ann, session.ben)[n % 2]
        await author.propose(session.project, marker(f"marker_{n}", n))
    for wire in (session.ann, session.ben):
        seqs: list[int] = []
        while len(seqs) < 40:
            message = await wire.next()
            if message["t"] in ("ack", "delta"):
                seqs.append(message["seq"])
        assert seqs == list(range(1, 41))


async def test_D2_a_delta_reaches_the_other_node_by_the_bus(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    read = session.two.journal.read

    async def counted(project: str, after: int, limit: int) -> list[Entry]:
        nonlocal reads
        reads += 1
        return await read(project, after, limit)

    monkeypatch.setattr(session.two.journal, "read", counted)
    for n in range(20):
        await session.ann.edit(session.project, marker(f"marker_{n}", n))
        await session.ben.until("delta")
    assert reads == 0


async def test_nothing_is_said_of_a_room_that_is_on_one_node_only(
    nodes: Nodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    heard: list[bytes] = []
    hear = two.server.others.on_bus_message
    monkeypatch.setattr(two.server.others, "on_bus_message", heard.append)
    await two.bus.follow(project)
    await ann.edit(project, marker("marker_1"))
    await presence(ann, project, 1.0)
    await asyncio.sleep(0.2)
    assert heard == []
    monkeypatch.setattr(two.server.others, "on_bus_message", hear)


@pytest.mark.usefixtures("quick_rounds")
async def test_F15_what_the_bus_loses_comes_from_the_journal(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session.two.server.others, "on_bus_message", lambda _: None)
    await session.ann.edit(session.project, marker("marker_1"))
    delta = await session.ben.until("delta")
    assert delta["seq"] == 1


async def test_F15_what_comes_twice_or_in_disorder_is_put_right(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear = session.two.server.others.on_bus_message
    kept: list[bytes] = []
    monkeypatch.setattr(session.two.server.others, "on_bus_message", kept.append)
    for n in range(6):
        await session.ann.edit(session.project, marker(f"marker_{n}", n))

    async def all_came() -> bool:
        return len(kept) >= 6

    await eventually(all_came)
    for message in [*reversed(kept), *kept]:
        hear(message)
    seqs = [(await session.ben.until("delta"))["seq"] for _ in range(6)]
    assert seqs == list(range(1, 7))
    monkeypatch.setattr(session.two.server.others, "on_bus_message", hear)


@pytest.mark.usefixtures("quick_rounds")
async def test_D11_without_a_bus_deltas_of_the_other_server_still_come(session: Session) -> None:
    session.two.bus.set_up(False)
    told = await session.ben.until("degraded")
    assert (told["degraded"], told["what"]) == (True, "bus")
    for author, other in ((session.ann, session.ben), (session.ben, session.ann)):
        answer = await author.edit(session.project, marker(f"mark_{author.user[:8]}"))
        assert answer["t"] == "ack"
        assert (await other.until("delta"))["seq"] == answer["seq"]


@pytest.mark.usefixtures("quick_rounds")
async def test_F16_D11_nodes_that_cannot_hear_each_other_go_on(
    session: Session, database_url: str
) -> None:
    session.two.bus.set_up(False)
    told = await session.ben.until("degraded")
    assert (told["degraded"], told["what"]) == (True, "bus")
    for n in range(5):
        assert (await session.ann.edit(session.project, marker(f"ann_mark_{n}", n)))["t"] == "ack"
        assert (await session.ben.edit(session.project, marker(f"ben_mark_{n}", n)))["t"] == "ack"
    session.two.bus.set_up(True)
    assert not (await session.ben.until("degraded"))["degraded"]
    await session.ann.ping()

    async def agree() -> bool:
        rooms = [node.hub.rooms[session.project].room for node in (session.one, session.two)]
        return len({room.follower.digest for room in rooms}) == 1 and rooms[0].head == 10

    await eventually(agree)
    found = await audit(database_url, session.project)
    assert (found["head"], found["gapless"]) == (10, True)


async def test_F13_members_are_all_there_when_the_bus_is_back(session: Session) -> None:
    for node in (session.one, session.two):
        node.bus.set_up(False)
    cleo = await session.two.again(session.ann, "phone")
    await cleo.join(session.project)
    for node in (session.one, session.two):
        node.bus.set_up(True)
    joined = await session.ann.until("member_joined")
    assert joined["member"]["device"] == "phone"


async def test_F1_P8_when_a_node_dies_its_members_go_on_at_another(session: Session) -> None:
    await session.ben.edit(session.project, marker("marker_1"))
    await session.ann.until("delta")
    await session.two.die()
    back = await session.one.again(session.ben)
    epoch = (await back.result("projects.get", project=session.project))["epoch"]
    joined, _ = await back.join(session.project, {"epoch": epoch, "seq": 1})
    assert joined["resumed"]
    answer = await back.edit(session.project, marker("marker_2"), id="delta_of_ben_2")
    assert answer["t"] == "ack"
    await session.ann.until("delta")
    assert session.ann.heard("member_left", "member_joined") == []


async def test_J7_who_comes_by_another_node_replaces_the_earlier_connection(
    session: Session,
) -> None:
    again = await session.two.again(session.ann)
    await again.join(session.project)
    await session.ann.closed(4500)
    await again.edit(session.project, marker("marker_1"))
    await session.ben.until("delta")
    assert session.ben.heard("member_left", "member_joined") == []


async def test_P7_who_leaves_for_good_is_gone_at_once_everywhere(session: Session) -> None:
    await session.ben.socket.close()
    await session.ann.until("member_left")


async def test_R3_roles_given_on_one_node_are_acted_on_by_the_other(session: Session) -> None:
    project = session.project
    await session.ann.result(
        "members.grant", project=project, email="ben@example.org", role="viewer"
    )
    while (changed := await session.ben.until("role_changed"))["user"] != session.ben.user:
        pass
    assert changed["role"] == "viewer"
    refused = await session.ben.edit(project, marker("marker_1"))
    assert refused["code"] == "forbidden"
    await session.ann.result("members.revoke", project=project, user=session.ben.user)
    assert (await session.ben.until("left"))["reason"] == "access_revoked"


@pytest.mark.parametrize("reads_late", [False, True])
async def test_R5_the_room_of_every_node_is_told_when_the_projects_row_changes(
    session: Session, *, reads_late: bool
) -> None:
    """Also where a node reads only then how the project was made, which it tells as well."""
    if reads_late:
        announcer: Any = session.two.context.announcer
        announcer._read_up_to = NOWHERE
        await announcer.poll()
    row = await session.ann.result("projects.archive", project=session.project, archived=True)
    for musician in (session.ann, session.ben):
        while (changed := await musician.until("project_changed"))["version"] < row["version"]:
            pass
        assert (changed["version"], changed["archived"]) == (row["version"], True)


async def test_R3_A3_what_the_bus_loses_is_found_in_the_change_log(session: Session) -> None:
    """Twice a second: how long that takes on a machine that is busy is not ours to say."""
    assert ROWS_SECONDS <= 0.5
    for node in (session.one, session.two):
        node.bus.set_up(False)
    await session.ann.result("members.revoke", project=session.project, user=session.ben.user)
    left = await session.ben.until("left")
    assert left["reason"] == "access_revoked"
    elsewhere = await session.two.again(session.ann, "phone")
    await session.ann.call("auth.logout")
    await elsewhere.closed(4501)


async def test_A3_a_logout_closes_sockets_on_other_nodes_within_a_second(session: Session) -> None:
    elsewhere = await session.two.again(session.ann, "phone")
    await session.ann.call("auth.logout")
    await elsewhere.closed(4501)


async def test_a_forged_message_is_counted_and_dropped(session: Session) -> None:
    heard = session.two.server.others.on_bus_message
    heard(b"")
    heard(b"x" * 100)
    key = session.one.server.others._codec._key
    data = b"\x91nonsense"
    heard(blake2b(data, key=key, digest_size=SIGNATURE_BYTES).digest() + data)
    metrics = session.two.metrics.text()
    assert "prime_bus_forged_total 2.0" in metrics
    assert "prime_bus_malformed_total 1.0" in metrics
    assert (await session.ann.edit(session.project, marker("marker_1")))["t"] == "ack"
    await session.ben.until("delta")


async def test_a_node_of_another_version_makes_us_look_into_the_journal(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.nodes.bus_codec.VERSION", VERSION + 1)
    message = session.one.server.others._codec.encode(RowChanged("studio_projects", "x"))
    monkeypatch.undo()
    looked = asyncio.Event()
    monkeypatch.setattr(session.two.hub.watch, "hint", looked.set)
    session.two.server.others.on_bus_message(message)
    assert looked.is_set()
    assert "prime_bus_other_version_total 1.0" in session.two.metrics.text()


async def test_J8_a_room_on_two_nodes_is_one_collaboration_session(session: Session) -> None:
    async def both_have_it() -> bool:
        rows = [n.server.write_behind.session_of(session.project) for n in both]
        return None not in rows and len(set(rows)) == 1

    both = (session.one, session.two)
    await eventually(both_have_it)


async def test_J13_a_node_that_has_not_heard_of_it_yet_tells_the_head_of_the_journal(
    nodes: Nodes,
) -> None:
    here, there = await nodes.start(), await nodes.start()
    ann, ben, project = await here.pair()
    phone = await there.again(ben, "phone")
    await phone.join(project)
    there.bus.set_up(False)  # what is committed here is heard there by the slow tick
    assert (await ann.edit(project, marker("marker_1")))["seq"] == 1
    tablet = await there.again(ben, "tablet")
    joined, _ = await tablet.join(project)
    assert joined["head"] == 1
    if joined["position"]["seq"] == 0:
        assert (await tablet.until("delta"))["seq"] == 1


def held_appends(node: Node, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, ...]:
    """What a node appends stays on its way: set once it is, and what lets it go on."""
    on_its_way, may_go = asyncio.Event(), asyncio.Event()
    append = node.journal.append

    async def held(*args: Any) -> AppendResult:
        on_its_way.set()
        await may_go.wait()
        return await append(*args)

    monkeypatch.setattr(node.journal, "append", held)
    return on_its_way, may_go


async def cut_off(session: Session) -> None:
    """The line of Ann's laptop breaks."""
    for connection in list(session.one.connections.values()):
        connection.abort("")
    await session.ann.socket.wait_closed()


def comes_back(project: str, *unanswered: str) -> Message:
    return {"t": "join", "id": "back", "project": project, "unanswered": list(unanswered)}


async def test_J15_D13_what_is_on_its_way_from_another_node_is_kept_out_by_the_join(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, one = session.project, session.one
    on_its_way, may_go = held_appends(one, monkeypatch)
    first = await session.ann.propose(project, marker("marker_1"))
    await on_its_way.wait()
    await cut_off(session)
    ann = await session.two.again(session.ann)
    joined = await ann.ask(comes_back(project, first))
    assert (joined["t"], joined["committed"]) == ("joined", {})
    second = await ann.edit(project, marker("marker_2"))
    may_go.set()
    await one.hub.commits.committer.settled()
    again = await ann.edit(project, marker("marker_1"), id=first)
    assert (second["seq"], again["seq"], again["duplicate"]) == (1, 2, False)


async def test_J15_D13_what_is_on_its_way_from_the_same_node_is_waited_for_by_the_join(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = session.project
    on_its_way, may_go = held_appends(session.one, monkeypatch)
    first = await session.ann.propose(project, marker("marker_1"))
    await on_its_way.wait()
    await cut_off(session)
    ann = await session.one.again(session.ann)
    await ann.send(comes_back(project, first))
    await ann.ping()
    may_go.set()
    assert (await ann.answer_to("back"))["head"] == 1
    assert (await ann.until("delta"))["id"] == first


def held_joins(node: Node, monkeypatch: pytest.MonkeyPatch) -> tuple[asyncio.Event, ...]:
    """A join that names what had no answer waits behind its fence: as `held_appends`."""
    is_fenced, may_go = asyncio.Event(), asyncio.Event()
    seqs_of = node.journal.seqs_of

    async def held(*args: Any) -> dict[str, int]:
        is_fenced.set()
        await may_go.wait()
        return await seqs_of(*args)

    monkeypatch.setattr(node.journal, "seqs_of", held)
    return is_fenced, may_go


async def kept_out(wire: Wire, node: Node, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delta that the fence keeps out; until the journal has said so."""
    on_its_way, may_go = held_appends(node, monkeypatch)
    await wire.propose(project, marker("marker_1"))
    await on_its_way.wait()
    may_go.set()
    await node.hub.commits.committer.settled()


@pytest.mark.parametrize("is_same_node", [True, False])
async def test_J7_J15_X1_who_is_replaced_is_told_so_whatever_the_later_join_names(
    session: Session, monkeypatch: pytest.MonkeyPatch, *, is_same_node: bool
) -> None:
    project, one = session.project, session.one
    two = one if is_same_node else session.two
    is_fenced, may_join = held_joins(two, monkeypatch)
    again = await two.again(session.ann)
    await again.send(comes_back(project, "delta-without-answer"))
    await is_fenced.wait()
    await kept_out(session.ann, one, project, monkeypatch)
    may_join.set()
    assert (await again.answer_to("back"))["t"] == "joined"
    before = await session.ann.closed(4500)
    assert [message for message in before if message["t"] in ("ack", "error")] == []
    assert (await again.edit(project, marker("marker_1")))["seq"] == 1


async def test_J7_a_join_of_the_same_connection_closes_nothing_whatever_it_names(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, one, ann = session.project, session.one, session.ann
    is_fenced, may_join = held_joins(one, monkeypatch)
    await ann.send(comes_back(project, "delta-without-answer"))
    await is_fenced.wait()
    await kept_out(ann, one, project, monkeypatch)
    may_join.set()
    assert (await ann.answer_to("back"))["t"] == "joined"
    assert (await ann.edit(project, marker("marker_1")))["seq"] == 1


@pytest.mark.parametrize("is_same_connection", [True, False])
async def test_J5_J15_a_join_that_is_refused_takes_nobodys_answers(
    session: Session, *, is_same_connection: bool
) -> None:
    """Its device is in the room with what it has."""
    project, ann = session.project, session.ann
    later = ann if is_same_connection else await session.two.again(ann)
    ahead = {"epoch": session.one.hub.rooms[project].room.epoch, "seq": 1_000_000}
    refused = await later.ask(comes_back(project, "delta-without-answer") | {"position": ahead})
    assert (refused["t"], refused["code"]) == ("error", "position_ahead")
    assert (await ann.edit(project, marker("marker_1")))["seq"] == 1
    assert (await session.ben.edit(project, marker("marker_2")))["seq"] == 2
