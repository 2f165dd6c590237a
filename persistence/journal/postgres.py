"""The journal in PostgreSQL: one round trip to `append_deltas` for whatever waits."""

from collections.abc import Collection, Mapping, Sequence

from persistence.errors import BadValue, Compacted, OtherHistory
from persistence.journal import fences, overtaken_proposals, stored_states
from persistence.journal import groups as journal_groups
from persistence.journal.contract import (
    NOT_OURS,
    AppendResult,
    Checkpoint,
    Fence,
    JournalStand,
    KnownHead,
)
from persistence.journal.entry_rows import (
    OUTCOMES,
    ProposalResult,
    columns,
    entry_of,
    outcome_of,
    own_entries,
    without_gaps,
)
from persistence.journal.state_slices import checkpoint_of, sliced
from persistence.journal.storable import is_storable
from persistence.pool import Executor
from rooms.journal.entry import Entry, Outcome, Proposal, Purpose, StepMark
from schema.server_limits import READ_BYTES

APPEND = """
SELECT proposal, outcome, project_id, seq, delta_id, author, member, ops, atomic, committed_at,
    payload_hash, purpose, reverts, step, more, aspect, reach
FROM append_deltas(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""

STAND = """
SELECT project, epoch, head, verdict FROM journal_stands($1, $2, $3, $4)
"""

READ = f"""
SELECT p.compacted_seq, d.*
FROM studio_projects AS p
LEFT JOIN LATERAL (
    SELECT project_id, seq, delta_id, author, member, ops, atomic, committed_at,
        payload_hash, purpose, reverts, step, more, aspect, reach
    FROM read_deltas(p.id, $2, $3, {READ_BYTES})
    WHERE p.compacted_seq <= $2
) AS d ON true
WHERE p.id = $1
"""

READ_ON = f"""
SELECT s.verdict, r.*
FROM journal_stands(ARRAY[$1::uuid], ARRAY[$2::bigint], ARRAY[$4::text], ARRAY[$5::text]) AS s
LEFT JOIN LATERAL ({READ}) AS r ON s.verdict IS NULL
"""

# The condition that is always so names the index of entries that are not of the document.
READ_ASPECT = """
SELECT project_id, seq, delta_id, author, member, ops, atomic, committed_at,
    payload_hash, purpose, reverts, step, more, aspect, reach
FROM project_deltas
WHERE project_id = $1 AND aspect = $2 AND aspect <> 'document' AND seq > $3 AND seq <= $4
ORDER BY seq LIMIT $5
"""

FIND = """
SELECT seq, payload_hash FROM project_deltas WHERE project_id = $1 AND delta_id = $2
"""

# The index named by its order, as in `append_deltas`: one look for each id, whatever the plan.
SEQS_OF = """
SELECT d.delta_id, d.seq FROM unnest($3::text[]) AS u (delta_id)
JOIN LATERAL (
    SELECT t.delta_id, t.seq, t.author FROM project_deltas AS t
    WHERE t.project_id = $1 AND t.delta_id >= u.delta_id
    ORDER BY t.delta_id LIMIT 1
) AS d ON d.delta_id = u.delta_id AND d.author = $2
"""

HEADS = """
SELECT id, head_seq FROM studio_projects WHERE id = ANY ($1::uuid[])
"""

# Of what was compacted it is not known any more whether it took effect: it counts as if it had.
MARKS = """
SELECT d.seq, d.member, d.purpose, d.reverts, d.step, d.bytes, d.more,
    d.seq > p.compacted_seq AND coalesce(d.effective, d.ops)::text = '[]' AS is_void
