"""One count at a time: of two that look for room for one more, the second finds the first's."""

from persistence.pool import Executor

HOLD = """
SELECT pg_advisory_xact_lock(hashtextextended('count of ' || $1 || ' ' || $2, 0))
"""


async def hold(tx: Executor, what: str, whose: str) -> None:
    """Until the transaction ends nobody else counts, of this user or project, what is named so.

    Behind it a statement of its own counts, and sees what the one before has committed.
    """
    await tx.execute(HOLD, what, whose)
