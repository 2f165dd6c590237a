"""Simulated musicians on one song: watch them, kill the server, and prove that nothing is lost."""

import argparse
import asyncio
import contextlib
import math
import statistics
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

from rich.console import Console

from files.imported_song import Song
from files.importing import read_song
from loadtest import percentiles
from loadtest.checking.audit import audit
from loadtest.checking.final_copies import compare_with_journal
from loadtest.data_directory import data_directory
from loadtest.demo.live_view import Figures, live, plain_line
from loadtest.demo.proof import proof
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.people.library_work import LibraryWork
from loadtest.people.participant import Participant, states_by_name, take_seats
from loadtest.people.settled_copies import settle
from loadtest.people.tally import Tally
from loadtest.reports.progress_display import run_shown
from loadtest.songs.demo_song import demo_song_path
from loadtest.stopping import interrupt_sets, wait
from machine.children.child_program import ServerFailed, last_lines
from machine.local_cluster import ClusterOptions, LocalCluster
from machine.local_node import LocalNode
from prime_client.client import Client

WATCH_SECONDS = 0.5
"""How often it is looked whether the server is there."""

RECENT_SAMPLES = 2_000
"""The live percentiles look at as many; the report looks at all."""

WORST_MOMENT_SECONDS = 2.0
"""How long a kill waits for one: musicians send a delta every few hundred milliseconds."""

PLACES = 100
"""So many people may take part by a browser."""

PLACES_SECONDS = 86_400
"""How long its address is good."""

Server = LocalNode | LocalCluster
"""One server, or many behind one address: `kill` ends one, `start` begins what has ended."""


