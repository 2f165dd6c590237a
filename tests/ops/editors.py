"""Two people who edit without a pause while something is done to the nodes."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prime_client import Client, new_id, ops
from prime_client.room import Room

PASSWORD = "a long password"

EDITS = 8
"""After so many more of each, the next thing may happen."""


@dataclass
class Editor:
    """One of them: what was acknowledged, and how long one edit waited at most."""

    client: Client
    room: Room
    acknowledged: list[str] = field(default_factory=list)
    longest_pause_ms: float = 0.0

    async def edit(self) -> None:
        """For life; each edit begins when the one before is stored."""
        while True:
            track, began = new_id(), time.perf_counter()
            await self.room.saved(self.room.edit([ops.insert("tracks", track, name="One more")]))
            self.acknowledged.append(track)
            waited = 1000 * (time.perf_counter() - began)
            self.longest_pause_ms = max(self.longest_pause_ms, waited)
            await asyncio.sleep(0.02)


class Editors:
    """Both, on one project."""

    def __init__(self, editors: list[Editor], first: str) -> None:
        self.editors = editors
        self.first = first
        self._editing = [asyncio.create_task(editor.edit()) for editor in editors]

    async def go_on(self) -> None:
        """Until each has had some more edits stored; raises what ended one of them."""
        wanted = [len(editor.acknowledged) + EDITS for editor in self.editors]
        while any(
            len(e.acknowledged) < count for e, count in zip(self.editors, wanted, strict=True)
        ):
            for task in self._editing:
                if task.done():
                    task.result()
            await asyncio.sleep(0.01)

    async def lost(self, url: str, tls: ssl.SSLContext | None = None) -> int:
        """How many acknowledged edits a fresh copy lacks; AssertionError where copies differ."""
        for task in self._editing:
            task.cancel()
        await asyncio.gather(*self._editing, return_exceptions=True)
        for editor in self.editors:
            await editor.room.settled()
        async with Client(url, device="a look", tls=tls) as client:
            await client.login(self.first, PASSWORD)
            room = await client.join(self.editors[0].room.project)
            there = dict(room.entities("tracks"))
        for _ in range(1500):
            if all(e.room.entities("tracks").keys() == there.keys() for e in self.editors):
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError("a copy differs from a fresh one")
        return sum(track not in there for e in self.editors for track in e.acknowledged)

    def told(self, lost: int) -> str:
        """For who reads what a test printed: what was lost, and the longest that an edit waited."""
        count = sum(len(editor.acknowledged) for editor in self.editors)
        longest = max(editor.longest_pause_ms for editor in self.editors)
        return f"acknowledged {count}, lost {lost}, longest_pause_ms {longest:.0f}"


@asynccontextmanager
async def two_editors(
    urls: list[str],
    tls: ssl.SSLContext | None = None,
    people: tuple[str, str] = ("ada@example.org", "ben@example.org"),
) -> AsyncIterator[Editors]:
    """Ada on the first address and Ben on the last, in one new project, each seeing the other."""
    async with (
        Client(urls[0], device="laptop", tls=tls) as ada,
        Client(urls[-1], device="phone", tls=tls) as ben,
    ):
        for client, email in zip((ada, ben), people, strict=True):
            await client.register(email, email.partition("@")[0], PASSWORD)
        project = (await ada.projects.create(name="Night drive", bpm=92))["id"]
        await ada.members.grant(project=project, email=people[1], role="editor")
        yield Editors([Editor(one, await one.join(project)) for one in (ada, ben)], people[0])
