"""The first track of a MIDI file that is written: tempo map, signatures, key and markers."""

from collections.abc import Iterator

from files.losses import Losses
from files.midi.events import Event
from files.music.in_time import counting, in_time
from files.music.song_tempo import SongTempo
from files.readable_state import State

_STEP = 0.25
"""Beats; MIDI has no glides of tempo: they are written as steps of this length."""

_MOST_STEPS = 1_000
"""Of one glide: a longer one has longer steps."""

_MAX_TEMPO = (1 << 24) - 1
_FLATS_MAJOR = ("C", "F", "Bb", "Eb", "Ab", "Db", "Gb", "Cb", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("A", "D", "G", "C", "F", "Bb", "Eb", "Ab", "E", "B", "F#", "C#", "G#", "D#", "A#")
_KEYS = frozenset({*_FLATS_MAJOR, *(f"{key}m" for key in _MINOR)})
"""What a key signature can say."""


def conductor(state: State, ticks_per_beat: int, losses: Losses) -> list[Event]:
    """The events in the order of their time."""

    def tick(beat: object) -> int:
        return round(_float(beat) * ticks_per_beat)

    events = [Event(tick(beat), "set_tempo", value=tempo) for beat, tempo in _tempos(state, losses)]
    events += [
        Event(tick(signature["time"]), "time_signature", number=int(_float(signature["num"])),
              value=int(_float(signature["den"])))
        for signature in counting(state["signatures"], "signatures")
    ]  # fmt: skip
    events = _last_at_each_tick(events)
    events += [*_key(state, losses)]
    for marker in in_time(state["markers"]):
        events.append(Event(tick(marker["time"]), "marker", text=str(marker["name"])))
        if marker["color"] is not None:
            losses.note("markers", "color", "colours of markers", marker)
    events.sort(key=lambda event: event.tick)
    name = str(state["project"]["project"]["name"])
    return [Event(0, "track_name", text=name), *events]


def _last_at_each_tick(events: list[Event]) -> list[Event]:
    """Those that a reader goes by: times less than a tick apart fall on one."""
    return list({(event.kind, event.tick): event for event in events}.values())


def _tempos(state: State, losses: Losses) -> Iterator[tuple[float, int]]:
    """Beats, and the microseconds of a beat from there on."""
    tempos = in_time(state["tempo"])
    tempo_map = SongTempo(
        (_float(tempo["time"]), _float(tempo["bpm"]), str(tempo["interp"])) for tempo in tempos
    )
    for this_tempo, next_tempo in zip(tempos, [*tempos[1:], None], strict=False):
        start, bpm = _float(this_tempo["time"]), _float(this_tempo["bpm"])
        end = start if next_tempo is None else _float(next_tempo["time"])
        if next_tempo is not None and end <= start:
            continue  # the left one of two: only a glide up to it hears it
        is_glide = this_tempo["interp"] == "linear" and next_tempo is not None
        if not is_glide or next_tempo is None or next_tempo["bpm"] == bpm:
            yield start, _microseconds(60 / bpm)
            continue
        losses.note(
            "tempo",
            "interp",
            f"glides of tempo were written as steps of {_STEP:g} beats",
            this_tempo,
        )
        count = min(_MOST_STEPS, max(1, round((end - start) / _STEP)))
        for step in range(count):
            first, last = (start + (end - start) * n / count for n in (step, step + 1))
            seconds = tempo_map.seconds_at(last) - tempo_map.seconds_at(first)
            yield first, _microseconds(seconds / (last - first))


def _microseconds(seconds: float) -> int:
    return min(max(1, round(seconds * 1_000_000)), _MAX_TEMPO)


def _key(state: State, losses: Losses) -> Iterator[Event]:
    project = state["project"]["project"]
    if project["key"] is None:
        return
    key = str(project["key"]) + ("m" if project["scale"] == "minor" else "")
    if key in _KEYS and project["scale"] in ("major", "minor", None):
        yield Event(0, "key_signature", text=key)
    else:
        losses.note("project", "key", "keys of the song that are neither major nor minor")


def _float(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)
