"""Who is in a room with us, where each one is, and what each may do."""

from typing import Any

from prime_client.connecting.codec import Message
from prime_client.copy.room_gestures import RoomGestures
from prime_client.events import (
    CameIn,
    Event,
    Moved,
    PermissionsChanged,
    Previewed,
    RoleChanged,
    WentOut,
)


class RoomMembers:
    """Everyone's presence and roles, from the newest messages."""

    def __init__(self) -> None:
        self.own_member = ""
        """Our own member id."""
        self.role: str | None = None
        """Our role in the project."""
        self.tracks: list[str] | None = None
        """Those that we may edit, as a contributor; None: another role."""
        self.permissions: dict[str, list[str]] = {}
        """What the host of the session agrees to: permission -> users."""
        self.members_by_id: dict[str, dict[str, Any]] = {}
        """Member id -> member, ourselves included."""
        self.gestures = RoomGestures()

    def joined(self, message: Message) -> None:
        """We are in: everyone who is there."""
        self.own_member = message["you"]
        self.role = message["role"]
        self.tracks = message.get("tracks")
        self.permissions = message.get("permissions", {})
        self.members_by_id = {member["member"]: member for member in message["members"]}
        self.gestures.joined(message["members"])

    def tick(self, message: Message) -> list[Event]:
        """Who moved, and whose gestures went on or ended."""
        for member_id, changes in message["moved"].items():
            member = self.members_by_id.get(member_id)
            if member is not None:
                presence = member["presence"] | changes
                member["presence"] = {
                    field: value for field, value in presence.items() if value is not None
                }
        events: list[Event] = [Moved(message["moved"])]
        gestures = message.get("gestures", {})
        if message.get("whole"):
            self.gestures.forget_all()
        if gestures:
            self.gestures.take(gestures, self.members_by_id.keys() - {self.own_member})
            events.append(Previewed(gestures))
        return events

    def came_in(self, message: Message) -> list[Event]:
        """One more member."""
        member = message["member"]
        self.members_by_id[member["member"]] = member
        return [CameIn(member)]

    def went_out(self, message: Message) -> list[Event]:
        """One member less."""
        self.members_by_id.pop(message["member"], None)
        self.gestures.end_of(message["member"])
        return [WentOut(message["member"])]

    def role_changed(self, message: Message) -> list[Event]:
        """A user has another role, on all devices."""
        user, role = message["user"], message["role"]
        tracks = message.get("tracks")
        for member in self.members_by_id.values():
            if member["user"] == user:
                member["role"] = role
                if member["member"] == self.own_member:
                    self.role = role
                    self.tracks = tracks
        return [RoleChanged(user, role, tracks)]

    def permitted(self, message: Message) -> list[Event]:
        """The host of the session lets others do something, or lets them no more."""
        self.permissions = message["permissions"]
        return [PermissionsChanged(self.permissions)]
