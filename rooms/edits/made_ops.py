"""Deltas that the server makes: one, or a group of several that are stored together (rule D14)."""

from collections.abc import Generator, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import NamedTuple

from msgspec.structs import replace

from rooms.effects import PAUSE, Effects, Job
from rooms.journal.entry import Proposal
from rooms.rules.routing_ops import lead_elsewhere
from schema.limits import MAX_GROUP_BYTES
from schema.ops import Op, encode_ops
from schema.server_limits import MADE_BYTES, MADE_OPS

SLICE_ENCODED = 40
"""Ops encoded by themselves before others get their turn."""

SLICE_LOOKED_OVER = 500
"""Ops looked over, without encoding them, before others get their turn."""

_ID = attrgetter("id")


class TooLarge(Exception):
    """The ops come to more than one group may hold; nothing of it was stored."""


class MadeOps(NamedTuple):
    """Ops that the server made, hundreds of thousands maybe, and what must be known of them all.

    `touched_ids`: the ids of the entities they are about; `leads_elsewhere`: as of
    `lead_elsewhere`.
    """

    ops: list[Op]
    touched_ids: set[str]
    leads_elsewhere: bool


def looked_over(ops: list[Op]) -> Generator[Effects, None, MadeOps]:
    """What must be known of ops that the server made."""
    touched_ids: set[str] = set()
    leads = False
    for first in range(0, len(ops), SLICE_LOOKED_OVER):
        chunk = ops[first : first + SLICE_LOOKED_OVER]
        touched_ids.update(map(_ID, chunk))
        leads = leads or lead_elsewhere(chunk)
        yield PAUSE
    return MadeOps(ops, touched_ids, leads)


def freeing_ops(ops: list[Op]) -> Job:
    """Empty the list bit by bit: to free hundreds of thousands at once takes tens of ms."""
    while ops:
        del ops[-SLICE_LOOKED_OVER:]
        yield PAUSE


def parts_of(
    proposal: Proposal, ops: Sequence[Op]
) -> Generator[Effects, None, tuple[Proposal, ...]]:
    """The proposals that these ops are: the last has the id that was asked for, and `reverts`.

    Raises `TooLarge`.
    """
    encoded_ops: list[bytes] = []
    parts: list[bytes] = []
    size = whole_size = 0
    for number, op in enumerate(ops):
        piece = encode_ops(op)
        if encoded_ops and (len(encoded_ops) >= MADE_OPS or size + len(piece) > MADE_BYTES):
            parts.append(_joined(encoded_ops))
            encoded_ops, size = [], 0
        encoded_ops.append(piece)
        size += len(piece)
        whole_size += len(piece) + 1
        if whole_size > MAX_GROUP_BYTES:
            raise TooLarge
        if number % SLICE_ENCODED == SLICE_ENCODED - 1:
            yield PAUSE
    proposals = [
        replace(proposal, payload=part, delta_id=_part_id(proposal, number), reverts=None)
        for number, part in enumerate(parts)
    ]
    return (*proposals, replace(proposal, payload=_joined(encoded_ops)))


def _joined(encoded_ops: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(encoded_ops) + b"]"


def _part_id(proposal: Proposal, number: int) -> str:
    """The same for the same request: no part can be stored twice."""
    name = f"{proposal.delta_id}\0{number}"
    return "part-" + blake2b(name.encode(), digest_size=16).hexdigest()
