"""Bugs to be planted in a simulated studio: each of them must be noticed."""

import asyncio
import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from msgspec import structs

import rooms.edits.edits
import rooms.room
import server.live.hub
import server.live.live_room
from persistence.journal.contract import AppendResult, KnownHead
from persistence.journal.memory import MemoryJournal
from rooms.edits.answers import Answering
from rooms.edits.edits import Edits
from rooms.edits.proposals import Asker
from rooms.effects import Effects, Job, LookUp, Packet
from rooms.joining import Joining
from rooms.journal.entry import Entry, Outcome, Proposal
from rooms.journal.follower import JournalFollower
from rooms.presence.seat import JoinRequest, Seat
from schema.messages import Ack, DeltaCommitted, Position, ProposeDelta
from server.live.room_jobs import FrozenState, RoomJobs
from server.live.room_journal import RoomJournal
from tests.simulation.offline_studio import OfflineStudio
from tests.simulation.studio import Studio, Tally, simulate
from tests.simulation.world.unreliable_journal import UnreliableJournal


class HastyJournal(UnreliableJournal):
    """Says that it has stored, then stores: unless it is away, or the process dies meanwhile."""

    async def append(
        self, proposals: Sequence[Proposal], known: Mapping[str, KnownHead]
    ) -> AppendResult:
        hoped_for = await copy.deepcopy(self.inner).append(proposals, known)
        if self.rng.random() >= self.trouble:
            await self.inner.append(proposals, known)
        return hoped_for


class ForgetfulJournal(MemoryJournal):
    """Stores whatever it is given, as often as it is given."""

    def _known_outcome(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        return None


class ForgetfulAnswering(Answering):
    """Does not remember what it has seen."""

    def known(self, asker: Asker) -> Effects | None:
        return None


class LossyAnswering(Answering):
    """Keeps the last op of a delta from all but its author."""

    def tell(
        self, askers: Sequence[Asker], packet: Packet, ack: Ack, *, is_ours: bool = True
    ) -> Effects:
        assert isinstance(packet.message, DeltaCommitted)
        if len(packet.message.ops) > 1:
            packet.message = structs.replace(packet.message, ops=packet.message.ops[:-1])
        return super().tell(askers, packet, ack, is_ours=is_ours)


class TrustingFollower(JournalFollower):
    """Takes what comes over the bus for what is next."""

    def on_remote_entry(self, entry: Entry, previous: str | None = None) -> Job:
        self.head = max(self.head, entry.seq - 1)
        yield from super().on_remote_entry(entry)


class LateJoining(Joining):
    """Gives a joiner the encoded state, and only what comes after it has come in."""

    def _admit(self, seat: Seat, resumed_at: Position | None) -> Effects:
        effects = super()._admit(seat, resumed_at)
        if resumed_at is None and seat.feed is not None:
            seat.feed.seq = self._follower.head
        return effects


class CredulousJoining(Joining):
    """Believes that a copy is the journal's because its position is."""

    def is_another_copy(self, request: JoinRequest) -> bool:
        return False


class SilentRoomJournal(RoomJournal):
    """Leaves a delta unanswered when the journal cannot be asked: the first bug found here."""

    async def look_up(self, look_up: LookUp) -> None:
        found = await self._journal.find(look_up.proposal)
        self._jobs.run(self._room.edits.looked_up(look_up, found))


class HastyJobs(RoomJobs):
    """Takes the state as it is, also inside a group."""

    def _take_frozen_state(self, taken: asyncio.Future[FrozenState]) -> Job:
        follower = self._room.follower
        was_inside, follower.is_inside_group = follower.is_inside_group, False
        yield from super()._take_frozen_state(taken)
        follower.is_inside_group = was_inside


class ForgetfulEdits(Edits):
    """Judges a delta by what is committed when it arrives, whatever it was made on."""

    def _base_of(self, delta: ProposeDelta) -> int:
        return self.follower.head


class HastyEdits(Edits):
    """Lets what is queued go on before all that is given back with it is refused."""

    def given_back(
        self, proposals: Sequence[Proposal], outcome: Outcome = Outcome.UNAVAILABLE
    ) -> Job:
        for proposal in proposals:
            yield from super().given_back([proposal], outcome)


@dataclass(frozen=True)
class Plant:
    """What takes the place of the real thing. `studio`: the one in which it is noticed."""

    journal: type[UnreliableJournal] = UnreliableJournal
    memory: type[MemoryJournal] = MemoryJournal
    joining: type[Joining] = Joining
    answering: type[Answering] = Answering
    follower: type[JournalFollower] = JournalFollower
    reads: type[RoomJournal] = RoomJournal
    jobs: type[RoomJobs] = RoomJobs
    edits: type[Edits] = Edits
    studio: type[Studio] = Studio


PLANTS = {
    "": Plant(),
    "ack_before_commit": Plant(journal=HastyJournal),
    "no_dedupe": Plant(memory=ForgetfulJournal, answering=ForgetfulAnswering),
    "subscribe_after_load": Plant(joining=LateJoining),
    "lossy_news": Plant(answering=LossyAnswering),
    "trusting_bus": Plant(follower=TrustingFollower),
    "copies_believed": Plant(joining=CredulousJoining),
    "look_up_unanswered": Plant(reads=SilentRoomJournal),
    "moments_inside": Plant(jobs=HastyJobs),
    "given_back_one_by_one": Plant(edits=HastyEdits),
    "base_unread": Plant(edits=ForgetfulEdits, studio=OfflineStudio),
}


@contextmanager
def planted(name: str) -> Iterator[Plant]:
    plant = PLANTS[name]
    with (
        patch.object(rooms.room, "Joining", plant.joining),
        patch.object(rooms.room, "Edits", plant.edits),
        patch.object(rooms.edits.edits, "Answering", plant.answering),
        patch.object(rooms.edits.edits, "JournalFollower", plant.follower),
        patch.object(server.live.live_room, "RoomJournal", plant.reads),
        patch.object(server.live.live_room, "RoomJobs", plant.jobs),
    ):
        yield plant


def run_seed(seed: int, plant: str = "", *, offline: bool = False) -> Tally:
    with planted(plant) as bug:
        studio = OfflineStudio if offline else bug.studio
        return simulate(seed, bug.journal, bug.memory, studio)
