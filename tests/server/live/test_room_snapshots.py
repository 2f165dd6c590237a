"""Snapshots over the wire: kept, compared, brought back, built on, and damaged."""

import asyncio
import uuid
from typing import Any

import pytest

from schema.calls import METHODS
from tests.server.calls.projects.test_history import fetched
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Wire, delete, marker, rename

pytestmark = pytest.mark.postgres

NOWHERE = "00000000-0000-4000-8000-00000000dead"


async def kept(wire: Wire, project: str, name: str = "v1", **more: Any) -> dict[str, Any]:
    result: dict[str, Any] = await wire.result(
        "snapshots.create", project=project, name=name, **more
    )
    return result


async def kinds(wire: Wire, project: str) -> list[tuple[str, int]]:
    page = await wire.result("snapshots.list", project=project)
    return [(s["kind"], s["position"]["seq"]) for s in page["snapshots"]]


async def test_N2_a_snapshot_holds_the_state_of_now_under_a_name(node: Node) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    snapshot = await kept(ann, project, "rough mix", description="before the vocals")
    assert (snapshot["kind"], snapshot["name"]) == ("manual", "rough mix")
    assert (snapshot["position"]["seq"], snapshot["author"]["username"]) == (1, "ann")
    await ann.edit(project, marker("marker_2"))
    _, state = await fetched(ann, "snapshots.state", project=project, snapshot=snapshot["id"])
    assert list(state["markers"]) == ["marker_1"]
    got = await ann.result("snapshots.get", project=project, snapshot=snapshot["id"])
    assert got == snapshot


async def test_N8_Q5_who_made_a_snapshot_is_shown_to_all_members_also_when_gone(node: Node) -> None:
    ann, ben, project = await node.pair()
    made = await kept(ben, project, "his")
    await ann.result("members.revoke", project=project, user=ben.user)
    asked = {"project": project, "snapshot": made["id"]}
    assert (await ann.result("snapshots.get", **asked))["author"] == made["author"]
    assert made["author"]["username"] == "ben"
    renamed = await ann.result("snapshots.update", **asked, version=1, name="ours")
    assert renamed["author"] == made["author"]
    page = await ann.result(
        "snapshots.list", project=project, where={"name": {"like": "ou%"}}, fields=["author"]
    )
    assert page["snapshots"] == [{"id": made["id"], "project": project, "author": made["author"]}]
    by_itself = await ann.result("snapshots.list", project=project, kind="auto")
    assert {row["author"]["username"] for row in by_itself["snapshots"]} == {"ann"}


