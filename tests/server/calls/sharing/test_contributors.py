"""A contributor on one node, an owner on the other (rules R20 to R25)."""

from typing import Any

import pytest

from tests.server.conftest import Nodes, create_project
from tests.server.wire import Message, Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

DRUMS, BASS, KICK = "tr_drums", "tr_bass_", "tr_kick_"
CLIP = "clip_bass"


def insert(col: str, id: str, **entity: Any) -> Message:
    return {"op": "insert", "col": col, "id": id, "entity": entity}


def rename(track: str, name: str) -> Message:
    return {"op": "set", "col": "tracks", "id": track, "props": {"name": name}}


class Studio:
    """Ann owns the project on one node; Ben contributes to the bass on the other."""

    ann: Wire
    ben: Wire
    project: str

    async def begin(self, nodes: Nodes) -> None:
        one, two = await nodes.start(), await nodes.start()
        self.ann, self.ben = await one.musician("ann"), await two.musician("ben")
        self.project = await create_project(self.ann)
        await self.ann.join(self.project)
        tracks = [insert("tracks", id, name=id) for id in (DRUMS, BASS)]
        clip = insert("clips", CLIP, track=BASS, time=0, duration=4)
        await self.ann.edit(self.project, *tracks, clip)
        await self.grant("contributor", [BASS])
        await self.told(role="contributor")
        joined, _ = await self.ben.join(self.project)
        assert (joined["role"], joined["tracks"]) == ("contributor", [BASS])

    async def grant(self, role: str, tracks: list[str] | None = None) -> Any:
        asked: dict[str, Any] = {"email": "ben@example.org", "role": role}
        asked |= {} if tracks is None else {"tracks": tracks}
        return await self.ann.result("members.grant", project=self.project, **asked)

    async def told(self, **what: Any) -> Message:
        """What Ben hears of his own role on the other node."""
        while True:
            heard = await self.ben.until("role_changed")
            if {name: heard[name] for name in what} == what:
                return heard


@pytest.fixture
async def studio(nodes: Nodes) -> Studio:
    made = Studio()
    await made.begin(nodes)
    return made


async def test_R20_R21_a_contributor_edits_what_hangs_on_its_tracks_and_nothing_else(
    studio: Studio,
) -> None:
    ben, project = studio.ben, studio.project
    assert (await ben.edit(project, rename(BASS, "Upright")))["dropped"] == []
    for op in (
        rename(DRUMS, "mine"),
        {"op": "move", "col": "clips", "id": CLIP, "parent": DRUMS},
        {"op": "delete", "col": "tracks", "id": BASS},
        insert("markers", "marker_1", time=1),
    ):
        asked = await ben.propose(project, rename(BASS, "never"), op)
        refused = await ben.answer_to(asked)
        assert (refused["code"], refused["details"]["op"]) == ("forbidden", 1), op
    shown = {DRUMS: {"col": "tracks", "props": {"name": "x"}}}
    gesture = {"t": "gesture", "project": project, "id": "gesture-1", "values": shown}
    await ben.send(gesture)
    assert (await ben.until("error"))["code"] == "forbidden"
    page = await studio.ann.result("history.list", project=project)
    assert [entry["seq"] for entry in page["entries"]] == [2, 1]


async def test_R20_other_tracks_are_told_at_once_on_every_node_and_hold_from_then_on(
    studio: Studio,
) -> None:
    ben, project = studio.ben, studio.project
    row = await studio.grant("contributor", [DRUMS, DRUMS])
    assert (row["role"], row["tracks"]) == ("contributor", [DRUMS])
    await studio.told(user=ben.user, role="contributor", tracks=[DRUMS])
    assert (await ben.edit(project, rename(DRUMS, "Kit")))["t"] == "ack"
    refused = await ben.answer_to(await ben.propose(project, rename(BASS, "x")))
    assert refused["code"] == "forbidden"
    assert (await studio.grant("editor"))["tracks"] is None
    await studio.told(user=ben.user, role="editor", tracks=None)
    assert (await ben.edit(project, rename(BASS, "x")))["t"] == "ack"


async def test_R20_a_contributor_is_named_tracks_and_nobody_else_is(studio: Studio) -> None:
    for role, tracks in (("contributor", None), ("editor", [BASS]), (None, [BASS])):
        asked = {"email": "ben@example.org", "role": role, "tracks": tracks}
        refused = await studio.ann.call("members.grant", project=studio.project, **asked)
        assert (refused["code"], refused["details"]["field"]) == ("validation", "tracks")


