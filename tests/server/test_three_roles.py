"""A whole node as the role that serves, with exactly the grants that it gets, on both servers."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from persistence.lanes import LaneSizes
from persistence.new_epochs import new_epochs
from persistence.tables.operating import running_nodes
from server import background_tasks
from server.states.journal_audit import audit
from tests.databases import execute
from tests.debian_servers import debian_postgres
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import Wire, marker
from tests.three_roles import ThreeRoles, three_roles

pytestmark = [pytest.mark.postgres, pytest.mark.node]

ROOT = Path(__file__).parents[2]
AGES = {"KEPT_REPLY_SECONDS", "FENCE_SECONDS", "ORPHAN_SECONDS"}
"""How old something must be; the others say how often a job is done."""

JOBS = [name for name in vars(background_tasks) if name.endswith("_SECONDS") and name not in AGES]
OFTEN = 0.1
LISTS = (
    "users", "account", "projects", "members", "snapshots", "audio_files", "presets", "recall",
    "sessions", "session_states", "session_stays", "auth_sessions", "audit", "invitations",
)  # fmt: skip
OF_A_PROJECT = (
    "members", "snapshots", "audio_files", "sessions", "session_states", "session_stays",
    "invitations",
)  # fmt: skip
FAILED = ("internal", "unavailable")


@pytest.fixture(scope="module")
def debian_dsn() -> Iterator[str]:
    with debian_postgres("full_page_writes=on", "shared_buffers=16MB") as port:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"


@pytest.fixture(params=["embedded", "debian"])
def parted(request: pytest.FixtureRequest) -> Iterator[ThreeRoles]:
    if request.param == "debian":
        with three_roles(request.getfixturevalue("debian_dsn")) as made:
            yield made
        return
    server = request.getfixturevalue("postgres_dsn").replace("//prime@", "//postgres@")
    template = request.getfixturevalue("template_name")
    with three_roles(server, template=template) as made:
        yield made


async def asked(wire: Wire, method: str, **params: Any) -> Any:
    """What a call is answered; never with a fault of ours."""
    answer = await wire.call(method, **params)
    assert answer.get("code") not in FAILED, (method, answer)
    return answer.get("result")


async def play(node: Node) -> tuple[str, Wire]:
    """Two musicians edit, undo, look back, and keep."""
    ann, ben, project = await node.pair()
    for number in range(12):
        await (ann, ben)[number % 2].edit(project, marker(f"marker_{number}"))
    for ask in ("history.list", "snapshots.list", "members.list", "sessions.list"):
        assert await asked(ann, ask, project=project) is not None
    await asked(ann, "history.at", project=project, seq=3)
    await asked(ann, "history.blame", project=project, entity="marker_1")
    kept = await asked(ann, "snapshots.create", project=project, name="one")
    await asked(ann, "snapshots.diff", project=project, snapshot=kept["id"])
    await asked(ann, "snapshots.state", project=project, snapshot=kept["id"])
    await asked(ann, "snapshots.fork", project=project, snapshot=kept["id"], name="Fork")
    await asked(ann, "snapshots.restore", project=project, snapshot=kept["id"])
    await asked(ann, "snapshots.delete", project=project, snapshot=kept["id"])
    await asked(ann, "sessions.permit", project=project, permissions={"edit": [ann.user]})
    await asked(ann, "projects.update", project=project, name="Anew")
    await asked(ann, "members.revoke", project=project, user=ben.user)
    invited = await asked(ann, "invitations.create", project=project, role="editor")
    await asked(
        ben, "invitations.accept", **{k: invited[k] for k in ("code", "token") if k in invited}
    )
    return project, ann


async def keep_library(wire: Wire, project: str) -> None:
    preset = await asked(
        wire, "presets.create", plugin="Serum", name="Reese", category="bass", parameters={"a": 1}
    )
    await asked(wire, "presets.publish", id=preset["id"])
    await asked(wire, "presets.copy", id=preset["id"])
    await asked(wire, "presets.use", id=preset["id"])
    await asked(wire, "presets.list", where={"name": {"search": "reese"}})
    file = await asked(wire, "audio_files.create", project=project, name="take 1")
    await asked(wire, "audio_files.set_status", id=file["id"], status="uploading")
    await asked(wire, "audio_files.delete", id=file["id"])
    use = {"id": str(uuid.uuid4()), "key": "OTT", "context": {"genre": "trap"}}
    await asked(wire, "recall.observe", category="plugin_choice", uses=[use])
    await asked(wire, "recall.suggest", category="plugin_choice")
    await asked(wire, "recall.settings", enabled=True)
    await asked(wire, "recall.export")
    await asked(wire, "recall.erase")


async def keep_accounts(node: Node, wire: Wire) -> None:
    await wire.keyed("once-0001", "account.update", name="Ann")
    again = await node.again(wire)
    await asked(again, "auth.refresh", refresh_token=wire.tokens["refresh_token"])
    await asked(wire, "auth.login", email="ann@example.org", password="wrong")
    await asked(wire, "auth.second_factor_state")
    await asked(wire, "auth.request_reset", email="ann@example.org")
    await asked(wire, "auth.device_begin", device_name="a phone")
    await asked(wire, "auth.deletion_preview")


async def leave(node: Node, parted: ThreeRoles) -> None:
    """An account that is erased, with its project; only the owner may turn the clock."""
    cat = await node.musician("cat")
    project = await create_project(cat)
    await cat.join(project)
    await cat.edit(project, marker("marker_1"))
    await asked(cat, "auth.delete_account", password="correct horse")
    await execute(parted.owner, "UPDATE account_deletions SET erase_at = now()")
    owner = await asyncpg.connect(parted.owner)

    async def is_gone() -> bool:
        return not await owner.fetchval("SELECT count(*) FROM prime_users WHERE username = 'cat'")

    await eventually(is_gone)
    await owner.close()


async def test_it_serves_everything(
    parted: ThreeRoles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    for name in JOBS:
        monkeypatch.setattr(background_tasks, name, OFTEN)
    monkeypatch.setattr(running_nodes, "LOOK_SECONDS", 0.0)
    nodes = Nodes(parted.app, tmp_path)
    sizes = LaneSizes(1, 2, 2, 2, 1, 2, 1)
    node = await nodes.start(caller_database_url=parted.caller, lanes=sizes)
    try:
        project, ann = await play(node)
        await keep_library(ann, project)
        await keep_accounts(node, ann)
        for name in LISTS:
            words = {"project": project} if name in OF_A_PROJECT else {}
            await asked(ann, f"{name}.{'get' if name == 'account' else 'list'}", **words)
        await leave(node, parted)
        assert node.metrics.counted("calls_failed") == 0
    finally:
        await nodes.stop()
    assert "42501" not in "".join(capfd.readouterr())
    assert (await audit(parted.app, project))["gapless"]
    assert (await new_epochs(parted.app)).projects > 0
    listed = await asyncio.to_thread(users, parted.app)
    assert [user["username"] for user in listed["users"]][:2] == ["ann", "ben"]


def users(address: str) -> Any:
    command = [
        sys.executable,
        "-m",
        "machine.starting",
        "server.commands.users_command",
        "list",
        "--json",
    ]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": address, "REDIS_URL": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
