"""What a promoted standby takes away: which acks it excuses, and how long old copies may be told.

A synchronous standby excuses nothing. Behind an asynchronous one commits are lost that it had not
had; who was told of them before the promotion was told the truth of that time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from loadtest.checking.history import Happening, What

TOLD_SECONDS = 4.0
"""Old copies may still be told of for so long after the promotion: a slow tick, and the way."""

ABOUT_DELTAS = (What.OK, What.READ, What.STATE, What.SYNCED, What.DIVERGED)
ABOUT_ROWS = (What.ROW_OK, What.ROW_READ)


@dataclass(frozen=True, slots=True)
class Failover:
    """One promotion. `cut_at`, `writable_at`: monotonic seconds; `heads`: of what the standby had.

    `row_versions`: of each project's row there.
    """

    cut_at: float
    writable_at: float
    is_synchronous: bool
    heads: Mapping[str, int] = field(default_factory=dict)
    row_versions: Mapping[str, int] = field(default_factory=dict)

    def takes(self, happening: Happening, project: str, epochs: frozenset[str]) -> bool:
        """Whether this is about a seq, or a version, of before that the standby had not had.

        `epochs`: those that there were before it.
        """
        if self.is_synchronous or happening.at > self.writable_at + TOLD_SECONDS:
            return False
        if happening.what in ABOUT_ROWS:
            return happening.version > self.row_versions.get(project, 0)
        if happening.what not in ABOUT_DELTAS or happening.seq <= self.heads.get(project, 0):
            return False
        return not happening.epoch or happening.epoch in epochs


def epochs_before(failover: Failover, history: Sequence[Happening]) -> frozenset[str]:
    """Those that there were before it."""
    return frozenset(h.epoch for h in history if h.epoch and h.at <= failover.cut_at)


def without_lost(
    history: Sequence[Happening],
    failovers: Sequence[Failover],
    project: str,
    journal: Sequence[str],
    digests: Mapping[str, str],
) -> list[Happening]:
    """The history without what is about lost commits; an ack of one is `LOST_BY_FAILOVER`.

    What agrees with the journal (ids in order of seq, and digests by seq) is not lost.
    """
    judged_history = list(history)
    for failover in failovers:
        before = epochs_before(failover, history)
        kept_happenings = []
        for happening in judged_history:
            is_gone = failover.takes(happening, project, before)
            if not is_gone or _agrees(happening, journal, digests):
                kept_happenings.append(happening)
            elif happening.what is What.OK:
                kept_happenings.append(replace(happening, what=What.LOST_BY_FAILOVER))
        judged_history = kept_happenings
    return judged_history


def _agrees(happening: Happening, journal: Sequence[str], digests: Mapping[str, str]) -> bool:
    if happening.what is What.SYNCED:
        return digests.get(str(happening.seq)) == happening.digest
    entry = journal[happening.seq - 1] if 1 <= happening.seq <= len(journal) else None
    return happening.what in (What.OK, What.READ) and entry == happening.delta


def lost_ids(happenings: Sequence[Happening]) -> set[str]:
    """The deltas that were acknowledged and lost."""
    return {happening.delta for happening in happenings if happening.what is What.LOST_BY_FAILOVER}
