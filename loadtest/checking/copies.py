"""Copies and checkpoints, each compared with what the replayed journal comes to at their seq."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loadtest.checking.failovers import TOLD_SECONDS, Failover
from loadtest.checking.history import Happening, What

Digests = Mapping[str, str]
"""Seq, as text -> digest."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One that was seen stored `at` (monotonic seconds); `digest` of its content, None: unreadable.

    `what`: `checkpoint`, or the kind of a snapshot.
    """

    at: float
    epoch: str
    seq: int
    digest: str | None
    what: str = "checkpoint"


def wrong_copies(history: Sequence[Happening], digests: Digests) -> Iterator[str]:
    """Each time that somebody's copy came to something else than the journal."""
    for happening in history:
        if not happening.digest or happening.what is What.LOST_BY_FAILOVER:
            continue
        truth = digests.get(str(happening.seq))
        if truth != happening.digest:
            process, seq = happening.process, happening.seq
            yield f"the copy of {process} at seq {seq} is {happening.digest}, the journal's {truth}"


def wrong_checkpoints(
    checkpoints: Sequence[Checkpoint], digests: Digests, failovers: Sequence[Failover], project: str
) -> Iterator[str]:
    """Each that came to something else, but for those that went with a primary."""
    for checkpoint in checkpoints:
        truth = digests.get(str(checkpoint.seq))
        if truth != checkpoint.digest and not any(_took(f, checkpoint, project) for f in failovers):
            what, digest = checkpoint.what, checkpoint.digest
            yield f"the {what} at seq {checkpoint.seq} is {digest}, the journal's {truth}"


def _took(failover: Failover, checkpoint: Checkpoint, project: str) -> bool:
    is_before = checkpoint.at <= failover.writable_at + TOLD_SECONDS
    return (
        not failover.is_synchronous
        and is_before
        and checkpoint.seq > failover.heads.get(project, 0)
    )