FROM project_deltas AS d JOIN studio_projects AS p ON p.id = d.project_id
WHERE d.project_id = $1 AND d.seq <= $2 AND d.aspect = 'document'
ORDER BY d.seq DESC
LIMIT $3
"""

# Every node of a room records the same: the first is enough, in an order that cannot deadlock.
RECORD_EFFECTIVE_OPS = """
WITH ours AS MATERIALIZED (
    SELECT FROM journal_stands(ARRAY[$1::uuid], ARRAY[$4::bigint], ARRAY[$5::text], ARRAY[$6::text])
    WHERE verdict IS NULL
), unknown AS (
    SELECT d.seq FROM project_deltas AS d
    JOIN studio_projects AS p ON p.id = d.project_id AND p.compacted_seq < d.seq
    WHERE d.project_id = $1 AND d.seq = ANY ($2::bigint[]) AND d.effective IS NULL
        AND EXISTS (SELECT FROM ours)
    ORDER BY d.seq FOR NO KEY UPDATE OF d
), recorded AS (
    UPDATE project_deltas AS d SET effective = e.ops
    FROM unknown JOIN unnest($2::bigint[], $3::json[]) AS e (seq, ops) USING (seq)
    WHERE d.project_id = $1 AND d.seq = unknown.seq
)
SELECT EXISTS (SELECT FROM ours)
"""

BASE = sliced(
    """
    SELECT p.id AS project_id, p.epoch, p.state_seq AS seq, p.state_digest AS digest,
        t.project_state AS state, t.aspects
    FROM studio_projects AS p LEFT JOIN project_states AS t ON t.id = p.state_id
    WHERE p.id = $1 AND p.state_seq <= $2
    UNION ALL
    SELECT s.project_id, s.epoch, s.seq, s.checksum, s.state, '{}'
    FROM project_snapshots AS s
    JOIN studio_projects AS p ON p.id = s.project_id AND p.epoch = s.epoch
    WHERE s.project_id = $1 AND s.seq <= $2
    ORDER BY seq DESC, digest DESC
    LIMIT 1
    """
)


class PostgresJournal:
    """A `Journal`.

    Appends have connections of their own (`appends`), which nothing else uses; what rooms read and
    look up goes over `rooms`, what is written behind over `behind`.
    """

    def __init__(
        self, appends: Executor, rooms: Executor | None = None, behind: Executor | None = None
    ) -> None:
        self._appends = appends
        self._rooms = rooms or appends
        self._behind_lane = behind or appends

    async def append(
        self, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> AppendResult:
        """Store the batch in one transaction; see `Journal`."""
        results = [ProposalResult(Outcome.INVALID, None)] * len(proposals)
        storable = [n for n, proposal in enumerate(proposals) if is_storable(proposal)]
        batch = [proposals[n] for n in storable]
        try:
            of_batch, missed_entries = await self._append(batch, known_heads)
        except BadValue:
            of_batch = [await self._append_alone(proposal, known_heads) for proposal in batch]
            _, missed_entries = await self._append([], known_heads)
        for n, result in zip(storable, of_batch, strict=True):
            results[n] = result
        outcomes = [(result.outcome, result.seq) for result in results]
        appended_entries = own_entries(proposals, results) if known_heads else []
        return AppendResult(
            outcomes, without_gaps([*missed_entries, *appended_entries], known_heads)
        )

    async def append_group(
        self, staging: str, parts: Sequence[Proposal], known_head: KnownHead
    ) -> tuple[Outcome, int | None]:
        """Store all of them or none; see `Journal`.

        Over `behind`: it takes its time, and waits for the lock longer than an append may.
        """
        return await journal_groups.append_group(self._behind_lane, staging, parts, known_head)

    async def clear_staged(self, older_than_seconds: float) -> None:
        """Drop what nodes have staged and not stored, because they died meanwhile."""
        await journal_groups.clear_staged(self._behind_lane, older_than_seconds)

    async def stand(self, known_heads: Mapping[str, KnownHead]) -> dict[str, JournalStand]:
        """How it stands to what is known; a project that went back has a new epoch then."""
        rows = await self._rooms.fetch(STAND, *columns(known_heads))
        stands = {
            row["project"]: JournalStand(row["epoch"], row["head"], outcome_of(row["verdict"]))
            for row in rows
        }
        went_back = [
            p for p, project_stands in stands.items() if project_stands.verdict is Outcome.WENT_BACK
        ]
        if went_back:
            await self._append([], {project: known_heads[project] for project in went_back})
        return stands

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        """Entries with seq > `after`, in order; raises `Compacted` where those are gone."""
        rows = await self._rooms.fetch(READ, project, after, limit)
        if rows and after < rows[0]["compacted_seq"]:
            raise Compacted(rows[0]["compacted_seq"])
        return [entry_of(row) for row in rows if row["seq"] is not None]

    async def read_on(self, project: str, known_head: KnownHead, limit: int) -> list[Entry]:
        """The entries that follow on what is known; raises `OtherHistory`, `Compacted`."""
        rows = await self._rooms.fetch(
            READ_ON, project, known_head.seq, limit, known_head.epoch, known_head.delta_id
        )
        if rows and rows[0]["verdict"] is not None:
            raise OtherHistory(NOT_OURS)
        if rows and known_head.seq < rows[0]["compacted_seq"]:
            raise Compacted(rows[0]["compacted_seq"])
        return [entry_of(row) for row in rows if row["seq"] is not None]

    async def read_aspect(
        self, project: str, aspect: str, after: int, up_to: int, limit: int
    ) -> list[Entry]:
        """The entries of one aspect but the document with `after` < seq <= `up_to`, in order."""
        rows = await self._rooms.fetch(READ_ASPECT, project, aspect, after, up_to, limit)
        return [entry_of(row) for row in rows]

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        """What an earlier proposal of this id became; None: there is none."""
        row = await self._rooms.fetchrow(FIND, proposal.project, proposal.delta_id)
        if row is None:
            return None
        is_same = row["payload_hash"] == proposal.payload_hash
        return (Outcome.DUPLICATE if is_same else Outcome.ID_REUSED), row["seq"]

    async def raise_fence(self, project: str, member: str) -> Fence:
        """Keep out what this member has sent before; see `Journal`."""
        return await fences.raise_fence(self._behind_lane, project, member)

    async def seqs_of(
        self, project: str, author: str, delta_ids: Collection[str]
    ) -> dict[str, int]:
        """Which of these deltas of this user are stored: id -> seq."""
        rows = await self._rooms.fetch(SEQS_OF, project, author, list(delta_ids))
        return {row["delta_id"]: row["seq"] for row in rows}

    async def marks(self, project: str, up_to: int, limit: int) -> list[StepMark]:
        """The newest `limit` entries with seq <= `up_to`, in order, without their ops."""
        rows = await self._rooms.fetch(MARKS, project, up_to, limit)
        return [
            StepMark(
                row["seq"],
                row["member"],
                Purpose(row["purpose"]),
                row["reverts"],
                row["step"],
                row["bytes"],
                row["more"],
                row["is_void"],
            )
            for row in reversed(rows)
        ]

    async def record_effective_ops(
        self, project: str, effective_ops: Mapping[int, bytes], known_head: KnownHead
    ) -> None:
        """Seq -> the ops that took effect; what is recorded or compacted already stays so."""
        seqs, ops = list(effective_ops), [each.decode() for each in effective_ops.values()]
        is_ours = await self._behind_lane.fetchval(
            RECORD_EFFECTIVE_OPS,
            project,
            seqs,
            ops,
            known_head.seq,
            known_head.epoch,
            known_head.delta_id,
        )
        if not is_ours:
            raise OtherHistory(NOT_OURS)

    async def base(self, project: str, at: int) -> Checkpoint | None:
        """The newest stored state of this epoch at or before seq `at`; None: there is none."""
        return checkpoint_of(await self._rooms.fetch(BASE, project, at))

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        """The newest seq of each project that exists."""
        rows = await self._rooms.fetch(HEADS, list(projects))
        return {row["id"]: row["head_seq"] for row in rows}

    async def load(self, project: str) -> Checkpoint:
        """The newest checkpoint; raises `NotFound`."""
        return await stored_states.newest(self._rooms, project)

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint unless one as new is there; raises `OtherHistory`."""
        await stored_states.save(self._behind_lane, checkpoint)

    async def _append_alone(
        self, proposal: Proposal, known_heads: Mapping[str, KnownHead]
    ) -> ProposalResult:
        """One bad proposal fails its whole batch; alone, only itself."""
        known_project = known_heads.get(proposal.project)
        try:
            results, _ = await self._append(
                [proposal], {proposal.project: known_project} if known_project else {}
            )
        except BadValue:
            return ProposalResult(Outcome.INVALID, None)
        return results[0]

    async def _append(
        self, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> tuple[list[ProposalResult], list[Entry]]:
        if all(proposal.margin is None for proposal in proposals):
            return await self._append_over(self._appends, proposals, known_heads)
        async with self._appends.transaction() as tx:
            overtaken = await overtaken_proposals.find_overtaken(tx, proposals, known_heads)
            remaining = [each for n, each in enumerate(proposals) if n not in overtaken]
            of_remaining, missed_entries = await self._append_over(tx, remaining, known_heads)
        others = iter(of_remaining)
        results = [
            ProposalResult(Outcome.OVERTAKEN, None) if n in overtaken else next(others)
            for n in range(len(proposals))
        ]
        return results, missed_entries

    @staticmethod
    async def _append_over(
        db: Executor, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> tuple[list[ProposalResult], list[Entry]]:
        hashes = [proposal.payload_hash for proposal in proposals]
        rows = await db.fetch(
            APPEND,
            [proposal.project for proposal in proposals],
            [proposal.delta_id for proposal in proposals],
            [proposal.author for proposal in proposals],
            [proposal.auth_session for proposal in proposals],
            [proposal.member for proposal in proposals],
            [proposal.payload.decode() for proposal in proposals],
            [proposal.atomic for proposal in proposals],
            hashes,
            [proposal.purpose.value for proposal in proposals],
            [proposal.reverts for proposal in proposals],
            [proposal.step for proposal in proposals],
            [proposal.fence for proposal in proposals],
            [proposal.aspect for proposal in proposals],
            [proposal.reach for proposal in proposals],
            *columns(known_heads),
        )
        results = [
            ProposalResult(OUTCOMES[row["outcome"]], row["seq"], row["committed_at"], payload_hash)
            for row, payload_hash in zip(rows, hashes, strict=False)
        ]
        return results, [entry_of(row) for row in rows[len(proposals) :]]
