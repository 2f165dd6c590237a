"""Rows of the journal and what they are to a room: entries, and columns of what is known."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from persistence.journal.contract import KnownHead
from rooms.journal.entry import Entry, Outcome, Proposal, Purpose

# Calling an enum costs more than all else that is done with a row.
OUTCOMES = {outcome.value: outcome for outcome in Outcome}
PURPOSES = {purpose.value: purpose for purpose in Purpose}


class ProposalResult(NamedTuple):
    """What became of a proposal; `committed_at` only of what was committed just now.

    `payload_hash`: the proposal's, as the journal was given it.
    """

    outcome: Outcome
    seq: int | None
    committed_at: datetime | None = None
    payload_hash: bytes = b""


def own_entries(proposals: Sequence[Proposal], results: Iterable[ProposalResult]) -> list[Entry]:
    """What was committed of these, as entries."""
    return [
        Entry(
            project=proposal.project,
            seq=result.seq,
            delta_id=proposal.delta_id,
            author=proposal.author,
            member=proposal.member,
            payload=proposal.payload,
            atomic=proposal.atomic,
            committed_at=milliseconds(result.committed_at),
            payload_hash=result.payload_hash,
            purpose=proposal.purpose,
            reverts=proposal.reverts,
            step=proposal.step,
            aspect=proposal.aspect,
            reach=proposal.reach,
        )
        for proposal, result in zip(proposals, results, strict=True)
        if result.outcome is Outcome.COMMITTED
        and result.seq is not None
        and result.committed_at is not None
    ]


def columns(
    known_heads: Mapping[str, KnownHead],
) -> tuple[list[str], list[int], list[str], list[Any]]:
    """Projects, heads, epochs, ids."""
    states = known_heads.values()
    return (
        list(known_heads),
        [k.seq for k in states],
        [k.epoch for k in states],
        [k.delta_id for k in states],
    )


def outcome_of(verdict: str | None) -> Outcome | None:
    """None: the journal is still the one that is known."""
    return None if verdict is None else OUTCOMES[verdict]


def without_gaps(entries: Iterable[Entry], known_heads: Mapping[str, KnownHead]) -> list[Entry]:
    """What follows each head without a hole: behind 1,000 missed entries our own must wait."""
    by_project: dict[str, dict[int, Entry]] = defaultdict(dict)
    for entry in entries:
        by_project[entry.project][entry.seq] = entry
    entries_in_order: list[Entry] = []
    for project, known_head in known_heads.items():
        seq = known_head.seq + 1
        while seq in by_project[project]:
            entries_in_order.append(by_project[project][seq])
            seq += 1
    return entries_in_order


def entry_of(row: Any) -> Entry:
    """The entry in a row of `append_deltas` or `read_deltas`."""
    return Entry(
        project=row["project_id"],
        seq=row["seq"],
        delta_id=row["delta_id"],
        author=row["author"],
        member=row["member"],
        payload=row["ops"].encode(),
        atomic=row["atomic"],
        committed_at=milliseconds(row["committed_at"]),
        payload_hash=row["payload_hash"],
        purpose=PURPOSES[row["purpose"]],
        reverts=row["reverts"],
        step=row["step"],
        more=row["more"],
        aspect=row["aspect"],
        reach=row["reach"],
    )


def milliseconds(time: datetime) -> float:
    """Since 1970, as clients are told it."""
    return time.timestamp() * 1000
