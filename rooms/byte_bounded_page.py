"""As much of a list as one page holds."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from rooms.pauses import Pause, no_pause, walked
from schema.limits import MAX_PAGE_BYTES

Item = TypeVar("Item")


def first_that_fit(
    items: Sequence[Item], most: int = MAX_PAGE_BYTES, pause: Pause = no_pause
) -> list[Item]:
    """The first ones that are at most so many bytes together, encoded."""
    items_taken: list[Item] = []
    for item in walked(items, pause):
        most -= len(msgspec.msgpack.encode(item))
        if most < 0:
            break
        items_taken.append(item)
    return items_taken
