"""What was acknowledged, looked for in the journal."""

from collections.abc import Sequence


def lost_deltas(acked_seqs: dict[str, int], delta_ids: Sequence[str]) -> list[str]:
    """What was acknowledged and is not in the journal at its seq; seqs count from 1."""
    return [
        delta_id
        for delta_id, seq in acked_seqs.items()
        if not 1 <= seq <= len(delta_ids) or delta_ids[seq - 1] != delta_id
    ]
