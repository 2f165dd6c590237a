"""Who may do what in a project (rule R1)."""

from typing import Literal, NamedTuple, get_args

Role = Literal["owner", "editor", "contributor", "commenter", "viewer"]

SEES_IN_ORDER: tuple[str, ...] = get_args(Role)
"""All roles, the one that may do most first."""

SEES: frozenset[str] = frozenset(SEES_IN_ORDER)
"""All roles: every member reads."""

CONTRIBUTES = frozenset({"owner", "editor", "contributor"})
"""Roles whose deltas are committed; of a contributor only those within its tracks (rule R20)."""

EDITS = frozenset({"owner", "editor"})
"""Roles that edit all of the project."""

GOVERNS = frozenset({"owner"})
"""Roles that change the project's row and other members' roles."""

RANK: dict[str, int] = {role: place for place, role in enumerate(reversed(SEES_IN_ORDER))}
"""Of two roles the one with the higher number may more (rule R27)."""


class Grant(NamedTuple):
    """What a member was granted. `tracks`: those of a contributor; of other roles None."""

    role: str
    tracks: tuple[str, ...] | None = None
