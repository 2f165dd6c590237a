"""New epochs for all projects of a database."""

from dataclasses import dataclass

from persistence.pool import Executor

# Nobody may create a project or keep a snapshot meanwhile, and of two that renew one waits: else a
# snapshot could be left with an epoch that is no longer its project's.
LOCK = """
SET LOCAL lock_timeout = '30s';
LOCK TABLE studio_projects, project_snapshots IN SHARE ROW EXCLUSIVE MODE
"""

# The same function as an append calls when it finds that a journal went back.
RENEW = """
SELECT projects, snapshots FROM renew_epochs(NULL, NULL)
"""


@dataclass(frozen=True, slots=True)
class RenewedEpochs:
    """How many rows have an epoch that they had not before."""

    projects: int
    snapshots: int


async def renew(db: Executor) -> RenewedEpochs:
    """A new epoch for each project, and for those of its snapshots that had the epoch it had.

    All or nothing; done once more it harms nothing. Clients then start from fresh state (rule J4).
    """
    async with db.transaction() as transaction:
        await transaction.execute(LOCK)
        row = await transaction.fetchrow(RENEW)
        assert row is not None
        return RenewedEpochs(row["projects"], row["snapshots"])
