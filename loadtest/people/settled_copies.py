"""Waiting until everybody has an answer, and all copies stand at one position."""

import asyncio
from collections.abc import Sequence

from loadtest.people.participant import Participant
from loadtest.people.tally import Tally

SETTLE_SECONDS = 60.0


class NotSettled(Exception):
    """Not everything was answered in time."""


async def settle(
    participants: Sequence[Participant], tally: Tally, seconds: float = SETTLE_SECONDS
) -> None:
    """Wait until every edit is answered and every copy stands at the same position."""
    try:
        async with asyncio.timeout(seconds):
            while not _is_settled(participants):
                tally.something_changed.clear()
                await tally.something_changed.wait()
    except TimeoutError:
        waits = [(p.character.name, len(p.room.replica.pending)) for p in participants]
        raise NotSettled(f"not settled after {seconds:g} s; pending: {waits}") from None


def _is_settled(participants: Sequence[Participant]) -> bool:
    replicas = [participant.room.replica for participant in participants]
    if any(replica.pending or not replica.synced for replica in replicas):
        return False
    return len({replica.position for replica in replicas}) == 1
