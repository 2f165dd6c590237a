"""Bytes of standard MIDI files into events with their ticks, and back.

`mido` knows what each message is. A track that is damaged is read as far as it goes. Texts are
UTF-8, UTF-16 where its mark says so, or else Latin-1.
"""

import codecs
import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from mido import Message, MetaMessage, MidiFile, MidiTrack  # type: ignore[import-untyped]
from mido.midifiles.meta import build_meta_message  # type: ignore[import-untyped]

from files.broken_song import BrokenSong
from files.midi.events import Event, MidiEvents, MidiTrackEvents

MAX_EVENTS = 1_000_000
"""Of a file that is read: five times the entities of the largest project."""

MAX_DELTA = 0x0FFF_FFFF
"""Ticks from one event to the next: four times seven bits."""

MAX_TRACKS = 65_535
"""As many as the head of a file can announce."""

_NUMBERS = {
    "note_on": ("note", "velocity"),
    "note_off": ("note", "velocity"),
    "control_change": ("control", "value"),
    "program_change": ("", "program"),
    "polytouch": ("note", "value"),
    "aftertouch": ("", "value"),
    "pitchwheel": ("", "pitch"),
    "set_tempo": ("", "tempo"),
    "time_signature": ("numerator", "denominator"),
}
"""What an event's `number` and `value` are in the words of mido."""

_TEXTS = {
    "track_name": "name",
    "instrument_name": "name",
    "marker": "text",
    "cue_marker": "text",
    "lyrics": "text",
    "text": "text",
    "copyright": "text",
    "key_signature": "key",
}
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_META = frozenset({*_TEXTS, "set_tempo", "time_signature"})


_TIME_SIGNATURE = 0x58
_LARGEST_POWER = 8
"""Of two, as the lower number of a time signature; mido calls some of those above invalid."""


class _Damage(Exception):
    """Why a track cannot be read on."""


def read_events(path: Path, content: bytes) -> MidiEvents:
    """All that can be read of a file; raises `BrokenSong` where its head cannot."""
    content = _out_of_riff(content)
    if len(content) < 14 or not content.startswith(b"MThd"):
        raise BrokenSong(path, "its head", "ends too early: the file was cut off")
    size, form, announced_count, division = struct.unpack(">IHHH", content[4:14])
    midi = _division(path, MidiEvents(form, announced=announced_count), division)
    events_left = MAX_EVENTS
    for body, is_whole in _tracks_in(content, 8 + max(size, 6)):
        track = _read_track(body, events_left, is_whole=is_whole)
        events_left -= len(track.events) + track.skipped
        if events_left <= 0:
            raise BrokenSong(path, "", f"holds more than {MAX_EVENTS:,} events: split it")
        if len(midi.tracks) == MAX_TRACKS:
            raise BrokenSong(path, "", f"holds more than {MAX_TRACKS:,} tracks")
        midi.tracks.append(track)
    if not midi.tracks:
        raise BrokenSong(path, "", "holds no track: the file was cut off, or of another kind")
    return midi


def _tracks_in(content: bytes, at: int) -> Iterator[tuple[bytes, bool]]:
    """The bytes of each track, and whether all of them are there.

    A chunk that leads beyond the end of the file has a wrong size, or the file was cut off: the
    next track begins where its name stands.
    """
    while at + 8 <= len(content):
        end = at + 8 + int.from_bytes(content[at + 4 : at + 8], "big")
        is_whole = end <= len(content)
        if not is_whole:
            next_chunk = content.find(b"MTrk", at + 8)
            end = len(content) if next_chunk < 0 else next_chunk
        if content.startswith(b"MTrk", at):
            yield content[at + 8 : end], is_whole
        at = end


def _out_of_riff(content: bytes) -> bytes:
    """Some files lie inside of a RIFF file, in its `data`."""
    if not content.startswith(b"RIFF"):
        return content
    at = 12
    while at + 8 <= len(content):
        size = int.from_bytes(content[at + 4 : at + 8], "little")
        if content[at : at + 4] == b"data":
            return content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return b""


def _division(path: Path, midi: MidiEvents, division: int) -> MidiEvents:
    if division & 0x8000:
        frames = 256 - (division >> 8)
        per_second = 30 / 1.001 if frames == 29 else float(frames)
        midi.ticks_per_second = per_second * (division & 0xFF)
    else:
        midi.ticks_per_beat = division
    if not midi.ticks_per_beat and not midi.ticks_per_second:
        raise BrokenSong(path, "its head", "says that a beat has 0 ticks: no time can be told")
    return midi


