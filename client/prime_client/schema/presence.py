# Made by `python -m schema.generate` from schema/messages.py: change it there.
"""Where a member is: what it looks at and works with."""

from typing import NotRequired, TypedDict


class Cursor(TypedDict):
    """Where a member points: a time in beats, perhaps on a track, perhaps at a height (0 to 1)."""

    # -1,000,000 to 1,000,000
    time: float
    track: NotRequired[str | None]
    y: NotRequired[float]


class View(TypedDict):
    """The part of the song a member sees, in beats, and the topmost track."""

    # -1,000,000 to 1,000,000
    start: float
    # -1,000,000 to 1,000,000
    end: float
    track: NotRequired[str | None]


class Playhead(TypedDict):
    """Where a member's own playback is, in beats, and whether it runs."""

    # -1,000,000 to 1,000,000
    time: float
    playing: bool


class Presence(TypedDict):
    """What is known of where a member is; a field left out is unchanged, null clears it."""

    cursor: NotRequired[Cursor | None]
    view: NotRequired[View | None]
    tool: NotRequired[str | None]
    selection: NotRequired[list[str] | None]
    playhead: NotRequired[Playhead | None]
    at: NotRequired[float]
