"""What a node does for life: whatever ends one of these tasks, it begins again, and is told."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from persistence.errors import Busy, Unavailable, Unfit
from server.sockets.handshaking.http_answer import HttpAsked
from server.tasks import supervisor as supervisor_module
from server.tasks.supervisor import LifelongTask, Supervisor
from tests.server.conftest import Node, Nodes, create_project, eventually
from tests.server.wire import marker

GIVE_UP_AFTER = 3

TRAPS: dict[str, asyncio.Future[None]] = {}
"""By the name of a lifelong task: what makes it raise, wherever it is."""

PLANTED: set[str] = set()
"""Those that raise when they begin their next round."""


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(supervisor_module, "FIRST_DELAY_SECONDS", 0.02)
    monkeypatch.setattr(supervisor_module, "LAST_DELAY_SECONDS", 0.02)
    monkeypatch.setattr(supervisor_module, "STEADY_SECONDS", 0.05)
    with capture_logs():  # to draw a trace takes longer than all else here
        yield


class Alone:
    """A supervisor, and what it counts."""

    def __init__(self) -> None:
        self.counted: list[str] = []
        self.supervisor = Supervisor(
            self.spawn, lambda kind, amount=1, about=None: self.counted.append(kind)
        )

    def spawn(self, task: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.get_running_loop().create_task(task)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alone]:
    monkeypatch.setattr(supervisor_module, "GIVE_UP_AFTER", GIVE_UP_AFTER)
    monkeypatch.setattr(supervisor_module, "FIRST_DELAY_SECONDS", 0.001)
    monkeypatch.setattr(supervisor_module, "LAST_DELAY_SECONDS", 0.001)
    made = Alone()
    yield made
    made.supervisor.stop()


def failing(error: Exception | None) -> tuple[list[int], Callable[[], Coroutine[Any, Any, None]]]:
    """What raises (or ends) whenever it is begun, and how often that was."""
    begun: list[int] = []

    async def run() -> None:
        begun.append(1)
        if error is not None:
            raise error

    return begun, run


@pytest.mark.parametrize("error", [ValueError("planted"), KeyError(), None])
async def test_what_fails_or_ends_is_begun_again_and_given_up_aloud(
    alone: Alone, error: Exception | None
) -> None:
    begun, run = failing(error)
    alone.supervisor.keep("a task", run)

    async def is_given_up() -> bool:
        return "restart this node" in "".join(alone.supervisor.down)

    await eventually(is_given_up)
    await asyncio.sleep(0.01)
    assert len(begun) == GIVE_UP_AFTER
    assert alone.counted == ["task_failed"] * GIVE_UP_AFTER


async def test_what_is_vital_is_tried_for_ever(alone: Alone) -> None:
    begun, run = failing(ValueError("planted"))
    alone.supervisor.keep("a task", run, vital=True)

    async def goes_on() -> bool:
        return len(begun) > GIVE_UP_AFTER

    await eventually(goes_on)
    assert "restart this node" in alone.supervisor.down[0]


async def test_a_database_that_is_away_is_no_failure_of_a_round(alone: Alone) -> None:
    begun, run = failing(Unavailable("planted"))
    alone.supervisor.repeat("rounds", 0.0, run)

    async def goes_on() -> bool:
        return len(begun) > GIVE_UP_AFTER

    await eventually(goes_on)
    assert alone.supervisor.down == []
    assert alone.counted == []


@pytest.mark.parametrize("at_once", [False, True])
async def test_the_first_round_waits_its_time_or_is_at_once(alone: Alone, at_once: bool) -> None:
    came = asyncio.Event()

    async def do() -> None:
        came.set()

    alone.supervisor.repeat("rounds", 3_600.0, do, at_once=at_once)
    for _ in range(10):
        await asyncio.sleep(0)
    assert came.is_set() == at_once


async def test_a_round_that_failed_for_the_database_is_no_round_that_went_well(
    alone: Alone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the trouble is, also one that is no outage: told once, until it ends."""
    said: list[str] = []
    monkeypatch.setattr(LifelongTask, "did_well", lambda _: said.append("well"))
    left: list[Exception] = [Busy("planted"), Unfit("planted"), Unavailable("planted")]
    another = asyncio.Event()

    async def do() -> None:
        said.append("round")
        if left:
            raise left.pop()
        if said.count("round") > 4:
            another.set()

    alone.supervisor.repeat("rounds", 0.0, do)
    async with asyncio.timeout(10):
        await another.wait()
    assert said[:6] == ["round", "round", "round", "round", "well", "round"]


def trapped(name: str, run: Callable[[], Awaitable[Any]]) -> Callable[[], Coroutine[Any, Any, Any]]:
    """The same, but it can be made to raise from outside, once, wherever it is."""

    async def go() -> None:
        trap = TRAPS[name] = asyncio.get_running_loop().create_future()
        if name in PLANTED:
            PLANTED.remove(name)
            trap.set_exception(RuntimeError("planted"))
        running = asyncio.ensure_future(run())
        try:
            await asyncio.wait((running, trap), return_when=asyncio.FIRST_COMPLETED)
            await (trap if trap.done() else running)
        finally:
            trap.cancel()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return go


@pytest.fixture
async def with_traps(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> tuple[Node, dict[str, Any]]:
    """A node all of whose lifelong tasks can be made to raise, and what `/readyz` said then."""
    keep, repeat, failed = Supervisor.keep, Supervisor.repeat, Supervisor._failed
    meanwhile: dict[str, Any] = {}

    def tasks(self: Supervisor, name: str, run: Any, **words: Any) -> None:
        keep(self, name, trapped(name, run), **words)

    def repeated(self: Supervisor, name: str, seconds: float, do: Any, **words: Any) -> None:
        repeat(self, name, min(seconds, 0.1), trapped(name, do), **words)

    def seen(self: Supervisor, lifelong: LifelongTask, error: Exception | None) -> None:
        failed(self, lifelong, error)
        meanwhile[lifelong.name] = nodes.all[0].server.socket_server.answer_http(
            HttpAsked("/readyz")
        )

    monkeypatch.setattr(Supervisor, "_failed", seen)
    monkeypatch.setattr(Supervisor, "keep", tasks)
    monkeypatch.setattr(Supervisor, "repeat", repeated)
    return await nodes.start(), meanwhile


@pytest.mark.postgres
@pytest.mark.node
async def test_each_lifelong_task_that_dies_is_begun_again_and_readyz_says_so(
    with_traps: tuple[Node, dict[str, Any]],
) -> None:
    node, meanwhile = with_traps
    ann = await node.musician("ann")
    project = await create_project(ann)
    await ann.join(project)
    names = list(node.server.supervisor.tasks)
    assert len(names) >= 13
    for number, name in enumerate(names):
        trap = TRAPS.get(name)
        if trap is None or trap.done():
            PLANTED.add(name)
        else:
            trap.set_exception(RuntimeError("planted"))

        async def is_caught(name: str = name) -> bool:
            return name in meanwhile

        await eventually(is_caught)
        assert meanwhile[name][:2] == (503, f"down: {name}\n")

        async def is_ready() -> bool:
            return (await node.http("/readyz"))[0] == 200

        await eventually(is_ready)
        assert (await ann.edit(project, marker(f"marker_{number}")))["t"] == "ack"
    assert f"prime_task_failed_total {len(names)}.0" in node.metrics.text()
    node.metrics.count("task_failed", -len(names))  # all of them planted
    TRAPS.clear()
