"""Writes that are sent again: done once, answered alike."""

import asyncio
from typing import Any

import pytest

from persistence.errors import Unavailable
from persistence.tables.internal import idempotency_keys
from server.calls.all_answers import ANSWERS
from tests.databases import execute
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import JSON, MSGPACK, Wire

pytestmark = pytest.mark.postgres

KEY = "a key of ann's"


async def count(wire: Wire) -> int:
    return len((await wire.result("projects.list"))["projects"])


async def test_C10_a_write_that_is_sent_again_is_done_once_and_answered_alike(node: Node) -> None:
    ann = await node.musician("ann", JSON)
    first = await ann.keyed(KEY, "projects.create", name="Song")
    again = await (await node.again(ann, "phone", MSGPACK)).keyed(
        KEY, "projects.create", name="Song"
    )
    assert first["t"] == again["t"] == "reply"
    assert first["result"] == again["result"]
    assert await count(ann) == 1


async def test_C10_the_reply_is_that_of_then_whatever_was_changed_since(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    asked: Any = {"project": project, "version": 1, "name": "Tune"}
    first = await ann.keyed(KEY, "projects.update", **asked)
    await ann.result("projects.update", project=project, version=2, name="Air")
    assert (await ann.keyed(KEY, "projects.update", **asked))["result"] == first["result"]
    assert (await ann.result("projects.get", project=project))["name"] == "Air"


async def test_C10_two_at_once_are_done_once_and_both_answered_on_two_nodes(nodes: Nodes) -> None:
    one, other = await nodes.start(), await nodes.start()
    ann = await one.musician("ann")
    elsewhere = await other.again(ann, "phone")
    calls = [wire.keyed(KEY, "projects.create", name="Song") for wire in (ann, elsewhere)]
    answers = await asyncio.gather(*calls)
    assert answers[0]["result"] == answers[1]["result"]
    assert await count(ann) == 1


async def test_C11_a_key_of_another_call_is_id_reused(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    await ann.keyed(KEY, "projects.create", name="Song")
    other_params = await ann.keyed(KEY, "projects.create", name="Tune")
    assert other_params["code"] == "id_reused"
    other_method = await ann.keyed(KEY, "snapshots.delete", project=ann.user, snapshot=ann.user)
    assert other_method["code"] == "id_reused"
    assert (await ben.keyed(KEY, "projects.create", name="Tune"))["t"] == "reply", "a key of ben's"


async def test_C11_what_was_refused_keeps_no_key(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    asked: Any = {"project": project, "version": 7, "name": "Tune"}
    assert (await ann.keyed(KEY, "projects.update", **asked))["code"] == "conflict"
    assert (await ann.keyed(KEY, "projects.update", **asked | {"version": 1}))["t"] == "reply"
    missing = await ann.keyed(
        "a second", "snapshots.fork", project=project, snapshot=project, name="x"
    )
    assert missing["code"] == "not_found"
    assert (await ann.keyed("a second", "projects.create", name="x"))["t"] == "reply"


@pytest.mark.parametrize("method", ["projects.list", "auth.logout"])
async def test_C12_a_call_that_writes_nothing_takes_no_key(node: Node, method: str) -> None:
    ann = await node.musician("ann")
    refused = await ann.keyed(KEY, method)
    assert (refused["code"], refused["details"]) == ("validation", {"field": "idempotency_key"})
    assert "leave it out" in refused["message"]


async def test_C10_a_node_that_died_between_leaves_a_key_and_the_next_makes_no_second_one(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)

    async def lost(*_: object) -> bytes:
        raise Unavailable("the node is gone")

    with monkeypatch.context() as patch:
        patch.setattr(idempotency_keys, "complete", lost)
        answer = await ann.keyed(KEY, "snapshots.create", project=project, name="Take")
        assert answer["code"] == "unavailable"
    first = await ann.keyed(KEY, "snapshots.create", project=project, name="Take")
    assert first["result"]["name"] == "Take"
    listed = await ann.result("snapshots.list", project=project, kind="manual")
    assert [snapshot["id"] for snapshot in listed["snapshots"]] == [first["result"]["id"]]


async def test_C10_nothing_is_kept_or_announced_of_a_transaction_that_failed(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, ben, project = await node.pair()
    grant = ANSWERS["members.grant"]

    async def granted_then_lost(*args: Any) -> Any:
        await grant(*args)
        raise Unavailable("the node is gone")

    asked: Any = {"project": project, "email": "ben@example.org", "role": "viewer"}
    with monkeypatch.context() as patch:
        patch.setitem(ANSWERS, "members.grant", granted_then_lost)
        assert (await ann.keyed(KEY, "members.grant", **asked))["code"] == "unavailable"
    await ben.ping()
    assert ben.heard("role_changed") == []
    assert (await ann.keyed(KEY, "members.grant", **asked))["t"] == "reply"
    assert (await ben.until("role_changed"))["role"] == "viewer"


async def test_C11_a_key_is_a_text_of_64_characters_at_most(node: Node) -> None:
    ann = await node.musician("ann", JSON)
    for key in ("", "k" * 65, "\0", "\ud800"):
        refused = await ann.keyed(key, "projects.create", name="x")
        assert (refused["code"], refused["details"]) == (
            "bad_message", {"field": "idempotency_key"},
        )  # fmt: skip
    assert await count(ann) == 0


async def test_C10_a_key_of_a_day_ago_is_forgotten(node: Node, database_url: str) -> None:
    ann = await node.musician("ann")
    await ann.keyed(KEY, "projects.create", name="Song")
    await execute(database_url, "UPDATE idempotency_keys SET claimed_at = now() - interval '25 h'")
    await idempotency_keys.trim(node.context.db, 86_400)
    await ann.keyed(KEY, "projects.create", name="Song")
    assert await count(ann) == 2


async def test_C10_C3_a_key_among_the_parameters_is_told_its_place(node: Node) -> None:
    ann = await node.musician("ann")
    refused = await ann.call("projects.create", name="Song", idempotency_key=KEY)
    assert (refused["code"], refused["details"]) == ("validation", {"field": "idempotency_key"})
    assert "beside `method`" in refused["message"]
    one = {"method": "projects.create", "params": {"name": "Song"}, "idempotency_key": KEY}
    refused = await ann.call("batch", calls=[one])
    assert refused["code"] == "validation"
    assert "beside `method`" in refused["message"]
