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
        self.let_go = asyncio.Event()
        self.is_closed = False
        self.announced = 0

    def run(self, job: Any) -> None:
        self.done_jobs.append(job)
        self.has_begun.set()
        if job == LET_GO:
            self.let_go.set()

    def announce(self) -> None:
        self.announced += 1

    async def done(self, job: Any) -> None:
        self.run(job)
        await self.may_go.wait()


class Room:
    """Whose jobs are names."""

    def __init__(self) -> None:
        self.on_given_up: list[Any] = []

    def hold_edits(self) -> Job:
        return HOLD  # type: ignore[return-value]

    def let_edits_go(self) -> Job:
        return LET_GO  # type: ignore[return-value]


@pytest.fixture
def jobs() -> Jobs:
    return Jobs()


@pytest.fixture
async def restores(jobs: Jobs) -> RoomRestores:
    return RoomRestores(Room(), jobs, jobs.announce)  # type: ignore[arg-type]


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


async def test_N4_what_waits_for_two_goes_on_when_neither_makes_one(
    jobs: Jobs, restores: RoomRestores
) -> None:
    restores.hold_for("node a", 5_000)
    restores.hold_for("node b", 5_000)
    restores.hold_for("node a", 5_000)
    restores.hold_for("node a", 0)
    assert jobs.done_jobs == [HOLD]
    restores.hold_for("node b", 0)
    restores.hold_for("node b", 0)
    assert jobs.done_jobs == [HOLD, LET_GO]


async def test_N4_what_waits_for_one_of_its_own_waits_on_for_another_nodes(
    jobs: Jobs, restores: RoomRestores
) -> None:
    jobs.may_go.set()
    restores.take(Quiet())
    holding = asyncio.create_task(hold(restores))
    await jobs.has_begun.wait()
    restores.hold_for("node a", 5_000)
    restores.take(Quiet())
    await holding
    assert LET_GO not in jobs.done_jobs
    restores.hold_for("node a", 0)
    assert jobs.done_jobs[-1] == LET_GO


async def test_N4_what_waits_for_a_node_that_has_died_goes_on(
    jobs: Jobs, restores: RoomRestores
) -> None:
    restores.hold_for("node a", 1)
    await jobs.let_go.wait()
    assert jobs.done_jobs == [HOLD, LET_GO]


async def test_N4_what_has_waited_for_some_has_its_turn_before_the_next(
    jobs: Jobs, restores: RoomRestores, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Restores of two nodes in turn: one begins before the other has ended."""
    monkeypatch.setattr("server.live.room_restores.TURN_SECONDS", 0.0)
    restores.hold_for("node a", 5_000)
    restores.hold_for("node b", 5_000)
    assert jobs.done_jobs == [HOLD, LET_GO, HOLD]
    restores.hold_for("node a", 6_000)
    assert jobs.done_jobs == [HOLD, LET_GO, HOLD, LET_GO, HOLD]
    restores.hold_for("node a", 5_990)  # the same, told once more
    assert jobs.done_jobs == [HOLD, LET_GO, HOLD, LET_GO, HOLD]
    holding = asyncio.create_task(hold(restores))
    jobs.may_go.set()
    restores.hold_for("node b", 0)
    restores.hold_for("node a", 0)
    assert jobs.done_jobs[5:] == [LET_GO]
    restores.hold_for("node a", 5_000)
    jobs.has_begun.clear()
    await jobs.has_begun.wait()
    restores.take(Quiet())
    await holding
    assert jobs.done_jobs[6:] == [HOLD, LET_GO, HOLD, HOLD]


async def test_N4_what_waits_for_many_waits_no_longer_than_for_one(
    jobs: Jobs, restores: RoomRestores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.OTHERS_WAIT_SECONDS", 0.001)
    monkeypatch.setattr("server.live.room_restores.TURN_SECONDS", 1e9)
    restores.hold_for("node a", 5_000_000)
    restores.hold_for("node b", 5_000_000)
    restores.hold_for("node a", 6_000_000)
    await jobs.let_go.wait()
    assert jobs.done_jobs == [HOLD, LET_GO]


async def test_N4_nothing_is_held_once_the_room_is_closed(
    jobs: Jobs, restores: RoomRestores
) -> None:
    restores.hold_for("node a", 5_000)
    restores.close()
    jobs.is_closed = True
    restores.hold_for("node b", 5_000)
    assert jobs.done_jobs == [HOLD]


async def test_N4_other_nodes_are_told_how_long_they_wait_and_when_they_need_not(
    jobs: Jobs, restores: RoomRestores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.live.room_restores.OTHERS_WAIT_SECONDS", 500.0)
    assert restores.others_wait_milliseconds == 0
    with restores.others_waiting():
        assert jobs.announced == 1
        assert 0 < restores.others_wait_milliseconds <= 500_000
    assert (jobs.announced, restores.others_wait_milliseconds) == (2, 0)
