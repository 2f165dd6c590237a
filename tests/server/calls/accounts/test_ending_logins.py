"""Ending logins: one, the others, all; on every node, with a bus and without."""

import time

import pytest

from persistence.pool import Database
from server.background_tasks import ROWS_SECONDS
from server.calls.accounts.ending_logins import end_logins, tell_ended
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire, marker

pytestmark = pytest.mark.postgres


async def logins(node: Node, count: int) -> list[Wire]:
    """One user on so many devices, the first of which has registered."""
    first = await node.musician("ann")
    made = [first]
    for number in range(1, count):
        wire = await node.guest(device=f"device {number}")
        words = {"email": "ann@example.org", "password": "correct horse"}
        wire.tokens = await wire.result("auth.login", **words)
        wire.user = first.user
        made.append(wire)
    return made


async def of(wire: Wire) -> str:
    """The id of its login."""
    page = await wire.result("auth_sessions.list", where={"revoked_at": {"is_null": True}})
    [current] = [row["id"] for row in page["auth_sessions"] if row["current"]]
    return str(current)


async def test_A14_one_login_is_ended_and_the_others_go_on(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    here, lost, third = await logins(one, 3)
    elsewhere = await two.again(lost, "device 1")
    name = await of(lost)
    for _ in range(2):  # the second time changes nothing
        await here.result("auth_sessions.revoke", auth_session=name)
    for wire in (lost, elsewhere):
        await wire.closed(4501)
    refused = await here.call("auth.refresh", refresh_token=lost.tokens["refresh_token"])
    assert refused["code"] == "auth_failed"
    assert (await third.result("projects.list"))["projects"] == []


async def test_A14_a_login_of_another_is_not_found(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    name = await of(ann)
    for method, more in (("revoke", {}), ("rename", {"name": "mine"})):
        answer = await ben.call(f"auth_sessions.{method}", auth_session=name, **more)
        assert answer["code"] == "not_found"
    await ann.ping()


async def test_A14_the_others_or_all_are_ended(node: Node) -> None:
    first, second, third = await logins(node, 3)
    await first.result("auth.logout", scope="others")
    for wire in (second, third):
        await wire.closed(4501)
    await first.result("auth.logout", scope="others")
    again = await node.again(first)
    await first.result("auth.logout", scope="all")
    for wire in (first, again):
        await wire.closed(4501)


async def test_A14_revoking_the_login_that_asks_logs_out(node: Node) -> None:
    [ann] = await logins(node, 1)
    await ann.result("auth_sessions.revoke", auth_session=await of(ann))
    await ann.closed(4501)


async def test_A15_a_device_has_the_name_that_its_user_gives_it(node: Node) -> None:
    [ann] = await logins(node, 1)
    row = await ann.result("auth_sessions.rename", auth_session=await of(ann), name="Studio Mac")
    assert (row["device"], row["device_name"], row["current"]) == ("laptop", "Studio Mac", True)


async def test_A15_a_renaming_with_a_key_answers_the_new_name_too(node: Node) -> None:
    """The key makes one transaction of it: the row is read in that one."""
    [ann] = await logins(node, 1)
    renamed = {"auth_session": await of(ann), "name": "Studio Mac"}
    answer = await ann.keyed("a key of sixteen or more", "auth_sessions.rename", **renamed)
    assert answer["result"]["device_name"] == "Studio Mac"


async def test_A13_a_login_says_on_which_device_and_from_where(node: Node) -> None:
    wire = await node.connect()
    said = {"device_name": "My Mac", "device_kind": "plugin", "client": "daw 1.0"}
    await wire.send({"t": "hello", "versions": [1], "device": "laptop", **said})
    await wire.expect("welcome")
    words = {"email": "ann@example.org", "username": "ann", "password": "correct horse"}
    await wire.result("auth.register", **words)
    [row] = (await wire.result("auth_sessions.list"))["auth_sessions"]
    assert said.items() <= row.items()
    assert row["network"] == "127.0.0.0/24"
    assert abs(row["seen_at"] / 1_000 - time.time()) < 60


async def test_attack_A7_without_a_bus_a_login_that_is_revoked_ends_with_the_next_look(
    nodes: Nodes,
) -> None:
    """That is half a second and what a machine adds: `loadtest auth` measures it."""
    assert ROWS_SECONDS <= 0.5
    one, two = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    project = await create_project(ann)
    elsewhere = await two.again(ann, "phone")
    await elsewhere.join(project)
    two.bus.set_up(False)
    one.bus.set_up(False)
    await ann.result("auth.logout")
    await elsewhere.closed(4501)


async def test_attack_A7_a_delta_on_its_way_is_refused_in_its_own_transaction(
    nodes: Nodes, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the node has heard of it: then the socket is closed."""
    monkeypatch.setattr("server.background_tasks.ROWS_SECONDS", 3_600.0)
    node = await nodes.start()
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    head = "SELECT coalesce(max(seq), 0) FROM project_deltas"
    before = await database.fetchval(head)
    ended = await end_logins(node.context, node.context.db, ann.user, reason="a test")
    answer = await ann.edit(project, marker("marker_1"))
    assert answer["t"] != "ack"
    tell_ended(node.context, ended)
    await ann.closed(4501)
    assert await database.fetchval(head) == before


async def test_attack_A7_a_login_that_is_ended_asks_for_no_rows_before_its_socket_is_closed(
    nodes: Nodes, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a node that has not heard of it yet: the statement itself looks."""
    monkeypatch.setattr("server.background_tasks.ROWS_SECONDS", 3_600.0)
    node = await nodes.start()
    ann = await node.musician("ann")
    project = await create_project(ann)
    made = await ann.result("audio_files.create", project=project, name="a.wav")
    await end_logins(node.context, database, ann.user, reason="a test")
    file = {"audio_file": made["id"]}
    for method, params in (
        ("audio_files.get", file),
        ("audio_files.list", {"project": project}),
        ("audio_files.update", file | {"version": made["version"], "name": "b.wav"}),
        ("audio_files.delete", file),
        ("audio_files.create", {"project": project, "name": "c.wav"}),
        ("recall.export", {}),
    ):
        assert (await ann.call(method, **params))["code"] == "auth_required", method
    calls = [{"method": "audio_files.create", "params": {"project": project, "name": "d.wav"}}]
    answer = await ann.call("batch", calls=calls, atomic=True)
    assert "auth_required" in str(answer)
    assert await database.fetchval("SELECT array_agg(name) FROM audio_files") == ["a.wav"]
