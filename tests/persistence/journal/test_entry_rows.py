"""What a batch comes to for its rooms: their own entries and the missed ones, without a hole."""

from datetime import UTC, datetime

import pytest

from persistence.journal.contract import KnownHead
from persistence.journal.entry_rows import (
    ProposalResult,
    columns,
    outcome_of,
    own_entries,
    without_gaps,
)
from rooms.journal.entry import Entry, Outcome, Proposal, Purpose

NOW = datetime(2026, 11, 27, 12, 0, 0, 250_000, tzinfo=UTC)


def proposal(delta_id: str, project: str = "one") -> Proposal:
    return Proposal(
        project=project,
        delta_id=delta_id,
        author="ann",
        auth_session="login",
        member="ann-desk",
        payload=b"[1]",
        atomic=True,
        purpose=Purpose.UNDO,
        reverts=4,
        step="fade",
        reach="tr_1",
    )


def entry(seq: int, project: str = "one", delta_id: str = "") -> Entry:
    result = ProposalResult(Outcome.COMMITTED, seq, NOW, b"hash")
    return own_entries([proposal(delta_id or f"delta-{seq}", project)], [result])[0]


def test_what_was_committed_just_now_is_the_entry_of_its_proposal() -> None:
    [own] = own_entries([proposal("delta-1")], [ProposalResult(Outcome.COMMITTED, 7, NOW, b"hash")])
    assert own == Entry(
        project="one",
        seq=7,
        delta_id="delta-1",
        author="ann",
        member="ann-desk",
        payload=b"[1]",
        atomic=True,
        committed_at=NOW.timestamp() * 1_000,
        payload_hash=b"hash",
        purpose=Purpose.UNDO,
        reverts=4,
        step="fade",
        reach="tr_1",
    )


@pytest.mark.parametrize(
    "result",
    [
        ProposalResult(Outcome.DUPLICATE, 7),
        ProposalResult(Outcome.FORBIDDEN, None),
        ProposalResult(Outcome.COMMITTED, 7),  # by an append before: its row comes by itself
    ],
)
def test_what_was_not_committed_just_now_is_no_entry_of_ours(result: ProposalResult) -> None:
    assert own_entries([proposal("delta-1")], [result]) == []


def test_what_follows_each_head_is_given_in_order_and_once() -> None:
    known = {"one": KnownHead("epoch", 4), "other": KnownHead("epoch", 0)}
    found = [entry(6), entry(5), entry(5), entry(1, "other"), entry(4)]
    assert [(each.project, each.seq) for each in without_gaps(found, known)] == [
        ("one", 5),
        ("one", 6),
        ("other", 1),
    ]


def test_what_comes_behind_a_hole_waits() -> None:
    assert without_gaps([entry(6), entry(7)], {"one": KnownHead("epoch", 4)}) == []
    found = without_gaps([entry(5), entry(7)], {"one": KnownHead("epoch", 4)})
    assert [each.seq for each in found] == [5]


def test_of_a_project_that_nobody_knows_nothing_is_given() -> None:
    assert without_gaps([entry(1)], {}) == []


def test_what_is_known_is_asked_by_columns() -> None:
    known = {"one": KnownHead("epoch-1", 4, "delta-4"), "other": KnownHead("epoch-2", 0)}
    expected = (["one", "other"], [4, 0], ["epoch-1", "epoch-2"], ["delta-4", None])
    assert columns(known) == expected


def test_a_journal_that_is_still_the_known_one_has_no_verdict() -> None:
    assert outcome_of(None) is None
    assert outcome_of("went_back") is Outcome.WENT_BACK
    with pytest.raises(KeyError):
        outcome_of("no outcome")
