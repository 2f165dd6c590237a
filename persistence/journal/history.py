"""Queries on `project_deltas` for people: who changed what, and what was when."""

from dataclasses import dataclass
from typing import Any

import msgspec

from persistence.errors import Compacted, NotFound
from persistence.journal.entry_rows import milliseconds
from persistence.pool import Executor
from rooms.journal.entry import Purpose
from schema.server_limits import MAX_BLAMED_BYTES

# Compacted entries are listed, without ops whether or not they have been emptied yet.
# CASE, because only it promises that the cheap condition is looked at first.
# Bounded twice: by what is stored, whose size is known without reading it, and by what is shown.
LIST_ENTRIES = """
SELECT page.* FROM (
SELECT e.*, coalesce(u.username, '') AS username, coalesce(u.name, '') AS name,
    json_array_length(e.ops) AS total, s.shown,
    sum(octet_length(s.shown)) OVER (ORDER BY e.seq DESC) - octet_length(s.shown) AS shown_before
FROM studio_projects AS p
LEFT JOIN LATERAL (SELECT w.* FROM (
    SELECT
        sum(pg_column_size(coalesce(d.effective, d.ops)))
            OVER (ORDER BY d.seq DESC ROWS UNBOUNDED PRECEDING) AS stored,
        pg_column_size(coalesce(d.effective, d.ops)) AS stored_alone,
        d.seq, d.delta_id, d.author, d.member, d.purpose, d.reverts, d.step,
        (extract(epoch FROM d.committed_at) * 1000)::float8 AS committed_ms,
        CASE WHEN d.seq <= p.compacted_seq THEN '[]' ELSE coalesce(d.effective, d.ops) END AS ops
    FROM project_deltas AS d
    WHERE d.project_id = p.id AND d.seq <= $2 AND d.seq > $3 AND d.aspect = 'document'
        AND ($4::bigint IS NULL OR d.seq < $4)
        AND ($5::uuid IS NULL OR d.author = $5)
        AND ($6::text IS NULL OR d.member = $6)
        AND CASE
            WHEN $7::text IS NULL THEN true
            WHEN d.seq <= p.compacted_seq THEN false
            WHEN strpos(coalesce(d.effective, d.ops)::text, $7) = 0 THEN false
            ELSE coalesce(d.effective, d.ops)::jsonb @> $8::jsonb
        END
    ORDER BY d.seq DESC
    LIMIT $9
) AS w WHERE w.stored - w.stored_alone < $14) AS e ON true
LEFT JOIN LATERAL (
    SELECT '[' || coalesce(string_agg(o.op, ',' ORDER BY o.n), '') || ']' AS shown
    FROM (
        SELECT o.value::text AS op, o.n,
            sum(octet_length(o.value::text) + 1) OVER (ORDER BY o.n) AS bytes
        FROM json_array_elements(e.ops) WITH ORDINALITY AS o (value, n)
        WHERE NOT $13::boolean OR o.value ->> 'id' = $7
    ) AS o
    WHERE o.bytes <= $12 AND ($10::bigint IS NULL OR o.n <= $10)
) AS s ON true
LEFT JOIN prime_users AS u ON u.id = e.author
WHERE p.id = $1
) AS page
WHERE page.seq IS NULL OR page.shown_before < $11
ORDER BY page.seq DESC
"""

# Commit times never run backwards in a project, so halving finds the place by primary key: an
# index on them would cost every append.
SEQ_AT = """
SELECT (
    WITH RECURSIVE search (low, high) AS (
        SELECT CASE WHEN $3::boolean THEN p.compacted_seq ELSE 0 END, p.head_seq
        FROM studio_projects AS p WHERE p.id = $1
        UNION ALL
        SELECT CASE WHEN d.is_over THEN d.seq ELSE s.low END,
            CASE WHEN d.is_over THEN s.high ELSE d.seq - 1 END
        FROM search AS s
        CROSS JOIN LATERAL (
            SELECT seq, committed_at
                <= timestamptz 'epoch' + $2::float8 * interval '1 millisecond' AS is_over
            FROM project_deltas
            WHERE project_id = $1 AND seq = (s.low + s.high + 1) / 2
        ) AS d
        WHERE s.low < s.high
    )
    SELECT max(low) FROM search
)
"""

