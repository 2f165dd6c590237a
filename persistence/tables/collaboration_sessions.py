"""Queries on `collaboration_sessions`: who worked on a project together, and when."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from persistence.errors import NotFound
from persistence.pool import Executor
from rooms.presence.session_permissions import WHY, SessionPermissions

OPEN_SESSION = """
SELECT open_collaboration_session($1, $2)
"""

# Locked in order, so that two nodes that touch the same rows wait for each other, not in a circle.
# Where only viewers have been, the first who works on the project becomes the host (rule R40).
TOUCH_MANY = """
WITH here AS (
    SELECT session, array_agg(member) AS members
    FROM unnest($1::uuid[], $2::uuid[]) AS there (session, member) GROUP BY session
), locked AS (
    SELECT s.id, here.members
    FROM collaboration_sessions AS s JOIN here ON s.id = here.session
    WHERE s.status = 'active' ORDER BY s.id FOR NO KEY UPDATE OF s
)
UPDATE collaboration_sessions AS touched
SET last_activity_at = now(),
    participants = ARRAY(
        SELECT DISTINCT member FROM unnest(touched.participants || locked.members) AS member
        ORDER BY member
    ),
    host_id = coalesce(touched.host_id, (
        SELECT m.user_id FROM project_members AS m
        WHERE m.project_id = touched.project_id AND m.user_id = ANY (locked.members)
            AND m.role IN ('contributor', 'editor', 'owner')
        ORDER BY m.user_id LIMIT 1
    ))
FROM locked WHERE touched.id = locked.id
RETURNING touched.id
"""

# Who came first came before the row.
STARTED = """
UPDATE collaboration_sessions
SET started_at = least(started_at, now() - greatest($2::float8, 0) * interval '1 second')
WHERE id = $1
"""

# Whoever was not there for so long has been away: that time does not count. Ages, not times: the
# clock of a node may be another one.
NOTE_STAYS = """
INSERT INTO session_stays AS s
    (collaboration_session_id, project_id, user_id, entered_at, seen_at, seconds)
SELECT c.id, c.project_id, u.id, now() - entered * interval '1 second',
    now() - least("left", entered) * interval '1 second', greatest(0, entered - "left")
FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[])
    AS there (session, member, entered, "left")
JOIN collaboration_sessions AS c ON c.id = there.session
JOIN prime_users AS u ON u.id = there.member
ORDER BY c.id, u.id
ON CONFLICT (collaboration_session_id, user_id) DO UPDATE SET
    entered_at = least(s.entered_at, excluded.entered_at),
    seconds = s.seconds + greatest(0, extract(epoch FROM excluded.seen_at - CASE
        WHEN excluded.entered_at - s.seen_at < $5 * interval '1 second' THEN s.seen_at
        ELSE excluded.entered_at END)),
    times = s.times + (excluded.entered_at - s.seen_at >= $5 * interval '1 second')::integer,
    seen_at = greatest(s.seen_at, excluded.seen_at)
