"""What was agreed on for the session of a room: who may edit, gesture, change the transport (R38).

The host of the session and owners of the project always may; a role that does not let one edit is
not mended by a permission.
"""

from collections.abc import Mapping
from typing import NamedTuple

from rooms.roles import CONTRIBUTES, GOVERNS

TRANSPORT = "transport"
"""The collection, and the permission of the same name."""


class SessionPermissions(NamedTuple):
    """`lists`: permission -> the users that have it; of one that is not named, everyone has it."""

    host: str = ""
    lists: Mapping[str, frozenset[str]] = {}

    def told(self) -> dict[str, list[str]]:
        """As members are told."""
        return {name: sorted(users) for name, users in self.lists.items()}

    def refusal(self, action: str, user: str, role: str) -> str | None:
        """Why this user may not, as a sentence; None: nothing was agreed on against it."""
        users = self.lists.get(action)
        if users is None or user in users or user == self.host or role in GOVERNS:
            return None
        return WHY[action]


NOTHING_AGREED = SessionPermissions()

WHY: Mapping[str, str] = {
    "edit": "the host of this session lets you look on; ask the host or an owner to let you edit",
    "gesture": "the host of this session lets you show no gestures; ask the host or an owner",
    TRANSPORT: "the host of this session lets you leave the transport alone; ask the host",
}
"""Permission -> what who lacks it is told; also the list of all."""


class DeniedActions(NamedTuple):
    """What one seat may not, as sentences, found when it changes and not for each message."""

    edit: str | None = None
    gesture: str | None = None
    transport: str | None = None


def denied_actions(permits: SessionPermissions, user: str, role: str) -> DeniedActions:
    """What a user with this role may not do in the room now."""
    if role not in CONTRIBUTES:
        text = f"a {role} cannot edit; ask an owner for the role of an editor"
        return DeniedActions(text, text, text)
    edit, gesture, transport = (
        permits.refusal(action, user, role) for action in ("edit", "gesture", TRANSPORT)
    )
    return DeniedActions(edit, edit or gesture, transport)
