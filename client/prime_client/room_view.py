"""What can be read of a joined project."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from prime_client.copy.replica import Replica
from prime_client.copy.state_ops import Entity, State
from prime_client.property_names import check_id, check_properties, fields_of


class RoomView:
    """A joined project as it is now; nothing here waits, and nothing of it may be changed.

    Entities are replaced and never changed: who keeps one keeps it as it was.
    """

    def __init__(self, replica: Replica) -> None:
        self.replica = replica

    @property
    def project(self) -> str:
        """The id of the project."""
        return self.replica.project

    @property
    def state(self) -> State:
        """Collection -> id -> entity, as the musician sees it: confirmed plus pending."""
        return self.replica.state

    @property
    def maintenance(self) -> str | None:
        """What an operator says of why edits wait just now, to be shown as a status; None: no.

        Edits that are made meanwhile are kept, and sent when `DegradedChanged` says it is over.
        """
        return self.replica.maintenance

    @property
    def you(self) -> str:
        """Our own member id: another one after each join."""
        return self.replica.you

    @property
    def role(self) -> str | None:
        """`owner`, `editor`, `contributor`, `commenter` or `viewer`; None before the first join."""
        return self.replica.role

    @property
    def tracks(self) -> list[str] | None:
        """The tracks that we may edit as a `contributor`; None in another role."""
        return self.replica.tracks

    @property
    def permissions(self) -> Mapping[str, list[str]]:
        """What the host of the session agrees to: permission -> ids of users (rule R38)."""
        return MappingProxyType(self.replica.permissions)

    @property
    def members(self) -> Mapping[str, dict[str, Any]]:
        """Everyone in the room, ourselves included: member id -> name, color, presence ..."""
        return MappingProxyType(self.replica.members)

    def entities(self, collection: str) -> Mapping[str, Entity]:
        """All of a collection by id; raises `WrongUse` if there is no such collection."""
        fields_of(collection)
        return MappingProxyType(self.replica.state.get(collection, {}))

    def get(self, collection: str, entity_id: str) -> Entity | None:
        """One entity, or None; raises `WrongUse` if there is no such collection."""
        check_id(entity_id)
        return self.entities(collection).get(entity_id)

    def select(self, collection: str, **props: Any) -> dict[str, Entity]:
        """Those of a collection whose properties have these values: `select("clips", track=t)`.

        Raises `WrongUse` if there is no such collection or property. Looks at all of them.
        """
        check_properties(collection, props, self.replica.state)
        return {
            entity_id: entity
            for entity_id, entity in self.entities(collection).items()
            if all(entity.get(name) == value for name, value in props.items())
        }

    def shown(self, collection: str, entity_id: str) -> Entity | None:
        """One entity with the gestures of others laid over it, as a screen shows it, or None."""
        fields_of(collection)
        check_id(entity_id)
        return self.replica.shown(collection, entity_id)

    def media_status(self, clip_id: str) -> str | None:
        """How far the bytes that a clip plays are: `announced`, `uploading`, `measuring`, `failed`.

        None: they are available, or nothing is known of any; nothing is to be waited for.
        """
        check_id(clip_id)
        return self.replica.media_status(clip_id)

    def is_pending(self, clip_id: str) -> bool:
        """Whether a clip waits for its bytes; `MediaChanged` says when that is over."""
        return self.media_status(clip_id) is not None
