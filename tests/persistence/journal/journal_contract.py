"""What every journal promises: one suite, run over each backend."""

import asyncio
import dataclasses
import itertools
import json
import random
import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from msgspec.structs import replace

from persistence.errors import NotFound, OtherHistory
from persistence.journal.contract import Checkpoint, Journal, KnownHead, may_have_more
from rooms.aspect import AspectState, StateSlice
from rooms.journal.entry import Entry, Margin, Outcome, Proposal, Purpose, StepMark
from rooms.presence.session_permissions import SessionPermissions
from schema.ops import Leaf, Set, encode_ops
from schema.server_limits import READ_BYTES

NOTHING: Mapping[str, KnownHead] = {}


@dataclass(frozen=True, slots=True)
class Author:
    """A user and one login of theirs."""

    user: str
    auth_session: str


class Bench(Protocol):
    """A journal, and what calls do to the tables it obeys."""

    journal: Journal

    async def author(self) -> Author: ...

    async def project(self, owner: Author, state: bytes = b"{}") -> str: ...

    async def grant(self, project: str, user: str, role: str, reach: str = "") -> None: ...

    async def revoke(self, project: str, user: str) -> None: ...

    async def permit(self, project: str, permits: SessionPermissions) -> None: ...

    async def archive(self, project: str, archived: bool) -> None: ...

    async def revoke_session(self, auth_session: str) -> None: ...

    async def epoch(self, project: str) -> str: ...

    async def go_back(self, project: str, to: int) -> None: ...


def ops(text: str = "a") -> bytes:
    return encode_ops([Set(col="tracks", id="track-1", props={"name": text})])


def propose(project: str, author: Author, delta_id: str = "", text: str = "a") -> Proposal:
    return Proposal(
        project=project,
        delta_id=delta_id or uuid.uuid4().hex,
        author=author.user,
        auth_session=author.auth_session,
        member="member-1",
        payload=ops(text),
        atomic=False,
    )


def counted(project: str, author: Author) -> Proposal:
    """Of another aspect than the document."""
    return replace(propose(project, author), payload=b'[["bars",4]]', aspect="counter")


async def outcomes(journal: Journal, *proposals: Proposal) -> list[tuple[Outcome, int | None]]:
    return (await journal.append(proposals, NOTHING)).outcomes


async def known(bench: Bench, project: str, seq: int = 0) -> dict[str, KnownHead]:
    """What a node knows that has applied everything up to this seq."""
    entries = await bench.journal.read(project, seq - 1, 1) if seq else []
    at = entries[0].delta_id if entries else None
    return {project: KnownHead(await bench.epoch(project), seq, at)}


def group(project: str, author: Author, size: int) -> list[Proposal]:
    """The deltas of one large undo; the last one has the id that was asked for."""
    step = uuid.uuid4().hex
    return [
        replace(
            propose(project, author, step if n == size else f"{step}-{n}", text=f"part {n}"),
            purpose=Purpose.UNDO,
            reverts=1 if n == size else None,
            step=step,
        )
        for n in range(1, size + 1)
    ]


def seqs(entries: list[Entry]) -> list[int]:
    return [entry.seq for entry in entries]


def encode(entities: dict[str, Any]) -> bytes:
    return json.dumps(entities).encode()


def decode(entities: bytes) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(entities)
    return decoded


def content(stored: Checkpoint) -> dict[str, dict[str, Any]]:
    """Collection -> id -> entity; empty collections are not there."""
    state: dict[str, dict[str, Any]] = {}
    for part in stored.slices:
        if entities := decode(part.entities):
            state.setdefault(part.collection, {}).update(entities)
    return state


def checkpoint(project: str, epoch: str, seq: int, name: str) -> Checkpoint:
    """A state of one marker, and a digest that is none."""
    slices = (StateSlice("markers", encode({"marker-1": {"name": name}})),)
    return Checkpoint(project, epoch, seq, f"{name:0>16}", slices)


def replace_known(stored: Checkpoint, known: KnownHead) -> Checkpoint:
    """A checkpoint that knows the entry that it ends with."""
    return dataclasses.replace(stored, delta_id=known.delta_id)


