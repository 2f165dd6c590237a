"""Calls, accounts and roles over the wire."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from persistence.pool import Database
from persistence.tables import project_members
from server.calls.all_answers import ANSWERS
from server.states.journal_audit import audit
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, marker

pytestmark = pytest.mark.postgres

NOBODYS = "00000000-0000-4000-8000-000000000000"
PASSWORD = "correct horse"


async def test_C1_every_call_has_one_answer(node: Node) -> None:
    ann = await node.musician("ann", JSON)
    for n in range(10):
        method = "projects.list" if n % 2 else "projects.get"
        params = {} if n % 2 else {"project": NOBODYS}
        await ann.send({"t": "call", "id": f"c{n}", "method": method, "params": params})
    answers = [await ann.next() for _ in range(10)]
    assert {(a["id"], a["t"]) for a in answers} == {
        (f"c{n}", "reply" if n % 2 else "error") for n in range(10)
    }
    await ann.ping()
    assert not ann.backlog


async def test_C2_sixteen_calls_at_once(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await node.musician("ann")
    go_on = asyncio.Event()
    answer = ANSWERS["projects.list"]

    async def slow(*args: Any) -> Any:
        await go_on.wait()
        return await answer(*args)

    monkeypatch.setitem(ANSWERS, "projects.list", slow)
    for n in range(17):
        await ann.send({"t": "call", "id": f"c{n}", "method": "projects.list", "params": {}})
    refused = await ann.expect("error")
    assert (refused["id"], refused["code"]) == ("c16", "rate_limited")
    go_on.set()
    assert {(await ann.expect("reply"))["id"] for _ in range(16)} == {f"c{n}" for n in range(16)}
    await ann.result("projects.list")


async def test_C9_a_call_that_took_too_long_is_told_the_bound_and_when_to_come_again(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: Any) -> Any:
        raise TimeoutError

    ann = await node.musician("ann")
    monkeypatch.setitem(ANSWERS, "projects.list", slow)
    error = await ann.call("projects.list")
    assert error["code"] == "unavailable"
    assert "15 seconds" in error["message"]
    assert error["details"]["retry_after_ms"] == 1_000


async def test_C3_parameters_have_ranges(node: Node) -> None:
    ann = await node.musician("ann")
    error = await ann.call("projects.create", name="Song", bpm=5)
    assert error["code"] == "validation"
    assert "bpm" in error["message"]
    assert (await ann.call("projects.create", name="Song", colour=1))["code"] == "validation"
    error = await ann.call("auth.register", email="x", username="x y", password=PASSWORD)
    assert error["code"] == "validation"


async def test_C4_calls_may_be_sent_again(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    once = await ann.result("projects.create", id=NOBODYS, name="Song")
    assert await ann.result("projects.create", id=NOBODYS, name="Song") == once
    assert len((await ann.result("projects.list"))["projects"]) == 1
    grant = {"project": NOBODYS, "email": "ben@example.org", "role": "editor"}
    granted = await ann.result("members.grant", **grant)
    assert await ann.result("members.grant", **grant) == granted
    revoke = {"project": NOBODYS, "user": ben.user}
    assert await ann.result("members.revoke", **revoke) == await ann.result(
        "members.revoke", **revoke
    )
    archived = await ann.result("projects.archive", project=NOBODYS)
    assert archived["archived"]
    assert await ann.result("projects.archive", project=NOBODYS) == archived
    # An id of someone else's project tells a stranger nothing.
    assert (await ben.call("projects.create", id=NOBODYS, name="Song"))["code"] == "taken"


async def test_C5_an_update_carries_the_version(node: Node) -> None:
    ann = await node.musician("ann")
    project = await ann.result("projects.create", name="Song")
    first = {"project": project["id"], "version": project["version"]}
    updated = await ann.result("projects.update", **first, name="Better")
    conflict = await ann.call("projects.update", **first, name="Worse")
    assert conflict["code"] == "conflict"
    assert conflict["details"]["version"] == updated["version"]
    assert (await ann.result("projects.get", project=project["id"]))["name"] == "Better"


async def test_C6_what_is_not_yours_does_not_exist(node: Node) -> None:
    ann, eve = await node.musician("ann"), await node.musician("eve")
    project = await create_project(ann)
    calls: list[tuple[str, dict[str, Any]]] = [
        ("projects.get", {}),
        ("projects.update", {"version": 1, "name": "Mine"}),
        ("projects.archive", {}),
        ("members.list", {}),
        ("members.grant", {"email": "eve@example.org", "role": "owner"}),
        ("members.revoke", {"user": ann.user}),
    ]
    for method, params in calls:
        theirs = await eve.call(method, project=project, **params)
        nobodys = await eve.call(method, project=NOBODYS, **params)
        assert (theirs["code"], theirs["message"]) == (nobodys["code"], nobodys["message"])
        assert theirs["code"] == "not_found", method
    assert (await eve.result("projects.list"))["projects"] == []


async def test_A1_unknown_address_and_wrong_password_are_alike(node: Node) -> None:
    await node.musician("ann")
    guest = await node.guest()
    wrong = await guest.call("auth.login", email="ann@example.org", password="wrong horse")
    unknown = await guest.call("auth.login", email="bob@example.org", password="wrong horse")
    assert wrong["code"] == "auth_failed"
    assert {**wrong, "id": ""} == {**unknown, "id": ""}
    await guest.result("auth.login", email="ann@example.org", password=PASSWORD)


async def test_A2_a_refresh_token_serves_once_and_a_moment_longer(node: Node) -> None:
    ann = await node.musician("ann")
    assert ann.tokens["expires_in"] == 900
    first = ann.tokens["refresh_token"]
    guest = await node.guest()
    second = (await guest.result("auth.refresh", refresh_token=first))["refresh_token"]
    assert second != first
    repeated = await guest.result("auth.refresh", refresh_token=first)
    assert repeated["refresh_token"] == second


async def test_A2_an_old_refresh_token_ends_the_session(node: Node, database: Database) -> None:
    ann = await node.musician("ann")
    first = ann.tokens["refresh_token"]
    guest = await node.guest()
    second = (await guest.result("auth.refresh", refresh_token=first))["refresh_token"]
    third = (await guest.result("auth.refresh", refresh_token=second))["refresh_token"]
    await database.execute("UPDATE auth_sessions SET rotated_at = rotated_at - interval '11 s'")
    thief = await node.guest()
    assert (await thief.call("auth.refresh", refresh_token=first))["code"] == "auth_failed"
    await ann.closed(4501)
    assert (await thief.call("auth.refresh", refresh_token=third))["code"] == "auth_failed"
    assert (await thief.call("auth.refresh", refresh_token="x"))["code"] == "auth_failed"


async def test_A3_logout_ends_every_socket_of_the_login(node: Node, database_url: str) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    phone = await node.again(ann, "phone")
    await phone.join(project)
    other = await node.guest()
    await other.result("auth.login", email="ann@example.org", password=PASSWORD)
    await ann.result("auth.logout")
    await phone.propose(project, marker("marker_1"), id="too_late_1")
    before = await phone.closed(4501)
    assert [message for message in before if message["t"] == "ack"] == []
    await ann.closed(4501)
    assert (await audit(database_url, project))["head"] == 0
    late = await node.connect()
    await late.send(
        {"t": "hello", "versions": [1], "device": "x", "token": ann.tokens["access_token"]}
    )
    await late.closed(4507)
    await other.result("projects.list")


async def test_A3_what_is_called_behind_a_logout_writes_nothing(
    node: Node, database_url: str
) -> None:
    """On the same socket, before it is closed; what came before the logout is done or refused."""
    ann = await node.musician("ann")
    phone = await node.again(ann, "phone")
    await ann.result("auth.logout")
    made = {"method": "presets.create", "params": {"plugin": "q", "name": "late"}}
    for wire in (ann, phone):
        with suppress(ConnectionClosed):  # it may be closed by then
            await wire.send({"t": "call", "id": "late", **made})
    for wire in (ann, phone):
        before = await wire.closed(4501)
        assert [message for message in before if message["t"] == "reply"] == []
    database = await Database.open(database_url, max_size=1)
    try:
        late = "SELECT count(*) FROM plugin_presets WHERE name = 'late'"
        assert await database.fetchval(late) == 0
    finally:
        await database.close()


async def test_R1_what_each_role_may(node: Node) -> None:
    ann, ben, project = await node.pair()
    row = await ann.result("projects.get", project=project)
    assert (await ben.edit(project, marker("marker_1")))["t"] == "ack"
    owners: list[tuple[str, dict[str, Any]]] = [
        ("projects.update", {"version": row["version"], "name": "Mine"}),
        ("projects.archive", {}),
        ("members.grant", {"email": "ben@example.org", "role": "owner"}),
        ("members.revoke", {"user": ann.user}),
    ]
    for method, params in owners:
        assert (await ben.call(method, project=project, **params))["code"] == "forbidden"
    await ann.result("members.grant", project=project, email="ben@example.org", role="viewer")
    await ben.until("role_changed")
    assert (await ben.edit(project, marker("marker_2")))["code"] == "forbidden"
    await ben.send({"t": "presence", "project": project, "tool": "eraser"})
    tick = await ann.until("tick")
    assert [moved["tool"] for moved in tick["moved"].values()] == ["eraser"]
    assert (await ben.result("members.list", project=project))["members"]


async def test_R2_the_role_is_checked_in_the_transaction(
    node: Node, database: Database, database_url: str
) -> None:
    _, ben, project = await node.pair()
    await project_members.revoke(database, project, ben.user)  # the room hears of it with a tick
    answer = await ben.edit(project, marker("marker_1"))
    assert answer["code"] in ("forbidden", "not_joined")
    assert (await audit(database_url, project))["head"] == 0


async def test_R3_a_role_is_heard_at_once(node: Node) -> None:
    ann, ben, project = await node.pair()
    elsewhere = await node.again(ben, "phone")
    email = {"project": project, "email": "ben@example.org"}
    await ann.result("members.grant", **email, role="viewer")
    for wire in (ann, ben, elsewhere):
        heard = await wire.expect("role_changed")
        assert (heard["user"], heard["role"]) == (ben.user, "viewer")
    await ann.result("members.revoke", project=project, user=ben.user)
    for wire in (ann, ben, elsewhere):
        assert (await wire.expect("role_changed"))["role"] is None
    left = await ben.expect("left")
    assert (left["project"], left["reason"]) == (project, "access_revoked")
    await ann.expect("member_left")
    assert (await ben.edit(project, marker("marker_1")))["code"] == "not_joined"
    await ann.edit(project, marker("marker_1"))
    await ben.ping()
    assert ben.heard("delta") == []
    assert (await ben.ask({"t": "join", "id": "j", "project": project}))["code"] == "not_found"


async def test_R3_access_taken_away_while_joining(node: Node) -> None:
    ann, ben, project = await node.pair()
    phone = await node.again(ben, "phone")
    await phone.send({"t": "join", "id": "j", "project": project})
    await ann.result("members.revoke", project=project, user=ben.user)
    await ann.edit(project, marker("marker_1"))
    await phone.ping()
    kinds = [message["t"] for message in phone.backlog]
    assert "delta" not in kinds or kinds.index("left") > kinds.index("delta")
    assert (await phone.edit(project, marker("marker_2")))["code"] == "not_joined"


async def test_R4_the_last_owner_stays(node: Node) -> None:
    ann, ben, project = await node.pair()
    leave = await ann.call("members.revoke", project=project, user=ann.user)
    assert leave["code"] == "conflict"
    email = {"project": project, "email": "ann@example.org"}
    assert (await ann.call("members.grant", **email, role="viewer"))["code"] == "conflict"
    await ann.result("members.grant", project=project, email="ben@example.org", role="owner")
    await ann.result("members.revoke", project=project, user=ann.user)
    await ben.until("member_left")


async def test_M2_the_row_and_the_state_are_changed_apart(node: Node) -> None:
    ann = await node.musician("ann")
    music = {"bpm": 93, "key": "D", "scale": "minor", "signature": "3/4"}
    row = await ann.result("projects.create", name="Song", **music)
    project = row["id"]
    _, state = await ann.join(project)
    assert (state["project"]["project"]["name"], row["name"]) == ("Song", "Song")
    assert state["tempo"]["tempo_start"]["bpm"] == row["bpm"] == 93
    begun = state["project"]["project"]
    assert (begun["key"], begun["scale"]) == (row["key"], row["scale"]) == ("D", "minor")
    signature = state["signatures"]["signature_start"]
    assert f"{signature['num']}/{signature['den']}" == row["signature"] == "3/4"
    await ann.result("projects.update", project=project, version=row["version"], name="Label")
    name = {"op": "set", "col": "project", "id": "project", "props": {"name": "Title"}}
    await ann.edit(project, name)
    assert (await ann.result("projects.get", project=project))["name"] == "Label"
    blamed = await ann.result("history.blame", project=project, entity="project", property="name")
    assert blamed["value"] == "Title"


async def test_C2_a_misspelt_call_is_told_which_one_may_be_meant(node: Node) -> None:
    ann = await node.musician("ann")
    for method, words in (
        ("projects.creat", "there is no call 'projects.creat': is 'projects.create' meant?"),
        ("x.y", "there is no call 'x.y'"),
    ):
        answer = await ann.call(method)
        assert (answer["code"], answer["message"]) == ("unknown_message", words)
