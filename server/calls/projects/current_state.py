"""What a project is now, whether its room is open or not."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from persistence.journal.contract import KnownHead
from persistence.journal.history import JournalStanding, standing
from rooms.document.document import Document
from schema.messages import Position
from server.calls.context import Context
from server.live.room_services import RoomClosed
from server.states.effective_ops import record_by_replay
from server.states.stored_state import document_at

NOTHING_KNOWN = KnownHead("00000000-0000-0000-0000-000000000000", 0, None)
"""Fits no project: the journal answers it with where the project stands."""

Question = Callable[..., Any]
"""A function whose first argument is a state."""


def _of_state(document: Document, question: Question, args: tuple[Any, ...]) -> Any:
    return question(document.collections, *args)


async def position(context: Context, project: str) -> Position:
    """How far the project is, whether its room is open or not."""
    live = context.hub.rooms.get(project)
    if live is not None:
        return Position(live.room.epoch, live.room.head)
    stands = (await context.journal.stand({project: NOTHING_KNOWN})).get(project)
    return (
        Position(NOTHING_KNOWN.epoch, 0) if stands is None else Position(stands.epoch, stands.head)
    )


async def ask(context: Context, project: str, question: Question, *args: Any) -> Any:
    """What a function of the state, in a worker thread, says of now.

    The room may be open or not; raises as `Hub.open` does.
    """
    live = context.hub.rooms.get(project)
    if live is not None:
        with suppress(RoomClosed):
            return await context.in_thread(question, (await live.freeze()).state, *args)
    head = (await context.journal.heads([project])).get(project, 0)
    async with await document_at(
        context.slow_journal, project, head, context.in_thread
    ) as document:
        return await document.use(_of_state, question, args)


async def record_effective_ops(context: Context, project: str, user: str) -> JournalStanding:
    """See that the journal knows what took effect; how it stands, up to the seq of which it does.

    Where no room is open here, the journal knows it up to the newest stored state, and what follows
    is replayed. Raises as `newest_whole` does. `user`: who asks.
    """
    stands = await standing(context.db, project)
    live = context.hub.rooms.get(project)
    if live is not None:
        head = live.room.head
        await live.checkpoints.record_effective_ops()
    elif stands.head > stands.stored_seq:
        async with context.documents.slot(user):
            head = await record_by_replay(context.slow_journal, project, context.in_thread)
    else:
        head = stands.head
    return replace(stands, head=head)
