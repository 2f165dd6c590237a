"""Seeded sessions: what one member hears and proposes, and what its copy comes to after each step.

The confirmed digest is the server's own wherever both stand at one seq. The view is the Python
SDK's: what is confirmed, and on top of it each pending op that finds what it needs.
"""

import json
import random
import zlib
from itertools import count
from types import SimpleNamespace
from typing import Any

import msgspec

from prime_client.copy.digest import digest, shown, term
from prime_client.copy.replica import Replica
from prime_client.copy.room_messages import Gap
from prime_client.events import FoundDiverged
from rooms.document.document import Document
from schema.entities import MASTER_CHANNEL, empty_state
from schema.messages import Digest, Error, MemberJoined, MemberLeft, Pong, Position, Previewed
from schema.ops import Insert, Op
from tests.rooms.chaos import Chaos
from tests.vectors.frames import Frame, frame, read
from tests.vectors.hub import ANN, BEN, ME, PROJECT, Entry, Hub, member_named, ops_of, tick

Step = dict[str, Any]

SMALL: tuple[Op, ...] = (
    Insert("channels", "ch_bass_", {"name": "Bass", "dest": MASTER_CHANNEL}),
    Insert("devices", "dev_bass_", {"channel": "ch_bass_", "params": {"a": 0.5, "\u00e9": 1}}),
    Insert("tracks", "tr_bass_", {"channel": "ch_bass_", "content": ["notes", "audio", "tracks"]}),
    Insert("clips", "clip_bass", {"track": "tr_bass_", "time": 0, "duration": 4}),
    Insert("notes", "note_one", {"clip": "clip_bass", "time": 0, "duration": 1, "key": 40}),
)

FINAL = ("op_invalid", "op_exists", "forbidden", "limit_reached")
FOR_NOW = ("unavailable", "rate_limited", "internal", "not_joined", "auth_failed")


def session(seed: int, steps: int = 16) -> dict[str, Any]:
    """A session of about so many steps after it has come in."""
    made = _Session(seed)
    made.come_in()
    made.begin(seed)
    while len(made.steps) < steps:
        made.go_on()
    return {"seed": seed, "steps": made.steps}