class JournalContract:
    """Inherit, and give a fixture `bench`."""

    async def test_each_entry_comes_back_with_the_aspect_that_it_is_about(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        batch = [propose(project, author), *(counted(project, author) for _ in range(2))]
        before = await known(bench, project)
        appended = await bench.journal.append(batch, before)
        assert [entry.aspect for entry in appended.entries] == ["document", "counter", "counter"]
        missed = await bench.journal.append([propose(project, author)], before)
        read_on = await bench.journal.read_on(project, before[project], 10)
        assert missed.entries == read_on == await bench.journal.read(project, 0, 10)
        assert [entry.aspect for entry in read_on[1:]] == ["counter", "counter", "document"]
        marks = await bench.journal.marks(project, 4, 10)
        assert [mark.seq for mark in marks] == [1, 4]
        assert await outcomes(bench.journal, batch[1]) == [(Outcome.DUPLICATE, 2)]
        other = replace(batch[1], aspect="document")
        assert await outcomes(bench.journal, other) == [(Outcome.ID_REUSED, None)]

    async def test_the_entries_of_one_aspect_are_read_by_themselves(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        batch = [make(project, author) for make in (counted, propose, counted, counted)]
        await bench.journal.append(batch, NOTHING)
        read = bench.journal.read_aspect
        assert seqs(await read(project, "counter", 0, 4, 10)) == [1, 3, 4]
        assert seqs(await read(project, "counter", 1, 3, 10)) == [3]
        assert seqs(await read(project, "counter", 0, 4, 2)) == [1, 3]
        assert await read(project, "playback", 0, 4, 10) == []

    async def test_a_stored_state_holds_the_other_aspects_too(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await bench.journal.append([propose(project, author)], NOTHING)
        totals = StateSlice("totals", encode({"bars": 4}))
        aspects = {
            "counter": AspectState("1" * 16, (totals,)),
            "playback": AspectState("2" * 16, ()),
        }
        stored = checkpoint(project, await bench.epoch(project), 1, "verse")
        await bench.journal.save(dataclasses.replace(stored, aspects=aspects))
        loaded = await bench.journal.load(project)
        assert content(loaded) == content(stored)
        assert {name: state.digest for name, state in loaded.aspects.items()} == {
            "counter": "1" * 16,
            "playback": "2" * 16,
        }
        [part] = loaded.aspects["counter"].slices
        assert (part.collection, decode(part.entities)) == ("totals", {"bars": 4})

    async def test_D2_seqs_are_dense_in_commit_order(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        first = await outcomes(bench.journal, propose(project, author))
        more = await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        assert first == [(Outcome.COMMITTED, 1)]
        assert more == [(Outcome.COMMITTED, n) for n in (2, 3, 4)]
        assert seqs(await bench.journal.read(project, 0, 100)) == [1, 2, 3, 4]

    async def test_D2_projects_count_for_themselves_in_one_batch(self, bench: Bench) -> None:
        author = await bench.author()
        one, other = await bench.project(author), await bench.project(author)
        batch = [propose(project, author) for project in (one, other, one)]
        assert [seq for _, seq in await outcomes(bench.journal, *batch)] == [1, 1, 2]
        assert await bench.journal.heads([one, other]) == {one: 2, other: 1}

    async def test_D2_a_refused_delta_leaves_no_hole(self, bench: Bench) -> None:
        author, stranger = await bench.author(), await bench.author()
        project = await bench.project(author)
        batch = [propose(project, who) for who in (author, stranger, author)]
        assert await outcomes(bench.journal, *batch) == [
            (Outcome.COMMITTED, 1),
            (Outcome.FORBIDDEN, None),
            (Outcome.COMMITTED, 2),
        ]

    async def test_D2_many_writers_who_resend_leave_no_hole_and_no_duplicate(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        projects = [await bench.project(author) for _ in range(3)]
        acks: dict[tuple[str, str], set[int | None]] = {}

        async def write(seed: int) -> None:
            dice = random.Random(seed)
            for _ in range(25):
                # Few ids on purpose: the writers resend their own and each other's.
                batch = [
                    propose(dice.choice(projects), author, f"delta-{dice.randrange(120)}")
                    for _ in range(dice.randrange(1, 8))
                ]
                answers = await outcomes(bench.journal, *batch)
                for proposal, (outcome, seq) in zip(batch, answers, strict=True):
                    assert outcome in (Outcome.COMMITTED, Outcome.DUPLICATE)
                    acks.setdefault((proposal.project, proposal.delta_id), set()).add(seq)

        await asyncio.gather(write(1), write(2), write(3))
        for project in projects:
            entries = await bench.journal.read(project, 0, 1_000)
            assert seqs(entries) == list(range(1, len(entries) + 1))
            assert len({entry.delta_id for entry in entries}) == len(entries) > 20
            for entry in entries:
                assert acks.pop((project, entry.delta_id)) == {entry.seq}
        assert not acks

    async def test_D3_the_same_delta_again_answers_the_same_seq(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        proposal = propose(project, author)
        await outcomes(bench.journal, propose(project, author), proposal)
        again = await outcomes(bench.journal, proposal, propose(project, author))
        assert again == [(Outcome.DUPLICATE, 2), (Outcome.COMMITTED, 3)]

    async def test_D3_twice_in_one_batch_is_stored_once(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        proposal = propose(project, author)
        batch = [proposal, propose(project, author), proposal, replace(proposal, payload=ops("b"))]
        assert await outcomes(bench.journal, *batch) == [
            (Outcome.COMMITTED, 1),
            (Outcome.COMMITTED, 2),
            (Outcome.DUPLICATE, 1),
            (Outcome.ID_REUSED, None),
        ]
        assert len(await bench.journal.read(project, 0, 100)) == 2

    async def test_D3_another_payload_under_the_same_id_is_refused(self, bench: Bench) -> None:
        author, other = await bench.author(), await bench.author()
        project = await bench.project(author)
        await bench.grant(project, other.user, "editor")
        proposal = propose(project, author)
        await outcomes(bench.journal, proposal)
        reused = [
            replace(proposal, payload=ops("b")),
            replace(proposal, atomic=True),
            replace(proposal, author=other.user, auth_session=other.auth_session),
        ]
        assert await outcomes(bench.journal, *reused) == [(Outcome.ID_REUSED, None)] * 3

    async def test_D3_the_same_id_in_another_project_is_another_delta(self, bench: Bench) -> None:
        author = await bench.author()
        one, other = await bench.project(author), await bench.project(author)
        batch = [propose(one, author, "same-id-1"), propose(other, author, "same-id-1")]
        assert await outcomes(bench.journal, *batch) == [(Outcome.COMMITTED, 1)] * 2

    async def test_D3_a_duplicate_is_answered_even_if_the_role_was_lost(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(await bench.author())
        await bench.grant(project, author.user, "editor")
        proposal = propose(project, author)
        await outcomes(bench.journal, proposal)
        await bench.revoke(project, author.user)
        await bench.revoke_session(author.auth_session)
        batch = [proposal, replace(proposal, payload=ops("b"))]
        assert await outcomes(bench.journal, *batch) == [
            (Outcome.DUPLICATE, 1),
            (Outcome.SESSION_REVOKED, None),
        ]

    async def test_D3_a_refused_delta_does_not_use_up_its_id(self, bench: Bench) -> None:
        author, stranger = await bench.author(), await bench.author()
        project = await bench.project(author)
        batch = [propose(project, stranger, "same-id-1"), propose(project, author, "same-id-1")]
        assert await outcomes(bench.journal, *batch) == [
            (Outcome.FORBIDDEN, None),
            (Outcome.COMMITTED, 1),
        ]

    async def test_D3_find_tells_what_an_earlier_proposal_became(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        proposal = propose(project, author)
        assert await bench.journal.find(proposal) is None
        await outcomes(bench.journal, proposal)
        assert await bench.journal.find(proposal) == (Outcome.DUPLICATE, 1)
        reused = replace(proposal, payload=ops("b"))
        assert await bench.journal.find(reused) == (Outcome.ID_REUSED, 1)

    async def test_J15_it_tells_which_of_a_users_deltas_are_stored(self, bench: Bench) -> None:
        author, other = await bench.author(), await bench.author()
        project, elsewhere = await bench.project(author), await bench.project(author)
        mine = [propose(project, author, text=text) for text in "abc"]
        theirs = propose(project, other)
        there = propose(elsewhere, author)
        await bench.grant(project, other.user, "editor")
        await outcomes(bench.journal, mine[0], theirs, mine[2], there)
        asked = [*(each.delta_id for each in mine), theirs.delta_id, there.delta_id]
        found = await bench.journal.seqs_of(project, author.user, asked)
        assert found == {mine[0].delta_id: 1, mine[2].delta_id: 3}

    async def test_J15_a_fence_keeps_out_what_its_member_sent_before(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)

        def sent(fence: int | None, **others: str) -> Proposal:
            return replace(propose(project, author), fence=fence, **others)

        first = await bench.journal.raise_fence(project, "member-1")
        stored = sent(first.number)
        assert await outcomes(bench.journal, stored) == [(Outcome.COMMITTED, 1)]
        second = await bench.journal.raise_fence(project, "member-1")
        assert second.number > first.number
        assert (second.epoch, second.head) == (await bench.epoch(project), 1)
        judged = await outcomes(
            bench.journal,
            sent(first.number),
            stored,
            sent(second.number),
            sent(first.number, member="member-2"),
            sent(None),
        )
        assert judged == [
            (Outcome.FENCED, None),
            (Outcome.DUPLICATE, 1),
            *((Outcome.COMMITTED, seq) for seq in (2, 3, 4)),
        ]
        for fence, outcome in ((first, Outcome.FENCED), (second, Outcome.COMMITTED)):
            parts = [replace(part, fence=fence.number) for part in group(project, author, 3)]
            there = (await known(bench, project, 4))[project]
            said, _ = await bench.journal.append_group(str(uuid.uuid4()), parts, there)
            assert said is outcome
        with pytest.raises(NotFound):
            await bench.journal.raise_fence(str(uuid.uuid4()), "member-1")

    async def test_D2_a_writer_gets_what_it_missed_and_its_own_in_order(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        missed = [propose(project, author, text=text) for text in "abc"]
        await outcomes(bench.journal, *missed)
        mine = propose(project, author, text="mine")
        appended = await bench.journal.append([mine], await known(bench, project, 1))
        assert appended.outcomes == [(Outcome.COMMITTED, 4)]
        assert appended.entries == await bench.journal.read(project, 1, 100)
        assert [entry.delta_id for entry in appended.entries] == [
            missed[1].delta_id,
            missed[2].delta_id,
            mine.delta_id,
        ]

    async def test_D2_a_project_without_proposals_is_caught_up_too(self, bench: Bench) -> None:
        author = await bench.author()
        one, other = await bench.project(author), await bench.project(author)
        await outcomes(bench.journal, propose(other, author))
        appended = await bench.journal.append([propose(one, author)], await known(bench, other))
        assert [(entry.project, entry.seq) for entry in appended.entries] == [(other, 1)]
        caught_up = await bench.journal.append(
            [], await known(bench, one) | await known(bench, other, 1)
        )
        assert [(entry.project, entry.seq) for entry in caught_up.entries] == [(one, 1)]

    async def test_D2_a_long_way_behind_comes_without_a_gap(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(1_005)))
        appended = await bench.journal.append(
            [propose(project, author)], await known(bench, project)
        )
        assert appended.outcomes == [(Outcome.COMMITTED, 1_006)]
        assert seqs(appended.entries) == list(range(1, 1_001))

    async def test_an_entry_is_exactly_what_was_proposed(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        odd: dict[str, Leaf] = {
            "z": -0.0,
            "a": 1e22,
            "m": 1.0,
            "text": 'é\\u0000 "\U0001f3b5"',
            "flag": True,
        }
        payload = encode_ops([Set(col="devices", id="device-1", props={"params": odd})])
        proposal = replace(propose(project, author), payload=payload, atomic=True)
        await outcomes(bench.journal, proposal)
        (entry,) = await bench.journal.read(project, 0, 10)
        assert entry == Entry(
            project=project,
            seq=1,
            delta_id=proposal.delta_id,
            author=author.user,
            member="member-1",
            payload=payload,
            atomic=True,
            committed_at=entry.committed_at,
            payload_hash=proposal.payload_hash,
        )

    async def test_commit_times_never_run_backwards(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        for _ in range(5):
            await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        times = [entry.committed_at for entry in await bench.journal.read(project, 0, 100)]
        assert times == sorted(times)
        assert times[0] > 1_600_000_000_000

    async def test_one_unstorable_delta_does_not_hold_up_the_others(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        batch = [
            propose(project, author),
            propose(project, author, text="nul \0 inside"),
            replace(propose(project, author), member="nul \0 inside"),
            propose(project, author),
        ]
        appended = await bench.journal.append(batch, await known(bench, project))
        assert appended.outcomes == [
            (Outcome.COMMITTED, 1),
            (Outcome.INVALID, None),
            (Outcome.INVALID, None),
            (Outcome.COMMITTED, 2),
        ]
        assert seqs(appended.entries) == [1, 2]

    @pytest.mark.parametrize("role", ["viewer", "commenter", None])
    async def test_R2_without_a_role_that_may_edit_nothing_is_stored(
        self, bench: Bench, role: str | None
    ) -> None:
        author = await bench.author()
        project = await bench.project(await bench.author())
        if role:
            await bench.grant(project, author.user, role)
        assert await outcomes(bench.journal, propose(project, author)) == [
            (Outcome.FORBIDDEN, None)
        ]
        assert await bench.journal.heads([project]) == {project: 0}

    async def test_R2_roles_are_read_anew_for_every_delta(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(await bench.author())
        answers = []
        for role in ("editor", "viewer", "owner"):
            await bench.grant(project, author.user, role)
            answers += await outcomes(bench.journal, propose(project, author))
        await bench.revoke(project, author.user)
        answers += await outcomes(bench.journal, propose(project, author))
        assert answers == [
            (Outcome.COMMITTED, 1),
            (Outcome.FORBIDDEN, None),
            (Outcome.COMMITTED, 2),
            (Outcome.FORBIDDEN, None),
        ]

    async def test_R24_a_contributors_delta_is_stored_by_the_tracks_that_it_was_judged_by(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(await bench.author())
        await bench.grant(project, author.user, "contributor", "track-01,track-02")

        async def stored(reach: str | None) -> Outcome:
            return (await outcomes(bench.journal, replace(propose(project, author), reach=reach)))[
                0
            ][0]

        assert await stored("track-01,track-02") is Outcome.COMMITTED
        assert await stored("track-01") is Outcome.GRANT_CHANGED
        assert await stored(None) is Outcome.GRANT_CHANGED  # judged as an editor's
        await bench.grant(project, author.user, "contributor", "")
        assert await stored("track-01,track-02") is Outcome.GRANT_CHANGED
        assert await stored("") is Outcome.COMMITTED
        await bench.grant(project, author.user, "editor")
        assert await stored("track-01") is Outcome.COMMITTED  # it may do more than that now
        entries = await bench.journal.read(project, 0, 10)
        assert [entry.reach for entry in entries] == ["track-01,track-02", "", "track-01"]

    async def test_O16_a_delta_whose_margin_others_have_used_up_is_not_stored(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        first, second = propose(project, author), propose(project, author)
        await outcomes(bench.journal, first, second)
        stored = len(ops())

        async def fits(seq: int, left: int) -> Outcome:
            proposal = replace(propose(project, author), margin=Margin(seq, left))
            [(outcome, _)] = await outcomes(bench.journal, proposal)
            return outcome

        assert await fits(0, 2 * stored - 1) is Outcome.OVERTAKEN
        assert await fits(1, stored - 1) is Outcome.OVERTAKEN
        assert await fits(2, 0) is Outcome.COMMITTED
        assert await fits(2, 0) is Outcome.OVERTAKEN
        assert await fits(0, 3 * stored) is Outcome.COMMITTED
        assert await bench.journal.heads([project]) == {project: 4}

    async def test_O16_margins_count_what_comes_before_in_the_same_append(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project, other = await bench.project(author), await bench.project(author)
        tight = [replace(propose(p, author), margin=Margin(0, 0)) for p in (project, other)]
        batch = [propose(project, author), *tight, propose(project, author)]
        assert await outcomes(bench.journal, *batch) == [
            (Outcome.COMMITTED, 1),
            (Outcome.OVERTAKEN, None),
            (Outcome.COMMITTED, 1),
            (Outcome.COMMITTED, 2),
        ]

    async def test_O16_D3_what_is_stored_is_known_again_whatever_its_margin(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        proposal = replace(propose(project, author), margin=Margin(0, 0))
        assert await outcomes(bench.journal, proposal) == [(Outcome.COMMITTED, 1)]
        await outcomes(bench.journal, propose(project, author))
        assert await outcomes(bench.journal, proposal) == [(Outcome.DUPLICATE, 1)]
        other = replace(proposal, payload=ops("other"))
        assert await outcomes(bench.journal, other) == [(Outcome.ID_REUSED, None)]

    async def test_O16_what_was_overtaken_learns_what_it_was_overtaken_by(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        there = await known(bench, project)
        await outcomes(bench.journal, propose(project, author))
        proposal = replace(propose(project, author), margin=Margin(0, 0))
        appended = await bench.journal.append([proposal], there)
        assert appended.outcomes == [(Outcome.OVERTAKEN, None)]
        assert seqs(appended.entries) == [1]

    async def test_O16_S3_a_journal_that_went_back_is_noticed_by_what_has_a_margin(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        there = await known(bench, project, 3)
        await bench.go_back(project, 1)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        proposal = replace(propose(project, author), margin=Margin(3, 0))
        appended = await bench.journal.append([proposal], there)
        assert appended.outcomes == [(Outcome.WENT_BACK, None)]

    async def test_O16_a_group_whose_margin_others_have_used_up_is_not_stored(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        there = (await known(bench, project))[project]
        await outcomes(bench.journal, propose(project, author))
        for left, outcome in ((0, Outcome.OVERTAKEN), (len(ops()), Outcome.COMMITTED)):
            parts = [replace(part, margin=Margin(0, left)) for part in group(project, author, 3)]
            said, _ = await bench.journal.append_group(str(uuid.uuid4()), parts, there)
            assert said is outcome
        assert await bench.journal.heads([project]) == {project: 4}

    async def test_R41_a_delta_is_stored_by_what_is_agreed_on_when_it_is_stored(
        self, bench: Bench
    ) -> None:
        owner, host, ben, cid = [await bench.author() for _ in range(4)]
        project = await bench.project(owner)
        for author in (host, ben, cid):
            await bench.grant(project, author.user, "editor")
        loop = encode_ops([Set(col="transport", id="transport", props={"loopOn": True})])

        async def stored(author: Author, payload: bytes = ops()) -> Outcome:
            proposal = replace(propose(project, author), payload=payload)
            return (await outcomes(bench.journal, proposal))[0][0]

        before = propose(project, ben)
        assert (await outcomes(bench.journal, before))[0] == (Outcome.COMMITTED, 1)
        await bench.permit(
            project, SessionPermissions(host.user, {"transport": frozenset({cid.user})})
        )
        assert await stored(ben) is Outcome.COMMITTED
        assert await stored(ben, loop) is Outcome.FORBIDDEN
        for author in (cid, host, owner):
            assert await stored(author, loop) is Outcome.COMMITTED
        await bench.permit(project, SessionPermissions(host.user, {"edit": frozenset({cid.user})}))
        assert await stored(ben) is Outcome.FORBIDDEN
        for author in (cid, host, owner):
            assert await stored(author) is Outcome.COMMITTED
        assert (await outcomes(bench.journal, before))[0] == (Outcome.DUPLICATE, 1)

    async def test_R41_each_part_of_a_group_is_judged_by_what_is_agreed_on(
        self, bench: Bench
    ) -> None:
        owner, ben = await bench.author(), await bench.author()
        project = await bench.project(owner)
        await bench.grant(project, ben.user, "editor")
        await bench.permit(project, SessionPermissions(owner.user, {"transport": frozenset()}))
        there = (await known(bench, project))[project]
        loop = encode_ops([Set(col="transport", id="transport", props={"loopOn": True})])
        first, *others = group(project, ben, 3)
        for parts in ([replace(first, payload=loop), *others], group(project, ben, 3)):
            outcome, _ = await bench.journal.append_group(str(uuid.uuid4()), parts, there)
            is_ok = parts[0].payload != loop
            assert outcome is (Outcome.COMMITTED if is_ok else Outcome.FORBIDDEN)
        await bench.permit(project, SessionPermissions(owner.user, {"edit": frozenset()}))
        again = await bench.journal.append_group(str(uuid.uuid4()), parts, there)
        assert again == (Outcome.DUPLICATE, 3), "what is stored is answered by whoever asks"

    async def test_R24_each_part_of_a_contributors_group_is_bounded_by_its_tracks(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(await bench.author())
        await bench.grant(project, author.user, "contributor", "track-01")
        parts = [replace(part, reach="track-01") for part in group(project, author, 3)]
        there = (await known(bench, project))[project]
        stored = await bench.journal.append_group(str(uuid.uuid4()), parts, there)
        assert stored == (Outcome.COMMITTED, 3)
        entries = await bench.journal.read(project, 0, 10)
        assert [entry.reach for entry in entries] == ["track-01"] * 3

    async def test_R2_a_revoked_auth_session_stores_nothing_another_goes_on(
        self, bench: Bench
    ) -> None:
        author, other = await bench.author(), await bench.author()
        project = await bench.project(author)
        await bench.grant(project, other.user, "editor")
        await bench.revoke_session(author.auth_session)
        batch = [propose(project, author), propose(project, other)]
        assert await outcomes(bench.journal, *batch) == [
            (Outcome.SESSION_REVOKED, None),
            (Outcome.COMMITTED, 1),
        ]

    async def test_R2_an_archived_project_stores_nothing_until_it_is_back(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await bench.archive(project, True)
        assert await outcomes(bench.journal, propose(project, author)) == [(Outcome.ARCHIVED, None)]
        await bench.archive(project, False)
        assert await outcomes(bench.journal, propose(project, author)) == [(Outcome.COMMITTED, 1)]

    async def test_an_unknown_project_is_not_found(self, bench: Bench) -> None:
        author = await bench.author()
        unknown = str(uuid.uuid4())
        appended = await bench.journal.append(
            [propose(unknown, author)], {unknown: KnownHead("epoch", 0)}
        )
        assert appended.outcomes == [(Outcome.NOT_FOUND, None)]
        assert appended.entries == []
        assert await bench.journal.heads([unknown]) == {}
        assert await bench.journal.read(unknown, 0, 10) == []
        with pytest.raises(NotFound):
            await bench.journal.load(unknown)

    async def test_reading_begins_after_and_ends_at_the_limit(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(5)))
        assert seqs(await bench.journal.read(project, 2, 2)) == [3, 4]
        assert seqs(await bench.journal.read(project, 5, 2)) == []

    async def test_a_checkpoint_is_kept_unless_a_newer_one_is_there(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author, b'{"tracks":{}}')
        epoch = await bench.epoch(project)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(5)))
        fresh = await bench.journal.load(project)
        assert (fresh.seq, content(fresh)) == (0, {})
        for seq, in_epoch, name, kept, is_ours in [
            (4, epoch, "four", "four", True),
            (3, epoch, "three", "four", True),
            (5, "another", "five", "four", False),
            (6, epoch, "six", "four", False),
            (5, epoch, "five", "five", True),
        ]:
            with nullcontext() if is_ours else pytest.raises(OtherHistory):
                await bench.journal.save(checkpoint(project, in_epoch, seq, name))
            loaded = await bench.journal.load(project)
            assert content(loaded) == {"markers": {"marker-1": {"name": kept}}}
            assert loaded.digest == f"{kept:0>16}"
        loaded = await bench.journal.load(project)
        assert (loaded.project, loaded.epoch, loaded.seq) == (project, epoch, 5)
        with pytest.raises(OtherHistory):
            await bench.journal.save(checkpoint(str(uuid.uuid4()), epoch, 1, "none"))

    async def test_a_state_comes_back_as_it_was_in_slices(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, propose(project, author))
        notes = {f"note-{n:05}": {"key": n, "vel": n / 7, "é ü": "\u2603"} for n in range(1_201)}
        markers = {"marker-1": {"name": 'a "quoted" \\ name', "list": ["a"], "none": None}}
        slices = (
            StateSlice("notes", encode(dict(list(notes.items())[:700]))),
            StateSlice("notes", encode(dict(list(notes.items())[700:]))),
            StateSlice("markers", encode(markers)),
            StateSlice("clips", b"{}"),
        )
        epoch = await bench.epoch(project)
        await bench.journal.save(Checkpoint(project, epoch, 1, "0" * 16, slices))
        loaded = await bench.journal.load(project)
        assert content(loaded) == {"notes": notes, "markers": markers}
        assert max(len(decode(part.entities)) for part in loaded.slices) <= 700

    async def test_Y3_the_base_of_a_moment_is_the_newest_state_before_it(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        epoch = await bench.epoch(project)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(5)))
        await bench.journal.save(checkpoint(project, epoch, 4, "four"))
        for at, seq in ((0, 0), (3, 0), (4, 4), (99, 4)):
            base = await bench.journal.base(project, at)
            assert base is not None
            assert base.seq == seq
        assert await bench.journal.base(project, -1) is None
        assert await bench.journal.base(str(uuid.uuid4()), 9) is None

    async def test_U7_marks_tell_of_entries_without_their_ops(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        proposals = [
            propose(project, author),
            replace(propose(project, author), purpose=Purpose.UNDO, reverts=1, step="step-1"),
            replace(propose(project, author), step="step-2"),
        ]
        appended = await bench.journal.append(proposals, await known(bench, project))
        assert [(e.purpose, e.reverts, e.step) for e in appended.entries] == [
            ("edit", None, None),
            ("undo", 1, "step-1"),
            ("edit", None, "step-2"),
        ]
        assert appended.entries == await bench.journal.read(project, 0, 10)
        marks = await bench.journal.marks(project, 3, 2)
        assert marks == [
            StepMark(2, "member-1", Purpose.UNDO, 1, "step-1", len(ops())),
            StepMark(3, "member-1", Purpose.EDIT, None, "step-2", len(ops())),
        ]
        assert [mark.seq for mark in await bench.journal.marks(project, 1, 10)] == [1]

    async def test_U9_a_mark_says_whether_its_entry_took_effect(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        proposals = [propose(project, author), replace(propose(project, author), payload=b"[]")]
        proposals.append(propose(project, author))
        appended = await bench.journal.append(proposals, await known(bench, project))
        there = KnownHead(await bench.epoch(project), 3, appended.entries[-1].delta_id)
        await bench.journal.record_effective_ops(project, {1: b"[]"}, there)
        marks = await bench.journal.marks(project, 3, 10)
        assert [mark.is_void for mark in marks] == [True, True, False]

    async def test_U6_an_undo_sent_again_is_the_same_whatever_its_ops_came_to(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        first = replace(propose(project, author), purpose=Purpose.UNDO)
        again = replace(first, payload=ops("other"))
        assert await outcomes(bench.journal, first, again) == [
            (Outcome.COMMITTED, 1),
            (Outcome.DUPLICATE, 1),
        ]
        assert await bench.journal.find(again) == (Outcome.DUPLICATE, 1)
        edit = replace(first, purpose=Purpose.EDIT)
        assert await bench.journal.find(edit) == (Outcome.ID_REUSED, 1)

    async def test_Y1_what_took_effect_is_recorded_and_changes_no_entry(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, propose(project, author))
        before = await bench.journal.read(project, 0, 1)
        mine = KnownHead(await bench.epoch(project), 1, before[0].delta_id)
        effective_ops = {1: ops("in effect"), 9: ops("nobody")}
        await bench.journal.record_effective_ops(project, effective_ops, mine)
        assert await bench.journal.read(project, 0, 1) == before

    # Another history than the one that is known.

    async def test_S3_a_journal_that_went_back_takes_a_new_epoch_and_stores_nothing(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(5)))
        ahead = await known(bench, project, 5)
        await bench.go_back(project, 3)
        late = [propose(project, author), propose(project, author)]
        appended = await bench.journal.append(late, ahead)
        assert appended.outcomes == [(Outcome.WENT_BACK, None)] * 2
        assert appended.entries == []
        assert await bench.journal.heads([project]) == {project: 3}
        assert await bench.epoch(project) != ahead[project].epoch
        again = await bench.journal.append(late, ahead)
        assert again.outcomes == [(Outcome.OTHER_EPOCH, None)] * 2
        assert await outcomes(bench.journal, *late) == [(Outcome.COMMITTED, n) for n in (4, 5)]

    async def test_S3_numbers_given_out_anew_are_seen_by_the_id_of_the_entry(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        first = [propose(project, author) for _ in range(5)]
        await outcomes(bench.journal, *first)
        ahead = await known(bench, project, 5)
        await bench.go_back(project, 3)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(4)))
        stands = (await bench.journal.stand(ahead))[project]
        assert (stands.verdict, stands.head) == (Outcome.WENT_BACK, 7)
        assert stands.epoch == ahead[project].epoch != await bench.epoch(project)
        stands = (await bench.journal.stand(ahead))[project]
        assert (stands.verdict, stands.epoch) == (Outcome.OTHER_EPOCH, await bench.epoch(project))

    async def test_S3_who_follows_the_journal_hears_no_alarm(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        before = await bench.epoch(project)
        for seq in range(4):
            each = await known(bench, project, seq)
            stands = (await bench.journal.stand(each))[project]
            assert (stands.verdict, stands.head, stands.epoch) == (None, 3, before)
            assert seqs(await bench.journal.read_on(project, each[project], 9)) == [1, 2, 3][seq:]
        unnamed = {project: KnownHead(before, 2)}
        assert (await bench.journal.stand(unnamed))[project].verdict is None
        assert await bench.journal.stand({str(uuid.uuid4()): KnownHead(before, 0)}) == {}

    async def test_S3_one_project_that_strays_does_not_hold_up_another(self, bench: Bench) -> None:
        author = await bench.author()
        one, other = await bench.project(author), await bench.project(author)
        await outcomes(bench.journal, propose(one, author), propose(one, author))
        both = await known(bench, one, 2) | await known(bench, other)
        await bench.go_back(one, 1)
        batch = [propose(one, author), propose(other, author), propose(one, author)]
        appended = await bench.journal.append(batch, both)
        assert [outcome for outcome, _ in appended.outcomes] == [
            Outcome.WENT_BACK,
            Outcome.COMMITTED,
            Outcome.WENT_BACK,
        ]
        assert [(entry.project, entry.seq) for entry in appended.entries] == [(other, 1)]

    async def test_S3_a_delta_that_is_known_is_no_way_round(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        kept = propose(project, author)
        await outcomes(bench.journal, kept, propose(project, author))
        ahead = await known(bench, project, 2)
        await bench.go_back(project, 1)
        unstorable = propose(project, author, text="nul \0 inside")
        appended = await bench.journal.append([kept, unstorable], ahead)
        assert [outcome for outcome, _ in appended.outcomes] == [
            Outcome.WENT_BACK,
            Outcome.INVALID,
        ]

    async def test_S3_nothing_is_written_or_read_on_behalf_of_another_history(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(5)))
        ahead = (await known(bench, project, 5))[project]
        await bench.go_back(project, 3)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(4)))
        mine = replace_known(checkpoint(project, ahead.epoch, 5, "mine"), ahead)
        with pytest.raises(OtherHistory):
            await bench.journal.save(mine)
        with pytest.raises(OtherHistory):
            await bench.journal.read_on(project, ahead, 9)
        with pytest.raises(OtherHistory):
            await bench.journal.record_effective_ops(project, {4: ops("in effect")}, ahead)
        assert (await bench.journal.load(project)).seq == 0

    async def test_S3_a_stored_state_knows_the_entry_that_it_ends_with(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        assert (await bench.journal.load(project)).delta_id is None
        third = (await known(bench, project, 3))[project]
        await bench.journal.save(replace_known(checkpoint(project, third.epoch, 3, "three"), third))
        assert (await bench.journal.load(project)).known == third
        base = await bench.journal.base(project, 3)
        assert base is not None
        assert base.known == third

    async def test_S3_stored_states_go_with_the_project_into_the_new_epoch(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        ahead = await known(bench, project, 3)
        await bench.go_back(project, 1)
        await bench.journal.stand(ahead)
        base = await bench.journal.base(project, 1)
        assert base is not None
        assert base.epoch == await bench.epoch(project) != ahead[project].epoch

    async def test_S3_two_that_find_it_at_once_make_one_new_epoch(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        await outcomes(bench.journal, *(propose(project, author) for _ in range(3)))
        ahead = await known(bench, project, 3)
        await bench.go_back(project, 1)
        found = await asyncio.gather(
            *(bench.journal.append([propose(project, author)], ahead) for _ in range(4)),
            *(bench.journal.stand(ahead) for _ in range(4)),
        )
        assert len(found) == 8
        after = await known(bench, project, 1)
        appended = await bench.journal.append([propose(project, author)], after)
        assert appended.outcomes == [(Outcome.COMMITTED, 2)]
        assert (await bench.journal.stand(after))[project].epoch == await bench.epoch(project)

    async def test_D14_a_group_has_seqs_in_a_row_and_all_but_the_last_say_more(
        self, bench: Bench
    ) -> None:
        author = await bench.author()
        project = await bench.project(author)
        epoch = await bench.epoch(project)
        first = propose(project, author)
        await outcomes(bench.journal, first)
        parts = group(project, author, 3)
        known = KnownHead(epoch, 1, first.delta_id)
        stored = await bench.journal.append_group(str(uuid.uuid4()), parts, known)
        assert stored == (Outcome.COMMITTED, 4)
        await outcomes(bench.journal, propose(project, author))
        entries = await bench.journal.read(project, 0, 10)
        assert [(e.seq, e.more) for e in entries] == [
            (1, False),
            (2, True),
            (3, True),
            (4, False),
            (5, False),
        ]
        assert [e.delta_id for e in entries[1:4]] == [part.delta_id for part in parts]
        assert [e.payload for e in entries[1:4]] == [part.payload for part in parts]
        assert [e.payload_hash for e in entries[1:4]] == [part.payload_hash for part in parts]
        assert [e.reverts for e in entries] == [None, None, None, 1, None]
        assert len({e.committed_at for e in entries[1:4]}) == 1
        missed = await bench.journal.append([], {project: KnownHead(epoch, 1, first.delta_id)})
        assert missed.entries == entries[1:]
        assert await bench.journal.marks(project, 9, 9) == [
            entry.mark(is_void=False) for entry in entries
        ]

    async def test_D14_the_same_group_again_answers_the_same_seq(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        known = KnownHead(await bench.epoch(project), 0)
        parts = group(project, author, 3)
        staging = str(uuid.uuid4())
        assert await bench.journal.append_group(staging, parts, known) == (Outcome.COMMITTED, 3)
        again = await bench.journal.append_group(staging, parts, known)
        assert again == (Outcome.DUPLICATE, 3)
        elsewhere = await bench.journal.append_group(str(uuid.uuid4()), parts[1:], known)
        assert elsewhere == (Outcome.DUPLICATE, 3)
        other = [*parts[:-1], replace(parts[-1], purpose=Purpose.REDO)]
        reused = await bench.journal.append_group(str(uuid.uuid4()), other, known)
        assert reused == (Outcome.ID_REUSED, None)
        assert len(await bench.journal.read(project, 0, 10)) == 3

    async def test_D14_of_a_refused_group_nothing_is_there(self, bench: Bench) -> None:
        author, stranger = await bench.author(), await bench.author()
        project = await bench.project(author)
        epoch = await bench.epoch(project)
        known = KnownHead(epoch, 0)

        async def outcome_of(who: Author, known: KnownHead) -> Outcome:
            parts = group(project, who, 3)
            outcome, seq = await bench.journal.append_group(str(uuid.uuid4()), parts, known)
            assert seq is None
            return outcome

        assert await outcome_of(stranger, known) is Outcome.FORBIDDEN
        assert await outcome_of(author, KnownHead("another", 0)) is Outcome.OTHER_EPOCH
        await bench.archive(project, True)
        assert await outcome_of(author, known) is Outcome.ARCHIVED
        await bench.archive(project, False)
        await bench.revoke_session(author.auth_session)
        assert await outcome_of(author, known) is Outcome.SESSION_REVOKED
        assert await bench.journal.read(project, 0, 10) == []
        assert await bench.journal.heads([project]) == {project: 0}

    async def test_D14_groups_and_deltas_of_many_writers_do_not_mix(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        known = KnownHead(await bench.epoch(project), 0)

        async def write_groups() -> None:
            for size in (2, 5, 3):
                parts = group(project, author, size)
                await bench.journal.append_group(str(uuid.uuid4()), parts, known)

        async def write() -> None:
            for _ in range(15):
                await outcomes(bench.journal, propose(project, author), propose(project, author))

        await asyncio.gather(write(), write_groups(), write(), write_groups())
        entries = await bench.journal.read(project, 0, 1_000)
        assert seqs(entries) == list(range(1, 81))
        assert sum(entry.more for entry in entries) == 2 * (10 - 3)
        for entry, after in itertools.pairwise(entries):
            if entry.more:
                assert after.step == entry.step

    async def test_a_read_is_bounded_in_bytes(self, bench: Bench) -> None:
        author = await bench.author()
        project = await bench.project(author)
        large = "x" * (READ_BYTES // 3)
        for _ in range(5):
            await outcomes(bench.journal, propose(project, author, text=large))
        first = await bench.journal.read(project, 0, 100)
        assert seqs(first) == [1, 2, 3]
        assert may_have_more(first, 100)
        rest = await bench.journal.read(project, 3, 100)
        assert seqs(rest) == [4, 5]
        assert not may_have_more(rest, 100)
        missed = await bench.journal.append([], {project: KnownHead(await bench.epoch(project), 0)})
        assert seqs(missed.entries) == [1, 2, 3]
