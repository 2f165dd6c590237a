"""Which kinds of hashes imported accounts have, and how long a wrong password takes because of it.

A bcrypt hash may take a second where ours takes a fortieth. So that nobody learns from the time of
an answer which accounts there are, all wrong ones take as long as the slowest kind (rule A71).
"""

import contextlib
from collections.abc import Mapping

from persistence.pool import Executor
from persistence.tables import auth_credentials
from server.accounts.hashing.hashing_queue import HashingQueue, TooBusy

LOOK_SECONDS = 600.0
"""Between two looks for kinds: accounts are imported while nodes serve."""

MOST_KINDS = 64
"""One service has hashed in one way, or in a few over the years."""

ROOM = 2.0
"""A hash may take so many times what it takes on a quiet node, and is still within the wait."""


class ForeignKinds:
    """Those that one node knows; `hashing_queue` is told how long a wrong one takes."""

    def __init__(self, hashing_queue: HashingQueue) -> None:
        self._hashing_queue = hashing_queue
        self._seconds: dict[str, float] = {}
        """Kind -> what one of it takes here."""

    async def look(self, db: Executor) -> None:
        """Measure those that are new, and forget those of which no account is left."""
        kinds_found = await auth_credentials.foreign_kinds(db, MOST_KINDS)
        with contextlib.suppress(TooBusy):  # then at the next look
            await self._measure(kinds_found)
        self._seconds = {
            kind: seconds for kind, seconds in self._seconds.items() if kind in kinds_found
        }
        self._hashing_queue.least_seconds = ROOM * max(self._seconds.values(), default=0.0)

    async def _measure(self, hash_by_kind: Mapping[str, str]) -> None:
        for kind, password_hash in hash_by_kind.items():
            if kind not in self._seconds:
                self._seconds[kind] = await self._hashing_queue.measure(password_hash)
