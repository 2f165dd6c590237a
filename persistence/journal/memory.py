"""The journal in memory: for tests and for trying Prime out. Real semantics, nothing survives."""

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, count

import msgspec
from msgspec.structs import replace

from persistence.errors import Compacted, NotFound, OtherHistory
from persistence.journal import contract
from persistence.journal.contract import Checkpoint, JournalStand, KnownHead
from persistence.journal.state_slices import cut, digest_of_state
from persistence.journal.storable import is_storable
from rooms.journal.entry import DOCUMENT, Entry, Outcome, Proposal, StepMark
from rooms.presence import session_permissions
from rooms.roles import CONTRIBUTES
from schema.server_limits import MAX_MISSED, READ_BYTES


@dataclass(slots=True)
class _Project:
    checkpoints: list[Checkpoint]
    epoch: str
    roles: dict[str, str] = field(default_factory=dict)
    reaches: dict[str, str] = field(default_factory=dict)
    """User -> the tracks of a contributor, as of `ContributorScope.text`."""
    permits: session_permissions.SessionPermissions = session_permissions.NOTHING_AGREED
    """What is agreed on for the session that goes on."""
    archived: bool = False
    entries: list[Entry] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)
    effective_ops: dict[int, bytes] = field(default_factory=dict)
    compacted_seq: int = 0
    fences: dict[str, int] = field(default_factory=dict)
    """By member."""

    def is_void(self, entry: Entry) -> bool:
        """Whether none of its ops has taken effect, as far as that is known."""
        ops = self.effective_ops.get(entry.seq, entry.payload)
        return ops == b"[]" and entry.seq > self.compacted_seq


