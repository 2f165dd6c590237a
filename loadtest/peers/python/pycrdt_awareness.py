"""pycrdt-websocket under uvicorn and uvloop: awareness within a room, nothing stored."""

import asyncio
import json
import os
import sys
from importlib.metadata import version

import uvicorn
import uvloop
from pycrdt.websocket import ASGIServer, WebsocketServer


class Announced(uvicorn.Server):
    """Says when it is ready."""

    async def startup(self, sockets: object = None) -> None:
        """Listen."""
        await super().startup(sockets)
        names = ("pycrdt-websocket", "pycrdt", "uvicorn", "uvloop")
        versions = {name: version(name) for name in names}
        print(json.dumps({"ready": True, "pid": os.getpid(), "versions": versions}), flush=True)


async def main() -> None:
    """Serve until killed."""
    rooms = WebsocketServer(auto_clean_rooms=False)
    config = uvicorn.Config(
        ASGIServer(rooms),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        backlog=4096,
        log_level="warning",
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
    )
    async with rooms:
        serving = asyncio.create_task(rooms.started.wait())
        await serving
        await Announced(config).serve()


uvloop.run(main())
