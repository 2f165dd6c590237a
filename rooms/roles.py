"""Who may do what in a project (rule R1)."""

from typing import Literal

Role = Literal["owner", "editor", "viewer"]

EDITS = frozenset({"owner", "editor"})
"""Roles whose deltas are committed."""

GOVERNS = frozenset({"owner"})
"""Roles that change the project's row and other members' roles."""
