"""What is wrong with an op in itself (rules O8, O10)."""

import pytest

from rooms.rules.op_rules import problem_with_op, props_of_move
from schema import invariants
from schema.entities import MASTER_CHANNEL
from schema.ops import Delete, Insert, Move, Op, Set


@pytest.mark.parametrize(
    ("op", "problem"),
    [
        (Set("nothing", "entity_1", {}), invariants.NO_COLLECTION.format(collection="nothing")),
        (Set("markers", "marker_1", {}), invariants.EMPTY_SET),
        (Move("markers", "marker_1"), invariants.EMPTY_MOVE),
        (
            Move("markers", "marker_1", parent="track_01"),
            invariants.NO_PARENT.format(collection="markers"),
        ),
        (Insert("project", "project", {}), invariants.ALWAYS_THERE.format(collection="project")),
        (Insert("channels", "channel_1", {"role": "master"}), invariants.ONE_MASTER),
        (Delete("project", "project"), invariants.NEVER_DELETED.format(collection="project")),
        (Delete("channels", MASTER_CHANNEL), invariants.MASTER_STAYS),
    ],
)
def test_O8_O10_the_sentence_says_what_is_wrong(op: Op, problem: str) -> None:
    assert problem_with_op(op) == problem


@pytest.mark.parametrize(
    "op",
    [
        Set("markers", "marker_1", {"time": -1.0}),
        Set("markers", "short", {"time": 1.0}),
        Set("markers", "marker_1", {"time": 1.0}, {"time": -1.0}),
        Delete("markers", "marker_1", {"nothing": 1}),
        Move("markers", "marker_1", time=-1.0),
        Insert("markers", "marker_1", {"name": "no time"}),
    ],
    ids=["value", "id", "expect of a set", "expect of a delete", "move", "insert without a time"],
)
def test_O8_values_ids_and_what_is_expected_are_looked_at(op: Op) -> None:
    assert problem_with_op(op)


def test_O8_of_a_good_op_nothing_is_said() -> None:
    good: list[Op] = [
        Set("markers", "marker_1", {"time": 1.0}, {"time": 2.0}),
        Insert("markers", "marker_1", {"time": 1.0}),
        Move("channels", "channel_1", parent=None, order="a1"),
        Delete("channels", "channel_1"),
    ]
    assert list(map(problem_with_op, good)) == [None] * 4


def test_O6_a_move_sets_what_it_names_and_null_is_named() -> None:
    assert props_of_move(Move("channels", "channel_1", parent=None)) == {"dest": None}
    move = Move("clips", "clip_one", parent="track_01", time=0.0)
    assert props_of_move(move) == {"track": "track_01", "time": 0.0}
