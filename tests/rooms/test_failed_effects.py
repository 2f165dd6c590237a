"""Of an effect that cannot be carried out nobody waits for ever, and what follows goes on."""

from collections.abc import Iterable
from typing import get_args

import pytest

from rooms.edits import made_ops
from rooms.edits.answers import NOT_DONE, RETRY_MILLISECONDS
from rooms.effects import (
    Admit,
    Commit,
    CommitGroup,
    Disconnect,
    Effect,
    LookUp,
    Recall,
    SendState,
    Settled,
    TurnCame,
)
from rooms.failed_effects import answers_instead
from rooms.journal.entry import Purpose
from schema.close_codes import RESTARTING
from schema.messages import Ack, Error
from schema.ops import Op, Set
from tests.rooms.bench import Bench
from tests.rooms.edits.test_made_ops import notes

LOUD: Op = Set("channels", "ch_bass_", {"volume": 0.5})
LEFT: Op = Set("channels", "ch_bass_", {"pan": -0.5})

WAITED_FOR = {Commit, CommitGroup, LookUp, Recall, Settled, TurnCame, SendState, Admit}
"""The others are made good by the next tick, or by the next look at the journal."""


class Failing(Bench):
    """Effects of one kind cannot be carried out, as long as `is_broken`."""

    def __init__(self, kind: type[Effect], *, remembers: bool = True) -> None:
        super().__init__(remembers=remembers)
        self.kind = kind
        self.is_broken = False

    def take(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if self.is_broken and type(effect) is self.kind:
                self.run(answers_instead(self.room, effect))
            else:
                super().take([effect])

    def undo(self, delta_id: str) -> object:
        """What ann hears, once it is committed."""
        self.run(self.room.edits.undo_or_redo("ann", delta_id, Purpose.UNDO))
        self.commit()
        return self.last("ann")


def test_each_kind_is_answered_or_waited_for_by_nobody() -> None:
    assert set(get_args(Effect)) >= WAITED_FOR
    bench = Bench()
    for kind in set(get_args(Effect)) - WAITED_FOR:
        effect = kind(*[None] * len(kind.__struct_fields__))  # whatever it holds
        assert list(answers_instead(bench.room, effect)) == []


def test_D12_a_delta_that_the_journal_was_not_given_is_refused_for_now_with_those_behind() -> None:
    bench = Failing(Commit)
    bench.join("ann")
    bench.is_broken = True
    first = bench.propose("ann", LOUD)
    refused = bench.last("ann")
    assert isinstance(refused, Error)
    assert (refused.id, refused.code, refused.message) == (first, "internal", NOT_DONE)
    assert refused.details["retry_after_ms"] == RETRY_MILLISECONDS
    assert not bench.room.has_proposals
    bench.is_broken = False
    bench.propose("ann", LEFT)
    behind = bench.last("ann")
    assert isinstance(behind, Error)
    assert behind.details["after"] == first


def test_U6_D14_a_large_undo_that_the_journal_was_not_given_can_be_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(made_ops, "MADE_OPS", 2)
    bench = Failing(CommitGroup)
    bench.join("ann")
    bench.edit("ann", *notes(5))
    bench.is_broken = True
    refused = bench.undo("undo-0001")
    assert isinstance(refused, Error)
    assert (refused.id, refused.code) == ("undo-0001", "internal")
    bench.is_broken = False
    assert isinstance(bench.undo("undo-0001"), Ack)


def test_D3_a_delta_that_was_not_looked_up_is_refused_for_now() -> None:
    bench = Failing(LookUp)
    bench.join("ann")
    bench.is_broken = True
    refused = bench.undo("undo-0001")
    assert isinstance(refused, Error)
    assert (refused.id, refused.code) == ("undo-0001", "unavailable")
    bench.is_broken = False
    again = bench.undo("undo-0001")
    assert isinstance(again, Error)
    assert again.code == "nothing_to_undo"


def test_U7_an_undo_whose_changes_were_not_read_can_be_asked_for_again() -> None:
    bench = Failing(Recall, remembers=False)
    bench.join("ann")
    bench.edit("ann", LOUD)
    bench.is_broken = True
    refused = bench.undo("undo-0001")
    assert isinstance(refused, Error)
    assert (refused.id, refused.code) == ("undo-0001", "internal")
    bench.is_broken = False
    assert isinstance(bench.undo("undo-0001"), Ack)


def test_J2_who_waits_for_a_state_that_is_not_encoded_is_told() -> None:
    bench = Failing(SendState)
    bench.is_broken = True
    request = bench.request("ann")
    bench.take(bench.room.join(request))
    refused = bench.last("ann")
    assert isinstance(refused, Error)
    assert (refused.id, refused.code) == ("join", "unavailable")
    assert not bench.room.seats


def test_J1_who_was_not_told_that_it_is_in_comes_back() -> None:
    bench = Failing(Admit)
    bench.is_broken = True
    bench.join("ann")
    assert bench.disconnected == [Disconnect("ann", RESTARTING)]


def test_a_call_that_was_not_told_its_seq_is_told_to_ask_again() -> None:
    bench = Bench()
    [[told]] = answers_instead(bench.room, Settled(7, 3, None))
    assert isinstance(told, Settled)
    assert (told.ticket, told.seq, told.error and told.error.code) == (7, None, "internal")
    assert list(answers_instead(bench.room, told)) == [], "not for ever"


def test_a_call_that_did_not_hear_of_its_turn_is_told_to_ask_again() -> None:
    [[told]] = answers_instead(Bench().room, TurnCame(7))
    assert isinstance(told, Settled)
    assert (told.ticket, told.error and told.error.code) == (7, "internal")
