"""Cases of the table of bounds: what goes into one transaction."""

from rooms.journal_entry import Proposal
from schema.bounds import Past
from schema.server_limits import LARGE_DELTA_BYTES, MAX_BATCH, MAX_BATCH_BYTES, SERVER_BOUNDS
from server.waiting_deltas import WaitingDeltas
from tests.bounds.cases import Seen, case


def _waits(name: str, sizes: list[int]) -> Past | None:
    """None if deltas of these sizes, of a room each, go into one transaction."""
    waiting = WaitingDeltas()
    for number, size in enumerate(sizes):
        waiting.add(Proposal(f"p{number}", "d", "a", "s", "m", b" " * size, False))
    taken = waiting.take_together()
    return None if len(taken) == len(sizes) else SERVER_BOUNDS.rows[name].past


@case("MAX_BATCH")
def _deltas_in_a_transaction() -> Seen:
    return Seen(_waits("MAX_BATCH", [2] * MAX_BATCH), _waits("MAX_BATCH", [2] * (MAX_BATCH + 1)))


@case("MAX_BATCH_BYTES")
def _bytes_in_a_transaction() -> Seen:
    quarter = MAX_BATCH_BYTES // 4
    return Seen(
        _waits("MAX_BATCH_BYTES", [quarter] * 4), _waits("MAX_BATCH_BYTES", [quarter] * 4 + [1])
    )


@case("LARGE_DELTA_BYTES")
def _a_delta_that_goes_alone() -> Seen:
    return Seen(
        _waits("LARGE_DELTA_BYTES", [2, LARGE_DELTA_BYTES]),
        _waits("LARGE_DELTA_BYTES", [2, LARGE_DELTA_BYTES + 1]),
    )
