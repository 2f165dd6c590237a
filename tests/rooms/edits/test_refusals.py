"""One member's deltas keep their order, whatever is refused for now (rule D12)."""

import random
from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from rooms.edits import refusals
from rooms.edits.answers import try_again
from rooms.effects import Effect, Job, LookUp, Recall
from rooms.journal.entry import Outcome, Purpose
from schema.errors import ERRORS, ErrorCode
from schema.messages import Ack, Error, ProposeDelta, ServerMessage, Undo
from schema.ops import Insert, Set
from tests.rooms.bench import PROJECT, Bench
from tests.rooms.songs import MASTER


def delta(number: int, *, is_wrong: bool = False) -> ProposeDelta:
    """The volume says which one it is; a wrong one takes an id that is in use."""
    wrong = Insert("markers", "tr_bass_", {"time": 0.0})
    op = wrong if is_wrong else Set("channels", "ch_bass_", {"volume": number / 1_000})
    return ProposeDelta(PROJECT, f"delta-{number:04}", [op])


def answer(bench: Bench, connection: str = "ann") -> Any:
    return bench.last(connection)


def came(bench: Bench, message: Any, connection: str = "ann") -> Job:
    """It is at the door; the job looks at it."""
    if isinstance(message, Undo):
        return bench.room.undo_or_redo(connection, message.id, Purpose.UNDO)
    return bench.room.propose(connection, message)


def refuse(bench: Bench, message: Any, connection: str = "ann") -> None:
    error = try_again(PROJECT, message.id, ErrorCode.RATE_LIMITED, "not now")
    gesture = getattr(message, "gesture", None)
    bench.run(bench.room.edits.refuse_for_now(connection, gesture, error))


def propose(bench: Bench, message: Any, connection: str = "ann") -> None:
    bench.run(came(bench, message, connection))


def committed(bench: Bench) -> list[str]:
    return [entry.delta_id for entry in bench.entries]


def waits_for(bench: Bench, first: str, code: str) -> bool:
    told = answer(bench)
    assert isinstance(told, Error)
    return (told.code, told.details.get("after")) == (code, first)


@pytest.fixture
def bench() -> Bench:
    made = Bench()
    made.join("ann")
    return made


@pytest.mark.parametrize("follower", [delta(2), Undo(PROJECT, "undo-0002")])
def test_D12_what_follows_one_refused_for_the_rate_waits_for_it(
    bench: Bench, follower: Any
) -> None:
    refuse(bench, delta(1))
    assert "after" not in answer(bench).details
    propose(bench, follower)
    assert waits_for(bench, "delta-0001", "rate_limited")
    refuse(bench, delta(3))
    assert waits_for(bench, "delta-0001", "rate_limited")
    propose(bench, delta(1))
    propose(bench, follower)
    bench.commit()
    bench.commit()
    assert committed(bench) == ["delta-0001", follower.id]


def test_D12_D9_what_follows_one_too_many_waits_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MAX_DELTAS_IN_FLIGHT", 1)
    propose(bench, delta(1))
    propose(bench, delta(2))
    bench.commit()
    propose(bench, delta(3))
    assert waits_for(bench, "delta-0002", "rate_limited")
    propose(bench, delta(2))
    bench.commit()
    propose(bench, delta(3))
    bench.commit()
    assert committed(bench) == ["delta-0001", "delta-0002", "delta-0003"]


def test_D12_D7_what_follows_one_that_found_the_node_full_waits_for_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MAX_WAITING_BYTES", 100)
    propose(bench, delta(1))
    propose(bench, delta(2))
    assert answer(bench).code == "unavailable"
    bench.commit()
    propose(bench, delta(3))
    assert waits_for(bench, "delta-0002", "unavailable")


@pytest.mark.parametrize("late", [delta(3), Undo(PROJECT, "undo-0003")])
def test_D9_what_waits_behind_long_jobs_counts_from_its_coming(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, late: Any
) -> None:
    """Also where those before it are answered by the time it is looked at."""
    bench.join("bob")
    monkeypatch.setattr(refusals, "MAX_DELTAS_IN_FLIGHT", 2)
    jobs = [came(bench, message) for message in (delta(1), delta(2), late, delta(4))]
    of_bob = came(bench, delta(5), "bob")
    for job in jobs[:2]:
        bench.run(job)
        bench.commit()
    bench.run(jobs[2])
    assert (answer(bench).id, answer(bench).code) == (late.id, "rate_limited")
    bench.run(jobs[3])
    assert waits_for(bench, late.id, "rate_limited")
    bench.run(of_bob)
    bench.commit()
    assert committed(bench) == ["delta-0001", "delta-0002", "delta-0005"]
    propose(bench, late)
    bench.commit()
    assert committed(bench)[-1] == late.id
    assert nothing_arrives(bench)


