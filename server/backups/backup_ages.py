"""How long ago the last backup and the last rehearsal succeeded, as the database remembers them."""

import time

from persistence.backups import backup_runs
from persistence.pool import Executor

LOOK_SECONDS = 60.0
"""Between two looks into the database."""

KINDS = ("backup", "rehearsal")


class BackupAges:
    """As they were when last read, and older since."""

    def __init__(self, db: Executor) -> None:
        self._db = db
        self._ages: dict[str, float] | None = None
        """Kind -> seconds, at that moment; None: nobody has looked yet."""
        self._read_at = 0.0
        """That moment, in monotonic seconds."""

    async def look(self) -> None:
        """Into the database; raises `PersistenceError`."""
        self._ages = await backup_runs.ages(self._db)
        self._read_at = time.monotonic()

    def age(self, kind: str) -> float:
        """Seconds since the last that succeeded; endless: none ever did. NaN: not known yet."""
        if self._ages is None:
            return float("nan")
        return self._ages.get(kind, float("inf")) + time.monotonic() - self._read_at
