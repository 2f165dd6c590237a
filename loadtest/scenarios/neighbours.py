"""The scenario `neighbours`: what a large project beside it costs a quiet room."""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any

from rich.console import Console
from rich.table import Table

from files.upload import upload
from loadtest.bare.bare_prime import BarePrime, PrimeRefused
from loadtest.data_directory import data_directory
from loadtest.load.generator_checks import disturbed
from loadtest.nodes.child_programs import beside
from loadtest.nodes.pinned_node import kept_waiting_seconds
from loadtest.nodes.without_limits import WITHOUT_LIMITS
from loadtest.percentiles import summary
from loadtest.reports.console_output import wide_console
from loadtest.songs.large_song import large_song
from machine.children.child_program import CHECKOUT
from machine.local_node import LocalNode
from machine.niceness import stepped_back
from prime_client.client import Client
from prime_client.connecting.codec import Message
from prime_client.copy.state_ops import Op, State

BYTES_PER_ENTITY = 150
"""Of the large song, as the server counts a state (rule O16)."""

LOCK_SECONDS = 10.0
WANTED_RATIO = 2.0
SETTLING_SECONDS = 3.0
"""After each thing: what was sent last is answered, and what was broken off is over."""

STEP_OPS = 1_000
READERS = 3
FOREIGN_SESSION = "persistence.tools.foreign_session"

BEHIND = 10
"""How far this process steps back: what the other project's own client computes is not measured."""

LATE_MS = 2.0
"""A writer that is sent on its way later than this, at p99, measures the machine."""

Work = Callable[[], Awaitable[None]]

Span = tuple[float, float]
"""From when until when, in monotonic seconds."""


async def run_neighbours(arguments: argparse.Namespace) -> dict[str, Any]:
    """A quiet room's acks at rest, and beside each thing that may happen to another project."""
    console = wide_console()
    async with AsyncExitStack() as stack:
        directory = stack.enter_context(data_directory(None, "neighbours"))
        node = await stack.enter_async_context(LocalNode(directory, environment=WITHOUT_LIMITS))
        quiet = await _musician(stack, node, "quiet")
        project = (await quiet.projects.create(name="Quiet"))["id"]
        large_project = LargeProjectWork(node)
        with console.status("filling the large project"):
            await large_project.set_up(arguments.size)
        acks = await stack.enter_async_context(_quiet_writer(node.url, quiet, project))
        stack.enter_context(stepped_back(BEHIND))
        began_at, waited = time.monotonic(), kept_waiting_seconds(node.pid)
        report = await _measure(acks, large_project, arguments.seconds, console)
        waited = kept_waiting_seconds(node.pid) - waited
        report["disturbed"] = disturbed(waited / (time.monotonic() - began_at) * 100)
        report["disturbed"] += late_writer(report["ack_ms"])
        report["project_mb"] = round(large_project.state_bytes / 2**20, 1)
        report["refused_calls"] = large_project.refused
    _print_report(console, report)
    return report


async def _musician(stack: AsyncExitStack, node: LocalNode, name: str) -> Client:
    client = await stack.enter_async_context(Client(node.url, device=name, call_seconds=60))
    await client.register(f"{name}@example.org", name, "correct horse battery")
    return client


async def _measure(
    acks: "Acks", large_project: "LargeProjectWork", seconds: float, console: Console
) -> dict[str, Any]:
    phases: dict[str, tuple[Work, float]] = {
        "edited": (large_project.edit, seconds),
        "checkpointed": (large_project.checkpoint, seconds),
        "undone": (large_project.undo, seconds),
        "read": (large_project.read, seconds),
        "locked": (large_project.lock, max(seconds, min(LOCK_SECONDS, 5 * seconds))),
    }
    at_rest: list[Span] = []
    spans: dict[str, list[Span]] = {"rest": at_rest}
    for name, (work, length) in phases.items():
        with console.status(f"the other project: {name}"):
            # Before each of them: at one time only, its p99 was 2.9 ms in one run, 5.8 in the next.
            at_rest.append(await _for_so_long(_nothing, seconds / 2))
            spans[name] = [await _for_so_long(work, length)]
            await asyncio.sleep(min(SETTLING_SECONDS, seconds))
    figures = {name: acks.figures(of_phase) for name, of_phase in spans.items()}
    quiet_p99 = figures["rest"]["p99"]
    ratios = {
        name: round(figure["p99"] / quiet_p99, 2)
        for name, figure in figures.items()
        if name != "rest"
    }
    return {
        "ack_ms": figures,
        "ratios": ratios,
        "ratio": max(ratios.values()),
        "within": max(ratios.values()) <= WANTED_RATIO,
    }