async def test_R23_an_undo_leaves_what_is_not_the_contributors_any_more(studio: Studio) -> None:
    ben, project = studio.ben, studio.project
    move = {"op": "set", "col": "clips", "id": CLIP, "props": {"name": "riff"}}
    await ben.edit(project, rename(BASS, "Upright"), move)
    await studio.ann.edit(project, {"op": "move", "col": "clips", "id": CLIP, "parent": DRUMS})
    await ben.until("delta")
    undo = "undo-of-ben-1"
    await ben.send({"t": "undo", "id": undo, "project": project})
    ack = await ben.answer_to(undo)
    assert [op["id"] for op in ack["ops"]] == [BASS]
    assert [(drop["id"], drop["reason"]) for drop in ack["dropped"]] == [(CLIP, "foreign")]


async def test_R22_a_contributor_takes_back_the_media_that_it_has_made(studio: Studio) -> None:
    ben, project = studio.ben, studio.project
    await ben.edit(project, insert("media", "media_01", name="take 1.wav"))
    for n, kind in enumerate(("undo", "redo", "undo")):
        asked = f"take-back-{n}"
        await ben.send({"t": kind, "id": asked, "project": project})
        ack = await ben.answer_to(asked)
        assert ack["t"] == "ack", ack
        assert ([op["id"] for op in ack["ops"]], ack["dropped"]) == (["media_01"], []), kind
    await studio.ann.edit(project, insert("media", "media_02", name="take 2.wav"))
    await ben.until("delta")
    asked = await ben.propose(project, {"op": "delete", "col": "media", "id": "media_02"})
    assert (await ben.answer_to(asked))["code"] == "forbidden"


async def test_R24_what_was_judged_by_other_tracks_is_to_be_sent_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other node has not heard of it; the transaction that would store the delta looks."""
    ben, project = studio.ben, studio.project
    monkeypatch.setattr("server.live.hub.Hub.role_changed", lambda *_: None)
    await studio.grant("contributor", [DRUMS])
    refused = await ben.answer_to(await ben.propose(project, rename(BASS, "too late")))
    assert (refused["code"], "retry_after_ms" in refused["details"]) == ("unavailable", True)
    await studio.grant("commenter")
    refused = await ben.answer_to(await ben.propose(project, rename(BASS, "too late")))
    assert refused["code"] == "unavailable", "it comes behind the first one (rule D12)"
    again = refused["details"]["after"]
    refused = await ben.answer_to(await ben.propose(project, rename(BASS, "too late"), id=again))
    assert refused["code"] == "forbidden"


async def test_R25_a_contributor_brings_audio_and_changes_its_own(studio: Studio) -> None:
    ann, ben, project = studio.ann, studio.ben, studio.project
    own = await ben.result("audio_files.create", project=project, name="take 1.wav")
    of_ann = await ann.result("audio_files.create", project=project, name="loop.wav")
    changed = await ben.result(
        "audio_files.update", audio_file=own["id"], version=1, name="take 2.wav"
    )
    assert changed["name"] == "take 2.wav"
    status = {"audio_file": own["id"], "status": "uploading"}
    assert (await ben.result("audio_files.set_status", **status))["status"] == "uploading"
    for method, params in (
        ("audio_files.update", {"audio_file": of_ann["id"], "version": 1, "name": "mine.wav"}),
        ("audio_files.delete", {"audio_file": of_ann["id"]}),
        ("audio_files.set_status", {"audio_file": of_ann["id"], "status": "uploading"}),
        ("snapshots.create", {"project": project, "name": "mine"}),
        ("projects.archive", {"project": project}),
        ("members.grant", {"project": project, "email": "ben@example.org", "role": "owner"}),
    ):
        refused = await ben.call(method, **params)
        assert refused["code"] == "forbidden", method
        if method.startswith("audio_files."):
            assert "this audio file; who may: " in refused["message"]
            assert "as a contributor of its project" in refused["message"]
    await ben.result("audio_files.delete", audio_file=own["id"])


async def test_R1_a_commenter_reads_and_does_not_edit(studio: Studio) -> None:
    await studio.grant("commenter")
    await studio.told(user=studio.ben.user, role="commenter", tracks=None)
    refused = await studio.ben.answer_to(
        await studio.ben.propose(studio.project, rename(BASS, "x"))
    )
    assert (refused["code"], "commenter" in refused["message"]) == ("forbidden", True)
    page = await studio.ben.result("audio_files.list", where={"project": studio.project})
    assert page["audio_files"] == []
