"""A musician's machine that is offline for minutes, and on which the work goes on."""

import json
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prime_client.connecting.codec import Message
from prime_client.copy.replica import Replica
from prime_client.events import Refused
from rooms.changes.inverse import inverse
from rooms.changes.net_effect import is_nothing
from rooms.document.document import Document
from rooms.edits.answers import REFUSALS
from rooms.edits.undo_stacks import UndoStacks
from rooms.journal.entry import Purpose
from schema.entities import empty_state
from schema.ops import Insert, Move, Op, Set, decode_ops, encode_ops
from tests.rooms.chaos import Chaos
from tests.rooms.songs import SONG, finished
from tests.simulation.applied_entry import apply_entry
from tests.simulation.client import Client

if TYPE_CHECKING:
    from prime_client.copy.state_ops import Op as PlainOp
    from tests.simulation.offline_studio import OfflineStudio

MISTAKES = 0.06
"""How many of the deltas are wrong on what their author has before it."""

TRIES = 60
"""Random deltas looked at for one as it is wanted."""


CONTESTED = 0.6
"""How many of the deltas hold an op of `contested`."""

_TRACKS = ("tr_group", "tr_bass_", "tr_audio", "tr_made_")
_CHANNELS = ("ch_bass_", "ch_drums", "ch_reverb")
_CLIPS = ("clip_bass", "clip_loop", "clip_slot", "clip_made")
_CONTENTS = (["notes"], ["notes", "tracks"], ["tracks"], ["audio", "notes", "tracks"])
_CLIP: dict[str, Any] = {"track": "tr_bass_", "time": 0, "duration": 4}
_NOTE: dict[str, Any] = {"time": 0, "duration": 1, "key": 60}


def contested(rng: random.Random) -> Op:
    """One of the few edits in which people meet: folders, routes, slots, fades, one id twice."""
    track, above = rng.choice(_TRACKS), rng.choice(_TRACKS)
    channel, clip = rng.choice(_CHANNELS), rng.choice(_CLIPS)
    ops: list[Op] = [
        Move("tracks", track, parent=above),
        Move("tracks", above, parent=track),
        Set("tracks", track, {"content": list(rng.choice(_CONTENTS))}),
        Set("tracks", track, {"channel": channel}),
        Set("channels", channel, {"dest": rng.choice(_CHANNELS)}),
        Set("channels", rng.choice(_CHANNELS), {"dest": channel}),
        Set("clips", clip, {"duration": rng.choice((1.0, 4.0, 8.0))}),
        Set("clips", clip, {"fadeIn": rng.choice((0.5, 3.0, 6.0))}),
        Set("clips", clip, {"track": "tr_bass_", "slot": "slot_one"}),
        Set("clips", clip, {"slot": None}),
        Set("clips", clip, {"ref": rng.choice(_CLIPS)}),
        Insert("clips", "clip_made", _CLIP | {"slot": rng.choice(("slot_one", None))}),
        Insert("tracks", "tr_made_", {"content": ["notes", "tracks"]}),
        Insert("notes", f"note_{rng.randint(0, 9):04}", _NOTE | {"clip": clip}),
    ]
    return rng.choice(ops)


@dataclass(frozen=True)
class Made:
    """A delta of a client. `is_mistake`: its one op was impossible where it was made."""

    ops: list[Op]
    atomic: bool
    is_mistake: bool


