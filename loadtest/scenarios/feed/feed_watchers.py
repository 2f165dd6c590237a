"""Those who watch rows and those who change them, of the scenario `feed`."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from loadtest.bare.bare_client import HandshakeFailed
from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused
from loadtest.clock import now_ms
from prime_client.connecting.codec import Message

COMES_BACK_SECONDS = 2.0
"""Within so many seconds who was cut off tries again."""

CUT_OFF = (OSError, TimeoutError, HandshakeFailed, PrimeRefused)


@dataclass(slots=True)
class WatcherCounts:
    """What all watchers together have seen."""

    change_ms: list[float] = field(default_factory=list)
    """From when a change was asked for to when a watcher had it."""
    changes: int = 0
    """How often a watcher was told of one."""
    resumed: int = 0
    """How often one came back and was told just what had changed."""
    whole: int = 0
    """How often one came back and was told the whole list."""
    resyncs: int = 0
    """How often one was told to begin anew."""


class Watcher:
    """One connection that watches the audio files of a project, and comes back."""

    def __init__(
        self,
        account: Account,
        number: int,
        project: str,
        counts: WatcherCounts,
        url: Callable[[], str],
    ) -> None:
        self.project = project
        self.names: dict[str, str] = {}
        """Id of a file -> its name, by what was told."""
        self.prime: BarePrime | None = None
        self._account = account
        self._device = f"watcher-{number}"
        self._counts = counts
        self._url = url
        self._position: str | None = None
        self._returning_task: asyncio.Task[None] | None = None
        self._is_over = False
        self._rng = random.Random(number)

    async def enter(self) -> None:
        """Connect and watch, from where it was."""
        token = self._account.token
        prime = await BarePrime.open(self._url(), self._device, token, self._on_message)
        lost = prime.connection.on_lost

        def on_lost(connection: Any) -> None:
            if lost is not None:
                lost(connection)
            self._come_back()

        prime.connection.on_lost = on_lost
        self.prime = prime
        await self._watch()

    def leave(self) -> None:
        """It does not come back."""
        self._is_over = True
        if self._returning_task is not None:
            self._returning_task.cancel()
        if self.prime is not None:
            self.prime.close()

    async def _watch(self) -> None:
        assert self.prime is not None
        since = {} if self._position is None else {"from": self._position}
        params = {"project": self.project, "fields": ["name"], **since}
        watch_answer = await self.prime.call("audio_files.watch", **params)
        if not watch_answer["resumed"]:
            self.names.clear()
        if since:
            self._counts.resumed += watch_answer["resumed"]
            self._counts.whole += not watch_answer["resumed"]
        for id in watch_answer["left"]:
            self.names.pop(id, None)
        self.names |= {row["id"]: row["name"] for row in watch_answer["audio_files"]}
        self._position = watch_answer["position"]

    def _on_message(self, message: Message) -> None:
        if message["t"] == "resync":
            self._counts.resyncs += 1
            self._position = None
            self._come_back()
        if message["t"] != "rows":
            return
        now = now_ms()
        for change in message["changes"]:
            if change["change"] == "left":
                self.names.pop(change["id"], None)
                continue
            name = self.names[change["id"]] = change["row"]["name"]
            self._counts.changes += 1
            self._counts.change_ms.append(now - float(name.partition(" ")[2]))
        if message["position"] is not None:
            self._position = message["position"]

    def _come_back(self) -> None:
        if not self._is_over and (self._returning_task is None or self._returning_task.done()):
            self._returning_task = asyncio.create_task(self._until_back())

    async def _until_back(self) -> None:
        while True:
            await asyncio.sleep(self._rng.random() * COMES_BACK_SECONDS)
            try:
                if self.prime is not None and self.prime.connection.is_open:
                    await self._watch()
                else:
                    await self.enter()
            except CUT_OFF:
                continue
            return


class FileWriter:
    """Renames the files of some projects, each name with the moment at which it was asked for."""

    def __init__(self, account: Account, projects: list[str], url: Callable[[], str]) -> None:
        self.answered_changes = 0
        """Changes that were answered."""
        self.failed = 0
        """Those that were not."""
        self._account = account
        self._projects = projects
        self._url = url
        self._prime: BarePrime | None = None
        self._files: list[tuple[str, int]] = []
        """Id and version of each."""

    async def make(self, files: int) -> None:
        """So many files in each project."""
        prime = await self._connected()
        for project in self._projects:
            for number in range(files):
                name = f"{number} {now_ms():.3f}"
                row = await prime.call("audio_files.create", project=project, name=name)
                self._files.append((row["id"], row["version"]))

    async def write(self, per_second: float) -> None:
        """One change after the other at this rate, until it is cancelled."""
        began_at, step = time.perf_counter(), 0
        while True:
            await asyncio.sleep(max(0.0, began_at + step / per_second - time.perf_counter()))
            await self._change(step % len(self._files))
            step += 1

    async def names(self) -> dict[str, dict[str, str]]:
        """Project -> id -> name, as the tables have it."""
        prime = await self._connected()
        names_by_project = {}
        for project in self._projects:
            page = await prime.call("audio_files.list", where={"project": project}, limit=200)
            names_by_project[project] = {row["id"]: row["name"] for row in page["audio_files"]}
        return names_by_project

    async def _change(self, place: int) -> None:
        id, version = self._files[place]
        try:
            prime = await self._connected()
            name = f"{self.answered_changes} {now_ms():.3f}"
            row = await prime.call("audio_files.update", audio_file=id, version=version, name=name)
            self.answered_changes += 1
            self._files[place] = (id, row["version"])
        except CUT_OFF:
            self.failed += 1
            with contextlib.suppress(*CUT_OFF):
                prime = await self._connected()
                row = await prime.call("audio_files.get", audio_file=id)
                self._files[place] = (id, row["version"])

    async def _connected(self) -> BarePrime:
        if self._prime is None or not self._prime.connection.is_open:
            self._prime = await BarePrime.open(self._url(), "writer", self._account.token)
        return self._prime

    def leave(self) -> None:
        """Go."""
        if self._prime is not None:
            self._prime.close()