class Demo:
    """One run: a server, its musicians, and what was measured."""

    def __init__(self, arguments: argparse.Namespace, song: Song, server: Server) -> None:
        self.server = server
        self.tally = Tally()
        self.kills = 0
        self._killed_enough = asyncio.Event()
        """As many servers were killed as are to be."""
        self.participants: list[Participant] = []
        self._library = LibraryWork(self.participants)
        self._is_killing = False
        """Whether we end the server just now, to start it again."""
        self._arguments = arguments
        self._song = song
        self._ready_seconds = server.ready_seconds
        self._warm_seconds: list[float] = []
        self._rss_mb = 0.0
        self.address = ""
        """Where a browser takes part; once it is set up."""
        self._invited = ""
        """The invitation that it leads to."""
        self._began_at = 0.0
        self._played = 0.0
        self._song_beats = _length_in_beats(song)

    async def set_up(self) -> None:
        """Accounts, a project filled with the song, and everyone in its room."""
        count, seed = self._arguments.musicians, self._arguments.seed
        stays_for_long = math.isinf(self._arguments.seconds)
        for number in range(count):
            participant = Participant(
                self.server.url, number, seed, self.tally, is_calm=stays_for_long
            )
            self.participants.append(participant)
        await take_seats(self.participants, self._song)
        self.address = await self._invitation()

    async def _invitation(self) -> str:
        """The address of the studio page with this song; whoever opens it may take part."""
        owner = self.participants[0]
        invitation = await owner.client.call(
            "invitations.create",
            project=owner.room.project,
            role="editor",
            max_uses=PLACES,
            expires_in=PLACES_SECONDS,
            guests=True,
        )
        self._invited = invitation["id"]
        page = self.server.url.replace("ws", "http", 1).removesuffix("/v1")
        return f"{page}/studio#invite={invitation['token']}"

    async def run(self, stop: asyncio.Event) -> None:
        """Let them play for the time given, or until `stop`; raises `ServerFailed` when it ends."""
        self._began_at = time.perf_counter()
        async with asyncio.TaskGroup() as tasks:
            for participant in self.participants:
                tasks.create_task(participant.play(stop))
                tasks.create_task(participant.habits.play(stop))
            library = tasks.create_task(self._library.work())
            tasks.create_task(self._kill_now_and_then(stop))
            tasks.create_task(self._watch_server(stop))
            await wait(stop, self._arguments.seconds)
            await self._killed_enough.wait()
            stop.set()
            await library
        self._played = time.perf_counter() - self._began_at

    async def prove(self) -> dict[str, Any]:
        """Wait for rest, compare all copies, and report."""
        await self._let_others_look_on()
        library = await self._library.check()
        await settle(self.participants, self.tally)
        self._sample_memory()
        proof = await self._compared_copies()
        recall = await self._recall()
        lost_uses = recall.pop("lost")
        other_figures = {"recall": recall, "lost_uses": lost_uses, "library": library}
        return self._measured() | proof | other_figures

    async def _compared_copies(self) -> dict[str, Any]:
        """The musicians' copies and a fresh join, beside PostgreSQL."""
        project = self.participants[0].room.project
        async with self._witness() as witness:
            fresh_join = await witness.join(project)
            return compare_with_journal(
                states_by_name(self.participants) | {"a fresh join": fresh_join.state},
                self.tally.acked,
                self.tally.contradictions,
                await audit(self.server.database_url, project),
            )

    async def _let_others_look_on(self) -> None:
        """Who came by a browser edits no more, so that copies can be compared; no more come."""
        owner = self.participants[0]
        own_users = {
            participant.client.user["id"]
            for participant in self.participants
            if participant.client.user
        }
        project = owner.room.project
        await owner.client.call("invitations.withdraw", invitation=self._invited)
        page = await owner.client.call("members.list", project=project, limit=2 * PLACES)
        for member in page["members"]:
            user = member["user"]["id"]
            if user not in own_users and member["role"] != "owner":
                await owner.client.call("members.grant", project=project, user=user, role="viewer")

    async def _recall(self) -> dict[str, int]:
        """What Mixx Recall was told and asked, and uses that it does not count."""
        habits = [participant.habits for participant in self.participants]
        return {
            "uses": sum(habit.used_count for habit in habits),
            "suggested": sum(habit.suggested_count for habit in habits),
            "taken": sum(habit.taken_count for habit in habits),
            "lost": sum([await habit.lost() for habit in habits]),
        }

    async def close(self) -> None:
        """End the musicians' connections."""
        for participant in self.participants:
            await participant.client.close()

    def figures(self) -> Figures:
        """The present state of the demo."""
        self._sample_memory()
        replica = self.participants[0].room.replica
        signature = replica.state.get("signatures", {}).get("signature_start", {})
        num, den = signature.get("num", 4), signature.get("den", 4)
        return Figures(
            song=self._song.name,
            address=self.address,
            elapsed=min(time.perf_counter() - self._began_at, self._arguments.seconds),
            seconds=self._arguments.seconds,
            members=[participant.figures() for participant in self.participants],
            beats_per_bar=num * 4 / den,
            beat_length=4 / den,
            song_beats=self._song_beats,
            deltas_acked=len(self.tally.acked),
            deltas_per_second=self._deltas_per_second(),
            ack_ms=percentiles.summary(self.tally.ack_ms[-RECENT_SAMPLES:]),
            cursor_ms=percentiles.summary(self.tally.cursor_ms[-RECENT_SAMPLES:]),
            head=replica.position.seq if replica.position else 0,
            kills=self.kills,
            node_is_up=self.server.is_running,
        )

    async def _kill_now_and_then(self, stop: asyncio.Event) -> None:
        kill_every_s = self._arguments.kill_every
        if not kill_every_s or not self._arguments.least_kills:
            self._killed_enough.set()
        while kill_every_s and not stop.is_set():
            await wait(stop, kill_every_s)
            if stop.is_set():
                return
            await self._a_delta_is_under_way()
            self._is_killing = True
            await self.server.kill()
            self.kills += 1
            await self.server.start()
            self._is_killing = False
            self._warm_seconds.append(self.server.ready_seconds)
            if self.kills >= self._arguments.least_kills:
                self._killed_enough.set()

    async def _watch_server(self, stop: asyncio.Event) -> None:
        """Raises `ServerFailed` once it has ended by itself, or by somebody else."""
        while not stop.is_set():
            if not self.server.is_running and not self._is_killing:
                raise ServerFailed(f"the server has ended; {_last_words(self.server)}")
            await wait(stop, WATCH_SECONDS)

    async def _a_delta_is_under_way(self) -> None:
        """The worst time for a kill: something is sent, and not yet answered."""
        deadline = time.perf_counter() + WORST_MOMENT_SECONDS
        while time.perf_counter() < deadline:
            rooms = [participant.room for participant in self.participants]
            if any(room.is_live and room.in_flight for room in rooms):
                return
            await asyncio.sleep(0.001)

    def _witness(self) -> contextlib.AbstractAsyncContextManager[Client]:
        """A client that was never here: the owner on another device, with nothing in hand."""

        @contextlib.asynccontextmanager
        async def fresh() -> AsyncIterator[Client]:
            owner = self.participants[0]
            async with Client(self.server.url, device="witness") as client:
                await client.login(owner.email, owner.password)
                yield client

        return fresh()

    def _measured(self) -> dict[str, Any]:
        clients = [participant.client for participant in self.participants]
        counts = self._song.counts
        warm = statistics.median(self._warm_seconds) if self._warm_seconds else None
        return {
            "song": {
                "name": self._song.name,
                "tracks": counts.tracks,
                "clips": counts.clips,
                "notes": counts.notes,
                "points": counts.points,
                "entities": counts.entities,
            },
            "musicians": len(self.participants),
            "seconds": round(self._played, 1),
            "resent": sum(participant.room.resent for participant in self.participants),
            "dropped_ops": sum(self.tally.drop_reasons.values()),
            "drop_reasons": dict(self.tally.drop_reasons),
            "refused": len(self.tally.refused),
            "gaps": sum(participant.room.gaps for participant in self.participants),
            "kills": self.kills,
            "reconnects": sum(client.connections - 1 for client in clients),
            "ack_ms": percentiles.summary(self.tally.ack_ms),
            "cursor_ms": percentiles.summary(self.tally.cursor_ms),
            "cursors_seen": len(self.tally.cursor_ms),
            "hub_rss_mb": round(self._rss_mb, 1),
            "ready_s": round(self._ready_seconds, 2),
            "warm_ready_s": None if warm is None else round(warm, 2),
            **self._nodes(),
        }

    def _nodes(self) -> dict[str, Any]:
        if isinstance(self.server, LocalNode):
            return {}
        return {"nodes": len(self.server.nodes), "killed": list(self.server.victims)}

    def _sample_memory(self) -> None:
        self._rss_mb = max(self._rss_mb, self.server.rss_mb)

    def _deltas_per_second(self) -> list[int]:
        this_second = int(time.perf_counter())
        first = max(int(self._began_at), this_second - 30)
        return [self.tally.acked_in_second[second] for second in range(first, this_second)]


