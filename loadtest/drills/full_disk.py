"""The drill of a full disk: a small file system for PostgreSQL, filled to its last byte."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loadtest.drills.scene import DrillScene, Skipped

MEGABYTES = 200
"""Of the file system: a new database with its WAL, the nodes' logs, and some more."""

BALLAST = "ballast"
CHUNK = bytes(1 << 20)
STEPS = (1 << 20, 1 << 12, 1)
"""Bytes that are written at once, until not one fits."""

FULL_SECONDS = 4.0


@asynccontextmanager
async def small_disk(directory: Path) -> AsyncIterator[None]:
    """Mounted on the directory; raises `Skipped` where that is not allowed."""
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True)
    options = f"size={MEGABYTES}m,mode=755"
    message = await asyncio.to_thread(
        _ran, "mount", "-t", "tmpfs", "-o", options, "prime-drill", directory
    )
    if message:
        raise Skipped(f"a small file system cannot be mounted here: {message}")
    try:
        yield
    finally:
        await asyncio.to_thread(_ran, "umount", "--lazy", directory)


async def fill_the_disk(scene: DrillScene, seconds: float) -> None:
    """Full for so long, then room again; a PostgreSQL that has ended is started."""
    cluster = scene.stage.cluster
    ballast = cluster.directory / BALLAST
    acked_before = scene.stage.acked()
    await asyncio.to_thread(_fill, ballast)
    try:
        await asyncio.sleep(max(FULL_SECONDS, seconds))
        scene.notes["acknowledged_while_full"] = scene.stage.acked() - acked_before
    finally:
        await asyncio.to_thread(ballast.unlink)
    scene.notes["postgresql_ended"] = not cluster.postgres.is_running
    await cluster.start_postgres()


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for step in STEPS:
            try:
                while file.write(CHUNK[:step]) == step:
                    pass
            except OSError:
                continue


def _ran(*words: object) -> str:
    """Empty: it went well; else what it said."""
    try:
        process = subprocess.run(
            [str(word) for word in words], capture_output=True, text=True, timeout=20, check=False
        )
    except OSError as error:
        return str(error)
    return (
        "" if process.returncode == 0 else process.stderr.strip() or f"status {process.returncode}"
    )
