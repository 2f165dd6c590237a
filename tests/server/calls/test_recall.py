"""Mixx Recall over the wire (rules W1-W9)."""

import asyncio
import uuid
from typing import Any

import pytest

from persistence.pool import Database
from persistence.recall.trimming import LEAST_USERS, count_popular
from schema.limits import MAX_RECALL_CONTEXTS
from tests.server.conftest import Node
from tests.server.wire import JSON, Message, Wire

pytestmark = pytest.mark.postgres

CATEGORY = "plugin_choice"


def used(key: str, **more: Any) -> Message:
    return {"id": str(uuid.uuid4()), "key": key} | more


async def observe(wire: Wire, *uses: Message, category: str = CATEGORY) -> Message:
    result: Message = await wire.result("recall.observe", category=category, uses=list(uses))
    return result


async def suggested(wire: Wire, category: str = CATEGORY, **params: Any) -> list[Message]:
    result = await wire.result("recall.suggest", category=category, **params)
    found: list[Message] = result["suggestions"]
    return found


async def test_W1_a_use_that_is_sent_again_is_counted_once(node: Node) -> None:
    ann = await node.musician("ann")
    use = used("OTT", context={"genre": "trap"})
    assert await observe(ann, use, use) == {"counted": 1, "remembers": True}
    assert await observe(ann, use, used("OTT")) == {"counted": 1, "remembers": True}
    keyed = {"category": CATEGORY, "uses": [used("EQ")]}
    first = await ann.keyed("once-0001", "recall.observe", **keyed)
    assert (await ann.keyed("once-0001", "recall.observe", **keyed))["result"] == first["result"]


async def test_W4_suggestions_come_with_reasons_and_fade_into_context(node: Node) -> None:
    ann = await node.musician("ann", JSON)
    trap = {"genre": "Trap", "bpm": 140}
    uses = [used("OTT", context=trap, data={"depth": 0.4}) for _ in range(12)]
    uses += [used("Reverb", context={"genre": "ambient"}) for _ in range(11)]
    await observe(ann, *uses)
    first = (await suggested(ann, context={"genre": "TRAP"}))[0]
    assert first["key"] == "OTT"
    assert first["reason"] in ("used 12 times in trap", "used in this session")
    assert (first["usage_count"], first["data"], first["source"]) == (12, {"depth": 0.4}, "own")
    assert 0.05 <= first["confidence"] < 1
    assert (await suggested(ann, context={"genre": "ambient"}))[0]["key"] == "Reverb"
    assert (await suggested(ann, context={"bpm": 150}))[0]["key"] == "OTT"
    assert len(await suggested(ann, limit=1)) == 1
    assert await suggested(ann, "anything else") == []


async def test_W4_below_ten_uses_nothing_is_suggested(node: Node) -> None:
    ann = await node.musician("ann")
    await observe(ann, *(used("OTT") for _ in range(9)))
    assert await suggested(ann) == []
    await observe(ann, used("OTT"))
    assert [one["key"] for one in await suggested(ann)] == ["OTT"]


async def test_W5_what_was_shown_taken_and_wrong_is_kept(node: Node) -> None:
    ann = await node.musician("ann")
    await observe(ann, *(used(key) for key in ("A", "B") for _ in range(8)))
    await observe(ann, used("B", suggested=True))
    id = str(uuid.uuid4())
    wrong = {"category": CATEGORY, "id": id, "key": "A", "weight": 0.1, "shown": ["A", "B"]}
    assert await ann.result("recall.correct", **wrong) == {"changed": True}
    assert await ann.result("recall.correct", **wrong) == {"changed": False}
    assert [one["key"] for one in await suggested(ann)] == ["B", "A"]
    new = {
        "category": CATEGORY,
        "id": str(uuid.uuid4()),
        "key": "A",
        "rename": "C",
        "data": {"x": 1},
    }
    await ann.result("recall.correct", **new)
    page = await ann.result("recall.export")
    counts = [
        (k["key"], k["usage_count"], k["shown_count"], k["taken_count"]) for k in page["keys"]
    ]
    assert counts == [("B", 9, 1, 1), ("C", 8, 1, 0)]
    error = await ann.call("recall.correct", **wrong | {"id": str(uuid.uuid4()), "key": "A"})
    assert error["code"] == "not_found"
    error = await ann.call("recall.correct", category=CATEGORY, id=id, weight=0.5)
    assert (error["code"], error["details"]["field"]) == ("validation", "key")


