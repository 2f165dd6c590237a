"""What is on its way cannot make a route longer than the door looks: one such delta at a time."""

from itertools import pairwise

from rooms.journal.entry import Outcome, Purpose
from schema.errors import ErrorCode
from schema.limits import MAX_ROUTE_LINKS
from schema.messages import Ack, Error
from schema.ops import Insert, Op, Set
from tests.rooms.bench import Bench
from tests.rooms.songs import blank

LONG = MAX_ROUTE_LINKS // 2

FAR = Set("channels", "chan_from", {"dest": "chan_to_1"})


def studio() -> Bench:
    """One chain leads away from a channel, another one to nothing; two are free."""
    document = blank()
    for chain in ("this", "that"):
        channels = [None, *(f"{chain}_{n:04}" for n in range(LONG + 1))]
        ops: list[Op] = [
            Insert("channels", str(channel), {"dest": dest}) for dest, channel in pairwise(channels)
        ]
        assert not document.apply(ops).drops
    free: list[Op] = [Insert("channels", i, {}) for i in ("chan_from", "chan_to_1")]
    assert not document.apply(free).drops
    bench = Bench(document=document)
    for name in ("ada", "ben"):
        bench.join(name)
    return bench


def lengthened() -> tuple[Op, Op]:
    """A chain comes to the one channel, another leaves the other: neither takes long to see."""
    return (
        Set("channels", "this_0000", {"dest": "chan_from"}),
        Set("channels", "chan_to_1", {"dest": f"that_{LONG:04}"}),
    )


def refusals(bench: Bench, who: str) -> list[str]:
    return [message.code for message in bench.heard[who] if isinstance(message, Error)]


def test_O18_a_route_is_judged_by_what_was_on_its_way_before_it() -> None:
    bench = studio()
    bench.propose("ada", *lengthened())
    bench.propose("ada", FAR)
    bench.propose("ben", FAR)
    assert len(bench.waiting) == 1
    bench.commit()
    assert refusals(bench, "ada") == refusals(bench, "ben") == [ErrorCode.LIMIT_REACHED]
    assert len(bench.entries) == 1


def test_O18_other_edits_wait_for_no_route() -> None:
    bench = studio()
    bench.propose("ada", *lengthened())
    bench.propose("ben", Set("channels", "chan_from", {"volume": 0.5}))
    assert len(bench.waiting) == 2


def test_O18_a_route_that_is_refused_by_the_journal_lets_the_next_one_go() -> None:
    bench = studio()
    bench.propose("ada", *lengthened())
    bench.propose("ben", FAR)
    ((refused,),), bench.waiting = bench.waiting, []
    bench.run(bench.room.edits.answered(refused, Outcome.FORBIDDEN, None))
    bench.commit()
    assert refusals(bench, "ben") == []
    assert isinstance(bench.last("ben"), Ack)


def test_O18_who_leaves_with_a_route_on_its_way_holds_nobody_up() -> None:
    bench = studio()
    bench.propose("ada", *lengthened())
    bench.propose("ada", FAR)
    bench.propose("ben", Set("channels", "chan_from", {"dest": None}))
    bench.take(bench.room.leave("ada"))
    bench.commit()
    assert len(bench.entries) == 2


def test_O18_an_undo_is_judged_as_an_edit_is() -> None:
    bench = studio()
    bench.edit("ada", FAR)
    bench.edit("ada", Set("channels", "chan_from", {"dest": None}))
    bench.edit("ben", *lengthened())
    bench.run(bench.room.edits.undo_or_redo("ada", "undo-001", Purpose.UNDO))
    bench.commit()
    assert refusals(bench, "ada") == [ErrorCode.LIMIT_REACHED]
    bench.edit("ben", Set("channels", "chan_to_1", {"dest": None}))
    bench.run(bench.room.edits.undo_or_redo("ada", "undo-002", Purpose.UNDO))
    bench.commit()
    assert bench.room.document.collections["channels"]["chan_from"]["dest"] == "chan_to_1"