class MemoryJournal:
    """A `Journal`; `clock` gives seconds since 1970, as `time.time` does."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._projects: dict[str, _Project] = {}
        self._revoked: set[str] = set()
        self._epochs = count(1)
        self.newest_fence = 1

    # What calls do to the tables.

    def create_project(self, project: str, epoch: str, state: bytes) -> None:
        """Make a project without members; one that exists stays as it is."""
        first = Checkpoint(project, epoch, 0, digest_of_state(state), cut(state))
        self._projects.setdefault(project, _Project([first], epoch))

    def grant(self, project: str, user: str, role: str, reach: str = "") -> None:
        """Give a user a role, or another one; a contributor with its tracks."""
        self._projects[project].roles[user] = role
        self._projects[project].reaches[user] = reach

    def revoke(self, project: str, user: str) -> None:
        """Take a user's role away."""
        self._projects[project].roles.pop(user, None)

    def permit(self, project: str, permits: session_permissions.SessionPermissions) -> None:
        """Agree on something for the session that goes on."""
        self._projects[project].permits = permits

    def archive(self, project: str, archived: bool = True) -> None:
        """Archive a project, or bring it back."""
        self._projects[project].archived = archived

    def revoke_session(self, auth_session: str) -> None:
        """End a login. One never heard of is taken for valid: logins are not kept here."""
        self._revoked.add(auth_session)

    def compact(self, project: str, up_to: int) -> None:
        """Forget the ops of entries up to this seq, which must be that of a checkpoint."""
        content = self._projects[project]
        if all(checkpoint.seq != up_to for checkpoint in content.checkpoints):
            raise ValueError(f"nothing is stored at seq {up_to}")
        content.compacted_seq = max(content.compacted_seq, up_to)
        for n, entry in enumerate(content.entries[:up_to]):
            if entry.aspect != DOCUMENT:
                continue
            content.entries[n] = replace(entry, payload=b"[]")
            content.effective_ops.pop(entry.seq, None)

    def go_back(self, project: str, to: int) -> None:
        """Lose what came after this seq, as a restored backup or a standby that was behind."""
        content = self._projects[project]
        del content.entries[to:]
        content.seqs = {entry.delta_id: entry.seq for entry in content.entries}
        stored = content.effective_ops
        content.effective_ops = {seq: stored[seq] for seq in stored if seq <= to}
        content.checkpoints = [
            checkpoint for checkpoint in content.checkpoints if checkpoint.seq <= to
        ]

    def effective_ops(self, project: str) -> dict[int, bytes]:
        """What was recorded, by seq."""
        return dict(self._projects[project].effective_ops)

    # The contract.

    async def append(
        self, proposals: Sequence[Proposal], known_heads: Mapping[str, KnownHead]
    ) -> contract.AppendResult:
        """Store the batch; see `Journal`."""
        stands = await self.stand(known_heads)
        strayed = {project: s.verdict for project, s in stands.items() if s.verdict is not None}
        outcomes = [
            self._append_one(proposal)
            if proposal.project not in strayed or not is_storable(proposal)
            else (strayed[proposal.project], None)
            for proposal in proposals
        ]
        entries: list[Entry] = []
        for project, known_head in known_heads.items():
            content = self._projects.get(project)
            if content is None or project in strayed or content.compacted_seq > known_head.seq:
                continue
            entries += _bounded(content.entries[known_head.seq : known_head.seq + MAX_MISSED])
        return contract.AppendResult(outcomes, entries)

    async def append_group(
        self, staging: str, parts: Sequence[Proposal], known_head: KnownHead
    ) -> tuple[Outcome, int | None]:
        """Store all of them or none; see `Journal`."""
        last = parts[-1]
        if not all(map(is_storable, parts)):
            return Outcome.INVALID, None
        verdict = (await self.stand({last.project: known_head})).get(last.project)
        if verdict is not None and verdict.verdict is not None:
            return verdict.verdict, None
        outcome, seq = self._judged(last)
        if outcome is Outcome.COMMITTED:
            outcome = next(filter(None, map(self._refusal, parts)), outcome)
        if outcome is not Outcome.COMMITTED:
            return outcome, seq
        at = self._commit_time(self._projects[last.project])
        for part in parts[:-1]:
            self._store(part, at, more=True)
        return outcome, self._store(last, at)

    async def stand(self, known_heads: Mapping[str, KnownHead]) -> dict[str, JournalStand]:
        """How it stands to what is known; a project that went back has a new epoch then."""
        stands = {
            project: self._stands(project, known_head)
            for project, known_head in known_heads.items()
            if project in self._projects
        }
        for project, stands_now in stands.items():
            if stands_now.verdict is Outcome.WENT_BACK:
                self._renew_epoch(self._projects[project])
        return stands

    async def read(self, project: str, after: int, limit: int) -> list[Entry]:
        """Entries with seq > `after`, in order; raises `Compacted` where those are gone."""
        content = self._projects.get(project)
        if content is None:
            return []
        if after < content.compacted_seq:
            raise Compacted(content.compacted_seq)
        return _bounded(content.entries[after : after + limit])

    async def read_on(self, project: str, known_head: KnownHead, limit: int) -> list[Entry]:
        """The entries that follow on what is known; raises `OtherHistory`, `Compacted`."""
        self._check(project, known_head)
        return await self.read(project, known_head.seq, limit)

    async def read_aspect(
        self, project: str, aspect: str, after: int, up_to: int, limit: int
    ) -> list[Entry]:
        """The entries of one aspect but the document with `after` < seq <= `up_to`, in order."""
        entries = self._projects[project].entries[after:up_to]
        return [entry for entry in entries if entry.aspect == aspect][:limit]

    async def find(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        """What an earlier proposal of this id became; None: there is none."""
        return self._known_outcome(proposal)

    async def raise_fence(self, project: str, member: str) -> contract.Fence:
        """Keep out what this member has sent before; see `Journal`."""
        content = self._projects.get(project)
        if content is None:
            raise NotFound("there is no such project")
        self.newest_fence += 1
        content.fences[member] = self.newest_fence
        return contract.Fence(self.newest_fence, content.epoch, len(content.entries))

    async def seqs_of(
        self, project: str, author: str, delta_ids: Collection[str]
    ) -> dict[str, int]:
        """Which of these deltas of this user are stored: id -> seq."""
        content = self._projects.get(project)
        if content is None:
            return {}
        seqs = {
            delta_id: content.seqs[delta_id] for delta_id in delta_ids if delta_id in content.seqs
        }
        return {
            each: seq for each, seq in seqs.items() if content.entries[seq - 1].author == author
        }

    async def marks(self, project: str, up_to: int, limit: int) -> list[StepMark]:
        """The newest `limit` entries with seq <= `up_to`, in order, without their ops."""
        content = self._projects.get(project)
        if content is None:
            return []
        entries = [each for each in content.entries[:up_to] if each.aspect == DOCUMENT]
        newest = entries[max(0, len(entries) - limit) :]
        return [entry.mark(is_void=content.is_void(entry)) for entry in newest]

    async def record_effective_ops(
        self, project: str, effective_ops: Mapping[int, bytes], known_head: KnownHead
    ) -> None:
        """Seq -> the ops that took effect; what is recorded or compacted already stays so."""
        self._check(project, known_head)
        content = self._projects.get(project)
        if content is None:
            return
        for seq, ops in effective_ops.items():
            if content.compacted_seq < seq <= len(content.entries):
                content.effective_ops.setdefault(seq, ops)

    async def base(self, project: str, at: int) -> Checkpoint | None:
        """The newest stored state at or before seq `at`; None: there is none."""
        content = self._projects.get(project)
        checkpoints = content.checkpoints if content else []
        newest_first = reversed(checkpoints)
        return next(
            (
                self._stored_beside(checkpoint)
                for checkpoint in newest_first
                if checkpoint.seq <= at
            ),
            None,
        )

    async def heads(self, projects: Collection[str]) -> dict[str, int]:
        """The newest seq of each project that exists."""
        return {
            project: len(self._projects[project].entries)
            for project in projects
            if project in self._projects
        }

    async def load(self, project: str) -> Checkpoint:
        """The newest checkpoint; raises `NotFound`."""
        if project not in self._projects:
            raise NotFound("there is no such project")
        return self._stored_beside(self._projects[project].checkpoints[-1])

    async def save(self, checkpoint: Checkpoint) -> None:
        """Store a checkpoint unless one as new is there; raises `OtherHistory`."""
        self._check(checkpoint.project, checkpoint.known)
        content = self._projects[checkpoint.project]
        if content.checkpoints[-1].seq < checkpoint.seq:
            content.checkpoints.append(checkpoint)

    # What callers know, and what is so.

    def _stands(self, project: str, known_head: KnownHead) -> JournalStand:
        content = self._projects[project]
        head = len(content.entries)
        verdict = None
        if content.epoch != known_head.epoch:
            verdict = Outcome.OTHER_EPOCH
        elif known_head.seq > head or (
            known_head.delta_id is not None
            and known_head.seq > 0
            and content.entries[known_head.seq - 1].delta_id != known_head.delta_id
        ):
            verdict = Outcome.WENT_BACK
        return JournalStand(content.epoch, head, verdict)

    def _check(self, project: str, known_head: KnownHead) -> None:
        if project not in self._projects or self._stands(project, known_head).verdict is not None:
            raise OtherHistory(contract.NOT_OURS)

    def _renew_epoch(self, content: _Project) -> None:
        content.epoch = f"{content.epoch}+{next(self._epochs)}"
        content.checkpoints = [
            dataclasses.replace(checkpoint, epoch=content.epoch)
            for checkpoint in content.checkpoints
        ]

    def _stored_beside(self, checkpoint: Checkpoint) -> Checkpoint:
        entries = self._projects[checkpoint.project].entries
        at = entries[checkpoint.seq - 1].delta_id if checkpoint.seq else None
        return dataclasses.replace(checkpoint, delta_id=at)

    # The steps of an append, each to be planted with a bug by a test.

    def _append_one(self, proposal: Proposal) -> tuple[Outcome, int | None]:
        if not is_storable(proposal):
            return Outcome.INVALID, None
        outcome, seq = self._judged(proposal)
        if outcome is not Outcome.COMMITTED:
            return outcome, seq
        return outcome, self._store(proposal, self._commit_time(self._projects[proposal.project]))

    def _judged(self, proposal: Proposal) -> tuple[Outcome, int | None]:
        known_outcome = self._known_outcome(proposal)
        if known_outcome is not None and known_outcome[0] is Outcome.DUPLICATE:
            return known_outcome
        refusal = self._refusal(proposal)
        if known_outcome is None and self._is_overtaken(proposal):
            return Outcome.OVERTAKEN, None
        if refusal is not None:
            return refusal, None
        if known_outcome is not None:
            return known_outcome[0], None
        return Outcome.COMMITTED, None

    def _known_outcome(self, proposal: Proposal) -> tuple[Outcome, int] | None:
        project = self._projects.get(proposal.project)
        seq = project.seqs.get(proposal.delta_id) if project else None
        if project is None or seq is None:
            return None
        is_same = project.entries[seq - 1].payload_hash == proposal.payload_hash
        return (Outcome.DUPLICATE if is_same else Outcome.ID_REUSED), seq

    def _refusal(self, proposal: Proposal) -> Outcome | None:
        project = self._projects.get(proposal.project)
        if project is None:
            return Outcome.NOT_FOUND
        if proposal.auth_session in self._revoked:
            return Outcome.SESSION_REVOKED
        role = project.roles.get(proposal.author)
        if role not in CONTRIBUTES:
            return Outcome.FORBIDDEN
        allowance = session_permissions.denied_actions(project.permits, proposal.author, role)
        if allowance.edit or (allowance.transport and _touches_transport(proposal)):
            return Outcome.FORBIDDEN
        if role == "contributor" and proposal.reach != project.reaches.get(proposal.author, ""):
            return Outcome.GRANT_CHANGED
        if project.archived:
            return Outcome.ARCHIVED
        return Outcome.FENCED if self._is_fenced(project, proposal) else None

    @staticmethod
    def _is_fenced(project: _Project, proposal: Proposal) -> bool:
        fence = proposal.fence
        return fence is not None and fence < project.fences.get(proposal.member, fence)

    def _is_overtaken(self, proposal: Proposal) -> bool:
        """Whether others have taken the room that it was to leave (rules O13, O16)."""
        margin, project = proposal.margin, self._projects.get(proposal.project)
        if margin is None or project is None:
            return False
        return sum(len(entry.payload) for entry in project.entries[margin.seq :]) > margin.bytes

    def _store(self, proposal: Proposal, at: float, *, more: bool = False) -> int:
        project = self._projects[proposal.project]
        seq = len(project.entries) + 1
        project.entries.append(
            Entry(
                project=proposal.project,
                seq=seq,
                delta_id=proposal.delta_id,
                author=proposal.author,
                member=proposal.member,
                payload=proposal.payload,
                atomic=proposal.atomic,
                committed_at=at,
                payload_hash=proposal.payload_hash,
                purpose=proposal.purpose,
                reverts=proposal.reverts,
                step=proposal.step,
                aspect=proposal.aspect,
                reach=proposal.reach,
                more=more,
            )
        )
        project.seqs[proposal.delta_id] = seq
        return seq

    def _commit_time(self, project: _Project) -> float:
        now = self._clock() * 1000
        return max(now, project.entries[-1].committed_at) if project.entries else now


def _touches_transport(proposal: Proposal) -> bool:
    ops = msgspec.json.decode(proposal.payload)
    transport = session_permissions.TRANSPORT
    return any(isinstance(op, dict) and op.get("col") == transport for op in ops)


def _bounded(entries: Sequence[Entry]) -> list[Entry]:
    sizes = accumulate((len(entry.payload) for entry in entries), initial=0)
    return [entry for entry, before in zip(entries, sizes, strict=False) if before < READ_BYTES]
