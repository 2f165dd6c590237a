"""Members of a room whose connections are on other nodes: as far as those nodes have said."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from rooms.effects import Packet
from rooms.presence.gestures import Gestures
from rooms.presence.ticks import merge
from schema.messages import Member, Tick
from schema.node_messages import RemoteMember
from schema.server_limits import MAX_NODES_KNOWN, MAX_WAITING_TICKS

LEASE_SECONDS = 6.0
"""A node silent for so long, three heartbeats, is gone, and its members with it (rule P8)."""


@dataclass(slots=True)
class MemberElsewhere:
    """A member, the node it is on, and the generation of its seat there."""

    member: Member
    node: str
    generation: int

    def is_later_than(self, node: str, generation: int) -> bool:
        """Whether the member came here after it was there; decided alike on every node."""
        return (self.generation, self.node) > (generation, node)


@dataclass(slots=True)
class PresenceDiff:
    """What an announcement has changed for those who are here."""

    joined: list[Member] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class RemoteMembers:
    """Times are seconds, given. `numbers` are those of `schema.node_messages.Envelope`."""

    __slots__ = (
        "_newest_number_by_node",
        "_project",
        "gestures",
        "is_overrun",
        "members",
        "nodes",
        "waiting_ticks",
    )

    def __init__(self, project: str) -> None:
        self._project = project
        self.members: dict[str, MemberElsewhere] = {}
        """By member id."""
        self.gestures = Gestures()
        """What they edit continuously."""
        self.waiting_ticks: list[Packet] = []
        """Ticks of other nodes, until the next tick of ours."""
        self.is_overrun = False
        """More of them came than are kept: all were dropped."""
        self.nodes: dict[str, float] = {}
        """The others that have the room open -> when each last said anything of it, in seconds."""
        self._newest_number_by_node: dict[str, int] = {}
        """Node -> the highest number of its messages; the one that spoke last is the last."""

    def is_newest(self, node: str, number: int) -> bool:
        """Whether this is the newest that the node has said; it is from now on."""
        before = self._newest_number_by_node.pop(node, -1)
        self._newest_number_by_node[node] = max(before, number)
        while len(self._newest_number_by_node) > MAX_NODES_KNOWN:
            del self._newest_number_by_node[next(iter(self._newest_number_by_node))]
        return number > before

    def on_life_sign(self, node: str, now: float) -> None:
        """The node lives, and has the room open."""
        self.nodes[node] = now

    def of(self, node: str) -> list[str]:
        """The members that are on a node."""
        return [member for member, remote in self.members.items() if remote.node == node]

    def present(self, node: str, announced_members: Iterable[RemoteMember]) -> PresenceDiff:
        """All members of a node, as it says."""
        diff = PresenceDiff()
        members_gone = set(self.of(node))
        for member_announced in announced_members:
            member = member_announced.member.member
            members_gone.discard(member)
            before = self.members.get(member)
            if before is not None and before.is_later_than(node, member_announced.generation):
                continue  # it is on a third node by now
            self.members[member] = MemberElsewhere(
                member_announced.member, node, member_announced.generation
            )
            if before is None:
                diff.joined.append(member_announced.member)
            else:
                self._mend(before.member, member_announced.member)
            self._show_gestures(member_announced.member)
        for member in members_gone:
            self.forget(member)
            diff.left.append(member)
        return diff

    def tick(self, node: str, packet: Packet) -> bool:
        """A tick of a node's members; False: of someone who is not there, as far as we know."""
        tick = packet.message
        assert isinstance(tick, Tick)
        members_known = self.members
        for member in (*tick.moved, *tick.gestures):
            if member not in members_known or members_known[member].node != node:
                return False
        for member, change in tick.moved.items():
            before = members_known[member].member
            presence = merge(before.presence, change)
            members_known[member].member = structs.replace(before, presence=presence)
        for member, gestures in tick.gestures.items():
            for gesture, values in gestures.items():
                if values is None:
                    self.gestures.end(member, gesture)
                else:
                    self.gestures.show(member, gesture, values)
        self.gestures.changed_since_tick.clear()
        self.pass_on(packet)
        return True

    def pass_on(self, packet: Packet) -> None:
        """Let a tick wait for the next one of this node."""
        self.waiting_ticks.append(packet)
        if len(self.waiting_ticks) > MAX_WAITING_TICKS:
            self.waiting_ticks.clear()
            self.is_overrun = True

    def leave_untold(self, members: Collection[str]) -> None:
        """These have left the room: no tick that still waits says where they went (rule P5)."""
        self.waiting_ticks = [
            packet_left
            for packet in self.waiting_ticks
            if (packet_left := _without(packet, members)) is not None
        ]

    def flush(self) -> Sequence[Packet]:
        """The ticks that wait."""
        waiting_packets, self.waiting_ticks = self.waiting_ticks, []
        self.is_overrun = False
        return waiting_packets

    def take_over(
        self, member: Member, generation: int, shown_presence: Mapping[str, object]
    ) -> None:
        """A member of ours is about to be announced by another node: nobody left or joined.

        What it was showing here is over, and only those here have to be told.
        """
        self.members[member.member] = MemberElsewhere(member, "", generation)
        self._tell_over(member.member, shown_presence)

    def end(self, member: str) -> MemberElsewhere | None:
        """A member is here now; what it showed there is over."""
        self._tell_over(member, self.gestures.of(member))
        return self.forget(member)

    def forget(self, member: str) -> MemberElsewhere | None:
        """The member is not on another node any more."""
        self.gestures.forget(member)
        return self.members.pop(member, None)

    def forget_node(self, node: str) -> list[MemberElsewhere]:
        """The node has closed the room, or is gone: so are its members, who are returned."""
        self.nodes.pop(node, None)
        return [remote for member in self.of(node) if (remote := self.forget(member)) is not None]

    def silent(self, now: float) -> list[str]:
        """Nodes whose lease has run out."""
        return [node for node, at in self.nodes.items() if now - at > LEASE_SECONDS]

    def as_members(self) -> list[Member]:
        """All of them, with what they show now."""
        return [
            structs.replace(remote.member, gestures=self.gestures.of(member))
            for member, remote in self.members.items()
        ]

    def _mend(self, before: Member, after: Member) -> None:
        """A tick was lost: those here get what it held."""
        gestures_before = self.gestures.of(before.member)
        ended_gestures = dict.fromkeys(gestures_before.keys() - after.gestures.keys())
        moved_members = {} if before.presence == after.presence else {after.member: after.presence}
        are_gestures_changed = gestures_before != after.gestures
        gestures = (
            {after.member: {**after.gestures, **ended_gestures}} if are_gestures_changed else {}
        )
        if moved_members or gestures:
            self.pass_on(Packet(Tick(self._project, moved_members, gestures)))

    def _tell_over(self, member: str, gestures: Mapping[str, object]) -> None:
        if gestures:
            ended_gestures: dict[str, None] = dict.fromkeys(gestures)
            self.pass_on(Packet(Tick(self._project, {}, {member: {**ended_gestures}})))

    def _show_gestures(self, member: Member) -> None:
        self.gestures.forget(member.member)
        for gesture, values in member.gestures.items():
            self.gestures.show(member.member, gesture, values)
        self.gestures.changed_since_tick.clear()


def _without(packet: Packet, members: Collection[str]) -> Packet | None:
    """The tick without what it says of these; None: it says nothing else."""
    tick = packet.message
    assert isinstance(tick, Tick)
    if not any(member in tick.moved or member in tick.gestures for member in members):
        return packet
    moved = {member: moves for member, moves in tick.moved.items() if member not in members}
    gestures = {member: shown for member, shown in tick.gestures.items() if member not in members}
    if not moved and not gestures and tick.digest is None:
        return None
    return Packet(structs.replace(tick, moved=moved, gestures=gestures))
