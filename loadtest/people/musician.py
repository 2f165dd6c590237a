"""A simulated musician: what it does from frame to frame, by its seed; no clock, no socket.

It acts as people do: the hand moves to something, a tool is picked, and something is done to it.
"""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from loadtest.people.studio_work import Work, new_track, pick_clip, rename, split_clip, write_notes
from prime_client.copy.state_ops import Op, State

FRAMES_PER_SECOND = 25
"""Presence in a burst: between the 20 and 30 Hz at which a mouse is worth following."""


@dataclass(frozen=True, slots=True)
class Move:
    """Presence to send."""

    presence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """Ops to propose as one delta."""

    ops: list[Op]
    atomic: bool = False


Action = Move | Edit


@dataclass(frozen=True, slots=True)
class Character:
    """Who a musician is on the screen."""

    name: str
    instrument: str
    color: str


CHARACTERS = (
    Character("Ada", "synthesizer", "#e0556b"),
    Character("Ben", "bass", "#4f9fe8"),
    Character("Cleo", "drums", "#f0b03f"),
    Character("Dev", "mixing", "#5fc27e"),
    Character("Edda", "strings", "#b07fe0"),
    Character("Finn", "guitar", "#4fc9c4"),
    Character("Gita", "vocals", "#f08a4b"),
    Character("Hugo", "organ", "#9aa84a"),
)


def character(number: int) -> Character:
    """Any number of musicians, all of different names."""
    known_character = CHARACTERS[number % len(CHARACTERS)]
    round_number = number // len(CHARACTERS)
    name = f"{known_character.name} {round_number + 1}" if round_number else known_character.name
    return Character(name, known_character.instrument, known_character.color)


