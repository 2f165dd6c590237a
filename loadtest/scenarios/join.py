"""The scenario `join`: all at once into one room with a large project, while others work in it."""

import argparse
import asyncio
import time
import zlib
from collections.abc import Callable, Sequence
from typing import Any

import msgpack
from rich.progress import Progress

from files.upload import upload
from loadtest.bare.bare_client import BareConnection, HandshakeFailed
from loadtest.bare.bare_prime import Account, BarePrime, PrimeRefused
from loadtest.bare.slow_line import SlowLine
from loadtest.load.cursor_watch import CursorsSeen, CursorWatch, Watch, watching
from loadtest.load.generator_checks import (
    LAG_BOUND_OF_SECONDS_MS,
    LoopLag,
    disturbed,
    problems,
    verdict,
)
from loadtest.nodes.node_metrics import Metrics, happened, scrape
from loadtest.nodes.pinned_node import PinnedNode, pinned_node
from loadtest.nodes.process_samples import Samples
from loadtest.percentiles import percentile, summary
from loadtest.reports.console_output import wide_console
from loadtest.reports.report_table import Target
from loadtest.reports.scenario_report import ScenarioReport
from loadtest.songs.large_song import full_song, large_song
from prime_client.client import Client
from prime_client.connecting.codec import Message, codec_named
from prime_client.copy.digest import digest

INSIDE_HZ = 30.0
QUIET_SECONDS = 4.0
AFTER_SECONDS = 1.0
"""How long those inside are watched after the last has joined."""

FULL_ENTITIES = 100_000
"""From so many on the project is as full as it may be, and joined over slow lines."""

CUT_OFF = tuple(
    f"aborted_connections.{why}" for why in ("outbox_full", "slow_reader", "fell_behind")
)
"""How a server ends connections that it could not write to."""

FULLY_DECODED = 5
"""Joiners who keep the whole state and check it; of the others parts and bytes are counted."""

CALL_SECONDS = 60.0
SEED = 1
"""Of the project's values: played by hand, so that they pack as real songs do."""

LEAD = (
    "All clients begin to connect at one moment and join one room with a large project, in which "
    "others move at 30 Hz. Of some the whole state is decoded and its digest checked; of the "
    "others the parts are counted."
)

TARGETS = (
    Target("joined_p95_s", 3),
    Target("encodings", 1),
    Target("cursor_p99_ms", 100),
    Target("failed", 0),
    Target("wrong_states", 0),
)


SLOW_TARGETS = (
    Target("failed", 0),
    Target("cut_off", 0),
    Target("wrong_states", 0),
    Target("cursor_p99_ms", 100),
)


async def run_join(arguments: argparse.Namespace) -> dict[str, Any]:
    """Fill a project, let some work in it, and storm the room."""
    console = wide_console()
    is_full = arguments.entities >= FULL_ENTITIES
    line = arguments.line or (1.0 if is_full else None)
    clients = arguments.clients or (200 if line is None else 50)
    with Progress(console=console, transient=True) as progress:
        step = progress.add_task("starting a server", total=4)
        connections = clients + arguments.inside
        async with pinned_node(connections) as node:
            progress.update(step, description=f"filling {arguments.entities:,} entities")
            account, project, entities = await _filled(node, arguments.entities)
            metrics_before = await scrape(node.url)
            progress.update(step, advance=1, description="those inside come in")
            watch = Watch(account, (project,), arguments.inside, INSIDE_HZ)
            async with watching(watch) as cursors:
                progress.update(step, advance=1, description="cursors alone")
                storm = _Storm(node, account, project, clients, metrics_before, line)
                quiet = await cursors.during(QUIET_SECONDS)
                progress.update(step, advance=1, description=f"{clients} join at once")
                storm.scenario_report.curves["cursors before"] = quiet.ms
                report = await storm.run(cursors)
            progress.update(step, advance=1, description="checking what they got")
            report |= {
                "cursor_quiet_ms": quiet.figures,
                "entities": entities,
                "cores": node.cores.in_words,
            }
    storm.scenario_report.show(report, arguments.report, console)
    return report


async def _filled(node: PinnedNode, entities: int) -> tuple[Account, str, int]:
    """An account with one project of so many entities."""
    async with Client(node.url, device="owner", call_seconds=CALL_SECONDS) as owner:
        user = await owner.register("owner@load.example", "owner", "correct horse battery")
        project = str((await owner.projects.create(name="Large"))["id"])
        room = await owner.join(project)
        is_full = entities >= FULL_ENTITIES
        ops = full_song(entities, SEED) if is_full else list(large_song(entities, seed=SEED))
        await upload(room, ops)
        count = sum(map(len, room.state.values()))
        assert owner.access_token is not None
        account = Account(node.url, "owner@load.example", owner.access_token, user["id"])
    return account, project, count


