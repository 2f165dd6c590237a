"""Acts on what other nodes send over the bus."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol, assert_never

import msgspec
import structlog

from rooms.effects import PAUSE, Effects, Job, Packet
from rooms.journal.entry import Entry, Purpose
from rooms.room import Room
from schema.messages import Tick
from schema.node_messages import (
    Committed,
    Envelope,
    HeadMoved,
    Moved,
    Present,
    RowChanged,
    RowsChanged,
)
from server.encoding.codec import MSGPACK
from server.events.events import NO_SUBJECT, EventSubject
from server.metrics.metrics import Count
from server.nodes.bus_codec import BusCodec, Forged, Malformed, OtherVersion
from server.nodes.room_broadcast import RoomBroadcast

HINT_GAP_SECONDS = 1.0
"""Nodes of another version are answered by a look into the journal, at most so often."""

log = structlog.get_logger()


class OpenRestores(Protocol):
    """What this needs of the restores of an open room."""

    def hold_for(self, node: str, milliseconds: int) -> None: ...


class OpenRoom(Protocol):
    """What this does with an open room."""

    @property
    def room(self) -> Room: ...

    @property
    def restores(self) -> OpenRestores: ...

    def carry_out(self, effects: Effects) -> None: ...

    def run(self, job: Job) -> None: ...

    def schedule_tick(self) -> None: ...

    def pass_on(self) -> None: ...

    def catch_up(self) -> None: ...


class JournalHints(Protocol):
    """Asks the journal when a message says that something was missed, or is wrong."""

    def hint(self) -> None: ...

    def on_heads(self, heads: Mapping[str, int]) -> None: ...

    def doubt(self, project: str, seq: int) -> None: ...


class OtherNodes:
    """The `BusListener` of a node.

    `row_changed` is told of each row that another has changed and that every node must know of,
    `rows_changed` that there are others, which somebody may watch.
    """

    def __init__(
        self,
        rooms: Mapping[str, OpenRoom],
        broadcast: RoomBroadcast,
        journal: JournalHints,
        codec: BusCodec,
        row_changed: Callable[[RowChanged], None],
        rows_changed: Callable[[], None],
        count: Count,
    ) -> None:
        self._rooms = rooms
        self._broadcast = broadcast
        self._journal = journal
        self._codec = codec
        self._row_changed = row_changed
        self._rows_changed = rows_changed
        self._count = count
        self._hinted_at = float("-inf")
        """When a node of another version last made us ask the journal, in seconds of the loop."""
        self._is_bus_lost = False
        """Whether the bus was up and is not."""
        self._read_tick = msgspec.msgpack.Decoder(Tick).decode

    def on_bus_restored(self) -> None:
        """The bus is up: ask other nodes and the journal for what was missed."""
        if self._is_bus_lost:
            self._is_bus_lost = False
            self._told_of("bus_over", NO_SUBJECT)
        for project, live in list(self._rooms.items()):
            live.carry_out(live.room.set_bus_down(False))
            self._broadcast.announce(project, asks=True)
        self._journal.hint()

    def on_bus_lost(self, reason: str) -> None:
        """The bus is down: shared rooms tell their members."""
        self._is_bus_lost = True
        self._told_of("bus", EventSubject(text=reason))
        for live in list(self._rooms.values()):
            if live.room.is_shared:
                live.carry_out(live.room.set_bus_down(True))

    def _told_of(self, outage: str, about: EventSubject) -> None:
        self._count(f"outages.{outage}", 1, about)

    def on_bus_message(self, message: bytes) -> None:
        """One message; what is not from a node of ours is counted and dropped."""
        envelope = self._decode(message)
        if envelope is None or envelope.node == self._codec.node:
            return
        node, number, body = envelope.node, envelope.number, envelope.body
        match body:
            case Moved():
                self._on_tick(node, number, body)
            case Committed():
                self._on_committed(body)
            case HeadMoved():
                self._journal.on_heads({body.project: body.seq})
            case Present():
                self._on_present(node, number, body)
            case RowChanged():
                self._row_changed(body)
            case RowsChanged():
                self._rows_changed()
            case _:
                assert_never(body)

    def _decode(self, message: bytes) -> Envelope | None:
        try:
            return self._codec.decode(message)
        except Forged:
            self._count("bus_forged", 1, NO_SUBJECT)
        except Malformed:
            self._count("bus_malformed")
        except OtherVersion:
            self._on_other_version()
        return None

    def _on_tick(self, node: str, number: int, body: Moved) -> None:
        live = self._rooms.get(body.project)
        if live is None:
            return
        try:
            tick = self._read_tick(MSGPACK.payload_of(body.frame))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
            self._count("bus_malformed")
            return
        packet = Packet(tick, {MSGPACK.name: body.frame})
        live.carry_out(live.room.on_remote_tick(node, number, packet))
        live.pass_on()

    def _on_committed(self, body: Committed) -> None:
        live = self._rooms.get(body.project)
        if live is None:
            self._journal.on_heads({body.project: body.seq})  # it may be opening just now
        elif body.epoch != live.room.epoch:
            self._journal.hint()
        else:
            live.run(live.room.on_remote_entry(_entry(body), body.previous))
            live.run(self._compare(live.room, body.seq, body.digest))

    def _on_present(self, node: str, number: int, body: Present) -> None:
        live = self._rooms.get(body.project)
        if live is None:
            return
        now = asyncio.get_running_loop().time()
        room = live.room
        live.restores.hold_for(node, body.holds_ms)
        if body.leaves:
            live.carry_out(room.node_left(node, number, now))
            return
        is_new = not room.is_on_node(node)
        if is_new:
            live.catch_up()  # what it committed before it knew of us was told to nobody
        live.carry_out(room.on_present(node, number, body.members, now))
        live.schedule_tick()
        if body.digest is not None:
            live.run(self._compare(live.room, body.digest.seq, body.digest.digest))
        if body.asks or is_new:
            # Who came here before we knew of it was told to nobody.
            self._broadcast.announce(body.project)

    def _compare(self, room: Room, seq: int, digest: str) -> Job:
        """Two nodes that have applied the same must hold the same (rule S4)."""
        if room.head == seq and room.whole_digest != digest:
            self._journal.doubt(room.project, seq)
        yield PAUSE

    def _on_other_version(self) -> None:
        self._count("bus_other_version")
        now = asyncio.get_running_loop().time()
        if now - self._hinted_at >= HINT_GAP_SECONDS:
            self._hinted_at = now
            self._journal.hint()


def _entry(body: Committed) -> Entry:
    return Entry(
        project=body.project,
        seq=body.seq,
        delta_id=body.delta_id,
        author=body.author,
        member=body.member,
        payload=body.ops,
        atomic=body.atomic,
        committed_at=body.committed_at,
        payload_hash=body.payload_hash,
        purpose=Purpose(body.purpose),
        reverts=body.reverts,
        step=body.step,
        aspect=body.aspect,
        reach=body.reach,
    )
