"""Whose colour is which: the same for a user wherever it can be, another one than the others'."""

from collections.abc import Sequence
from zlib import crc32

from schema.text.colors import COLORS


def color_of(user: str) -> str:
    """The one a user has where nobody else has it."""
    return COLORS[_place(user)]


def colors_of(users: Sequence[str]) -> dict[str, str]:
    """Those of a project's users, in the order in which they became members.

    Who finds the own one taken gets the next that is free; so nobody's changes when more come.
    Past as many users as there are colours, some have the same.
    """
    given: dict[str, str] = {}
    free = set(COLORS)
    for user in users:
        own = _place(user)
        in_turn = (COLORS[(own + n) % len(COLORS)] for n in range(len(COLORS)))
        given[user] = next((color for color in in_turn if color in free), COLORS[own])
        free.discard(given[user])
    return given


def _place(user: str) -> int:
    return crc32(user.encode()) % len(COLORS)
