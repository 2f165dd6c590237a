"""Brings what became of proposals back to their rooms; holds the committers of a node."""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence

from persistence.journal.contract import AppendResult, Journal, KnownHead
from rooms.edits import answers
from rooms.effects import Job
from rooms.journal.entry import STRAYED, Entry, Outcome, Proposal
from schema.errors import ErrorCode
from server.commits.committer import Committer, Took
from server.commits.group_committer import GroupCommitter
from server.events.events import NO_SUBJECT, EventSubject
from server.live.journal_watch import JournalWatch
from server.live.live_room import LiveRoom
from server.live.room_services import Spawn, report_mistake
from server.metrics.metrics import Count

HEAD_OF_CLOSED_ROOM = KnownHead("", 0)
"""For a proposal whose room was closed since: it fits no journal, so nothing is stored."""


class RoomCommits:
    """Those of all rooms of a node."""

    def __init__(
        self,
        rooms: Mapping[str, LiveRoom],
        watch: JournalWatch,
        journal: Journal,
        spawn: Spawn,
        count: Count,
        on_duration: Took,
    ) -> None:
        self._count, self._node_took = count, on_duration
        self.is_degraded = False
        """The journal cannot be written, for no project."""
        self.committer = Committer(
            journal,
            self._known_heads,
            self._committed,
            self._held_back,
            self._degrade,
            count,
            self._took,
        )
        self.groups = GroupCommitter(
            journal, self._known_of, self._group_answered, self._group_failed, spawn, count
        )
        self._rooms = rooms
        self._watch = watch

    def _known_heads(self, projects: set[str]) -> Mapping[str, KnownHead]:
        return {project: self._known_of(project) for project in projects}

    def _known_of(self, project: str) -> KnownHead:
        live = self._rooms.get(project)
        return HEAD_OF_CLOSED_ROOM if live is None else live.known

    def _group_answered(self, parts: Sequence[Proposal], outcome: Outcome, seq: int | None) -> None:
        """The room reads a group back from the journal, in pages: it may be large."""
        live = self._rooms.get(parts[-1].project)
        if live is None:
            return
        if outcome in STRAYED:
            self._watch.epoch_is_over(live, outcome)
        elif outcome is Outcome.COMMITTED and seq is not None:
            live.expect(seq, parts[-1].delta_id)
            live.catch_up()
        else:
            _answer(live, parts[-1], outcome, seq)

    def _group_failed(self, parts: Sequence[Proposal], code: ErrorCode) -> None:
        """It may be stored or not: who sends the same id again finds out."""
        last = parts[-1]
        live = self._rooms.get(last.project)
        if live is not None:
            text = "it is not stored, as far as the server knows; send it again with the same id"
            error = answers.try_again(last.project, last.delta_id, code, text)
            live.run(live.room.gave_up(last, error))
            live.catch_up()

    def _committed(self, batch: list[Proposal], appended: AppendResult) -> None:
        unstored = self._unstored(batch, appended)
        by_project: dict[str, list[Entry]] = defaultdict(list)
        for entry in appended.entries:
            by_project[entry.project].append(entry)
        for project, entries in by_project.items():
            live = self._rooms.get(project)
            if live is not None:
                try:
                    live.take_committed(entries)
                except Exception as error:  # the journal has them: they are read from there
                    report_mistake(project, error, "what is committed for room")
                    live.catch_up()
        for proposal, outcome, seq in unstored:
            live = self._rooms.get(proposal.project)
            if live is not None:
                _answer(live, proposal, outcome, seq)

    def _unstored(
        self, batch: list[Proposal], appended: AppendResult
    ) -> list[tuple[Proposal, Outcome, int | None]]:
        """What was not stored now, for its room to answer; the entry of any other answers it.

        Rooms whose journal went back or has another epoch are closed (F31).
        """
        unstored: list[tuple[Proposal, Outcome, int | None]] = []
        for proposal, (outcome, seq) in zip(batch, appended.outcomes, strict=True):
            if outcome in STRAYED:
                if (live := self._rooms.get(proposal.project)) is not None:
                    self._watch.epoch_is_over(live, outcome)
            elif outcome is not Outcome.COMMITTED:
                unstored.append((proposal, outcome, seq))
        return unstored

    def _took(self, came_at: Mapping[str, Sequence[float]], committed_at: float) -> None:
        """How long the deltas of each room waited until it was told."""
        now = time.monotonic()
        for project, times in came_at.items():
            live = self._rooms.get(project)
            if live is not None:
                for at in times:
                    live.acks.observe(now - at)
        self._node_took(came_at, committed_at)

    def _held_back(self, project: str) -> None:
        """Refuse what waited too long: its authors send it again, in order (rule D12)."""
        live = self._rooms.get(project)
        if live is not None:
            live.run(self._give_back(live))
        else:
            self.committer.give_back(project)

    def _give_back(self, live: LiveRoom) -> Job:
        """As a job of the room: all that it took before has reached the committer by then."""
        yield from live.room.given_back(self.committer.give_back(live.room.project))

    def _degrade(self, project: str | None, is_degraded: bool, reason: str) -> None:
        """Tell one room, or (None) all whose project is not held up by itself."""
        if project is not None:
            degradation = "project" if is_degraded else "project_over"
            self._count(f"outages.{degradation}", 1, EventSubject(project))
            live = self._rooms.get(project)
            if live is not None:
                live.carry_out(live.room.set_degraded(is_degraded or self.is_degraded, reason))
            return
        if is_degraded != self.is_degraded:
            degradation = "journal" if is_degraded else "journal_over"
            self._count(f"outages.{degradation}", 1, NO_SUBJECT)
        if self.is_degraded and not is_degraded:
            self._watch.hint()  # a database that was away may be another one now
        self.is_degraded = is_degraded
        held_up = set(self.committer.held_up)
        for project, live in self._rooms.items():
            if project not in held_up:
                live.carry_out(live.room.set_degraded(is_degraded, reason))


def _answer(live: LiveRoom, proposal: Proposal, outcome: Outcome, seq: int | None) -> None:
    """A duplicate may be an entry that the room has not applied yet: then it expects that entry."""
    if outcome is Outcome.DUPLICATE and seq is not None:
        live.expect(seq, proposal.delta_id)
    live.run(live.room.answered(proposal, outcome, seq))
