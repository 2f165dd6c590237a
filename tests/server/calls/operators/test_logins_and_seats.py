"""Operators look at logins and end them, and send members out; the person is told why."""

import pytest

from admin import answer_tables
from prime_client.client import Client
from prime_client.events import Left
from prime_client.failures import RoomClosed
from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import create_project, eventually

pytestmark = [pytest.mark.postgres, pytest.mark.node]


async def test_R48_logins_say_where_they_are_connected(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    await doors.far.again(ann, "phone")
    for named in ("ann", "ann@example.org", ann.user):
        shown = await doors.by_call("logins", user=named)
        assert shown == await doors.by_machine("logins", user=named)
        [login] = shown["logins"]
        assert (shown["user"], shown["username"]) == (ann.user, "ann")
        assert login["nodes"] == sorted([doors.near.hub.node, doors.far.hub.node])
    assert (await doors.ada.call("operator.logins", user="nobody"))["code"] == "not_found"


@pytest.mark.parametrize(("by", "door"), [("user", "by_call"), ("login", "by_machine")])
async def test_R50_kicked_people_are_told_why_on_every_node(
    doors: Doors, by: str, door: str
) -> None:
    ann = await doors.near.musician("ann")
    far = await doors.far.again(ann, "phone")
    [login] = (await doors.by_call("logins", user="ann"))["logins"]
    named = {"user": "ann"} if by == "user" else {"login": login["login"]}
    kicked = await getattr(doors, door)("kick", reason="Your laptop was stolen.", **named)
    assert (kicked["logins"], kicked["seats"]) == (1, 0)
    for wire in (ann, far):
        before = await wire.closed(4501)
        [error] = [message for message in before if message["t"] == "error"]
        assert error["code"] == "auth_required"
        assert error["details"]["message"] == "Your laptop was stolen."
    late = await doors.near.connect()
    token = ann.tokens["access_token"]
    await late.send({"t": "hello", "versions": [1], "device": "laptop", "token": token})
    [error] = await late.closed(4507)
    assert error["details"]["message"] == "Your laptop was stolen."
    words = {"email": "ann@example.org", "password": "correct horse"}
    assert (await (await doors.near.guest()).result("auth.login", **words))["access_token"]
    [entry] = await doors.audit("kicked")
    assert entry["user"] == ann.user
    details = {
        "reason": "Your laptop was stolen.",
        "whom": "user" if by == "user" else f"login {login['login']}",
        "ended": 1,
    }
    assert details.items() <= entry["details"].items()


async def test_R50_a_kick_names_one_thing(doors: Doors) -> None:
    for named in ({}, {"user": "ann", "member": "0123456789abcdef"}):
        answer = await doors.ada.call("operator.kick", reason="x", **named)
        assert (answer["code"], answer["details"]) == ("validation", {"field": "user"})
    nowhere = "00000000-0000-4000-8000-000000000000"
    for named in ({"user": "nobody"}, {"login": nowhere}):
        answer = await doors.ada.call("operator.kick", reason="x", **named)
        assert answer["code"] == "not_found"


async def test_R51_a_kicked_member_is_out_and_may_join_again(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    project = await create_project(ann)
    phone = await doors.second_device(ann)
    await ann.join(project)
    joined, _ = await phone.join(project)
    await ann.until("member_joined")  # of who comes and goes before that nobody is told
    kicked = await doors.by_machine("kick", member=joined["you"], reason="You play alone.")
    assert (kicked["logins"], kicked["seats"]) == (0, 1)
    left = await phone.until("left")
    assert (left["reason"], left["message"]) == ("kicked", "You play alone.")
    gone = await ann.until("member_left")
    assert gone["member"] == joined["you"]
    await phone.join(project)
    [entry] = await doors.audit("kicked")
    assert entry["details"]["whom"] == f"member {joined['you']}"
    assert (entry["user"], entry["project"]) == (ann.user, project)
    assert entry in (await doors.by_call("audit", user="ann"))["entries"]


async def test_R49_what_ends_nothing_is_not_noted(doors: Doors) -> None:
    kicked = await doors.by_call("kick", member="0123456789abcdef", reason="You play alone.")
    assert (kicked["logins"], kicked["seats"], kicked["silent"]) == (0, 0, [])
    await doors.near.musician("ann")
    for _ in range(2):
        await doors.by_call("kick", user="ann", reason="Your laptop was stolen.")
    assert [entry["details"]["whom"] for entry in await doors.audit("kicked")] == ["user"]


async def test_R48_a_kick_names_the_nodes_that_hang(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.control_plane.node_questions.WAIT_SECONDS", 0.2)
    ann = await doors.far.musician("ann")
    joined, _ = await ann.join(await create_project(ann))
    doors.far.bus.set_up(False)
    doors.far.server.supervisor.stop("looking for what operators say")
    kicked = await doors.by_call("kick", member=joined["you"], reason="You play alone.")
    assert (kicked["seats"], kicked["silent"]) == (0, [doors.far.hub.node])
    said = " ".join(map(str, answer_tables.kicked(kicked)))
    assert "nobody was there." not in said
    assert doors.far.hub.node in said
    assert await doors.audit("kicked") == []


async def test_R51_the_sdk_says_why(doors: Doors) -> None:
    reasons: list[str] = []
    async with Client(doors.far.url, device="desk", on_login_needed=reasons.append) as client:
        await client.register("eve@example.org", "eve", "correct horse")
        project = (await client.projects.create(name="Song"))["id"]
        room = await client.join(project)
        events: list[object] = []
        room.subscribe(events.append)
        await doors.by_call("kick", member=room.you, reason="You play alone.")

        async def is_told() -> bool:
            return any(isinstance(event, Left) for event in events)

        await eventually(is_told)
        assert [event for event in events if isinstance(event, Left)] == [
            Left("kicked", "You play alone.")
        ]
        with pytest.raises(RoomClosed, match=r"kicked: an operator .* You play alone\.") as raised:
            await room.joined()
        assert raised.value.left == Left("kicked", "You play alone.")
        await doors.by_call("kick", user="eve", reason="Your laptop was stolen.")

        async def is_asked() -> bool:
            return bool(reasons)

        await eventually(is_asked)
        assert reasons == ["Your laptop was stolen."]
