"""What keeps a member's deltas of before a join from being stored behind it (rule J15)."""

from persistence import sliced_deletes
from persistence.errors import NotFound
from persistence.journal.contract import Fence
from persistence.pool import Executor

RAISE = "SELECT raised, epoch, head FROM raise_fence($1, $2) WHERE head IS NOT NULL"

TRIM = sliced_deletes.deleting(
    "member_fences", "raised_at < now() - $1::float8 * interval '1 second'", "raised_at", 2
)


async def raise_fence(db: Executor, project: str, member: str) -> Fence:
    """See `Journal`; raises `NotFound`, and `Unavailable` also where the row is locked for long."""
    row = await db.fetchrow(RAISE, project, member)
    if row is None:
        raise NotFound("there is no such project")
    return Fence(row["raised"], row["epoch"], row["head"])


async def trim(db: Executor, older_than_seconds: float) -> None:
    """Let go of those behind which nothing can be on its way any more."""
    await sliced_deletes.delete(db, TRIM, older_than_seconds)
