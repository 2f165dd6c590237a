"""A musician whose every attempt, answer and sight goes into the history."""

import asyncio
import hashlib
import json
import random
import time
from typing import TYPE_CHECKING, Any

from loadtest.checking.history import History, What
from loadtest.people.participant import Participant
from loadtest.people.tally import Tally
from loadtest.stopping import wait
from prime_client.connecting.codec import codec_named
from prime_client.connecting.connection import Connection
from prime_client.copy.state_ops import Op
from prime_client.events import (
    Acknowledged,
    Committed,
    Event,
    FoundDiverged,
    Refused,
    Synced,
)
from prime_client.failures import CallFailed, CallInterrupted, CallTimedOut
from prime_client.room import Room

if TYPE_CHECKING:
    from prime_client.events import Position

UPDATE_SECONDS = (0.2, 0.8)
"""Between two changes of the project's row by one musician."""

AGAIN_SECONDS = 0.2
"""Between two bursts of deltas sent again."""

ALREADY_ANSWERED = 5
"""How many of the deltas that were answered are sent again as well."""

OUTCOME_UNKNOWN = frozenset({"unavailable", "internal"})
"""Answers to a call that leave open whether it was carried out."""


class RecordedMusician(Participant):
    """A `Participant`, with a history."""

    def __init__(self, url: str, number: int, seed: int, tally: Tally, history: History) -> None:
        super().__init__(url, number, seed, tally)
        self.name = self.character.name
        self.sent: dict[str, dict[str, Any]] = {}
        self._history = history
        self._rng = random.Random(f"{seed} {number} row")
        self._under_way: set[str] = set()
        self._gaps = 0
        self._began_at: Position | None = None

    async def enter(self, project: str) -> Room:
        """Join, and have all of it recorded."""
        room = await super().enter(project)
        self._began_at = room.replica.began_at
        self._synced(fresh=True)
        room.subscribe(self._record)
        return room

    def edit(self, ops: list[Op], atomic: bool) -> str | None:
        """Propose a delta."""
        at, is_live = time.monotonic(), self.room.is_live
        delta_id = super().edit(ops, atomic)
        if delta_id is None:
            return None
        self._note_happening(What.INVOKE, at=at, delta=delta_id)
        options = {"atomic": True} if atomic else {}
        message = {"t": "delta", "project": self.room.project, "id": delta_id, "ops": ops}
        self.sent[delta_id] = message | options
        if is_live:
            self._under_way.add(delta_id)
        return delta_id

    # What comes in.

    def _record(self, event: Event) -> None:
        began_at = self.room.replica.began_at
        if began_at is not self._began_at and began_at is not None:
            self._began_at = began_at
            self._note_happening(What.STATE, seq=began_at.seq, epoch=began_at.epoch)
        if self.room.gaps > self._gaps:
            self._gaps = self.room.gaps
            self._note_happening(What.GAP, text=f"{self._gaps} in all")
        match event:
            case Acknowledged(delta_id=delta_id, seq=seq):
                self._answered(What.OK, delta_id, seq=seq, **self._copy_at(seq))
            case Refused(delta_id=delta_id):
                self._answered(What.FAIL, delta_id, text=f"{event.code}: {event.message}")
            case Committed(seq=seq, delta_id=delta_id, ops=ops):
                copy = self._copy_at(seq)
                self._note_happening(What.READ, delta=delta_id, seq=seq, ops=hash_of(ops), **copy)
            case Synced(fresh=fresh):
                self._synced(fresh=fresh)
            case FoundDiverged(seq=seq, theirs=theirs, ours=ours):
                self._note_happening(What.DIVERGED, seq=seq, text=f"{ours}, the server {theirs}")
            case _:
                pass

    def _answered(self, happening_kind: What, delta_id: str, **fields: Any) -> None:
        self._under_way.discard(delta_id)
        self._note_happening(happening_kind, delta=delta_id, **fields)

    def _synced(self, *, fresh: bool) -> None:
        """What was under way on the connection before is unknown, and all that waits goes out."""
        replica = self.room.replica
        assert replica.position is not None
        for delta_id in [
            pending_id for pending_id in replica.pending if pending_id in self._under_way
        ]:
            self._note_happening(What.UNKNOWN, delta=delta_id)
        self._under_way = set(replica.pending)
        seq = replica.position.seq
        self._note_happening(What.SYNCED, seq=seq, fresh=fresh, **self._copy_at(seq))

    def _copy_at(self, seq: int) -> dict[str, Any]:
        """Epoch and digest of the copy, if it stands at `seq`."""
        position = self.room.replica.position
        if position is None or position.seq != seq:
            return {} if position is None else {"epoch": position.epoch}
        return {"epoch": position.epoch, "digest": self.room.replica.digest}

    def _note_happening(
        self, happening_kind: What, *, at: float | None = None, **fields: Any
    ) -> None:
        self._history.note(happening_kind, self.name, at=at, node=self.client.node, **fields)

    # The project's row, changed by compare-and-set.

    async def change_the_row(self, stop: asyncio.Event) -> None:
        """Read the row and change it, again and again, as others do too."""
        count = 0
        while not stop.is_set():
            await wait(stop, self._rng.uniform(*UPDATE_SECONDS))
            version = await self._read_row()
            if version is not None:
                count += 1
                await self._update_row(version, f"{self.name} {count}")

    async def _read_row(self) -> int | None:
        try:
            row = await self.client.projects.get(project=self.room.project)
        except CallFailed:
            return None
        version = int(row["version"])
        self._note_happening(What.ROW_READ, version=version, delta=row["description"])
        return version

    async def _update_row(self, version: int, mark: str) -> None:
        self._note_happening(What.ROW_INVOKE, version=version, delta=mark)
        project = self.room.project
        try:
            row = await self.client.projects.update(
                project=project, version=version, description=mark
            )
        except (CallInterrupted, CallTimedOut) as unknown:
            self._note_happening(What.ROW_UNKNOWN, delta=mark, text=unknown.code)
        except CallFailed as failed:
            outcome = What.ROW_UNKNOWN if failed.code in OUTCOME_UNKNOWN else What.ROW_FAIL
            self._note_happening(outcome, delta=mark, text=failed.code)
        else:
            self._note_happening(What.ROW_OK, version=int(row["version"]), delta=mark)

    # Deltas sent again.

    def to_send_again(self) -> list[dict[str, Any]]:
        """The last that were answered and all that were not, in the order of sending.

        In order, so that whichever copy is first, this musician's deltas stay in theirs.
        """
        pending = [
            self.sent[delta_id] for delta_id in self.room.replica.pending if delta_id in self.sent
        ]
        answered_ids = [
            sent_id for sent_id in self.sent if sent_id not in self.room.replica.pending
        ]
        return [*(self.sent[sent_id] for sent_id in answered_ids[-ALREADY_ANSWERED:]), *pending]


