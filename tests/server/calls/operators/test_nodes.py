"""Operators look at nodes, drain them, and have everyone wait with edits."""

import asyncio

import pytest

from admin.subcommands import SUBCOMMANDS
from persistence.pool import Database
from prime_client.client import Client
from prime_client.events import DegradedChanged, Refused
from schema.calling.writing_calls import HELD_IN_MAINTENANCE
from schema.calls import METHODS
from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import create_project, eventually
from tests.server.wire import marker

pytestmark = [pytest.mark.postgres, pytest.mark.node]

SHOWN = {word.method.removeprefix("operator."): word.show for word in SUBCOMMANDS}

SENTENCE = "Back at nine."


GO_ON_IN_MAINTENANCE = {
    "it looks, and tells what it sees": (
        *("announcing rooms", "counting popular presets", "looking ", "measuring "),
        *("noting who is connected", "reading ", "saying that this node is there", "watching "),
    ),
    "it stores or sends what was accepted before": (
        *("committing edits", "counting uses of presets", "sending mail", "the bus"),
        *("writing behind", "writing the audit"),
    ),
    "it forgets what is over": (
        *("clearing ", "closing orphaned sessions", "collecting garbage", "compacting history"),
        *(
            "forgetting nodes that ended",
            "tidying up behind nodes",
            "trimming ",
            "forgetting guests",
        ),
    ),
    "logins need it": ("rotating signing keys",),
    "its user asked for it days ago, and was told when": ("erasing deleted accounts",),
}
"""Why a job does not wait -> how its name begins. One that does something for users waits."""


async def test_R48_nodes_say_what_they_hold(doors: Doors) -> None:
    ann = await doors.far.musician("ann")
    await ann.join(await create_project(ann))
    await doors.far.server.node_row.say_there()
    shown = await doors.by_call("nodes")
    by_node = {row["node"]: row for row in shown["nodes"]}
    assert set(by_node) == {doors.near.hub.node, doors.far.hub.node}
    far = by_node[doors.far.hub.node]
    assert (far["state"], far["rooms"], far["members"], far["connections"]) == ("serving", 1, 1, 1)
    assert far["address"] == doors.far.url.removeprefix("ws://").removesuffix("/v1")
    nobody = {"unknown": 0, "silent": []}
    off = {"mode": "off", "message": "", "began_at": None, "form": 1}
    assert shown["maintenance"] == off | nobody
    assert {row["node"] for row in (await doors.by_machine("nodes"))["nodes"]} == set(by_node)


async def test_R48_a_node_that_ended_without_a_word_is_silent(doors: Doors) -> None:
    await doors.far.die()
    late = "UPDATE server_nodes SET seen_at = now() - interval '1 minute' WHERE name = $1"
    await doors.database.execute(late, doors.far.hub.node)
    states = {row["node"]: row["state"] for row in (await doors.by_call("nodes"))["nodes"]}
    assert states == {doors.near.hub.node: "serving", doors.far.hub.node: "silent"}
    assert (await doors.by_call("rooms"))["silent"] == []


async def test_R53_nodes_that_do_not_hear_of_it_are_told(doors: Doors, database_url: str) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann)
    old = await Database.open(database_url, max_size=1, application_name="prime")
    try:
        shown = await doors.by_machine("maintenance", mode="read_only", message=SENTENCE)
        assert shown["unknown"] == 1
        assert (await doors.by_machine("nodes"))["maintenance"]["unknown"] == 1
        assert (await doors.by_machine("close_room", project=project, reason="x"))["unknown"] == 1
        assert (await doors.by_machine("kick", user="ann", reason="x"))["unknown"] == 1
    finally:
        await old.close()
    await doors.by_machine("maintenance", mode="off")


async def test_R54_a_silent_node_is_told_when_it_is_drained(doors: Doors) -> None:
    await doors.far.die()
    late = "UPDATE server_nodes SET seen_at = now() - interval '1 minute' WHERE name = $1"
    await doors.database.execute(late, doors.far.hub.node)
    told = await doors.by_call("drain", node=doors.far.hub.node)
    assert told["silent"] == [doors.far.hub.node]


