"""Erasing accounts that were deleted, once their grace time is over."""

import structlog

from persistence.pool import Executor
from persistence.tables.internal import account_deletions
from schema.accounts.audit_events import AuditEvent
from server.accounts.audit_trail import AuditTrail

log = structlog.get_logger()


async def erase_due(db: Executor, audit: AuditTrail) -> None:
    """Each with the projects that nobody else owns; raises `PersistenceError`, and goes on later.

    Several nodes may do it at once.
    """
    for user in await account_deletions.claim_due(db):
        projects = await account_deletions.erase(db, user)
        audit.note(AuditEvent.ACCOUNT_DELETED, user=user, projects=len(projects))
        log.info("account erased", user=user, projects=len(projects))
