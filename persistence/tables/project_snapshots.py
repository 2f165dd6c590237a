"""Queries on `project_snapshots`: stored states, with or without a name."""

from collections.abc import Collection
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from persistence.errors import NotFound, Taken, TooManySnapshots
from persistence.journal.compaction import LOCK_STORED_STATES
from persistence.journal.contract import Checkpoint
from persistence.journal.state_slices import checkpoint_of, sliced
from persistence.pool import Executor
from persistence.tables import studio_projects
from persistence.tables.held_roles import hold_role
from persistence.tables.internal import counting
from persistence.tables.studio_projects import ProjectRow

NEWEST_KEPT = 20
"""Automatic snapshots of a project that stay however old they are."""

COLUMNS = """
    s.id, s.project_id, s.author_id, u.username, u.name AS author_name, s.kind, s.name,
    s.description, s.epoch, s.seq, s.checksum,
    (CASE WHEN pg_column_size(s.musical_context) > 32768
        THEN s.musical_context || jsonb_build_object('tempo', jsonb_build_array())
        ELSE s.musical_context END
    )::text AS musical_context,
    s.audio_analysis::text AS audio_analysis, s.version,
    (extract(epoch FROM s.created_at) * 1000)::float8 AS created_ms
"""

# The state does not leave the database. An author whose account is gone meanwhile is nobody.
KEEP = f"""
WITH s AS (
    INSERT INTO project_snapshots (id, project_id, author_id, kind, name, description, state,
        epoch, seq, checksum, musical_context, audio_analysis)
    SELECT coalesce($1, gen_random_uuid()), p.id, (SELECT id FROM prime_users WHERE id = $3),
        $4, $5, $6, t.project_state, p.epoch, p.state_seq, p.state_digest, $8, $9
    FROM studio_projects AS p JOIN project_states AS t ON t.id = p.state_id
    WHERE p.id = $2 AND p.state_seq = $7 AND p.epoch = $10
    ON CONFLICT (id) DO NOTHING
    RETURNING *
)
SELECT {COLUMNS} FROM s LEFT JOIN prime_users AS u ON u.id = s.author_id
"""

BY_ID = f"""
SELECT {COLUMNS}
FROM project_snapshots AS s LEFT JOIN prime_users AS u ON u.id = s.author_id
WHERE s.id = $1
"""

AUTHOR_OF = """
SELECT author_id FROM project_snapshots WHERE project_id = $1 AND id = $2
"""

COUNT_OTHERS = """
SELECT count(*) FROM project_snapshots
WHERE project_id = $1 AND (kind = 'manual' OR name <> '') AND id IS DISTINCT FROM $2
"""

ALL = """
SELECT id, kind FROM project_snapshots WHERE project_id = $1 ORDER BY created_at DESC, id DESC
"""

DELETE = """
DELETE FROM project_snapshots WHERE project_id = $1 AND id = $2
"""

STATE = sliced(
    """
    SELECT project_id, epoch, seq, checksum AS digest, state, '{}'::jsonb AS aspects
    FROM project_snapshots WHERE project_id = $1 AND id = $2
    """
)

FORK = f"""
WITH beginning AS (
    SELECT state FROM project_snapshots WHERE project_id = $1 AND id = $2
), p AS (
    INSERT INTO studio_projects (id, owner_id, name, description, bpm, key, scale, signature, tags,
        state_digest, forked_from)
    SELECT coalesce($3, gen_random_uuid()), $4, $5, o.description, o.bpm, o.key, o.scale,
        o.signature, o.tags, f.checksum, f.id
    FROM project_snapshots AS f JOIN studio_projects AS o ON o.id = f.project_id
    WHERE f.project_id = $1 AND f.id = $2
    ON CONFLICT (id) DO NOTHING
    RETURNING *
), {studio_projects.BEGINNING}
SELECT {studio_projects.COLUMNS} FROM p, m
"""

# Hours and days of the calendar (UTC), not of age: what is the newest of its hour stays that.
# `base`: what the oldest state that can still be replayed is replayed from. By ctid: a join of the
# table with itself takes minutes where the planner's figures are older than the rows.
THIN = """
WITH automatic AS (
    SELECT id, ctid AS row, created_at,
        row_number() OVER newest AS place,
        row_number() OVER (PARTITION BY date_trunc('hour', created_at, 'UTC')
            ORDER BY created_at DESC, id DESC) AS place_in_hour,
        row_number() OVER (PARTITION BY date_trunc('day', created_at, 'UTC')
            ORDER BY created_at DESC, id DESC) AS place_in_day
    FROM project_snapshots
    WHERE project_id = $1 AND kind <> 'manual' AND name = ''
    WINDOW newest AS (ORDER BY created_at DESC, id DESC)
), base AS (
    SELECT s.id
    FROM project_snapshots AS s
    JOIN studio_projects AS p ON p.id = s.project_id AND p.epoch = s.epoch
    WHERE s.project_id = $1
    ORDER BY s.seq <= p.compacted_seq DESC, abs(s.seq - p.compacted_seq), s.kind <> 'manual', s.id
    LIMIT 1
)
DELETE FROM project_snapshots
WHERE kind <> 'manual' AND name = '' AND ctid = ANY (ARRAY(
    SELECT a.row
    FROM automatic AS a,
        (SELECT timestamptz 'epoch' + $2::float8 * interval '1 millisecond' AS now) AS present
    WHERE a.place > $3
        AND NOT (a.place_in_hour = 1 AND a.created_at > present.now - interval '24 hours')
        AND NOT (a.place_in_day = 1 AND a.created_at > present.now - interval '30 days')
        AND a.id NOT IN (SELECT id FROM base)
))
"""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """A snapshot without its state; `created_at` in ms since 1970, what is bytes is JSON.

    `author` is None once the account is gone; an empty `digest`: stored by a Prime that made none.
    """

    id: str
    project: str
    author: str | None
    username: str | None
    author_name: str | None
    kind: str
    name: str
    description: str
    epoch: str
    seq: int
    digest: str
    musical_context: bytes | None
    audio_analysis: bytes | None
    version: int
    created_at: float


