"""What the rooms of this node let other nodes know over the bus."""

import asyncio
from collections.abc import Mapping
from typing import Protocol

from msgspec import UNSET
from msgspec.structs import replace

from rooms.effects import ForwardEntry, Packet
from rooms.room import Room
from schema.messages import Digest
from schema.node_messages import (
    Committed,
    HeadMoved,
    Moved,
    NodeMessage,
    Present,
    RemoteMember,
    RowChanged,
    RowsChanged,
)
from schema.server_limits import MAX_ENTRY_BYTES
from server.encoding.codec import MSGPACK
from server.nodes.bus import Bus
from server.nodes.bus_codec import BusCodec

SHARED_HEARTBEAT_SECONDS = 2.0
"""How often a shared room is announced anew: a lost one is repaired, and its lease goes on."""

ALONE_HEARTBEAT_SECONDS = 10.0
"""How often a room that nobody else seems to have asks whether that is so."""

ANNOUNCE_GAP_SECONDS = 0.02
"""When many join at once, few announcements name them all."""


class AnnouncedRestores(Protocol):
    """What this needs of the restores of a room."""

    @property
    def others_wait_milliseconds(self) -> int: ...


class AnnouncedRoom(Protocol):
    """What this needs of an open room."""

    @property
    def room(self) -> Room: ...

    @property
    def restores(self) -> AnnouncedRestores: ...


class RoomBroadcast:
    """One for each node. `rooms`: those that are open here."""

    def __init__(self, rooms: Mapping[str, AnnouncedRoom], bus: Bus, codec: BusCodec) -> None:
        self._rooms = rooms
        self._bus = bus
        self._codec = codec
        self._announced_at: dict[str, float] = {}
        """By project, in seconds of the loop."""
        self._announcing: dict[str, asyncio.TimerHandle] = {}
        """By project: announcements that are due soon."""
        self._asking_projects: set[str] = set()
        """Projects whose next announcement asks others for theirs."""
        self._has_left = False
        """The node ends: it announces no room any more."""

    def announce(self, project: str, *, asks: bool = False) -> None:
        """Send soon who is in the room here, if another node has it, or to find out (`asks`)."""
        live = self._rooms.get(project)
        if live is None or self._has_left or not (asks or live.room.is_shared):
            return
        if asks:
            self._asking_projects.add(project)
        if project not in self._announcing:
            loop = asyncio.get_running_loop()
            due_at = self._announced_at.get(project, float("-inf")) + ANNOUNCE_GAP_SECONDS
            at = max(due_at, loop.time())
            self._announcing[project] = loop.call_at(at, self._announce, project)

    def forward_tick(self, project: str, packet: Packet) -> None:
        """Let the members on other nodes see a tick of ours."""
        if project in self._announcing:
            self._announce(project)  # nobody knows yet who moves there
        self._publish(project, Moved(project, MSGPACK.frame(packet)))

    def forward_entry(self, room: Room, effect: ForwardEntry) -> None:
        """Send other nodes an entry that we have committed."""
        if not room.is_shared:
            return
        entry = effect.entry
        if len(entry.payload) > MAX_ENTRY_BYTES:
            self._publish(entry.project, HeadMoved(entry.project, entry.seq))
        else:
            self._publish(entry.project, _committed(room.epoch, effect))

    def tell_row_changed(self, row_change: RowChanged) -> None:
        """Let every node read a row anew."""
        self._publish(None, row_change)

    def tell_rows_changed(self) -> None:
        """Let every node look at what its watches show."""
        self._publish(None, RowsChanged())

    def leave_room(self, project: str) -> None:
        """The room is closed here: announce that, and unsubscribe."""
        timer = self._announcing.pop(project, None)
        if timer is not None:
            timer.cancel()
        self._announced_at.pop(project, None)
        self._asking_projects.discard(project)
        self._publish(project, Present(project, [], leaves=True))
        self._bus.unfollow(project)

    def leave_all_rooms(self) -> None:
        """The node ends: nobody is here any more, and nobody waits for what is done here."""
        for project in self._rooms:
            self.leave_room(project)
        self._has_left = True

    def heartbeat(self, now: float) -> None:
        """Announce the rooms whose turn it is."""
        for project, live in list(self._rooms.items()):
            is_shared = live.room.is_shared
            gap = SHARED_HEARTBEAT_SECONDS if is_shared else ALONE_HEARTBEAT_SECONDS
            if now - self._announced_at.get(project, 0.0) >= gap - 0.1:
                self.announce(project, asks=not is_shared)

    def _announce(self, project: str) -> None:
        self._announcing.pop(project).cancel()
        live = self._rooms.get(project)
        if live is None:
            return
        self._announced_at[project] = asyncio.get_running_loop().time()
        is_asking = project in self._asking_projects
        self._asking_projects.discard(project)
        room = live.room
        members_here = room.members_here()
        present = Present(
            project,
            members_here,
            is_asking,
            digest=Digest(room.head, room.whole_digest),
            holds_ms=live.restores.others_wait_milliseconds,
        )
        if not self._publish(project, present) and self._bus.is_up:
            self._publish(project, replace(present, members=[*map(_in_short, members_here)]))

    def _publish(self, project: str | None, body: NodeMessage) -> bool:
        return self._bus.publish(project, self._codec.encode(body))


def _committed(epoch: str, effect: ForwardEntry) -> Committed:
    entry = effect.entry
    return Committed(
        project=entry.project,
        epoch=epoch,
        seq=entry.seq,
        delta_id=entry.delta_id,
        author=entry.author,
        member=entry.member,
        ops=entry.payload,
        atomic=entry.atomic,
        committed_at=entry.committed_at,
        payload_hash=entry.payload_hash,
        purpose=entry.purpose.value,
        reverts=entry.reverts,
        step=entry.step,
        digest=effect.digest,
        previous=effect.previous,
        aspect=entry.aspect,
        reach=entry.reach,
    )


def _in_short(announced_member: RemoteMember) -> RemoteMember:
    """Without selection and gestures, which may be long: the bus bounds a message."""
    presence = replace(announced_member.member.presence, selection=UNSET)
    member = replace(announced_member.member, presence=presence, gestures={})
    return replace(announced_member, member=member)
