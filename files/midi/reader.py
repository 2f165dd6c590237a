"""Reading MIDI files (.mid): formats 0, 1 and 2, times in beats or in parts of a second.

Every channel of every track becomes a track with one clip; volume (7) and pan (10) become its
strip and its automation, the program an instrument of the format `midi`.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from files.bounded.xml_input import read_bytes
from files.imported_song import Song
from files.midi.channel_parts import ChannelPart, PartNote, lost_controllers, parts_of, steps
from files.midi.events import Event, MidiEvents, MidiTrackEvents
from files.midi.midi_file import read_events
from files.midi.midi_values import (
    BANK,
    BANK_FINE,
    CENTRE,
    DRUMS,
    PAN,
    PROGRAMS,
    USUAL_VOLUME,
    VOLUME,
    pan_of,
    volume_of,
)
from schema.entities import MASTER_CHANNEL

_USUAL_TEMPO = 500_000
NEVER = 1 << 62
"""A tick after all others."""

_MARKERS = frozenset({"marker", "cue_marker", "lyrics"})
_SAID_OF_ALL = frozenset(
    {"track_name", "instrument_name", "set_tempo", "time_signature", "key_signature"}
)
_SAYS_NOTHING = frozenset({"end_of_track", "midi_port", "channel_prefix", "sequence_number"})
_NAMES = {
    "sysex": "system exclusive messages",
    "text": "texts",
    "copyright": "copyright notices",
    "smpte_offset": "offsets in SMPTE time",
    "device_name": "names of devices",
    "sequencer_specific": "events of single programs",
    "unknown_meta": "events of unknown kinds",
}


def read_midi(path: Path) -> Song:
    """The song in this file; raises `BrokenSong`."""
    content = read_bytes(path)
    return _SongReader(path, content, read_events(path, content)).read()


class _SongReader:
    def __init__(self, path: Path, content: bytes, midi: MidiEvents) -> None:
        self._midi = midi
        self._name = path.stem
        self.song = Song(self._name, source=path, content=content)
        events = [event for track in midi.tracks for event in track.events]
        self.song.file_counts = dict(Counter(event.kind for event in events))
        # What is told of the song as a whole, wherever it stands, by time.
        self._common = sorted(
            (event for event in events if event.channel < 0), key=lambda event: event.tick
        )
        self._beat = self._beats()

    def _beats(self) -> Callable[[int], float]:
        """Ticks to beats; where ticks are parts of a second, by the file's own tempos."""
        midi = self._midi
        if midi.ticks_per_beat:
            return lambda tick: round(tick / midi.ticks_per_beat, 6)
        seconds, beats, per_second = [0.0], [0.0], [1_000_000 / _USUAL_TEMPO]
        for event in self._last_at_each_tick("set_tempo"):
            at = event.tick / midi.ticks_per_second
            beats.append(beats[-1] + (at - seconds[-1]) * per_second[-1])
            seconds.append(at)
            per_second.append(1_000_000 / event.value)

        def beat_at(tick: int) -> float:
            at = tick / midi.ticks_per_second
            index = bisect_right(seconds, at) - 1
            return round(beats[index] + (at - seconds[index]) * per_second[index], 6)

        return beat_at

    def _last_at_each_tick(self, kind: str) -> list[Event]:
        return list({event.tick: event for event in self._common if event.kind == kind}.values())

    def read(self) -> Song:
        self._tell_of_the_file()
        for event in self._last_at_each_tick("set_tempo"):
            self.song.add_tempo(self._beat(event.tick), _beats_a_minute(event.value))
        for event in self._last_at_each_tick("time_signature"):
            self.song.add_signature(self._beat(event.tick), event.number, event.value)
        self._read_key()
        for event in self._common:
            if event.kind in _MARKERS and event.text:
                self.song.add("markers", time=self._beat(event.tick), name=event.text)
                if event.kind == "lyrics":
                    self.song.lost("lyrics became markers", item=event.text)
        for number, track in enumerate(self._midi.tracks):
            self._read_track(number, track)
        return self.song

    # The file as a whole.

    def _tell_of_the_file(self) -> None:
        report_loss, midi = self.song.lost, self._midi
        missing_count = midi.announced - len(midi.tracks)
        report_loss("tracks that the file announces and does not hold", max(missing_count, 0))
        if midi.format_number > 1:
            report_loss(
                "sequences of their own (format 2) were laid side by side", len(midi.tracks)
            )
        for number, track in enumerate(midi.tracks, 1):
            if track.damage:
                loss_text = "damaged tracks were read as far as they go"
                report_loss(loss_text, item=f"track {number}, {track.damage}")
            report_loss("events that say nothing valid", track.skipped, f"track {number}")
            self._tell_of_texts(number, track)

    def _tell_of_texts(self, number: int, track: MidiTrackEvents) -> None:
        known_texts = _MARKERS | _SAID_OF_ALL | _SAYS_NOTHING
        for event in track.events:
            says_nothing = event.kind in known_texts or (event.kind == "text" and not event.text)
            if event.channel < 0 and not says_nothing:
                item = event.text or f"track {number}"
                self.song.lost(_NAMES.get(event.kind, event.kind), item=item)

    def _read_key(self) -> None:
        keys = self._last_at_each_tick("key_signature")
        if keys:
            text = keys[0].text
            scale = "minor" if text.endswith("m") else "major"
            self.song.change("project", "project", key=text.removesuffix("m"), scale=scale)
        for event in keys[1:]:
            if event.text != keys[0].text:
                self.song.lost("changes of key", item=event.text)

    # Tracks.

    def _read_track(self, number: int, track: MidiTrackEvents) -> None:
        name, instrument = _first_text(track, "track_name"), _first_text(track, "instrument_name")
        parts = parts_of(track)
        is_whole = number == 0 and (self._midi.format_number == 0 or not parts)
        if is_whole and name:
            # The first track's name is the song's.
            self.song.change("project", "project", name=name)
        # What plays nothing is a track if it has a name of its own.
        is_named = bool(name) and not is_whole
        parts_read = [part for part in parts if part.notes] or (parts if is_named else [])
        for part in parts:
            if part not in parts_read:
                item = name or f"track {number + 1}"
                self.song.lost("channels without notes", item=f"{item}, channel {part.channel + 1}")
        for part in parts_read:
            track_name = name if is_named else ""
            if len(parts_read) > 1 and track_name:
                track_name = f"{track_name}, channel {part.channel + 1}"
            self._read_part(part, track_name, instrument)
        if is_named and not parts_read:
            self._add_track(name)

    def _add_track(self, name: str) -> tuple[str, str]:
        channel = self.song.add("channels", name=name, order=self.song.next_order("channels"),
                                dest=MASTER_CHANNEL)  # fmt: skip
        order = self.song.next_order("tracks")
        return self.song.add("tracks", name=name, order=order, channel=channel), channel

    def _read_part(self, part: ChannelPart, name: str, instrument: str) -> None:
        program = _instrument(part)
        name = name or instrument or program
        track, channel = self._add_track(name)
        self._add_instrument(channel, part, instrument or program)
        if part.notes:
            self._add_clip(track, name, part)
        first = part.notes[0].start_tick if part.notes else NEVER
        self._move(track, f"channels/{channel}/volume", "linear", volume_of,
                   steps(part.moves.get(VOLUME, ()), USUAL_VOLUME, first))  # fmt: skip
        self._move(track, f"channels/{channel}/pan", "normalized", pan_of,
                   steps(part.moves.get(PAN, ()), CENTRE, first))  # fmt: skip
        for loss_text, count in part.lost.items():
            self.song.lost(loss_text, count, name)
        for loss_text, count in lost_controllers(part, (VOLUME, PAN, BANK, BANK_FINE)):
            self.song.lost(loss_text, count, name)
        self.song.lost("changes of program in the song", len(set(part.programs[1:])), name)

    def _add_instrument(self, channel: str, part: ChannelPart, name: str) -> None:
        params: dict[str, object] = {"channel": part.channel + 1}
        if part.programs:
            program, bank = part.programs[0]
            params |= {"program": program, "bank": bank}
        self.song.add("devices", channel=channel, order=self.song.next_order("devices", channel),
                      role="instrument", format="midi", deviceId="midi", name=name,
                      params=params)  # fmt: skip

    def _add_clip(self, track: str, name: str, part: ChannelPart) -> None:
        start = float(int(self._beat(part.notes[0].start_tick)))
        end = max(self._beat(note.end_tick) for note in part.notes)
        clip = self.song.add(
            "clips", track=track, kind="notes", time=start, duration=max(1.0, -(-end // 1) - start),
            name=name,
        )  # fmt: skip
        for note in part.notes:
            self._add_note(clip, start, note, part.channel)

    def _add_note(self, clip: str, start: float, note: PartNote, channel: int) -> None:
        start_beat, end_beat = self._beat(note.start_tick), self._beat(note.end_tick)
        self.song.add(
            "notes",
            clip=clip,
            time=round(start_beat - start, 6),
            duration=round(end_beat - start_beat, 6),
            key=note.key,
            vel=round(note.velocity / 127, 4),
            rel=round(note.release / 127, 4),
            ch=channel,
        )

    def _move(
        self,
        track: str,
        target: str,
        unit: str,
        level: Callable[[int], float],
        moves: list[tuple[int, int]],
    ) -> None:
        """One value is that of the strip; several are automation, too."""
        collection, entity, prop = target.split("/")
        if moves:
            self.song.change(collection, entity, **{prop: level(moves[0][1])})
        if len(moves) > 1:
            lane = self.song.add("lanes", track=track, target=target, unit=unit, name=prop)
            for tick, value in moves:
                self.song.add_point(lane, self._beat(tick), level(value), "hold")


def _beats_a_minute(microseconds: int) -> float:
    """Of a beat of so many: the shortest number that MIDI writes as these, as it was before."""
    exact = 60_000_000 / microseconds
    rounded = (round(exact, digits) for digits in range(6))
    same = (bpm for bpm in rounded if bpm and round(60_000_000 / bpm) == microseconds)
    return next(same, round(exact, 6))


def _first_text(track: MidiTrackEvents, kind: str) -> str:
    return next((event.text for event in track.events if event.kind == kind and event.text), "")


def _instrument(part: ChannelPart) -> str:
    """What plays a part, as General MIDI names it."""
    if part.channel == DRUMS:
        return "Drums"
    if not part.programs:
        return f"Channel {part.channel + 1}"
    return PROGRAMS[part.programs[0][0]]
