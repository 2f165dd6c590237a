"""Where PostgreSQL is on this machine, what takes long in it steps back behind appends."""

import asyncio
import socket
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

from machine import niceness

NICENESS = 5
"""More than the server's others have: a third of what an append gets, where both want a core.

So what is slow still ends within its timeout.
"""

CREDENTIALS = struct.Struct("3i")
"""Of Linux: process, user and group at the other end of a socket of this machine."""


async def step_back(connection: Any) -> None:
    """Let all others go first; nothing happens where the server is elsewhere, or not ours."""
    with suppress(OSError, AttributeError, ValueError):
        backend = connection.get_server_pid()
        if _parent_of(backend) != _postmaster(connection):
            return
        for _ in range(niceness.TRIES):
            if niceness.step_back(backend, NICENESS):
                return
            await asyncio.sleep(niceness.AGAIN_SECONDS)


def _postmaster(connection: Any) -> int:
    """The process that listens at the other end, as this machine numbers it; 0: elsewhere."""
    peer = connection._transport.get_extra_info("socket")
    if peer is None or peer.family != socket.AF_UNIX:
        return 0
    raw = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    return int(CREDENTIALS.unpack(raw)[0])


def _parent_of(pid: int) -> int:
    """A number of another machine may be anyone's here, but hardly a child of that process."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])