class _Bytes:
    """The bytes of one track, from where it has been read to."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.position = 0

    def take(self, count: int) -> bytes:
        bytes_taken = self.content[self.position : self.position + count]
        if len(bytes_taken) < count:
            raise _Damage("it ends too early")
        self.position += count
        return bytes_taken

    def number(self) -> int:
        """Of up to four times seven bits."""
        value = 0
        for _ in range(4):
            (byte,) = self.take(1)
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise _Damage("a number is too long")


def _read_track(body: bytes, most: int, *, is_whole: bool) -> MidiTrackEvents:
    source = _Bytes(body)
    track = MidiTrackEvents([], 0)
    running = 0
    try:
        while source.position < len(body) and len(track.events) + track.skipped < most:
            track.end += source.number()
            status = source.content[source.position] if source.position < len(body) else 0
            if status >= 0x80:
                source.position += 1
                # What is of no channel ends the running status by the book; many write on.
                running = status if status < 0xF0 else running
            message = _message(source, status if status >= 0x80 else running)
            if message is None:
                track.skipped += 1
            elif message.type == "end_of_track":
                return track
            else:
                track.events.append(_event(track.end, message))
        if not is_whole:
            raise _Damage("the file was cut off")
    except _Damage as damage:
        track.damage = f"byte {source.position}: {damage}"
    return track


def _message(source: _Bytes, status: int) -> Message | MetaMessage | None:
    """The next message; None if its bytes say nothing valid, and the next can still be found."""
    if 0x80 <= status < 0xF0:
        data = source.take(1 if status & 0xE0 == 0xC0 else 2)
        if max(data) > 0x7F:
            raise _Damage("a status byte inside of a message")
        return Message.from_bytes([status, *data])
    if status == 0xFF:
        (kind,) = source.take(1)
        return _meta(kind, source.take(source.number()))
    if status in (0xF0, 0xF7):
        source.take(source.number())
        return Message("sysex")
    raise _Damage("data without a status byte" if not status else f"status byte {status:#x}")


def _meta(kind: int, data: bytes) -> MetaMessage | None:
    numbers = list(data)
    if kind == _TIME_SIGNATURE and len(numbers) > 1:
        numbers[1] = min(numbers[1], _LARGEST_POWER)
    try:
        message = build_meta_message(kind, numbers)
    except Exception:  # mido lets several kinds of exception through, one per way of being damaged
        return None
    is_timeless = message.type == "set_tempo" and message.tempo == 0
    return None if is_timeless else message


def _event(tick: int, message: Message | MetaMessage) -> Event:
    number, value = _NUMBERS.get(message.type, ("", ""))
    text = getattr(message, _TEXTS.get(message.type, ""), "")
    return Event(
        tick,
        message.type,
        -1 if message.is_meta else getattr(message, "channel", -1),
        getattr(message, number, 0) if number else 0,
        getattr(message, value, 0) if value else 0,
        _decoded(text) if text else "",
    )


def _decoded(text: str) -> str:
    """Some programs fill texts up with zeros, and end lyrics with the ends of lines."""
    content = text.encode("latin-1")
    with suppress(UnicodeError):
        text = content.decode("utf-16" if content.startswith(_UTF_16_MARKS) else "utf-8-sig")
    return text.strip("\0 \t\r\n")


# Writing.


def midi_file_bytes(tracks: Iterable[Sequence[Event]], ticks_per_beat: int) -> bytes:
    """The bytes of a file of format 1; the events of a track come in the order given."""
    midi = MidiFile(type=1, ticks_per_beat=ticks_per_beat, charset="utf-8")
    for events in tracks:
        track = MidiTrack()
        at = 0
        for event in events:
            for _ in range((event.tick - at - 1) // MAX_DELTA):
                track.append(MetaMessage("text", text="", time=MAX_DELTA))  # says nothing
                at += MAX_DELTA
            track.append(_written(event, event.tick - at))
            at = event.tick
        midi.tracks.append(track)
    file = io.BytesIO()
    midi.save(file=file)
    return file.getvalue()


def _written(event: Event, delta: int) -> Message | MetaMessage:
    names = _NUMBERS.get(event.kind, ("", ""))
    values: dict[str, int | str] = {
        name: value for name, value in zip(names, (event.number, event.value), strict=True) if name
    }
    if event.kind in _TEXTS:
        values[_TEXTS[event.kind]] = event.text
    if event.kind in _META:
        return MetaMessage(event.kind, time=delta, **values)
    return Message(event.kind, channel=event.channel, time=delta, **values)