class OfflineClient(Client):
    """Edits all there is, by what it has before it: its copy, and all that it has pending."""

    def __init__(self, studio: "OfflineStudio", name: str, role: str) -> None:
        super().__init__(studio, name, role)
        self.made: dict[str, Made] = {}
        self.codes: dict[str, str] = {}
        """Of what was refused: the id of the delta -> the code."""
        self._chaos = Chaos(studio.rng.getrandbits(32))
        self._before = Before(studio, self.replica, self.made)

    def begin_song(self) -> None:
        """Make the song that all will work on."""
        self._propose(self._made(list(SONG), False, None, is_mistake=False))

    def go_away(self, seconds: float) -> None:
        """Offline from now on."""
        self.away = seconds
        if self.link is not None:
            self.link.cut()

    def _edit(self, gesture: str | None) -> Message:
        document = self._before.document()
        is_mistake = self._studio.rng.random() < MISTAKES
        for _ in range(TRIES):
            ops, atomic = self._random_delta(document)
            drops = document.rehearse(ops)
            if is_mistake:
                wrong = [ops[drop.op] for drop in drops if drop.reason in REFUSALS]
                wrong = [op for op in wrong if document.rehearse([op])]
                if wrong:
                    return self._made(wrong[:1], False, gesture, is_mistake=True)
                continue
            dropped = {drop.op for drop in drops}
            right = [op for index, op in enumerate(ops) if index not in dropped]
            if right and not document.rehearse(right):
                return self._made(right, atomic, gesture, is_mistake=False)
        return self._made(decode_ops(KEY_SET), False, gesture, is_mistake=False)

    def _go_on_behind(self, purpose: str) -> None:
        """What it expects its undo to make possible; if there is nothing like that, anything."""
        guess, without = self._before.guessed(Purpose(purpose)), self._before.document()
        makes_possible = guess.digest != without.digest
        for _ in range(TRIES if makes_possible else 0):
            for op in self._random_delta(guess)[0]:
                refused = [drop for drop in without.rehearse([op]) if drop.reason in REFUSALS]
                if refused and not guess.rehearse([op]):
                    self._studio.tally["built_on_an_undo"] += 1
                    self._propose(self._made([op], False, None, is_mistake=False))
                    return
        self._propose(self._edit(None))

    def _random_delta(self, document: Document) -> tuple[list[Op], bool]:
        """Anything, or what several are likely to do at once in the same places."""
        [(ops, atomic)] = self._chaos.deltas(document, 1)
        if self._studio.rng.random() < CONTESTED:
            ops[self._studio.rng.randrange(len(ops))] = contested(self._studio.rng)
        return ops, atomic

    def _made(
        self, ops: list[Op], atomic: bool, gesture: str | None, *, is_mistake: bool
    ) -> Message:
        plain: list[PlainOp] = json.loads(encode_ops(ops))
        message = self.replica.edit(plain, atomic, None, gesture, allow_unknown=True)
        self.made[str(message["id"])] = Made(ops, atomic, is_mistake)
        where = "offline" if self.link is None else "online"
        self._studio.tally[f"ops_made_{where}"] += len(ops)
        return message

    def _refused(self, event: Refused) -> None:
        super()._refused(event)
        self.codes[event.delta_id] = event.code


KEY_SET = b'[{"op":"set","col":"project","id":"project","props":{"key":"C"}}]'
"""What can always stand."""


class Before:
    """What a client has before it, held as a server would hold it: ops can be tried on it.

    `made`: what the client has made. Its mistakes are to be refused: nothing is built on them.
    """

    def __init__(self, studio: "OfflineStudio", replica: Replica, made: dict[str, Made]) -> None:
        self._studio = studio
        self._replica = replica
        self._made = made
        self._confirmed = Document(empty_state("Song"))
        self._seq = 0
        """Up to here the journal is in `_confirmed`."""
        self._stacks = UndoStacks()
        """The steps up to there."""
        self._document = self._confirmed
        self._own: tuple[str, ...] = ()
        """The pending deltas that are in `_document`, besides what is confirmed."""

    def document(self) -> Document:
        """The journal up to the client's position, and its own pending deltas."""
        position = self._replica.position
        assert position is not None
        own = tuple(one for one in self._replica.pending if one in self._made)
        if position.seq != self._seq or own[: len(self._own)] != self._own:
            for entry in self._studio.entries[self._seq : position.seq]:
                applied = apply_entry(self._confirmed, entry)
                self._stacks.note(entry.mark(is_void=not applied.ops))
                self._stacks.remember(entry.seq, applied.changes)
            self._seq, self._own = position.seq, ()
            self._document = Document(self._confirmed.frozen())
        elif not self._own:
            self._document = Document(self._confirmed.frozen())
        for delta_id in own[len(self._own) :]:
            made = self._made[delta_id]
            if not made.is_mistake:
                self._document.apply(made.ops, atomic=made.atomic)
        self._own = own
        return self._document

    def guessed(self, purpose: Purpose) -> Document:
        """The same with what an own undo does that was just asked for, if that is all it waits for.

        A guess that is taken from what it has is what the server will come to, unless others were
        faster.
        """
        document = self.document()
        if len(self._replica.pending) > 1:
            return document
        guess = Document(document.frozen())
        for step in self._stacks.steps(str(self._replica.you), purpose):
            changes = [one for seq in step.seqs for one in self._stacks.changes(seq) or ()]
            ops = [] if finished(is_nothing(changes)) else finished(inverse(changes, document))
            if ops:
                guess.apply(ops, gives_way=True)
                break
        return guess
