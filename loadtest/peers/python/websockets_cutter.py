"""The Sans-I/O relay with a short way for short frames, as server/sockets/incoming.py has it.

A peer cannot import the server, so the few lines stand here again. A stream that leaves the short
way (a frame that is long, odd, or cut in two) is the protocol's from there on: the load has none.
"""

import uvloop
from websockets.speedups import apply_mask
from websockets_sansio import Relay, serve

PLAIN = 0x82
"""The last frame of a binary message, and the only one."""

MASKED = 0x80
SHORT = 125
HEADER = 6


class CuttingRelay(Relay):
    """Takes whole short messages out of the stream before the protocol sees them."""

    is_short_way = True

    def data_received(self, data):
        """Short messages that come first, then all else."""
        if self.is_short_way and self.room:
            data = self.cut(data)
            self.is_short_way = not data
        if data:
            self.feed(data)

    def cut(self, data):
        """Relay the short messages at the beginning; the bytes after them."""
        position, end = 0, len(data)
        while end - position > HEADER and data[position] == PLAIN:
            length = data[position + 1] - MASKED
            body = position + HEADER
            if not 0 <= length <= SHORT or body + length > end:
                break
            position = body + length
            self.relay(apply_mask(data[body:position], data[body - 4 : body]))
        return data[position:]


if __name__ == "__main__":
    uvloop.run(serve(CuttingRelay))
