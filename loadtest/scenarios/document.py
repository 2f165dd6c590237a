"""The scenario `document`: what edits, undo, snapshots and time travel cost as a project grows."""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from files.upload import upload
from loadtest.load.saturating_writer import SaturatingWriter
from loadtest.nodes.node_metrics import longest, scrape
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.reports.console_output import wide_console
from loadtest.songs.large_song import large_song
from machine.local_node import LocalNode
from prime_client.client import Client
from prime_client.copy.state_ops import Op
from prime_client.room import Room

SMALL = 5_000
"""Entities of the project that the large one is compared with."""

ROUNDS = 11
DELTAS_PER_ROUND = 1_500
WRITERS = 8
IN_FLIGHT = 25
"""Deltas each of the writers has under way: together as many as fill a batch."""

ROUND_PAUSE_SECONDS = 4.0
"""A connection may say 400 things a second, twice as many in a burst."""

REPEATS = 5
RESTORED_CHANGES = 500
"""Entities changed between the snapshot and the restore of it."""


async def run_document(arguments: argparse.Namespace) -> dict[str, Any]:
    """Two servers one after the other, each with one project; and the ratio of what they cost."""
    sizes = [min(SMALL, arguments.entities), arguments.entities]
    console = wide_console()
    figures_by_size = []
    with Progress(console=console, transient=True) as progress:
        for size in sizes:
            task = progress.add_task(f"{size:,} entities", total=None)
            figures_by_size.append(await _measure(size, arguments.seed))
            progress.remove_task(task)
    small, large = figures_by_size
    report = {
        **large,
        "at_small": small,
        "growth_ratio": round(large["hub_us_per_delta"] / small["hub_us_per_delta"], 3),
        "stall_max_ms": max(small["stall_max_ms"], large["stall_max_ms"]),
    }
    _print_report(console, report)
    return report


ENVIRONMENT = {"PRIME_STALL_PROBE": "1", **WITHOUT_LIMITS}


async def _measure(size: int, seed: int) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="prime-load-"))
        node = LocalNode(Path(directory) / "data", environment=ENVIRONMENT)
        await stack.enter_async_context(node)
        client = await stack.enter_async_context(Client(node.url, device="scale", call_seconds=60))
        await client.register("scale@example.org", "scale", "correct horse battery")
        project = (await client.projects.create(name="Scale"))["id"]
        room = await client.join(project)
        bench = _Bench(node, client, room, random.Random(seed))
        return await bench.measure(size)


