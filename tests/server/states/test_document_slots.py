"""Whole documents for calls: one at a time, users in turn, and given up when nobody waits."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from schema.errors import ErrorCode
from schema.server_limits import MAX_DOCUMENT_CALLS_WAITING
from server.loop.threads import AbandonedWork, Threads, yield_gil
from server.refused import Refused
from server.states.document_slots import DocumentSlots


class Studio:
    """Calls that have a turn until they are told that it is over."""

    def __init__(self) -> None:
        self.slots = DocumentSlots()
        self.served: list[str] = []
        self.over: asyncio.Queue[None] = asyncio.Queue()

    async def call(self, user: str) -> None:
        async with self.slots.slot(user):
            self.served.append(user)
            await self.over.get()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_one_has_a_document_at_a_time_and_users_have_their_turns_in_turn() -> None:
    studio = Studio()
    async with asyncio.TaskGroup() as calls:
        for user in ("ada", "ada", "ada", "ben", "cleo", "ben"):
            calls.create_task(studio.call(user))
        for count in range(1, 7):
            await settled()
            assert len(studio.served) == count
            studio.over.put_nowait(None)
    assert studio.served == ["ada", "ada", "ben", "cleo", "ada", "ben"]


async def test_who_has_too_many_waiting_is_told_to_come_again() -> None:
    studio = Studio()
    async with asyncio.TaskGroup() as calls:
        tasks = [
            calls.create_task(studio.call("ada")) for _ in range(MAX_DOCUMENT_CALLS_WAITING + 1)
        ]
        await settled()
        with pytest.raises(Refused) as refused:
            await studio.call("ada")
        assert refused.value.code is ErrorCode.UNAVAILABLE
        assert refused.value.details["retry_after_ms"]
        other = calls.create_task(studio.call("ben"))
        for _ in [*tasks, other]:
            studio.over.put_nowait(None)
    assert studio.served.count("ben") == 1


@pytest.mark.parametrize("given_up", [0, 1, 2])
async def test_a_call_that_is_given_up_gives_its_turn_on(given_up: int) -> None:
    studio = Studio()
    tasks = [asyncio.ensure_future(studio.call(user)) for user in ("ada", "ben", "cleo")]
    await settled()
    tasks[given_up].cancel()
    for _ in range(2):
        await settled()
        studio.over.put_nowait(None)
    await asyncio.wait(tasks)
    assert len(studio.served) == (3 if given_up == 0 else 2)
    async with studio.slots.slot("dora"):
        pass


@pytest.mark.parametrize("last", ["ada", "ben"])
async def test_several_that_are_given_up_together_give_the_turn_to_the_next_live_one(
    last: str,
) -> None:
    """Their deadline is one: each is cancelled before any of them goes on."""
    studio = Studio()
    users = ("ada", "ada", "ben", "ada", "cleo", last)
    *given_up, lives = [asyncio.ensure_future(studio.call(user)) for user in users]
    await settled()
    for task in given_up:
        task.cancel()
    ended = await asyncio.gather(*given_up, return_exceptions=True)
    assert [type(one) for one in ended] == [asyncio.CancelledError] * len(given_up)
    await settled()
    assert studio.served == ["ada", last]
    studio.over.put_nowait(None)
    await lives
    async with studio.slots.slot("dora"):
        pass


async def test_a_turn_that_came_as_its_call_was_given_up_goes_on() -> None:
    studio = Studio()
    async with studio.slots.slot("ada"):
        second, third = [asyncio.ensure_future(studio.call(user)) for user in ("ben", "cleo")]
        await settled()
    second.cancel()
    await settled()
    assert studio.served == ["cleo"]
    studio.over.put_nowait(None)
    await third


async def test_all_given_up_leave_nothing_behind() -> None:
    studio = Studio()
    tasks = [asyncio.ensure_future(studio.call(user)) for user in ("ada", "ben", "ben", "cleo")]
    await settled()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert not studio.slots.waiting
    async with studio.slots.slot("dora"):
        pass


async def test_the_same_question_of_the_same_state_is_answered_once() -> None:
    slots, found = DocumentSlots(), []

    async def find() -> int:
        await asyncio.sleep(0)
        found.append(1)
        return 7

    answers = await asyncio.gather(*(slots.once("key", "ada", find) for _ in range(9)))
    assert (answers, found) == ([7] * 9, [1])


@pytest.fixture
def threads() -> Iterator[Threads]:
    one = Threads("test")
    yield one
    one.close()


async def test_who_stops_waiting_ends_the_work(threads: Threads) -> None:
    began, ended = threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        try:
            while True:
                began.set()
                yield_gil()
        except AbandonedWork:
            loop.call_soon_threadsafe(ended.set)
            raise

    working = asyncio.ensure_future(threads.run(work))
    await asyncio.to_thread(began.wait)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    await ended.wait()
    assert await threads.run(lambda: 7) == 7
