"""The Sans-I/O layer of `websockets` under an asyncio.Protocol; a frame is built once for all.

Messages in fragments are not relayed: the load sends none.
"""

import asyncio
import json
import os
import struct
import sys
from collections import defaultdict

import uvloop
import websockets
from websockets.frames import Opcode
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

MAX_BYTES = 1_048_576

rooms: defaultdict[str, set[asyncio.Transport]] = defaultdict(set)


class Relay(asyncio.Protocol):
    """One connection; the path of its request is its room."""

    def __init__(self):
        self.protocol = ServerProtocol(max_size=MAX_BYTES)
        self.room = set()

    def connection_made(self, transport):
        """TCP is there."""
        self.transport = transport

    def data_received(self, data):
        """Whatever whole frames are in the bytes are relayed now."""
        self.feed(data)

    def connection_lost(self, exc):
        """TCP is gone."""
        self.room.discard(self.transport)

    def feed(self, data):
        """Let `websockets` read, and send what it has to say."""
        protocol = self.protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Request):
                self.shake_hands(event)
            elif event.opcode is Opcode.BINARY and event.fin:
                self.relay(event.data)
        for answer in protocol.data_to_send():
            if answer:
                self.transport.write(answer)
            else:
                self.transport.close()

    def shake_hands(self, request):
        """Answer, and enter the room."""
        self.protocol.send_response(self.protocol.accept(request))
        if self.protocol.state is OPEN:
            self.room = rooms[request.path]
            self.room.add(self.transport)

    def relay(self, payload):
        """To everyone else in the room, in one frame built here."""
        frame, own = frame_of(payload), self.transport
        for transport in self.room:
            if transport is not own:
                transport.write(frame)


def frame_of(payload):
    """A binary message as a server sends it."""
    size = len(payload)
    if size < 126:
        return b"\x82" + bytes((size,)) + payload
    if size < 65_536:
        return struct.pack("!BBH", 0x82, 126, size) + payload
    return struct.pack("!BBQ", 0x82, 127, size) + payload


async def serve(relay):
    """Serve until killed."""
    loop = asyncio.get_running_loop()
    await loop.create_server(relay, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    versions = {"websockets": websockets.__version__, "uvloop": uvloop.__version__}
    print(json.dumps({"ready": True, "pid": os.getpid(), "versions": versions}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(Relay))
