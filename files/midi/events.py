"""What a standard MIDI file holds: events with their ticks, in tracks."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """One event, at a time in ticks from the start of the file."""

    tick: int
    kind: str
    """As mido calls it: note_on, control_change, set_tempo, marker ..."""
    channel: int = -1
    """0 to 15; -1 for what is of no channel."""
    number: int = 0
    """A key, a controller, or the upper number of a time signature."""
    value: int = 0
    """A velocity, a value, a program, the microseconds of a beat, or the lower number."""
    text: str = ""


@dataclass(slots=True)
class MidiTrackEvents:
    """One track of a file, as far as it could be read."""

    events: list[Event]
    end: int
    """The tick at which it ends."""
    damage: str = ""
    """What was wrong at its end, and where."""
    skipped: int = 0
    """Single events that say nothing valid."""


@dataclass(slots=True)
class MidiEvents:
    """What a file holds."""

    format_number: int
    """0: one track with all channels; 1: tracks at the same time; 2: tracks of their own."""
    ticks_per_beat: int = 0
    """0 where ticks count parts of a second."""
    ticks_per_second: float = 0.0
    tracks: list[MidiTrackEvents] = field(default_factory=list)
    announced: int = 0
    """How many tracks the head of the file says there are."""
