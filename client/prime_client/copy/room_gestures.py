"""What the gestures of others show in a room: values laid over those of the copy."""

from collections.abc import Container
from typing import Any

from prime_client.copy.state_ops import Entity


class RoomGestures:
    """Everyone's gestures, from the newest messages."""

    def __init__(self) -> None:
        self.values_by_member: dict[str, dict[str, dict[str, Any]]] = {}
        """Member id -> gesture -> entity id -> its collection and the properties it shows."""

    def joined(self, members: list[dict[str, Any]]) -> None:
        """We are in: what those who are there show."""
        self.values_by_member = {
            member["member"]: member["gestures"] for member in members if member.get("gestures")
        }

    def forget_all(self) -> None:
        """A tick that says all there is comes."""
        self.values_by_member = {}

    def end_of(self, member_id: str) -> None:
        """The member has left."""
        self.values_by_member.pop(member_id, None)

    def take(self, changes: dict[str, dict[str, Any]], shown_of: Container[str]) -> None:
        """What a tick says has gone on or ended, as far as it is of members in `shown_of`."""
        for member_id, changed_gestures in changes.items():
            if member_id not in shown_of:
                continue
            gestures = self.values_by_member.setdefault(member_id, {})
            for gesture, values in changed_gestures.items():
                if values is None:
                    gestures.pop(gesture, None)
                    continue
                shown_values = gestures.setdefault(gesture, {})
                for entity_id, value in values.items():
                    before = shown_values.get(entity_id, {"props": {}})["props"]
                    props = laid_over(before, value["props"])
                    shown_values[entity_id] = {"col": value["col"], "props": props}
            if not gestures:
                del self.values_by_member[member_id]

    def laid_over(self, entity_id: str, entity: Entity) -> Entity:
        """The entity with what the gestures of others show laid over it."""
        for gestures in self.values_by_member.values():
            for values in gestures.values():
                if entity_id in values:
                    entity = laid_over(entity, values[entity_id]["props"])
        return entity


def laid_over(before: Entity, props: Entity) -> Entity:
    """Properties with others laid over them; leaves of `params` one by one."""
    shown_entity = before | props
    if "params" in before and "params" in props:
        shown_entity["params"] = before["params"] | props["params"]
    return shown_entity
