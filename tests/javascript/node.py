"""Runs JavaScript of this folder in Node, with the packages that its lock pins."""

import asyncio
import fcntl
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from loadtest.peers.installing import INSTALLED, node_packages

HERE = Path(__file__).parent
SECONDS = 100.0

WITH_WEBSOCKET = ("--experimental-websocket", "--no-warnings")
"""Options of Node 20, whose WebSocket is behind one."""


@dataclass(frozen=True)
class Node:
    """Node, and the folder whose `node_modules` a script finds its packages in (None: none)."""

    command: str
    packages: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What a script is started with."""
        return dict(os.environ) | {"PRIME_PACKAGES": str(self.packages or "")}

    def run(self, script: str, *words: object) -> subprocess.CompletedProcess[str]:
        """Run a script of this folder to its end."""
        return subprocess.run(
            [self.command, str(HERE / script), *map(str, words)],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=SECONDS,
            check=False,
        )

    async def run_beside(
        self, script: Path, *words: str, options: Sequence[str] = (), seconds: float = SECONDS
    ) -> subprocess.CompletedProcess[str]:
        """The same for any script, while a server of this loop answers it. `options`: Node's."""
        process = await asyncio.create_subprocess_exec(
            self.command,
            *options,
            str(script),
            *words,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment,
        )
        try:
            async with asyncio.timeout(seconds):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode is not None
        return subprocess.CompletedProcess(words, process.returncode, out.decode(), err.decode())


def plain_node() -> Node:
    """Node without any package; the test is skipped where there is no Node."""
    command = shutil.which("node")
    if command is None:
        pytest.skip("there is no Node.js on the PATH")
    return Node(command)


def node_with_packages() -> Node:
    """Node with the packages of this folder."""
    return packages_in(HERE, "tests")


def packages_in(recipes: Path, name: str) -> Node:
    """Node with what the lock in a folder pins, installed by whichever process comes first.

    The test is skipped where there is no Node.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("there is no Node.js with npm on the PATH")
    INSTALLED.mkdir(exist_ok=True)
    with (INSTALLED / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        command, folder = asyncio.run(node_packages(recipes, name))
    return Node(command, folder)