class Joiner(BarePrime):
    """Joins one room; counts the parts of its state, and keeps them if it is to check them."""

    def __init__(self, connection: BareConnection, on_message: Callable[[Message], None]) -> None:
        super().__init__(connection, on_message)
        self.keeps = False
        self.parts: list[bytes] = []
        self.state_bytes = 0

    def received(self, payload: bytes) -> None:
        """The `on_message` of this connection."""
        self.state_bytes += len(payload)
        if self.keeps:
            message = msgpack.unpackb(payload)
            if message["t"] == "state":
                self.parts.append(message["data"])
        super().received(payload)

    def is_right(self, project: str) -> bool:
        """Whether the state that was kept has the digest that the server named."""
        state = codec_named("msgpack").decode_state(b"".join(self.parts))
        return bool(digest(state) == self.joined[project]["digest"]["digest"])

    @property
    def unpacked_mb(self) -> float:
        """The state that was kept, as it is once unpacked."""
        return len(zlib.decompress(b"".join(self.parts))) / 2**20


class _Storm:
    """So many clients who all begin to connect at one time."""

    def __init__(
        self,
        node: PinnedNode,
        account: Account,
        project: str,
        clients: int,
        metrics_before: Metrics,
        line: float | None,
    ) -> None:
        self._node = node
        self._metrics_before = metrics_before
        self._account = account
        self._project = project
        self._clients = clients
        self._line = line  # MB/s of each client; None: as fast as it can
        targets = TARGETS if line is None else SLOW_TARGETS
        self.scenario_report = ScenarioReport("join: a storm into one room", LEAD, targets)
        self._joined_s: list[float] = []
        self._failures: list[str] = []

    async def run(self, cursors: CursorWatch) -> dict[str, Any]:
        """The storm, and what those inside felt of it."""
        busy_readers = {
            "node": lambda: self._node.cpu_seconds,
            "hub_kept_waiting": lambda: self._node.kept_waiting_seconds,
            "generator": time.process_time,
        }
        levels = {"hub_rss_mb": lambda: self._node.rss_mb}
        async with Samples(busy_readers, levels, every=0.25) as samples, LoopLag() as lag:
            phase = await cursors.phase()
            began_at, cpu = time.perf_counter(), self._node.cpu_seconds
            waited = self._node.kept_waiting_seconds
            everyone = await asyncio.gather(
                *(self._join(n, began_at) for n in range(self._clients))
            )
            generator = lag.cpu_percent
            waited = self._node.kept_waiting_seconds - waited
            node_cpu = self._node.cpu_seconds - cpu
            seconds_passed = time.perf_counter() - began_at
            await asyncio.sleep(AFTER_SECONDS)
            cursors_seen = await phase.end()
        after = await scrape(self._node.url)
        self.scenario_report.samples = samples
        self.scenario_report.curves |= {
            "cursors meanwhile": cursors_seen.ms,
            "joins": [seconds * 1_000 for seconds in self._joined_s],
        }
        joiners = [joiner for joiner in everyone if joiner is not None]
        checked_joiners = [joiner for joiner in joiners if joiner.keeps]
        wrong_copies = sum(not joiner.is_right(self._project) for joiner in checked_joiners)
        for joiner in joiners:
            joiner.close()
        bounds = summary(self._joined_s, 3), percentile(self._joined_s, 95)
        # Long: each line of the report is said once, where it is measured.
        return {
            "joined_p95_s": None if bounds[1] is None else round(bounds[1], 3),
            "encodings": happened(self._metrics_before, after, "states_encoded"),
            "cursor_p99_ms": None if cursors_seen.p99 is None else round(cursors_seen.p99, 2),
            "joined_s": bounds[0] | {"last": round(max(self._joined_s, default=0.0), 3)},
            "clients": self._clients,
            "all_in": len(joiners) == self._clients,
            "line_mb_per_s": self._line,
            "cut_off": sum(happened(self._metrics_before, after, kind) or 0 for kind in CUT_OFF),
            "failed": len(self._failures),
            "failures": sorted(set(self._failures))[:3],
            "fully_decoded": len(checked_joiners),
            "wrong_states": wrong_copies,
            "state_mb": round(max((j.unpacked_mb for j in checked_joiners), default=0.0), 2),
            "mb_each": round(max((j.state_bytes for j in joiners), default=0) / 2**20, 2),
            "cursor_ms": cursors_seen.figures,
            "hub_cpu_s": round(node_cpu, 2),
            "hub_kept_waiting_s": round(waited, 2),
            "hub_rss_mb": samples.highest("hub_rss_mb"),
            "generator_cpu_percent": round(generator, 1),
            "generator_lag_ms": lag.summary,
            **verdict(
                _problems(lag.ms, generator, cursors_seen)
                + disturbed(waited / seconds_passed * 100)
            ),
        }

    async def _join(self, number: int, began_at: float) -> Joiner | None:
        """One client; its time runs from the start of the storm, whenever it could connect."""
        try:
            joiner = await Joiner.open(self._account.url, f"joiner-{number}", self._account.token)
            if self._line is not None:
                SlowLine(joiner.connection, self._line * 1e6)
            joiner.keeps = number % max(1, self._clients // FULLY_DECODED) == 0
            await joiner.join(self._project)
        except (OSError, TimeoutError, HandshakeFailed, PrimeRefused) as error:
            self._failures.append(str(error) or type(error).__name__)
            return None
        self._joined_s.append(time.perf_counter() - began_at)
        return joiner


def _problems(lag_ms: Sequence[float], generator: float, cursors_seen: CursorsSeen) -> list[str]:
    return problems(lag_ms, generator, lag_bound_ms=LAG_BOUND_OF_SECONDS_MS) + cursors_seen.problems