class Echo:
    """Another device of a musician, which sends the musician's deltas once more."""

    def __init__(self, musician: RecordedMusician, url: str, history: History) -> None:
        self.acked = 0
        self._musician = musician
        self._url = url
        self._history = history
        self._is_joined = asyncio.Event()

    async def run(self, seconds: float) -> None:
        """Send for so long; raises `CouldNotOpen`."""
        musician = self._musician
        hello = {"t": "hello", "versions": [1], "device": "echo", "client": "prime-chaos"}
        token = musician.client.access_token
        connection = await Connection.open(
            self._url, codec_named("msgpack"), hello | {"token": token}, seconds
        )
        project = musician.room.project
        connection.send({"t": "join", "id": "echo", "project": project})
        await connection.run(self._received, self._send(connection, seconds))

    async def _send(self, connection: Connection, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._is_joined.wait()
                while True:
                    for message in self._musician.to_send_again():
                        self._history.note(
                            What.AGAIN, self._name, delta=message["id"], node=self._node(connection)
                        )
                        connection.send(message)
                    await asyncio.sleep(AGAIN_SECONDS)
        except TimeoutError:
            await asyncio.sleep(AGAIN_SECONDS)  # for the last answers
            connection.end()

    def _received(self, message: dict[str, Any]) -> None:
        match message["t"]:
            case "joined":
                self._is_joined.set()
            case "ack":
                self.acked += 1
                self._history.note(What.OK, self._name, delta=message["id"], seq=message["seq"])
            case _:
                pass

    @property
    def _name(self) -> str:
        return f"{self._musician.name} again"

    @staticmethod
    def _node(connection: Connection) -> str:
        return str(connection.welcome["node"])


def hash_of(ops: list[dict[str, Any]]) -> str:
    """Equal for ops that say the same."""
    text = json.dumps(ops, sort_keys=True, default=repr)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
