"""Putting a whole song into a project: deltas of a bounded size, all of them acknowledged."""

import asyncio
import json
from collections.abc import Callable, Iterator

from prime_client.copy.state_ops import Op
from prime_client.events import Acknowledged
from prime_client.room import Room

MAX_OPS = 1_000
MAX_BYTES = 900_000
"""A delta with that many bytes of ops still fits one message of 1 MiB, in either encoding."""

SILENCE_SECONDS = 60.0
"""How long nothing may be saved, with a server that is away or one that is there."""


class UploadIncomplete(Exception):
    """The server dropped or refused a part of the song."""


def cut_into_deltas(ops: list[Op]) -> Iterator[list[Op]]:
    """The ops in their order, cut into deltas."""
    batch: list[Op] = []
    size = 0
    for op in ops:
        bytes_of_op = len(json.dumps(op, separators=(",", ":")).encode()) + 1
        if batch and (len(batch) >= MAX_OPS or size + bytes_of_op > MAX_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(op)
        size += bytes_of_op
    if batch:
        yield batch


def _tell_nobody(_saved: int, _of: int) -> None:
    pass


async def upload(room: Room, ops: list[Op], tell: Callable[[int, int], None] = _tell_nobody) -> int:
    """Insert these ops and wait until all of them are on disk; returns the number of deltas.

    `tell` is called with how many ops are saved, and of how many.
    """
    dropped_ops: list[tuple[str, str]] = []
    is_doubtful = False

    def note(event: object) -> None:
        nonlocal is_doubtful
        if isinstance(event, Acknowledged):
            is_doubtful = is_doubtful or event.on_resume
            dropped_ops.extend((event.delta_id, reason) for _, reason in event.dropped)

    stop = room.subscribe(note)
    try:
        tell(0, len(ops))
        ops_by_id = {room.edit(batch): len(batch) for batch in cut_into_deltas(ops)}
        await _saved(room, ops_by_id, tell)
    except BaseException:
        room.leave()  # what is on its way is given up, and nobody is told of its refusals
        raise
    finally:
        stop()
    if dropped_ops:
        raise UploadIncomplete(
            f"{len(dropped_ops)} ops were dropped, the first as {dropped_ops[0][1]}"
        )
    # Of a delta that was heard of only after coming back it was not said what was dropped.
    missing_ops = [
        op for op in ops if op["op"] == "insert" and op["id"] not in room.state[op["col"]]
    ]
    if missing_ops and is_doubtful:
        first = f"{missing_ops[0]['col']}/{missing_ops[0]['id']}"
        raise UploadIncomplete(
            f"{len(missing_ops)} entities are not in the project, the first {first}"
        )
    return len(ops_by_id)


async def _saved(room: Room, ops_by_id: dict[str, int], tell: Callable[[int, int], None]) -> None:
    """All of them; raises `UploadIncomplete` where nothing comes any more."""
    clock = asyncio.get_running_loop().time
    done, of = 0, sum(ops_by_id.values())
    try:
        async with asyncio.timeout(SILENCE_SECONDS) as silence:

            async def saved(delta_id: str) -> None:
                nonlocal done
                await room.saved(delta_id)
                done += ops_by_id[delta_id]
                tell(done, of)
                silence.reschedule(clock() + SILENCE_SECONDS)

            await asyncio.gather(*map(saved, ops_by_id))
    except TimeoutError:
        raise UploadIncomplete(
            f"the server has saved nothing for {SILENCE_SECONDS:g} seconds"
        ) from None
