"""How large a state would be after each op that is tried at the door (rule O16)."""

from collections.abc import Container, Sequence

from rooms.document import digest
from rooms.document.entity_store import SLICE_COUNTED, Change, Steps

ENTITY_WEIGHT = 1_000
"""For how many bytes more the encoding of an entity is taken."""


class SizeCheck:
    """The size of a state to the byte, while ops are tried on it one after the other."""

    def __init__(self, size: int) -> None:
        self.bytes = size
        self._changes = 0
        """So many changes of the log are counted."""
        self._weight = 0
        """Bytes encoded since the last pause."""

    def counting(
        self, log: Sequence[Change], apart: Container[int], grown_bytes: int
    ) -> Steps[None]:
        """Count what an op has changed.

        `apart`: changes that are not encoded; what they hold has grown by `grown_bytes`.
        """
        self.bytes += grown_bytes
        for at in range(self._changes, len(log)):
            if at in apart:
                continue
            collection, entity_id, before, after = log[at]
            for entity, sign in ((before, -1), (after, 1)):
                if entity is None:
                    continue
                for encoded_part in digest.in_parts(collection, entity_id, entity):
                    self.bytes += sign * len(encoded_part)
                    self._weight += len(encoded_part) + ENTITY_WEIGHT
                    if self._weight > SLICE_COUNTED:
                        self._weight = 0
                        yield
        self._changes = len(log)