def test_D7_D9_bytes_that_wait_behind_long_jobs_count_for_the_room(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.join("bob")
    monkeypatch.setattr(refusals, "MAX_WAITING_BYTES", 100)
    jobs = [came(bench, delta(1)), came(bench, delta(2), "bob")]
    bench.run(jobs[0])
    bench.commit()
    bench.run(jobs[1])
    assert answer(bench, "bob").code == "unavailable"
    assert committed(bench) == ["delta-0001"]
    assert nothing_arrives(bench)


def test_D9_what_a_member_sent_that_has_joined_anew_counts_no_more(bench: Bench) -> None:
    job = came(bench, delta(1))
    bench.join("ann")
    bench.run(job)
    assert nothing_arrives(bench)
    assert not bench.waiting


def nothing_arrives(bench: Bench) -> bool:
    counts = [seat.arrived_count for seat in bench.room.seats.values()]
    return not any(counts) and bench.room.edits.open_proposals.arrived_bytes == 0


def test_D12_other_members_do_not_wait(bench: Bench) -> None:
    bench.join("bob")
    refuse(bench, delta(1))
    bench.run(bench.room.edits.propose("bob", delta(2)))
    bench.commit()
    assert committed(bench) == ["delta-0002"]


@pytest.mark.parametrize("again", [delta(1), delta(1, is_wrong=True)])
def test_D12_nothing_waits_once_it_has_come_again_taken_or_refused(
    bench: Bench, again: Any
) -> None:
    refuse(bench, delta(1))
    propose(bench, again)
    propose(bench, delta(2))
    bench.commit()
    assert committed(bench)[-1] == "delta-0002"


def test_D12_D3_what_is_committed_already_is_said_so_at_once(bench: Bench) -> None:
    propose(bench, delta(1))
    bench.commit()
    refuse(bench, delta(2))
    propose(bench, delta(1))
    assert isinstance(answer(bench), Ack)


def test_D12_nothing_waits_after_a_new_join(bench: Bench) -> None:
    refuse(bench, delta(1))
    bench.join("ann")
    propose(bench, delta(2))
    bench.commit()
    assert committed(bench) == ["delta-0002"]


def test_D12_what_a_connection_said_before_it_joined_anew_is_void(bench: Bench) -> None:
    late = bench.room.edits.propose("ann", delta(2))
    refused = try_again(PROJECT, "delta-0003", ErrorCode.RATE_LIMITED, "not now")
    later = bench.room.edits.refuse_for_now("ann", None, refused)
    undo = bench.room.edits.undo_or_redo("ann", "undo-0001", Purpose.UNDO)
    bench.join("ann")
    for job in (late, later, undo):
        bench.run(job)
    propose(bench, delta(1))
    bench.commit()
    assert committed(bench) == ["delta-0001"]


class Asked(Bench):
    """The journal is asked, and answers when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[LookUp | Recall] = []

    def take(self, effects: Any) -> None:
        kept: list[Effect] = []
        for effect in effects:
            if isinstance(effect, LookUp | Recall):
                self.asked.append(effect)
            else:
                kept.append(effect)
        super().take(kept)

    def journal_answers(self, *, fails: bool = False) -> None:
        effect = self.asked.pop(0)
        edits = self.room.edits
        if isinstance(effect, LookUp):
            self.run(edits.look_up_failed(effect) if fails else edits.looked_up(effect, None))
        elif fails:
            error = try_again(PROJECT, "", ErrorCode.UNAVAILABLE, "the database does not answer")
            self.run(edits.recalled(effect.connection, {}, error))
        else:
            changes = {seq: self.changes[seq] for seq in effect.seqs}
            self.run(edits.recalled(effect.connection, changes))


@pytest.fixture
def asked() -> Asked:
    made = Asked()
    made.join("ann")
    return made


def test_D12_what_follows_a_doubtful_one_waits_until_the_journal_has_spoken(asked: Asked) -> None:
    propose(asked, delta(1, is_wrong=True))
    propose(asked, delta(2))
    asked.commit()
    assert committed(asked) == []
    asked.journal_answers()
    assert [type(m).__name__ for m in asked.heard["ann"][-1:]] == ["Error"]
    asked.commit()
    assert committed(asked) == ["delta-0002"]


def test_D12_if_the_journal_does_not_answer_both_are_refused_in_their_order(asked: Asked) -> None:
    propose(asked, delta(1, is_wrong=True))
    propose(asked, delta(2))
    asked.journal_answers(fails=True)
    told = [(m.id, m.code) for m in asked.heard["ann"] if isinstance(m, Error)]
    assert told == [("delta-0001", "unavailable"), ("delta-0002", "unavailable")]
    assert waits_for(asked, "delta-0001", "unavailable")
    propose(asked, delta(3))
    assert waits_for(asked, "delta-0001", "unavailable")
    assert asked.room.edits.waiting_bytes == 0


def test_D12_D16_what_the_journal_gives_back_comes_again_before_what_follows(bench: Bench) -> None:
    propose(bench, delta(1))
    propose(bench, delta(2))
    propose(bench, Undo(PROJECT, "undo-0003"))
    propose(bench, delta(4))
    given_back, bench.waiting = [parts[-1] for parts in bench.waiting], []
    bench.run(bench.room.edits.given_back(given_back))
    errors = [m for m in bench.heard["ann"] if isinstance(m, Error)]
    told = [(m.id, m.code, m.details.get("after")) for m in errors]
    assert sorted(told, key=str) == [
        ("delta-0001", "unavailable", None),
        ("delta-0002", "unavailable", "delta-0001"),
        ("delta-0004", "unavailable", "delta-0001"),
        ("undo-0003", "unavailable", "delta-0001"),
    ]
    propose(bench, delta(5))
    assert waits_for(bench, "delta-0001", "unavailable")
    for message in (delta(1), delta(2), Undo(PROJECT, "undo-0003"), delta(4), delta(5)):
        propose(bench, message)
        bench.commit()
    assert committed(bench) == [f"delta-{n:04}" for n in (1, 2)] + [
        "undo-0003",
        "delta-0004",
        "delta-0005",
    ]
    assert bench.room.edits.waiting_bytes == 0


def test_D12_what_is_given_back_comes_before_one_that_was_refused_since(bench: Bench) -> None:
    propose(bench, delta(1))
    refuse(bench, delta(2))
    bench.run(bench.room.edits.given_back(bench.waiting.pop()))
    propose(bench, delta(2))
    assert waits_for(bench, "delta-0001", "unavailable")
    propose(bench, delta(1))
    propose(bench, delta(2))
    bench.commit()
    assert committed(bench) == ["delta-0001", "delta-0002"]


def route(number: int) -> ProposeDelta:
    """Leads the sound of a channel elsewhere, and back: what else does so waits (rule O18)."""
    dest = ("ch_reverb", MASTER)[number % 2]
    return ProposeDelta(
        PROJECT, f"route-{number:04}", [Set("channels", "ch_drums", {"dest": dest})]
    )


@pytest.mark.parametrize("first", [route(1), Undo(PROJECT, "undo-0001")])
def test_D12_what_waits_for_anothers_is_given_back_behind_its_own(bench: Bench, first: Any) -> None:
    bench.join("ben")
    propose(bench, route(0), "ben")
    bench.commit()
    propose(bench, first, "ben")
    propose(bench, delta(2))
    propose(bench, route(3))
    propose(bench, delta(4))
    given_back, bench.waiting = [parts[-1] for parts in bench.waiting], []
    bench.run(bench.room.edits.given_back(given_back))
    assert bench.waiting == []
    for message in (delta(2), route(3), delta(4)):
        propose(bench, message)
    bench.commit()
    assert committed(bench) == ["route-0000", "delta-0002", "route-0003", "delta-0004"]


class Client:
    """Honest by D12: sends in order, and again in order, and nothing while one behind is out."""

    def __init__(self, messages: list[Any]) -> None:
        self.order = [message.id for message in messages]
        self.messages = {message.id: message for message in messages}
        self.unsent = list(self.order)
        self.out: list[str] = []
        self.heard = 0

    def may_send(self) -> bool:
        at = self.order.index
        return bool(self.unsent) and (not self.out or at(self.unsent[0]) > at(self.out[-1]))

    def send(self) -> Any:
        self.out.append(self.unsent.pop(0))
        return self.messages[self.out[-1]]

    def hear(self, heard: list[ServerMessage]) -> None:
        for message in heard[self.heard :]:
            if not isinstance(message, Ack | Error) or message.id not in self.out:
                continue
            self.out.remove(str(message.id))
            if isinstance(message, Error) and ERRORS[ErrorCode(message.code)].try_again:
                self.unsent = sorted([*self.unsent, str(message.id)], key=self.order.index)
        self.heard = len(heard)


class Line:
    """A client, the room, and what is under way from one to the other.

    `jobs`: those of the room, in the order in which they came over all lines.
    """

    def __init__(
        self, rng: random.Random, bench: Asked, jobs: deque[Job], name: str, client: Client
    ) -> None:
        self.client = client
        self._name = name
        self._rng = rng
        self._bench = bench
        self._wire = deque[Any]()
        self._jobs = jobs

    def send(self) -> None:
        if self.client.may_send():
            self._wire.append(self.client.send())

    def serve(self) -> None:
        if self._wire:
            if self._rng.random() < 0.2:
                self.work()
                refuse(self._bench, self._wire.popleft(), self._name)
            else:
                self._jobs.append(came(self._bench, self._wire.popleft(), self._name))

    def work(self) -> None:
        """All that waits to be looked at is looked at."""
        while self._jobs:
            self._bench.run(self._jobs.popleft())

    def commit(self) -> None:
        self.work()
        if self._rng.random() < 0.5:
            self._bench.commit()
        elif self._bench.waiting:
            self._bench.append(*self._bench.waiting.pop(0))

    def judge_anew(self) -> None:
        """The journal does not take the first, for what has changed meanwhile."""
        self.work()
        if self._bench.waiting:
            outcome = self._rng.choice((Outcome.GRANT_CHANGED, Outcome.OVERTAKEN))
            first = self._bench.waiting[0][-1].member
            there, self._bench.waiting = self._bench.waiting, []
            for parts in there:
                if parts[-1].member != first:
                    self._bench.waiting.append(parts)
            for parts in there:
                if parts[-1].member == first:
                    self._bench.run(self._bench.room.edits.answered(parts[-1], outcome, None))

    def ask_journal(self) -> None:
        self.work()
        if self._bench.asked:
            self._bench.journal_answers(fails=self._rng.random() < 0.4)

    def give_back(self) -> None:
        self.work()
        given_back = [parts[-1] for parts in self._bench.waiting]
        self._bench.waiting = []
        self._bench.run(self._bench.room.edits.given_back(given_back))

    def hear(self) -> None:
        self.client.hear(self._bench.heard[self._name])


def some_messages(rng: random.Random, numbers: range) -> list[Any]:
    """Deltas, some of them wrong, routes and undos."""
    messages: list[Any] = []
    for number in numbers:
        dice = rng.random()
        if dice < 0.15:
            messages.append(Undo(PROJECT, f"undo-{number:04}"))
        elif dice < 0.3:
            messages.append(route(number))
        else:
            messages.append(delta(number, is_wrong=rng.random() < 0.2))
    return messages


@pytest.mark.parametrize("seed", range(50))
def test_D12_the_journal_has_the_order_of_the_edits_whatever_is_refused(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MAX_DELTAS_IN_FLIGHT", 5)
    monkeypatch.setattr(refusals, "MAX_WAITING_BYTES", 600)
    rng = random.Random(seed)
    bench = Asked()
    bench.room.edits.entries.stacks.changes = lambda seq: None  # type: ignore[method-assign]  # so the journal is asked
    jobs = deque[Job]()
    lines: list[Line] = []
    for name, numbers in (("ann", range(40)), ("ben", range(40, 80))):
        bench.join(name)
        lines.append(Line(rng, bench, jobs, name, Client(some_messages(rng, numbers))))
    while at_work := [line for line in lines if line.client.unsent or line.client.out]:
        line = rng.choice(at_work)
        acts = [line.send, line.serve, line.hear, line.commit, line.ask_journal]
        [act] = rng.choices([*acts, line.give_back, line.judge_anew], [10, 10, 5, 5, 10, 1, 1])
        act()
    for line in lines:
        order = line.client.order
        places = [order.index(one) for one in committed(bench) if one in order]
        assert places == sorted(places)
        assert len(places) > 10
    assert bench.room.edits.waiting_bytes == 0


def test_D12_J15_one_on_its_way_from_before_holds_up_none_that_came_before_it(bench: Bench) -> None:
    """Its device closed its connection, joined anew, and sends all of it again in its order."""
    propose(bench, delta(9))
    [[from_before]], bench.waiting = bench.waiting, []
    bench.take(bench.room.leave("ann"))
    bench.join("ann", connection="ann again")
    fenced = replace(bench.room.seats["ann again"].request, fence=2)
    bench.room.seats["ann again"].request = fenced
    propose(bench, delta(1), "ann again")
    undo = Undo(PROJECT, "undo-0001")
    propose(bench, undo, "ann again")
    for number in (2, 9, 3):
        propose(bench, delta(number), "ann again")
    bench.heard["ann again"].clear()
    bench.run(bench.room.answered(from_before, Outcome.FENCED, None))
    told = [m for m in bench.heard["ann again"] if isinstance(m, Error)]
    assert [(m.id, m.details.get("after")) for m in told] == [
        ("delta-0009", None), ("delta-0003", "delta-0009"),
    ]  # fmt: skip
    bench.commit()
    assert committed(bench) == ["delta-0001", "undo-0001", "delta-0002"]
    for number in (9, 3):
        propose(bench, delta(number), "ann again")
    bench.commit()
    assert committed(bench)[3:] == ["delta-0009", "delta-0003"]
