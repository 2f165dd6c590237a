"""Bounds of what is told at once in a reply, and of what waits for a reader."""

import random

import msgspec

from rooms.byte_bounded_page import first_that_fit
from rooms.changes.diff_sentences import sentences
from rooms.journal.feed import Feed
from rooms.journal.tail import Tail
from rooms.music.musical_context import musical_context
from schema import limits, server_limits
from schema.bounds import Instead, Past
from schema.calling.projects.snapshot_calls import Change
from schema.entities import empty_state
from schema.messages import Ack, Reply
from server.calls.projects.snapshots import _without_large_values
from server.encoding.codec import JSON
from server.refused import Refused
from server.router.call_replies import within_bound
from server.sockets.outbox import SHARED_AT_MOST, OfferOutcome, Outbox
from server.states.encoded_state import FORMS, state_frames
from tests.bounds.cases import Seen, case, live_case
from tests.rooms.journal.test_feed import tail_entry
from tests.server.conftest import Node, create_project

ANNOUNCE = """
INSERT INTO audio_files (project_id, name) SELECT $1, 'take ' || n FROM generate_series(1, $2) AS n
"""

STEMS = """
INSERT INTO audio_files (project_id, name, parent_id, stem_kind)
SELECT $1, 'stem ' || n, $2::uuid, 'vocals' FROM generate_series(1, $3) AS n
"""


