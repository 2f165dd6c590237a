"""Frames of a server as bytes: whole messages, which are not masked (RFC 6455, 5.2)."""

FINAL = 0x80
"""The bit of a frame's first byte that says that no other follows with the rest."""


def frame_header(first_byte: int, payload: bytes) -> bytes:
    """What stands before the payload of a whole message."""
    length = len(payload)
    if length < 126:
        return bytes((first_byte, length))
    if length < 65_536:
        return bytes((first_byte, 126, length >> 8, length & 0xFF))
    return bytes((first_byte, 127)) + length.to_bytes(8, "big")


def payload_of(frame: bytes) -> bytes:
    """What is in a frame of a server."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]
