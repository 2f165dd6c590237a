"""D3: a room that waits for an entry past its head notices when the journal has lost that entry."""

import asyncio
from unittest.mock import Mock

import pytest
from msgspec.structs import replace

from persistence.journal.contract import AppendResult, Journal, KnownHead
from rooms.effects import LookUp
from rooms.journal.entry import Entry, Outcome, Proposal
from rooms.room import Room
from schema.messages import Error
from server.live.journal_watch import JournalWatch
from server.live.live_room import LiveRoom
from server.live.room_commits import RoomCommits
from server.live.room_jobs import RoomJobs
from server.live.room_journal import RoomJournal

PROPOSAL = Proposal(
    project="project",
    delta_id="delta-one",
    author="ann",
    auth_session="login",
    member="ann-desk",
    payload=b"[]",
    atomic=False,
)


@pytest.mark.parametrize("way", ["_committed", "_group_answered"])
async def test_D3_a_duplicate_that_is_not_read_yet_is_expected(way: str) -> None:
    live = Mock(LiveRoom, room=Mock(Room))
    journal = Mock(Journal)
    commits = RoomCommits({"project": live}, Mock(JournalWatch), journal, Mock(), Mock(), Mock())
    if way == "_committed":
        commits._committed([PROPOSAL], AppendResult([(Outcome.DUPLICATE, 45)], []))
    else:
        commits._group_answered([PROPOSAL], Outcome.DUPLICATE, 45)
    live.expect.assert_called_once_with(45, "delta-one")
    live.room.answered.assert_called_once_with(PROPOSAL, Outcome.DUPLICATE, 45)


async def test_D3_a_delta_that_is_found_past_the_head_is_expected() -> None:
    expected: list[tuple[int, str]] = []
    services = Mock()

    async def find(_: Proposal) -> tuple[Outcome, int]:
        return Outcome.DUPLICATE, 45

    services.journal.find = find
    jobs = Mock(RoomJobs)
    reads = RoomJournal(Mock(Room), jobs, services, lambda seq, one: expected.append((seq, one)))
    await reads.look_up(LookUp("connection", PROPOSAL, Mock(Error)))
    assert expected == [(45, "delta-one")]
    jobs.run.assert_called_once()


def test_F31_an_entry_that_was_stored_is_expected_also_behind_another_of_its_seq() -> None:
    """The journal lost it, and gave its seq out anew, before the room had read it."""
    live = Mock(LiveRoom, known_seq=3, known_id="lost")
    live._was_refilled = lambda: LiveRoom._was_refilled(live)
    live.room = Mock(Room, epoch="epoch", head=4, head_id="four")
    live.room.may_be_entry = lambda seq, delta_id: (seq, delta_id) == (3, "refilled")
    known = vars(LiveRoom)["known"].fget
    assert known(live) == KnownHead("epoch", 3, "lost")
    live.known_id = "refilled"
    assert known(live) == KnownHead("epoch", 4, "four")
    assert (live.known_seq, live.known_id) == (4, "four")


async def test_what_one_room_cannot_take_keeps_no_other_from_its_answers() -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, told: reported.append(told))
    rooms = {name: Mock(LiveRoom, room=Mock(Room)) for name in ("one", "other")}
    rooms["one"].take_committed.side_effect = ValueError("planted")
    commits = RoomCommits(rooms, Mock(JournalWatch), Mock(Journal), Mock(), Mock(), Mock())
    batch = [replace(PROPOSAL, project=name) for name in (*rooms, "other")]
    outcomes: list[tuple[Outcome, int | None]]
    outcomes = [(Outcome.COMMITTED, 1), (Outcome.COMMITTED, 1), (Outcome.DUPLICATE, 1)]
    entries: list[Entry] = [Mock(Entry, project=name) for name in rooms]
    commits._committed(batch, AppendResult(outcomes, entries))
    rooms["one"].catch_up.assert_called_once()
    rooms["other"].take_committed.assert_called_once_with([entries[1]])
    rooms["other"].room.answered.assert_called_once_with(batch[2], Outcome.DUPLICATE, 1)
    assert len(reported) == 1
