"""An archived project keeps what it holds: every writing call, walked."""

import uuid
from typing import Any

import pytest

from schema.calling.writing_calls import STOPPED_IN_ARCHIVED, WRITES
from schema.tables.all_tables import TABLES
from tests.server.conftest import Node, create_project

NOT_OF_WHAT_IT_HOLDS = (
    "projects.",
    "members.",
    "invitations.",
    "sessions.",
    "recall.",
    "presets.",
    "account.",
    "auth_sessions.",
)


def test_R14_each_writing_call_is_stopped_or_is_about_something_else() -> None:
    for method in WRITES:
        is_other = method.startswith(NOT_OF_WHAT_IT_HOLDS) or method in ("batch", "snapshots.fork")
        assert (method in STOPPED_IN_ARCHIVED) != is_other, method
    assert [table.calls for table in TABLES.values() if table.is_content] == ["audio_files"]


@pytest.mark.postgres
async def test_R14_what_an_archived_project_holds_stays(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    file = await ann.result("audio_files.create", project=project, name="a.wav")
    keyed: Any = {"project": project, "name": "b.wav"}
    before = await ann.keyed("k", "audio_files.create", **keyed)
    snapshot = await ann.result("snapshots.create", project=project, name="one")
    await ann.result("projects.archive", project=project)
    one: Any = {"project": project, "snapshot": snapshot["id"]}
    of_file: Any = {"audio_file": file["id"]}
    stopped: dict[str, Any] = {
        "audio_files.create": {"project": project, "name": "c.wav"},
        "audio_files.update": of_file | {"version": 1, "name": "d.wav"},
        "audio_files.set_status": of_file | {"status": "uploading"},
        "audio_files.delete": of_file,
        "snapshots.create": {"project": project, "name": "two"},
        "snapshots.update": one | {"version": 1, "name": "three"},
        "snapshots.restore": one | {"id": str(uuid.uuid4())},
        "snapshots.delete": one,
    }
    assert stopped.keys() == STOPPED_IN_ARCHIVED
    for method, params in stopped.items():
        assert (await ann.call(method, **params)).get("code") == "archived", method
    together = await ann.result(
        "batch", atomic=True, calls=[{"method": "audio_files.delete", "params": of_file}]
    )
    assert together["answers"][0]["error"]["code"] == "archived"
    # Strangers learn nothing, and what was done before is answered as before.
    other = await ben.call("snapshots.create", project=project, name="x")
    assert other["code"] == "not_found"
    assert (await ann.keyed("k", "audio_files.create", **keyed))["result"] == before["result"]
    # Its row is the owner's; everything can be read; brought back, it goes on.
    await ann.result("projects.update", project=project, version=2, name="Old song")
    await ann.result("snapshots.get", **one)
    assert (await ann.result("audio_files.count"))["count"] == 2
    await ann.result("projects.archive", project=project, archived=False)
    await ann.result("audio_files.delete", **of_file)
