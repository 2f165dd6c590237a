"""Calls that bring an earlier state of a room back, and wait until that is committed."""

import asyncio
from itertools import count

from rooms.effects import Settled
from rooms.journal.entry import Proposal
from rooms.room import Room
from schema.messages import Error
from schema.ops import Op
from server.live.room_jobs import RoomJobs, refuse


class NotCommitted(Exception):
    """The restore was refused; `error` says why."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.error = error


class RoomRestores:
    """Those of one room. Once it is closed, whoever waits gets `RoomClosed`."""

    __slots__ = ("_futures_by_ticket", "_jobs", "_room", "_tickets")

    def __init__(self, room: Room, jobs: RoomJobs) -> None:
        self._room = room
        self._jobs = jobs
        self._futures_by_ticket: dict[int, asyncio.Future[int]] = {}
        """By the ticket of the call that waits."""
        self._tickets = count(1)
        """Tickets of calls to come."""

    def __len__(self) -> int:
        return len(self._futures_by_ticket)

    async def restore(self, proposal: Proposal, ops: list[Op], connection: str) -> int:
        """Commit ops that bring an earlier state back; their last seq.

        Raises `NotCommitted`, `RoomClosed`.
        """
        self._jobs.check_open()
        ticket = next(self._tickets)
        seq_future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._futures_by_ticket[ticket] = seq_future
        self._jobs.run(self._room.restore(proposal, ops, connection, ticket))
        return await seq_future

    def settle(self, effect: Settled) -> None:
        """It is known what became of one: tell the call that waits."""
        seq_future = self._futures_by_ticket.pop(effect.ticket, None)
        if seq_future is None or seq_future.done():
            return
        if effect.seq is not None:
            seq_future.set_result(effect.seq)
        else:
            assert effect.error is not None
            seq_future.set_exception(NotCommitted(effect.error))

    def close(self) -> None:
        """The room is closed: nobody will be told what became of them."""
        refuse(self._futures_by_ticket.values())
        self._futures_by_ticket.clear()