OLDEST = """
SELECT compacted_seq FROM studio_projects WHERE id = $1
"""

STANDING = """
SELECT epoch, head_seq, state_seq, compacted_seq FROM studio_projects WHERE id = $1
"""

# The end of the group that it is in; where that is past what is known, the end of what is before.
GROUP_END = """
SELECT coalesce(
    (SELECT seq FROM project_deltas
        WHERE project_id = $1 AND seq >= $2 AND seq <= $3 AND NOT more ORDER BY seq LIMIT 1),
    (SELECT seq FROM project_deltas
        WHERE project_id = $1 AND seq < $2 AND NOT more ORDER BY seq DESC LIMIT 1),
    0)
"""

# Bounded as `LIST_ENTRIES` is, from the oldest on; one op at least. Each entry counts as some bytes
# more than its ops. Of the first one the ops before $7 are left out.
LIST_OPS = """
SELECT page.* FROM (
SELECT e.seq, e.delta_id, e.author, e.member, e.purpose, e.reverts, e.more, e.committed_at,
    json_array_length(e.ops) AS total, s.shown,
    sum(octet_length(s.shown) + $6) OVER (ORDER BY e.seq) - octet_length(s.shown) AS shown_before
FROM (
    SELECT w.* FROM (
        SELECT d.seq, d.delta_id, d.author, d.member, d.purpose, d.reverts, d.more, d.committed_at,
            CASE WHEN d.aspect = 'document' THEN coalesce(d.effective, d.ops) ELSE '[]' END AS ops,
            sum(pg_column_size(coalesce(d.effective, d.ops)))
                OVER (ORDER BY d.seq ROWS UNBOUNDED PRECEDING)
                - pg_column_size(coalesce(d.effective, d.ops)) AS stored_before
        FROM project_deltas AS d
        WHERE d.project_id = $1 AND d.seq > $2 AND d.seq <= $3
            AND (SELECT p.compacted_seq FROM studio_projects AS p WHERE p.id = $1) <= $2
        ORDER BY d.seq
        LIMIT $4
    ) AS w WHERE w.stored_before < $5
) AS e
CROSS JOIN LATERAL (
    SELECT '[' || coalesce(string_agg(o.op, ',' ORDER BY o.n), '') || ']' AS shown
    FROM (
        SELECT o.value::text AS op, o.n,
            sum(octet_length(o.value::text)) OVER (ORDER BY o.n) - octet_length(o.value::text)
                AS before
        FROM json_array_elements(e.ops) WITH ORDINALITY AS o (value, n)
        WHERE e.seq > $2 + 1 OR o.n > $7
    ) AS o
    WHERE o.before < $5
) AS s
) AS page
WHERE page.shown_before < $5 + $6
ORDER BY page.seq
"""

BESIDE_OPS = 256
"""Bytes of an entry without its ops, about."""