async def test_R48_a_node_that_does_not_answer_is_named(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.control_plane.node_questions.WAIT_SECONDS", 0.2)
    doors.far.bus.set_up(False)
    doors.far.server.supervisor.stop("looking for what operators say")
    ann = await doors.near.musician("ann")
    project = await create_project(ann)
    for word, params in {
        "rooms": {},
        "room": {"project": project},
        "logins": {"user": "ann"},
        "slow_calls": {},
        "kick": {"member": "0123456789abcdef", "reason": "You play alone."},
    }.items():
        answer = await doors.by_call(word, **params)
        assert answer["silent"] == [doors.far.hub.node], word
        said = "".join(str(shown) for shown in SHOWN[word](answer))
        assert doors.far.hub.node in said, word


async def test_R48_nodes_answer_without_a_bus(doors: Doors) -> None:
    for node in (doors.near, doors.far):
        node.bus.set_up(False)
    ann = await doors.far.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    shown = await doors.by_call("rooms")
    assert (shown["silent"], [row["project"] for row in shown["rooms"]]) == ([], [project])


async def test_R53_while_nobody_edits_all_can_be_read(doors: Doors) -> None:
    ask = doors.by_machine
    ann = await doors.near.musician("ann")
    project = await create_project(ann)
    bob = await doors.second_device(ann)
    await ann.join(project)
    await bob.join(project)
    began = await ask("maintenance", mode="read_only", message=SENTENCE)
    assert (began["mode"], began["message"]) == ("read_only", SENTENCE)
    for wire in (ann, bob):
        told = await wire.until("degraded")
        assert (told["degraded"], told["what"], told["reason"]) == (True, "maintenance", SENTENCE)
        refused = await wire.edit(project, marker("marker_01"), id="delta_of_both")
        assert (refused["code"], refused["details"]["message"]) == ("unavailable", SENTENCE)
        for kind in ("undo", "redo"):
            undone = await wire.ask({"t": kind, "id": f"{kind}_00001", "project": project})
            assert undone["code"] == "unavailable"
    assert await doors.near.http("/readyz") == (200, f"ready; read-only: {SENTENCE}\n")
    assert "prime_maintenance 1.0" in (await doors.near.http("/metrics"))[1]
    late = await doors.near.again(ann, "tablet")
    await late.join(project)
    assert (await late.until("degraded"))["what"] == "maintenance"
    assert (await ann.result("projects.list"))["projects"]
    assert (await ann.result("recall.settings"))["settings"] == []
    off = await ann.call("recall.settings", category="eq", remembers=False)
    assert off["code"] == "unavailable"
    held = await ann.call("projects.create", name="No")
    assert (held["code"], held["details"]["message"]) == ("unavailable", SENTENCE)
    calls = [
        {"method": "projects.list", "params": {}},
        {"method": "presets.create", "params": {"plugin": "OTT", "name": "x"}},
    ]
    read, written = (await ann.result("batch", calls=calls))["answers"]
    assert "result" in read
    assert written["error"]["code"] == "unavailable"
    assert (await doors.near.guest()).ping is not None
    assert (await ask("maintenance", mode="off"))["mode"] == "off"
    for wire in (ann, bob):
        assert (await wire.until("degraded"))["degraded"] is False
    again = await ann.edit(project, marker("marker_01"), id="delta_of_both")
    assert again["t"] == "ack"
    [began], [ended] = (
        await doors.audit("maintenance_begun"),
        await doors.audit("maintenance_ended"),
    )
    assert began["details"]["message"] == ended["details"]["before"] == SENTENCE


async def test_R54_a_drained_node_is_empty_until_it_is_undrained(doors: Doors) -> None:
    ann = await doors.far.musician("ann")
    node = doors.far.hub.node
    assert (await doors.by_call("drain", node=node))["changed"] is True
    assert (await doors.by_machine("drain", node=node))["changed"] is False
    [leaving] = [m for m in await ann.closed(1012) if m["t"] == "server_leaving"]
    assert leaving["after_ms"] >= 0
    assert (await doors.far.http("/readyz"))[0] == 503
    states = {row["node"]: row["state"] for row in (await doors.by_call("nodes"))["nodes"]}
    assert states == {doors.near.hub.node: "serving", node: "drained"}
    assert (await doors.by_machine("undrain", node=node))["changed"] is True
    assert (await doors.far.http("/readyz"))[0] == 200
    await doors.far.again(ann)
    doors.far.server.draining.begin()  # as SIGUSR1 does
    await doors.far.server.node_row.say_there()
    assert (await doors.by_call("undrain", node=node))["changed"] is True
    await doors.far.server.operator_orders.look()
    assert doors.far.server.draining.is_on is False
    assert len(await doors.audit("node_drained")) == 1
    assert len(await doors.audit("node_undrained")) == 2
    answer = await doors.ada.call("operator.drain", node="nobody")
    assert (answer["code"], "operator.nodes lists" in answer["message"]) == ("not_found", True)


async def test_R53_maintenance_needs_a_sentence(doors: Doors) -> None:
    answer = await doors.ada.call("operator.maintenance", mode="read_only")
    assert (answer["code"], answer["details"]) == ("validation", {"field": "message"})


def test_R53_what_lets_people_in_and_out_does_not_wait() -> None:
    assert METHODS.keys() >= HELD_IN_MAINTENANCE
    let_in = {name for name in METHODS if name.startswith(("auth.", "operator.", "watch."))}
    made = {"auth.register", "auth.register_guest", "auth.upgrade_guest"}
    deleted = {"auth.delete_account", "auth.request_deletion"}
    assert let_in & HELD_IN_MAINTENANCE == made | deleted


def test_R53_of_every_job_it_is_said_why_it_goes_on(doors: Doors) -> None:
    beginnings = tuple(each for said in GO_ON_IN_MAINTENANCE.values() for each in said)
    node = doors.near.server
    jobs = node.supervisor.tasks.keys() - node.foundation.servers.keys()
    assert {job for job in jobs if not job.startswith(beginnings)} == set()
    assert {each for each in beginnings if not any(job.startswith(each) for job in jobs)} == set()


async def test_R53_edits_that_flow_into_maintenance_are_not_lost(doors: Doors) -> None:
    async with Client(doors.far.url, device="desk") as client:
        await client.register("eve@example.org", "eve", "correct horse")
        project = (await client.projects.create(name="Song"))["id"]
        room = await client.join(project)
        events: list[object] = []
        room.subscribe(events.append)
        ids: list[str] = []

        async def flow() -> None:
            while True:
                ids.append(room.edit([marker(f"marker_{len(ids):04}", float(len(ids)))]))
                await asyncio.sleep(0.001)

        flowing = asyncio.create_task(flow())
        await eventually(lambda: _true(room.replica.position is not None and len(ids) > 20))
        await doors.by_call("maintenance", mode="read_only", message=SENTENCE)
        await eventually(lambda: _true(room.maintenance == SENTENCE))
        made = len(ids)
        await eventually(lambda: _true(len(ids) > made + 20))
        head = doors.far.hub.rooms[project].room.head
        await doors.by_call("maintenance", mode="off")
        await eventually(lambda: _true(room.maintenance is None))
        flowing.cancel()
        await room.settled()
        state = doors.far.hub.rooms[project].room.document
        assert len(ids) == doors.far.hub.rooms[project].room.head > head
        assert len(state) >= len(ids)
        assert not [event for event in events if isinstance(event, Refused)]
        said = [event for event in events if isinstance(event, DegradedChanged)]
        assert [(event.degraded, event.what) for event in said] == [
            (True, "maintenance"),
            (False, "maintenance"),
        ]


async def _true(fact: bool) -> bool:
    return fact