async def keep(
    db: Executor,
    *,
    id: str | None,
    project: str,
    author: str | None,
    kind: str,
    name: str,
    description: str,
    epoch: str,
    at_seq: int,
    musical_context: bytes,
    audio_analysis: bytes | None,
    roles: Collection[str] = (),
    most: float = inf,
) -> SnapshotRow | None:
    """Keep the stored checkpoint if it is at `at_seq` of `epoch`; None: at another, store it again.

    The same id again gives its author the row; raises `Taken` to anyone else, and for another kind.
    `roles`: of which the author must have one, as `hold_role` raises. `most`: as of `hold_limit`.
    """
    context, analysis = _text(musical_context), _text(audio_analysis)
    kind_and_texts = (kind, name, description)
    async with db.transaction() as transaction:
        if author is not None and roles:
            await hold_role(transaction, project, author, roles)
        if isfinite(most):
            await hold_limit(transaction, project, id, most)
        row = await transaction.fetchrow(
            KEEP, id, project, author, *kind_and_texts, at_seq, context, analysis, epoch
        )
    if row is None and id is not None:
        row = await db.fetchrow(BY_ID, id)
        if row is not None and _made_of(row) != (project, author, kind):
            raise Taken("id")
    return _snapshot(row) if row is not None else None


async def require_below_limit(db: Executor, project: str, id: str | None, most: float) -> None:
    """Raises `TooManySnapshots` if so many are kept for good, beside the one with this id."""
    if await db.fetchval(COUNT_OTHERS, project, id) >= most:
        raise TooManySnapshots(most)


async def hold_limit(tx: Executor, project: str, id: str | None, most: float) -> None:
    """The same; nobody else keeps one of the project for good until the transaction ends."""
    await counting.hold(tx, "snapshots", project)
    await require_below_limit(tx, project, id, most)


async def author_of(db: Executor, project: str, snapshot: str) -> str | None:
    """Who made it, None once the account is gone; raises `NotFound`."""
    row = await db.fetchrow(AUTHOR_OF, project, snapshot)
    if row is None:
        raise NotFound("there is no such snapshot of this project")
    author: str | None = row["author_id"]
    return author


async def all_of(db: Executor, project: str) -> list[tuple[str, str]]:
    """The id and kind of each, newest first: for a look at all that a project has."""
    return [(row["id"], row["kind"]) for row in await db.fetch(ALL, project)]


async def delete(db: Executor, project: str, snapshot: str) -> bool:
    """Whether there was one to delete."""
    return await db.execute(DELETE, project, snapshot) == "DELETE 1"


async def state(db: Executor, project: str, snapshot: str) -> Checkpoint:
    """The state that a snapshot holds, at its position; raises `NotFound`."""
    checkpoint = checkpoint_of(await db.fetch(STATE, project, snapshot))
    if checkpoint is None:
        raise NotFound("there is no such snapshot of this project")
    return checkpoint


async def fork(
    db: Executor,
    *,
    project: str,
    snapshot: str,
    id: str | None,
    owner: str,
    name: str,
    roles: Collection[str] = (),
) -> ProjectRow:
    """A new project that begins as a snapshot; the same id again gives its owner the row.

    Raises `NotFound`, and `Taken` where the id is a project of someone else, or of another origin.
    `roles`: of which the owner must have one in the project of before, as `hold_role` raises.
    """
    async with db.transaction() as transaction:
        if roles:
            await hold_role(transaction, project, owner, roles)
        row = await transaction.fetchrow(FORK, project, snapshot, id, owner, name)
    if row is None:
        await author_of(db, project, snapshot)
    return await studio_projects.row_made_or_known(db, row, id, owner, snapshot)


async def thin(db: Executor, project: str, now_ms: float) -> int:
    """Delete automatic snapshots that are too close together by now; returns how many.

    What stays: the newest 20, the newest of each hour for 24 hours and of each day for 30 days,
    what has a name, and the one that the oldest kept history is replayed from.
    """
    async with db.transaction() as transaction:
        await transaction.execute(LOCK_STORED_STATES, project)
        status = await transaction.execute(THIN, project, now_ms, NEWEST_KEPT)
        return int(status.split()[-1])


def _made_of(row: Any) -> tuple[str, str | None, str]:
    return row["project_id"], row["author_id"], row["kind"]


def _text(json: bytes | None) -> str | None:
    return json.decode() if json is not None else None


def _bytes(json: str | None) -> bytes | None:
    return json.encode() if json is not None else None


def _snapshot(row: Any) -> SnapshotRow:
    return SnapshotRow(
        id=row["id"],
        project=row["project_id"],
        author=row["author_id"],
        username=row["username"],
        author_name=row["author_name"],
        kind=row["kind"],
        name=row["name"],
        description=row["description"],
        epoch=row["epoch"],
        seq=row["seq"],
        digest=row["checksum"],
        musical_context=_bytes(row["musical_context"]),
        audio_analysis=_bytes(row["audio_analysis"]),
        version=row["version"],
        created_at=row["created_ms"],
    )
