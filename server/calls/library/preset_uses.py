"""Uses of presets, gathered for a second and counted with one statement for all (rule L9)."""

import asyncio

import structlog

from persistence.errors import PersistenceError, Unavailable
from persistence.library import plugin_presets
from persistence.pool import Executor
from schema.server_limits import MAX_USES_GATHERED
from server.logs.outages import because

FLUSH_SECONDS = 1.0
"""Between two statements: what a node that is killed may lose."""


LAST_SECONDS = 2.0
"""What the last statement of a node that stops may take."""

log = structlog.get_logger()


class PresetUses:
    """Those of a node that are not counted yet. Counting one again does no harm: an hour is one."""

    def __init__(self, db: Executor) -> None:
        self._db = db
        self._gathered_uses: set[tuple[str, str]] = set()
        """Preset and user."""
        self._flushing = asyncio.Lock()

    def note(self, preset: str, user: str) -> None:
        """Count it within a second; raises `Unavailable` while too many wait."""
        use = preset, user
        if len(self._gathered_uses) >= MAX_USES_GATHERED and use not in self._gathered_uses:
            raise Unavailable("too many uses of presets wait to be counted")
        self._gathered_uses.add(use)

    async def flush(self) -> None:
        """Count what was gathered; raises `PersistenceError`, and then keeps it for later."""
        async with self._flushing:
            if not self._gathered_uses:
                return
            uses, self._gathered_uses = self._gathered_uses, set()
            try:
                await plugin_presets.count_uses(self._db, sorted(uses))
            except BaseException:
                self._gathered_uses |= uses
                raise

    async def flush_at_last(self) -> None:
        """The node stops, and nobody calls any more: count what is left, or say what is lost."""
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self.flush()
        except (TimeoutError, PersistenceError) as error:
            log.warning("uses not counted", uses=len(self._gathered_uses), **because(error))
