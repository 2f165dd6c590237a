"""Who changed what, and what the project was then, over the wire."""

import base64
import json
import secrets
import time
import zlib
from typing import Any

import msgpack
import pytest

from schema.limits import MAX_PAGE_BYTES
from server.states.history_compaction import compact_old
from tests.server.conftest import Node, create_project
from tests.server.wire import JSON, MSGPACK, Wire, delete, marker, rename

pytestmark = pytest.mark.postgres


async def fetched(wire: Wire, method: str, **params: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """All parts of a state, and what came with them."""
    first = await wire.result(method, **params)
    rest = range(1, first["parts"])
    parts = [first, *[await wire.result(method, **params, part=part) for part in rest]]
    if wire.codec == JSON:
        data = b"".join(base64.b64decode(part["data"]) for part in parts)
        return first, json.loads(zlib.decompress(data))
    data = b"".join(part["data"] for part in parts)
    return first, msgpack.unpackb(zlib.decompress(data), strict_map_key=False)


async def test_Y1_history_tells_who_changed_what_newest_first(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"), marker("marker_2"))
    await ben.edit(project, rename("marker_1", "verse"))
    await ann.edit(project, delete("marker_2"))
    page = await ann.result("history.list", project=project)
    assert [(e["seq"], e["user"]["username"]) for e in page["entries"]] == [
        (3, "ann"),
        (2, "ben"),
        (1, "ann"),
    ]
    assert page["entries"][1]["ops"][0]["props"] == {"name": "verse"}
    assert page["entries"][2]["total"] == 2
    assert (page["next"], page["oldest"]) == (None, 1)


async def test_Y1_history_tells_what_took_effect_as_the_delta_did(node: Node) -> None:
    """Of moves, of what was left out of an insert, and of points that changed their side."""
    ann, ben, project = await node.pair()

    def insert(col: str, entity_id: str, **entity: Any) -> dict[str, Any]:
        return {"op": "insert", "col": col, "id": entity_id, "entity": entity}

    def point(n: int) -> dict[str, Any]:
        return insert("points", f"point_0{n}", lane="lane_001", time=0, value=0.5)

    told = []
    for ops in (
        [insert("tracks", "track_01"), insert("channels", "strip_01")],
        [{"op": "move", "col": "tracks", "id": "track_01", "order": "a1"}],
        [insert("lanes", "lane_001", target="channels/strip_01/volume"), point(1)],
        [point(2)],
        [{"op": "set", "col": "tracks", "id": "track_01", "props": {"channel": "strip_01"}}],
        [{"op": "delete", "col": "channels", "id": "strip_01"}],
    ):
        assert (await ann.edit(project, *ops))["t"] == "ack"
        told.append((await ben.expect("delta"))["ops"])
    await ann.ask({"t": "undo", "project": project, "id": "undo_00001"})
    told.append((await ben.expect("delta"))["ops"])
    page = await ann.result("history.list", project=project)
    assert [entry["ops"] for entry in reversed(page["entries"])] == told
    moved = await ann.result("history.blame", project=project, entity="track_01", property="order")
    assert (moved["entry"]["seq"], moved["value"]) == (2, "a1")


async def test_Y1_C8_a_page_is_bounded_by_what_it_shows(node: Node) -> None:
    """What is left out of an insert is told, and is more than what was sent."""
    ann, _, project = await node.pair()
    await ann.edit(project, {"op": "insert", "col": "tracks", "id": "track_01", "entity": {}})
    seen: list[int] = []
    for n in range(8):
        clips = [
            {"op": "insert", "col": "clips", "id": f"clip_{n}_{m:03}"}
            | {"entity": {"track": "track_01", "time": m, "duration": 1}}
            for m in range(400)
        ]
        assert (await ann.edit(project, *clips))["t"] == "ack"
    before = None
    while True:
        page = await ann.result("history.list", project=project, before=before)
        seen += [entry["seq"] for entry in page["entries"]]
        assert len(json.dumps(page)) < 400_000
        if (before := page["next"]) is None:
            break
    assert seen == list(range(9, 0, -1))


async def test_Y1_history_is_filtered_by_user_member_entity_and_time_and_comes_in_pages(
    node: Node,
) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"), marker("marker_2"))
    ack = await ben.edit(project, rename("marker_1", "verse"))
    await ann.edit(project, rename("marker_2", "chorus"))

    async def seqs(**filters: Any) -> list[int]:
        page = await ann.result("history.list", project=project, **filters)
        return [entry["seq"] for entry in page["entries"]]

    assert await seqs(user=ben.user) == [2]
    entry = (await ann.result("history.list", project=project, user=ben.user))["entries"][0]
    assert await seqs(member=entry["member"]) == [2]
    assert await seqs(entity="marker_1") == [2, 1]
    assert await seqs(since=ack["at"]) == [3, 2]
    assert await seqs(until=ack["at"]) == [2, 1]
    page = await ann.result("history.list", project=project, limit=2)
    assert page["next"] == 2
    assert await seqs(before=page["next"]) == [1]


async def test_Y1_history_shows_what_took_effect(node: Node) -> None:
    ann, _, project = await node.pair()
    await ann.edit(
        project,
        {"op": "insert", "col": "tracks", "id": "track_01", "entity": {}},
        {
            "op": "insert",
            "col": "clips",
            "id": "clip_001",
            "entity": {"track": "track_01", "time": 0, "duration": 4},
        },
    )
    await ann.edit(project, {"op": "delete", "col": "tracks", "id": "track_01"}, delete("nobody__"))
    page = await ann.result("history.list", project=project)
    assert [(op["op"], op["id"]) for op in page["entries"][0]["ops"]] == [
        ("delete", "clip_001"),
        ("delete", "track_01"),
    ]
    found = await ann.result("history.list", project=project, entity="clip_001")
    assert [entry["seq"] for entry in found["entries"]] == [2, 1]


async def test_C8_an_entry_of_which_little_is_shown_does_not_end_a_page(node: Node) -> None:
    """However much of it is stored: only its first ops are shown."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for seq in range(1, 7):
        await ann.edit(project, marker(f"marker_{seq}"))
        ops = [marker(f"many_{n:05}", name=secrets.token_hex(100)) for n in range(2_000)]
        query = "UPDATE project_deltas SET ops = $2, effective = NULL WHERE seq = $1"
        await node.context.db.execute(query, seq, json.dumps(ops))
    stored = "SELECT min(pg_column_size(ops)) FROM project_deltas"
    assert await node.context.db.fetchval(stored) > MAX_PAGE_BYTES
    seen: list[int] = []
    pages, before = 0, None
    while not pages or before is not None:
        page = await ann.result("history.list", project=project, before=before)
        assert len(json.dumps(page)) < 2 * MAX_PAGE_BYTES
        seen += [entry["seq"] for entry in page["entries"]]
        pages, before = pages + 1, page["next"]
    assert seen == [6, 5, 4, 3, 2, 1]
    assert pages <= 2


async def test_Y2_blame_names_who_last_set_a_property(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1", name="intro"))
    await ben.edit(project, rename("marker_1", "verse"))
    await ann.edit(project, {"op": "set", "col": "markers", "id": "marker_1", "props": {"time": 4}})
    blamed = await ann.result("history.blame", project=project, entity="marker_1", property="name")
    assert (blamed["value"], blamed["entry"]["user"]["username"]) == ("verse", "ben")
    blamed = await ann.result("history.blame", project=project, entity="marker_1", property="color")
    assert (blamed["value"], blamed["entry"]["seq"]) == (None, 1)
    nobody = await ann.result("history.blame", project=project, entity="nobody__", property="name")
    assert nobody == {"entry": None, "value": None, "clipped": False}


@pytest.mark.parametrize("codec", [JSON, MSGPACK])
async def test_Y3_the_state_of_any_moment_is_there_and_the_room_goes_on(
    node: Node, codec: str
) -> None:
    ann, ben, project = await node.pair((codec, codec))
    acks = [await ann.edit(project, marker(f"marker_{n}")) for n in range(5)]
    for seq in range(6):
        data, state = await fetched(ann, "history.at", project=project, seq=seq)
        assert sorted(state["markers"]) == [f"marker_{n}" for n in range(seq)]
        assert data["position"]["seq"] == seq
    at = await fetched(ann, "history.at", project=project, time=acks[2]["at"])
    assert at[0]["position"]["seq"] == 3
    now = await fetched(ann, "history.at", project=project, time=time.time() * 1_000 + 1e6)
    assert now[0]["position"]["seq"] == 5
    assert await ben.edit(project, rename("marker_0", "x"))


async def test_Y3_a_seq_ahead_of_the_head_or_no_seq_at_all_is_refused(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    answer = await ann.call("history.at", project=project, seq=1)
    assert (answer["code"], answer["details"]["head"]) == ("position_ahead", 0)
    assert (await ann.call("history.at", project=project))["code"] == "validation"
    answer = await ann.call("history.at", project=project, seq=0, part=3)
    assert answer["code"] == "validation"
    assert "1 parts" in answer["message"]


async def test_Y4_history_older_than_is_kept_is_compacted_and_ids_are_not_forgotten(
    node: Node,
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"), id="delta-old-1")
    await ann.edit(project, rename("marker_1", "verse"))
    await ann.result("snapshots.create", project=project, name="v1")
    db = node.server.foundation.db.calls
    await db.execute("UPDATE project_snapshots SET created_at = now() - interval '1 year'")
    await ann.edit(project, marker("marker_2"))
    await compact_old(db, 30)
    answer = await ann.call("history.at", project=project, seq=1)
    assert (answer["code"], answer["details"]["oldest"]) == ("compacted", 2), answer
    _, state = await fetched(ann, "history.at", project=project, seq=2)
    assert list(state["markers"]) == ["marker_1"]
    node.hub.rooms[project].room.follower.tail._by_id.clear()
    again = await ann.edit(project, marker("marker_1"), id="delta-old-1")
    assert (again["t"], again["seq"], again["duplicate"]) == ("ack", 1, True)
    assert (await ann.result("history.list", project=project))["oldest"] == 3


async def test_C6_history_of_a_strangers_project_is_not_there(node: Node) -> None:
    ann, eve = await node.musician("ann"), await node.musician("eve")
    project = await create_project(ann)
    for method, params in (
        ("history.list", {}),
        ("history.blame", {"entity": "marker_1", "property": "name"}),
        ("history.at", {"seq": 0}),
        ("history.ops", {}),
        ("snapshots.list", {}),
        ("snapshots.create", {}),
        ("timeline.between", {"start": 0, "end": 1}),
        ("timeline.seconds", {"beats": [1]}),
        ("timeline.beats", {"seconds": [1]}),
    ):
        assert (await eve.call(method, project=project, **params))["code"] == "not_found"
