"""Bounds of what is undone, restored and read back at once."""

import asyncio
from unittest.mock import patch

import msgspec
from msgspec.structs import replace

from persistence.journal.contract import KnownHead
from persistence.journal.memory import MemoryJournal
from rooms.edits.group_drops import GroupDrops
from rooms.edits.made_ops import TooLarge, parts_of
from rooms.edits.undo_stacks import UndoStacks
from rooms.journal.entry import Outcome, Proposal, Purpose, StepMark
from schema.bounds import Instead, Past
from schema.errors import DropReason, ErrorCode
from schema.limits import MAX_DROPPED_BYTES, MAX_STEP_BYTES, MAX_STEP_DELTAS
from schema.messages import Dropped
from schema.ops import Op, Set, encode_ops
from schema.server_limits import MADE_BYTES, MADE_OPS, READ_BYTES
from server.commits import group_committer
from server.commits.group_committer import GroupCommitter
from server.metrics.metrics import uncounted
from server.states import stored_state
from server.states.stored_state import TooManyChanges, changes_of
from tests.bounds.cases import Seen, case

UNDO = Proposal(
    project="project",
    delta_id="undo-1",
    author="ann",
    auth_session="login",
    member="member",
    payload=b"[]",
    atomic=False,
    purpose=Purpose.UNDO,
)
OP: Op = Set("channels", "ch_bass_", {"volume": 0.5})


def _steps(*sizes: int) -> Past | None:
    """Whether deltas of one name that are so large are more than one step."""
    stacks = UndoStacks()
    for seq, size in enumerate(sizes, start=1):
        stacks.note(StepMark(seq, "ann", Purpose.EDIT, None, "paste", size))
    return None if stacks.depths("ann") == (1, 0) else Instead.SPLIT


@case("MAX_STEP_DELTAS")
def step_deltas() -> Seen:
    return Seen(_steps(*[1] * MAX_STEP_DELTAS), _steps(*[1] * (MAX_STEP_DELTAS + 1)))


@case("MAX_STEP_BYTES")
def step_bytes() -> Seen:
    return Seen(_steps(MAX_STEP_BYTES - 1, 1), _steps(MAX_STEP_BYTES, 1))


def _parts(ops: list[Op]) -> int:
    steps = parts_of(UNDO, ops)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            return len(stop.value)


@case("MADE_OPS")
def made_ops() -> Seen:
    is_split = [_parts([OP] * count) > 1 for count in (MADE_OPS, MADE_OPS + 1)]
    return Seen(*(Instead.SPLIT if each else None for each in is_split))


@case("MADE_BYTES")
def made_bytes() -> Seen:
    def sized(size: int) -> Op:
        bare = len(encode_ops(Set("markers", "marker_1", {"name": ""})))
        return Set("markers", "marker_1", {"name": "x" * (size - bare)})

    ops = [sized(MADE_BYTES // 2), sized(MADE_BYTES // 2)]
    over = [sized(MADE_BYTES // 2), sized(MADE_BYTES // 2 + 2)]
    return Seen(*(Instead.SPLIT if _parts(each) > 1 else None for each in (ops, over)))


@case("MAX_GROUP_BYTES")
def group_bytes() -> Seen:
    """With a bound of ten ops: the real one would take seconds."""

    def happens(count: int) -> Past | None:
        try:
            _parts([OP] * count)
        except TooLarge:
            return ErrorCode.LIMIT_REACHED
        return None

    with patch("rooms.edits.made_ops.MAX_GROUP_BYTES", 10 * (len(encode_ops(OP)) + 1)):
        return Seen(happens(10), happens(11))


@case("MAX_DROPPED_BYTES")
def named_drops() -> Seen:
    """The second is one byte too long."""

    def happens(more: int) -> Past | None:
        drops = GroupDrops()
        first = Dropped(0, DropReason.CHANGED, "notes", "note-0001")
        rest = MAX_DROPPED_BYTES - 2 * (len(msgspec.json.encode(first)) + 1)
        second = replace(first, id=first.id + "x" * (rest + more))
        drops.add([first, second], 2)
        told = drops.told()
        return Instead.CLIPPED if (len(told.named), told.total) == (1, 2) else None

    return Seen(happens(0), happens(1))


def _journal(*ops: bytes) -> MemoryJournal:
    journal = MemoryJournal(lambda: 0.0)
    journal.create_project("project", "epoch", b"{}")
    journal.grant("project", "ann", "owner")
    for number, each in enumerate(ops):
        proposal = Proposal(
            project="project",
            delta_id=f"delta-{number}",
            author="ann",
            auth_session="login",
            member="member",
            payload=each,
            atomic=False,
        )
        assert journal._append_one(proposal)[0] is Outcome.COMMITTED
    return journal


@case("READ_BYTES")
def read_bytes() -> Seen:
    def happens(size: int) -> Past | None:
        journal = _journal(b" " * (size - 2) + b"[]", b"[]")
        read = asyncio.run(journal.read("project", 0, 10))
        return None if len(read) == 2 else Instead.NEXT_PAGE

    return Seen(happens(READ_BYTES - 1), happens(READ_BYTES))


@case("MAX_GROUPS_BYTES")
def groups_bytes() -> Seen:
    """With a bound of ten bytes."""

    async def happens(size: int) -> Past | None:
        told: list[ErrorCode] = []
        committer = GroupCommitter(
            _journal(),
            lambda _: KnownHead("epoch", 0),
            lambda *_: None,
            lambda _, code: told.append(code),
            lambda coroutine: coroutine.close(),
            uncounted,
        )
        committer.submit([replace(UNDO, payload=b"[ ]")])
        committer.submit([replace(UNDO, payload=b" " * (size - 3))])
        return told[0] if told else None

    with patch.object(group_committer, "MAX_GROUPS_BYTES", 10):
        return Seen(asyncio.run(happens(10)), asyncio.run(happens(11)))


@case("MAX_STEP_CHANGES")
def step_changes() -> Seen:
    """With a bound of ten: the real one would take seconds."""

    async def in_thread(function, *args):  # type: ignore[no-untyped-def]
        return function(*args)

    async def happens(count: int) -> Past | None:
        markers = [
            f'{{"op":"insert","col":"markers","id":"marker_{n:02}","entity":{{"time":{n}}}}}'
            for n in range(count)
        ]
        journal = _journal(f"[{','.join(markers)}]".encode())
        try:
            await changes_of(journal, "project", [1], in_thread)
        except TooManyChanges:
            return ErrorCode.LIMIT_REACHED
        return None

    with patch.object(stored_state, "MAX_STEP_CHANGES", 10):
        return Seen(asyncio.run(happens(10)), asyncio.run(happens(11)))
