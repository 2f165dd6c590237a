"""The server with bugs planted in it, which `./run chaos --plant` must find."""

import asyncio
import itertools
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace as with_other
from typing import Any

from msgspec.structs import replace

from persistence.journal.contract import AppendResult, Checkpoint, KnownHead
from persistence.journal.postgres import PostgresJournal
from persistence.rows import statements
from rooms.effects import Packet
from rooms.journal.entry import Outcome, Proposal
from rooms.journal.tail import Tail, TailEntry
from schema.errors import ErrorCode
from schema.messages import Ack, DeltaCommitted, Error
from schema.server_limits import MAX_BATCH, MAX_BATCH_BYTES
from server.__main__ import main
from server.commits.committer import ProjectQueue
from server.live.journal_watch import JournalWatch
from server.live.write_behind import write_behind
from server.sockets.connection import Connection

COMMIT_LATER_SECONDS = 0.25
EVERY = 25
"""Of so many messages, one is spoilt."""

LEAKED_BYTES = 2 << 20
MOST_LEAKED = 200
"""Of `LEAKED_BYTES` each; past what a run allows a node to grow by, and not past the machine."""


def ack_before_commit() -> None:
    """What was acknowledged is still in an open transaction when the node is killed."""
    open_commits: set[asyncio.Task[None]] = set()
    append_before = PostgresJournal.append

    async def commit_later(transaction: Any) -> None:
        await asyncio.sleep(COMMIT_LATER_SECONDS)
        await transaction.__aexit__(None, None, None)

    async def append(
        self: PostgresJournal, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> AppendResult:
        await asyncio.gather(*open_commits, return_exceptions=True)
        transaction = self._appends.transaction()
        there = PostgresJournal(await transaction.__aenter__())
        try:
            appended = await append_before(there, proposals, known_heads)
        except BaseException:
            await transaction.__aexit__(*sys.exc_info())
            raise
        task = asyncio.create_task(commit_later(transaction))
        open_commits.add(task)
        task.add_done_callback(open_commits.discard)
        return appended

    PostgresJournal.append = append  # type: ignore[method-assign]  # that is the bug


def gap() -> None:
    """Now and then someone is not told of a delta."""
    _spoil(DeltaCommitted, lambda _message: None)


def other_ops() -> None:
    """Now and then someone is told of a delta that does nothing."""
    _spoil(DeltaCommitted, lambda message: _with(message, ops=()))


def refuse_after_commit() -> None:
    """Now and then the answer to a stored delta is an error."""

    def refused(ack: Any) -> Error:
        return Error(ack.id, ErrorCode.OP_INVALID, "planted", ack.project)

    _spoil(Ack, refused)


def no_dedupe() -> None:
    """A delta that comes again is stored again."""
    append_before = PostgresJournal.append

    async def append(
        self: PostgresJournal, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> AppendResult:
        first = await append_before(self, proposals, known_heads)
        outcomes, entries = list(first.outcomes), list(first.entries)
        for n, (outcome, _) in enumerate(first.outcomes):
            if outcome is Outcome.DUPLICATE:
                again = replace(proposals[n], delta_id=f"{proposals[n].delta_id}~{next(count)}")
                second = await append_before(self, [again], known_heads)
                outcomes[n] = (Outcome.DUPLICATE, second.outcomes[0][1])
                entries = second.entries
        return AppendResult(outcomes, entries)

    def find(self: Tail, delta_id: str) -> TailEntry | None:
        return None

    count = itertools.count()
    PostgresJournal.append = append  # type: ignore[method-assign]  # that is the bug
    Tail.find = find  # type: ignore[method-assign]  # as above: memory remembers too


def reorder() -> None:
    """What waits for the journal is stored last first."""
    batch = ProjectQueue.batch

    def reversed_batch(
        self: ProjectQueue, most: int = MAX_BATCH, most_bytes: int = MAX_BATCH_BYTES
    ) -> list[Proposal]:
        return batch(self, most, most_bytes)[::-1]

    ProjectQueue.batch = reversed_batch  # type: ignore[method-assign]  # that is the bug


def lost_update() -> None:
    """The version that an update expects is not looked at."""
    made = statements.update_text

    def update_text(*args: Any) -> str:
        return re.sub(r" AND \S*version\S* = (\$\d+::int8)", r" AND \1 > 0", made(*args))

    statements.update_text = update_text  # type: ignore[assignment]  # that is the bug


def false_alarm() -> None:
    """Each node counts once what calls an operator, for no reason."""
    look = JournalWatch.look_for_more
    alarmed: list[JournalWatch] = []

    async def look_for_more(self: JournalWatch) -> None:
        if self not in alarmed:
            alarmed.append(self)
            self._count("nodes_diverged")
        await look(self)

    JournalWatch.look_for_more = look_for_more  # type: ignore[method-assign]  # that is the bug


def wrong_checkpoint() -> None:
    """Every other checkpoint lacks something; the next one takes its place."""
    save = PostgresJournal.save
    count = itertools.count(1)

    async def spoilt(self: PostgresJournal, checkpoint: Checkpoint) -> None:
        if next(count) % 2:
            checkpoint = with_other(checkpoint, slices=checkpoint.slices[1:])
        await save(self, checkpoint)

    write_behind.CHECKPOINT_SECONDS = 1.0
    PostgresJournal.save = spoilt  # type: ignore[method-assign]  # that is the bug


def wrong_copy() -> None:
    """Now and then an author is told that the delta did nothing; everybody else has it."""
    _spoil(Ack, lambda ack: _with(ack, ops=(), digest=None))


def leak() -> None:
    """A node keeps megabytes for messages that it has sent."""
    kept: list[bytes] = []

    def remember(message: Any) -> Any:
        if len(kept) < MOST_LEAKED:
            kept.append(os.urandom(LEAKED_BYTES))
        return message

    _spoil(DeltaCommitted, remember, every=1)


PLANTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        ack_before_commit,
        false_alarm,
        gap,
        leak,
        lost_update,
        no_dedupe,
        other_ops,
        refuse_after_commit,
        reorder,
        wrong_checkpoint,
        wrong_copy,
    )
}


def _spoil(kind: type, spoil: Callable[[Any], Any], every: int = EVERY) -> None:
    """Every so many messages of a kind become what `spoil` makes of them, or nothing."""
    count = itertools.count(1)
    send_before = Connection.send_packet

    def send_packet(self: Connection, packet: Packet) -> bool:
        if not isinstance(packet.message, kind) or next(count) % every:
            return send_before(self, packet)
        spoilt = spoil(packet.message)
        return spoilt is None or send_before(self, Packet(spoilt))

    Connection.send_packet = send_packet  # type: ignore[method-assign, assignment]  # that is the bug


def _with(message: Any, **changed: Any) -> Any:
    fields = {name: getattr(message, name) for name in message.__struct_fields__}
    return type(message)(**(fields | changed))


if __name__ == "__main__":
    for plant in os.environ["PRIME_PLANT"].split(","):
        PLANTS[plant]()
    sys.exit(main())