async def run_demo(arguments: argparse.Namespace) -> dict[str, Any]:
    """The whole demo; returns its report."""
    song = read_song(arguments.project or demo_song_path())
    console = Console(stderr=True)
    stop = asyncio.Event()
    with data_directory(arguments.data, "demo") as directory, interrupt_sets(stop):
        server_words = "a server" if arguments.nodes == 1 else f"{arguments.nodes} nodes"
        console.print(
            f"starting {server_words}, and {arguments.musicians} musicians ...", style="dim"
        )
        async with _server_of(directory, arguments.nodes) as server:
            demo = Demo(arguments, song, server)
            try:
                await demo.set_up()
                console.print(
                    f"open {demo.address} in a browser to take part",
                    highlight=False,
                    soft_wrap=True,
                )
                await run_shown(
                    demo.run(stop),
                    stop,
                    console,
                    lambda: live(demo.figures()),
                    lambda: plain_line(demo.figures()),
                )
                report = await demo.prove()
            finally:
                await demo.close()
    _tell_refusals(demo.tally, console)
    console.print(proof(report))
    return report


def _server_of(directory: Path, nodes: int) -> Server:
    if nodes == 1:
        return LocalNode(directory, environment=WITHOUT_LIMITS)
    return LocalCluster(directory, ClusterOptions(nodes, environment=WITHOUT_LIMITS))


def _last_words(server: Server) -> str:
    """What the log of who has ended says last."""
    servers = [server] if isinstance(server, LocalNode) else server.nodes
    ended_servers = [server for server in servers if not server.is_running]
    return "; ".join(
        f"{ended_server.log}: {last_lines(ended_server.log.read_text(errors='replace'))}"
        for ended_server in ended_servers
    )


def _length_in_beats(song: Song) -> float:
    clips: Iterable[dict[str, Any]] = song.state["clips"].values()
    return max((clip["time"] + clip["duration"] for clip in clips), default=64.0)


def _tell_refusals(tally: Tally, console: Console) -> None:
    for refusal in tally.refused[:5]:
        op = refusal.ops[int(refusal.details.get("op", 0))]
        console.print(f"refused: {refusal.code}: {refusal.message} {op}", markup=False)
