"""D3: which proposals of one id are the same proposal, and which entry is what became of it."""

from typing import Any

import pytest
from msgspec import structs

from rooms.journal.entry import Entry, Proposal, Purpose, StepMark

EDIT = Proposal(
    project="project",
    delta_id="delta-1",
    author="ann",
    auth_session="login",
    member="ann-desk",
    payload=b'[{"op":"set"}]',
    atomic=False,
)
RESTORE = structs.replace(EDIT, purpose=Purpose.RESTORE, snapshot="snapshot-1")


def entry_of(proposal: Proposal, **other: Any) -> Entry:
    """As the journal stores it."""
    same = ("project", "delta_id", "author", "member", "payload", "atomic", "aspect", "purpose")
    return Entry(
        **{name: getattr(proposal, name) for name in (*same, "reverts", "step", "reach")},
        seq=1,
        committed_at=0.0,
        payload_hash=proposal.payload_hash,
        **other,
    )


@pytest.mark.parametrize(
    "other",
    [
        {"payload": b"[]"},
        {"author": "ben"},
        {"atomic": True},
        {"aspect": "counter"},
        {"purpose": Purpose.UNDO},
    ],
)
def test_D3_another_proposal_of_the_same_id_is_told_by_its_hash(other: dict[str, Any]) -> None:
    another = structs.replace(EDIT, **other)
    assert another.payload_hash != EDIT.payload_hash
    assert not EDIT.is_stored_as(entry_of(another))
    assert another.is_stored_as(entry_of(another))


@pytest.mark.parametrize("other", [{"member": "ann-sofa"}, {"auth_session": "new"}, {"fence": 7}])
def test_D3_the_same_from_another_device_is_the_same_proposal(other: dict[str, Any]) -> None:
    again = structs.replace(EDIT, **other)
    assert again.payload_hash == EDIT.payload_hash
    assert again.is_stored_as(entry_of(EDIT))


def test_D3_ops_that_the_server_made_are_not_part_of_what_was_asked() -> None:
    for asked in (RESTORE, structs.replace(EDIT, purpose=Purpose.UNDO)):
        made = structs.replace(asked, payload=b'[{"op":"delete"}]')
        assert made.payload_hash == asked.payload_hash
        assert asked.is_stored_as(entry_of(made))


def test_D3_a_restore_of_another_snapshot_is_another_proposal() -> None:
    another = structs.replace(RESTORE, snapshot="snapshot-2")
    assert another.payload_hash != RESTORE.payload_hash
    assert not another.is_stored_as(entry_of(RESTORE))


def test_an_entry_says_what_the_undo_stacks_need_of_it() -> None:
    undo = structs.replace(EDIT, purpose=Purpose.UNDO, reverts=3, step="fade")
    mark = entry_of(undo, more=True).mark(is_void=True)
    size = len(undo.payload)
    assert mark == StepMark(1, "ann-desk", Purpose.UNDO, 3, "fade", size, True, True)


@pytest.mark.parametrize(
    ("purpose", "step", "is_no_step"),
    [
        (Purpose.RESTORE, None, True),
        (Purpose.RESTORE, "restore", False),
        (Purpose.EDIT, None, False),
    ],
)
def test_U9_a_restore_that_had_nothing_to_do_is_no_step(
    purpose: Purpose, step: str | None, is_no_step: bool
) -> None:
    proposal = structs.replace(EDIT, purpose=purpose, step=step)
    assert entry_of(proposal).mark(is_void=False).is_no_step is is_no_step