@case("MAX_PAGE_BYTES")
def a_page() -> Seen:
    half = "x" * (limits.MAX_PAGE_BYTES // 2 - 5)  # a text takes five bytes more
    at = None if len(first_that_fit([half, half])) == 2 else Instead.NEXT_PAGE
    return Seen(at, Instead.NEXT_PAGE if len(first_that_fit([half, half + "x"])) == 1 else None)


@case("MAX_REPLY_BYTES")
def a_reply() -> Seen:
    def reply(size: int) -> Past | None:
        try:
            within_bound(JSON, Reply("q1", "x" * size))
        except Refused as refused:
            return refused.code
        return None

    around = len(JSON.frame_of(Reply("q1", "x" * 70_000))) - 70_000
    most = limits.MAX_REPLY_BYTES - around
    return Seen(reply(most), reply(most + 1))


@case("MAX_ENTRY_SHOWN_BYTES")
def a_change() -> Seen:
    def told(size: int) -> Past | None:
        change = Change("devices", "dev_0001", "changed", props={"name": ["x" * size, ""]})
        return Instead.CLIPPED if _without_large_values(change).clipped else None

    change = Change("devices", "dev_0001", "changed", props={"name": ["x" * 60_000, ""]})
    around = len(msgspec.msgpack.encode(change)) - 60_000
    most = limits.MAX_ENTRY_SHOWN_BYTES - around
    return Seen(told(most), told(most + 1))


def _state(collection: str, count: int) -> dict[str, dict[str, dict[str, object]]]:
    state = empty_state("song")
    for n in range(count):
        if collection == "tempo":
            state["tempo"][f"tempo_{n:05}"] = {
                "time": n + 1.0,
                "bpm": 120.0,
                "interp": "hold",
                "slot": 0,
            }
        else:
            device = {"role": "instrument", "name": f"synth {n}"}
            state.setdefault("devices", {})[f"dev_{n:05}"] = device
    return state


@case("MAX_TEMPI_TOLD")
def tempi() -> Seen:
    def told(count: int) -> Past | None:
        context = musical_context(_state("tempo", count - 1))
        return None if len(context.tempo) == count else Instead.CLIPPED

    return Seen(told(limits.MAX_TEMPI_TOLD), told(limits.MAX_TEMPI_TOLD + 1))


@case("MAX_INSTRUMENTS")
def instruments() -> Seen:
    def told(count: int) -> Past | None:
        context = musical_context(_state("devices", count))
        return None if len(context.instruments) == count else Instead.CLIPPED

    return Seen(told(limits.MAX_INSTRUMENTS), told(limits.MAX_INSTRUMENTS + 1))


@case("MAX_SENTENCES")
def many_sentences() -> Seen:
    def told(count: int) -> Past | None:
        changes = [Change("tracks", f"tr_{n:05}", "added", f"T{n}") for n in range(count)]
        after = {"tracks": {c.id: {"name": c.name, "channel": None} for c in changes}}
        lines = sentences(changes, {}, after)
        return Instead.CLIPPED if lines[-1].startswith("and ") else None

    return Seen(told(limits.MAX_SENTENCES), told(limits.MAX_SENTENCES + 1))


@case("MAX_PHRASES")
def many_phrases() -> Seen:
    def told(count: int) -> Past | None:
        changes = [Change("scenes", f"sc_{n:05}", "added", f"S{n}") for n in range(count)]
        lines = sentences(changes, {}, {"scenes": {c.id: {"name": c.name} for c in changes}})
        return Instead.CLIPPED if "more changes" in lines[0] else None

    return Seen(told(limits.MAX_PHRASES), told(limits.MAX_PHRASES + 1))


@case("STATE_PART_BYTES")
def parts_of_a_state() -> Seen:
    def parts(length: int) -> Past | None:
        state = {"markers": {"m": {"name": _noise(length)}}}
        frames = state_frames("song", state, FORMS[JSON.name])
        return None if len(frames) == 1 else Instead.SPLIT

    return Seen(parts(limits.STATE_PART_BYTES // 2), parts(3 * limits.STATE_PART_BYTES))


def _noise(length: int) -> str:
    numbers = random.Random(1)
    return "".join(chr(numbers.randrange(33, 126)) for _ in range(length))


@case("MAX_OUTBOX_BYTES")
def outbox() -> Seen:
    def offer(size: int) -> Past | None:
        offered = Outbox().offer(bytes(size), 0, 0.0)
        return Instead.CUT_OFF if offered is OfferOutcome.CUT_OFF else None

    return Seen(offer(limits.MAX_OUTBOX_BYTES), offer(limits.MAX_OUTBOX_BYTES + 1))


@case("MAX_PUSHED_BYTES")
def pushed() -> Seen:
    most = server_limits.MAX_PUSHED_BYTES

    def offer(size: int) -> Past | None:
        buffered = server_limits.WRITABLE_BELOW_BYTES
        offered = Outbox().offer(bytes(size), buffered, 0.0, SHARED_AT_MOST)
        return Instead.WAITS if offered is OfferOutcome.CUT_OFF else None

    return Seen(offer(most), offer(most + 1))


@case("FED_AT_ONCE_BYTES")
def fed_at_once() -> Seen:
    def begin(size: int) -> Past | None:
        return None if len(Outbox().begin(bytes(size))) == size else Instead.SPLIT

    return Seen(
        begin(2 * server_limits.FED_AT_ONCE_BYTES), begin(2 * server_limits.FED_AT_ONCE_BYTES + 1)
    )


@case("WRITABLE_BELOW_BYTES")
def writable() -> Seen:
    def offer(buffered: int) -> Past | None:
        return None if Outbox().offer(b"x", buffered, 0.0) is OfferOutcome.WRITE else Instead.WAITS

    return Seen(
        offer(server_limits.WRITABLE_BELOW_BYTES - 1), offer(server_limits.WRITABLE_BELOW_BYTES)
    )


@case("STALL_SECONDS")
def stalled() -> Seen:
    def wait(seconds: float) -> Past | None:
        box = Outbox()
        box.offer(b"x", server_limits.WRITABLE_BELOW_BYTES, 0.0)
        is_stalled = box.is_stalled(server_limits.WRITABLE_BELOW_BYTES, 0, seconds)
        return Instead.CUT_OFF if is_stalled else None

    return Seen(wait(limits.STALL_SECONDS - 0.001), wait(limits.STALL_SECONDS))


def _tail_of(size: int) -> Tail:
    tail = Tail(0)
    for seq in (1, 2):
        tail.append(tail_entry(seq, size // 2))
    return tail


@case("MAX_TAIL_BYTES")
def tail() -> Seen:
    def keep(size: int) -> Past | None:
        return None if _tail_of(size).holds_after(0) else Instead.OLDEST_FORGOTTEN

    return Seen(keep(server_limits.MAX_TAIL_BYTES), keep(server_limits.MAX_TAIL_BYTES + 2))


@case("MAX_FED_TAIL_BYTES")
def fed_tail() -> Seen:
    def keep(size: int) -> Past | None:
        room_tail = Tail(0)
        feed = Feed("song", room_tail, 0)
        for seq in (1, 2):
            room_tail.append(tail_entry(seq, size // 2))
        return Instead.CUT_OFF if feed.is_lost else None

    return Seen(keep(server_limits.MAX_FED_TAIL_BYTES), keep(server_limits.MAX_FED_TAIL_BYTES + 2))


@case("MAX_HELD_ACKS")
def held_acks() -> Seen:
    def hold(count: int) -> Past | None:
        feed = Feed("song", Tail(0), 0)
        for seq in range(1, count + 1):
            feed.hold(Ack("song", f"delta{seq}", seq, 0.0))
        return Instead.CUT_OFF if feed.is_lost else None

    return Seen(hold(server_limits.MAX_HELD_ACKS), hold(server_limits.MAX_HELD_ACKS + 1))


@live_case("MAX_MEDIA_TOLD")
async def media(node: Node) -> Seen:
    """Of files that are not available, as many are told as the bound says."""
    ann = await node.musician("media")

    async def told(count: int) -> Past | None:
        project = await create_project(ann)
        await node.context.db.execute(ANNOUNCE, project, count)
        joined, _ = await ann.join(project)
        return None if len(joined["media"]) == count else Instead.CLIPPED

    return Seen(await told(limits.MAX_MEDIA_TOLD), await told(limits.MAX_MEDIA_TOLD + 1))


@live_case("MAX_STEMS_TOLD")
async def stems(node: Node) -> Seen:
    """Of the stems of a file, as many are told as the bound says."""
    ann = await node.musician("stems")
    project = await create_project(ann)

    async def told(count: int) -> Past | None:
        song = await ann.result("audio_files.create", project=project, name="song")
        await node.context.db.execute(STEMS, project, song["id"], count)
        found = await ann.result("audio_files.stems", audio_file=song["id"])
        assert found["clipped"] == (len(found["audio_files"]) < count)
        return Instead.CLIPPED if found["clipped"] else None

    return Seen(await told(limits.MAX_STEMS_TOLD), await told(limits.MAX_STEMS_TOLD + 1))
