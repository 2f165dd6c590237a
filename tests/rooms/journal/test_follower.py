"""Every entry once, in the order of seq, whoever brings it: commits, other nodes, the journal."""

from collections.abc import Iterable, Sequence

from rooms.document.document import Document
from rooms.effects import CatchUp, Effect, Job, Quarantined
from rooms.journal.entry import DOCUMENT, Entry
from rooms.journal.follower import AppliedEntry, JournalFollower
from schema.messages import Position
from schema.ops import Insert, encode_ops
from schema.server_limits import MAX_EARLY


class Follower:
    """One at seq 3, and the entries that it has applied."""

    def __init__(self) -> None:
        self.done: list[AppliedEntry] = []
        self.of = JournalFollower(Document(), Position("epoch", 3), self._applied)
        self.of.head_id = "delta-3"

    def _applied(self, done: AppliedEntry) -> Job:
        self.done.append(done)
        return iter(())

    @property
    def seqs(self) -> list[int]:
        return [done.entry.seq for done in self.done]

    def committed(self, *entries: Entry) -> list[Effect]:
        return effects_of(self.of.committed(entries))

    def remote(self, entry: Entry, previous: str | None = None) -> list[Effect]:
        return effects_of(self.of.on_remote_entry(entry, previous))


def effects_of(job: Iterable[Sequence[Effect]]) -> list[Effect]:
    return [effect for effects in job for effect in effects]


def entry(seq: int, aspect: str = DOCUMENT, *, more: bool = False) -> Entry:
    return Entry(
        project="project",
        seq=seq,
        delta_id=f"delta-{seq}",
        author="ann",
        member="ann-desk",
        payload=encode_ops([Insert("markers", f"marker_{seq}", {"time": seq})]),
        atomic=False,
        committed_at=0.0,
        payload_hash=b"hash",
        aspect=aspect,
        more=more,
    )


def test_D2_each_seq_is_applied_once_and_names_the_one_before_it() -> None:
    follower = Follower()
    assert follower.committed(entry(3), entry(4), entry(4), entry(5)) == []
    assert follower.seqs == [4, 5]
    assert [done.previous for done in follower.done] == ["delta-3", "delta-4"]
    assert (follower.of.head, follower.of.head_id) == (5, "delta-5")
    assert follower.of.digest == follower.of.document.digest
    assert "marker_5" in follower.of.document.collections["markers"]


def test_D2_behind_a_gap_nothing_is_applied_and_the_journal_is_read() -> None:
    follower = Follower()
    assert follower.committed(entry(4), entry(6), entry(7)) == [CatchUp(4)]
    assert follower.seqs == [4]


def test_D2_what_another_node_sends_too_early_waits_for_what_is_before_it() -> None:
    follower = Follower()
    assert follower.remote(entry(6), "delta-5") == [CatchUp(3, is_early=True)]
    assert follower.remote(entry(5), "delta-4") == [CatchUp(3, is_early=True)]
    assert follower.seqs == []
    assert follower.remote(entry(4), "delta-3") == []
    assert follower.seqs == [4, 5, 6]
    assert follower.of.early_entries == {}


def test_what_comes_early_is_bounded() -> None:
    follower = Follower()
    for seq in range(MAX_EARLY + 10):
        follower.remote(entry(seq + 5))
    assert len(follower.of.early_entries) == MAX_EARLY


def test_F31_an_entry_behind_another_one_than_ours_is_not_applied() -> None:
    follower = Follower()
    assert follower.remote(entry(4), "another-3") == [CatchUp(3)]
    assert follower.seqs == []
    follower.remote(entry(5), "another-4")
    assert follower.committed(entry(4)) == [CatchUp(4)]
    assert follower.seqs == [4]


def test_what_nobody_knows_the_id_of_is_believed() -> None:
    follower = Follower()
    follower.of.head_id = None
    assert follower.remote(entry(4), "another-3") == []
    assert follower.remote(entry(5)) == []
    assert follower.seqs == [4, 5]


def test_D17_an_entry_of_an_aspect_that_is_not_known_keeps_its_seq_and_does_nothing() -> None:
    follower = Follower()
    before = follower.of.document.digest
    [effect] = follower.committed(entry(4, "no such aspect"))
    assert isinstance(effect, Quarantined)
    assert (effect.seq, effect.delta_id) == (4, "delta-4")
    assert follower.of.document.digest == before
    assert (follower.seqs, follower.of.head) == ([4], 4)


def test_D14_a_group_ends_with_the_entry_that_nothing_more_belongs_to() -> None:
    follower = Follower()
    follower.committed(entry(4, more=True))
    inside = [follower.of.is_inside_group]
    follower.committed(entry(5, more=True), entry(6))
    assert [*inside, follower.of.is_inside_group] == [True, False]
    assert [done.ends_group for done in follower.done] == [False, False, True]
