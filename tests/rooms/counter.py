"""A second aspect, for tests alone: named counters, to which entries add."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from hashlib import sha256

import msgspec

from rooms.aspect import Applied, StateSlice
from rooms.journal.entry import Entry, Proposal

COUNTER = "counter"

MOST = 1_000
"""Added by one entry."""

UNREADABLE = "counters: a list of [name, number], such as [['bars', 4]]"


class Counter:
    """`totals`: name -> sum of what was added; `last_at`: when something was, by the entry."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.last_at = 0.0

    @property
    def digest(self) -> str:
        return sha256(repr((sorted(self.totals.items()), self.last_at)).encode()).hexdigest()[:16]

    def check(self, proposal: Proposal) -> str | None:
        added = _read(proposal.payload)
        if added is None:
            return UNREADABLE
        return next((f"{name}: at most {MOST} at once" for name, n in added if n > MOST), None)

    def apply(self, entry: Entry, sent: object = None) -> Generator[None, None, Applied]:
        added = _read(entry.payload)
        if added is None:
            return Applied(mistake=UNREADABLE)
        for name, number in added:
            self.totals[name] = self.totals.get(name, 0) + number
            yield
        self.last_at = entry.committed_at
        return Applied()

    def slices(self) -> Iterator[StateSlice]:
        if self.totals:
            yield StateSlice("totals", msgspec.json.encode(self.totals))
            yield StateSlice("last", msgspec.json.encode({"at": self.last_at}))

    def load(self, slices: Iterable[StateSlice]) -> None:
        for part in slices:
            held: Mapping[str, float] = msgspec.json.decode(part.entities)
            if part.collection == "totals":
                self.totals.update({name: int(total) for name, total in held.items()})
            else:
                self.last_at = held["at"]


def _read(payload: bytes) -> list[tuple[str, int]] | None:
    try:
        return msgspec.json.decode(payload, type=list[tuple[str, int]])
    except msgspec.MsgspecError:
        return None
