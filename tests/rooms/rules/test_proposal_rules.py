"""What only the door refuses (rules E13, E14): the journal may hold it from before."""

import pytest

from rooms.rules.op_rules import problem_with_op
from rooms.rules.proposal_rules import OF_AN_OBJECT, problem_with_new_op, problem_with_shown
from schema.messages import Previewed
from schema.ops import Delete, Insert, Op, Set


@pytest.mark.parametrize(
    "op",
    [
        Insert("scenes", "constructor", {}),
        Set("devices", "device_1", {"params": {"toString": 1.0}}),
        Set("devices", "device_1", {"name": "x"}, {"params": {"toString": 1.0}}),
        Delete("devices", "device_1", {"params": {"toString": 1.0}}),
        Insert("lanes", "lane_one", {"target": "devices/device_1/params/toString"}),
    ],
    ids=["id", "leaf", "expect of a set", "expect of a delete", "path"],
)
def test_E13_a_name_of_every_object_is_refused_at_the_door_alone(op: Op) -> None:
    problem = problem_with_new_op(op)
    assert problem is not None
    assert problem.endswith(OF_AN_OBJECT)
    assert problem_with_op(op) is None


@pytest.mark.parametrize(
    "props", [{"name": "a\x01"}, {"params": {"a\x01": 1.0}}, {"params": {"a": "\x01"}}]
)
def test_E14_texts_are_looked_at_also_within_parameters(props: dict[str, str]) -> None:
    op = Set("devices", "device_1", {**props})
    assert (problem_with_new_op(op) or "").startswith(f"devices.{next(iter(props))} ")


def test_what_is_wrong_with_an_op_anyway_is_said_first() -> None:
    op = Set("devices", "short", {"name": "\x01"})
    problem = problem_with_op(op)
    assert problem is not None
    assert problem_with_new_op(op) == problem


def test_a_value_that_was_stored_before_may_be_expected() -> None:
    op = Set("devices", "device_1", {"name": "x"}, {"name": "a\x01"})
    assert problem_with_new_op(op) is None


@pytest.mark.parametrize(
    ("gesture", "values", "field"),
    [
        ("toString", {}, "id"),
        ("gesture1", {"toString": Previewed("channels", {})}, "values"),
        ("gesture1", {"channel1": Previewed("nothing", {})}, "col"),
        ("gesture1", {"channel1": Previewed("project", {"name": "x"})}, "values"),
        ("gesture1", {"project": Previewed("channels", {"volume": 0.5})}, "values"),
        ("gesture1", {"channel1": Previewed("channels", {"volume": 9.0})}, "volume"),
    ],
)
def test_G3_of_a_gesture_the_property_is_named(
    gesture: str, values: dict[str, Previewed], field: str
) -> None:
    told = problem_with_shown(gesture, values)
    assert told is not None
    assert told[1] == field


def test_G3_of_a_good_gesture_nothing_is_said() -> None:
    assert problem_with_shown("g", {"channel1": Previewed("channels", {"volume": 0.5})}) is None
