"""Cases of the table of bounds: what a node holds, and what nodes tell each other."""

import asyncio
import contextlib
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock, patch

from persistence.journal.contract import KnownHead
from rooms.document.document import Document
from rooms.effects import ForwardEntry
from rooms.journal.entry import Entry, Proposal, Purpose
from rooms.journal.follower import JournalFollower
from schema.bounds import Instead, Past
from schema.entities import empty_state
from schema.errors import ErrorCode
from schema.messages import Position
from schema.node_messages import Committed, HeadMoved, RowChanged
from schema.server_limits import (
    CATCH_UP_ENTRIES,
    MAX_BUS_WAITING_BYTES,
    MAX_EARLY,
    MAX_ENTRY_BYTES,
    MAX_LOG_WAITING_BYTES,
    MAX_MISSED,
    MAX_PASSWORDS_WAITING,
    SIGNATURE_BYTES,
)
from server.accounts.hashing.hashing_queue import TooBusy
from server.calls.failures import as_error
from server.live.room_journal import RoomJournal
from server.logs.log_writer import LogWriter
from server.nodes.bus_codec import BusCodec, Forged
from server.nodes.bus_redis import RedisBus
from server.nodes.room_broadcast import RoomBroadcast
from server.states import state_pages
from server.states.state_pages import StatePages
from tests.bounds.cases import Seen, case
from tests.bounds.rows.step_cases import _journal
from tests.server.accounts.hashing.test_hashing_queue import Slow


def _entry(seq: int, ops: bytes = b"[]") -> Entry:
    return Entry(
        project="song",
        seq=seq,
        delta_id=f"d{seq}",
        author="ann",
        member="m",
        payload=ops,
        atomic=False,
        committed_at=0.0,
        payload_hash=b"hash",
        purpose=Purpose.EDIT,
    )


@case("MAX_EARLY")
def early() -> Seen:
    """Entries that others told of before the one between was here."""

    def kept(count: int) -> Past | None:
        document = Document(empty_state("song"))
        follower = JournalFollower(document, Position("epoch", 0), lambda _: iter(()))
        for seq in range(2, count + 2):
            list(follower.on_remote_entry(_entry(seq)))
        return None if count + 1 in follower.early_entries else Instead.READ_FROM_JOURNAL

    return Seen(kept(MAX_EARLY), kept(MAX_EARLY + 1))


@case("MAX_ENTRY_BYTES")
def an_entry_that_is_told() -> Seen:
    def told(size: int) -> Past | None:
        said: list[Any] = []
        broadcast: Any = SimpleNamespace(_publish=lambda _, message: said.append(message))
        room: Any = SimpleNamespace(epoch="epoch", is_shared=True)
        effect = ForwardEntry(_entry(1, bytes(size)), "digest", None)
        RoomBroadcast.forward_entry(broadcast, room, effect)
        [message] = said
        assert isinstance(message, Committed | HeadMoved)
        return None if isinstance(message, Committed) else Instead.READ_FROM_JOURNAL

    return Seen(told(MAX_ENTRY_BYTES), told(MAX_ENTRY_BYTES + 1))


@case("SIGNATURE_BYTES")
def a_signature() -> Seen:
    """All of its bytes are looked at, and a message without one is none."""
    here, there = BusCodec(b"secret", "here"), BusCodec(b"secret", "there")
    message = here.encode(RowChanged("studio_projects", "song"))

    def heard(message: bytes) -> Past | None:
        try:
            there.decode(message)
        except Forged:
            return Instead.DROPPED
        return None

    for place in range(SIGNATURE_BYTES):
        changed = bytearray(message)
        changed[place] ^= 1
        assert heard(bytes(changed)) is Instead.DROPPED
    return Seen(heard(message), heard(message[1:]))


