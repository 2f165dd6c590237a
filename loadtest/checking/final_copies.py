"""Everybody's copy in the end, beside what PostgreSQL holds."""

from collections.abc import Collection, Mapping
from typing import Any

from loadtest.checking.lost_deltas import lost_deltas
from prime_client.copy.digest import digest
from prime_client.copy.state_ops import State


def compare_with_journal(
    states_by_name: Mapping[str, State],
    acked: Mapping[str, int],
    contradictions: int,
    audited: Mapping[str, Any],
    excused: Collection[str] = (),
) -> dict[str, Any]:
    """Whether all copies are the same, and what was acknowledged is in the journal.

    `acked`: the seq of each delta; `contradictions`: deltas that were acknowledged at two.
    `excused`: deltas that may be lost although they were acknowledged.
    """
    digests = {name: digest(state) for name, state in states_by_name.items()}
    digests["PostgreSQL"] = audited["digest"]
    acked_seqs = {delta: seq for delta, seq in acked.items() if delta not in excused}
    lost = lost_deltas(acked_seqs, audited["delta_ids"])
    converged = len(set(digests.values())) == 1 and bool(audited["checkpoint_ok"])
    report = {
        "deltas_acked": len(acked),
        "deltas_in_journal": audited["deltas"],
        "lost": len(lost) + contradictions,
        "converged": converged,
        "digest": audited["digest"],
    }
    return report if converged else report | {"digests": digests}