class _Bench:
    """One project, one musician, and a stopwatch."""

    def __init__(self, node: LocalNode, client: Client, room: Room, rng: random.Random) -> None:
        self._node = node
        self._client = client
        self._room = room
        self._rng = rng
        self._stalls: dict[str, float] = {}
        self._lateness = 0.0

    async def measure(self, size: int) -> dict[str, Any]:
        """Everything, on a project of so many entities."""
        empty_mb = self._node.rss_mb
        await self._stalls_of("upload", upload(self._room, list(large_song(size))))
        entities = sum(map(len, self._room.state.values()))
        grown_mb = self._node.rss_mb - empty_mb
        figures: dict[str, Any] = {"entities": entities}
        figures |= await self._stalls_of("edits", self._edits())
        figures |= await self._stalls_of("undo", self._undo())
        figures |= await self._stalls_of("snapshots", self._snapshots())
        figures |= await self._stalls_of("join", self._join())
        figures["bytes_per_entity"] = round(grown_mb * 2**20 / entities)
        figures["hub_rss_mb"] = round(self._node.rss_mb, 1)
        figures["stall_ms"] = self._stalls
        figures["stall_max_ms"] = max(self._stalls.values())
        figures["late_max_ms"] = self._lateness
        return figures

    async def _stalls_of(self, phase: str, work: Awaitable[Any]) -> Any:
        """The work's result; and the longest stall of the server's loop meanwhile.

        Of a stall the time without a core (as the kernel tells it) is no part; of lateness it is.
        """
        before = await scrape(self._node.url)
        result = await work
        after = await scrape(self._node.url)
        self._stalls[phase] = longest(before, after, "prime_probe_stall_seconds") or 0.0
        self._lateness = max(
            self._lateness, longest(before, after, "prime_probe_late_seconds") or 0.0
        )
        return result

    async def _edits(self) -> dict[str, Any]:
        """Sets of single properties, many in flight: deltas a second, and the server's own time."""
        rates, costs = [], []
        async with AsyncExitStack() as stack:
            writers = [
                await stack.enter_async_context(
                    SaturatingWriter(
                        self._node.url, self._client.access_token, self._room.project, n
                    )
                )
                for n in range(WRITERS)
            ]
            for _ in range(ROUNDS):
                cpu, began_at = self._node.cpu_seconds, time.perf_counter()
                shares = [DELTAS_PER_ROUND // WRITERS] * WRITERS
                pairs = zip(writers, shares, strict=True)
                await asyncio.gather(*(w.write(n, self._any_edit, IN_FLIGHT) for w, n in pairs))
                rates.append(sum(shares) / (time.perf_counter() - began_at))
                await asyncio.sleep(ROUND_PAUSE_SECONDS)  # what was put off belongs to it too
                costs.append((self._node.cpu_seconds - cpu) / sum(shares) * 1e6)
        edit_ms = [await _timed(self._one_edit) for _ in range(100)]
        return {
            "deltas_per_second": round(statistics.median(rates)),
            "hub_us_per_delta": round(statistics.median(costs), 1),
            "hub_us_per_delta_mean": round(statistics.mean(costs), 1),
            "ack_ms": round(statistics.median(edit_ms), 2),
        }

    async def _one_edit(self) -> None:
        await self._room.saved(self._room.edit([self._any_edit()]))

    def _any_edit(self) -> Op:
        note = self._rng.choice(self._notes())
        return {"op": "set", "col": "notes", "id": note, "props": {"vel": self._rng.random()}}

    def _notes(self) -> list[str]:
        if not hasattr(self, "_note_ids"):
            self._note_ids = list(self._room.state["notes"])
        return self._note_ids

    async def _undo(self) -> dict[str, Any]:
        return {
            "undo_ms": await _median(self._room.undo, 20),
            "redo_ms": await _median(self._room.redo, 20),
        }

    async def _snapshots(self) -> dict[str, Any]:
        call, project = self._client.call, self._room.project
        made_snapshot = await call("snapshots.create", project=project, name="before")
        snapshot, seq = made_snapshot["id"], made_snapshot["position"]["seq"]
        figures = {
            "snapshot_ms": await _median(
                lambda: call("snapshots.create", project=project, name="again"), REPEATS
            )
        }
        restores, diffs, sizes = [], [], []
        for number in range(REPEATS):
            await self._change_some()
            diffs.append(
                await _timed(lambda: call("snapshots.diff", project=project, before=snapshot))
            )
            answer: dict[str, Any] = {}

            async def restore(name: str = f"restore-{number}", answer: Any = answer) -> None:
                answer |= await call(
                    "snapshots.restore", project=project, snapshot=snapshot, id=name
                )

            restores.append(await _timed(restore))
            sizes.append(answer["ops"])
        figures["diff_ms"] = round(statistics.median(diffs), 1)
        figures["restore_ms"] = round(statistics.median(restores), 1)
        figures["restore_ops"] = statistics.median(sizes)
        travels = [
            await _timed(lambda seq=seq - n: self._client.state_at(project, seq=seq))  # type: ignore[misc]
            for n in range(0, REPEATS * 10, 10)
        ]
        figures["time_travel_ms"] = round(statistics.median(travels), 1)
        return figures

    async def _change_some(self) -> None:
        ops = [self._any_edit() for _ in range(RESTORED_CHANGES)]
        await self._room.saved(self._room.edit(ops))

    async def _join(self) -> dict[str, Any]:
        token = self._client.access_token

        async def join(device: str) -> None:
            async with Client(self._node.url, device=device, access_token=token) as joining_client:
                await joining_client.join(self._room.project)

        times = [await _timed(lambda n=n: join(f"joiner-{n}")) for n in range(REPEATS)]  # type: ignore[misc]
        return {"join_ms": round(statistics.median(times), 1)}


async def _timed(work: Callable[[], Awaitable[Any]]) -> float:
    """How long it took, in ms."""
    began_at = time.perf_counter()
    await work()
    return (time.perf_counter() - began_at) * 1_000


async def _median(work: Callable[[], Awaitable[Any]], times: int) -> float:
    return round(statistics.median([await _timed(work) for _ in range(times)]), 2)


def _print_report(console: Console, report: dict[str, Any]) -> None:
    small = report["at_small"]
    table = Table(title="document: what it costs as it grows", title_justify="left", box=None)
    table.add_column("")
    table.add_column(f"{small['entities']:,} entities", justify="right")
    table.add_column(f"{report['entities']:,} entities", justify="right")
    for name, value in small.items():
        if name != "entities":
            table.add_row(name, str(value), str(report[name]))
    console.print(table)
    console.print(f"growth_ratio {report['growth_ratio']} (at most 1.3 wanted)")
    console.print(f"stall_max_ms {report['stall_max_ms']} (at most 10 wanted)")
