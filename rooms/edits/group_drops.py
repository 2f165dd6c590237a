"""What an undo, a redo or a restore has dropped: in all deltas of its group (rules D14, U3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from schema.limits import MAX_DROPPED_BYTES
from schema.messages import Dropped


class Drops(NamedTuple):
    """What an ack names.

    `total`: how many there are in all, where that is more. `bytes`: of those of a group, as told.
    """

    named: Sequence[Dropped] = ()
    total: int | None = None
    bytes: int = 0


@dataclass(slots=True)
class GroupDrops:
    """Of the group whose deltas are being taken in, one after the other: within a bound.

    `named`: the first of them; `bytes`: of these, as they are told; `op_count`: of the deltas so
    far, as the ops of a group are counted through.
    """

    named: list[Dropped] = field(default_factory=list)
    bytes: int = 0
    total: int = 0
    op_count: int = 0

    def add(self, drops: Sequence[Dropped], op_count: int) -> None:
        """Those of the next delta, which has so many ops."""
        is_full = len(self.named) < self.total
        self.total += len(drops)
        for drop in () if is_full else drops:
            counted_drop = replace(drop, op=self.op_count + drop.op)
            size = len(msgspec.json.encode(counted_drop)) + 1
            if self.named and self.bytes + size > MAX_DROPPED_BYTES:
                break  # those that are named are the first, without holes
            self.named.append(counted_drop)
            self.bytes += size
        self.op_count += op_count

    def told(self) -> Drops:
        """As the ack of the last delta tells them."""
        total = self.total if self.total > len(self.named) else None
        return Drops(self.named, total, self.bytes)
