"""Someone who edits a quiet room, and says how long acks took.

Run as `python -m loadtest.people.quiet_writer`.
Reads where from the environment (PRIME_LOAD_URL, _TOKEN, _PROJECT); a JSON line for each ack:
[when it was sent (monotonic seconds), ms to the ack, ms that it was sent late]. Ends when its
input does.
"""

import asyncio
import contextlib
import itertools
import json
import os
import sys
import time

from prime_client.connecting.codec import Message, codec_named
from prime_client.connecting.connection import Connection

RATE = 40.0
"""Deltas a second: slow enough to be alone in the room's batches, fast enough for a p99."""

OPEN_SECONDS = 10.0


class QuietWriter:
    """One member of one room; each delta is sent when it is due, whatever became of the others."""

    def __init__(self) -> None:
        self._sent_by_id: dict[str, tuple[float, float]] = {}
        """Id -> when it was sent, and how many ms after it was due."""
        self._is_joined = asyncio.Event()
        self._connection: Connection

    async def write(self, url: str, token: str, project: str) -> None:
        """Edit until the input ends."""
        hello = {"t": "hello", "versions": [1], "device": "quiet", "token": token}
        codec = codec_named("msgpack")
        self._connection = await Connection.open(url, codec, hello, OPEN_SECONDS)
        life = asyncio.create_task(self._connection.run(self._received, _stay()))
        self._connection.send({"t": "join", "id": "in", "project": project})
        async with asyncio.timeout(OPEN_SECONDS):
            await self._is_joined.wait()
        print(json.dumps({"ready": True}), flush=True)
        writing_task = asyncio.create_task(self._propose(project))
        await asyncio.to_thread(sys.stdin.buffer.read)
        writing_task.cancel()
        self._connection.end()
        await asyncio.wait([life, writing_task])

    async def _propose(self, project: str) -> None:
        began_at = time.monotonic()
        for number in itertools.count():
            delta_id = f"quiet-delta-{number:06}"
            props = {"name": f"take {number}"}
            op = {"op": "set", "col": "project", "id": "project", "props": props}
            now = time.monotonic()
            self._sent_by_id[delta_id] = now, (now - began_at - number / RATE) * 1_000
            self._connection.send({"t": "delta", "project": project, "id": delta_id, "ops": [op]})
            await asyncio.sleep(max(0.0, began_at + (number + 1) / RATE - time.monotonic()))

    def _received(self, message: Message) -> None:
        if message["t"] == "joined":
            self._is_joined.set()
        elif message["t"] in ("ack", "error") and message.get("id") in self._sent_by_id:
            sent_at, late_ms = self._sent_by_id.pop(message["id"])
            ack_ms = (time.monotonic() - sent_at) * 1_000
            print(json.dumps([sent_at, ack_ms, late_ms]), flush=True)


async def _stay() -> None:
    await asyncio.Event().wait()


def _go_first() -> None:
    """Where that is allowed, it has a core whenever it wants one: what it waits for is the node."""
    if hasattr(os, "sched_setscheduler"):
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))


def main() -> None:
    """Run it."""
    _go_first()
    names = ("PRIME_LOAD_URL", "PRIME_LOAD_TOKEN", "PRIME_LOAD_PROJECT")
    asyncio.run(QuietWriter().write(*(os.environ[name] for name in names)))


if __name__ == "__main__":
    main()
