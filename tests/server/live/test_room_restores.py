"""Edits that are held back for a restore go on, whatever becomes of it (rule N4)."""

import asyncio
from typing import Any

import pytest

from rooms.effects import Job, Quiet
from server.live.room_restores import RoomRestores

HOLD, LET_GO = "hold", "let go"


class Jobs:
    """Notes what is to be done, and does it once `may_go`."""

    def __init__(self) -> None:
        self.done_jobs: list[Any] = []
        self.has_begun = asyncio.Event()
        self.may_go = asyncio.Event()

    def run(self, job: Any) -> None:
        self.done_jobs.append(job)
        self.has_begun.set()

    async def done(self, job: Any) -> None:
        self.run(job)
        await self.may_go.wait()


class Room:
    """Whose jobs are names."""

    def hold_edits(self) -> Job:
        return HOLD  # type: ignore[return-value]

    def let_edits_go(self) -> Job:
        return LET_GO  # type: ignore[return-value]


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
def restores(jobs: Jobs) -> RoomRestores:
    return RoomRestores(Room(), jobs)  # type: ignore[arg-type]


async def hold(restores: RoomRestores, then: Any = None) -> None:
    async with restores.holding_edits():
        if then is not None:
            raise then


async def test_N4_they_go_on_where_the_call_is_cut_off_before_they_are_held(
    jobs: Jobs, restores: RoomRestores
) -> None:
    holding = asyncio.create_task(hold(restores))
    await jobs.has_begun.wait()
    holding.cancel()
    await asyncio.wait([holding])
    assert jobs.done_jobs == [HOLD, LET_GO]


@pytest.mark.parametrize("error", [None, ValueError("a mistake"), asyncio.CancelledError()])
async def test_N4_they_go_on_once_it_is_done_or_has_failed(
    jobs: Jobs, restores: RoomRestores, error: BaseException | None
) -> None:
    jobs.may_go.set()
    holding = asyncio.create_task(hold(restores, error))
    await jobs.has_begun.wait()
    restores.take(Quiet())
    await asyncio.wait([holding])
    assert jobs.done_jobs == [HOLD, LET_GO]


async def test_N4_it_does_not_wait_for_ever_for_what_was_sent_before(
    jobs: Jobs, restores: RoomRestores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.SETTLING_SECONDS", 0.0)
    jobs.may_go.set()
    await hold(restores)
    assert jobs.done_jobs == [HOLD, LET_GO]


async def test_N4_who_makes_one_keeps_the_room_open(restores: RoomRestores) -> None:
    assert len(restores) == 0
    async with restores.one_at_a_time:
        assert len(restores) == 1
