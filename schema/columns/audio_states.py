"""How far the bytes of an audio file are: a state machine, as data (rule L4).

It follows the columns' types alone, so that a test can walk it and a page can show it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AudioState:
    """A status: what it says, which ones it follows, and what of the row is set with it."""

    says: str
    follows: tuple[str, ...]
    """The statuses from which a file comes to this one."""
    takes: tuple[str, ...] = ()
    """Columns that `audio_files.set_status` sets on the way."""
    needs: tuple[str, ...] = ()
    """Columns that are not null from then on: given on the way, or before."""


AUDIO_STATES: dict[str, AudioState] = {
    "announced": AudioState("its bytes are to come, for the first time or once more", ("failed",)),
    "uploading": AudioState("its bytes are on their way", ("announced",), takes=("bytes",)),
    "measuring": AudioState(
        "its bytes are here, and looked at",
        ("uploading",),
        takes=("bytes", "content_hash"),
        needs=("bytes", "content_hash"),
    ),
    "available": AudioState(
        "it can be played",
        ("measuring",),
        takes=("duration_seconds", "sample_rate", "bit_depth", "channels", "format", "analysis"),
        needs=("duration_seconds", "sample_rate", "channels"),
    ),
    "failed": AudioState(
        "its bytes did not come, are no audio, or are lost",
        ("announced", "uploading", "measuring", "available"),
        takes=("failure",),
        needs=("failure",),
    ),
}
"""Status -> what it is. Where it is made, a file is `announced`."""

FIRST_STATE = "announced"

OF_ITS_AUDIO = tuple(
    sorted({name for state in AUDIO_STATES.values() for name in state.takes} - {"failure"})
)
"""Columns that say what the bytes are: null again when others are announced in their place."""