def late_writer(figures: dict[str, dict[str, Any]]) -> list[str]:
    """Where the quiet writer itself was delayed, as sentences."""
    return [
        f"{name}: the quiet writer was itself {figure['writer_late_p99']:.1f} ms late at p99"
        for name, figure in figures.items()
        if (figure["writer_late_p99"] or 0.0) > LATE_MS
    ]


async def _nothing() -> None:
    await asyncio.sleep(0.1)


async def _for_so_long(work: Work, seconds: float) -> Span:
    """Again and again; what is under way at the end is broken off."""
    began_at = time.monotonic()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                await work()
    return began_at, time.monotonic()


class Acks:
    """What the quiet writer has said: when each delta was sent, and how long its ack took."""

    def __init__(self) -> None:
        self._measured_acks: list[tuple[float, float, float]] = []
        """When each was sent, the ms to its ack, and the ms that it was sent late."""

    async def hear(self, lines: asyncio.StreamReader) -> None:
        """Read on, for as long as it writes."""
        async for line in lines:
            sent_at, ack_ms, late_ms = json.loads(line)
            self._measured_acks.append((sent_at, ack_ms, late_ms))

    def figures(self, spans: Sequence[Span]) -> dict[str, Any]:
        """Of those sent then, in milliseconds."""
        of_phase = [
            (ack_ms, late_ms)
            for sent_at, ack_ms, late_ms in self._measured_acks
            if any(since <= sent_at < until for since, until in spans)
        ]
        acks = summary([ack_ms for ack_ms, _ in of_phase])
        late = summary([late_ms for _, late_ms in of_phase])
        return acks | {"acks": len(of_phase), "writer_late_p99": late["p99"]}


@contextlib.asynccontextmanager
async def _quiet_writer(url: str, client: Client, project: str) -> AsyncIterator[Acks]:
    """In a process of its own: what else this one does must not be measured."""
    where = {"PRIME_LOAD_URL": url, "PRIME_LOAD_TOKEN": client.access_token or ""}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadtest.people.quiet_writer"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        env=os.environ | where | {"PRIME_LOAD_PROJECT": project},
        start_new_session=True,  # this one's steps back
    )
    assert process.stdin is not None
    assert process.stdout is not None
    acks = Acks()
    try:
        await process.stdout.readline()
        hearing = asyncio.create_task(acks.hear(process.stdout))
        yield acks
        process.stdin.close()
        await asyncio.wait_for(hearing, 10)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


