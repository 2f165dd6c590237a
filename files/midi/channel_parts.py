"""The notes and controllers of one channel in one track of a MIDI file."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from files.midi.events import Event, MidiTrackEvents
from files.midi.midi_values import BANK, BANK_FINE, SILENCE, controller_name

NO_RELEASE = 64
"""The velocity of a note's end if the file gives none."""

_OTHERS = {
    "polytouch": "pressure of single keys",
    "aftertouch": "pressure of a channel",
    "pitchwheel": "pitch bends",
}


@dataclass(frozen=True, slots=True)
class PartNote:
    """A note, in ticks, of at least one; velocities of 0 to 127."""

    start_tick: int
    end_tick: int
    key: int
    velocity: int
    release: int


@dataclass(slots=True)
class ChannelPart:
    """What one channel plays in one track."""

    channel: int
    notes: list[PartNote] = field(default_factory=list)
    moves: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    """Controller -> (tick, value), in order."""
    programs: list[tuple[int, int]] = field(default_factory=list)
    """(program, bank), in order."""
    lost: Counter[str] = field(default_factory=Counter)
    """What has no place in a project, and how often."""
    sounding: dict[int, deque[tuple[int, int]]] = field(default_factory=lambda: defaultdict(deque))
    """Key -> (tick, velocity) of its notes that have not ended, the oldest first."""


def parts_of(track: MidiTrackEvents) -> list[ChannelPart]:
    """The parts in the order of their channels."""
    parts: dict[int, ChannelPart] = {}
    for event in track.events:
        if event.channel >= 0:
            part = parts.setdefault(event.channel, ChannelPart(event.channel))
            _take_event(part, event)
    for part in parts.values():
        hanging = list(_end_all_notes(part, track.end))
        part.lost["notes without an end were ended with their track"] += len(hanging)
        part.notes += hanging
        part.notes.sort(key=lambda note: (note.start_tick, note.key))
    return [parts[channel] for channel in sorted(parts)]


def _take_event(part: ChannelPart, event: Event) -> None:
    if event.kind == "note_on" and event.value > 0:
        part.sounding[event.number].append((event.tick, event.value))
    elif event.kind in ("note_on", "note_off"):
        _end_note(part, event)
    elif event.kind == "control_change":
        _control(part, event)
    elif event.kind == "program_change":
        part.programs.append((event.value, _bank(part)))
    else:
        part.lost[_OTHERS.get(event.kind, event.kind)] += 1


def _end_note(part: ChannelPart, event: Event) -> None:
    """Of several notes of one key that began first ends first."""
    waiting_notes = part.sounding[event.number]
    if not waiting_notes:
        part.lost["ends of notes that had not begun"] += 1
        return
    start, velocity = waiting_notes.popleft()
    release = event.value if event.kind == "note_off" else NO_RELEASE
    part.lost["notes of length 0 became one tick long"] += event.tick <= start
    end = max(event.tick, start + 1)
    part.notes.append(PartNote(start, end, event.number, velocity, release))


def _end_all_notes(part: ChannelPart, tick: int) -> Iterator[PartNote]:
    for key, waiting_notes in part.sounding.items():
        while waiting_notes:
            start, velocity = waiting_notes.popleft()
            yield PartNote(start, max(tick, start + 1), key, velocity, NO_RELEASE)


def _control(part: ChannelPart, event: Event) -> None:
    if event.number in SILENCE:
        part.notes += _end_all_notes(part, event.tick)
        return
    part.moves[event.number].append((event.tick, event.value))


def _bank(part: ChannelPart) -> int:
    """As the controllers have it by now."""
    coarse, fine = (part.moves.get(number, [(0, 0)])[-1][1] for number in (BANK, BANK_FINE))
    return coarse * 128 + fine


def steps(moves: Iterable[tuple[int, int]], usual: int, first_note: int) -> list[tuple[int, int]]:
    """Where a controller comes to another value: (tick, value), from 0 on.

    Of several at one tick the last counts. Notes before the first sound at the usual value.
    """
    by_tick = sorted(dict(moves).items())
    if not by_tick:
        return []
    steps_found = [(0, usual if by_tick[0][0] > first_note else by_tick[0][1])]
    for tick, value in by_tick:
        if steps_found[-1][1] != value:
            steps_found.append((tick, value))
    return steps_found


def lost_controllers(
    part: ChannelPart, kept_controllers: Iterable[int]
) -> Iterator[tuple[str, int]]:
    """The words of the report for controllers that are not kept."""
    for number, moves in sorted(part.moves.items()):
        if number not in kept_controllers:
            yield f"{controller_name(number)}: Prime has no place for it", len(moves)
