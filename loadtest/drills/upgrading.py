"""The drill of an upgrade: nodes of the version before, replaced by this one one by one."""

import asyncio
import io
import subprocess
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loadtest.drills.scene import DrillScene, Skipped, command
from machine.children.child_program import CHECKOUT

VERSIONS = CHECKOUT / "ops" / "versions_before"
"""A version and its last commit in each line, the newest first."""

OLDER = "older"


@asynccontextmanager
async def version_before(directory: Path) -> AsyncIterator[None]:
    """Its files beside the data; raises `Skipped` where this checkout has no history."""
    await asyncio.to_thread(_unpack, directory)
    yield


def root_of(directory: Path) -> Path:
    """Where those files are."""
    return directory / OLDER


async def upgrade(scene: DrillScene, seconds: float) -> None:
    """As the page says: migrate, then one node after the other."""
    cluster = scene.stage.cluster
    scene.notes["from_version"] = _newest()[0]
    await command(cluster.database_url, "server.commands.migrate_commands", "migrate")
    for node in cluster.nodes:
        status = await node.leave()
        if status != 0:
            scene.stage.problems.append(f"{node.directory.name} ended with status {status}")
        node.serve_from(CHECKOUT)
        await node.start()
        await asyncio.sleep(seconds / 4)


def _newest() -> tuple[str, str]:
    lines = [line.split() for line in VERSIONS.read_text().splitlines() if line[:1] != "#"]
    version, commit = next(version_and_commit for version_and_commit in lines if version_and_commit)
    return version, commit


def _unpack(directory: Path) -> None:
    version, commit = _newest()
    command = ["git", "-C", str(CHECKOUT), "archive", commit]
    try:
        process = subprocess.run(command, capture_output=True, check=False)
    except OSError as error:
        raise Skipped(f"there is no git: {error.strerror}") from error
    if process.returncode != 0:
        raise Skipped(f"this checkout has no commit {commit}, the last one of {version}")
    with tarfile.open(fileobj=io.BytesIO(process.stdout)) as archive:
        archive.extractall(root_of(directory), filter="data")
