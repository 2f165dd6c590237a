"""Several calls in one message."""

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from msgspec import UNSET

from schema.calling.batch_calls import Batch, BatchedCall
from schema.limits import CALL_SECONDS, MAX_CALLS_IN_BATCH, MAX_REPLY_BYTES, MESSAGES_PER_SECOND
from server.calls.all_answers import ANSWERS
from server.calls.batches import Batches
from server.encoding.codec import CODECS
from server.loop.deadlines import Deadlines
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, MSGPACK, Message, Wire
from tests.simulation.world.virtual_loop import run_virtually

pytestmark = pytest.mark.postgres

NOBODYS = "00000000-0000-4000-8000-000000000000"


def create(name: str) -> Message:
    return {"method": "projects.create", "params": {"name": name}}


async def names(wire: Wire) -> list[str]:
    return sorted(row["name"] for row in (await wire.result("projects.list"))["projects"])


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_C13_each_call_is_answered_in_order_as_if_it_had_come_alone(
    node: Node, codec: str
) -> None:
    ann = await node.musician("ann", codec)
    calls = [
        create("Song"),
        {"method": "projects.create", "params": {"name": "Slow", "bpm": 5}},
        {"method": "projects.get", "params": {"project": NOBODYS}},
        {"method": "projects.sing"},
        {"method": "projects.list"},
        create("Tune"),
    ]
    told = await ann.result("batch", calls=calls)
    assert not told["done"]
    results = [answer.get("result") for answer in told["answers"]]
    codes = [answer.get("error", {}).get("code") for answer in told["answers"]]
    assert codes == [None, "validation", "not_found", "unknown_message", None, None]
    assert [row["name"] for row in results[4]["projects"]] == ["Song"], "the state in between"
    assert told["answers"][1]["error"]["details"]["field"] == "bpm"
    assert "no call 'projects.sing'" in told["answers"][3]["error"]["message"]
    assert await names(ann) == ["Song", "Tune"]
    assert (await ann.result("batch", calls=calls[:1]))["done"]


async def test_C13_what_is_about_the_connection_itself_is_in_no_batch(node: Node) -> None:
    ann = await node.musician("ann")
    calls = [{"method": "auth.logout"}, {"method": "batch", "params": {"calls": [create("x")]}}]
    told = await ann.result("batch", calls=calls)
    assert [answer["error"]["code"] for answer in told["answers"]] == ["validation"] * 2
    assert "a call of its own" in told["answers"][0]["error"]["message"]
    assert await names(ann) == []


@pytest.mark.parametrize("count", [0, MAX_CALLS_IN_BATCH + 1])
async def test_C13_a_batch_has_one_to_twenty_calls(node: Node, count: int) -> None:
    ann = await node.musician("ann")
    refused = await ann.call("batch", calls=[{"method": "projects.list"}] * count)
    assert (refused["code"], refused["details"]["field"]) == ("validation", "calls")


async def test_C13_an_atomic_batch_of_other_calls_is_refused_by_their_names(node: Node) -> None:
    ann = await node.musician("ann")
    refused = await ann.call("batch", atomic=True, calls=[create("Song"), create("Tune")])
    assert (refused["code"], refused["details"]["field"]) == ("validation", "calls")
    assert "projects.create" in refused["message"]
    assert await names(ann) == []


async def test_C10_a_batch_that_is_sent_again_does_each_of_its_writes_once(node: Node) -> None:
    ann = await node.musician("ann")
    calls = [create("Song"), {"method": "projects.list"}, create("Tune")]
    first = (await ann.keyed("k", "batch", calls=calls))["result"]["answers"]
    again = (await ann.keyed("k", "batch", calls=calls))["result"]["answers"]
    assert (first[0], first[2]) == (again[0], again[2])
    assert len(again[1]["result"]["projects"]) == 2, "a read is read again"
    other = (await ann.keyed("k", "batch", calls=[create("Air")]))["result"]["answers"]
    assert other[0]["error"]["code"] == "id_reused"
    assert await names(ann) == ["Song", "Tune"]


