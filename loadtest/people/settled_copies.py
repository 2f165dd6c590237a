"""Everybody has an answer, all copies are the same, and what was acknowledged is in the journal."""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from loadtest.checking.audit import audit
from loadtest.checking.lost_deltas import lost_deltas
from loadtest.people.participant import Participant
from loadtest.people.tally import Tally
from prime_client.client import Client
from prime_client.copy.digest import digest
from prime_client.copy.state_ops import State

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


async def prove(
    participants: Sequence[Participant], tally: Tally, database_url: str, witness: Client
) -> dict[str, Any]:
    """Compare the musicians' copies with a fresh join and with PostgreSQL."""
    project = participants[0].room.project
    fresh_join = await witness.join(project)
    return compare(participants, tally, await audit(database_url, project), fresh_join.state)


def compare(
    participants: Sequence[Participant],
    tally: Tally,
    audited: dict[str, Any],
    fresh_state: State,
    excused: Collection[str] = (),
) -> dict[str, Any]:
    """The same, of what was read already: an audit, and a fresh join's state.

    `excused`: deltas that may be lost although they were acknowledged.
    """
    digests = {p.character.name: digest(p.room.state) for p in participants}
    digests["a fresh join"] = digest(fresh_state)
    digests["PostgreSQL"] = audited["digest"]
    acked_seqs = {delta: seq for delta, seq in tally.acked.items() if delta not in excused}
    lost = lost_deltas(acked_seqs, audited["delta_ids"])
    converged = len(set(digests.values())) == 1 and bool(audited["checkpoint_ok"])
    report = {
        "deltas_acked": len(tally.acked),
        "deltas_in_journal": audited["deltas"],
        "lost": len(lost) + tally.contradictions,
        "converged": converged,
        "digest": audited["digest"],
    }
    return report if converged else report | {"digests": digests}
