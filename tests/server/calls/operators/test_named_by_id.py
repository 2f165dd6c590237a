"""Operators name things by the beginning of an id, and are told which it may be."""

from typing import Any

import pytest

from server.events.events import EventSubject
from tests.server.calls.operators.conftest import Doors
from tests.server.conftest import create_project
from tests.server.wire import Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

ROOM_WORDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("room", {}),
    ("close_room", {"reason": "x"}),
    ("open_room", {}),
)


async def two_alike(ann: Wire) -> tuple[str, str]:
    """Two projects whose ids differ in their last digit."""
    song = await create_project(ann, "Song")
    other = song[:-1] + ("0" if song[-1] != "0" else "1")
    await ann.result("projects.create", id=other, name="Other")
    return song, other


async def refused(doors: Doors, word: str, **params: Any) -> tuple[str, str]:
    answer = await doors.ada.call(f"operator.{word}", **params)
    return answer["code"], answer["message"]


async def test_R48_a_project_is_named_by_the_beginning_of_its_id(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    song = await create_project(ann, "Song")
    for beginning in (song[:4], song[:9], song[:-1], song):
        shown = await doors.by_call("room", project=beginning)
        assert (shown["project"], shown["name"]) == (song, "Song")
    closed = await doors.by_machine("close_room", project=song[:6], reason="It grows.")
    assert closed["project"] == song
    assert (await doors.by_call("room", project=song))["closed"]["reason"] == "It grows."
    assert (await doors.by_machine("open_room", project=song[:6]))["changed"] is True
    doors.near.metrics.events.note("epoch_changed", EventSubject(song))
    [event] = (await doors.by_call("events", project=song[:8]))["events"]
    assert event["project"] == song


async def test_R48_the_beginning_of_several_ids_is_refused_with_their_names(doors: Doors) -> None:
    song, other = await two_alike(await doors.near.musician("ann"))
    for word, more in (*ROOM_WORDS, ("events", {})):
        code, text = await refused(doors, word, project=song[:8], **more)
        assert code == "validation"
        for id, name in ((song, "Song"), (other, "Other")):
            assert f"{id} ({name})" in text
    assert (await doors.by_call("room", project=other))["name"] == "Other"
    assert await doors.audit("room_closed") == []


async def test_R48_what_begins_no_id_is_not_found_and_what_is_none_is_told(doors: Doors) -> None:
    for word, more in ROOM_WORDS:
        for unknown in ("0000", "0000-", "00000000-0000-4000-8000-000000000000"):
            code, text = await refused(doors, word, project=unknown, **more)
            assert (code, unknown in text) == ("not_found", True)
        for none in ("Song", "000", "0000%", "", "0" * 37):
            code, text = await refused(doors, word, project=none, **more)
            assert (code, "its first 4 characters or more" in text) == ("validation", True)
            assert "letters in either case" in text


async def test_R48_of_a_user_eight_characters_are_asked_for_where_fewer_may_be_an_id(
    doors: Doors,
) -> None:
    ann = await doors.near.musician("ann")
    for word, params in (
        ("logins", {"user": ann.user[:4]}),
        ("kick", {"user": ann.user[:7], "reason": "x"}),
    ):
        code, text = await refused(doors, word, **params)
        assert (code, "its first 8 characters or more" in text) == ("not_found", True)
    for name in ("bob", "0" * 8):
        code, text = await refused(doors, "logins", user=name)
        assert (code, "its first" in text) == ("not_found", False)
    assert (await doors.by_call("logins", user=ann.user[:8]))["user"] == ann.user


async def test_R48_logins_members_and_nodes_are_named_so_too(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    joined, _ = await ann.join(await create_project(ann))
    member = joined["you"]
    kicked = await doors.by_call("kick", member=member[:6], reason="x")
    assert kicked["seats"] == 1
    assert (await doors.audit("kicked"))[-1]["details"]["whom"] == f"member {member}"
    for none in ({"member": "0000"}, {"login": "0000"}):
        code, text = await refused(doors, "kick", reason="x", **none)
        assert (code, "0000" in text) == ("not_found", True)
    [login] = (await doors.by_call("logins", user=ann.user[:8]))["logins"]
    kicked = await doors.by_call("kick", login=login["login"][:8], reason="x")
    assert kicked["logins"] == 1
    assert (await doors.audit("kicked"))[-1]["details"]["whom"] == f"login {login['login']}"
    code, _ = await refused(doors, "kick", login=login["login"][:8], reason="x")
    assert code == "not_found", "it goes on no more"
    far = doors.far.hub.node
    unique = next(far[:n] for n in range(4, 33) if not doors.near.hub.node.startswith(far[:n]))
    assert (await doors.by_call("drain", node=unique))["changed"] is True
    assert (await doors.by_call("undrain", node=far))["changed"] is True
    code, text = await refused(doors, "drain", node="nowhere")
    assert (code, "operator.nodes" in text) == ("not_found", True)


async def test_R48_ids_and_their_beginnings_may_be_typed_in_capitals(doors: Doors) -> None:
    ann = await doors.near.musician("ann")
    song = await create_project(ann, "Song")
    typed = song.upper()
    for beginning in (typed[:4], typed[:9], typed):
        assert (await doors.by_call("room", project=beginning))["project"] == song
        closed = await doors.by_machine("close_room", project=beginning, reason="It grows.")
        assert closed["project"] == song
        assert (await doors.by_machine("open_room", project=beginning))["changed"] is True
    doors.near.metrics.events.note("epoch_changed", EventSubject(song))
    near = doors.near.hub.node
    for beginning in (typed[:8], typed):
        [event] = (await doors.by_call("events", project=beginning, node=near.upper()))["events"]
        assert (event["project"], event["node"]) == (song, near)
    far = doors.far.hub.node
    for node in (far.upper(), far.upper()[:-1]):
        assert (await doors.by_call("drain", node=node))["changed"] is True
        assert (await doors.by_call("undrain", node=node))["changed"] is True
    for user in (ann.user.upper(), ann.user.upper()[:9]):
        assert (await doors.by_call("logins", user=user))["user"] == ann.user
        entries = (await doors.by_call("audit", user=user))["entries"]
        assert {entry["user"] for entry in entries} == {ann.user}
    joined, _ = await ann.join(song)
    kicked = await doors.by_call("kick", member=joined["you"].upper(), reason="x")
    assert kicked["seats"] == 1
    for name in ("ben", "eve"):
        wire = await doors.near.musician(name)
        [login] = (await doors.by_call("logins", user=wire.user))["logins"]
        typed = login["login"].upper()[: 8 if name == "ben" else 36]
        kicked = await doors.by_call("kick", login=typed, reason="x")
        assert kicked["logins"] == 1


async def test_R48_members_that_begin_alike_are_told(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    questions = doors.near.context.node_questions
    ask = questions.ask

    async def alike(kind: str, **params: Any) -> Any:
        question = await ask(kind, **params)
        if kind == "members":
            asked.append(params)
            question.answers[doors.far.hub.node] = [["abcd0000", "Ann"], ["abcd1111", "Ben"]]
        return question

    monkeypatch.setattr(questions, "ask", alike)
    code, text = await refused(doors, "kick", member="abcd", reason="x")
    assert code == "validation"
    assert "abcd0000 (Ann), abcd1111 (Ben)" in text
    assert asked[0]["beginning"] == "abcd"
