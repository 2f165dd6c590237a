"""Writing MIDI files of format 1: tempo map, signatures, markers, and the notes as they sound.

What MIDI cannot hold is counted by collection and property, and told.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from files.broken_song import BrokenSong
from files.losses import Loss, Losses
from files.midi.events import Event
from files.midi.export_automation import Automation
from files.midi.export_channels import Channels
from files.midi.export_conductor import conductor
from files.midi.export_losses import count_losses
from files.midi.midi_file import MAX_TRACKS, midi_file_bytes
from files.midi.midi_values import (
    BANK,
    BANK_FINE,
    CENTRE,
    LOUDEST,
    PAN,
    USUAL_VOLUME,
    VOLUME,
    pan_value,
    volume_of,
    volume_value,
)
from files.music.sounding_notes import NEAR, ArrangedNotes, TooMuch
from files.readable_state import Entity, State
from files.whole_file import write_whole

DIVISIONS = (960, 384, 1024, 220, 1000, 1920, 768, 2520, 3840, 15_360, 30_720)
"""Ticks of a beat: the first that all times are whole in, so that what came from MIDI is exact."""

MAX_NOTES = 500_000

MAX_BANK = 1 << 14
_WHOLE = 0.02
"""Ticks by which a time may be off: states keep a millionth of a beat."""
_Timed = tuple[int, int, int, int, Entity]
"""When a note begins and ends in ticks, its channel, its key, and itself."""

_ORDER = {"note_off": 0, "program_change": 2, "note_on": 3}
"""At one tick: ends, controllers (1), programs, beginnings."""


class TooManyTracks(Exception):
    """The head of a file cannot announce as many as hold notes."""


def write_midi(path: Path, state: State) -> list[Loss]:
    """Write the file, whole or not at all; what it could not hold, most frequent first."""
    try:
        content, losses = midi(state)
    except TooMuch:
        why = f"more than {MAX_NOTES:,} notes are heard: shorten the loops"
        raise BrokenSong(path, "", why) from None
    except TooManyTracks:
        why = f"more than {MAX_TRACKS - 1:,} tracks hold notes: MIDI counts no further"
        raise BrokenSong(path, "", why) from None
    write_whole(path, content)
    return losses.losses


def midi(state: State) -> tuple[bytes, Losses]:
    """The file's bytes, and what is not in it; raises `TooMuch` and `TooManyTracks`."""
    losses = Losses(state)
    division = _division(state)
    writer = _Writer(state, division, losses)
    tracks = [conductor(state, division, losses), *writer.tracks()]
    if len(tracks) > MAX_TRACKS:
        raise TooManyTracks
    count_losses(state, losses, writer.cut_off_count)
    return midi_file_bytes(tracks, division), losses


def _division(state: State) -> int:
    times = {_float(clip["time"]) for clip in state["clips"].values()}
    for note in state["notes"].values():
        times |= {_float(note["time"]), _float(note["duration"])}
    for division in DIVISIONS:
        if all(abs(time * division - round(time * division)) < _WHOLE for time in times):
            return division
    return DIVISIONS[0]


