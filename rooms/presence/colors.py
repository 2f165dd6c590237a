"""Whose colour is which. What a user has in a project is kept; this is where that begins."""

from zlib import crc32

from schema.text.colors import COLORS


def color_of(user: str) -> str:
    """The own one, which a user gets where nobody else has it."""
    return color_at(crc32(user.encode()) % len(COLORS))


def color_at(place: int) -> str:
    """Of the twelve, by what is stored."""
    return COLORS[place]
