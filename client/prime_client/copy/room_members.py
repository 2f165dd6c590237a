"""Who is in a room with us: where each one is, and what their gestures show."""

from typing import Any

from prime_client.connecting.codec import Message
from prime_client.copy.state_ops import Entity
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
    """Everyone's presence and gestures, from the newest messages."""

    def __init__(self) -> None:
        self.you = ""
        """Our own member id."""
        self.role: str | None = None
        """Our role in the project."""
        self.tracks: list[str] | None = None
        """Those that we may edit, as a contributor; None: another role."""
        self.permissions: dict[str, list[str]] = {}
        """What the host of the session agrees to: permission -> users."""
        self.all: dict[str, dict[str, Any]] = {}
        """Member id -> member, ourselves included."""
        self.gestures: dict[str, dict[str, dict[str, Any]]] = {}
        """Member id -> gesture -> entity id -> its collection and the properties it shows."""

    def joined(self, message: Message) -> None:
        """We are in: everyone who is there."""
        self.you = message["you"]
        self.role = message["role"]
        self.tracks = message.get("tracks")
        self.permissions = message.get("permissions", {})
        self.all = {member["member"]: member for member in message["members"]}
        self.gestures = {
            member["member"]: member["gestures"]
            for member in message["members"]
            if member.get("gestures")
        }

    def shown(self, entity_id: str, entity: Entity) -> Entity:
        """The entity with what the gestures of others show laid over it."""
        for gestures in self.gestures.values():
            for values in gestures.values():
                if entity_id in values:
                    entity = laid_over(entity, values[entity_id]["props"])
        return entity

    def tick(self, message: Message) -> list[Event]:
        """Who moved, and whose gestures went on or ended."""
        for member_id, changes in message["moved"].items():
            member = self.all.get(member_id)
            if member is not None:
                presence = member["presence"] | changes
                member["presence"] = {k: v for k, v in presence.items() if v is not None}
        events: list[Event] = [Moved(message["moved"])]
        gestures = message.get("gestures", {})
        if message.get("whole"):
            self.gestures = {}
        if gestures:
            self._take_gestures(gestures)
            events.append(Previewed(gestures))
        return events

    def came_in(self, message: Message) -> list[Event]:
        """One more member."""
        member = message["member"]
        self.all[member["member"]] = member
        return [CameIn(member)]

    def went_out(self, message: Message) -> list[Event]:
        """One member less."""
        self.all.pop(message["member"], None)
        self.gestures.pop(message["member"], None)
        return [WentOut(message["member"])]

    def role_changed(self, message: Message) -> list[Event]:
        """A user has another role, on all devices."""
        user, role = message["user"], message["role"]
        tracks = message.get("tracks")
        for member in self.all.values():
            if member["user"] == user:
                member["role"] = role
                if member["member"] == self.you:
                    self.role = role
                    self.tracks = tracks
        return [RoleChanged(user, role, tracks)]

    def permitted(self, message: Message) -> list[Event]:
        """The host of the session lets others do something, or lets them no more."""
        self.permissions = message["permissions"]
        return [PermissionsChanged(self.permissions)]

    def _take_gestures(self, gestures: dict[str, dict[str, Any]]) -> None:
        for member_id, changed in gestures.items():
            if member_id not in self.all or member_id == self.you:
                continue
            theirs = self.gestures.setdefault(member_id, {})
            for gesture, values in changed.items():
                if values is None:
                    theirs.pop(gesture, None)
                    continue
                shows = theirs.setdefault(gesture, {})
                for entity_id, value in values.items():
                    before = shows.get(entity_id, {"props": {}})["props"]
                    props = laid_over(before, value["props"])
                    shows[entity_id] = {"col": value["col"], "props": props}
            if not theirs:
                del self.gestures[member_id]


def laid_over(before: Entity, props: Entity) -> Entity:
    """Properties with others laid over them; leaves of `params` one by one."""
    changed = before | props
    if "params" in before and "params" in props:
        changed["params"] = before["params"] | props["params"]
    return changed