@case("MAX_BUS_WAITING_BYTES")
def waiting_for_the_bus() -> Seen:
    def said(waiting: int) -> Past | None:
        speaking = Mock(unsent_bytes=waiting - 100)
        bus = RedisBus("redis://127.0.0.1:1", "prime", lambda *_: None)
        bus.is_up = True
        with patch.object(bus, "_shard", lambda _: SimpleNamespace(speaking=speaking)):
            taken = bus.publish("song", bytes(100))
        assert speaking.say.called == taken
        return None if taken else Instead.DROPPED

    return Seen(said(MAX_BUS_WAITING_BYTES), said(MAX_BUS_WAITING_BYTES + 1))


@case("MAX_LOG_WAITING_BYTES")
def waiting_for_who_reads_the_log() -> Seen:
    def said(size: int) -> Past | None:
        with patch("threading.Thread.start"), patch("atexit.register"):
            writer = LogWriter(2)
        writer.info("x" * (size - 1))
        return Instead.LOST if writer._lost_count else None

    return Seen(said(MAX_LOG_WAITING_BYTES), said(MAX_LOG_WAITING_BYTES + 1))


@case("CATCH_UP_ENTRIES")
def read_at_once() -> Seen:
    """At the bound nobody knows yet that it was all."""

    async def pages(count: int) -> Past | None:
        left = [_entry(seq) for seq in range(1, count + 1)]
        reads: list[int] = []

        async def read_on(_: str, __: KnownHead, limit: int) -> list[Entry]:
            page, left[:] = left[:limit], left[limit:]
            reads.append(len(page))
            return page

        async def done(_: object) -> None: ...

        room = SimpleNamespace(
            project="song", epoch="epoch", head=0, head_id=None, committed=lambda entries: entries
        )
        reader: Any = SimpleNamespace(
            _room=room,
            _jobs=SimpleNamespace(check_open=lambda: None, done=done),
            _journal=SimpleNamespace(read_on=read_on),
        )
        await RoomJournal.read_on(reader)
        assert sum(reads) == count
        return None if len(reads) == 1 else Instead.NEXT_PAGE

    most = CATCH_UP_ENTRIES
    return Seen(asyncio.run(pages(most - 1)), asyncio.run(pages(most)))


@case("MAX_MISSED")
def missed() -> Seen:
    """What an append brings along of what others stored."""

    def brought(count: int) -> Past | None:
        journal = _journal(*[b"[]"] * count)
        proposal = Proposal(
            project="project",
            delta_id="mine",
            author="ann",
            auth_session="login",
            member="member",
            payload=b"[]",
            atomic=False,
        )
        appended = asyncio.run(journal.append([proposal], {"project": KnownHead("epoch", 0)}))
        seqs = [entry.seq for entry in appended.entries]
        assert seqs == list(range(1, len(seqs) + 1))
        return None if count + 1 in seqs else Instead.NEXT_PAGE

    return Seen(brought(MAX_MISSED - 1), brought(MAX_MISSED))


@case("MAX_PASSWORDS_WAITING")
def passwords() -> Seen:
    """Of one address, behind the one that is being looked at."""

    async def last_of(count: int) -> Past | None:
        slow = Slow()
        asked = [slow.ask("here", f"p{n}") for n in range(count + 1)]
        await asyncio.sleep(0)
        told: Past | None = None
        if asked[-1].done():
            try:
                asked[-1].result()
            except TooBusy as error:
                told = ErrorCode(as_error(None, error).code)
        slow.gate.set()
        with contextlib.suppress(TooBusy):
            await asked[-1]
        await asyncio.gather(*asked, return_exceptions=True)
        slow.close()
        return told

    most = MAX_PASSWORDS_WAITING
    return Seen(asyncio.run(last_of(most)), asyncio.run(last_of(most + 1)))


@case("MAX_PAGES_BYTES")
def pages() -> Seen:
    """With a bound of ten bytes."""

    def kept(*sizes: int) -> Past | None:
        pages = StatePages(Mock())
        for number, size in enumerate(sizes):
            pages._remember(
                number, state_pages._EncodedPages(Position("e", 0), "digest", [bytes(size)])
            )
        return None if len(pages._cached_pages) == len(sizes) else Instead.OLDEST_FORGOTTEN

    with patch.object(state_pages, "MAX_PAGES_BYTES", 10):
        return Seen(kept(4, 6), kept(4, 7))
