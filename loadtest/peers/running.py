"""A server under test as a child process: a peer, or a server of our own with PostgreSQL."""

import asyncio
import json
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from loadtest.nodes.cores import Cores
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.peers.catalogue import Peer
from loadtest.peers.installing import PeerFailed, node_command, python_command
from machine.children.child_program import ServerFailed
from machine.local_node import LocalNode

READY_SECONDS = 30.0
STOP_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is ready. `pids`: what counts as the server; `beside`: its database."""

    urls: tuple[str, ...]
    pids: tuple[int, ...]
    beside: tuple[int, ...]
    versions: dict[str, str]


@asynccontextmanager
async def running(peer: Peer, cores: Cores) -> AsyncIterator[Running]:
    """Start a server and pin it; it ends with the block. Raises `PeerFailed`."""
    start = _running_prime(cores) if peer.runtime == "prime" else _running_peer(peer, cores)
    async with start as server:
        yield server


@asynccontextmanager
async def _running_prime(cores: Cores) -> AsyncIterator[Running]:
    with tempfile.TemporaryDirectory(prefix="prime-load-") as directory:
        try:
            async with LocalNode(Path(directory) / "data", environment=WITHOUT_LIMITS) as node:
                yield pinned_nodes([node], cores)
        except ServerFailed as error:
            raise PeerFailed(str(error)) from error


def pinned_nodes(nodes: Sequence[LocalNode], cores: Cores) -> Running:
    """Servers that this process has started, each on a core of the server's; the rest beside."""
    children = psutil.Process().children()
    pids = [child.pid for child in children if "server" in child.cmdline()]
    other_pids = [child.pid for child in children if child.pid not in pids]
    for pid in pids:
        cores.pin_server(pid, other_pids)
    versions = {"python": platform.python_version(), "prime": "this checkout"}
    return Running(tuple(node.url for node in nodes), tuple(pids), tuple(other_pids), versions)


@asynccontextmanager
async def _running_peer(peer: Peer, cores: Cores) -> AsyncIterator[Running]:
    install = node_command if peer.runtime == "node" else python_command
    command, folder = await install(peer.script)
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *_tied_to_our_life(),
            *command,
            str(port),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        try:
            versions = await _ready(process)
            if versions is None:
                log.seek(0)
                last = log.read().decode(errors="replace").strip().splitlines()[-3:]
                raise PeerFailed(f"did not start: {' | '.join(last) or 'it said nothing'}")
            cores.pin_server(process.pid)
            yield Running((f"ws://127.0.0.1:{port}",), (process.pid,), (), versions)
        finally:
            await _stop(process)


async def _ready(process: asyncio.subprocess.Process) -> dict[str, str] | None:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            ready_line = json.loads(await process.stdout.readline())
    except (TimeoutError, ValueError):
        return None
    versions: dict[str, str] = ready_line["versions"]
    return versions


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def _tied_to_our_life() -> list[str]:
    """What a command begins with, so that the kernel ends it if we are killed; where it can."""
    return ["setpriv", "--pdeathsig=KILL", "--"] if shutil.which("setpriv") else []


def _free_port() -> int:
    """A free port; the peers are given it, as not all of them can report their own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
