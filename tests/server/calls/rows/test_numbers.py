"""Numbers in maps of a client's own: past 2^53 refused at each door, sent if they are stored."""

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from schema.columns.json_maps import CLIPPED
from schema.limits import MAX_PAGE_BYTES
from tests.server.conftest import Node, create_project
from tests.server.row_feed.watching import Shown
from tests.server.wire import JSON, MSGPACK, Message, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

PAST = (1e300, -1e300, 1.9e19, 2.0**53 + 2, 2**53 + 1)

PRESET = """
INSERT INTO plugin_presets (owner_id, plugin, name, parameters, is_public)
VALUES ($1, 'OTT', $2, $3::text::jsonb, $4) RETURNING id::text
"""


@pytest.fixture
async def psql(database_url: str) -> AsyncIterator[Any]:
    """Somebody who writes past every node, or an older version of Prime."""
    connection = await asyncpg.connect(database_url, timeout=10)
    yield connection
    await connection.close(timeout=10)


async def writes(wire: Wire, held: Any) -> list[tuple[str, Message, str]]:
    """Calls that keep a map with this in it, and the place of it."""
    project = await create_project(wire)
    use = {"id": str(uuid.uuid4()), "key": "OTT", "data": {"a": held}}
    account = {"version": (await wire.result("account.get"))["version"]}
    return [
        ("presets.create", {"plugin": "OTT", "name": "x", "parameters": {"a": held}}, "parameters"),
        (
            "audio_files.create",
            {"project": project, "name": "x.wav", "analysis": {"a": held}},
            "analysis",
        ),
        ("account.update", account | {"preferences": {"a": held}}, "preferences"),
        ("account.update", account | {"devices": [{"a": held}]}, "devices[0]"),
        ("recall.observe", {"category": "plugin_choice", "uses": [use]}, "uses[0].data"),
    ]


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_Q8_a_number_past_2_53_is_refused_wherever_a_map_is_kept(
    node: Node, codec: str
) -> None:
    ann = await node.musician("ann", codec)
    for past in PAST:
        for method, params, place in await writes(ann, [1.5, past]):
            answer = await ann.call(method, **params)
            assert (answer["t"], answer.get("code")) == ("error", "validation"), (method, past)
            assert answer["details"]["field"] == f"{place}.a[1]", (method, past)
    assert (await ann.result("presets.list"))["presets"] == []


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_Q8_C10_what_is_within_is_kept_and_told_alike_when_sent_again(
    node: Node, codec: str
) -> None:
    ann = await node.musician("ann", codec)
    held = [2**53, -(2.0**53), 1e15, 0.1, 1e-320, -0.0]
    for n, (method, params, _) in enumerate(await writes(ann, held)):
        if method == "account.update":
            params["version"] = (await ann.result("account.get"))["version"]
        first = await ann.keyed(f"key {n}", method, **params)
        assert first["t"] == "reply", first
        assert (await ann.keyed(f"key {n}", method, **params))["result"] == first["result"]
    [made] = (await ann.result("presets.list"))["presets"]
    assert made["parameters"]["a"] == held


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_C7_Q3_V3_numbers_that_others_stored_are_listed_watched_and_changed(
    node: Node, psql: Any, codec: str
) -> None:
    ann, ben = await node.musician("ann", codec), await node.musician("ben", codec)
    shown = await Shown(ben, "presets", {}).begin()
    text = '{"a": [1e300, -1e19, 9007199254740993, 1e400]}'
    id = await psql.fetchval(PRESET, ann.user, "x", text, True)
    held = [1e300, -1e19, 2.0**53, 1.7976931348623157e308]
    assert await shown.said() == [("entered", "x")]
    assert shown.rows[id]["parameters"]["a"] == held
    [row] = (await ben.result("presets.list"))["presets"]
    assert row["parameters"]["a"] == held
    again = await Shown(ben, "presets", {"fields": ["name", "parameters"]}).begin()
    assert again.rows[id]["parameters"]["a"] == held
    await ben.result("watch.end", watch=again.watch)
    renamed = await ann.keyed("a key", "presets.update", preset=id, version=1, name="y")
    assert renamed["result"]["parameters"]["a"] == held
    once_more = await ann.keyed("a key", "presets.update", preset=id, version=1, name="y")
    assert once_more["result"] == renamed["result"]
    assert await shown.said() == [("changed", "y")]


@pytest.mark.parametrize("codec", [MSGPACK, JSON])
async def test_C8_what_grows_in_the_database_fills_pages_and_refuses_none(
    node: Node, psql: Any, codec: str
) -> None:
    ann, ben = await node.musician("ann", codec), await node.musician("ben", codec)
    long = json.dumps({"a": [10**308] * 3_500})
    for name in ("a", "b"):
        await psql.fetchval(PRESET, ann.user, name, long, True)
    large = json.dumps({"a": "x" * 2_000_000})
    await psql.fetchval(PRESET, ann.user, "c", large, True)
    rows: list[Message] = []
    after = None
    while True:
        page = await ben.result("presets.list", order=["name"], after=after)
        rows += page["presets"]
        after = page["next"]
        if after is None:
            break
    assert [row["name"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["parameters"] == rows[1]["parameters"] == {"a": [1e308] * 3_500}
    assert rows[2]["parameters"] == {CLIPPED: len(large)}
    shown = await Shown(ben, "presets", {}).begin()
    assert {row["name"] for row in shown.rows.values()} == {"a", "b", "c"}
    assert len(large) > MAX_PAGE_BYTES


@pytest.mark.parametrize("how", ["in order", "searched"])
async def test_C8_a_row_whose_map_is_clipped_does_not_end_a_page(
    node: Node, psql: Any, how: str
) -> None:
    ann = await node.musician("ann")
    names = [f"preset {n:02}" for n in range(20)]
    large = json.dumps({"a": "x" * (MAX_PAGE_BYTES + 1)})
    long = json.dumps({"a": [10**30] * 15_000})  # longer than a page as stored, and not as sent
    for n, name in enumerate(names):
        await psql.fetchval(PRESET, ann.user, name, long if n % 4 == 3 else large, False)
    where = {"name": {"ilike": "preset%"}} if how == "searched" else {}
    pages: list[list[Message]] = []
    after = None
    while not pages or after is not None:
        page = await ann.result("presets.list", where=where, order=["name"], after=after)
        pages.append(page["presets"])
        after = page["next"]
        assert len(json.dumps(page)) < 2 * MAX_PAGE_BYTES
    assert [row["name"] for page in pages for row in page] == names
    assert [CLIPPED in row["parameters"] for page in pages for row in page] == [
        n % 4 != 3 for n in range(20)
    ]
    assert len(pages) <= 5, [len(page) for page in pages]