class Musician:
    """Decides, frame by frame. Looks at the state anew before each edit: others work on it too.

    A calm one leaves the song as it is, but for faders and a note now and then: it plays for hours.
    """

    def __init__(self, look: Callable[[], State], seed: int, *, is_calm: bool = False) -> None:
        self._look = look
        self._rng = random.Random(seed)
        self._time = self._rng.uniform(0, 64)
        self._height = self._rng.random()
        self._track: str | None = None
        self._tool = ""
        self._frames = self._play_on()
        self._habits: tuple[tuple[int, Callable[[], Iterator[Action]]], ...] = (
            (
                (20, self._ride_fader),
                (6, self._change_note),
                (40, self._select),
                (34, self._listen),
            )
            if is_calm
            else (
                (24, self._ride_fader),
                (16, self._move_clip),
                (12, self._split_clip),
                (16, self._write_notes),
                (14, self._change_note),
                (5, self._delete_note),
                (3, self._delete_clip),
                (2, self._add_track),
                (5, self._rename),
                (6, self._turn_switch),
                (6, self._select),
                (4, self._listen),
            )
        )

    def frame(self) -> Action:
        """What is done in the next frame, at `FRAMES_PER_SECOND`."""
        return next(self._frames)

    def _play_on(self) -> Iterator[Action]:
        weights = [weight for weight, _ in self._habits]
        while True:
            yield Move(self._cursor())
            [(_, habit)] = self._rng.choices(self._habits, weights)
            yield from habit()

    # What is done.

    def _ride_fader(self) -> Iterator[Action]:
        """Previews at every frame, and one delta at the end."""
        channel_id = self._any("channels")
        if channel_id is None:
            return
        yield from self._take_tool("fader")
        volume = self._look()["channels"].get(channel_id, {}).get("volume", 1.0)
        for _ in range(self._rng.randint(8, 18)):
            volume = min(1.4, max(0.05, volume + self._rng.gauss(0, 0.04)))
            self._height = volume / 2
            yield Move(self._cursor() | {"selection": [channel_id]})
        if channel_id in self._look()["channels"]:
            yield self._set("channels", channel_id, volume=round(volume, 4))

    def _move_clip(self) -> Iterator[Action]:
        clip_id = pick_clip(self._work())
        if clip_id is None:
            return
        yield from self._take_tool("pointer")
        yield from self._go_to_clip(clip_id)
        target = max(0.0, self._time + self._rng.choice((-8, -4, -2, -1, 1, 2, 4, 8)))
        yield from self._glide(target, self._track)
        if clip_id in self._look()["clips"]:
            move: Op = {"op": "move", "col": "clips", "id": clip_id, "time": round(target * 4) / 4}
            yield Edit([move])

    def _split_clip(self) -> Iterator[Action]:
        clip_id = pick_clip(self._work(), at_least_beats=1.0)
        if clip_id is None:
            return
        yield from self._take_tool("knife")
        yield from self._go_to_clip(clip_id)
        ops = split_clip(self._work(), clip_id)
        if ops:
            yield Edit(ops, atomic=True)

    def _write_notes(self) -> Iterator[Action]:
        clip_id = pick_clip(self._work())
        if clip_id is None:
            return
        yield from self._take_tool("pencil")
        yield from self._go_to_clip(clip_id)
        for op in write_notes(self._work(), clip_id, self._rng.randint(1, 4)):
            if clip_id not in self._look()["clips"]:
                return
            yield Edit([op])
            yield from self._glide(self._time + 0.5, self._track)

    def _change_note(self) -> Iterator[Action]:
        note_id = self._any("notes")
        if note_id is None:
            return
        yield from self._go_to_note(note_id)
        if note_id in self._look()["notes"]:
            velocity = round(self._rng.uniform(0.3, 1), 3)
            yield self._set("notes", note_id, vel=velocity, key=self._rng.randint(36, 84))

    def _delete_note(self) -> Iterator[Action]:
        note_id = self._any("notes")
        if note_id is None:
            return
        yield from self._take_tool("eraser")
        yield from self._go_to_note(note_id)
        if note_id in self._look()["notes"]:
            yield Edit([{"op": "delete", "col": "notes", "id": note_id}])

    def _delete_clip(self) -> Iterator[Action]:
        clip_id = pick_clip(self._work())
        if clip_id is None:
            return
        yield from self._take_tool("eraser")
        yield from self._go_to_clip(clip_id)
        if clip_id in self._look()["clips"]:
            yield Edit([{"op": "delete", "col": "clips", "id": clip_id}])

    def _add_track(self) -> Iterator[Action]:
        yield from self._take_tool("pointer")
        yield from self._glide(0.0, None)
        yield Edit(new_track(self._work()), atomic=True)

    def _rename(self) -> Iterator[Action]:
        yield from self._take_tool("pointer")
        op = rename(self._work())
        if op is not None:
            yield from self._glide(0.0, op["id"])
            if op["id"] in self._look()[op["col"]]:
                yield Edit([op])

    def _turn_switch(self) -> Iterator[Action]:
        channel_id = self._any("channels")
        if channel_id is None:
            return
        yield from self._take_tool("pointer")
        channel = self._look()["channels"].get(channel_id)
        if channel is not None:
            yield self._set("channels", channel_id, mute=not channel["mute"])

    def _select(self) -> Iterator[Action]:
        chosen_clips = [self._any("clips") for _ in range(self._rng.randint(1, 6))]
        selection = sorted({clip_id for clip_id in chosen_clips if clip_id is not None})
        yield Move({"selection": selection})
        yield from self._glide(self._time + self._rng.uniform(-4, 4), self._track)

    def _listen(self) -> Iterator[Action]:
        """The hand rests; the musician's own playhead runs."""
        for frame in range(self._rng.randint(8, 20)):
            time = self._time + frame * 2 / FRAMES_PER_SECOND
            yield Move({"playhead": {"time": round(time, 3), "playing": True}})
        yield Move({"playhead": {"time": round(self._time, 3), "playing": False}})

    # The hand.

    def _take_tool(self, tool: str) -> Iterator[Action]:
        if tool != self._tool:
            self._tool = tool
            yield Move(self._cursor() | {"tool": tool})

    def _go_to_clip(self, clip_id: str) -> Iterator[Action]:
        clip = self._look()["clips"].get(clip_id)
        if clip is not None:
            yield from self._glide(clip["time"] + clip["duration"] / 2, clip["track"])

    def _go_to_note(self, note_id: str) -> Iterator[Action]:
        state = self._look()
        note = state["notes"].get(note_id)
        clip = state["clips"].get(note["clip"]) if note else None
        if note is not None and clip is not None:
            yield from self._glide(clip["time"] + note["time"], clip["track"])

    def _glide(self, time: float, track: str | None) -> Iterator[Action]:
        frames = self._rng.randint(3, 6)
        start, self._track = self._time, track
        for frame in range(1, frames + 1):
            self._time = start + (max(0.0, time) - start) * frame / frames
            self._height = min(1.0, max(0.0, self._height + self._rng.gauss(0, 0.05)))
            yield Move(self._cursor())

    def _cursor(self) -> dict[str, Any]:
        cursor: dict[str, Any] = {"time": round(self._time, 3), "y": round(self._height, 3)}
        if self._track is not None:
            cursor["track"] = self._track
        return {"cursor": cursor}

    def _set(self, collection: str, entity_id: str, **props: Any) -> Edit:
        return Edit([{"op": "set", "col": collection, "id": entity_id, "props": props}])

    def _any(self, collection: str) -> str | None:
        entities = self._look()[collection]
        return self._rng.choice(list(entities)) if entities else None

    def _work(self) -> Work:
        return Work(self._look(), self._rng, self._new_id)

    def _new_id(self) -> str:
        return base64.urlsafe_b64encode(self._rng.randbytes(12)).decode()
