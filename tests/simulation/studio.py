"""A studio under one seed: the real hub and real replicas, and a world that fails between them."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from structlog.testing import capture_logs

from persistence.journal.contract import Checkpoint
from persistence.journal.memory import MemoryJournal
from prime_client.connecting.codec import Message
from rooms.document.document import Document
from rooms.edits import made_ops
from rooms.journal import tail
from rooms.journal.entry import Entry
from schema.entities import empty_state
from schema.server_limits import CATCH_UP_ENTRIES, MADE_OPS, MAX_TAIL_BYTES
from server.commits import committer, group_committer
from server.encoding.codec import JSON
from server.events.events import EventSubject
from server.live import room_journal
from server.loop import threads
from server.metrics.counter_catalogue import ALARMING
from server.nodes.bus_memory import Exchange
from server.states import freeing
from server.states.stored_state import read_document
from tests.simulation.applied_entry import apply_entry
from tests.simulation.client import Client
from tests.simulation.project import PROJECT
from tests.simulation.world.node import Node
from tests.simulation.world.unreliable_journal import UnreliableJournal
from tests.simulation.world.virtual_loop import Stuck, run_virtually

DRAIN_SECONDS = 60.0

GOES_BACK_EVERY, GOES_BACK = 5, 2
"""In every fifth seed, from the third on, a standby that was behind takes over: some entries are
lost, once."""

UNSURE_SECONDS = 4.0
"""After that no node goes on with what was lost: it asks twice a second, and may fail."""

LOCKED_EVERY, LOCKED = 4, 1
"""In every fourth seed, from the second on, a transaction of somebody else takes the row of the
project, twice."""

HOLD_SECONDS = 0.7
"""What waits for longer in such a seed is given back; a server holds it longer."""

EXPLAINED = frozenset({"journal_went_back", "nodes_diverged", "diverged"})
"""Alarms that are true once entries were lost."""

SHORT_TAIL_BYTES = 4_000
"""In a third of the seeds: some ten deltas, so that many come back to a position that is gone."""

Tally = Counter[str]


class SimulationFailed(AssertionError):
    """Something that must never happen did; the message names the seed. `tally`: up to then."""

    def __init__(self, message: str, tally: Tally | None = None) -> None:
        super().__init__(message)
        self.tally: Tally = Counter() if tally is None else tally


LATE = 0.05
"""How often an append is on its way for seconds, in three of five seeds: its author comes back."""


class Studio:
    """Everything of one seed. `make_journal` lets a test plant a bug."""

    options = ""
    """Of the command that runs it again."""

    def __init__(
        self,
        seed: int,
        make_journal: Callable[[MemoryJournal, random.Random], UnreliableJournal],
        memory_journal: type[MemoryJournal],
    ) -> None:
        self.seed = seed
        self.rng = random.Random(seed)
        self.loop = asyncio.get_running_loop()
        self.tally: Tally = Counter()
        self.numbers = iter(range(1, 1_000_000))
        self.lost: set[str] = set()
        self._unsure_until = float("-inf")
        self._failure: str | None = None
        self.loop.set_exception_handler(self._unexpected)
        self.stored = memory_journal(lambda: 1.7e9 + self.loop.time())
        self.journal = make_journal(self.stored, self.rng)
        self.journal.late = LATE if seed % 5 > 1 else 0.0
        self.journal.saved = self._check_checkpoint
        self.stored.create_project(PROJECT, "epoch", JSON.encode(empty_state("Song")))
        self._model = Document(empty_state("Song"))
        self._digests = [self._model.digest]
        self.exchange = Exchange()
        self.is_calm = False
        self.nodes = [Node(self, name) for name in "ab"[: 1 + (seed % 4 != 0)]]
        self.clients: Sequence[Client] = self._people()

    def _people(self) -> Sequence[Client]:
        names = [f"editor_{n}" for n in range(self.rng.randint(3, 4))]
        editors = [Client(self, name, "editor") for name in names]
        for name in names:
            self.stored.grant(PROJECT, name, "editor")
        return [*editors, Client(self, "spectator", "viewer")]

    def later(self, delay: float, what: Callable[[], None]) -> None:
        self.loop.call_later(delay, what)

    def fail(self, why: str) -> None:
        """The first failure counts; the simulation stops at its next step."""
        if self._failure is None:
            self._failure = f"seed {self.seed} at {self.loop.time() - 1_000:.3f} s: {why}"

    def count(self, kind: str, amount: float = 1, about: EventSubject | None = None) -> None:
        """What a hub counts: no alarm without a fault that this seed planted."""
        self.tally[f"counted_{kind}"] += int(amount)
        if kind in ALARMING and not (self.lost and kind in EXPLAINED):
            self.fail(f"the hub counts {kind}, and no fault explains it")

    @property
    def is_unsure(self) -> bool:
        """Whether nodes may still believe in what was lost a moment ago."""
        return self.loop.time() < self._unsure_until

    def _go_back(self) -> None:
        """A standby takes over that has not got the newest entries."""
        entries = self.stored._projects[PROJECT].entries
        kept = len(entries) - self.rng.randint(1, 6)
        while kept > 0 and entries[kept - 1].more:
            kept -= 1  # a group is there or not: no standby has a part of one
        if kept < 1:
            return
        self.tally["went_back"] += 1
        self.lost = {entry.delta_id for entry in entries[kept:]}
        self._unsure_until = self.loop.time() + UNSURE_SECONDS
        self.stored.go_back(PROJECT, kept)
        self._model = Document(empty_state("Song"))
        self._digests = [self._model.digest]
        for client in self.clients:
            client.acknowledged = {i: s for i, s in client.acknowledged.items() if s <= kept}

    def check_durable(self, message: Message) -> None:
        """Nothing is said of what the journal does not hold by now (rule D1)."""
        if message["t"] not in ("ack", "delta"):
            return
        entries = self.stored._projects[PROJECT].entries
        seq = message["seq"]
        is_stored = 1 <= seq <= len(entries) and entries[seq - 1].delta_id == message["id"]
        if not is_stored and not self.is_unsure:
            self.fail(f"{message['t']} of {message['id']} at seq {seq} is not in the journal")

    def check_digest(self, client: Client) -> None:
        """Whoever stands at a seq holds what the journal up to it comes to: at every step."""
        position = client.replica.position
        if position is None or not client.replica.synced:
            return
        self.tally["digests_compared"] += 1
        self._check_no_part(client.name, position.seq)
        if self._digest_at(position.seq) != client.replica.digest and not self.is_unsure:
            self.fail(f"{client.name} holds another song than the journal at seq {position.seq}")

    def _check_checkpoint(self, checkpoint: Checkpoint) -> None:
        """What is stored is what the journal up to it comes to, and says so."""
        self.tally["checkpoints_compared"] += 1
        self._check_no_part("a checkpoint", checkpoint.seq)
        digest = self._digest_at(checkpoint.seq)
        if checkpoint.digest != digest or read_document(checkpoint).digest != digest:
            self.fail(f"the checkpoint at seq {checkpoint.seq} is not the sum of the journal")

    def _check_no_part(self, who: str, seq: int) -> None:
        """Nobody stops inside a group (rule D14)."""
        entries = self.stored._projects[PROJECT].entries
        if 1 <= seq <= len(entries) and entries[seq - 1].more and not self.is_unsure:
            self.fail(f"{who} stands at seq {seq}, inside a group")

    def _digest_at(self, seq: int) -> str:
        """Of the journal's first entries, up to `seq`."""
        for entry in self.stored._projects[PROJECT].entries[len(self._digests) - 1 :]:
            apply_entry(self._model, entry)
            self._digests.append(self._model.digest)
        return self._digests[seq] if seq < len(self._digests) else "ahead of the journal"

    async def run(self) -> None:
        """Work, then calm, then everyone must agree."""
        for client in self.clients:
            self.later(self.rng.uniform(0.0, 0.3), client.connect)
        await self._work()
        await self._drain()
        self._stop_if_failed()
        await self._agree()
        self._stop_if_failed()

    def _lock_row(self) -> None:
        self.tally["rows_locked"] += 1
        self.journal.locked_until = self.loop.time() + self.rng.uniform(0.3, 2.5)

    async def _work(self) -> None:
        if self.seed % LOCKED_EVERY == LOCKED:
            for earliest in (0.3, 2.0):
                self.later(self.rng.uniform(earliest, earliest + 1.5), self._lock_row)
        if self.seed % GOES_BACK_EVERY == GOES_BACK:
            self.later(self.rng.uniform(1.0, 3.5), self._go_back)
        edits = self.rng.randint(60, 120)
        while self.tally["edits"] < edits:
            await asyncio.sleep(self.rng.expovariate(25.0))
            self._stop_if_failed()
            self._something()

    def _something(self) -> None:
        client = self.rng.choice(self.clients)
        chance = self.rng.random()
        if chance < 0.04:
            self._fault_of_a_node(chance)
        elif chance < 0.09 and client.link is not None:
            client.link.cut() if chance < 0.07 else client.link.lose_answers()
        elif chance < 0.20:
            client.repeat()
        elif chance < 0.225:
            self._power_cut()
        elif client.role == "editor" or chance < 0.35:
            for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
                client.edit()

    def _fault_of_a_node(self, chance: float) -> None:
        node = self.rng.choice(self.nodes)
        if chance < 0.03:
            node.crash()
        else:
            node.break_bus()

    def _power_cut(self) -> None:
        """Everyone is away at once, for longer than an empty room stays open."""
        for client in self.clients:
            client.away = self.rng.uniform(1.5, 3.0)
            if client.link is not None:
                client.link.cut()

    async def _drain(self) -> None:
        self.journal.trouble = self.journal.late = self.journal.locked_until = 0.0
        self.is_calm = True
        end = self.loop.time() + DRAIN_SECONDS
        while self.loop.time() < end:
            await asyncio.sleep(0.25)
            self._stop_if_failed()
            head = len(self.stored._projects[PROJECT].entries)
            positions = [client.replica.position for client in self.clients]
            are_there = all(p is not None and p.seq == head for p in positions)
            if are_there and all(client.is_settled for client in self.clients):
                return
        left = {c.name: (c.replica.position, list(c.replica.pending)) for c in self.clients}
        self.fail(f"does not come to rest: {left}")

    async def _agree(self) -> None:
        await asyncio.sleep(12.0)
        entries = self.stored._projects[PROJECT].entries
        self.tally["entries"] += len(entries)
        self.tally["in_groups"] += sum(entry.more for entry in entries)
        self._check_entries(entries)
        expected = await self._replayed(entries)
        for node in self.nodes:
            self._check_room(node, len(entries), expected)
        members = [self._seen_by(client) for client in self.clients]
        if any(seen != {c.replica.you for c in self.clients} for seen in members):
            self.fail(f"members see different people: {members}")
        for client in self.clients:
            self._check_client(client, entries, expected)

    def _check_room(self, node: Node, head: int, expected: Any) -> None:
        hub = node.hub
        live = hub.rooms.get(PROJECT) if hub is not None else None
        if live is None:
            if any(client.link is not None and client.link.node is node for client in self.clients):
                self.fail("a room with members is not open")
        elif live.room.edits.open_proposals or live.room.head != head:
            self.fail("the room is not at rest")
        elif live.room.follower.digest != self._model.digest:
            self.fail("the room's digest is not that of the journal")
        elif live.room.document.frozen() != expected:
            self.fail("the room's document is not the sum of the journal")
        else:
            self.tally["rooms_shared"] += live.room.is_shared

    @staticmethod
    def _seen_by(client: Client) -> set[str]:
        return set(client.replica.members)

    def _check_entries(self, entries: list[Entry]) -> None:
        ids = Counter(entry.delta_id for entry in entries)
        twice = [delta_id for delta_id, count in ids.items() if count > 1]
        if twice:
            self.fail(f"in the journal more than once: {twice}")
        if [entry.seq for entry in entries] != list(range(1, len(entries) + 1)):
            self.fail("the journal has a hole")
        if not self.lost:
            self._check_order(entries)

    def _check_order(self, entries: list[Entry]) -> None:
        """One client's deltas are in the order it made them in (rules D12, D13, J15)."""
        newest: dict[str, str] = {}
        for entry in entries:
            client, is_clients, _ = entry.delta_id.partition("-delta-")
            if not is_clients:
                continue  # a part of a group, which the server named
            before = newest.get(client, "")
            if entry.delta_id < before:
                self.fail(f"{entry.delta_id} came late, at seq {entry.seq}: behind {before}")
            newest[client] = max(before, entry.delta_id)

    async def _replayed(self, entries: list[Entry]) -> Any:
        checkpoint = await self.stored.load(PROJECT)
        document = read_document(checkpoint)
        for entry in entries[checkpoint.seq :]:
            apply_entry(document, entry)
        self._digest_at(len(entries))
        expected = self._model.frozen()
        if document.frozen() != expected:
            self.fail("checkpoint and journal are not the sum of the whole journal")
        return expected

    def _check_client(self, client: Client, entries: list[Entry], expected: Any) -> None:
        if not client.is_settled:
            self.fail(f"{client.name} is not at rest")
        if client.replica.state != expected:
            self.fail(f"{client.name} holds another song")
        if client.replica.gestures:
            self.fail(f"{client.name} sees ghosts: {client.replica.gestures}")
        for delta_id, seq in client.acknowledged.items():
            if delta_id not in self.lost and entries[seq - 1].delta_id != delta_id:
                self.fail(f"{delta_id} was acknowledged at seq {seq}, which is another delta")
        stored = client.refused & {entry.delta_id for entry in entries}
        if stored:
            self.fail(f"{sorted(stored)} were refused, and are in the journal")
        if not client.must_be_refused <= client.refused:
            missing = sorted(client.must_be_refused - client.refused)
            self.fail(f"{missing} had to be refused")
        self.tally["acknowledged"] += len(client.acknowledged)

    def _stop_if_failed(self) -> None:
        if self._failure is not None:
            again = f"./run simulate{self.options} --first {self.seed} --seeds 1"
            raise SimulationFailed(f"{self._failure} ({again} runs it again)", self.tally)

    def _unexpected(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.fail(f"unexpected: {context.get('exception')!r}: {context['message']}")


NOBODY_ELSE = SimpleNamespace(sleep=lambda _: None)
"""There are no threads here that could be given way to."""


def simulate(
    seed: int,
    make_journal: Callable[[MemoryJournal, random.Random], UnreliableJournal] = UnreliableJournal,
    memory_journal: type[MemoryJournal] = MemoryJournal,
    make_studio: type[Studio] = Studio,
) -> Tally:
    """Run one seed; raises `SimulationFailed`."""
    tallies: list[Tally] = []

    async def main() -> None:
        studio = make_studio(seed, make_journal, memory_journal)
        tallies.append(studio.tally)
        await studio.run()

    # In every second seed each undo of several changes is a group, and is read back in pieces.
    tail_bytes = SHORT_TAIL_BYTES if seed % 3 == 0 else MAX_TAIL_BYTES
    try:
        with (
            capture_logs(),
            patch.object(tail, "MAX_TAIL_BYTES", tail_bytes),
            patch.object(made_ops, "MADE_OPS", 1 if seed % 2 else MADE_OPS),
            patch.object(threads, "time", NOBODY_ELSE),
            patch.object(freeing, "time", NOBODY_ELSE),
            patch.object(room_journal, "CATCH_UP_ENTRIES", 2 if seed % 2 else CATCH_UP_ENTRIES),
            patch.object(committer, "HOLD_SECONDS", HOLD_SECONDS),
            patch.object(group_committer, "HOLD_SECONDS", HOLD_SECONDS),
        ):
            run_virtually(main())
    except Stuck as stuck:
        raise SimulationFailed(f"seed {seed}: {stuck}") from stuck
    return tallies[0]