LAST_SEQ = 2**62
MICROSECOND_MS = 0.001


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An entry with its author's names (empty: the account is gone); `ops` that took effect, JSON.

    `committed_at` in ms since 1970; `total` counts the ops where `ops` holds only the first.
    `may_be_cut`: the page may end behind it because of its bytes.
    """

    seq: int
    delta_id: str
    committed_at: float
    author: str
    username: str
    name: str
    member: str
    purpose: Purpose
    reverts: int | None
    step: str | None
    ops: bytes
    total: int
    may_be_cut: bool


@dataclass(frozen=True, slots=True)
class JournalStanding:
    """Where a journal stands: its head, its newest stored state, and what it is compacted up to."""

    epoch: str
    head: int
    stored_seq: int
    compacted_seq: int


@dataclass(frozen=True, slots=True)
class OpsRow:
    """A delta, of whose `total` ops that took effect `ops` (JSON) has some in a row."""

    seq: int
    delta_id: str
    committed_at: float
    author: str
    member: str
    purpose: Purpose
    reverts: int | None
    more: bool
    ops: bytes
    total: int


async def standing(db: Executor, project: str) -> JournalStanding:
    """Raises `NotFound`."""
    row = await db.fetchrow(STANDING, project)
    if row is None:
        raise NotFound("there is no such project")
    return JournalStanding(row["epoch"], row["head_seq"], row["state_seq"], row["compacted_seq"])


async def group_end(db: Executor, project: str, seq: int, known_end: int) -> int:
    """The end of the group that `seq` is in (its own seq, if in none), at most `known_end`.

    Where that is later, the end of what is before the group.
    """
    if seq == 0:  # before all of them
        return 0
    end: int = await db.fetchval(GROUP_END, project, seq, known_end)
    return end


async def list_ops(
    db: Executor, project: str, after: int, up_to: int, *, skip: int, max_bytes: int
) -> list[OpsRow]:
    """What follows after a seq, oldest first, without the first `skip` ops: about as many bytes.

    Raises `Compacted`.
    """
    rows = await db.fetch(
        LIST_OPS, project, after, up_to, max_bytes // BESIDE_OPS, max_bytes, BESIDE_OPS, skip
    )
    if not rows and after < up_to:
        raise Compacted(await oldest(db, project))
    return [
        OpsRow(
            row["seq"],
            row["delta_id"],
            milliseconds(row["committed_at"]),
            row["author"],
            row["member"],
            Purpose(row["purpose"]),
            row["reverts"],
            row["more"],
            row["shown"].encode(),
            row["total"],
        )
        for row in rows
    ]


async def list_entries(
    db: Executor,
    project: str,
    *,
    user: str | None,
    member: str | None,
    entity: str | None,
    since_ms: float | None,
    until_ms: float | None,
    before_seq: int | None,
    limit: int,
    max_ops: int | None = None,
    max_entry_bytes: int = MAX_BLAMED_BYTES,
    max_bytes: int = MAX_BLAMED_BYTES,
    only_of_entity: bool = False,
) -> list[HistoryRow]:
    """Entries, newest first, of the first `max_ops` ops and `max_entry_bytes` each; `NotFound`.

    One at least, and more until they are `max_bytes`, or are `MAX_BLAMED_BYTES` as they are stored:
    so much is read for them, however little is shown. `only_of_entity`: of the ops only its own.
    Of compacted ones the ops are gone: they have none, and no `entity` finds them.
    """
    # Long: a line for each parameter, twice.
    first, last = await _between(db, project, since_ms, until_ms)
    rows = await db.fetch(
        LIST_ENTRIES,
        project,
        last,
        first,
        before_seq,
        user,
        member,
        entity,
        _containing(entity),
        limit,
        max_ops,
        max_bytes,
        max_entry_bytes,
        only_of_entity,
        MAX_BLAMED_BYTES,
    )
    if not rows:
        raise NotFound("there is no such project")
    return [_history(row, max_bytes) for row in rows if row["seq"] is not None]


async def seq_at(db: Executor, project: str, time_ms: float) -> int:
    """The newest seq committed at or before that time (ms since 1970); raises `NotFound`.

    Before the oldest kept history: `oldest`.
    """
    return _found(await db.fetchval(SEQ_AT, project, time_ms, True))


async def oldest(db: Executor, project: str) -> int:
    """The oldest seq whose state can be had: the ops of later entries are kept."""
    return _found(await db.fetchval(OLDEST, project))


async def _between(
    db: Executor, project: str, since_ms: float | None, until_ms: float | None
) -> tuple[int, int]:
    """The seqs between which (past the first, up to the last) entries are of that time."""
    first, last = 0, LAST_SEQ
    if since_ms is not None:
        before = since_ms - MICROSECOND_MS
        first = _found(await db.fetchval(SEQ_AT, project, before, False))
    if until_ms is not None:
        last = _found(await db.fetchval(SEQ_AT, project, until_ms, False))
    return first, last


def _containing(entity: str | None) -> str | None:
    return None if entity is None else msgspec.json.encode([{"id": entity}]).decode()


def _found(seq: int | None) -> int:
    if seq is None:
        raise NotFound("there is no such project")
    return seq


def _history(row: Any, max_bytes: int) -> HistoryRow:
    shown_ops = row["shown"].encode()
    return HistoryRow(
        seq=row["seq"],
        delta_id=row["delta_id"],
        committed_at=row["committed_ms"],
        author=row["author"],
        username=row["username"],
        name=row["name"],
        member=row["member"],
        purpose=Purpose(row["purpose"]),
        reverts=row["reverts"],
        step=row["step"],
        ops=shown_ops,
        total=row["total"],
        may_be_cut=row["stored"] >= MAX_BLAMED_BYTES
        or row["shown_before"] + len(shown_ops) >= max_bytes,
    )
