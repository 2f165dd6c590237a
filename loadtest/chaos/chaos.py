"""The scenario `chaos`: one fault after the other on several nodes, and all of it checked."""

import argparse
import asyncio
import contextlib
import json
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from files.importing import read_song
from loadtest import percentiles
from loadtest.broken_promises import BROKEN
from loadtest.chaos.judgement import Judgement
from loadtest.chaos.live_view import FaultFigures, Figures, live, plain_line
from loadtest.chaos.node_watch import NodeWatch
from loadtest.chaos.verdict import verdict
from loadtest.checking.copies import Checkpoint
from loadtest.checking.history import History, What
from loadtest.data_directory import data_directory
from loadtest.faults.faults import FAULTS, Fault
from loadtest.faults.hostile_client import HostileClient
from loadtest.faults.planted_bugs import PLANTED
from loadtest.faults.proxied_cluster import ProxiedCluster, proxied_cluster
from loadtest.nodes.child_programs import beside
from loadtest.people.large_project import LargeProject
from loadtest.people.participant import take_seats
from loadtest.people.recorded_musician import RecordedMusician
from loadtest.people.settled_copies import settle
from loadtest.people.tally import Tally
from loadtest.reports.progress_display import run_shown
from loadtest.songs.demo_song import demo_song_path
from loadtest.stopping import interrupt_sets, wait
from machine.caller_paths import resolved
from machine.local_cluster import ClusterOptions

HARM_SHARE = 0.6
"""Of a fault's time, how much it is in force; the rest is for getting well."""

HARM_SECONDS = (0.8, 3.0)
RECOVERY_SECONDS = (0.4, 2.0)
ROW_WRITERS = 3
SETTLE_SECONDS = 20.0
LONGER = 3.0
"""So many times its seconds a run may last, for each kind of fault to happen once and to hit
something: a busy machine is slow."""

LONGER_IF_SHORT, SHORT_SECONDS = 10.0, 120.0
"""So many times its seconds one of a few seconds may last, if that comes to no more than this."""

SHARE = sum(HARM_SECONDS) / 2 / HARM_SHARE
"""Seconds of one fault, its recovery included, where there is time; what is left is for pairs."""

MIN_SHARE = HARM_SECONDS[0] + RECOVERY_SECONDS[0]

FAILOVER = "postgres_failover"
"""How the faults begin that need a standby."""


@dataclass(slots=True)
class FaultCounts:
    """What one kind of fault came to."""

    times: int = 0
    acked: int = 0
    seconds: float = 0.0