class LargeProjectWork:
    """The other project, and what is done to it.

    By bare connections: a copy of 20 MiB that followed here would take a core that the server is
    to have, as it has when people work at machines of their own.
    """

    def __init__(self, node: LocalNode) -> None:
        self.refused = 0
        """Calls that were."""
        self.state_bytes = 0
        """Of the state as JSON, once it is filled."""
        self._node = node
        self._editor: BarePrime
        """Who edits, once it is filled."""
        self._readers: list[BarePrime] = []
        """Who read, each over a connection of its own."""
        self._notes: list[str] = []
        """The ids of all notes."""
        self._turns = 0
        """Changes that were made."""
        self._delta_numbers = itertools.count()

    async def set_up(self, megabytes: float) -> None:
        """Filled to so many MiB, as the server counts."""
        async with AsyncExitStack() as stack:
            owner = await _musician(stack, self._node, "large")
            self._project = (await owner.projects.create(name="Large"))["id"]
            room = await owner.join(self._project)
            entities = int(megabytes * 2**20 / BYTES_PER_ENTITY)
            await upload(room, list(large_song(entities, seed=1)))
            snapshot = await owner.snapshots.create(project=self._project, name="full")
            self._snapshot, self._head = snapshot["id"], snapshot["position"]["seq"]
            self._notes, self.state_bytes = list(room.state["notes"]), _state_bytes(room.state)
            token = owner.access_token
        self._editor = await BarePrime.open(self._node.url, "editor", token)
        await self._editor.join(self._project)
        for number in range(READERS):
            self._readers.append(await BarePrime.open(self._node.url, f"reader-{number}", token))

    async def edit(self) -> None:
        """A note at a time, forty a second: the checkpoint comes by itself."""
        await self._propose("delta", ops=[self._change(1)])
        await asyncio.sleep(0.025)

    async def checkpoint(self) -> None:
        """A snapshot for each edit: the whole state is written and copied."""
        await self._propose("delta", ops=[self._change(1)])
        await self._call(self._editor, "snapshots.create", name="again")

    async def undo(self) -> None:
        """A step of a thousand changes is made, taken back and done again."""
        await self._propose("delta", ops=[self._change(n) for n in range(STEP_OPS)])
        await self._propose("undo")
        await self._propose("redo")

    async def read(self) -> None:
        """All of its history, its snapshots and its past, over three connections."""
        async with AsyncExitStack() as stack:
            for reader in self._readers:
                stack.push_async_callback(_cancelled, asyncio.create_task(self._read_on(reader)))
            await asyncio.Event().wait()

    async def _read_on(self, reader: BarePrime) -> None:
        while True:
            await self._call(reader, "history.list", entity=self._notes[0], limit=200)
            await self._call(reader, "history.at", seq=self._head // 2, part=0)
            await self._call(reader, "snapshots.diff", before=self._snapshot)

    async def lock(self) -> None:
        """Somebody's session holds its row, and its own edits wait."""
        async with beside(self._node.database_url, FOREIGN_SESSION, "lock", self._project):
            while True:
                self._editor.send(self._proposal("delta", ops=[self._change(1)]))
                await asyncio.sleep(0.25)

    async def _call(self, prime: BarePrime, method: str, **params: Any) -> None:
        try:
            await prime.call(method, project=self._project, **params)
        except PrimeRefused:
            self.refused += 1

    async def _propose(self, kind: str, **more: Any) -> None:
        message = self._proposal(kind, **more)
        await self._editor.ask(message["id"], message)

    def _proposal(self, kind: str, **more: Any) -> Message:
        delta_id = f"large-delta-{next(self._delta_numbers):06}"
        return {"t": kind, "project": self._project, "id": delta_id, **more}

    def _change(self, n: int) -> Op:
        self._turns += 1
        note = self._notes[(self._turns * 7_919 + n) % len(self._notes)]
        return {"op": "set", "col": "notes", "id": note, "props": {"vel": self._turns % 97 / 97}}


def _state_bytes(state: State) -> int:
    return sum(
        len(json.dumps(entity, separators=(",", ":"))) + len(entity_id)
        for entities in state.values()
        for entity_id, entity in entities.items()
    )


async def _cancelled(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _print_report(console: Console, report: dict[str, Any]) -> None:
    title = f"neighbours: acks of a quiet room beside a project of {report['project_mb']} MiB"
    table = Table(title=title, title_justify="left", box=None)
    for heading in ("the other project is", "p50 ms", "p99 ms", "ratio"):
        table.add_column(heading, justify="left" if heading.startswith("the") else "right")
    for name, figure in report["ack_ms"].items():
        ratio = report["ratios"].get(name, "")
        table.add_row(name, str(figure["p50"]), str(figure["p99"]), str(ratio))
    console.print(table)
    console.print(f"ratio {report['ratio']} (at most {WANTED_RATIO:g} wanted)")
    for why in report["disturbed"]:
        console.print(f"the machine was busy: {why}", highlight=False)
