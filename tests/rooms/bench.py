"""A room with a journal that commits when told to; effects are gathered for who looks at them."""

from collections.abc import Iterable, Sequence

from rooms.document.document import Change, Document
from rooms.document.document_aspect import DocumentAspect
from rooms.effects import (
    Admit,
    Commit,
    CommitGroup,
    Disconnect,
    Effect,
    Job,
    LookUp,
    Mistake,
    Recall,
    Send,
    SendTick,
)
from rooms.journal.entry import Entry, Proposal
from rooms.presence.seat import JoinRequest, member_id
from rooms.room import Room
from schema.messages import Position, ProposeDelta, ServerMessage
from schema.ops import Op
from tests.rooms.songs import finished, song

PROJECT = "00000000-0000-4000-8000-000000000001"

KEY = b"the key of members' ids"


class Bench:
    """`commit` puts what waits into the journal, in order, and gives it to the room."""

    def __init__(
        self, node: str = "", document: Document | None = None, remembers: bool = True
    ) -> None:
        self.node = node
        self.room = Room(PROJECT, document or song(), Position("epoch", 0), node)
        self.disconnected: list[Disconnect] = []
        self.entries: list[Entry] = []
        self.changes: dict[int, Sequence[Change]] = {}
        self.waiting: list[tuple[Proposal, ...]] = []
        self.heard: dict[str, list[ServerMessage]] = {}
        self.look_ups: list[LookUp] = []
        self.mistakes: list[Exception] = []
        self._replica = DocumentAspect(Document(self.room.document.frozen()))
        self._remembers = remembers
        self._numbers = iter(range(1, 10_000))

    def join(
        self,
        name: str,
        role: str = "editor",
        device: str = "desk",
        *,
        connection: str = "",
        at: int = 0,
    ) -> str:
        """A member comes in; its connection."""
        request = self.request(name, role, device, connection=connection, at=at)
        self.heard[request.connection] = []
        self.take(self.room.join(request))
        self.take(self.room.state_is_ready(self.room.head, "", {"prime.v1.msgpack": ()}))
        return request.connection

    def request(
        self,
        name: str,
        role: str = "editor",
        device: str = "desk",
        *,
        connection: str = "",
        at: int = 0,
    ) -> JoinRequest:
        """Of a member that wants in."""
        member = member_id(KEY, name, device)
        return JoinRequest(
            connection or name,
            "join",
            name,
            name,
            device,
            "login",
            role,
            None,
            member=member,
            asked_at=at,
        )

    def edit(self, who: str, *ops: Op, step: str | None = None, gesture: str | None = None) -> str:
        """Propose ops and commit them; the delta's id."""
        delta_id = self.propose(who, *ops, step=step, gesture=gesture)
        self.commit()
        return delta_id

    def propose(
        self, who: str, *ops: Op, step: str | None = None, gesture: str | None = None
    ) -> str:
        delta_id = f"delta-{next(self._numbers):06}"
        message = ProposeDelta(PROJECT, delta_id, list(ops), step=step, gesture=gesture)
        self.run(self.room.edits.propose(who, message))
        return delta_id

    def run(self, job: Job) -> None:
        """A work from beginning to end."""
        for effects in job:
            self.take(effects)

    def take(self, effects: Iterable[Effect]) -> None:
        """What the shell would carry out."""
        for effect in effects:
            match effect:
                case Commit(proposal):
                    self.waiting.append((proposal,))
                case CommitGroup(parts):
                    self.waiting.append(parts)
                case Send() | SendTick() | Admit():
                    self._hear(effect)
                case Disconnect():
                    self.disconnected.append(effect)
                case LookUp():
                    self.look_ups.append(effect)
                    self.run(self.room.edits.looked_up(effect, None))
                case Recall(connection, seqs):
                    changes = {seq: self.changes[seq] for seq in seqs}
                    self.run(self.room.edits.recalled(connection, changes))
                case _:
                    self.mistakes += [effect.error] if isinstance(effect, Mistake) else []

    def _hear(self, effect: Send | SendTick | Admit) -> None:
        match effect:
            case Send(to, packet):
                messages = [packet.message]
            case SendTick(to, packets, but):
                to = tuple(each for each in to if each != but)
                messages = [packet.message for packet in packets]
            case Admit(connection, joined):
                to, messages = (connection,), [joined]
        for connection in to:
            self.heard.setdefault(connection, []).extend(messages)

    def commit(self) -> None:
        """Commit until nothing waits any more."""
        while self.waiting:
            groups, self.waiting = self.waiting, []
            for parts in groups:
                self.append(*parts)

    def append(self, *parts: Proposal) -> None:
        """A delta or a group, as the journal would have it, and the room hears of it."""
        entries = [self.stored(part, more=part is not parts[-1]) for part in parts]
        self.run(self.room.follower.committed(entries))
        if not self._remembers:
            self.room.edits.entries.stacks._changes.clear()
        assert self._replica.document.frozen() == self.room.document.frozen()

    def stored(self, proposal: Proposal, *, more: bool = False) -> Entry:
        """The entry that the journal makes of it."""
        entry = Entry(
            project=proposal.project,
            seq=len(self.entries) + 1,
            delta_id=proposal.delta_id,
            author=proposal.author,
            member=proposal.member,
            payload=proposal.payload,
            atomic=proposal.atomic,
            committed_at=1.7e12,
            aspect=proposal.aspect,
            payload_hash=proposal.payload_hash,
            purpose=proposal.purpose,
            reverts=proposal.reverts,
            step=proposal.step,
            more=more,
            reach=proposal.reach,
        )
        self.entries.append(entry)
        applied = finished(self._replica.apply(entry))
        self.changes[entry.seq] = applied.changes
        return entry

    def last(self, who: str) -> ServerMessage:
        """What this member heard last."""
        return self.heard[who][-1]
