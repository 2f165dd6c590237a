"""Cases of the table of bounds: what goes into one transaction."""

import asyncio
from contextlib import AsyncExitStack

from persistence.errors import Unavailable
from persistence.tables.audit_log import AuditRow
from rooms.journal.entry import Proposal
from schema.accounts.audit_events import AuditEvent
from schema.bounds import Instead, Past
from schema.errors import ErrorCode
from schema.server_limits import (
    LARGE_DELTA_BYTES,
    MAX_AUDIT_BYTES,
    MAX_AUDIT_TEXT,
    MAX_BATCH,
    MAX_BATCH_BYTES,
    MAX_CALLS_AT_ONCE,
    MAX_DEVICES_WAITING,
    MAX_EVENT_NAME,
    MAX_EVENT_TEXT,
    MAX_EVENTS,
    MAX_EVENTS_SIZE,
    MAX_SEARCHES_AT_ONCE,
    MAX_USES_GATHERED,
    SERVER_BOUNDS,
)
from server.accounts.audit_trail import AuditTrail
from server.accounts.device_codes import DeviceCodes
from server.calls.call_queue import CallQueue
from server.calls.library.preset_uses import PresetUses
from server.commits.committer import WaitingDeltas
from server.events.events import Events, EventSubject
from server.metrics.metrics import uncounted
from tests.bounds.cases import Seen, case


def _waits(name: str, sizes: list[int]) -> Past | None:
    """None if deltas of these sizes, of a room each, go into one transaction."""
    waiting = WaitingDeltas()
    for number, size in enumerate(sizes):
        waiting.add(
            Proposal(
                project=f"p{number}",
                delta_id="d",
                author="a",
                auth_session="s",
                member="m",
                payload=b" " * size,
                atomic=False,
            )
        )
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


async def _run_at_once(name: str, turns: CallQueue, count: int) -> Past | None:
    running: list[int] = []

    async def call() -> None:
        async with turns.slot("ann"):
            running.append(1)
            await asyncio.Event().wait()

    calls = [asyncio.ensure_future(call()) for _ in range(count)]
    for _ in range(5):
        await asyncio.sleep(0)
    for each in calls:
        each.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    past = SERVER_BOUNDS.rows[name].past
    return None if len(running) == count else past


async def _device(waiting: int) -> Past | None:
    """None if one more than those may wait."""
    codes = DeviceCodes(b"secret")
    async with AsyncExitStack() as stack:
        for _ in range(waiting):
            await stack.enter_async_context(codes.waiting(b"a device"))
        event = await stack.enter_async_context(codes.waiting(b"another"))
        return None if event is not None else SERVER_BOUNDS.rows["MAX_DEVICES_WAITING"].past


@case("MAX_DEVICES_WAITING")
def _devices() -> Seen:
    most = int(MAX_DEVICES_WAITING)
    return Seen(asyncio.run(_device(most - 1)), asyncio.run(_device(most)))


@case("MAX_CALLS_AT_ONCE")
def _calls_of_a_user() -> Seen:
    name, most = "MAX_CALLS_AT_ONCE", MAX_CALLS_AT_ONCE
    return Seen(
        *(asyncio.run(_run_at_once(name, CallQueue(), count)) for count in (most, most + 1))
    )


@case("MAX_SEARCHES_AT_ONCE")
def _searches_of_a_user() -> Seen:
    name, most = "MAX_SEARCHES_AT_ONCE", MAX_SEARCHES_AT_ONCE
    return Seen(
        *(asyncio.run(_run_at_once(name, CallQueue(most), count)) for count in (most, most + 1))
    )


@case("MAX_USES_GATHERED")
def _uses_that_wait() -> Seen:
    uses = PresetUses(None)  # type: ignore[arg-type]

    def noted(number: int) -> Past | None:
        try:
            uses.note(str(number), "user")
        except Unavailable:
            return ErrorCode.UNAVAILABLE
        return None

    at = [noted(number) for number in range(MAX_USES_GATHERED)][-1]
    return Seen(at, noted(MAX_USES_GATHERED))


@case("MAX_AUDIT_BYTES")
def _entries_of_the_audit_that_wait() -> Seen:
    def seen(bytes_: int) -> Past | None:
        audit = AuditTrail(None, uncounted)  # type: ignore[arg-type]
        for _ in range(bytes_ // AuditRow(AuditEvent.LOGIN).bytes):
            audit.note(AuditEvent.LOGIN)
        return Instead.OLDEST_FORGOTTEN if audit.lost_count else None

    return Seen(seen(MAX_AUDIT_BYTES), seen(MAX_AUDIT_BYTES + 400))


@case("MAX_AUDIT_TEXT")
def _a_text_in_the_audit() -> Seen:
    def seen(length: int) -> Past | None:
        row = AuditRow(AuditEvent.LOGIN, details={"device": "x" * length})
        return None if row.details["device"] == "x" * length else Instead.CUT_SHORT

    return Seen(seen(MAX_AUDIT_TEXT), seen(MAX_AUDIT_TEXT + 1))


KIND = "task_failed"
"""Of an event."""


def _forgets(about: list[EventSubject]) -> Past | None:
    events = Events(lambda: 0.0)
    for each in about:
        events.note(KIND, each)
    return None if len(list(events.all())) == len(about) else Instead.OLDEST_FORGOTTEN


@case("MAX_EVENTS")
def _events_of_a_node() -> Seen:
    about = [EventSubject(member=str(number)) for number in range(MAX_EVENTS + 1)]
    return Seen(_forgets(about[:-1]), _forgets(about))


@case("MAX_EVENTS_SIZE")
def _what_events_of_a_node_hold() -> Seen:
    def seen(size: int) -> Past | None:
        room = MAX_EVENT_NAME * 5 + MAX_EVENT_TEXT + len(KIND)
        names = [str(number).rjust(MAX_EVENT_NAME) for number in range(size // room)]
        about = [EventSubject._make([*[name] * 5, "x" * MAX_EVENT_TEXT]) for name in names]
        rest = size - room * len(about) - len(KIND)
        return _forgets([*about, EventSubject("y" * min(rest, 32), text="x" * max(0, rest - 32))])

    return Seen(seen(MAX_EVENTS_SIZE), seen(MAX_EVENTS_SIZE + 1))


def _kept(about: EventSubject) -> Past | None:
    events = Events()
    events.note(KIND, about)
    [event] = events.all()
    return None if event.about == about else Instead.CUT_SHORT


@case("MAX_EVENT_TEXT")
def _words_of_an_event() -> Seen:
    return Seen(
        _kept(EventSubject(text="x" * MAX_EVENT_TEXT)),
        _kept(EventSubject(text="x" * MAX_EVENT_TEXT + "x")),
    )


@case("MAX_EVENT_NAME")
def _names_in_an_event() -> Seen:
    longest = "x" * MAX_EVENT_NAME
    return Seen(_kept(EventSubject(longest)), _kept(EventSubject(longest + "x")))
