"""Rows that tests need before they can begin."""

import hashlib
import uuid

from persistence.pool import Executor
from persistence.tables import auth_sessions, one_time_tokens, studio_projects, users
from persistence.tables.one_time_tokens import Hashes, Purpose
from persistence.tables.studio_projects import ProjectRow
from persistence.tables.users import UserRow
from tests.server.conftest import eventually

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


async def somebody_waits(db: Executor) -> None:
    """Until a statement in this database waits for a lock of another transaction."""
    await eventually(lambda: db.fetchval(WAITING))


async def make_user(db: Executor, name: str = "") -> UserRow:
    name = name or f"u{uuid.uuid4().hex[:12]}"
    return await users.create(db, email=f"{name}@example.org", username=name, name=name.title())


async def make_tokens(db: Executor, email: str) -> None:
    """For each purpose one, of a user of its own; the token is the purpose, `email` the new one."""
    for purpose in Purpose:
        user = await make_user(db)
        to = email if purpose is Purpose.CHANGE_ADDRESS else user.email
        hashed = hashlib.sha256(purpose.encode()).digest()
        await one_time_tokens.put(
            db, user.id, purpose, to, Hashes(hashed, hashed), seconds=3_600, code_seconds=600
        )


async def make_login(db: Executor, user: UserRow) -> str:
    return (await auth_sessions.create(db, user.id, "laptop", 3600)).id


async def make_project(
    db: Executor,
    owner: UserRow,
    name: str = "Song",
    *,
    id: str | None = None,
    state: bytes = b"{}",
    digest: str = "",
) -> ProjectRow:
    return await studio_projects.create(
        db,
        id=id,
        owner=owner.id,
        name=name,
        description="",
        bpm=120.0,
        key=None,
        scale=None,
        signature="4/4",
        tags=["techno"],
        state=state,
        digest=digest,
    )
