"""Which proposals of a nearly full project others have taken the room of (rules O13, O16)."""

from collections import Counter
from collections.abc import Mapping, Sequence

from persistence.journal.contract import KnownHead
from persistence.journal.entry_rows import columns
from persistence.pool import Executor
from rooms.journal.entry import Proposal

# As `append_deltas` takes it: it comes next, and what is read here has to hold until then.
LOCK = """
SELECT FROM studio_projects WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE
"""

STRAYED = """
SELECT project FROM journal_stands($1, $2, $3, $4) WHERE verdict IS NOT NULL
"""

# Each index named by its order, as in `append_deltas`.
SINCE = """
SELECT u.n, coalesce(s.bytes, 0) AS bytes, coalesce(d.delta_id = u.delta_id, false) AS is_known
FROM unnest($1::uuid[], $2::text[], $3::bigint[]) WITH ORDINALITY AS u (project, delta_id, seq, n)
LEFT JOIN LATERAL (
    SELECT sum(e.bytes) AS bytes FROM (
        SELECT t.bytes FROM project_deltas AS t
        WHERE t.project_id = u.project AND t.seq > u.seq ORDER BY t.seq
    ) AS e
) AS s ON true
LEFT JOIN LATERAL (
    SELECT t.delta_id FROM project_deltas AS t
    WHERE t.project_id = u.project AND t.delta_id >= u.delta_id ORDER BY t.delta_id LIMIT 1
) AS d ON true
ORDER BY u.n
"""


async def find_overtaken(
    tx: Executor, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
) -> set[int]:
    """Their places among the proposals, whose projects are locked until `tx` ends.

    What is stored already is not; nor is what a journal that went back would be asked about.
    """
    await tx.execute(LOCK, sorted({proposal.project for proposal in proposals}))
    strayed = {row["project"] for row in await tx.fetch(STRAYED, *columns(known_heads))}
    bounded_indexes = [n for n, each in enumerate(proposals) if each.margin is not None]
    margins = [margin for each in proposals if (margin := each.margin) is not None]
    rows = await tx.fetch(
        SINCE,
        [proposals[n].project for n in bounded_indexes],
        [proposals[n].delta_id for n in bounded_indexes],
        [margin.seq for margin in margins],
    )
    since = {
        n: row["bytes"] for n, row in zip(bounded_indexes, rows, strict=True) if not row["is_known"]
    }
    overtaken_indexes: set[int] = set()
    before: Counter[str] = Counter()
    for n, proposal in enumerate(proposals):
        margin, project = proposal.margin, proposal.project
        if project in strayed or n not in since:
            margin = None
        if margin is not None and since[n] + before[project] > margin.bytes:
            overtaken_indexes.add(n)
        else:
            before[project] += len(proposal.payload)
    return overtaken_indexes
