"""Every call that writes by a role in a project: taken away while the write waits, it does not."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any

import asyncpg
import pytest

from schema.calling.writing_calls import WRITES
from tests.persistence.planted_rows import WAITING
from tests.server.conftest import Node, create_project, eventually
from tests.server.wire import Wire, marker

pytestmark = pytest.mark.postgres

BY_NO_ROLE = {
    "auth_sessions.rename",
    "auth_sessions.revoke",
    "batch",  # of calls that are here
    "projects.create",
    "members.join",  # by the link
    "invitations.accept",
    "account.update",
    *(method for method in WRITES if method.startswith(("presets.", "recall."))),
}
"""Writes of what is the caller's own."""

AS_IT_IS = """
SELECT array_agg(fact ORDER BY fact) FROM (
    SELECT concat_ws(' ', id, name, archived_at, version) FROM studio_projects
    UNION ALL SELECT concat_ws(' ', user_id, role) FROM project_members WHERE user_id <> $1
    UNION ALL SELECT concat_ws(' ', id, name, version) FROM project_snapshots WHERE kind <> 'auto'
    UNION ALL SELECT concat_ws(' ', id, name, status) FROM audio_files
    UNION ALL SELECT concat_ws(' ', id, status, permissions) FROM collaboration_sessions
    UNION ALL SELECT concat_ws(' ', id, withdrawn_at) FROM invitations
) AS facts (fact)
"""

TAKE_AWAY = """
DELETE FROM project_members WHERE project_id = $1 AND user_id = $2
"""


@dataclass
class Shared:
    """A project of two owners; what belongs to it is made by the one whose role is taken away."""

    ben: Wire
    project: str
    snapshot: str
    audio_file: str
    session: str
    ann_id: str
    invitation: str

    def asked(self) -> dict[str, dict[str, Any]]:
        """Method -> its parameters."""
        project = {"project": self.project}
        snapshot = project | {"snapshot": self.snapshot}
        file = {"audio_file": self.audio_file}
        return {
            "projects.update": project | {"version": 1, "name": "Other"},
            "projects.archive": project,
            "members.grant": project | {"email": "cid@example.org", "role": "editor"},
            "members.revoke": project | {"user": self.ann_id},
            "invitations.withdraw": {"invitation": self.invitation},
            "snapshots.create": project | {"name": "new"},
            "snapshots.update": snapshot | {"version": 1, "name": "other"},
            "snapshots.delete": snapshot,
            "snapshots.restore": snapshot | {"id": "restore-0001"},
            "snapshots.fork": snapshot | {"name": "Fork"},
            "sessions.permit": {"session": self.session, "edit": []},
            "sessions.end": {"session": self.session},
            "audio_files.create": project | {"name": "new.wav"},
            "audio_files.update": file | {"version": 1, "name": "other.wav"},
            "audio_files.delete": file,
            "audio_files.set_status": file | {"status": "uploading"},
        }


async def shared(node: Node) -> Shared:
    ann, ben, _ = [await node.musician(name) for name in ("ann", "ben", "cid")]
    project = await create_project(ann)
    await ann.result("members.grant", project=project, email="ben@example.org", role="owner")
    await ben.until("role_changed")
    await ben.join(project)
    snapshot = await ben.result("snapshots.create", project=project, name="old")
    await ben.edit(project, marker("marker_001"))
    file = await ben.result("audio_files.create", project=project, name="old.wav")
    made = await ben.result("invitations.create", project=project, role="viewer")
    await node.server.write_behind.run_once()
    [session] = (await ben.result("sessions.list"))["sessions"]
    return Shared(ben, project, snapshot["id"], file["id"], session["id"], ann.user, made["id"])


def test_every_call_that_writes_is_named_here() -> None:
    nobody = Shared(None, "", "", "", "", "", "")  # type: ignore[arg-type]
    assert set(WRITES) - BY_NO_ROLE == nobody.asked().keys()


async def is_waiting(call: "asyncio.Task[Any]", watch: Any) -> bool:
    return call.done() or bool(await watch.fetchval(WAITING))


async def test_R6_a_role_that_goes_while_a_write_waits_for_it_writes_nothing(
    node: Node, database_url: str
) -> None:
    all_of_it = await shared(node)
    user = all_of_it.ben.user
    gate = await asyncpg.connect(database_url)
    watch = await asyncpg.connect(database_url)
    try:
        for method, params in all_of_it.asked().items():
            before = await watch.fetchval(AS_IT_IS, user)
            taking = gate.transaction()
            await taking.start()
            await gate.execute(TAKE_AWAY, all_of_it.project, user)
            call = asyncio.create_task(all_of_it.ben.call(method, **params))

            await eventually(partial(is_waiting, call, watch))
            assert not call.done(), f"{method} did not wait: {call.result()}"
            await taking.commit()
            answer = await call
            assert answer.get("code") in ("forbidden", "not_found"), (method, answer)
            assert await watch.fetchval(AS_IT_IS, user) == before, method
            given_back = (
                "INSERT INTO project_members (project_id, user_id, role) VALUES ($1, $2, 'owner')"
            )
            await gate.execute(given_back, all_of_it.project, user)
    finally:
        await gate.close()
        await watch.close()
