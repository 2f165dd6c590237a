"""Audio files over the socket: from state to state, seen in the room, with stems."""

from typing import Any

import pytest

from schema.columns.audio_states import AUDIO_STATES, OF_ITS_AUDIO
from schema.errors import ErrorCode
from tests.server.conftest import Node, Nodes, create_project
from tests.server.wire import Wire

pytestmark = [pytest.mark.postgres, pytest.mark.node]

HASH = "ab" * 32
MEASURED = {"duration_seconds": 2.5, "sample_rate": 48_000, "channels": 2, "format": "wav"}


async def announce(wire: Wire, project: str, **more: Any) -> Any:
    return await wire.result("audio_files.create", project=project, name="take 1", **more)


async def refusal(wire: Wire, method: str, **params: Any) -> dict[str, Any]:
    answer = await wire.call(method, **params)
    assert answer["t"] == "error", answer
    return answer


async def told(wire: Wire, key: str, status: str | None) -> None:
    """Until the room has heard this of a file."""
    while (await wire.until("media"))["statuses"].get(key, "") != status:
        pass


async def test_L2_L4_everyone_sees_a_file_go_from_state_to_state(nodes: Nodes) -> None:
    one, two = await nodes.start(), await nodes.start()
    ann, ben = await one.musician("ann"), await two.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="viewer")
    await ben.until("role_changed")
    await ann.join(project)
    await ben.join(project)
    file = (await announce(ann, project))["id"]
    for status, facts in (
        ("announced", {}),
        ("uploading", {}),
        ("failed", {"failure": "the line broke"}),
        ("announced", {}),
        ("uploading", {"bytes": 12}),
        ("measuring", {"bytes": 1_000, "content_hash": HASH}),
        ("available", MEASURED),
    ):
        row = await ann.result("audio_files.set_status", audio_file=file, status=status, **facts)
        assert row["status"] == status
        assert row["failure"] == facts.get("failure")
        for wire in (ann, ben):
            await told(wire, file, status)
    assert row | MEASURED | {"bytes": 1_000, "content_hash": HASH} == row
    assert row["version"] == 7


async def test_L4_the_status_that_it_has_already_changes_nothing(node: Node) -> None:
    ann = await node.musician("ann")
    file = (await announce(ann, await create_project(ann)))["id"]
    set_it = {"audio_file": file, "status": "uploading"}
    row = await ann.result("audio_files.set_status", **set_it, bytes=7)
    for same in (set_it, set_it | {"bytes": 7}):
        assert await ann.result("audio_files.set_status", **same) == row
    other = await refusal(ann, "audio_files.set_status", **set_it, bytes=8)
    assert (other["code"], other["details"]) == (ErrorCode.CONFLICT, {"version": 2})
    assert "`bytes`" in other["message"]


async def test_L4_what_is_announced_again_has_nothing_of_the_bytes_before(node: Node) -> None:
    ann = await node.musician("ann")
    file = (await announce(ann, await create_project(ann)))["id"]
    bytes_ = {"bytes": 1_000, "content_hash": HASH}
    more = MEASURED | {"bit_depth": 24, "analysis": {"tempo": 120}}
    for status, facts in (
        ("uploading", {}),
        ("measuring", bytes_),
        ("available", more),
        ("failed", {"failure": "lost"}),
    ):
        row = await ann.result("audio_files.set_status", audio_file=file, status=status, **facts)
    assert row | bytes_ | more == row, "it says what was lost"
    row = await ann.result("audio_files.set_status", audio_file=file, status="announced")
    assert {row[name] for name in OF_ITS_AUDIO} == {None}
    await ann.result("audio_files.set_status", audio_file=file, status="uploading")
    lacks = await refusal(ann, "audio_files.set_status", audio_file=file, status="measuring")
    assert lacks["code"] == ErrorCode.VALIDATION


async def test_L4_what_does_not_follow_is_a_conflict_that_says_what_does(node: Node) -> None:
    ann = await node.musician("ann")
    file = (await announce(ann, await create_project(ann)))["id"]
    answer = await refusal(ann, "audio_files.set_status", audio_file=file, status="available")
    assert (answer["code"], answer["details"]) == (ErrorCode.CONFLICT, {"version": 1})
    assert answer["message"].endswith("allowed: uploading, failed")
    stale = await refusal(
        ann, "audio_files.set_status", audio_file=file, status="uploading", version=9
    )
    assert (stale["code"], stale["details"]) == (ErrorCode.CONFLICT, {"version": 1})


