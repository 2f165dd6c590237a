"""What the rooms of this node and those of others say to each other over the bus."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, assert_never

import msgspec
import structlog
from msgspec import UNSET
from msgspec.structs import replace

from rooms.effects import ForwardEntry, Job, Packet
from rooms.journal.entry import Entry, Purpose
from rooms.room import Room
from schema.messages import Digest, Tick
from schema.node_messages import (
    Committed,
    HeadMoved,
    Moved,
    NodeMessage,
    Present,
    RemoteMember,
    RowChanged,
)
from schema.server_limits import MAX_ENTRY_BYTES
from server.nodes.bus import Bus
from server.nodes.bus_codec import BusCodec, Forged, Malformed, OtherVersion
from server.sockets.codec import MSGPACK

if TYPE_CHECKING:
    from server.live.journal_watch import JournalWatch
    from server.live.live_room import LiveRoom

HEARTBEAT_SECONDS = 2.0
"""How often a shared room is announced anew: what was lost is mended, and its lease goes on."""

ALONE_HEARTBEAT_SECONDS = 10.0
"""How often a room that nobody else seems to have asks whether that is so."""

ANNOUNCE_GAP_SECONDS = 0.02
"""A herd that comes in is told of in few announcements."""

HINT_GAP_SECONDS = 1.0
"""Nodes of another version are answered by a look into the journal, at most so often."""

log = structlog.get_logger()


class Rooms(Protocol):
    """What the other nodes need of a hub."""

    rooms: "dict[str, LiveRoom]"

    @property
    def watch(self) -> "JournalWatch": ...


class OtherNodes:
    """Hears the bus, and says on it what rooms of this node want others to know."""

    def __init__(
        self,
        hub: Rooms,
        bus: Bus,
        codec: BusCodec,
        count: Callable[[str], None],
        row_changed: Callable[[RowChanged], None],
    ) -> None:
        self.bus = bus
        self.row_changed = row_changed
        self._hub = hub
        self._codec = codec
        self._count = count
        self._announced_at: dict[str, float] = {}
        self._announcing: dict[str, asyncio.TimerHandle] = {}
        self._asking: set[str] = set()
        self._hinted_at = float("-inf")
        self._read_tick = msgspec.msgpack.Decoder(Tick).decode

    @property
    def node(self) -> str:
        """The name of this node."""
        return self._codec.node

    # What our rooms say.

    def announce(self, project: str, *, asks: bool = False) -> None:
        """Say soon who is in the room here, if anyone else has it, or to find out (`asks`)."""
        live = self._hub.rooms.get(project)
        if live is None or not (asks or live.room.members.remote.is_shared):
            return
        if asks:
            self._asking.add(project)
        if project not in self._announcing:
            loop = asyncio.get_running_loop()
            due = self._announced_at.get(project, float("-inf")) + ANNOUNCE_GAP_SECONDS
            at = max(due, loop.time())
            self._announcing[project] = loop.call_at(at, self._announce, project)

    def forward_tick(self, project: str, packet: Packet) -> None:
        """Let the members on other nodes see a tick of ours."""
        if project in self._announcing:
            self._announce(project)  # nobody knows yet who moves there
        self._say(project, Moved(project, MSGPACK.frame(packet)))

    def forward_entry(self, room: Room, effect: ForwardEntry) -> None:
        """Let other nodes hear at once of what we have committed."""
        if not room.members.remote.is_shared:
            return
        entry = effect.entry
        message = Committed(
            project=entry.project,
            epoch=room.epoch,
            seq=entry.seq,
            delta_id=entry.delta_id,
            author=entry.author,
            member=entry.member,
            ops=entry.ops,
            atomic=entry.atomic,
            committed_at=entry.committed_at,
            payload_hash=entry.payload_hash,
            purpose=entry.purpose.value,
            reverts=entry.reverts,
            step=entry.step,
            digest=effect.digest,
            previous=effect.previous,
        )
        if len(message.ops) > MAX_ENTRY_BYTES:
            self._say(entry.project, HeadMoved(entry.project, entry.seq))
        else:
            self._say(entry.project, message)

    def tell_row_changed(self, changed: RowChanged) -> None:
        """Let every node read a row anew."""
        self._say(None, changed)

    def leave_room(self, project: str) -> None:
        """The room is closed here."""
        timer = self._announcing.pop(project, None)
        if timer is not None:
            timer.cancel()
        self._announced_at.pop(project, None)
        self._say(project, Present(project, [], leaves=True))
        self.bus.unfollow(project)

    def heartbeat(self, now: float) -> None:
        """Announce what is due, and forget nodes that have fallen silent."""
        for project, live in list(self._hub.rooms.items()):
            live.carry_out(live.room.members.pass_time(now))
            is_shared = live.room.members.remote.is_shared
            gap = HEARTBEAT_SECONDS if is_shared else ALONE_HEARTBEAT_SECONDS
            if now - self._announced_at.get(project, 0.0) >= gap - 0.1:
                self.announce(project, asks=not is_shared)

    def _announce(self, project: str) -> None:
        self._announcing.pop(project).cancel()
        live = self._hub.rooms.get(project)
        if live is None:
            return
        self._announced_at[project] = asyncio.get_running_loop().time()
        asks = project in self._asking
        self._asking.discard(project)
        here, follower = live.room.members.here(), live.room.follower
        present = Present(project, here, asks, digest=Digest(follower.head, follower.digest))
        if not self._say(project, present) and self.bus.is_up:
            self._say(project, replace(present, members=[*map(_in_short, here)]))

    def _say(self, project: str | None, body: NodeMessage) -> bool:
        return self.bus.publish(project, self._codec.encode(body))

    # What we hear.

    def on_bus_restored(self) -> None:
        """The bus is there: whatever was said meanwhile is asked for."""
        for project, live in list(self._hub.rooms.items()):
            live.carry_out(live.room.set_bus_down(False))
            self.announce(project, asks=True)
        self._hub.watch.hint()

    def on_bus_lost(self, reason: str) -> None:
        """The bus is down: shared rooms tell their members."""
        for live in list(self._hub.rooms.values()):
            if live.room.members.remote.is_shared:
                live.carry_out(live.room.set_bus_down(True))

    def on_bus_message(self, message: bytes) -> None:
        """One message; what is not from a node of ours is counted and dropped."""
        try:
            envelope = self._codec.decode(message)
        except Forged:
            self._count("bus_forged")
            return
        except Malformed:
            self._count("bus_malformed")
            return
        except OtherVersion as other:
            self._on_other_version(other)
            return
        if envelope.node == self.node:
            return
        body = envelope.body
        if isinstance(body, RowChanged):
            self.row_changed(body)
            return
        live = self._hub.rooms.get(body.project)
        if live is not None:
            self._on_room_message(live, envelope.node, envelope.number, body)
        elif isinstance(body, Committed | HeadMoved):
            self._hub.watch.on_heads({body.project: body.seq})

    def _on_room_message(
        self,
        live: "LiveRoom",
        node: str,
        number: int,
        body: Present | Moved | Committed | HeadMoved,
    ) -> None:
        match body:
            case Present():
                self._on_present(live, node, number, body)
            case Moved():
                self._on_remote_tick(live, node, number, body)
            case Committed():
                self._on_remote_entry(live, body)
            case HeadMoved():
                self._hub.watch.on_heads({body.project: body.seq})
            case _:
                assert_never(body)

    def _on_present(self, live: "LiveRoom", node: str, number: int, body: Present) -> None:
        now = asyncio.get_running_loop().time()
        members = live.room.members
        if body.leaves:
            live.carry_out(members.node_left(node, number, now))
            return
        is_new = node not in members.remote.nodes
        if is_new:
            live.catch_up()  # what it committed before it knew of us was told to nobody
        live.carry_out(members.on_present(node, number, body.members, now))
        live.schedule_tick()
        if body.digest is not None:
            live.run(self._compare(live, body.digest.seq, body.digest.digest))
        if body.asks or is_new:
            self.announce(body.project)  # who came here before we knew of it was told to nobody

    def _on_remote_tick(self, live: "LiveRoom", node: str, number: int, body: Moved) -> None:
        try:
            tick = self._read_tick(MSGPACK.payload_of(body.frame))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
            self._count("bus_malformed")
            return
        packet = Packet(tick, {MSGPACK.name: body.frame})
        live.carry_out(live.room.on_remote_tick(node, number, packet))
        live.pass_on()

    def _on_remote_entry(self, live: "LiveRoom", body: Committed) -> None:
        if body.epoch != live.room.epoch:
            self._hub.watch.hint()
            return
        entry = Entry(
            body.project,
            body.seq,
            body.delta_id,
            body.author,
            body.member,
            body.ops,
            body.atomic,
            body.committed_at,
            body.payload_hash,
            Purpose(body.purpose),
            body.reverts,
            body.step,
        )
        live.run(live.room.follower.on_remote_entry(entry, body.previous))
        live.run(self._compare(live, body.seq, body.digest))

    def _compare(self, live: "LiveRoom", seq: int, digest: str) -> Job:
        """Two nodes that have applied the same must hold the same (rule S4)."""
        follower = live.room.follower
        if follower.head == seq and follower.digest != digest:
            self._hub.watch.doubt(live, seq)
        yield []

    def _on_other_version(self, other: OtherVersion) -> None:
        self._count("bus_other_version")
        now = asyncio.get_running_loop().time()
        if now - self._hinted_at >= HINT_GAP_SECONDS:
            self._hinted_at = now
            self._hub.watch.hint()


def _in_short(told: RemoteMember) -> RemoteMember:
    """Without what may be long: the bus bounds a message."""
    presence = replace(told.member.presence, selection=UNSET)
    return replace(told, member=replace(told.member, presence=presence, gestures={}))
