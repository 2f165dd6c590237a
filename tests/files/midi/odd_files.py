"""Odd MIDI files, made by a seed: whatever the format allows, what programs write, and damage."""

import random
import struct

from tests.files.helpers.mutations import WHOLE
from tests.files.midi.midi_bytes import chunk, meta, midi, number, tempo

NAMES = (
    b"Lead", b"Bass\0\0", b" \r\n", b"", b"x" * 300, "Größe ♪".encode(), "Größe".encode("latin-1"),
    b"\x80\x93smart\x94", b"\xff\xfe" + "Flöte \U0001f3b5".encode("utf-16-le"),
    b"\xfe\xff" + "Fl\u0131te".encode("utf-16-be"), b"\xff\xfeodd", b"\xef\xbb\xbfmarked",
    b"tab\tin\nlines", b"bell\x07", "\u202eturned".encode(), "\u2067closed\u2069".encode(),
    "\u202a".encode() + b"y" * 255 + "\u202c".encode(), "\U0001f3b5".encode() * 300,
    "\ufffe\uffff".encode(), b"__proto__", b"constructor", b"<script>alert(1)</script>",
)  # fmt: skip
"""As texts of a file have them."""

DIVISIONS = (96, 96, 480, 1, 7, 128, 960, 32_767, 0xE728, 0xE350, 0xE202, 0x8001, 0xFFFF)

META = (0x00, 0x01, 0x02, 0x08, 0x09, 0x20, 0x21, 0x51, 0x54, 0x58, 0x59, 0x60, 0x7F)


def odd_file(seed: int) -> bytes:
    """The file that this seed stands for."""
    rng = random.Random(f"odd MIDI {seed}")
    content = _whole(rng)
    if rng.random() < 0.3:
        content = rng.choice(WHOLE)(rng, content)
    if rng.random() < 0.1:
        odd = rng.choice((b"", b"\0"))
        inside = b"RMIDinfo\1\0\0\0." + odd + b"data" + struct.pack("<I", len(content)) + content
        content = b"RIFF\0\0\0\0" + inside
    return content


def _whole(rng: random.Random) -> bytes:
    tracks = [_track(rng) for _ in range(rng.choice((1, 1, 2, 3, 5)))]
    if rng.random() < 0.1:
        tracks.insert(rng.randrange(len(tracks) + 1), chunk(b"abc", b"XFIH"))
    division = rng.choice(DIVISIONS)
    announced = rng.choice((None, None, None, 0, 9, 65_535))
    form = rng.choice((0, 1, 1, 1, 2, 3))
    return midi(*tracks, form=form, division=division, announced=announced)


def _track(rng: random.Random) -> bytes:
    channels = rng.sample(range(16), rng.choice((1, 1, 2)))
    keys = rng.sample(range(128), 3)
    events = [_event(rng, rng.choice(channels), keys) for _ in range(rng.choice((0, 1, 5, 40)))]
    if rng.random() < 0.6:
        events.insert(0, meta(0, rng.choice((3, 3, 4)), rng.choice(NAMES)))
    content = b"".join(events)
    if rng.random() < 0.9:
        content += meta(rng.choice((0, 96)), 0x2F, b"")
    size = rng.choice((None, None, None, None, None, None, None, 1 << 30, 3))
    return chunk(content, size=size)


def _event(rng: random.Random, channel: int, keys: list[int]) -> bytes:
    [make] = rng.choices(list(_MAKERS), list(_MAKERS.values()))
    return number(_delta(rng)) + make(rng, channel, keys)


def _delta(rng: random.Random) -> int:
    return rng.choice((0, 0, 1, 7, 24, 96, 96, rng.randrange(1_000), rng.choice((50_000, 1 << 27))))


def _note_on(rng: random.Random, channel: int, keys: list[int]) -> bytes:
    return bytes([0x90 | channel, rng.choice(keys), rng.choice((0, 1, 64, 100, 127))])


def _note_off(rng: random.Random, channel: int, keys: list[int]) -> bytes:
    return bytes([0x80 | channel, rng.choice(keys), rng.randrange(128)])


def _running(rng: random.Random, _channel: int, keys: list[int]) -> bytes:
    return bytes([rng.choice(keys), rng.choice((0, 90))])


def _controller(rng: random.Random, channel: int, _keys: list[int]) -> bytes:
    controller = rng.choice((7, 7, 10, 10, 0, 32, 1, 64, 98, 119, 120, 121, 123))
    return bytes([0xB0 | channel, controller, rng.choice((0, 50, 63, 64, 65, 100, 127))])


def _program(rng: random.Random, channel: int, _keys: list[int]) -> bytes:
    return bytes([0xC0 | channel, rng.choice((0, 5, 127))])


def _meta(rng: random.Random, _channel: int, _keys: list[int]) -> bytes:
    kind = rng.choice(META)
    data = bytes(rng.choice((0, 1, 2, 3, 4, 5, 29, 59, 96, 255)) for _ in range(rng.randrange(7)))
    return meta(0, kind, data)[1:]


def _text(rng: random.Random, _channel: int, _keys: list[int]) -> bytes:
    return meta(0, rng.choice((1, 5, 5, 6, 6, 7)), rng.choice(NAMES))[1:]


def _tempo(rng: random.Random, _channel: int, _keys: list[int]) -> bytes:
    microseconds = rng.choice((500_000, 600_000, 468_750, 1, 0xFFFFFF, rng.randrange(1, 1 << 24)))
    return tempo(0, microseconds)[1:]


def _signature(rng: random.Random, _channel: int, _keys: list[int]) -> bytes:
    upper, power = rng.choice((3, 4, 7, 0, 65)), rng.choice((2, 3, 5, 6))
    return meta(0, 0x58, bytes([upper, power, 24, 8]))[1:]


def _key(rng: random.Random, _channel: int, _keys: list[int]) -> bytes:
    return meta(0, 0x59, bytes([rng.choice((0, 3, 0xFD, 0xF8)), rng.choice((0, 1))]))[1:]


def _other(rng: random.Random, channel: int, _keys: list[int]) -> bytes:
    return rng.choice(
        (
            bytes([0xE0 | channel, 0, 65]),
            bytes([0xD0 | channel, 9]),
            bytes([0xA0 | channel, 60, 9]),
            b"\xf0\x03\x7e\x7f\xf7",
            b"\xf7\x00",
        )
    )


_MAKERS = {
    _note_on: 12, _note_off: 9, _running: 6, _controller: 4, _program: 2, _meta: 2, _text: 2,
    _tempo: 1, _signature: 1, _key: 1, _other: 1,
}  # fmt: skip
"""What makes an event, and how often."""
