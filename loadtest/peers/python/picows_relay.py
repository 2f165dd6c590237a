"""picows (Cython) on uvloop: the frame is built once and written to the transports below."""

import json
import os
import sys
from collections import defaultdict
from importlib.metadata import version

import uvloop
from picows import WSListener, WSMsgType, ws_create_server
from websockets_sansio import MAX_BYTES, frame_of

rooms = defaultdict(set)


class Relay(WSListener):
    """One connection; the path of its request is its room."""

    def on_ws_connected(self, transport):
        """The handshake is done."""
        self.room = rooms[transport.request.path]
        self.transport = transport.underlying_transport
        self.room.add(self.transport)

    def on_ws_frame(self, transport, frame):
        """To everyone else in the room; picows answers pings by itself."""
        if frame.msg_type is WSMsgType.BINARY:
            whole, own = frame_of(frame.get_payload_as_bytes()), self.transport
            for other in self.room:
                if other is not own:
                    other.write(whole)
        elif frame.msg_type is WSMsgType.CLOSE:
            transport.disconnect()

    def on_ws_disconnected(self, transport):
        """The connection is over."""
        self.room.discard(self.transport)


async def main():
    """Serve until killed."""
    port = int(sys.argv[1])
    server = await ws_create_server(
        lambda _request: Relay(), "127.0.0.1", port, max_frame_size=MAX_BYTES, backlog=4096
    )
    versions = {name: version(name) for name in ("picows", "aiofastnet", "uvloop")}
    print(json.dumps({"ready": True, "pid": os.getpid(), "versions": versions}), flush=True)
    await server.serve_forever()


uvloop.run(main())
