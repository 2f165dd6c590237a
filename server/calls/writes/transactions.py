"""Calls inside one transaction: all that they write is committed, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from server.calls.context import Context
from server.calls.writes.announcements import HeldBack
from server.live.member_colors import MemberColors


@asynccontextmanager
async def one_transaction(context: Context) -> AsyncIterator[Context]:
    """A context whose calls are part of one transaction; what they announce is told behind it."""
    held = HeldBack(context.announcer)
    async with context.db.transaction() as transaction:
        # Colours of what may not come are not to be remembered.
        yield replace(context, db=transaction, announcer=held, colors=MemberColors())
    held.tell()