class _Writer:
    def __init__(self, state: State, division: int, losses: Losses) -> None:
        self._state = state
        self._division = division
        self._losses = losses
        self._arranged = ArrangedNotes(state, MAX_NOTES)
        self._clips: dict[str, list[str]] = defaultdict(list)
        for clip_id, clip in state["clips"].items():
            self._clips[str(clip["track"])].append(clip_id)
        self._channels = Channels(state, losses)
        self._automation = Automation(state, losses)

    def _ticks(self, beats: float) -> int:
        return round(beats * self._division)

    @property
    def cut_off_count(self) -> int:
        """Notes that begin before the edge of their clip."""
        return self._arranged.cut_off_count

    def tracks(self) -> Iterator[list[Event]]:
        """One for each track that holds notes, in the order of the song."""
        for track_id in _in_order(self._state):
            track = self._state["tracks"][track_id]
            content = track["content"]
            assert isinstance(content, list | tuple)
            if "notes" in content:
                yield self._track(track_id, track)

    def _track(self, track_id: str, track: Entity) -> list[Event]:
        channel = self._channels.of(track_id)
        timed = [*self._strip(track_id, track, channel), *self._notes(track_id, channel)]
        timed.sort(key=lambda event: (event.tick, _ORDER.get(event.kind, 1)))
        name_events = [Event(0, "track_name", text=str(track["name"]))]
        device = self._channels.device_of(track_id)
        if device is not None and device["name"]:
            name_events.append(Event(0, "instrument_name", text=str(device["name"])))
        return [*name_events, *timed]

    # The strip.

    def _strip(self, track_id: str, track: Entity, channel: int) -> Iterator[Event]:
        strip = self._state["channels"].get(str(track["channel"]))
        yield from _program(self._channels.device_of(track_id), channel)
        if strip is None:
            return
        volume, pan = _float(strip["volume"]), _float(strip["pan"])
        moves = self._automation.of(str(track["channel"]))
        for controller, level, usual in (
            (VOLUME, volume_value(volume), USUAL_VOLUME),
            (PAN, pan_value(pan), CENTRE),
        ):
            tick_values = [(self._ticks(beat), value) for beat, value in moves.get(controller, [])]
            if not tick_values or tick_values[0][0] > 0:
                tick_values.insert(0, (0, level))
            if len(tick_values) > 1 or level != usual:
                for tick, value in tick_values:
                    yield Event(tick, "control_change", channel, controller, value)
        if volume > volume_of(LOUDEST) + NEAR:
            loss_text = "volumes above 1.61, the loudest of MIDI, were made as loud as that"
            self._losses.note("channels", "volume", loss_text, strip)

    # Notes.

    def _notes(self, track_id: str, channel: int) -> Iterator[Event]:
        end_ticks: dict[tuple[int, int], int] = {}
        for start, end, note_channel, key, note in sorted(
            self._heard_notes(track_id, channel), key=_sort_key
        ):
            if end < end_ticks.get((note_channel, key), 0):
                why = "notes inside another of their key: MIDI changes the ends over"
                self._losses.note("notes", "duration", why, note)
            end_ticks[note_channel, key] = max(end, end_ticks.get((note_channel, key), 0))
            velocity = max(1, round(_float(note["vel"]) * 127))
            yield Event(start, "note_on", note_channel, key, velocity)
            yield Event(end, "note_off", note_channel, key, round(_float(note["rel"]) * 127))

    def _heard_notes(self, track_id: str, channel: int) -> Iterator[_Timed]:
        """Notes in ticks; those with a channel of their own keep it."""
        for clip_id in self._clips.get(track_id, ()):
            clip = self._state["clips"][clip_id]
            if clip["kind"] != "notes" or clip["slot"] is not None or not self._is_written(clip):
                continue
            for heard_note in self._arranged.notes_of(clip, clip_id):
                start = self._ticks(heard_note.time)
                end = max(start + 1, self._ticks(heard_note.time + heard_note.duration))
                note = heard_note.note
                note_channel = int(_float(note["ch"])) or channel
                yield start, end, note_channel, int(_float(note["key"])), note
                if note["pan"] != 0.5:
                    self._losses.note("notes", "pan", "pans of notes", note)

    def _is_written(self, clip: Entity) -> bool:
        if not clip["enable"]:
            self._losses.note("clips", "enable", "clips that are off", clip)
        elif clip["contentTimeUnit"] != "beats":
            self._losses.note("clips", "contentTimeUnit", "clips of notes timed in seconds", clip)
        else:
            return True
        return False


def _sort_key(timed: _Timed) -> tuple[int, int, int, int]:
    return timed[:4]


def _in_order(state: State) -> Iterator[str]:
    """The tracks as they are seen: each before what is inside of it."""
    children_by_parent: dict[str | None, list[tuple[str, str]]] = defaultdict(list)
    for track_id, track in state["tracks"].items():
        parent = track["parent"] if track["parent"] in state["tracks"] else None
        children_by_parent[None if parent is None else str(parent)].append(
            (str(track["order"]), track_id)
        )
    pending = sorted(children_by_parent[None], reverse=True)
    while pending:
        _, track_id = pending.pop()
        yield track_id
        pending += sorted(children_by_parent.get(track_id, ()), reverse=True)


def _program(device: Entity | None, channel: int) -> Iterator[Event]:
    program, bank = _param(device, "program"), _param(device, "bank")
    if program is None:
        return
    if bank:
        yield Event(0, "control_change", channel, BANK, bank >> 7)
        yield Event(0, "control_change", channel, BANK_FINE, bank & 0x7F)
    yield Event(0, "program_change", channel, value=program & 0x7F)


def _param(device: Entity | None, name: str) -> int | None:
    params = {} if device is None else device["params"]
    value = params.get(name) if isinstance(params, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value < MAX_BANK else None


def _float(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
