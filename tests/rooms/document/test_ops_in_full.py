"""Ops as they take effect (rules O4, O6, Y1)."""

from typing import Any

from rooms.document.ops_in_full import merged, spelled
from schema.entities import ENTITY_TYPES
from schema.ops import Delete, Insert, Move, Set


def test_O4_an_insert_has_every_property_and_keeps_what_it_says() -> None:
    op = spelled(Insert("markers", "marker_two", {"time": 4, "name": "Here"}))
    entity: dict[str, Any] = {"time": 4, "name": "Here", "color": None}
    assert op == Insert("markers", "marker_two", entity)
    assert entity.keys() == ENTITY_TYPES["markers"].keys()


def test_O6_a_move_is_a_set_of_what_it_names_by_the_property_that_is_its_parent() -> None:
    assert spelled(Move("notes", "note_one", parent="clip_two", time=3.0)) == Set(
        "notes", "note_one", {"clip": "clip_two", "time": 3.0}
    )


def test_what_says_all_already_is_the_same_op() -> None:
    for op in (Set("markers", "marker_one", {"time": 1}), Delete("markers", "marker_one")):
        assert spelled(op) is op


def test_O2_parameters_are_merged_by_leaf_and_null_removes_one() -> None:
    entity = {"name": "a", "params": {"one": 1, "two": 2}}
    props = {"params": {"two": None, "three": 3}}
    assert merged(entity, props) == {"name": "a", "params": {"one": 1, "three": 3}}
    assert entity["params"] == {"one": 1, "two": 2}