async def test_N2_the_same_id_again_answers_the_same_snapshot(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    own_id = str(uuid.uuid4())
    first = await kept(ann, project, id=own_id)
    assert await kept(ann, project, id=own_id) == first
    assert len(await kinds(ann, project)) == 2


async def test_N1_snapshots_are_kept_by_themselves(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    assert await kinds(ann, project) == [("auto", 0)]
    await ann.edit(project, marker("marker_1"))
    await node.server.write_behind.run_once()
    assert await kinds(ann, project) == [("auto", 0)]
    monkeypatch.setattr("server.live.room_snapshots.AUTO_SECONDS", 0.0)
    await node.server.write_behind.run_once()
    assert await kinds(ann, project) == [("auto", 1), ("auto", 0)]
    monkeypatch.setattr("server.live.room_snapshots.AUTO_SECONDS", 60.0)
    monkeypatch.setattr("server.live.room_snapshots.AUTO_DELTAS", 2)
    monkeypatch.setattr("server.live.room_snapshots.AUTO_PAUSE_SECONDS", 0.0)
    await ann.edit(project, marker("marker_2"))
    await node.server.write_behind.run_once()
    assert len(await kinds(ann, project)) == 2
    await ann.edit(project, marker("marker_3"))
    await node.server.write_behind.run_once()
    assert (await kinds(ann, project))[0] == ("auto", 3)


@pytest.mark.usefixtures("quick_rounds")
async def test_N1_a_snapshot_is_kept_when_the_last_member_leaves(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    await ann.ask({"t": "leave", "project": project, "id": "out"})

    async def is_kept() -> bool:
        return (await kinds(ann, project))[0] == ("auto", 1)

    await eventually(is_kept)


async def test_N3_a_diff_is_told_in_the_words_of_the_model(node: Node) -> None:
    ann, _, project = await node.pair()
    await ann.edit(project, marker("marker_1", name="verse"))
    first = await kept(ann, project)
    await ann.edit(project, rename("marker_1", "chorus"), marker("marker_2"))
    second = await kept(ann, project, "v2")
    diff = await ann.result(
        "snapshots.diff", project=project, before=first["id"], after=second["id"]
    )
    assert diff["total"] == 2
    changed = next(c for c in diff["changes"] if c["id"] == "marker_1")
    assert changed["props"] == {"name": ["verse", "chorus"]}
    assert any("verse" in s and "chorus" in s for s in diff["sentences"])
    now = await ann.result("snapshots.diff", project=project, before=second["id"])
    assert (now["total"], now["sentences"]) == (0, [])
    for name, other in (("before", "after"), ("after", "before")):
        ends = {name: NOWHERE, other: first["id"]}
        told = await ann.call("snapshots.diff", project=project, **ends)
        assert (told["code"], told["message"].split(":")[0]) == ("not_found", f"`{name}`")


async def test_N4_a_restore_is_a_delta_that_everyone_hears_and_undo_takes_back(
    node: Node,
) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1", name="verse"), marker("marker_2"))
    snapshot = await kept(ann, project)
    await ben.edit(project, rename("marker_1", "mine"), delete("marker_2"), marker("marker_3"))
    restored = await ann.result(
        "snapshots.restore", project=project, snapshot=snapshot["id"], id="restore-1"
    )
    assert (restored["seq"], restored["ops"]) == (3, 3)
    heard = await ben.until("delta")
    while heard["seq"] < 3:
        heard = await ben.until("delta")
    assert heard["purpose"] == "restore"
    _, state = await node.fresh(ben, project, "phone")
    assert {i: m["name"] for i, m in state["markers"].items()} == {
        "marker_1": "verse",
        "marker_2": "",
    }
    before = await ann.result("snapshots.get", project=project, snapshot=restored["before"])
    assert (before["kind"], before["position"]["seq"]) == ("before-restore", 2)
    again = await ann.result(
        "snapshots.restore", project=project, snapshot=snapshot["id"], id="restore-1"
    )
    assert (again["seq"], again["ops"]) == (3, 0)
    ack = await ann.ask({"t": "undo", "project": project, "id": "undo-0001"})
    assert ack["dropped"] == []
    _, state = await node.fresh(ben, project, "tablet")
    assert {i: m["name"] for i, m in state["markers"].items()} == {
        "marker_1": "mine",
        "marker_3": "",
    }


async def test_N4_the_same_id_for_another_snapshot_is_reused(node: Node) -> None:
    ann, _, project = await node.pair()
    first = await kept(ann, project)
    await ann.edit(project, marker("marker_1"))
    second = await kept(ann, project, "v2")
    await ann.edit(project, delete("marker_1"))
    params = {"project": project, "id": "restore-1"}
    restored = await ann.result("snapshots.restore", snapshot=second["id"], **params)
    assert restored["ops"] == 1
    answer = await ann.call("snapshots.restore", snapshot=first["id"], **params)
    assert answer["code"] == "id_reused"
    again = await ann.result("snapshots.restore", snapshot=second["id"], **params)
    assert (again["seq"], again["ops"]) == (restored["seq"], 0)


async def test_N4_a_restore_needs_no_seat(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    snapshot = await kept(ann, project)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    await ann.ask({"t": "leave", "project": project, "id": "out"})
    params = {"project": project, "snapshot": snapshot["id"], "id": "restore-1"}
    assert (await ann.result("snapshots.restore", **params))["seq"] == 2


async def test_N4_the_id_of_a_restore_that_had_nothing_to_do_is_remembered(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ben.edit(project, marker("marker_1"))
    snapshot = await kept(ann, project)
    params = {"project": project, "snapshot": snapshot["id"], "id": "restore-1"}
    nothing = {"seq": 2, "ops": 0, "before": None}
    assert await ann.result("snapshots.restore", **params) == nothing
    heard = await ben.until("delta")
    assert (heard["seq"], heard["purpose"], heard["ops"]) == (2, "restore", [])
    await ben.edit(project, rename("marker_1", "mine"))
    assert await ann.result("snapshots.restore", **params) == nothing
    assert "before-restore" not in dict(await kinds(ann, project))
    await ann.propose(project, marker("marker_2"), id="restore-1")
    assert (await ann.until("error"))["code"] == "id_reused"
    _, state = await node.fresh(ben, project, "phone")
    assert {i: m["name"] for i, m in state["markers"].items()} == {"marker_1": "mine"}


async def test_N4_the_same_restore_twice_at_once_keeps_one_snapshot_of_before(node: Node) -> None:
    ann, ben, project = await node.pair()
    snapshot = await kept(ann, project)
    await ben.edit(project, marker("marker_1"))
    params = {"project": project, "snapshot": snapshot["id"], "id": "restore-1"}
    wires = ann, await node.again(ann, "phone")
    one, two = await asyncio.gather(*(w.result("snapshots.restore", **params) for w in wires))
    assert (one["seq"], two["seq"]) == (2, 2)
    kept_before = [kind for kind, _ in await kinds(ann, project) if kind == "before-restore"]
    assert len(kept_before) == 1


async def test_N2_N5_C4_an_id_names_what_was_made_with_it_and_nothing_else(node: Node) -> None:
    ann, _, project = await node.pair()
    first, second = await kept(ann, project), await kept(ann, project, "v2")
    of = {"project": project, "snapshot": first["id"]}
    fork = await ann.result("snapshots.fork", **of, name="Remix", id=str(uuid.uuid4()))
    other = {"project": project, "snapshot": second["id"]}
    await ann.edit(project, marker("marker_1"))
    before = (await ann.result("snapshots.restore", **of, id="restore-1"))["before"]
    for method, params in (
        ("snapshots.fork", {**of, "name": "x", "id": project}),
        ("snapshots.fork", {**other, "name": "x", "id": fork["id"]}),
        ("projects.create", {"name": "x", "id": fork["id"]}),
        ("snapshots.create", {"project": project, "name": "x", "id": before}),
    ):
        assert (await ann.call(method, **params))["code"] == "taken", (method, params)
    assert await ann.result("snapshots.fork", **of, name="Remix", id=fork["id"]) == fork


async def test_N5_a_fork_is_a_project_of_ones_own(node: Node) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, marker("marker_1"))
    snapshot = await kept(ann, project)
    own_id = str(uuid.uuid4())
    params = {"project": project, "snapshot": snapshot["id"], "name": "Remix", "id": own_id}
    fork = await ben.result("snapshots.fork", **params)
    assert (fork["id"], fork["role"], fork["head"]) == (own_id, "owner", 0)
    assert await ben.result("snapshots.fork", **params) == fork
    other = await node.again(ben, "phone")
    _, state = await other.join(own_id)
    assert list(state["markers"]) == ["marker_1"]
    assert (await other.edit(own_id, rename("marker_1", "drop")))["seq"] == 1
    assert (await ann.call("projects.get", project=own_id))["code"] == "not_found"
    _, first = await fetched(ben, "history.at", project=own_id, seq=0)
    assert first["markers"]["marker_1"]["name"] == ""


async def test_N6_a_damaged_snapshot_is_told_apart(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    snapshot = (await kept(ann, project))["id"]
    await node.context.db.execute(
        "UPDATE project_snapshots SET state = jsonb_set(state, '{markers,marker_1,time}', '7')"
        " WHERE id = $1",
        snapshot,
    )
    for method, more in (
        ("snapshots.state", {}),
        ("snapshots.restore", {"id": "restore-1"}),
        ("snapshots.fork", {"name": "x"}),
    ):
        answer = await ann.call(method, project=project, snapshot=snapshot, **more)
        assert answer["code"] == "snapshot_damaged", (method, answer)
    answer = await ann.call("snapshots.diff", project=project, before=snapshot)
    assert answer["code"] == "snapshot_damaged"
    assert (await ann.edit(project, rename("marker_1", "x")))["t"] == "ack"


@pytest.mark.parametrize(
    "damage",
    [
        "jsonb_set(project_state, '{markers,marker_1,time}', '7')",
        "project_state - 'markers'",
        "jsonb_set(project_state, '{markers}', '[1]')",
        "jsonb_set(project_state, '{markers,marker_1}', '5')",
        "jsonb_set(project_state, '{nonsense}', '{\"a\": {}}')",
    ],
)
async def test_N6_a_room_with_a_damaged_state_is_opened_from_an_older_one(
    node: Node, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    await ann.edit(project, marker("marker_2"))
    await ann.ask({"t": "leave", "project": project, "id": "out"})
    await node.server.write_behind.close_room(project)
    db = node.context.db
    await db.execute(
        f"UPDATE project_states SET project_state = {damage} WHERE project_id = $1", project
    )
    _, state = await ann.join(project)
    assert {i: m["time"] for i, m in state["markers"].items()} == {"marker_1": 1, "marker_2": 1}


async def test_N6_a_project_without_any_whole_state_says_so(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    db = node.context.db
    await db.execute('UPDATE project_states SET project_state = \'{"markers": {"m": 1}}\'')
    await db.execute("DELETE FROM project_snapshots")
    answer = await ann.ask({"t": "join", "id": "in", "project": project})
    assert answer["code"] == "snapshot_damaged"


async def test_N7_the_musical_context_is_worked_out_and_the_analysis_is_checked(
    node: Node,
) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    await ann.edit(project, marker("marker_1"))
    analysis = {"integrated_lufs": -14.2, "true_peak_dbtp": -1.0, "key": "C"}
    snapshot = await kept(ann, project, audio_analysis=analysis)
    context = snapshot["musical_context"]
    assert context["tempo"] == [{"time": 0.0, "bpm": 120.0}]
    assert (context["signature"], context["counts"]["markers"]) == ("4/4", 1)
    assert snapshot["audio_analysis"] == analysis
    for wrong in ({"integrated_lufs": 99}, {"loudness": 1}, {"bpm": "fast"}):
        answer = await ann.call("snapshots.create", project=project, audio_analysis=wrong)
        assert answer["code"] == "validation", answer
    params = {"project": project, "snapshot": snapshot["id"]}
    changed = await ann.result(
        "snapshots.update", **params, version=snapshot["version"], name="v2", audio_analysis=None
    )
    assert (changed["name"], changed["audio_analysis"]) == ("v2", None)
    answer = await ann.call("snapshots.update", **params, version=snapshot["version"], name="v3")
    assert (answer["code"], answer["details"]["version"]) == ("conflict", changed["version"])


async def test_N8_who_may_do_what_with_snapshots(node: Node) -> None:
    ann, ben, project = await node.pair()
    eve = await node.musician("eve")
    await ann.result("members.grant", project=project, email="eve@example.org", role="viewer")
    snapshot = (await kept(ben, project))["id"]
    mine = {"project": project, "snapshot": snapshot}
    assert (await eve.call("snapshots.create", project=project))["code"] == "forbidden"
    assert (await eve.call("snapshots.restore", **mine, id="restore-1"))["code"] == "forbidden"
    assert (await eve.call("snapshots.update", **mine, version=1))["code"] == "forbidden"
    assert (await eve.call("snapshots.delete", **mine))["code"] == "forbidden"
    assert (await eve.call("snapshots.get", **mine))["t"] == "reply"
    assert (await eve.call("snapshots.diff", project=project))["t"] == "reply"
    other = await create_project(eve)
    for method, more in (
        ("snapshots.get", {}),
        ("snapshots.state", {}),
        ("snapshots.restore", {"id": "restore-1"}),
        ("snapshots.fork", {"name": "x"}),
        ("snapshots.update", {"version": 1, "name": "x"}),
    ):
        answer = await eve.call(method, project=other, snapshot=snapshot, **more)
        assert answer["code"] == "not_found", method
    assert (await ben.call("snapshots.delete", **mine))["t"] == "reply"
    assert (await ben.call("snapshots.delete", **mine))["t"] == "reply"
    assert (await ben.call("snapshots.get", **mine))["code"] == "not_found"


async def test_T1_T2_questions_about_time_of_an_open_room_and_a_closed_project(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    clip = {"track": "track_01", "time": 4, "duration": 4}
    note = {"clip": "clip_001", "time": 1, "duration": 1, "key": 60}
    await ann.edit(
        project,
        {"op": "insert", "col": "tracks", "id": "track_01", "entity": {}},
        {"op": "insert", "col": "clips", "id": "clip_001", "entity": clip},
        {"op": "insert", "col": "notes", "id": "note_001", "entity": note},
        {"op": "insert", "col": "tempo", "id": "tempo_02", "entity": {"time": 4, "bpm": 60}},
        marker("marker_1", 7.0),
    )

    async def check() -> None:
        found = await ann.result("timeline.between", project=project, start=5, end=8, notes=True)
        ids = [(f["col"], f["id"], f["start"]) for f in found["found"]]
        assert ids == [
            ("clips", "clip_001", 4),
            ("notes", "note_001", 5),
            ("markers", "marker_1", 7),
        ]
        seconds = await ann.result("timeline.seconds", project=project, beats=[0, 4, 6])
        assert seconds["times"] == [0.0, 2.0, 4.0]
        beats = await ann.result("timeline.beats", project=project, seconds=[0, 2, 4])
        assert beats["times"] == [0.0, 4.0, 6.0]

    await check()
    await ann.ask({"t": "leave", "project": project, "id": "out"})
    await node.server.write_behind.close_room(project)
    await check()
    assert project not in node.hub.rooms
    answer = await ann.call("timeline.between", project=project, start=5, end=1)
    assert answer["code"] == "validation"


async def test_N4_two_restores_at_once_and_edits_between_keep_everyone_together(
    node: Node,
) -> None:
    ann, ben, project = await node.pair()
    await ann.edit(project, *(marker(f"marker_{n:03}") for n in range(50)))
    snapshot = (await kept(ann, project))["id"]
    await ben.edit(project, *(delete(f"marker_{n:03}") for n in range(0, 50, 2)))

    async def restore(wire: Wire, name: str) -> None:
        await wire.result("snapshots.restore", project=project, snapshot=snapshot, id=name)

    await asyncio.gather(restore(ann, "restore-1"), restore(ben, "restore-2"))
    await ann.edit(project, rename("marker_000", "x"))
    digests = set()
    for device in ("one", "two"):
        joined, _ = await node.fresh(ann, project, device)
        digests.add(joined["digest"]["digest"])
    room = node.hub.rooms[project].room
    assert digests == {room.follower.digest}
    assert len(room.document.collections["markers"]) == 50


async def test_C4_N2_N5_an_id_is_not_used_again_with_other_values(node: Node) -> None:
    """Field by field of the calls, so that a new field is looked at as well."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    snapshot = await kept(ann, project)
    analysis = {"bpm": 120.0, "tool": "meter"}
    of = {"project": project, "snapshot": snapshot["id"]}
    others: dict[str, Any] = {
        "name": "other", "description": "other", "bpm": 99.0, "key": "D", "scale": "minor",
        "signature": "3/4", "tags": ["other"], "audio_analysis": {"bpm": 121.0, "tool": "meter"},
    }  # fmt: skip
    first: dict[str, dict[str, Any]] = {
        "projects.create": {"name": "B\u00fcro", "bpm": 100.5, "key": "C", "tags": ["a", "b"]},
        "snapshots.create": {"project": project, "name": "one", "audio_analysis": analysis},
        "snapshots.fork": {**of, "name": "Remix"},
    }
    for method, params in first.items():
        own = params | {"id": str(uuid.uuid4())}
        made = await ann.result(method, **own)
        again = own | {"name": own["name"].replace("\u00fc", "u\u0308")}
        assert await ann.result(method, **again) == made
        fields = set(METHODS[method][0].__struct_fields__) - {"id", "project", "snapshot"}
        for name in fields:
            refused = await ann.call(method, **own | {name: others[name]})
            assert refused["code"] == "id_reused", (method, name, refused)
            assert f"`{name}`" in refused["message"]
        assert await ann.result(method, **own) == made


async def test_C4_once_the_row_was_changed_the_same_call_answers_it(node: Node) -> None:
    """An answer that was lost is asked for after someone has renamed the project."""
    ann = await node.musician("ann")
    call = {"id": str(uuid.uuid4()), "name": "Song"}
    made = await ann.result("projects.create", **call)
    change = {"project": made["id"], "version": made["version"], "name": "Renamed"}
    renamed = await ann.result("projects.update", **change)
    assert await ann.result("projects.create", **call) == renamed