RETURNING s.collaboration_session_id AS session, s.user_id AS member, s.xmax = 0 AS is_new
"""

# In order, as all who lock several: of two nodes the second sees what the first has noted.
LOCK_MANY = """
SELECT FROM collaboration_sessions WHERE id = ANY ($1::uuid[]) AND status = 'active'
ORDER BY id FOR NO KEY UPDATE
"""

# Each node opens a row by whom it knows of: when the stays of all are there, they say who came
# first. Only as a stay is noted for the first time, so that nobody becomes the host by a role that
# came later (rule R47).
SETTLE_HOSTS = """
UPDATE collaboration_sessions AS c SET host_id = earlier.user_id
FROM (
    SELECT DISTINCT ON (s.id) s.id, e.user_id
    FROM unnest($1::uuid[], $2::uuid[]) AS new (session, member)
    JOIN collaboration_sessions AS s ON s.id = new.session AND s.status = 'active'
    JOIN session_stays AS h ON h.collaboration_session_id = s.id AND h.user_id = s.host_id
    JOIN session_stays AS e ON e.collaboration_session_id = s.id
        AND e.entered_at < h.entered_at AND new.member IN (e.user_id, h.user_id)
    JOIN project_members AS m ON m.project_id = s.project_id AND m.user_id = e.user_id
        AND m.role IN ('contributor', 'editor', 'owner')
    ORDER BY s.id, e.entered_at, e.user_id
) AS earlier
WHERE c.id = earlier.id
"""

# The host may while it works on the project, and every owner (rule R40).
GOVERNS_SESSION = "(m.role = 'owner' OR s.host_id = $2 AND m.role = ANY ('{contributor,editor}'))"

# Who sees neither project nor session learns nothing. The role is held until this is committed
# (rule R6).
END_BY = f"""
WITH asked AS MATERIALIZED (
    SELECT s.id, s.status, coalesce({GOVERNS_SESSION}, false) AS may
    FROM collaboration_sessions AS s
    JOIN project_members AS m ON m.project_id = s.project_id AND m.user_id = $2
    WHERE s.id = $1
    FOR SHARE OF m
), ended AS (
    UPDATE collaboration_sessions AS s SET status = 'ended', ended_at = now()
    FROM asked WHERE s.id = asked.id AND asked.may AND s.status = 'active'
)
SELECT may FROM asked
"""

# Of a member alone, so that a stranger locks nothing. First of all: whoever appends holds the same
# lock, so each delta is judged by what is agreed on when it is stored (see append_deltas).
LOCK_PROJECT = """
SELECT FROM studio_projects WHERE id = (
    SELECT s.project_id FROM collaboration_sessions AS s
    JOIN project_members AS m ON m.project_id = s.project_id AND m.user_id = $2
    WHERE s.id = $1
) FOR NO KEY UPDATE
"""

# The same who may end it; what is agreed on goes with the session.
PERMIT_BY = f"""
WITH asked AS MATERIALIZED (
    SELECT s.id, s.project_id, s.status, coalesce({GOVERNS_SESSION}, false) AS may
    FROM collaboration_sessions AS s
    JOIN project_members AS m ON m.project_id = s.project_id AND m.user_id = $2
    WHERE s.id = $1
    FOR SHARE OF m
), permitted AS (
    UPDATE collaboration_sessions AS s
    SET permissions = jsonb_strip_nulls(s.permissions || $3::jsonb)
    FROM asked WHERE s.id = asked.id AND asked.may AND s.status = 'active'
    RETURNING s.id
)
SELECT project_id, may, EXISTS (SELECT FROM permitted) AS is_done FROM asked
"""

PERMITS_AMONG = """
SELECT DISTINCT ON (project_id) project_id, host_id, permissions FROM collaboration_sessions
WHERE project_id = ANY ($1::uuid[]) AND status = 'active'
ORDER BY project_id, started_at DESC
"""

ACTIVE_AMONG = """
SELECT id FROM collaboration_sessions WHERE project_id = ANY ($1::uuid[]) AND status = 'active'
"""

CLOSE_SESSION = """
UPDATE collaboration_sessions SET status = 'ended', ended_at = now()
WHERE id = $1 AND status = 'active'
"""

# By the index of those that are active, from the last one that was looked at. One that is locked is
# being touched: it is no orphan.
CLOSE_ORPHANS = """
WITH looked_at AS (
    SELECT project_id, id FROM collaboration_sessions
    WHERE status = 'active' AND (project_id, id) > ($2::uuid, $3::uuid)
    ORDER BY project_id, id LIMIT $4
), orphans AS (
    SELECT id FROM collaboration_sessions
    WHERE id = ANY (ARRAY(SELECT id FROM looked_at))
        AND status = 'active' AND last_activity_at < now() - $1 * interval '1 second'
    FOR NO KEY UPDATE SKIP LOCKED
), closed AS (
    UPDATE collaboration_sessions AS s SET status = 'ended', ended_at = last_activity_at
    FROM orphans WHERE s.id = orphans.id RETURNING s.id
)
SELECT (SELECT count(*) FROM closed) AS closed, project_id, id FROM looked_at
ORDER BY project_id DESC, id DESC LIMIT 1
"""

NOWHERE = "00000000-0000-0000-0000-000000000000"
"""Before the first id."""

LOOKED_AT_ONCE = 500
"""Active sessions, by one statement."""


@dataclass(frozen=True, slots=True)
class Stay:
    """From when until when a user was in a room, in ms since 1970 on the clock of a node."""

    entered_at: float
    left_at: float


async def open_session(db: Executor, project: str, host: str, seconds_ago: float = 0) -> str:
    """Begin one, unless another node has; who is there counts as a participant for good.

    `seconds_ago`: when the host came.
    """
    session_id: str | None = await db.fetchval(OPEN_SESSION, project, host)
    if session_id is None:
        raise NotFound("there is no such project")
    if seconds_ago > 0:
        await db.execute(STARTED, session_id, seconds_ago)
    return session_id


async def touch_many(db: Executor, participants: Mapping[str, Collection[str]]) -> set[str]:
    """These sessions go on; who is there is added. Returns those that have not ended meanwhile."""
    pairs = [(session, user) for session, users in participants.items() for user in users]
    sessions, users = [session for session, _ in pairs], [user for _, user in pairs]
    return {row["id"] for row in await db.fetch(TOUCH_MANY, sessions, users)}


async def note_stays(
    db: Executor, present: Mapping[str, Mapping[str, Stay]], now: float, away_seconds: float
) -> None:
    """Session -> user -> when there, in ms on a clock that says `now`.

    Away for so long, a stay begins anew. The host is who came first (rule R47).
    """
    session_stays = [
        (session, user, stay)
        for session, stays_by_user in present.items()
        for user, stay in stays_by_user.items()
    ]
    async with db.transaction() as tx:
        rows = await tx.fetch(
            NOTE_STAYS,
            [session for session, _, _ in session_stays],
            [user for _, user, _ in session_stays],
            [max(0.0, now - stay.entered_at) / 1_000 for _, _, stay in session_stays],
            [max(0.0, now - stay.left_at) / 1_000 for _, _, stay in session_stays],
            away_seconds,
        )
        new_stays = [(row["session"], row["member"]) for row in rows if row["is_new"]]
        if new_stays:
            sessions = [session for session, _ in new_stays]
            members = [member for _, member in new_stays]
            await tx.execute(LOCK_MANY, sessions)
            await tx.execute(SETTLE_HOSTS, sessions, members)


async def end_by(db: Executor, session: str, user: str) -> bool:
    """End it, and whether this user may; raises `NotFound` to who is no member of its project.

    The second time changes nothing.
    """
    may: bool | None = await db.fetchval(END_BY, session, user)
    if may is None:
        raise NotFound("there is no such session, or you may not see it")
    return may


@dataclass(frozen=True, slots=True)
class PermitResult:
    """What became of a change of permissions; `is_done` False: the session has ended."""

    project: str
    is_allowed: bool
    is_done: bool


async def permit_by(
    db: Executor, session: str, user: str, changes: Mapping[str, Collection[str] | None]
) -> PermitResult:
    """Who has which permission from now on; None: everyone. Raises `NotFound` to strangers.

    `db`: a transaction, which holds the project until it is committed.
    """
    permissions_json = json.dumps(
        {name: None if users is None else sorted(set(users)) for name, users in changes.items()}
    )
    await db.execute(LOCK_PROJECT, session, user)
    row = await db.fetchrow(PERMIT_BY, session, user, permissions_json)
    if row is None:
        raise NotFound("there is no such session, or you may not see it")
    return PermitResult(row["project_id"], row["may"], row["is_done"])


async def permits_among(db: Executor, projects: Collection[str]) -> dict[str, SessionPermissions]:
    """What is agreed on in the sessions of these projects that go on."""
    rows = await db.fetch(PERMITS_AMONG, list(projects))
    return {row["project_id"]: permits_of(row["host_id"], row["permissions"]) for row in rows}


def permits_of(host: str | None, permissions: str | None) -> SessionPermissions:
    """As the columns of a session have it; without a session nothing is agreed on (rule R81)."""
    lists = json.loads(permissions) if permissions else {}
    known_permits = {
        name: frozenset(users)
        for name, users in lists.items()
        if name in WHY and isinstance(users, list)
    }
    return SessionPermissions(host or "", known_permits)


async def active_among(db: Executor, projects: Collection[str]) -> set[str]:
    """The sessions of these projects that go on."""
    return {row["id"] for row in await db.fetch(ACTIVE_AMONG, list(projects))}


async def close_session(db: Executor, session_id: str) -> None:
    """The last one left; closing twice changes nothing."""
    await db.execute(CLOSE_SESSION, session_id)


async def close_orphans(db: Executor, older_than_seconds: float) -> int:
    """Close what a node that vanished left open; returns how many."""
    closed_count, last_key = 0, (NOWHERE, NOWHERE)
    while row := await db.fetchrow(CLOSE_ORPHANS, older_than_seconds, *last_key, LOOKED_AT_ONCE):
        closed_count += row["closed"]
        last_key = row["project_id"], row["id"]
    return closed_count
