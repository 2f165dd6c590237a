"""Calls inside one transaction: all that they write is committed, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from persistence.pool import Executor
from server.calls.context import Context
from server.calls.writes.announcements import HeldAnnouncements
from server.live.member_colors import MemberColors


@asynccontextmanager
async def one_transaction(
    context: Context, *, of_rows: bool = False
) -> AsyncIterator[tuple[Context, Executor]]:
    """A context whose calls are part of one transaction, and that transaction.

    What they announce is told behind it, and the rows that they answer are read in it: as it has
    written them. `of_rows`: as `prime_caller`, for what is answered by what
    all tables have in common; else as the server, for what is written out.
    """
    held_back = HeldAnnouncements(context.announcer)
    lane = context.rows.callers if of_rows else context.db
    async with lane.transaction() as transaction:
        # Colours of what may not come are not to be remembered.
        inner_context = replace(context, announcer=held_back, colors=MemberColors())
        if of_rows:
            inner_context = replace(inner_context, rows=context.rows.within(transaction))
        else:
            inner_context = replace(
                inner_context, db=transaction, rows=context.rows.within(transaction)
            )
        yield inner_context, transaction
    held_back.tell()
