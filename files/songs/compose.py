"""The demo song, "Harbour Lights": `python -m files.songs.compose` writes it anew.

D minor, 32 bars: night falls over a harbour, the lamps come on one by one, and go out again.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random

from files.imported_song import Song
from files.prime_file import to_text, write_prime_file

SONG_FILE = Path(__file__).with_name("harbour_lights.prime.json")

_SECTION = 16
"""Beats of a section: four bars, one chord each."""

# Where each section starts, and its name.
_FORM = (
    "Dusk", "First lamp", "Water", "All the lamps", "Across the bay", "Only the buoy",
    "All the lamps again", "Dawn",
)  # fmt: skip

# Four voices a bar; neighbouring chords share tones, so that the hand hardly moves.
_VERSE = ((50, 57, 62, 65), (46, 58, 62, 65), (53, 57, 60, 65), (48, 55, 60, 64))
_CHORUS = ((46, 58, 62, 65), (48, 55, 60, 64), (50, 57, 62, 65), (45, 57, 61, 64))
_CALM = ((43, 55, 58, 62), (50, 57, 62, 65), (45, 57, 61, 64), (50, 57, 62, 65))
_CHORDS = (_VERSE, _VERSE, _VERSE, _CHORUS, _CHORUS, _CALM, _CHORUS, _CALM)

# The tune: (beat, length, key, loudness).
_TUNE = (
    (0.0, 1.5, 74, 0.8), (1.5, 0.5, 72, 0.6), (2.0, 1.0, 70, 0.7), (3.0, 1.0, 69, 0.65),
    (4.0, 1.5, 72, 0.8), (5.5, 0.5, 70, 0.6), (6.0, 1.5, 67, 0.7), (7.5, 0.5, 69, 0.6),
    (8.0, 2.5, 69, 0.85), (10.5, 0.5, 74, 0.7), (11.0, 1.0, 77, 0.85),
    (12.0, 1.5, 76, 0.9), (13.5, 0.5, 74, 0.7), (14.0, 1.75, 73, 0.8),
)  # fmt: skip
_ANSWER = (
    (0.5, 0.5, 70, 0.6), (1.0, 1.0, 74, 0.7), (2.5, 1.5, 77, 0.75), (4.5, 0.5, 72, 0.6),
    (5.0, 1.0, 76, 0.7), (6.5, 1.5, 79, 0.8), (8.0, 3.0, 81, 0.9), (11.0, 0.5, 79, 0.7),
    (11.5, 0.5, 77, 0.7), (12.0, 2.0, 76, 0.8), (14.0, 1.75, 69, 0.7),
)  # fmt: skip

_KICK, _SNARE, _RIM, _HAT, _OPEN_HAT = 36, 38, 37, 42, 46

Note = tuple[float, float, int, float]


def compose() -> Song:
    """The song; its ids and every accent are the same each time."""
    return _Composer(Random("Harbour Lights")).compose()


class _Composer:
    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self.song = Song("Harbour Lights", source=SONG_FILE, content=b"Harbour Lights")

    def compose(self) -> Song:
        self._set_out()
        reverb = self._return("Harbour reverb", "Hall", {"decay": 3.2, "predelay": 0.02})
        echo = self._return("Lamp echo", "Delay", {"beats": 0.75, "feedback": 0.35})
        self._compose_drums(reverb)
        self._compose_bass()
        self._compose_piano(reverb)
        self._compose_strings(reverb)
        self._compose_lead(reverb, echo)
        return self.song

    def _set_out(self) -> None:
        song = self.song
        song.change("project", "project", key="D", scale="minor")
        song.change("transport", "transport", loopStart=48.0, loopEnd=80.0, metronome=True)
        song.add_tempo(0, 88)
        song.add_tempo(48, 92)
        song.add_tempo(80, 86)
        song.add_tempo(96, 92)
        song.add_tempo(120, 92, "linear")
        song.add_tempo(128, 66)
        song.add_signature(0, 4, 4)
        colors = (
            "#264653",
            "#2a9d8f",
            "#2a9d8f",
            "#e9c46a",
            "#e9c46a",
            "#577590",
            "#f4a261",
            "#264653",
        )
        for index, (name, color) in enumerate(zip(_FORM, colors, strict=True)):
            song.add("markers", time=float(index * _SECTION), name=name, color=color)

    # The mixer.

    def _track(
        self, name: str, color: str, *, volume: float, pan: float = 0.5, parent: str | None = None
    ) -> tuple[str, str]:
        song = self.song
        order = song.next_order("channels")
        channel = song.add(
            "channels", name=name, order=order, dest="ch_master", volume=volume, pan=pan
        )
        track = song.add(
            "tracks",
            name=name,
            color=color,
            parent=parent,
            order=song.next_order("tracks", parent),
            channel=channel,
        )
        return track, channel

    def _return(self, name: str, device: str, params: dict[str, object]) -> str:
        order = self.song.next_order("channels")
        channel = self.song.add(
            "channels", name=name, order=order, role="effect", dest="ch_master", volume=0.8
        )
        self._device(channel, device, "audioFX", params)
        return channel

    def _device(self, channel: str, name: str, role: str, params: dict[str, object]) -> str:
        return self.song.add(
            "devices",
            channel=channel,
            order=self.song.next_order("devices", channel),
            role=role,
            deviceId=f"prime.{name.lower().replace(' ', '-')}",
            name=name,
            params=params,
        )

    def _send(self, channel: str, dest: str, volume: float) -> str:
        order = self.song.next_order("sends", channel)
        return self.song.add("sends", channel=channel, dest=dest, order=order, volume=volume)

    # Clips.

    def _clip(self, track: str, section: int, name: str, notes: Iterable[Note]) -> str:
        clip = self.song.add(
            "clips",
            track=track,
            kind="notes",
            time=float(section * _SECTION),
            duration=float(_SECTION),
            name=name,
        )
        for time, duration, key, loudness in notes:
            vel = round(min(1.0, max(0.05, loudness + self._rng.uniform(-0.06, 0.06))), 2)
            self.song.add(
                "notes", clip=clip, time=time, duration=duration, key=key, vel=vel, rel=0.5
            )
        return clip

    def _again(self, clip: str, *sections: int) -> None:
        """The same clip in other sections: an edit of one is heard in all."""
        original = self.song.state["clips"][clip]
        for section in sections:
            self.song.add(
                "clips",
                track=original["track"],
                kind="notes",
                time=float(section * _SECTION),
                duration=float(_SECTION),
                name=original["name"],
                ref=clip,
            )

    def _ride(
        self, track: str, target: str, name: str, points: Sequence[tuple[float, float]]
    ) -> None:
        unit = "hertz" if target.endswith("cutoff") else "linear"
        lane = self.song.add("lanes", track=track, target=target, unit=unit, name=name)
        for time, value in points:
            self.song.add_point(lane, float(time), value, "linear")

    # The parts.

    def _compose_drums(self, reverb: str) -> None:
        order = self.song.next_order("tracks")
        folder = self.song.add(
            "tracks", name="Drums", color="#8d99ae", order=order, content=["tracks"]
        )
        kick, kick_channel = self._track("Kick", "#8d99ae", volume=0.9, parent=folder)
        snare, snare_channel = self._track("Snare", "#8d99ae", volume=0.7, parent=folder)
        hats, hats_channel = self._track("Hats", "#8d99ae", volume=0.5, pan=0.58, parent=folder)
        for channel in (kick_channel, snare_channel, hats_channel):
            self._device(channel, "Drum Sampler", "instrument", {"kit": "Quay", "tune": 0.0})
        self._send(snare_channel, reverb, 0.25)
        beat = [(bar * 4 + at, 0.25, _KICK, 0.9) for bar in range(4) for at in (0.0, 2.5)]
        self._again(self._clip(kick, 2, "Heartbeat", beat), 3, 4, 6)
        backbeat = [(bar * 4 + at, 0.25, _SNARE, 0.75) for bar in range(4) for at in (1.0, 3.0)]
        backbeat += [(15.5, 0.25, _SNARE, 0.4), (15.75, 0.25, _SNARE, 0.55)]
        self._again(self._clip(snare, 3, "Backbeat", backbeat), 4, 6)
        rim = [(bar * 4.0 + 3, 0.25, _RIM, 0.5) for bar in range(4)]
        self._clip(snare, 2, "Rim", rim)
        eighths: list[Note] = [
            (step / 2, 0.25, _HAT, 0.55 if step % 2 == 0 else 0.35) for step in range(31)
        ]
        eighths.append((15.5, 0.5, _OPEN_HAT, 0.5))
        self._again(self._clip(hats, 2, "Rain on the quay", eighths), 3, 4)
        downpour = [(step / 4, 0.25, _HAT, (0.6, 0.3, 0.45, 0.35)[step % 4]) for step in range(64)]
        self._clip(hats, 6, "Downpour", downpour)

    def _compose_bass(self) -> None:
        track, channel = self._track("Bass", "#3d5a80", volume=0.8)
        synth = self._device(
            channel, "Sub Bass", "instrument", {"cutoff": 300.0, "resonance": 0.2, "glide": 0.05}
        )
        self._device(channel, "Compressor", "audioFX", {"threshold": -18.0, "ratio": 3.0})
        verse = list(_bass_line(_VERSE, ((0, 1.5, 0), (1.5, 0.5, 12), (2.5, 1.0, 7))))
        self._again(self._clip(track, 1, "Keel", verse), 2)
        steps = ((0, 0.75, 0), (1, 0.5, 0), (1.5, 0.5, 12), (2.5, 0.5, 7), (3, 0.75, 12))
        chorus = list(_bass_line(_CHORUS, steps))
        self._again(self._clip(track, 3, "Under way", chorus), 4, 6)
        self._clip(track, 7, "Anchor", list(_bass_line(_CALM, ((0, 3.5, 0),))))
        ride = [(16, 220.0), (44, 400.0), (48, 900.0), (64, 1_400.0), (80, 300.0), (96, 1_200.0)]
        self._ride(track, f"devices/{synth}/params/cutoff", "Bass cutoff", [*ride, (128, 180.0)])

    def _compose_piano(self, reverb: str) -> None:
        track, channel = self._track("Electric piano", "#ee6c4d", volume=0.7, pan=0.45)
        self._device(channel, "Tine Piano", "instrument", {"bell": 0.3, "tremolo": 0.15})
        self._send(channel, reverb, 0.3)
        for section, chords in enumerate(_CHORDS):
            pattern = _broken_chords if section in (1, 2, 3, 4, 6) else _held_chords
            self._clip(track, section, _FORM[section], list(pattern(chords)))

    def _compose_strings(self, reverb: str) -> None:
        track, channel = self._track("Strings", "#98c1d9", volume=0.45, pan=0.55)
        self._device(channel, "Ensemble", "instrument", {"attack": 0.8, "voices": 6.0})
        self._send(channel, reverb, 0.5)
        for section in (3, 4, 5, 6, 7):
            lifted = [(t, d, key + 12, v * 0.8) for t, d, key, v in _held_chords(_CHORDS[section])]
            name = f"Strings, {_FORM[section].lower()}"
            self._clip(track, section, name, [note for note in lifted if note[2] > 64])
        swell = [(48, 0.2), (62, 0.5), (80, 0.6), (96, 0.25), (110, 0.6), (124, 0.5), (128, 0.0)]
        self._ride(track, f"channels/{channel}/volume", "Strings volume", swell)

    def _compose_lead(self, reverb: str, echo: str) -> None:
        track, channel = self._track("Lead", "#ffd166", volume=0.6)
        self._device(channel, "Glass Lead", "instrument", {"shape": 0.4, "vibrato": 0.2})
        self._send(channel, reverb, 0.25)
        send_id = self._send(channel, echo, 0.2)
        tune = self._clip(track, 3, "Tune", _TUNE)
        self._clip(track, 4, "Answer", _ANSWER)
        self._again(tune, 6)
        farewell = [(t, d * 1.2, key - 12, v * 0.7) for t, d, key, v in _TUNE[8:]]
        self._clip(track, 7, "Farewell", [(t - 8, d, key, v) for t, d, key, v in farewell])
        echoes = [(48, 0.15), (62, 0.15), (64, 0.5), (78, 0.2), (108, 0.2), (112, 0.6), (128, 0.9)]
        self._ride(track, f"sends/{send_id}/volume", "Echo of the tune", echoes)
        drift = [(48, 0.5), (64, 0.35), (80, 0.65), (112, 0.5)]
        self._ride(track, f"channels/{channel}/pan", "Across the bay", drift)


def _bass_line(
    chords: Sequence[Sequence[int]], steps: Sequence[tuple[float, float, int]]
) -> Iterable[Note]:
    for bar, chord in enumerate(chords):
        for at, duration, interval in steps:
            yield bar * 4 + at, duration, chord[0] - 12 + interval, 0.85 if at == 0 else 0.7


def _broken_chords(chords: Sequence[Sequence[int]]) -> Iterable[Note]:
    """The chord's voices one after another, up and down again."""
    for bar, chord in enumerate(chords):
        order = (chord[0], chord[2], chord[3], chord[1] + 12, chord[3], chord[2])
        for step, key in enumerate(order):
            yield bar * 4 + step / 2, 0.75, key, 0.7 if step == 0 else 0.5
        yield bar * 4 + 3.0, 1.0, chord[1] + 12, 0.55


def _held_chords(chords: Sequence[Sequence[int]]) -> Iterable[Note]:
    """The whole chord for a whole bar, slightly rolled."""
    for bar, chord in enumerate(chords):
        for voice, key in enumerate(chord):
            yield bar * 4 + voice * 0.03125, 3.75, key, 0.5


def is_up_to_date() -> bool:
    """Whether the file in the checkout is what `compose` writes."""
    return SONG_FILE.read_text(encoding="utf-8") == to_text(compose().state)


if __name__ == "__main__":
    write_prime_file(SONG_FILE, compose())
