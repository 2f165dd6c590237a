"""Starts what a node does for life, starts again what fails, and says what is down."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from persistence.errors import PersistenceError
from server.events.events import EventSubject
from server.logs.outages import OUTAGES, because
from server.metrics.metrics import Count

FIRST_DELAY_SECONDS = 0.1
LAST_DELAY_SECONDS = 30.0
"""Before what has failed begins again: twice as long with each failure in a row."""

STEADY_SECONDS = 5.0
"""A task that has run for so long since it last failed is up again."""

GIVE_UP_AFTER = 10
"""Failures in a row until the node says that it needs to be restarted."""

log = structlog.get_logger()


class LifelongTask:
    """A task for the life of the node, and how it fares."""

    def __init__(self, name: str, run: Callable[[], Coroutine[Any, Any, object]], vital: bool):
        self.name = name
        self.run = run
        self.is_vital = vital
        self.failures = 0
        """How many there were in a row."""
        self.is_given_up = False
        """Whether the node says that it needs to be restarted for it."""
        self.task: asyncio.Task[None] | None = None
        """The one that runs it; None: it was not started yet."""

    @property
    def trouble(self) -> str | None:
        """What `/readyz` says of it; None: nothing is wrong."""
        if self.is_given_up:
            return f"{self.name} (failed {self.failures} times in a row: restart this node)"
        return self.name if self.failures else None

    def did_well(self) -> None:
        """It is up again."""
        if self.failures:
            log.info("up again", what=self.name)
        self.failures, self.is_given_up = 0, False
        OUTAGES.ended(self.name)


class Supervisor:
    """Owns the lifelong tasks of a node.

    One that raises, or ends, is counted (`task_failed`), logged, and begun again, ever later. After
    `GIVE_UP_AFTER` failures in a row the node says that it gives up on it; one that is `vital`, on
    which members wait, is tried all the same.
    """

    def __init__(
        self, spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]], count: Count
    ) -> None:
        self.tasks: dict[str, LifelongTask] = {}
        """By name: those that were started, and not stopped."""
        self._spawn = spawn
        self._count = count

    @property
    def down(self) -> list[str]:
        """What has failed and is not up again, in words."""
        return [
            trouble for lifelong in self.tasks.values() if (trouble := lifelong.trouble) is not None
        ]

    def keep(
        self, name: str, run: Callable[[], Coroutine[Any, Any, None]], *, vital: bool = False
    ) -> None:
        """Start what runs for ever; `run` begins it anew each time."""
        lifelong = self.tasks[name] = LifelongTask(name, run, vital)
        lifelong.task = self._spawn(self._keep(lifelong, self._until_it_fails))

    def repeat(
        self,
        name: str,
        seconds: float,
        do: Callable[[], Awaitable[object]],
        *,
        vital: bool = False,
        at_once: bool = False,
    ) -> None:
        """Do something now and then, the first time after so many seconds, or `at_once`."""

        async def run() -> bool:
            try:
                await do()
            except PersistenceError as error:  # the database's trouble, not the task's
                log.warning("will try again", what=name, **({"outage": name} | because(error)))
                return False
            return True

        async def round_by_round(lifelong: LifelongTask) -> None:
            if not at_once:
                await asyncio.sleep(seconds)
            while True:
                if await run():
                    lifelong.did_well()
                await asyncio.sleep(seconds)

        lifelong = self.tasks[name] = LifelongTask(name, run, vital)
        lifelong.task = self._spawn(self._keep(lifelong, round_by_round))

    def stop(self, *names: str) -> None:
        """End these (all, if none is named); nobody calls them down."""
        for name in names or tuple(self.tasks):
            lifelong = self.tasks.pop(name, None)
            if lifelong is not None and lifelong.task is not None:
                lifelong.task.cancel()

    async def _keep(
        self, lifelong: LifelongTask, go_on: Callable[[LifelongTask], Coroutine[Any, Any, None]]
    ) -> None:
        while not lifelong.is_given_up or lifelong.is_vital:
            try:
                await go_on(lifelong)
            except Exception as error:
                self._failed(lifelong, error)
            else:
                self._failed(lifelong, None)
            delay = FIRST_DELAY_SECONDS * 2 ** min(lifelong.failures - 1, 10)
            await asyncio.sleep(min(delay, LAST_DELAY_SECONDS))

    async def _until_it_fails(self, lifelong: LifelongTask) -> None:
        timer = asyncio.get_running_loop().call_later(STEADY_SECONDS, lifelong.did_well)
        try:
            await lifelong.run()
        finally:
            timer.cancel()

    def _failed(self, lifelong: LifelongTask, error: Exception | None) -> None:
        lifelong.failures += 1
        failure = lifelong.name if error is None else f"{lifelong.name}: {type(error).__name__}"
        self._count("task_failed", 1, EventSubject(text=failure))
        log.error("failed, and begins again", what=lifelong.name, exc_info=error)
        if lifelong.failures >= GIVE_UP_AFTER and not lifelong.is_given_up:
            lifelong.is_given_up = True
            text = "fails whenever it begins; this node is not ready, restart it"
            log.error(
                text, what=lifelong.name, failures=lifelong.failures, goes_on=lifelong.is_vital
            )
