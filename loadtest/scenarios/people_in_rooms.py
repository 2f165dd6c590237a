"""The scenario `session`: rooms of people as they are, and a proof at the end."""

import argparse
import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from rich.progress import Progress

from files.upload import cut_into_deltas
from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused, create_project, register
from loadtest.bare.heartbeats import keep_alive
from loadtest.checking.audit import audits
from loadtest.clock import now_ms
from loadtest.load.generator_checks import disturbed, problems, verdict
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.process_samples import Samples
from loadtest.people.person import ObserverCounts, Person, Trail
from loadtest.people.returning_member import (
    LOOK_SECONDS,
    ReturningMember,
    ReturningTally,
    wait_for_answers,
)
from loadtest.percentiles import summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from loadtest.songs.large_song import PER_TRACK, large_song
from loadtest.stopping import beside
from prime_client.client import Client
from prime_client.copy.digest import digest

CONNECTING_AT_ONCE = 16
OBSERVERS_PER_ROOM = 4
"""Members of each room who time every move of the others; of the rest what they get is counted."""

WITNESSED_ROOMS = 1
"""Rooms in which one client of the SDK keeps a whole copy, whose digest is compared at the end."""

SETTLE_SECONDS = 30.0

LEAD = (
    "Of ten people seven are busy (moving at 30 Hz in bursts, a gesture every few seconds, a "
    "delta about every two), two idle, and one loses the connection every few seconds. At the end "
    "every acknowledged delta is looked for in the journal."
)

TARGETS = (
    Target("lost", 0),
    Target("holes", 0),
    Target("unanswered", 0),
)


