"""The contexts of a use, as text: what a heat is kept for, and the levels that a question asks."""

from collections.abc import Mapping
from dataclasses import dataclass

EVERYTHING = ""
"""The context of all uses."""

SESSION = "now"
"""The same, fading within hours."""

BPM_BAND = 20
"""Tempi are told apart by bands so wide, named by their lowest."""

HOURS_OF_A_BAND = 6

GENERAL_STRENGTH = 1.0
CONTEXT_STRENGTH = 15.0
AFTER_STRENGTH = 30.0
"""How many uses it takes for a level to say as much as the one before it."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a client says of a use or of a question: empty or None, where it says nothing."""

    genre: str = ""
    bpm: float | None = None
    plugin: str = ""
    after: str = ""
    hour: int | None = None
    more: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """One step of the chain, from the general to the particular."""

    context: str
    strength: float
    """In uses: what the level before it weighs beside this one."""


def contexts_of(use: Circumstances) -> list[str]:
    """What a use is remembered for, beside `EVERYTHING` and `SESSION`; none twice."""
    contexts = [f"genre={use.genre.casefold()}"] if use.genre else []
    if use.bpm is not None:
        contexts.append(_bpm(use.bpm))
    if use.plugin:
        contexts.append(f"plugin={use.plugin}")
    if use.hour is not None:
        contexts.append(f"hour={use.hour // HOURS_OF_A_BAND * HOURS_OF_A_BAND}")
    contexts += [f"more.{name}={value}" for name, value in sorted((use.more or {}).items())]
    if use.after:
        contexts.append(f"after={use.after}")
    return contexts


def levels_of(use: Circumstances) -> list[Level]:
    """The chain of a question. Tempo stands in where there is no genre; the hour is not asked."""
    levels = [Level(EVERYTHING, GENERAL_STRENGTH)]
    for context in contexts_of(use):
        if context.startswith("hour=") or (context.startswith("bpm=") and use.genre):
            continue
        strength = AFTER_STRENGTH if context.startswith("after=") else CONTEXT_STRENGTH
        levels.append(Level(context, strength))
    return levels


def reason_of(context: str, uses: int) -> str:
    """In a few words, why a key is suggested: the context that says most for it."""
    if context == SESSION:
        return "used in this session"
    if context == EVERYTHING:
        return f"used {_times(uses)}"
    name, _, value = context.partition("=")
    if name == "after":
        return f"often follows {value}"
    if name == "bpm":
        return f"used {_times(uses)} at {value} to {int(value) + BPM_BAND - 1} bpm"
    return f"used {_times(uses)} {'with' if name == 'plugin' else 'in'} {value}"


def _bpm(bpm: float) -> str:
    return f"bpm={int(bpm // BPM_BAND) * BPM_BAND}"


def _times(uses: int) -> str:
    return "once" if uses == 1 else f"{uses} times"
