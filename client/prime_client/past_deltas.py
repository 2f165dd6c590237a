"""The deltas of a range of history, whole, and what they do to a state of then."""

from collections.abc import AsyncIterator
from typing import Any

from prime_client.copy.state_ops import DoesNotApply, Op, State, apply_op
from prime_client.failures import StateDamaged
from prime_client.schema.calls import Call, HistoryDelta, HistoryOps


async def past_deltas(
    call: Call, project: str, after: int, to: int | None
) -> AsyncIterator[HistoryDelta]:
    """Oldest first; raises `CallFailed`, and `StateDamaged` where they are of another history."""
    epoch: str | None = None
    cursor: dict[str, Any] = {"after": after}
    ops: list[Op] = []  # of a delta that goes on
    while True:
        page: HistoryOps = await call("history.ops", project=project, to=to, **cursor)
        position = page["position"]
        if epoch not in (None, position["epoch"]):
            raise StateDamaged("history.ops: the journal lost entries meanwhile; begin anew")
        epoch, to = position["epoch"], position["seq"]
        for part in page["deltas"]:
            if part["seq"] != after + 1 or part.get("op", 0) != len(ops):
                raise StateDamaged(f"history.ops: seq {part['seq']} does not follow on {after}")
            ops += part["ops"]
            if part.get("cut", False):
                continue
            after = part["seq"]
            yield {**part, "ops": ops, "op": 0}
            ops = []
        if page["next"] is None:
            break
        cursor = dict(page["next"])
    if after != to or ops:
        raise StateDamaged(f"history.ops: it ends at seq {after}, not at {to}")


def apply_delta(state: State, delta: HistoryDelta) -> None:
    """What a copy does with it: entities are replaced, and never changed in place.

    Raises `StateDamaged` where the state is not the one that it was made on.
    """
    for op in delta["ops"]:
        try:
            apply_op(state, op, [])
        except DoesNotApply as error:
            raise StateDamaged(f"seq {delta['seq']}: {error}") from None
