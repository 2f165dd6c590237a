"""What a node reads of its load, wherever it runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rooms.presence.gathering import Gathering, LoadSample
from server.loop.loop_load import LoopLoad

Looks = asyncio.Queue[LoadSample]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """What is seen, twenty times as often."""
    seen: Looks = asyncio.Queue()
    monkeypatch.setattr("server.loop.loop_load.LOOK_SECONDS", 0.002)
    monkeypatch.setattr(Gathering, "looked", lambda _, look: seen.put_nowait(look))
    return seen


@asynccontextmanager
async def looking(load: LoopLoad) -> AsyncIterator[None]:
    running = asyncio.create_task(load.run())
    yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_P3_what_others_had_of_the_core_is_read_where_the_system_tells(
    looks: Looks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = tmp_path / "schedstat"
    told.write_text("5000000 0 7\n")
    monkeypatch.setattr("server.loop.loop_load.WAITED", str(told))
    load = LoopLoad()
    async with looking(load):
        assert (await looks.get()).waited_for_core_seconds == 0.0
        told.write_text("5000000 60000000000 8\n")
        assert sum([(await looks.get()).waited_for_core_seconds for _ in range(3)]) == 60.0
    assert 0.0 < load.waited_for_core_seconds <= 1.0


@pytest.mark.parametrize("text", [None, "", "nonsense", "5000000", "a b c"])
async def test_P3_where_the_system_tells_nothing_nothing_was_waited(
    looks: Looks, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None
) -> None:
    told = tmp_path / "schedstat"
    if text is not None:
        told.write_text(text)
    monkeypatch.setattr("server.loop.loop_load.WAITED", str(told))
    load = LoopLoad()
    async with looking(load):
        for _ in range(3):
            look = await looks.get()
            assert look.waited_for_core_seconds == 0.0
            assert look.elapsed_seconds > 0.0
    assert load.waited_for_core_seconds == 0.0


async def test_P3_ticks_that_came_late_are_told_once(looks: Looks) -> None:
    told: list[float] = []
    load = LoopLoad(was_late=told.append)
    for seconds in (7.0, 9.0):
        load.ticked_late(seconds)
    async with looking(load):
        assert (await looks.get()).late_seconds == 8.0
        assert (await looks.get()).late_seconds < 8.0
    assert told[0] == 9.0
    assert told[1] < 9.0


def test_P3_what_a_node_aims_at_is_set() -> None:
    assert LoopLoad(0.3).gathering.share == 0.3


async def test_H7_what_steps_back_for_others_makes_no_node_full(looks: Looks) -> None:
    load = LoopLoad()
    async with looking(load):
        load.ran_long_jobs(0.5)
        seen = await looks.get()
        assert seen.stepped_back_seconds == 0.5
        assert (await looks.get()).stepped_back_seconds == 0.0
    look = LoadSample(0.05, cpu_seconds=0.05, stepped_back_seconds=0.04)
    assert (look.whole_load, round(look.load, 6)) == (1.0, 0.2)
    gathering = Gathering(0.6)
    for _ in range(1_000):
        gathering.looked(LoadSample(0.05, cpu_seconds=0.05, stepped_back_seconds=0.04))
    assert (gathering.is_full, gathering.full_room_gap) == (False, 0.0)