@pytest.mark.parametrize(
    ("status", "facts", "field"),
    [
        ("failed", {}, "failure"),
        ("uploading", {"content_hash": HASH}, "content_hash"),
        ("uploading", {"failure": "why"}, "failure"),
        ("announced", {"bytes": 3}, "bytes"),
        ("measuring", {"bytes": 3}, "content_hash"),
        ("measuring", {"content_hash": HASH}, "bytes"),
        ("measuring", {"bytes": 3, "content_hash": HASH.upper()}, "content_hash"),
        ("gone", {}, "status"),
        ("failed", {"failure": "a\x00b"}, "failure"),
        ("failed", {"failure": "x" * 501}, "failure"),
    ],
)
async def test_L4_what_is_not_set_with_a_status_is_named(
    node: Node, status: str, facts: dict[str, Any], field: str
) -> None:
    ann = await node.musician("ann")
    file = (await announce(ann, await create_project(ann)))["id"]
    for before in AUDIO_STATES.get(status, AUDIO_STATES["announced"]).follows[:1]:
        await node.context.db.execute(
            "UPDATE audio_files SET status = $2 WHERE id = $1", file, before
        )
    answer = await refusal(ann, "audio_files.set_status", audio_file=file, status=status, **facts)
    assert answer["code"] in (ErrorCode.VALIDATION, ErrorCode.BAD_MESSAGE)
    assert answer["details"]["field"] in (field, f"params.{field}")


async def test_L4_the_same_bytes_are_once_in_a_project(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    await announce(ann, project, content_hash=HASH)
    again = await refusal(
        ann, "audio_files.create", project=project, name="take 2", content_hash=HASH
    )
    assert (again["code"], again["details"]) == (ErrorCode.TAKEN, {"field": "content_hash"})
    second = (await announce(ann, project))["id"]
    await ann.result("audio_files.set_status", audio_file=second, status="uploading")
    measured = await refusal(
        ann,
        "audio_files.set_status",
        audio_file=second,
        status="measuring",
        bytes=1,
        content_hash=HASH,
    )
    assert (measured["code"], measured["details"]) == (ErrorCode.TAKEN, {"field": "content_hash"})


async def test_L4_who_may_not_edit_sets_no_status(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    file = (await announce(ann, project))["id"]
    set_it = {"audio_file": file, "status": "uploading"}
    assert (await refusal(ben, "audio_files.set_status", **set_it))["code"] == ErrorCode.NOT_FOUND
    await ann.result("members.grant", project=project, email="ben@example.org", role="viewer")
    assert (await refusal(ben, "audio_files.set_status", **set_it))["code"] == ErrorCode.FORBIDDEN
    await ann.result("projects.archive", project=project)
    assert (await refusal(ann, "audio_files.set_status", **set_it))["code"] == ErrorCode.ARCHIVED


async def test_L5_the_tree_below_a_file_is_told_by_parents(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    song = (await announce(ann, project))["id"]
    drums = (await announce(ann, project, parent=song, stem_kind="drums"))["id"]
    kick = (await announce(ann, project, parent=drums, stem_kind="kick"))["id"]
    found = await ann.result("audio_files.stems", audio_file=song)
    assert [(row["id"], row["parent"]) for row in found["audio_files"]] == [
        (drums, song),
        (kick, drums),
    ]
    assert not found["clipped"]
    theirs = await refusal(ben, "audio_files.stems", audio_file=song)
    assert theirs["code"] == ErrorCode.NOT_FOUND


async def test_L5_what_is_no_place_in_the_tree_is_named(node: Node) -> None:
    ann = await node.musician("ann")
    project, other = await create_project(ann), await create_project(ann)
    file = {"project": project, "name": "stem"}
    song = (await announce(ann, project))["id"]
    elsewhere = (await announce(ann, other))["id"]
    for wrong, field in (
        ({"parent": song}, "stem_kind"),
        ({"parent": elsewhere, "stem_kind": "vocals"}, "parent"),
    ):
        answer = await refusal(ann, "audio_files.create", **file, **wrong)
        assert (answer["code"], answer["details"]["field"]) == (ErrorCode.VALIDATION, field)
    deepest = song
    for _ in range(4):
        deepest = (await announce(ann, project, parent=deepest, stem_kind="x"))["id"]
    answer = await refusal(ann, "audio_files.create", **file, parent=deepest, stem_kind="x")
    assert (answer["code"], answer["details"]["field"]) == (ErrorCode.VALIDATION, "parent")


async def test_L5_which_stem_it_is_and_of_which_file_are_given_together(node: Node) -> None:
    ann = await node.musician("ann")
    project = await create_project(ann)
    file = (await announce(ann, project))["id"]
    for given, missing in (({"stem_kind": "vocals"}, "parent"), ({"parent": file}, "stem_kind")):
        refused = await refusal(ann, "audio_files.create", project=project, name="stem", **given)
        assert (refused["code"], refused["details"]) == ("validation", {"field": missing})
        assert missing in refused["message"]


async def test_C6_a_file_in_a_project_that_one_is_not_in_misses_the_project(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    refused = await refusal(
        ben, "audio_files.create", project=await create_project(ann), name="take 1"
    )
    assert refused["code"] == ErrorCode.NOT_FOUND
    assert refused["message"] == "there is no such project, or you are not a member of it"
