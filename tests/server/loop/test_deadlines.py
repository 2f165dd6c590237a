"""Deadlines that share a timer: what is late is cancelled, and nothing else."""

import asyncio

import pytest

from server.loop.deadlines import Deadlines, EndedEarly

NEVER = 3_600.0


async def test_what_takes_longer_is_a_timeout_and_the_task_goes_on() -> None:
    deadlines = Deadlines()
    with pytest.raises(TimeoutError), deadlines.within(0.0):
        await asyncio.Event().wait()
    task = asyncio.current_task()
    assert task is not None
    assert not task.cancelling()
    await asyncio.sleep(0)


async def test_each_has_its_own_time_whichever_came_first() -> None:
    deadlines, said = Deadlines(), list[str]()
    go_on = asyncio.Event()

    async def call(name: str, seconds: float) -> None:
        try:
            with deadlines.within(seconds):
                await go_on.wait()
            said.append(name)
        except TimeoutError:
            said.append(f"{name} is late")
            if seconds == 0.02:
                go_on.set()

    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("long", NEVER), ("later", 0.02), ("soon", 0.0)):
            tasks.create_task(call(name, seconds))
    assert said == ["soon is late", "later is late", "long"]


async def test_what_cleans_up_when_it_is_late_is_cancelled_once() -> None:
    deadlines, said = Deadlines(), list[str]()
    cleaning, go_on = asyncio.Event(), asyncio.Event()

    async def call_with_a_clean_up() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cleaning.set()
            await go_on.wait()
            said.append("cleaned up")

    async def late() -> None:
        with pytest.raises(TimeoutError), deadlines.within(0.0):
            await call_with_a_clean_up()

    async def late_while_it_cleans_up() -> None:
        await cleaning.wait()
        with pytest.raises(TimeoutError), deadlines.within(0.0):
            await asyncio.Event().wait()
        go_on.set()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(late())
        tasks.create_task(late_while_it_cleans_up())
    assert said == ["cleaned up"]
    assert not deadlines._waiting_deadlines


async def test_what_is_done_in_time_hears_nothing() -> None:
    deadlines = Deadlines()
    with deadlines.within(NEVER):
        await asyncio.sleep(0)
    with pytest.raises(KeyError), deadlines.within(NEVER):
        raise KeyError
    assert not deadlines._waiting_deadlines


async def test_who_is_cancelled_by_another_stays_so() -> None:
    deadlines = Deadlines()

    async def call() -> None:
        with deadlines.within(NEVER):
            await asyncio.Event().wait()

    task = asyncio.create_task(call())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not deadlines._waiting_deadlines


async def test_one_inside_another_is_the_one_that_is_late() -> None:
    deadlines = Deadlines()
    with deadlines.within(NEVER):
        with pytest.raises(TimeoutError), deadlines.within(0.0):
            await asyncio.Event().wait()
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError), deadlines.within(0.0), deadlines.within(NEVER):
        await asyncio.Event().wait()


async def test_X3_those_of_a_node_that_stops_are_over_at_once_and_it_is_known_why() -> None:
    deadlines, said = Deadlines(), list[type[BaseException]]()

    async def call() -> None:
        try:
            with deadlines.within(NEVER):
                await asyncio.Event().wait()
        except TimeoutError as error:
            said.append(type(error))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(3):
            tasks.create_task(call())
        await asyncio.sleep(0)
        assert len(deadlines) == 3
        deadlines.end_all()
    assert said == [EndedEarly] * 3
    assert not len(deadlines)