class Chaos:
    """One run: the stage, the plan of faults, and what was counted."""

    def __init__(self, arguments: argparse.Namespace, stage: ProxiedCluster) -> None:
        self.stage = stage
        self.tally = Tally()
        self.counted = {name: FaultCounts() for name in arguments.faults}
        self.faults_in_force: set[str] = set()
        self.watch = NodeWatch(stage.cluster.nodes)
        self.checkpoints_seen: dict[str, list[Checkpoint]] = defaultdict(list)
        """The checkpoints that were stored at some time, by project."""
        self._arguments = arguments
        self._began_at = 0.0
        self._played = 0.0
        self._begun_at = 0

    async def set_up(self) -> None:
        """Musicians behind links of their own, in one room."""
        stage, arguments = self.stage, self._arguments
        for number in range(arguments.musicians):
            url, seed = await stage.add_link(), arguments.seed
            musician = RecordedMusician(url, number, seed, self.tally, stage.history)
            stage.musicians.append(musician)
        # All are owners: only those may change the row.
        await take_seats(stage.musicians, read_song(demo_song_path()), role="owner")
        await settle(stage.musicians, self.tally, SETTLE_SECONDS)
        position = stage.musicians[0].room.replica.position
        self._begun_at = position.seq if position else 0
        self.tally.acked.clear()
        await self._invite(stage.musicians[0].room.project)

    async def _invite(self, project: str) -> None:
        """Those whom some of the chosen faults need."""
        stage, chosen_faults = self.stage, self.counted
        if "hostile_client" in chosen_faults:
            stage.hostile = HostileClient(stage.cluster.url, stage.rng)
            await stage.hostile.set_up()
            await stage.musicians[0].client.members.grant(
                project=project, email=stage.hostile.email, role="viewer"
            )
        if "project_large" in chosen_faults:
            history = History(stage.history.path.with_name("large.jsonl"))
            stage.large = LargeProject(stage.cluster.url, self._arguments.seed, history)
            await stage.large.set_up()
        if any(name.startswith(FAILOVER) for name in chosen_faults):
            await stage.standby()

    async def run(self, stop: asyncio.Event) -> None:
        """Let them play, and do harm, until the plan is through or `stop`."""
        self._began_at = time.monotonic()
        async with self._watching(), asyncio.TaskGroup() as tasks:
            for musician in self.stage.musicians:
                tasks.create_task(musician.play(stop))
            for musician in self.stage.musicians[:ROW_WRITERS]:
                tasks.create_task(musician.change_the_row(stop))
            try:
                await self._do_harm(stop)
            finally:
                stop.set()
        self._played = time.monotonic() - self._began_at

    async def judge(self) -> dict[str, Any]:
        """Wait for rest, read the truth, check all that was seen, and report."""
        await self.stage.cluster.start()
        judgement = Judgement(
            self.stage,
            self.tally,
            self.watch,
            self.checkpoints_seen,
            self._begun_at,
            self._began_at,
        )
        judged_figures = await judgement.report()
        return self._measured() | judged_figures | self._proves()

    @contextlib.asynccontextmanager
    async def _watching(self) -> AsyncIterator[None]:
        """Every node and every checkpoint is looked at."""
        projects = [self.stage.musicians[0].room.project]
        if self.stage.large is not None:
            projects.append(self.stage.large.project)
        url = f"postgresql://prime@127.0.0.1:{self.stage.watch_way.port}/prime"
        async with (
            self.watch.watching(),
            beside(url, "server.states.checkpoint_watch", *projects) as (_, lines),
        ):
            noting = asyncio.create_task(self._note_checkpoints(lines))
            try:
                yield
            finally:
                noting.cancel()

    async def _note_checkpoints(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            checkpoint_line = json.loads(line)
            checkpoint = Checkpoint(
                time.monotonic(),
                checkpoint_line["epoch"],
                checkpoint_line["seq"],
                checkpoint_line["digest"],
            )
            self.checkpoints_seen[checkpoint_line["project"]].append(checkpoint)

    def figures(self) -> Figures:
        """The present state of the run."""
        replicas = [musician.room.replica for musician in self.stage.musicians]
        return Figures(
            elapsed=time.monotonic() - self._began_at if self._began_at else 0.0,
            seconds=self._arguments.seconds,
            seed=self._arguments.seed,
            faults_in_force=sorted(self.faults_in_force),
            faults=[FaultFigures(name, c.times, c.acked) for name, c in self.counted.items()],
            nodes_up=[node.is_running for node in self.stage.cluster.nodes],
            live=sum(musician.room.is_live for musician in self.stage.musicians),
            musicians=len(replicas),
            acked=len(self.tally.acked),
            head=max((r.position.seq for r in replicas if r.position), default=0),
        )

    async def _do_harm(self, stop: asyncio.Event) -> None:
        """Each kind once, in an order by the seed; then two at a time, as the dice say."""
        rng, deadline = self.stage.rng, self._began_at + self._arguments.seconds
        latest = self._began_at + _longest(self._arguments.seconds)
        chosen_faults = [fault for fault in FAULTS if fault.name in self.counted]
        first_round = rng.sample(chosen_faults, len(chosen_faults))
        await wait(stop, RECOVERY_SECONDS[0])
        for faults_left, fault in zip(range(len(first_round), 0, -1), first_round, strict=True):
            share = (deadline - time.monotonic()) / faults_left
            share = min(max(MIN_SHARE, share), SHARE)
            if stop.is_set() or time.monotonic() > latest:
                return
            await self._do_one_fault(fault, share, stop)
        for fault in first_round:
            while any(self._proves_nothing(fault)) and time.monotonic() < latest:
                if stop.is_set():
                    return
                await self._do_one_fault(fault, MIN_SHARE, stop)
        while not stop.is_set() and time.monotonic() + SHARE < deadline:
            async with asyncio.TaskGroup() as tasks:
                for fault in _unlike(rng.sample(chosen_faults, min(2, len(chosen_faults)))):
                    tasks.create_task(self._do_one_fault(fault, SHARE, stop))
        await wait(stop, deadline - time.monotonic())

    def _is_to_come(self, fault: Fault) -> bool:
        """Whether another promotion is: each kind happens once before any happens twice."""
        other_failovers = {name for name in self.counted if name.startswith(FAILOVER)} - {
            fault.name
        }
        return any(not self.counted[name].times for name in other_failovers)

    async def _do_one_fault(self, fault: Fault, seconds: float, stop: asyncio.Event) -> None:
        ends_at = time.monotonic() + seconds
        fault_counts = self.counted[fault.name]
        began_at, before = time.monotonic(), len(self.tally.acked)
        self.faults_in_force.add(fault.name)
        self.stage.history.note(What.FAULT, "chaos", text=fault.name)
        harmed_words = await fault.harm(self.stage, _within(HARM_SECONDS, seconds * HARM_SHARE))
        self.stage.history.note(What.HEALED, "chaos", text=f"{fault.name}: {harmed_words}")
        self.faults_in_force.discard(fault.name)
        fault_counts.times += 1
        if fault.name.startswith(FAILOVER) and self._is_to_come(fault):
            self.stage.begin_standby()
        fault_counts.acked += len(self.tally.acked) - before
        fault_counts.seconds += time.monotonic() - began_at
        await wait(stop, _within(RECOVERY_SECONDS, ends_at - time.monotonic()))

    def _measured(self) -> dict[str, Any]:
        musicians = self.stage.musicians
        return {
            "seed": self._arguments.seed,
            "seconds": round(self._played, 1),
            "nodes": len(self.stage.cluster.nodes),
            "musicians": len(musicians),
            "acked": len(self.tally.acked),
            "faults": {
                name: {"times": c.times, "acked": c.acked, "seconds": round(c.seconds, 1)}
                for name, c in self.counted.items()
            },
            "reconnects": sum(musician.client.connections - 1 for musician in musicians),
            "resent": sum(musician.room.resent for musician in musicians),
            "sent_again_acked": self.stage.echoes_acked,
            "refused": len(self.tally.refused),
            "ack_ms": percentiles.summary(self.tally.ack_ms),
            "history": str(self.stage.history.path),
            "happenings": len(self.stage.history.happenings),
        }

    def _proves(self) -> dict[str, Any]:
        hostile = self.stage.hostile
        return {
            "hostile_was_told": dict(hostile.answers) if hostile is not None else {},
            "problems": list(self.stage.problems),
            "vacuous": list(self._vacuous()),
        }

    def _vacuous(self) -> Iterator[str]:
        """Why this run proves less than it says."""
        for fault in FAULTS:
            if fault.name in self.counted:
                yield from self._proves_nothing(fault)
        if len(self.counted) == len(FAULTS):
            yield from self._nothing_hurt()

    def _proves_nothing(self, fault: Fault) -> Iterator[str]:
        """Why this fault has not been one yet."""
        fault_counts = self.counted[fault.name]
        if not fault_counts.times:
            yield f"{fault.name} did not happen: {self._arguments.seconds:g} s were too short"
            return
        if not fault_counts.acked and not fault.stops_acks:
            yield f"no delta was acknowledged during {fault.name}"
        if fault.must_hit and not self.stage.hits_by_fault[fault.name]:
            yield f"{fault.name}: {fault.must_hit}"
        if fault.name == "deltas_sent_again" and not self.stage.echoes_acked:
            yield "no delta that was sent again was answered"

    def _nothing_hurt(self) -> Iterator[str]:
        if not any(musician.client.connections > 1 for musician in self.stage.musicians):
            yield "nobody had to connect again"
        if not any(musician.room.resent for musician in self.stage.musicians):
            yield "no delta had to be sent again"


async def run_chaos(arguments: argparse.Namespace) -> dict[str, Any]:
    """The whole run; returns its report."""
    console, stop = Console(stderr=True), asyncio.Event()
    rng = random.Random(arguments.seed)
    path = _history_path(arguments.keep)
    crowd_words = f"{arguments.nodes} nodes and {arguments.musicians} musicians"
    console.print(f"starting {crowd_words}; seed {arguments.seed} ...", style="dim")
    with (
        data_directory(arguments.keep, "chaos") as directory,
        interrupt_sets(stop),
        History(path) as history,
    ):
        stage = await proxied_cluster(directory, _options(arguments), rng, history)
        async with stage.cluster:
            chaos = Chaos(arguments, stage)
            try:
                await chaos.set_up()
                await run_shown(
                    chaos.run(stop),
                    stop,
                    console,
                    lambda: live(chaos.figures()),
                    lambda: plain_line(chaos.figures()),
                )
                report = await chaos.judge()
            finally:
                await stage.close()
    if not arguments.keep and is_kept(report):
        shutil.rmtree(path.parent)
        report["history"] = None
    console.print(verdict(report))
    return report


def is_kept(report: dict[str, Any]) -> bool:
    """Whether every promise was kept, and the run says something."""
    return not any(report[name] for name in BROKEN) and bool(report["converged"])


def _options(arguments: argparse.Namespace) -> ClusterOptions:
    if arguments.plant:
        return ClusterOptions(arguments.nodes, PLANTED, {"PRIME_PLANT": ",".join(arguments.plant)})
    return ClusterOptions(arguments.nodes)


def _history_path(keep: Path | None) -> Path:
    directory = resolved(keep) if keep else Path(tempfile.mkdtemp(prefix="prime-history-"))
    return directory / "history.jsonl"


def _unlike(faults: Sequence[Fault]) -> list[Fault]:
    """At most one of each family: what is down cannot be killed, nor healed by two."""
    chosen_faults: list[Fault] = []
    for fault in faults:
        if not any(fault.families & chosen_fault.families for chosen_fault in chosen_faults):
            chosen_faults.append(fault)
    return chosen_faults


def _longest(seconds: float) -> float:
    """How long a run of so many seconds may last."""
    return max(seconds * LONGER, min(seconds * LONGER_IF_SHORT, SHORT_SECONDS))


def _within(bounds: tuple[float, float], seconds: float) -> float:
    return min(max(seconds, bounds[0]), bounds[1])