class _Session:
    def __init__(self, seed: int) -> None:
        self.steps: list[Step] = []
        self._rng = random.Random(seed)
        self._theirs, self._ours = Chaos(seed), Chaos(seed + 1_000_000)
        self._numbers = count(1)
        document = Document(empty_state(f"Song {seed}"))
        document.apply(SMALL)
        self._hub = Hub(document)
        self._replica = Replica(PROJECT, lambda: self._next_id, _decoded)
        self._next_id = ""
        self._said: dict[str, dict[str, Any]] = {}
        """Our own messages that were sent and have no answer, in order."""
        self._noises = 0
        """How many messages came that mean nothing to us."""
        self._rode = ""
        """The property that the last gesture showed."""

    # Coming in.

    def come_in(self, *, fresh: bool = False) -> None:
        """Join, perhaps again: what was missed comes, or a state (for sure if `fresh`)."""
        replica, hub = self._replica, self._hub
        message = replica.join_message(f"join-{next(self._numbers)}", list(self._said))
        self._note("join", frame(message))
        if self.steps[1:] and self._rng.random() < 0.5:
            self._hear(frame(self._their_delta().message))  # to the membership before: void
        position = None if fresh or self._rng.random() < 0.2 else replica.position
        stored = {entry.message.id for entry in hub.journal}
        held = [] if position else [one for one in self._said if one in stored]
        resumed = Position(position.epoch, position.seq) if position else None
        self._hear(hub.joined(message["id"], resumed, held))
        for one in hub.missed(position.seq) if position else hub.state_parts():
            self._hear(one)
        for delta_id in list(self._said):
            if delta_id not in replica.pending:
                del self._said[delta_id]

    def begin(self, seed: int) -> None:
        """What seldom happens comes up for sure, in one session or another."""
        seldom = (
            (self._we_edit, self._is_refused_for_now, self._is_answered),
            (self._we_edit, self._we_edit, self._comes_back_to_a_state),
            (self._gesture, self._gesture, self._gesture),
            (self._we_edit, self._diverges),
            (self._they_edit, self._a_hole),
            (self._we_edit, self._a_group),
            (self._we_undo, self._a_group),
            (self._we_edit, self._is_answered, self._is_answered_again),
            (self._we_edit, self._we_edit, self._line_breaks),
            (self._we_edit, self._is_refused, *[self._noise] * 7),
        )
        for happens in seldom[seed % len(seldom)]:
            happens()

    def go_on(self) -> None:
        """Something happens."""
        kinds = {
            self._they_edit: 5, self._we_edit: 6, self._is_answered: 6, self._we_undo: 1,
            self._is_refused: 1, self._is_refused_for_now: 0.3, self._a_group: 1,
            self._line_breaks: 1, self._noise: 2, self._gesture: 1, self._diverges: 0.3,
            self._is_answered_again: 1, self._a_hole: 0.3,
        }  # fmt: skip
        [happens] = self._rng.choices(list(kinds), list(kinds.values()))
        happens()

    # What others do.

    def _they_edit(self) -> None:
        self._hear(frame(self._their_delta().message))

    def _their_delta(self, **more: Any) -> Entry:
        ops, atomic = _few(self._theirs, self._hub.document)
        who = self._rng.choice([ANN, BEN])
        return self._hub.commit(self._id("theirs"), who, ops, atomic=atomic, **more)

    def _a_group(self) -> None:
        """A restore of someone's, or an undo of our own: all but the last come as deltas."""
        ours = bool(self._said) and self._first()["t"] == "undo"
        for number in range(2):
            is_last = number == 1
            if ours and is_last:
                self._is_answered()
                return
            who = ME if ours else ANN
            ops, _ = _few(self._theirs, self._hub.document)
            entry = self._hub.commit(self._id("part"), who, ops, purpose="undo", more=not is_last)
            self._hear(frame(entry.message))

    def _gesture(self) -> None:
        self._rode = "pan" if self._rode == "volume" else "volume"
        props: dict[str, Any] = {self._rode: self._rng.choice([0.25, 0.75])}
        value = Previewed("channels", props)
        gestures = {ANN: {"ride": {MASTER_CHANNEL: value}}, ME: {"mine": {MASTER_CHANNEL: value}}}
        if self._rng.random() < 0.3:
            self._hear(tick(gestures={ANN: {"ride": None}}))
        else:
            self._hear(tick(gestures=gestures, whole=self._rng.random() < 0.2))

    def _noise(self) -> None:
        """What changes nothing, or is of a later version."""
        nothing = [
            frame({"t": "weather", "project": PROJECT, "forecast": ["rain"]}),
            frame({"t": "__proto__", "project": PROJECT}),
            frame(Pong(1.0, 2.0), later={"constructor": 1}),
            frame(MemberJoined(PROJECT, member_named(BEN))),
            frame(MemberLeft(PROJECT, BEN)),
            frame(Error("no-such-id", "internal", "of something else")),
            tick(self._hub.digest),
        ]
        self._hear(nothing[self._noises % len(nothing)])
        self._noises += 1

    # What we do.

    def _we_edit(self) -> None:
        view = SimpleNamespace(collections=self._replica.state)
        ops, atomic = _few(self._ours, view)
        self._next_id = self._id("ours")
        self._propose(
            self._replica.edit(
                self._expecting(msgspec.to_builtins(ops)), atomic, allow_unknown=True
            )
        )

    def _expecting(self, ops: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Some sets expect what is there, others what is not."""
        for op in ops:
            entity = self._replica.state[op["col"]].get(op["id"])
            if op["op"] == "set" and entity is not None and self._rng.random() < 0.5:
                name = next(iter(op["props"]))
                there = self._rng.random() < 0.5 and name in entity
                op["expect"] = {name: entity[name] if there else op["props"][name]}
        return ops

    def _we_undo(self) -> None:
        self._next_id = self._id("undo")
        self._propose(self._replica.undo_or_redo(self._rng.choice(["undo", "redo"])))

    def _propose(self, message: dict[str, Any]) -> None:
        self._said[message["id"]] = message
        self._note("propose", frame(message))

    def _first(self) -> dict[str, Any]:
        return next(iter(self._said.values()))

    def _is_answered(self) -> None:
        """Our oldest delta is on disk."""
        if not self._said:
            return
        turns_back = self._first()["t"] != "delta"
        entry = self._is_stored(next(iter(self._said)))
        del self._said[entry.message.id]
        with_digest = self._rng.random() < 0.3
        self._hear(self._hub.ack(entry, always_ops=turns_back, with_digest=with_digest))

    def _is_stored(self, delta_id: str) -> Entry:
        message = self._said[delta_id]
        if message["t"] == "delta":
            ops, atomic = ops_of(message), message.get("atomic", False)
            return self._hub.commit(delta_id, ME, ops, atomic=atomic)
        ops, _ = _few(self._theirs, self._hub.document)  # as good as what is taken back
        return self._hub.commit(delta_id, ME, ops, purpose=message["t"])

    def _is_refused(self) -> None:
        if self._said:
            delta_id = next(iter(self._said))
            del self._said[delta_id]
            code = self._rng.choice(FINAL)
            self._hear(frame(Error(delta_id, code, "no", PROJECT, {"op": 0})))

    def _is_refused_for_now(self) -> None:
        if self._said:
            code = self._rng.choice(FOR_NOW)
            details: dict[str, Any] = {"retry_after_ms": 100}
            self._hear(frame(Error(next(iter(self._said)), code, "not now", PROJECT, details)))

    def _is_answered_again(self) -> None:
        """A delta is acknowledged that we hold already: no op of it is applied twice."""
        mine = [e for e in self._hub.journal if e.message.member == ME]
        if mine:
            self._hear(self._hub.duplicate(self._rng.choice(mine)))

    # What breaks.

    def _line_breaks(self) -> None:
        """Some of ours are stored, others edit: then we come back."""
        if self._rng.random() < 0.2:
            self._comes_back_to_a_state()
            return
        self._meanwhile(self._rng.randint(0, 2))
        self.come_in()

    def _comes_back_to_a_state(self) -> None:
        self._meanwhile(1)
        self._hub.epoch = self._id("epoch")
        self.come_in(fresh=True)

    def _meanwhile(self, ours: int) -> None:
        for delta_id in list(self._said)[:ours]:
            self._is_stored(delta_id)
        for _ in range(self._rng.randint(0, 2)):
            self._their_delta()

    def _diverges(self) -> None:
        """The server says another digest than ours: we come back without a position."""
        self._hear(tick(Digest(self._hub.head, "0123456789abcdef")))
        self.come_in()

    def _a_hole(self) -> None:
        """A delta is missing before this one."""
        self._their_delta()
        self._hear(frame(self._their_delta().message))
        self.come_in()

    # Steps.

    def _id(self, of: str) -> str:
        return f"{of}-{next(self._numbers):06}"

    def _hear(self, one: Frame) -> None:
        gap = False
        try:
            events = self._replica.receive(read(one, "json"))
        except Gap:
            gap = True
        else:
            assert not any(isinstance(e, FoundDiverged) and e.theirs[:4] != "0123" for e in events)
        self._note("hear", one, gap=gap)

    def _note(self, do: str, one: Frame, *, gap: bool = False) -> None:
        step: Step = {"do": do, "frame": one, "then": then(self._replica)}
        if gap:
            step["gap"] = True
        position = self._replica.position
        if position is not None and position.seq == self._hub.head:
            assert step["then"]["confirmed"] == self._hub.document.digest
        self.steps.append(step)


def _few(chaos: Chaos, document: Any) -> tuple[list[Op], bool]:
    """A delta of at most three ops, so that the files stay small, and whether it is atomic."""
    [(ops, atomic)] = chaos.deltas(document, 1)
    return ops[:3], atomic


def then(replica: Replica) -> dict[str, Any]:
    """What a copy comes to."""
    here: dict[str, Any] = {
        "confirmed": replica.digest,
        "view": digest(replica.state),
        "seq": None if replica.position is None else replica.position.seq,
        "pending": list(replica.pending),
        "synced": replica.synced,
    }
    master = replica.shown("channels", MASTER_CHANNEL)
    if master is not None and replica.gestures:
        here["shown"] = [
            ["channels", MASTER_CHANNEL, shown(term("channels", MASTER_CHANNEL, master))]
        ]
    return here


def _decoded(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
