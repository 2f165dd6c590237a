"""Python `websockets` on uvloop: every message is broadcast to everyone else in the room."""

import asyncio
import json
import os
import sys
from collections import defaultdict

import uvloop
import websockets
from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: defaultdict[str, set[ServerConnection]] = defaultdict(set)


async def relay(socket: ServerConnection) -> None:
    """One connection, until it ends."""
    assert socket.request is not None
    room = rooms[socket.request.path]
    room.add(socket)
    try:
        async for message in socket:
            broadcast(room - {socket}, message)
    finally:
        room.discard(socket)


async def main() -> None:
    """Serve until killed."""
    port = int(sys.argv[1])
    async with serve(relay, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096):
        versions = {"websockets": websockets.__version__, "uvloop": uvloop.__version__}
        print(json.dumps({"ready": True, "pid": os.getpid(), "versions": versions}), flush=True)
        await asyncio.Event().wait()


uvloop.run(main())
