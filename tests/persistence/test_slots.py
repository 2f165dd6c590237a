"""The slots that both calls and connections of a pool wait for."""

import asyncio

import pytest

from persistence.slots import Slots


async def test_there_are_so_many_and_the_next_one_waits_for_the_first_that_is_given_back() -> None:
    slots, said = Slots(2), list[str]()
    assert slots.take()
    assert slots.take()
    assert not slots.take()

    async def wait(name: str) -> None:
        await slots.wait()
        said.append(name)

    async with asyncio.TaskGroup() as tasks:
        for name in ("first", "second"):
            tasks.create_task(wait(name))
            await asyncio.sleep(0)
        for told in (["first"], ["first", "second"]):
            slots.give()
            assert not slots.take(), "it is that of who waits"
            await asyncio.sleep(0)
            assert said == told
    slots.give()
    assert slots.take()


async def test_who_gives_up_leaves_its_turn_to_the_next() -> None:
    slots = Slots(1)
    assert slots.take()
    gives_up, waits = (asyncio.create_task(slots.wait()) for _ in range(2))
    await asyncio.sleep(0)
    gives_up.cancel()
    slots.give()
    await waits
    with pytest.raises(asyncio.CancelledError):
        await gives_up
    slots.give()
    assert slots.take()


async def test_a_slot_that_comes_as_one_gives_up_is_not_lost() -> None:
    slots = Slots(1)
    assert slots.take()
    waits = asyncio.create_task(slots.wait())
    await asyncio.sleep(0)
    slots.give()
    waits.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waits
    assert slots.take()


async def test_who_waits_while_one_is_free_has_it() -> None:
    slots = Slots(1)
    await slots.wait()
    assert not slots.take()