async def test_C14_the_answers_of_a_batch_are_bounded_and_what_is_over_is_not_done(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)

    async def large(*_: Any) -> dict[str, str]:
        return {"told": "x" * (MAX_REPLY_BYTES // 3)}

    monkeypatch.setitem(ANSWERS, "history.list", large)
    read = {"method": "history.list", "params": {"project": project}}
    told = await ann.result("batch", calls=[read, create("Song"), read, create("Tune"), read])
    codes = [answer.get("error", {}).get("code") for answer in told["answers"]]
    assert codes == [None, None, None, "limit_reached", "limit_reached"]
    assert await names(ann) == ["Song", "Song"]
    text = told["answers"][3]["error"]["message"]
    assert f"behind {MAX_REPLY_BYTES // 2} no other call is begun" in text


async def test_C15_each_call_of_a_batch_counts_in_the_rate(node: Node) -> None:
    ann = await node.musician("ann")
    calls = [{"method": "projects.sing"}] * MAX_CALLS_IN_BATCH
    most = int(MESSAGES_PER_SECOND * 2 / MAX_CALLS_IN_BATCH)
    sent = [{"t": "call", "id": f"b{n}", "method": "batch"} for n in range(2 * most)]
    codes = []
    for number in range(0, len(sent), 10):
        for message in sent[number : number + 10]:
            await ann.send(message | {"params": {"calls": calls}})
        codes += [
            (await ann.answer_to(message["id"])).get("code")
            for message in sent[number : number + 10]
        ]
    assert codes[0] is None
    assert "rate_limited" in codes


def preset(name: str, **others: Any) -> Message:
    params = {"plugin": "OTT", "name": name, "parameters": {"depth": 0.5}} | others
    return {"method": "presets.create", "params": params}


async def presets(wire: Wire) -> list[str]:
    listed = await wire.result("presets.list", where={"owner": wire.user}, order=["name"])
    return [row["name"] for row in listed["presets"]]


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_C13_an_atomic_batch_is_done_whole(node: Node, codec: str) -> None:
    ann = await node.musician("ann", codec)
    calls = [preset("a"), preset("b"), {"method": "presets.count"}]
    told = await ann.result("batch", atomic=True, calls=calls)
    assert told["done"]
    assert told["answers"][2]["result"]["count"] >= 2, "it sees what was written before it"
    made = told["answers"][0]["result"]
    change = {"preset": made["id"], "version": 1, "name": "c"}
    calls = [
        {"method": "presets.update", "params": change},
        {"method": "presets.delete", "params": {"preset": told["answers"][1]["result"]["id"]}},
    ]
    assert (await ann.result("batch", atomic=True, calls=calls))["done"]
    assert await presets(ann) == ["c"]


async def test_C13_an_atomic_batch_of_which_one_is_refused_is_not_done(node: Node) -> None:
    ann = await node.musician("ann")
    await ann.result("batch", calls=[preset("taken")])
    for refused, code in (
        (preset("taken"), "taken"),
        (preset("x", plugin=""), "validation"),
        ({"method": "presets.get", "params": {"preset": NOBODYS}}, "not_found"),
    ):
        told = await ann.result("batch", atomic=True, calls=[preset("a"), refused, preset("b")])
        codes = [answer["error"]["code"] for answer in told["answers"]]
        assert (told["done"], codes) == (False, ["not_done", code, "not_done"])
    assert await presets(ann) == ["taken"]


async def test_C10_an_atomic_batch_that_is_sent_again_is_done_once(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    calls = [preset("a"), preset("b")]
    first = await ann.keyed("k", "batch", atomic=True, calls=calls)
    again = await ann.keyed("k", "batch", atomic=True, calls=calls)
    assert first["result"] == again["result"]
    assert await presets(ann) == ["a", "b"]
    other = await ann.keyed("k", "batch", atomic=True, calls=calls[:1])
    assert other["code"] == "id_reused"
    assert (await ben.keyed("k", "batch", atomic=True, calls=calls))["result"]["done"]
    refused = await ann.keyed("k2", "batch", atomic=True, calls=[preset("c"), preset("a")])
    assert not refused["result"]["done"]
    assert (await ann.keyed("k2", "batch", atomic=True, calls=[preset("c")]))["result"]["done"]


async def test_C10_a_row_that_is_made_again_is_made_once(node: Node) -> None:
    ann = await node.musician("ann")
    params = preset("a")["params"]
    first = await ann.keyed("k", "presets.create", **params)
    again = await ann.keyed("k", "presets.create", **params)
    assert first["t"] == "reply", first
    assert first["result"] == again["result"]
    change: Any = {"preset": first["result"]["id"], "version": 1, "name": "b"}
    for _ in "12":
        assert (await ann.keyed("k2", "presets.update", **change))["result"]["version"] == 2
    assert await presets(ann) == ["b"]


def test_C15_what_was_answered_before_the_time_is_over_stays() -> None:
    """In virtual time: one call of four takes for ever."""
    begun: list[str] = []

    async def one(_: Any, __: Any, method: str, *___: Any) -> Any:
        begun.append(method)
        if method == "presets.list":
            await asyncio.sleep(CALL_SECONDS * 2)
        return {}

    async def main() -> None:
        context = Mock(deadlines=Deadlines())
        methods = ("projects.list", "presets.list", "projects.list", "users.list")
        batch = Batch([BatchedCall(method) for method in methods])
        told = await Batches(one, {}).one_by_one(context, Mock(), batch, CODECS[JSON], None)
        codes = [None if a.error is UNSET else a.error.code for a in told.answers]
        assert codes == [None, "unavailable", "not_done", "not_done"]
        assert not told.done
        assert begun == ["projects.list", "presets.list"]

    run_virtually(main())


async def test_C13_a_key_of_a_batch_holds_for_each_write_by_its_place(node: Node) -> None:
    ann = await node.musician("ann")
    first = (await ann.keyed("k", "batch", calls=[create("Song")]))["result"]["answers"]
    assert (await ann.keyed("k", "projects.create", name="Alone"))["t"] == "reply"
    longer = await ann.keyed("k", "batch", calls=[create("Song"), create("Air")])
    assert longer["result"]["answers"][0] == first[0]
    assert longer["result"]["done"], "the second is done now"
    swapped = await ann.keyed("k", "batch", calls=[create("Air"), create("Air")])
    codes = [one.get("error", {}).get("code") for one in swapped["result"]["answers"]]
    assert codes == ["id_reused", None]
    assert (await ann.keyed("k3", "batch", atomic=True, calls=[preset("a")]))["result"]["done"]
    again = await ann.keyed("k3", "batch", calls=[preset("a")])
    assert again["result"]["answers"][0]["error"]["code"] == "taken", "it is done again"
