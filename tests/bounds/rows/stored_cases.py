"""Cases of the table of bounds: what a room remembers, and what is stored and read at once."""

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from machine.children.child_process import open_log
from persistence.journal import history as project_history
from persistence.journal.state_slices import joined
from persistence.tables.internal import idempotency_keys
from rooms.aspect import StateSlice
from rooms.edits.undo_stacks import UndoStacks
from rooms.joining import EncodedState, Joining
from rooms.journal.tail import Tail
from schema.bounds import Instead, Past
from schema.limits import KEPT_REPLY_SECONDS, MAX_KEPT_REPLIES, MAX_KEPT_REPLY_BYTES
from schema.messages import Digest
from schema.ops import Op, Set, encode_ops
from schema.server_limits import (
    LOG_BYTES_KEPT,
    MAX_BLAMED_BYTES,
    MAX_REMEMBERED_CHANGES,
    RECORD_BYTES,
    STALE_STATE_BYTES,
    STORED_PART_BYTES,
)
from server.live.room_checkpoints import _encoded_batches
from tests.bounds.cases import Seen, case, live_case
from tests.rooms.journal.test_feed import tail_entry
from tests.server.conftest import Node, create_project
from tests.server.wire import marker


@case("STALE_STATE_BYTES")
def stale_state() -> Seen:
    """An encoded state that is smaller than what follows it."""

    def after(size: int) -> Past | None:
        tail = Tail(0)
        tail.append(tail_entry(1, size))
        joining: Any = SimpleNamespace(_follower=SimpleNamespace(tail=tail))
        is_fresh = Joining._is_fresh(joining, EncodedState(Digest(0, ""), [b"small"]))
        return None if is_fresh else Instead.ENCODED_ANEW

    return Seen(after(STALE_STATE_BYTES), after(STALE_STATE_BYTES + 1))


@case("MAX_REMEMBERED_CHANGES")
def remembered_changes() -> Seen:
    def undone(last: int) -> Past | None:
        stacks = UndoStacks()
        stacks.remember(1, [("notes", "n", None, None)])
        stacks.remember(2, [("notes", "n", None, None)] * last)
        return Instead.READ_FROM_JOURNAL if stacks.changes(1) is None else None

    return Seen(undone(MAX_REMEMBERED_CHANGES - 1), undone(MAX_REMEMBERED_CHANGES))


MAKE_HEAVY = """
UPDATE project_deltas SET ops = $3::text::json WHERE project_id = $1 AND seq = $2
"""


def _op_of(size: int) -> Op:
    """An op of so many bytes as JSON, without the brackets of a delta."""
    bare = len(encode_ops(Set("markers", "marker_1", {"name": ""})))
    return Set("markers", "marker_1", {"name": "x" * (size - bare)})


@case("RECORD_BYTES")
def recorded() -> Seen:
    def batches(size: int) -> Past | None:
        half = RECORD_BYTES // 2
        made = _encoded_batches({1: [_op_of(half - 2)], 2: [_op_of(size - half - 2)]})
        return None if len(made) == 1 else Instead.SPLIT

    return Seen(batches(RECORD_BYTES), batches(RECORD_BYTES + 1))


@case("STORED_PART_BYTES")
def stored_part() -> Seen:
    """A part is full at the bound; what is behind it goes into the next, be it the end."""

    def parts(size: int) -> Past | None:
        entities = b'{"a":"' + b"x" * (size - 6) + b'"}'
        pieces = list(joined([StateSlice("notes", entities)]))
        return None if len(pieces) == 1 else Instead.SPLIT

    return Seen(parts(STORED_PART_BYTES - 1), parts(STORED_PART_BYTES))


@case("LOG_BYTES_KEPT")
def log() -> Seen:
    def opened(size: int) -> Past | None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.log"
            path.touch()
            with path.open("r+b") as file:
                file.truncate(size)
            open_log(path).close()
            return Instead.OLDEST_FORGOTTEN if path.stat().st_size == 0 else None

    return Seen(opened(LOG_BYTES_KEPT), opened(LOG_BYTES_KEPT + 1))


@live_case("MAX_BLAMED_BYTES")
async def blamed(node: Node) -> Seen:
    """Whether the oldest of three deltas is on the page, if the others come to so much."""
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    for number in range(3):
        await ann.edit(project, marker(f"marker_{number}"))
    context = node.context

    async def looked_through(size: int) -> Past | None:
        half = MAX_BLAMED_BYTES // 2
        for seq, weight in ((2, half), (3, size - half)):
            ops = encode_ops([_op_of(weight - 2)]).decode()
            assert len(ops) == weight
            await context.db.execute(MAKE_HEAVY, project, seq, ops)
        page = await project_history.list_entries(
            context.reads,
            project,
            user=None,
            member=None,
            entity=None,
            since_ms=None,
            until_ms=None,
            before_seq=None,
            limit=10,
        )
        return None if len(page) == 3 else Instead.NEXT_PAGE

    return Seen(await looked_through(MAX_BLAMED_BYTES - 1), await looked_through(MAX_BLAMED_BYTES))


FILL = """
INSERT INTO idempotency_keys (user_id, key, method, params_digest, reply, bytes, claimed_at)
SELECT $1, 'k' || n, 'projects.create', '0123456789abcdef', '', $3,
    now() - ($4 + n) * interval '1 second'
FROM generate_series(1, $2) AS n
"""

COUNT = """
SELECT count(*) FROM idempotency_keys
"""

CLEAR = """
DELETE FROM idempotency_keys
"""


async def _kept(node: Node, rows: int, bytes_each: int = 2, age: float = 0) -> Past | None:
    """Whether as many as these are all kept."""
    db = node.context.db
    ann = (await db.fetchval("SELECT id FROM prime_users")) or (await node.musician("ann")).user
    await db.execute(CLEAR)
    await db.execute(FILL, ann, rows, bytes_each, age)
    await idempotency_keys.forget_oldest(db, ann)
    await idempotency_keys.trim(db, KEPT_REPLY_SECONDS)
    return None if await db.fetchval(COUNT) == rows else Instead.OLDEST_FORGOTTEN


@live_case("MAX_KEPT_REPLIES")
async def kept_replies(node: Node) -> Seen:
    return Seen(await _kept(node, MAX_KEPT_REPLIES), await _kept(node, MAX_KEPT_REPLIES + 1))


@live_case("MAX_KEPT_REPLY_BYTES")
async def kept_reply_bytes(node: Node) -> Seen:
    each = MAX_KEPT_REPLY_BYTES // 16
    return Seen(await _kept(node, 16, each), await _kept(node, 16, each + 1))


@live_case("KEPT_REPLY_SECONDS")
async def kept_reply_seconds(node: Node) -> Seen:
    """A minute before a day is over, and at its end."""
    return Seen(
        await _kept(node, 1, age=KEPT_REPLY_SECONDS - 60),
        await _kept(node, 1, age=KEPT_REPLY_SECONDS),
    )
