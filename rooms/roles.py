"""Who may do what in a project (rule R1)."""

from typing import Literal

Role = Literal["owner", "editor", "viewer"]

EDITS = frozenset({"owner", "editor"})
"""Roles whose deltas are committed."""

GOVERNS = frozenset({"owner"})
"""Roles that change the project's row and other members' roles."""

COLORS = (
    "#e6605c", "#4aa8e0", "#62b866", "#e0a23c", "#a779d8", "#45b8ac", "#d873a8", "#98a33d",
    "#7088e8", "#d98252", "#58b0c8", "#b06a9c",
)  # fmt: skip
"""Members' colours, in order of arrival."""
