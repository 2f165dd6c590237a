"""A kept reply is told again to who may see it still."""

from typing import Any

import pytest

from tests.server.conftest import Node, create_project

pytestmark = pytest.mark.postgres


async def test_C10_R6_who_is_out_of_the_project_is_not_told_of_it_again(node: Node) -> None:
    ann, ben = await node.musician("ann"), await node.musician("ben")
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="editor")
    own = await ben.keyed("own", "projects.create", name="Tune")
    preset = await ben.keyed("preset", "presets.create", plugin="OTT", name="a")
    snapshot = await ben.result("snapshots.create", project=project, name="one")
    file: Any = {"project": project, "name": "a.wav"}
    of_project: dict[str, Any] = {
        "audio_files.create": file,
        "snapshots.create": {"project": project, "name": "two"},
        "snapshots.update": {
            "project": project,
            "snapshot": snapshot["id"],
            "version": 1,
            "name": "three",
        },
        "batch": {
            "atomic": True,
            "calls": [{"method": "audio_files.create", "params": file | {"name": "b.wav"}}],
        },
    }
    for method, params in of_project.items():
        first = await ben.keyed(method, method, **params)
        assert (await ben.keyed(method, method, **params))["result"] == first["result"]
    leave: Any = {"project": project, "user": ben.user}
    forked: Any = {"project": project, "snapshot": snapshot["id"], "name": "Mine"}
    fork = await ben.keyed("fork", "snapshots.fork", **forked)
    left = await ben.keyed("leave", "members.revoke", **leave)
    for method, params in of_project.items():
        assert (await ben.keyed(method, method, **params)).get("code") == "not_found", method
    # What is one's own is told again, and that one has left.
    assert (await ben.keyed("fork", "snapshots.fork", **forked))["result"] == fork["result"]
    again = await ben.keyed("own", "projects.create", name="Tune")
    assert again["result"] == own["result"]
    again = await ben.keyed("preset", "presets.create", plugin="OTT", name="a")
    assert again["result"] == preset["result"]
    assert (await ben.keyed("leave", "members.revoke", **leave))["result"] == left["result"]
