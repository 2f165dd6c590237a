"""An earlier state: of a snapshot, or as it was after a delta or at a time."""

import base64
from typing import Any

from prime_client.connecting.codec import Codec
from prime_client.copy.digest import digest
from prime_client.copy.state_ops import State
from prime_client.failures import StateDamaged
from prime_client.schema.calls import Call


async def snapshot_state(call: Call, codec: Codec, project: str, snapshot: str) -> State:
    """What a snapshot holds; raises `CallFailed`, `StateDamaged`."""
    return await _fetch(call, codec, "snapshots.state", project=project, snapshot=snapshot)


async def state_at(
    call: Call, codec: Codec, project: str, seq: int | None, time: float | None
) -> State:
    """The state after `seq`, or at `time` (ms since 1970); raises as `snapshot_state`."""
    moment = {"seq": seq} if time is None else {"time": time}
    first_part = await call("history.at", project=project, **moment)
    seq = first_part["position"]["seq"]  # of a time: all parts of one moment
    return await _fetch(call, codec, "history.at", first_part, project=project, seq=seq)


async def _fetch(
    call: Call, codec: Codec, method: str, first_part: Any = None, /, **params: Any
) -> State:
    first_part = first_part or await call(method, **params)
    later_parts = range(1, first_part["parts"])
    replies = [first_part, *[await call(method, **params, part=part) for part in later_parts]]
    parts = [reply["data"] for reply in replies]
    data = b"".join(base64.b64decode(p) if isinstance(p, str) else p for p in parts)
    state: State = codec.decode_state(data)
    if digest(state) != first_part["digest"]:
        raise StateDamaged(f"{method}: the state does not come to {first_part['digest']}")
    return state
