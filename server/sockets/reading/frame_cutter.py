"""Where frames begin and end: whole short messages are cut out, past the protocol.

`websockets`' parser takes 5 us for each, this takes 1; everything else (long, fragmented, control,
wrong) is left to it. See docs/decisions/0011-a-short-way-for-short-frames.md.
"""

try:
    from websockets.speedups import apply_mask as apply_mask
except ImportError:  # no compiler built it here
    from websockets.utils import apply_mask as apply_mask

MASKED = 0x80
LENGTH_IN_TWO = 126
"""This in the second byte: the length is in the two that follow (RFC 6455, 5.2)."""

SHORTEST_FRAME = 6
"""Two bytes, the mask, and nothing."""

OF_A_MESSAGE = 0x88
LAST_OF_A_MESSAGE = 0x80
"""These bits of the first byte say whether a frame is the last of a message: it is final, and no
control frame."""

SHORT = 4_096
"""The longest payload that goes the short way: below every bound there is for a message."""

FRAMES_AT_ONCE = 8
"""How many frames are dealt with before the clock is looked at."""


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

    def completed(self, data: bytes) -> bytes:
        """A read, behind the beginning of a header that came with the last one."""
        if self._incomplete:
            data, self._incomplete = self._incomplete + data, b""
        return data

    def cut(
        self, data: bytes, position: int, *, one_message: bool = False
    ) -> tuple[list[bytes], bytes, int]:
        """Of the next few frames: payloads of short messages, and behind them what is the
        protocol's; and where the frames after them begin.

        `one_message`: nothing behind the first frame that may end one.
        """
        payloads: list[bytes] = []
        if self._owed or self.is_in_fragments:
            return payloads, *self._for_protocol(data, position, FRAMES_AT_ONCE, one_message)
        end, most = len(data), 1 if one_message else FRAMES_AT_ONCE
        while (
            end - position >= SHORTEST_FRAME
            and data[position] == self._plain
            and len(payloads) < most
        ):
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
        if position == end or len(payloads) == most:
            return payloads, b"", position
        frames = FRAMES_AT_ONCE - len(payloads)
        return payloads, *self._for_protocol(data, position, frames, one_message)

    def _for_protocol(
        self, data: bytes, start: int, frames: int, one_message: bool
    ) -> tuple[bytes, int]:
        """So many frames, and where the next begins; an incomplete header waits for its rest."""
        position, end = start + self._owed, len(data)
        if one_message and self._owed:
            frames = 0  # what that frame was is not known any more
        self._owed = 0
        while position < end and frames:
            size = _frame_size(data, position)
            if size is None:
                self._incomplete = data[position:]
                return data[start:position], end
            is_last = one_message and data[position] & OF_A_MESSAGE == LAST_OF_A_MESSAGE
            position += size
            frames = 0 if is_last else frames - 1
        self._owed = max(0, position - end)
        return data[start:position], min(position, end)


def _frame_size(data: bytes, at: int) -> int | None:
    """Header and payload; None: not enough of the header is there."""
    if len(data) < at + 2:
        return None
    length = data[at + 1] & 0x7F
    length_bytes = {126: 2, 127: 8}.get(length, 0)
    if len(data) < at + 2 + length_bytes:
        return None
    if length_bytes:
        length = int.from_bytes(data[at + 2 : at + 2 + length_bytes], "big")
    mask = 4 if data[at + 1] & MASKED else 0
    return 2 + length_bytes + mask + length
