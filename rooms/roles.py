"""Who may do what in a project (rule R1)."""

from typing import Literal, get_args

Role = Literal["owner", "editor", "viewer"]

SEES: frozenset[str] = frozenset(get_args(Role))
"""All roles: every member reads."""

EDITS = frozenset({"owner", "editor"})
"""Roles whose deltas are committed."""

GOVERNS = frozenset({"owner"})
"""Roles that change the project's row and other members' roles."""