async def run_people_in_rooms(arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill the rooms, let the people live, and look for what they were promised."""
    console = wide_console()
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=arguments.seconds)
        async with pinned_node(arguments.rooms * arguments.size) as node:
            people = _PeopleInRooms(node, arguments)
            progress.update(step, description="people come in")
            await people.fill()
            progress.update(step, description="they play")
            report = await people.run(lambda: progress.advance(step, 1.0))
    people.scenario_report.show(report, arguments.report, console)
    return report


class _PeopleInRooms:
    """Everyone in every room, and what they saw together."""

    def __init__(self, node: PinnedNode, arguments: argparse.Namespace) -> None:
        self._node = node
        self._arguments = arguments
        self.scenario_report = ScenarioReport("session: people as they are", LEAD, TARGETS)
        self._tally = ReturningTally()
        self._counts = ObserverCounts()
        self._people: list[Person] = []
        self._projects: list[str] = []
        self._account: Account | None = None

    async def fill(self) -> None:
        """An account, a project with a track for each room, and everyone inside."""
        self._account = account = await register(self._node.url)
        for room in range(self._arguments.rooms):
            project = await create_project(account, f"people in room {room}")
            await fill(account, project)
            self._projects.append(project)
            trails: dict[str, Trail] = {}
            for place_in_room in range(self._arguments.size):
                number = room * self._arguments.size + place_in_room
                times_others = place_in_room < OBSERVERS_PER_ROOM
                self._people.append(
                    Person(
                        account,
                        number,
                        project,
                        trails,
                        self._tally,
                        self._counts,
                        self._arguments.seed,
                        times_others,
                    )
                )
        at_once = asyncio.Semaphore(CONNECTING_AT_ONCE)

        async def come_in(person: Person) -> None:
            async with at_once:
                await person.enter()

        await asyncio.gather(*map(come_in, self._people))

    async def run(self, second: Any) -> dict[str, Any]:
        """Everyone lives for the time given; then the proof."""
        busy_readers = {
            "node": lambda: self._node.cpu_seconds,
            "hub_kept_waiting": lambda: self._node.kept_waiting_seconds,
            "generator": time.process_time,
        }
        levels = {"hub_rss_mb": lambda: self._node.rss_mb}
        async with AsyncExitStack() as stack:
            copies = await stack.enter_async_context(self._witnesses())
            await stack.enter_async_context(beside(keep_alive(self._connected)))
            async with Samples(busy_readers, levels) as samples:
                began_at = time.perf_counter()
                await self._play(second)
                seconds_passed = time.perf_counter() - began_at
            unanswered = await wait_for_answers([p.member for p in self._people], SETTLE_SECONDS)
            lost_count, audit_by_project = await audits(self._node.database_url, self._acked())
            converged = await _converge(copies, audit_by_project)
            for person in self._people:
                person.member.leave()
        generator = samples.mean("generator")
        waiting_percent = samples.mean("hub_kept_waiting")
        self.scenario_report.samples = samples
        self.scenario_report.curves |= {
            "cursors": self._counts.cursor_ms,
            "acks": self._tally.ack_ms,
        }
        return {
            **self._figures(seconds_passed),
            "hub_cpu_percent": samples.mean("node"),
            "hub_kept_waiting_percent": waiting_percent,
            "hub_rss_mb": samples.highest("hub_rss_mb"),
            "generator_cpu_percent": generator,
            "generator_lag_ms": summary(self._counts.lag_ms),
            "lost": lost_count + self._tally.contradictions,
            "unanswered": unanswered,
            "converged": converged,
            "cores": self._node.cores.in_words,
            **verdict(problems(self._counts.lag_ms, generator) + disturbed(waiting_percent)),
        }

    async def _play(self, second: Any) -> None:
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for person in self._people:
                tasks.create_task(person.live(stop))
            end = time.perf_counter() + self._arguments.seconds
            while (seconds_left := end - time.perf_counter()) > 0:
                await asyncio.sleep(min(1.0, seconds_left))
                second()
            stop.set()

    def _figures(self, seconds: float) -> dict[str, Any]:
        counts, tally = self._counts, self._tally
        return {
            "rooms": self._arguments.rooms,
            "size": self._arguments.size,
            "seconds": round(seconds, 2),
            "cursor_ms": summary(counts.cursor_ms),
            "ack_ms": summary(tally.ack_ms),
            "updates_per_s": round(counts.updates / seconds, 1),
            "moves_per_s": round(counts.moves_sent / seconds, 1),
            "previews_per_s": round(counts.previews / seconds, 1),
            "gestures": counts.gestures,
            "edits": counts.edits,
            "deltas_acked": sum(map(len, tally.acked.values())),
            "drops": counts.drops,
            "reconnects": tally.reconnects,
            "resumed": tally.resumed,
            "fresh_states": tally.reconnects - tally.resumed,
            "resent": tally.resent,
            "holes": tally.holes,
            "refused": dict(tally.refused),
        }

    def _acked(self) -> dict[str, dict[str, int]]:
        """Of every room, those too in which nothing was edited."""
        return {project: self._tally.acked.get(project, {}) for project in self._projects}

    def _connected(self) -> list[BarePrime]:
        members = [person.member.prime for person in self._people]
        return [prime for prime in members if prime is not None]

    @asynccontextmanager
    async def _witnesses(self) -> AsyncIterator[dict[str, Any]]:
        """Rooms of the SDK, each with its copy of a project, by project."""
        assert self._account is not None
        async with AsyncExitStack() as stack:
            copies = {}
            for project in self._projects[:WITNESSED_ROOMS]:
                client = Client(self._node.url, device="witness", access_token=self._account.token)
                await stack.enter_async_context(client)
                copies[project] = await client.join(project)
            yield copies


async def fill(account: Account, project: str) -> None:
    """One track with its clips and notes, on disk when this returns."""
    tally = ReturningTally()
    owner = ReturningMember(account, "filling", project, tally, random.Random(0))
    await owner.enter()
    for ops in cut_into_deltas(list(large_song(PER_TRACK, seed=1))):
        owner.propose(ops, now_ms())
    unanswered = await wait_for_answers([owner], SETTLE_SECONDS)
    owner.leave()
    if unanswered or tally.refused:
        raise PrimeRefused(f"could not fill a project: {dict(tally.refused)}")


async def _converge(copies: dict[str, Any], audit_by_project: dict[str, dict[str, Any]]) -> bool:
    """Whether the copy of every witness has the digest of the journal."""
    for project, room in copies.items():
        await _caught_up(room, audit_by_project[project]["head"])
        if digest(room.state) != audit_by_project[project]["digest"]:
            return False
    return all(audit["checkpoint_ok"] for audit in audit_by_project.values())


async def _caught_up(room: Any, head: int) -> None:
    """Until a copy stands at `head`, or it is clear that it does not get there."""
    for _ in range(round(SETTLE_SECONDS / LOOK_SECONDS)):
        position = room.replica.position
        if position is not None and position.seq >= head:
            return
        await asyncio.sleep(LOOK_SECONDS)
