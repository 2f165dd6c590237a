"""How what goes on for long ends."""

import asyncio

import pytest

from loadtest.stopping import beside, cancel_and_wait


async def test_what_goes_on_beside_has_ended_behind_its_block() -> None:
    begun, ended = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append("work")

    async with beside(work()):
        await begun.wait()
        assert ended == []
    assert ended == ["work"]


async def test_what_a_task_failed_with_is_raised_where_it_is_ended() -> None:
    async def fail() -> None:
        raise ValueError("no figures")

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    with pytest.raises(ValueError, match="no figures"):
        await cancel_and_wait(task)