async def test_W6_forgotten_exported_erased_and_switched_off(node: Node) -> None:
    ann = await node.musician("ann")
    await observe(ann, *(used(key, context={"genre": "trap"}) for key in "ABA"))
    await observe(ann, used("#fff"), category="colors")
    pages = [await ann.result("recall.export", limit=2)]
    while pages[-1]["next"] is not None:
        pages.append(await ann.result("recall.export", limit=2, after=pages[-1]["next"]))
    assert [key["key"] for page in pages for key in page["keys"]] == ["#fff", "A", "B"]
    assert len([use for page in pages for use in page["uses"]]) == 4
    assert {kept["category"] for kept in pages[0]["settings"]} == {CATEGORY, "colors"}
    gone = await ann.result("recall.forget", category=CATEGORY, key="A")
    assert gone == {"keys": 1}
    off = await ann.result("recall.settings", category="colors", remembers=False)
    assert {"category": "colors", "remembers": False, "half_life_days": 28.0} in off["settings"]
    assert await observe(ann, used("#000"), category="colors") == {"counted": 0, "remembers": False}
    error = await ann.call("recall.erase", confirm="yes")
    assert error["code"] == "validation"
    assert await ann.result("recall.erase", confirm="erase") == {"keys": 2}
    page = await ann.result("recall.export")
    assert (page["keys"], page["contexts"], page["uses"]) == ([], [], []) or page["next"]
    assert [kept["category"] for kept in page["settings"]] == ["colors"]
    error = await ann.call("recall.settings", remembers=True)
    assert (error["code"], error["details"]["field"]) == ("validation", "category")


async def test_W7_what_one_user_does_is_nothing_of_another_ones(node: Node) -> None:
    ann, ben, _ = await node.pair()
    await observe(ann, *(used("secret") for _ in range(20)))
    before = await ann.result("recall.export")
    assert await suggested(ben) == []
    assert (await ben.result("recall.export"))["keys"] == []
    assert await ben.result("recall.forget", category=CATEGORY) == {"keys": 0}
    assert await ben.result("recall.erase", confirm="erase") == {"keys": 0}
    assert await ann.result("recall.export") == before


async def test_W8_presets_that_five_users_use_are_suggested_to_the_new(
    node: Node, database: Database
) -> None:
    preset = str(uuid.uuid4())
    await database.execute(
        "INSERT INTO plugin_presets (id, plugin, name, is_public) VALUES ($1, 'OTT', 'Loud', true)",
        preset,
    )
    for n in range(LEAST_USERS - 1):
        wire = await node.musician(f"user{n}")
        await observe(wire, used(preset), category="mixing_presets")
    await count_popular(database)
    ann = await node.musician("ann")
    assert await suggested(ann, "mixing_presets") == []
    await observe(await node.musician("last"), used(preset), category="mixing_presets")
    await count_popular(database)
    [one] = await suggested(ann, "mixing_presets")
    assert (one["key"], one["source"], one["confidence"]) == (preset, "public", None)
    assert one["reason"] == f"used by {LEAST_USERS} others"
    assert one["data"] == {"plugin": "OTT", "name": "Loud"}


BAD: list[tuple[str, Any]] = [
    ("key", ""),
    ("key", "a\0b"),
    ("key", "x" * 256),
    ("id", "no uuid"),
    ("weight", 0),
    ("weight", 1.5),
    ("at", -1),
    ("data", {"a": "b\0c"}),
    ("data", {"__proto__": 1}),
    ("context", {"mood": "dark"}),
    ("context", {"genre": "x" * 65}),
    ("context", {"genre": "a\0b"}),
    ("context", {"hour": 24}),
    ("context", {"more": {f"name {n}": "x" for n in range(MAX_RECALL_CONTEXTS + 1)}}),
    ("context", {"genre": "trap", "more": {f"n{n}": "x" for n in range(MAX_RECALL_CONTEXTS)}}),
    ("context", {"more": {"constructor": "x"}}),
]


@pytest.mark.parametrize(("field", "value"), BAD)
async def test_W9_what_is_wrong_with_a_use_is_said(node: Node, field: str, value: Any) -> None:
    ann = await node.musician("ann", JSON)
    error = await ann.call("recall.observe", category=CATEGORY, uses=[used("OTT") | {field: value}])
    assert (error["t"], error["code"]) == ("error", "validation"), error
    assert "uses" in error["details"]["field"], error
    assert (await ann.result("recall.export"))["keys"] == []


@pytest.mark.parametrize("spelt", ["Se\u0301quence", "S\u00e9quence"])
async def test_W9_a_key_is_one_however_it_is_spelt(node: Node, spelt: str) -> None:
    ann = await node.musician("ann")
    await observe(ann, used(spelt, context={"genre": spelt, "more": {"mood": spelt}}))
    page = await ann.result("recall.export")
    assert [key["key"] for key in page["keys"]] == ["S\u00e9quence"]


async def test_W2_sixteen_sockets_of_one_user_lose_nothing(node: Node) -> None:
    ann = await node.musician("ann")
    wires = [ann]
    for n in range(15):
        wire = await node.connect()
        await wire.hello(ann.tokens["access_token"], device=f"device {n}")
        wires.append(wire)

    async def write(wire: Wire) -> int:
        return sum(
            [(await observe(wire, *(used(k) for k in "ABCDE")))["counted"] for _ in range(4)]
        )

    counted = sum(await asyncio.gather(*(write(wire) for wire in wires)))
    assert counted == 16 * 4 * 5
    page = await ann.result("recall.export")
    assert {key["usage_count"] for key in page["keys"]} == {64}
