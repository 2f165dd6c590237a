"""Commands on a server that runs: several at once in one project, and ones that are ended."""

import asyncio
import json
import signal
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

from files.commands import import_and_export as commands
from files.commands.begun_project import ENDING
from files.commands.import_and_export import export_project, import_song
from files.upload import upload
from prime_client.client import Client
from prime_client.room import Room
from tests.server.conftest import Node, eventually, node, nodes

ROOT = Path(__file__).parents[3]
SONG = next(iter(sorted((ROOT / "files/songs").glob("*.prime.json"))))
__all__ = ["node", "nodes"]


@pytest.mark.postgres
async def test_H12_exports_beside_an_import_and_each_other(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = {"url": node.url, "email": "ann@example.org", "password": "correct horse"}
    async with Client(node.url, device="desk") as client:
        await client.register("ann@example.org", "ann", "correct horse")
    told = {"json": True, "data": tmp_path, "name": "", "archive": None}

    def export(project: str, number: int) -> Any:
        file = tmp_path / f"{number}.prime.json"
        return export_project(Namespace(**account, **told, project=project, file=file))

    async def upload_beside_exports(room: Room, ops: list[Any], tell: Any) -> int:
        assert await asyncio.gather(*(export(room.project, n) for n in range(3))) == [0, 0, 0]
        return await upload(room, ops, tell)

    monkeypatch.setattr(commands, "upload", upload_beside_exports)
    assert await import_song(Namespace(**account, **told, file=SONG)) == 0
    project = json.loads(capsys.readouterr().out.splitlines()[-1])["project"]
    assert await export(project, 3) == 0
    state = json.loads((tmp_path / "3.prime.json").read_text())["state"]
    assert state == json.loads(SONG.read_text())["state"]


@pytest.mark.postgres
async def test_M2_an_import_begins_alike_in_its_row_and_in_its_state(
    node: Node, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the name that was given, and what the file says of its music."""
    account = {"url": node.url, "email": "ann@example.org", "password": "correct horse"}
    async with Client(node.url, device="desk") as client:
        await client.register("ann@example.org", "ann", "correct horse")
        told = {"json": True, "data": tmp_path, "name": "My own name", "archive": None}
        assert await import_song(Namespace(**account, **told, file=SONG)) == 0
        project = json.loads(capsys.readouterr().out.splitlines()[-1])["project"]
        row = await client.projects.get(project=project)
        state = (await client.join(project)).state["project"]["project"]
    of_file = json.loads(SONG.read_text())["state"]["project"]["project"]
    assert state == of_file | {"name": "My own name"}
    assert {name: row[name] for name in ("name", "key", "scale")} == {
        "name": "My own name", "key": of_file["key"], "scale": of_file["scale"],
    }  # fmt: skip
    assert of_file["key"] == "D", "a key that could be lost"


def ignore_ctrl_c() -> None:
    """As a script's shell does for what it starts by `&`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.postgres
@pytest.mark.parametrize("ends", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_leaves_an_archived_project_and_a_line(
    ends: signal.Signals, node: Node, tmp_path: Path
) -> None:
    """Where it waits for deltas that the server has not stored."""
    async with Client(node.url, device="desk") as client:
        await client.register("ann@example.org", "ann", "correct horse")
        node.journal.gate.clear()
        importing = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "machine.starting", "files", "import", str(SONG),
            "--url", node.url, "--email", "ann@example.org", "--password", "correct horse",
            "--name", "One",
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            preexec_fn=None if ends == signal.SIGINT else ignore_ctrl_c,
        )  # fmt: skip

        async def is_being_filled() -> bool:
            return node.journal.stored > 0

        await eventually(is_being_filled)
        importing.send_signal(ends)
        node.journal.gate.set()
        said, complained = (text.decode() for text in await importing.communicate())
        assert (importing.returncode, said) == (128 + ends, "")
        [project] = (await client.projects.list(archived=True))["projects"]
        assert complained.splitlines() == [
            ENDING,
            f"the project One ({project['id']}) was archived; nothing else to do",
            "prime: interrupted",
        ]
        assert (await client.projects.list())["projects"] == []
