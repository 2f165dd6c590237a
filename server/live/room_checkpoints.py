"""Stores the checkpoints of a room, and what took effect otherwise than proposed."""

import time
from collections.abc import Mapping, Sequence

from persistence.journal.contract import Checkpoint, KnownHead
from rooms.room import Room
from schema.ops import Op, encode_ops
from schema.server_limits import RECORD_BYTES
from server.live.room_jobs import FrozenState, RoomJobs
from server.live.room_services import RoomServices
from server.loop.threads import yield_gil
from server.states.stored_state import sliced


class RoomCheckpoints:
    """For one room. Once it is closed, `RoomClosed` is raised and nothing is stored."""

    __slots__ = (
        "_in_thread",
        "_jobs",
        "_journal",
        "_room",
        "begun_at",
        "stored_seq",
    )

    def __init__(self, room: Room, jobs: RoomJobs, services: RoomServices) -> None:
        self.stored_seq = room.head
        """Up to which the newest one goes."""
        self.begun_at = time.monotonic()
        """When it was begun, or the room was opened; in seconds of `time.monotonic`."""
        self._room = room
        self._jobs = jobs
        self._journal = services.journal
        self._in_thread = services.in_thread

    async def store_if_new(self, now: float) -> None:
        """Store the state of now, if it is not stored; raises `Unavailable`."""
        self._jobs.check_open()
        if self._room.head != self.stored_seq:
            await self.store(now)

    async def store(self, now: float) -> FrozenState:
        """Store the state of now; that state. Raises `Unavailable`."""
        self.begun_at = now
        frozen_state = await self._jobs.freeze()
        await self._record_effective_ops(frozen_state.unrecorded_ops, frozen_state.known_head)
        if frozen_state.seq == self.stored_seq:
            return frozen_state
        slices = await self._in_thread(sliced, frozen_state.state)
        self._jobs.check_open()
        known_head = frozen_state.known_head
        await self._journal.save(
            Checkpoint(
                self._room.project,
                known_head.epoch,
                known_head.seq,
                frozen_state.digest,
                slices,
                known_head.delta_id,
                frozen_state.aspects,
            )
        )
        self.stored_seq = max(self.stored_seq, frozen_state.seq)
        return frozen_state

    async def record_effective_ops(self) -> None:
        """Note in the journal what took effect otherwise than proposed; raises `Unavailable`."""
        self._jobs.check_open()
        room = self._room
        known_head = KnownHead(room.epoch, room.head, room.head_id)
        await self._record_effective_ops(room.unrecorded_ops(), known_head)

    async def _record_effective_ops(
        self, unrecorded_ops: Mapping[int, Sequence[Op]], known_head: KnownHead
    ) -> None:
        """Before each checkpoint: what memory forgets must be in the journal."""
        if not unrecorded_ops:
            return
        for effective_ops in await self._in_thread(_encoded_batches, unrecorded_ops):
            self._jobs.check_open()
            await self._journal.record_effective_ops(self._room.project, effective_ops, known_head)
            self._room.ops_recorded(effective_ops)


def _encoded_batches(unrecorded_ops: Mapping[int, Sequence[Op]]) -> list[dict[int, bytes]]:
    """In batches, each sent by the event loop in one go."""
    batches: list[dict[int, bytes]] = [{}]
    size = 0
    for seq, ops in unrecorded_ops.items():
        encoded_ops = encode_ops(ops)
        if size + len(encoded_ops) > RECORD_BYTES:
            batches.append({})
            size = 0
        batches[-1][seq] = encoded_ops
        size += len(encoded_ops)
        yield_gil()
    return [batch for batch in batches if batch]
