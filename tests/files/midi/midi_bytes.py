"""MIDI files made byte by byte, so that a test says what is in them."""

import struct


def number(value: int) -> bytes:
    """As MIDI writes a number: seven bits a byte, the last one without the upper bit."""
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.insert(0, value & 0x7F | 0x80)
    return bytes(digits)


def meta(delta: int, kind: int, data: bytes | str) -> bytes:
    content = data.encode() if isinstance(data, str) else data
    return number(delta) + bytes([0xFF, kind]) + number(len(content)) + content


def message(delta: int, *data: int) -> bytes:
    """A message with its status byte, or (running) without."""
    return number(delta) + bytes(data)


def name(text: str) -> bytes:
    return meta(0, 3, text)


def tempo(delta: int, microseconds: int) -> bytes:
    return meta(delta, 0x51, microseconds.to_bytes(3, "big"))


def chunk(content: bytes, kind: bytes = b"MTrk", size: int | None = None) -> bytes:
    return kind + struct.pack(">I", len(content) if size is None else size) + content


def track(*events: bytes, end: int = 0) -> bytes:
    return chunk(b"".join(events) + meta(end, 0x2F, b""))


def midi(*chunks: bytes, form: int = 1, division: int = 96, announced: int | None = None) -> bytes:
    count = len(chunks) if announced is None else announced
    return chunk(struct.pack(">HHH", form, count, division), b"MThd") + b"".join(chunks)


def note(delta: int, length: int, key: int = 60, channel: int = 0, velocity: int = 127) -> bytes:
    on, off = (
        message(delta, 0x90 | channel, key, velocity),
        message(length, 0x80 | channel, key, 64),
    )
    return on + off
