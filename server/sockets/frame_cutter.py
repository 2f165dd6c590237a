"""Incoming bytes as frames: whole short messages are taken out at once, the rest is the protocol's.

A cursor is some eighty bytes in one frame, a delta some hundreds. `websockets`' parser takes 5 us
for each, this one takes 1; everything else (long, fragmented, control, wrong) is left to it.
See docs/decisions/0011-a-short-way-for-short-frames.md.
"""

try:
    from websockets.speedups import apply_mask
except ImportError:  # no compiler built it here
    from websockets.utils import apply_mask

MASKED = 0x80
LENGTH_IN_TWO = 126
"""This in the second byte: the length is in the two that follow (RFC 6455, 5.2)."""

SHORTEST_FRAME = 6
"""Two bytes, the mask, and nothing."""

LONGEST_HEADER = 8
"""Of a short message, with the length in two bytes."""

SHORT = 4_096
"""The longest payload that goes the short way: below every bound there is for a message."""


class FrameCutter:
    """Knows where frames begin, so that the protocol gets whole ones, or one in order.

    `plain`: the first byte of a message in one frame. A frame with another one is the protocol's.
    """

    __slots__ = {  # name -> what it holds
        "_incomplete": "the beginning of a header whose rest has not come",
        "_owed": "bytes still to come of a frame that is the protocol's",
        "_plain": "the first byte of a message in one frame",
        "is_in_fragments": "a message comes in fragments: until it ends the protocol sees all",
    }

    def __init__(self, plain: int) -> None:
        self.is_in_fragments = False
        self._plain = plain
        self._incomplete = b""
        self._owed = 0

    @property
    def is_at_start(self) -> bool:
        """Whether a message begins with the next byte."""
        return not (self._incomplete or self._owed or self.is_in_fragments)

    def cut(self, data: bytes) -> tuple[list[bytes], bytes]:
        """Payloads of the short messages that come first, and the bytes after them."""
        if self._incomplete:
            data, self._incomplete = self._incomplete + data, b""
        if self._owed or self.is_in_fragments:
            return [], self._for_protocol(data, 0)
        payloads: list[bytes] = []
        position, end = 0, len(data)
        while end - position >= SHORTEST_FRAME and data[position] == self._plain:
            code, mask = data[position + 1], position + 2
            if MASKED <= code < MASKED | LENGTH_IN_TWO:
                length = code - MASKED
            elif code == MASKED | LENGTH_IN_TWO and end - position >= SHORTEST_FRAME + 2:
                length, mask = data[mask] << 8 | data[mask + 1], mask + 2
            else:
                break
            body = mask + 4
            if length > SHORT or body + length > end:
                break
            position = body + length
            payloads.append(apply_mask(data[body:position], data[mask:body]))
        if position == end:
            return payloads, b""
        return payloads, self._for_protocol(data, position)

    def give_back(self) -> bytes:
        """The bytes that wait for the rest of a frame, for one who will cut no more."""
        bytes_before, self._incomplete = self._incomplete, b""
        return bytes_before

    def _for_protocol(self, data: bytes, start: int) -> bytes:
        """All from `start`, but an incomplete header, which waits for its rest."""
        position = start + self._owed
        self._owed = 0
        while position < len(data):
            size = _frame_size(data, position)
            if size is None:
                self._incomplete = data[position:]
                return data[start:position]
            position += size
        self._owed = position - len(data)
        return data[start:]


def only_payload(data: bytes, plain: int) -> bytes | None:
    """That of the message, if `data` is a short one and nothing else; None: see `FrameCutter`."""
    size = len(data)
    if size < LONGEST_HEADER or data[0] != plain:
        return None
    length = data[1] - MASKED
    if length == size - 6 and length < LENGTH_IN_TWO:
        return apply_mask(data[6:], data[2:6])
    if length == LENGTH_IN_TWO and (data[2] << 8 | data[3]) == size - 8 <= SHORT:
        return apply_mask(data[8:], data[4:8])
    return None


def _frame_size(data: bytes, at: int) -> int | None:
    """Header and payload; None: not enough of the header is there."""
    if len(data) < at + 2:
        return None
    length = data[at + 1] & 0x7F
    more = {126: 2, 127: 8}.get(length, 0)
    if len(data) < at + 2 + more:
        return None
    if more:
        length = int.from_bytes(data[at + 2 : at + 2 + more], "big")
    mask = 4 if data[at + 1] & MASKED else 0
    return 2 + more + mask + length
