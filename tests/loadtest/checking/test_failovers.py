"""What a promotion excuses, and what it does not."""

from loadtest.checking.anomalies import Kind, Truth, check
from loadtest.checking.copies import Checkpoint, wrong_checkpoints, wrong_copies
from loadtest.checking.failovers import TOLD_SECONDS, Failover, lost_ids, without_lost
from loadtest.checking.history import Happening, What

DIGESTS = {"1": "d1", "2": "d2", "3": "D3"}
JOURNAL = ("song", "a1", "b2")
"""After the promotion: seq 3 was `a2` before it, and was given out anew."""

BEFORE = [
    Happening(What.SYNCED, "ada", 1.0, seq=1, epoch="e", digest="d1"),
    Happening(What.INVOKE, "ada", 2.0, "a1"),
    Happening(What.OK, "ada", 2.1, "a1", 2, epoch="e", digest="d2"),
    Happening(What.INVOKE, "ada", 3.0, "a2"),
    Happening(What.OK, "ada", 3.1, "a2", 3, epoch="e", digest="d3"),
]
AFTER = [
    Happening(What.SYNCED, "ada", 7.0, seq=2, epoch="f", digest="d2", fresh=True),
    Happening(What.INVOKE, "ben", 7.1, "b2"),
    Happening(What.READ, "ada", 7.2, "b2", 3, epoch="f", digest="D3"),
    Happening(What.OK, "ben", 7.2, "b2", 3, epoch="f", digest="D3"),
]
LAGGING = Failover(4.0, 5.0, False, {"p": 2}, {"p": 1})
SYNCHRONOUS = Failover(4.0, 5.0, True, {"p": 2}, {"p": 1})


def judged(failover: Failover, *more: Happening) -> tuple[set[Kind], set[str], int]:
    """Anomalies, the deltas that are excused, and how many copies are wrong."""
    told = [*BEFORE, *AFTER, *more]
    kept = without_lost(told, [failover], "p", JOURNAL, DIGESTS)
    found = {one.kind for one in check(kept, Truth(JOURNAL, begun_at=1))}
    return found, lost_ids(kept), len(list(wrong_copies(kept, DIGESTS)))


def test_what_a_lagging_standby_had_not_had_is_excused_and_counted() -> None:
    assert judged(LAGGING) == (set(), {"a2"}, 0)


def test_behind_a_synchronous_standby_nothing_is_excused() -> None:
    found, excused, wrong = judged(SYNCHRONOUS)
    assert Kind.LOST in found
    assert (excused, wrong) == (set(), 1)


def test_a_copy_of_before_that_lives_on_is_wrong() -> None:
    late = LAGGING.writable_at + TOLD_SECONDS + 0.1
    stale = Happening(What.READ, "cleo", late, "b2", 3, epoch="e", digest="d3")
    assert judged(LAGGING, stale)[2] == 1


def test_a_copy_of_the_new_epoch_has_no_excuse() -> None:
    wrong = Happening(What.READ, "cleo", 6.0, "b2", 3, epoch="f", digest="d3")
    assert judged(LAGGING, wrong)[2] == 1


def test_what_was_acknowledged_after_the_promotion_is_not_excused() -> None:
    new = Happening(What.OK, "ada", 8.0, "a9", 3, epoch="f", digest="D3")
    found, excused, _ = judged(LAGGING, Happening(What.INVOKE, "ada", 7.9, "a9"), new)
    assert Kind.LOST in found
    assert excused == {"a2"}


def test_an_update_of_the_row_that_went_with_the_primary_is_excused() -> None:
    made = Happening(What.ROW_OK, "ada", 3.9, "u1", version=2)
    assert judged(LAGGING, made)[0] == set()
    assert judged(SYNCHRONOUS, made)[0] > {Kind.LOST_UPDATE}


def test_a_checkpoint_that_comes_to_something_else_is_wrong() -> None:
    seen = [Checkpoint(1.0, "e", 2, "d2"), Checkpoint(2.0, "e", 3, "x")]
    assert len(list(wrong_checkpoints(seen, DIGESTS, [], "p"))) == 1
    assert list(wrong_checkpoints(seen, DIGESTS, [LAGGING], "p")) == []
    assert len(list(wrong_checkpoints(seen, DIGESTS, [SYNCHRONOUS], "p"))) == 1


def test_a_checkpoint_that_nobody_can_read_is_wrong() -> None:
    assert len(list(wrong_checkpoints([Checkpoint(1.0, "e", 2, None)], DIGESTS, [], "p"))) == 1
