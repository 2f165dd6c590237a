"""The words of which a text is one, by the name of their type in the JSON Schema."""

from collections.abc import Iterable

from msgspec import Meta

from schema.entities import ENTITY_TYPES
from schema.errors import DropReason, ErrorCode, ResyncReason

WORDS: dict[str, tuple[str, ...]] = {
    "Collection": tuple(ENTITY_TYPES),
    "ErrorCode": tuple(map(str, ErrorCode)),
    "DropReason": tuple(map(str, DropReason)),
    "Role": ("owner", "editor", "contributor", "commenter", "viewer"),
    "DefaultRole": ("editor", "viewer"),
    "InvitedRole": ("editor", "contributor", "commenter", "viewer"),
    "Purpose": ("edit", "undo", "redo", "restore"),
    "DegradedPart": ("journal", "bus", "maintenance"),
    "LeftReason": ("access_revoked", "kicked", "limit_reached"),
    "SnapshotKind": ("auto", "manual", "before-restore"),
    "AudioStatus": ("announced", "uploading", "measuring", "available", "failed"),
    "DeviceLoginState": ("waiting", "slow_down", "denied", "approved"),
    "NodeState": ("serving", "drained", "silent"),
    "MaintenanceMode": ("read_only", "off"),
    "RoomOrder": ("project", "load"),
    "TroubleWord": (
        *("not_serving", "draining", "database", "task_down", "full", "bus"),
        *("project_held_up", "maintenance", "closed_rooms"),
    ),
    "SessionStatus": ("active", "ended"),
    "RowChangeKind": ("entered", "changed", "left"),
    "ResyncReason": tuple(map(str, ResyncReason)),
    "Fate": ("kept", "archived", "erased"),
    "ChangeAction": ("added", "removed", "changed"),
}
"""Name of the type -> the words. A later server may say a word that is not among them yet."""

NAMED = "x-named"
"""What a field's schema says where its type is one of the named ones."""


def one_of(name: str) -> Meta:
    """Of a text that the server writes: in the JSON Schema it is of the type of this name."""
    return Meta(extra_json_schema={NAMED: name})


AMONG = "x-among"
"""What a text's schema says where it is one of a list's own words: their name, and the words."""


def among(name: str, words: Iterable[str]) -> Meta:
    """Of a text that is looked at where the list is known, with a sentence that names the words."""
    return Meta(extra_json_schema={AMONG: [name, *words]})
