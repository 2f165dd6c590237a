"""What a member hears at its join of its deltas that had no answer (rule J15)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from rooms.journal import tail
from rooms.journal.feed import Feed
from rooms.journal.unanswered_deltas import Unanswered
from schema.errors import ErrorCode
from schema.messages import Error, Joined, Position
from schema.ops import Set
from tests.rooms.bench import Bench

MASTER = "ch_master"
ENCODED = {"prime.v1.msgpack": (b"state",)}


def volume(value: float) -> Set:
    return Set(col="channels", id=MASTER, props={"volume": value})


def back(
    bench: Bench,
    ids: Sequence[str],
    found: dict[str, int] | None = None,
    up_to: int = 0,
    position: Position | None = None,
) -> None:
    """Ada joins anew; `found`: what the journal said of her ids when the room stood at `up_to`."""
    request = replace(bench.request("ada", connection="again"), position=position, unanswered=ids)
    own = Unanswered("ada", ids, found or {}, up_to)
    assert own.read_on(bench.room.follower.tail, bench.room.head)
    bench.heard["again"] = []
    bench.room.joining.encoded_states = {}
    bench.take(bench.room.join(request, own))


def encode(bench: Bench, seq: int) -> None:
    bench.take(bench.room.state_is_ready(seq, "", ENCODED))


def joined(bench: Bench) -> Joined:
    [message] = [each for each in bench.heard["again"] if isinstance(each, Joined)]
    return message


@pytest.fixture
def bench() -> Bench:
    bench = Bench()
    bench.join("ada")
    bench.join("ben")
    return bench


def test_J15_those_are_named_that_the_state_holds(bench: Bench) -> None:
    first, second = (bench.edit("ada", volume(each)) for each in (0.1, 0.2))
    back(bench, ["unheard-1", first, second], {first: 1}, up_to=1)
    encode(bench, bench.room.head)
    assert joined(bench).committed == {first: 1, second: 2}


def test_J15_what_is_committed_while_the_state_is_drawn_is_named_or_comes_as_a_delta(
    bench: Bench,
) -> None:
    ids = [bench.propose("ada", volume(each)) for each in (0.1, 0.2)]
    back(bench, ids)
    bench.append(*bench.waiting[0])
    at = bench.room.head
    bench.append(*bench.waiting[1])
    encode(bench, at)
    assert joined(bench).committed == {ids[0]: 1}
    assert joined(bench).position.seq == 1
    seat = bench.room.seats["again"]
    assert isinstance(seat.feed, Feed)
    assert seat.feed.comes_before(2)


def test_J15_a_delta_of_another_user_is_not_ones_own(bench: Bench) -> None:
    bens = bench.edit("ben", volume(0.1))
    back(bench, [bens])
    encode(bench, bench.room.head)
    assert joined(bench).committed == {}


def test_J15_who_resumes_is_told_what_its_position_holds(bench: Bench) -> None:
    first = bench.edit("ada", volume(0.1))
    second = bench.edit("ada", volume(0.2))
    back(bench, [first, second], position=Position("epoch", 1))
    assert joined(bench).resumed
    assert joined(bench).committed == {first: 1}


def test_J15_where_it_is_not_known_any_more_one_has_to_join_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "MAX_TAIL_BYTES", 1)
    back(bench, ["unheard-1"])
    for each in (0.1, 0.2, 0.3):
        bench.edit("ben", volume(each))
    encode(bench, bench.room.head)
    [error] = [each for each in bench.heard["again"] if isinstance(each, Error)]
    assert (error.id, error.code) == ("join", ErrorCode.UNAVAILABLE)
    assert "again" not in bench.room.seats
