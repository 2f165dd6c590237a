"""People, sessions and logins, over the wire."""

from typing import Any

import pytest

from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import JSON, Wire

pytestmark = pytest.mark.postgres

NOBODYS = "00000000-0000-4000-8000-000000000000"


async def here_together(node: Node) -> tuple[Wire, Wire, str, str]:
    """Two in one room, written down; the project and the session."""
    ann, ben, project = await node.pair((JSON, JSON))
    await node.server.write_behind.run_once()
    [session] = (await ann.result("sessions.list", where={"project": project}))["sessions"]
    return ann, ben, project, session["id"]


async def test_I1_an_account_is_changed_by_its_user_under_its_version(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    before = await ann.result("account.get")
    assert (before["email"], before["version"]) == ("ann@example.org", 1)
    words: dict[str, Any] = {
        "name": "Ann", "default_bpm": 174.0, "target_lufs": -9.0, "favorite_genres": ["dnb"],
    }  # fmt: skip
    after = await ann.result("account.update", version=1, **words)
    assert {name: after[name] for name in words} == words
    stale = await ann.call("account.update", version=1, name="x")
    assert (stale["code"], stale["details"]) == ("conflict", {"version": 2})
    assert (await ann.call("account.update", version=2, email="x@y.zz"))["code"] == "validation"
    assert (await ben.call("account.get", user=ann.user))["code"] == "not_found"
    refused = await ben.call("account.update", user=ann.user, version=2, name="x")
    assert refused["code"] == "not_found"


async def test_I1_C4_a_project_without_a_tempo_has_that_of_its_owner(node: Node) -> None:
    ann = await node.musician("ann")
    assert (await ann.result("projects.create", name="Song"))["bpm"] == 120
    await ann.result("account.update", version=1, default_bpm=174.5)
    asked: dict[str, Any] = {"id": NOBODYS, "name": "Fast"}
    made = await ann.result("projects.create", **asked)
    assert made["bpm"] == 174.5
    page = await ann.result("history.at", project=made["id"], seq=0)
    state = await ann.result("timeline.seconds", project=made["id"], beats=[174.5])
    assert (page["position"]["seq"], state["times"]) == (0, [60.0])
    await ann.result("account.update", version=2, default_bpm=90)
    assert await ann.result("projects.create", **asked) == made
    assert (await ann.call("projects.create", **asked, bpm=90))["code"] == "id_reused"
    assert (await ann.result("projects.create", name="Slow", bpm=60))["bpm"] == 60


async def test_I2_people_are_seen_by_whom_they_share_a_project_with(node: Node) -> None:
    ann, ben, _ = await node.pair()
    await node.musician("cid")
    people = (await ann.result("users.list", order=["username"]))["users"]
    assert [one["username"] for one in people] == ["ann", "ben"]
    assert "email" not in people[1]
    await ann.result("users.get", user=ben.user)
    cid = await node.musician("cat")
    absent = [await ann.call("users.get", user=id) for id in (cid.user, NOBODYS)]
    assert {(one["code"], one["message"]) for one in absent} == {
        ("not_found", absent[0]["message"])
    }


async def test_I3_the_login_that_asks_is_marked(node: Node) -> None:
    ann = await node.musician("ann")
    guest = await node.guest(device="phone")
    await guest.result("auth.login", email="ann@example.org", password="correct horse")
    for wire, device in ((ann, "laptop"), (guest, "phone")):
        logins = (await wire.result("auth_sessions.list"))["auth_sessions"]
        assert len(logins) == 2
        [current] = [login for login in logins if login["current"]]
        assert current["device"] == device
        assert not {"counter", "refresh_token"} & current.keys()
        one = await wire.result("auth_sessions.get", auth_session=current["id"])
        assert one["current"]
    ben = await node.musician("ben")
    refused = await ben.call("auth_sessions.get", auth_session=current["id"])
    assert refused["code"] == "not_found"


async def test_I4_a_session_that_is_ended_is_followed_by_another(node: Node) -> None:
    ann, ben, project, session = await here_together(node)
    assert (await ben.call("sessions.end", session=session))["code"] == "forbidden"
    for _ in "12":
        assert await ann.result("sessions.end", session=session) == {}
    assert (await ann.result("sessions.get", session=session))["status"] == "ended"
    await ben.send({"t": "presence", "project": project, "tool": "pen"})
    await ben.ping()
    going_on = {"project": project, "status": "active"}

    async def is_followed() -> bool:
        await node.server.write_behind.run_once()
        listed = (await ann.result("sessions.list", where=going_on))["sessions"]
        return bool(listed) and listed[0]["id"] != session

    await eventually(is_followed)
    assert (await ben.call("sessions.end", session=NOBODYS))["code"] == "not_found"


async def test_I6_sessions_are_read_by_members_alone(node: Node) -> None:
    ann, ben, project, session = await here_together(node)
    row = await ben.result("sessions.get", session=session)
    assert sorted(row["participants"]) == sorted([ann.user, ben.user])
    assert (await ben.result("sessions.count", where={"project": project}))["count"] == 1
    cid = await node.musician("cid")
    for method in ("sessions.get", "sessions.history", "sessions.end"):
        assert (await cid.call(method, session=session))["code"] == "not_found"
    assert (await cid.result("sessions.list"))["sessions"] == []
    for method in ("sessions.list", "sessions.count"):
        assert (await cid.call(method, project=project))["code"] == "not_found"
        await ben.result(method, project=project)


async def test_I7_where_everyone_is_comes_from_the_room_while_it_is_open(node: Node) -> None:
    ann, ben, project, session = await here_together(node)
    where = {"where": {"project": project, "user": ben.user}}

    async def tools() -> list[Any]:
        listed = await ann.result("session_states.list", **where)
        return [row["tool"] for row in listed["session_states"]]

    await ben.send({"t": "presence", "project": project, "tool": "pen"})
    await ben.ping()
    await node.server.write_behind.run_once()
    assert await tools() == ["pen"]
    await ben.send(
        {"t": "presence", "project": project, "tool": "knife", "selection": ["clip_0001"]}
    )
    await ben.ping()
    assert await tools() == ["knife"], "before it was written"
    named = {"session": session, "user": ben.user, "device": "laptop"}
    one = await ann.result("session_states.get", **named, fields=["selection", "tool"])
    assert one == named | {"selection": ["clip_0001"], "tool": "knife"}
    await ann.result("sessions.end", session=session)
    assert await tools() == ["pen"], "where ben was, as far as it was written"


async def test_I5_who_came_and_left_before_anything_was_written_was_there(node: Node) -> None:
    """Both rounds of the writing come after ben has left."""
    ann, ben, project = await node.pair((JSON, JSON))
    await ben.ask({"t": "leave", "id": "l", "project": project})
    for _ in "12":
        await node.server.write_behind.run_once()
    [row] = (await ann.result("sessions.list", where={"project": project}))["sessions"]
    assert sorted(row["participants"]) == sorted([ann.user, ben.user])
    stays = (await ann.result("sessions.history", session=row["id"]))["session_stays"]
    by_name = {stay["user"]["username"]: stay for stay in stays}
    assert by_name["ben"]["times"] == 1
    assert by_name["ben"]["seen_at"] <= by_name["ann"]["seen_at"]
    assert by_name["ben"]["entered_at"] >= by_name["ann"]["entered_at"]


async def test_I8_who_was_in_a_session_is_listed_with_how_long(node: Node) -> None:
    ann, ben, project, session = await here_together(node)
    await ben.ask({"t": "leave", "id": "l", "project": project})
    await node.server.write_behind.run_once()
    stays = (await ann.result("sessions.history", session=session))["session_stays"]
    assert sorted(stay["user"]["username"] for stay in stays) == ["ann", "ben"]
    assert all(stay["seconds"] > 0 and stay["times"] == 1 for stay in stays)
    mine = await ben.result("session_stays.list", where={"user": ben.user}, fields=["seconds"])
    assert len(mine["session_stays"]) == 1
    page = await ann.result("sessions.history", session=session, limit=1)
    rest = await ann.result("sessions.history", session=session, after=page["next"])
    assert len(rest["session_stays"]) == 1


async def test_I9_preferences_are_a_bounded_map_of_ones_own(node: Node) -> None:
    ann, ben = await node.musician("ann", JSON), await node.musician("ben")
    kept = {"theme": {"dark": True}, "keys": ["a", 1, None]}
    assert (await ann.result("account.update", version=1, preferences=kept))["preferences"] == kept
    for bad in ({"x": "y" * 70_000}, {"__proto__": 1}, {"a": "\0"}, [1], "x"):
        refused = await ann.call("account.update", version=2, preferences=bad)
        assert refused["code"] == "validation", bad
        assert refused["details"]["field"].startswith("preferences")
    assert (await ann.result("account.get"))["preferences"] == kept
    await create_project(ben)
    assert (await ben.result("account.get"))["preferences"] == {}
