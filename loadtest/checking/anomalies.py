"""The checker of a history: twelve ways in which a journal of deltas can betray its users."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate

from loadtest.checking.history import Happening, What

STALE_SECONDS = 10.0
"""Other nodes have a delta within that, whatever the bus does: five slow ticks."""


FOLLOW_SECONDS = 1.0
"""A fresh state may be of a while ago; the deltas since then follow it at once."""

SLOW_FOLLOW_SECONDS = 6.0
"""The same, while what lies on their way is stalled, frozen or restarted."""

SLOW_WAYS = ("clients_", "node_", "postgres_")
"""Faults by which bytes to a client may come late."""


class Kind(StrEnum):
    """The anomalies, by the names that reports use."""

    LOST = "lost"
    DUPLICATE = "duplicate"
    GAP = "gap"
    DIVERGENCE = "divergence"
    DIRTY_READ = "dirty_read"
    PHANTOM = "phantom"
    REORDER = "reorder"
    REAL_TIME = "real_time"
    STALE_RESUME = "stale_resume"
    FAIL_APPEARS = "fail_appears"
    LOST_UPDATE = "lost_update"
    NEVER_RESOLVED = "never_resolved"


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One breach, in words."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Truth:
    """What the database holds at the end: delta ids in order of seq, and the project's row.

    Seqs up to `begun_at` are from before the history, and nobody's in it.
    """

    journal: Sequence[str]
    begun_at: int = 0
    row_version: int = 0
    row_mark: str = ""

    def at(self, seq: int) -> str | None:
        """The id at `seq`; None: there is none."""
        return self.journal[seq - 1] if 1 <= seq <= len(self.journal) else None


@dataclass(slots=True)
class _Facts:
    """A history, looked up by what the checks ask for."""

    truth: Truth
    by_what: dict[What, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    by_process: dict[str, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    seqs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def of(self, *kinds: What) -> list[Happening]:
        return [happening for kind in kinds for happening in self.by_what[kind]]

    def is_slow(self, at: float) -> bool:
        """Whether a fault was in force then, or began soon after, that holds up a client."""
        slow_faults = [f for f in self.of(What.FAULT) if f.text.startswith(SLOW_WAYS)]
        healed = self.of(What.HEALED)
        for fault in slow_faults:
            healed_times = [
                h.at for h in healed if h.at >= fault.at and h.text.startswith(fault.text)
            ]
            if fault.at - FOLLOW_SECONDS <= at <= min(healed_times, default=at):
                return True
        return False

    def ids(self, *kinds: What) -> set[str]:
        return {happening.delta for happening in self.of(*kinds)}


def check(history: Sequence[Happening], truth: Truth) -> list[Anomaly]:
    """Every anomaly found; none is the promise kept."""
    facts = _Facts(truth)
    for happening in history:
        facts.by_what[happening.what].append(happening)
        facts.by_process[happening.process].append(happening)
    for seq, delta in enumerate(truth.journal, start=1):
        facts.seqs[delta].append(seq)
    return [
        Anomaly(kind, text)
        for kind, look in CHECKS.items()
        for text in dict.fromkeys(look(facts))  # each once
    ]


def _lost_acks(facts: _Facts) -> Iterator[str]:
    for ok in facts.of(What.OK):
        if facts.truth.at(ok.seq) != ok.delta:
            in_journal = facts.truth.at(ok.seq) or "nothing"
            yield f"{ok.delta} was acknowledged as seq {ok.seq}, where the journal has {in_journal}"


def _duplicate(facts: _Facts) -> Iterator[str]:
    for delta, seqs in facts.seqs.items():
        if len(seqs) > 1:
            yield f"{delta} is in the journal {len(seqs)} times: seqs {seqs}"
    acked_seqs: dict[str, set[int]] = defaultdict(set)
    for happening in facts.of(What.OK, What.READ):
        acked_seqs[happening.delta].add(happening.seq)
    for delta, several in acked_seqs.items():
        if len(several) > 1:
            yield f"{delta} was told of as seqs {sorted(several)}"


def _gap(facts: _Facts) -> Iterator[str]:
    for happening in facts.of(What.GAP):
        yield f"{happening.process} was sent a hole: {happening.text}"
    for process, happenings in facts.by_process.items():
        at: int | None = None
        for happening in happenings:
            if happening.what in (What.STATE, What.SYNCED):
                at = happening.seq
            elif at is not None and happening.what in (What.READ, What.OK):
                is_again = happening.what is What.OK and happening.seq <= at
                if not is_again and happening.seq != at + 1:
                    yield f"{process} heard seq {happening.seq} after {at}"
                at = max(at, happening.seq)


def _divergence(facts: _Facts) -> Iterator[str]:
    for happening in facts.of(What.DIVERGED):
        yield f"{happening.process} holds another state at seq {happening.seq}: {happening.text}"
    ids: dict[int, set[str]] = defaultdict(set)
    ops: dict[int, set[str]] = defaultdict(set)
    for happening in facts.of(What.READ, What.OK):
        ids[happening.seq].add(happening.delta)
        if happening.ops:
            ops[happening.seq].add(happening.ops)
    for seq, several in ids.items():
        if len(several) > 1:
            yield f"seq {seq} is {' and '.join(sorted(several))}"
    for seq, several in ops.items():
        if len(several) > 1:
            yield f"readers were given different ops as seq {seq}"


def _dirty_read(facts: _Facts) -> Iterator[str]:
    for read_happening in facts.of(What.READ):
        if read_happening.delta not in facts.seqs:
            what_was_read = f"{read_happening.delta} as seq {read_happening.seq}"
            yield f"{read_happening.process} saw {what_was_read}; the journal has no such id"


def _phantom(facts: _Facts) -> Iterator[str]:
    sent_ids = facts.ids(What.INVOKE)
    begun_at = facts.truth.begun_at
    for seq, delta in enumerate(facts.truth.journal[begun_at:], start=begun_at + 1):
        if delta not in sent_ids:
            yield f"nobody sent {delta}, which is seq {seq}"
    for read_happening in facts.of(What.READ):
        if read_happening.seq > begun_at and read_happening.delta not in sent_ids:
            reader = f"{read_happening.process} saw as seq {read_happening.seq}"
            yield f"nobody sent {read_happening.delta}, which {reader}"


def _reorder(facts: _Facts) -> Iterator[str]:
    last: dict[str, tuple[int, str]] = {}
    # What a failover took away, and was sent once more by a fault, is stored anew where it came.
    lost = {happening.delta for happening in facts.of(What.LOST_BY_FAILOVER)}
    for invoked in facts.of(What.INVOKE):
        if invoked.delta in lost:
            continue
        for seq in facts.seqs.get(invoked.delta, ())[:1]:
            before, delta = last.get(invoked.process, (0, ""))
            if seq < before:
                yield f"{invoked.process} sent {delta} before {invoked.delta}: seqs {before}, {seq}"
            last[invoked.process] = max((before, delta), (seq, invoked.delta))


def _real_time(facts: _Facts) -> Iterator[str]:
    acked_seq, delta = 0, ""
    in_time = sorted(facts.of(What.OK, What.INVOKE), key=lambda happening: happening.at)
    for happening in in_time:
        if happening.what is What.OK:
            acked_seq, delta = max((acked_seq, delta), (happening.seq, happening.delta))
            continue
        for seq in facts.seqs.get(happening.delta, ())[:1]:
            if seq < acked_seq:
                later_words = f"{happening.delta}, seq {seq}, was sent"
                yield f"{later_words} after {delta} was acknowledged as seq {acked_seq}"


def _stale_resume(facts: _Facts) -> Iterator[str]:
    acks = _Acks(facts.of(What.OK))
    for process, happenings in facts.by_process.items():
        seen_seq = 0
        for n, happening in enumerate(happenings):
            reached = _reached(facts, happenings, n) if happening.what is What.SYNCED else None
            if reached is not None:
                what_happened = f"{process} was brought to seq {reached}"
                if reached < seen_seq:
                    yield f"{what_happened}, and had seen {seen_seq} before"
                elif reached < (acked_seq := acks.before(happening.at - STALE_SECONDS)):
                    earlier = f"{STALE_SECONDS:g} s earlier"
                    yield f"{what_happened}; {acked_seq} was acknowledged {earlier}"
            if happening.what in (What.SYNCED, What.READ, What.OK):
                seen_seq = max(seen_seq, happening.seq)


def _reached(facts: _Facts, happenings: Sequence[Happening], n: int) -> int | None:
    """How far a join brought its reader: to a state, and on by the deltas that follow at once.

    None: another join came before one could tell.
    """
    seq, at = happenings[n].seq, happenings[n].at
    ends_at = at + (SLOW_FOLLOW_SECONDS if facts.is_slow(at) else FOLLOW_SECONDS)
    for happening in happenings[n + 1 :]:
        if happening.at > ends_at:
            break
        if happening.what is What.SYNCED:
            return None
        if happening.what in (What.READ, What.OK):
            seq = max(seq, happening.seq)
    return seq


class _Acks:
    """The newest seq that anyone has got, at any time."""

    def __init__(self, acks: Sequence[Happening]) -> None:
        in_time = sorted(acks, key=lambda ok: ok.at)
        self._times = [ok.at for ok in in_time]
        self._newest = list(accumulate((ok.seq for ok in in_time), max, initial=0))

    def before(self, at: float) -> int:
        return self._newest[bisect_left(self._times, at)]


def _fail_appears(facts: _Facts) -> Iterator[str]:
    again_ids = facts.ids(What.AGAIN)  # the other one may have succeeded
    for fail in facts.of(What.FAIL):
        if fail.delta in facts.seqs and fail.delta not in again_ids:
            seq = facts.seqs[fail.delta][0]
            yield f"{fail.delta} was refused ({fail.text}), and is in the journal as seq {seq}"
    seen_ids = facts.ids(What.ROW_READ) | {facts.truth.row_mark}
    for fail in facts.of(What.ROW_FAIL):
        if fail.delta in seen_ids:
            yield f"the update {fail.delta} was refused ({fail.text}), and took effect"


def _lost_update(facts: _Facts) -> Iterator[str]:
    base = {invoked.delta: invoked.version for invoked in facts.of(What.ROW_INVOKE)}
    winners: dict[int, str] = {}
    for ok in facts.of(What.ROW_OK):
        first = winners.setdefault(base.get(ok.delta, 0), ok.delta)
        if first != ok.delta:
            yield f"{first} and {ok.delta} both changed version {base.get(ok.delta, 0)}"
        if ok.version > facts.truth.row_version:
            yield f"{ok.delta} made version {ok.version}; it ends at {facts.truth.row_version}"
    marks: dict[int, set[str]] = defaultdict(set)
    for happening in facts.of(What.ROW_OK, What.ROW_READ):
        marks[happening.version].add(happening.delta)
    marks[facts.truth.row_version].add(facts.truth.row_mark)
    for version, several in marks.items():
        if len(several) > 1:
            yield f"version {version} is {' and '.join(sorted(several))}"


def _never_resolved(facts: _Facts) -> Iterator[str]:
    resolved = facts.ids(What.OK, What.FAIL, What.LOST_BY_FAILOVER)
    for invoked in facts.of(What.INVOKE):
        if invoked.delta not in resolved:
            yield f"{invoked.process} never heard what became of {invoked.delta}"


CHECKS: dict[Kind, Callable[[_Facts], Iterator[str]]] = {
    Kind.LOST: _lost_acks,
    Kind.DUPLICATE: _duplicate,
    Kind.GAP: _gap,
    Kind.DIVERGENCE: _divergence,
    Kind.DIRTY_READ: _dirty_read,
    Kind.PHANTOM: _phantom,
    Kind.REORDER: _reorder,
    Kind.REAL_TIME: _real_time,
    Kind.STALE_RESUME: _stale_resume,
    Kind.FAIL_APPEARS: _fail_appears,
    Kind.LOST_UPDATE: _lost_update,
    Kind.NEVER_RESOLVED: _never_resolved,
}
