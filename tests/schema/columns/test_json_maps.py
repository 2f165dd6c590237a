"""Maps of a client's own: what may be in them, and where it is told that something may not."""

import sys
from typing import Any

import msgspec
import pytest

from schema.calling.params import Params
from schema.columns.json_maps import problem_with_map
from schema.columns.types import JsonMap
from schema.limits import MAX_MAP_BYTES, MAX_MAP_DEPTH
from schema.text.text_rules import OF_EVERY_OBJECT

GOOD: list[dict[str, Any]] = [
    {},
    {"cutoff": 200.5, "on": True, "type": "low pass", "none": None, "steps": [1, 2, [3]]},
    {"Filter 1/Cutoff": {"ÄÖ": "tab\tand\nline"}},
    {"n": 2**53},
    {"clipped": True},
    {"clipped": 5, "threshold": -3},
    {"a": {"clipped": 5}},
    {"n": [2.0**53, -(2.0**53), -0.0, 1e-320]},
]

BAD: list[tuple[dict[Any, Any], str]] = [
    *(({"a": {name: 1}}, f".a.{name}") for name in sorted(OF_EVERY_OBJECT)),
    ({"__class__": 1}, ".__class__"),
    ({"": 1}, ".[...]"),
    ({"a\0b": 1}, ".[...]"),
    ({"a": "x\0y"}, ".a"),
    ({"a": ["x", "\x1b[2J"]}, ".a[1]"),
    ({"a": "\u202e"}, ".a"),
    ({"a": 2**53 + 1}, ".a"),
    ({"a": 2.0**53 + 2}, ".a"),
    ({"a": [1.5, -1e300]}, ".a[1]"),
    ({"a": [1e16, 1.5]}, ".a[0]"),
    ({"a": float("nan")}, ".a"),
    ({"a": [1.5, float("nan")]}, ".a[1]"),
    ({"a": float("inf")}, ".a"),
    ({"a": b"bytes"}, ".a"),
    ({"a": {1: 2}}, ".a.[...]"),
    ({"a": msgspec.msgpack.Ext(5, b"x")}, ".a"),
    ({"clipped": 262_145}, ""),
    ({"clipped": 262_145.0}, ""),
]


@pytest.mark.parametrize("value", GOOD, ids=str)
def test_Q8_what_a_plugin_may_call_its_parameters_is_taken(value: dict[str, Any]) -> None:
    assert problem_with_map(value) is None


@pytest.mark.parametrize(("value", "place"), BAD, ids=map(str, range(len(BAD))))
def test_Q8_hostile_keys_and_values_are_told_with_their_place(
    value: dict[Any, Any], place: str
) -> None:
    problem = problem_with_map(value)
    assert problem is not None
    assert problem[0] == place


def test_Q8_a_map_has_a_depth_and_a_size() -> None:
    deep: Any = 1
    for _ in range(MAX_MAP_DEPTH):
        deep = {"a": deep}
    assert problem_with_map(deep) is None
    problem = problem_with_map({"a": deep})
    assert problem is not None
    assert str(MAX_MAP_DEPTH) in problem[1]
    far: Any = []
    for _ in range(100_000):
        far = [far]
    assert problem_with_map({"a": far}) is not None
    assert problem_with_map({"a": "x" * (MAX_MAP_BYTES - 8)}) is None
    assert problem_with_map({"a": "x" * (MAX_MAP_BYTES - 7)}) is not None


def test_Q8_the_size_of_a_map_is_that_without_powers_of_ten() -> None:
    assert problem_with_map({"a": [1e-300] * 200}) is None
    problem = problem_with_map({"a": [1e-300] * 300})  # 2 KB as it was sent, 90 KB as jsonb has it
    assert problem is not None
    assert problem[1].startswith("holds 9")
    assert problem_with_map({"a": ["7e-300", '"7e-300', "7e-30"] * 2_000}) is None  # texts


def calls_for(value: dict[str, Any]) -> int:
    """How many functions are called to look into it."""
    calls = 0

    def count(_: Any, event: str, __: Any) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        problem_with_map(value)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "held",
    [[{}] * 340_000, [[]] * 340_000, [0] * 500_000, [""] * 300_000, "x" * 1_000_000],
    ids=["maps", "lists", "numbers", "texts", "text"],
)
def test_Q8_what_is_too_large_is_not_walked(held: Any) -> None:
    assert calls_for({"a": held}) < 20


@pytest.mark.parametrize(
    "held", [[{}] * 20_000, [[0]] * 15_000, [0] * 32_000], ids=["maps", "lists", "numbers"]
)
def test_Q8_values_of_a_kind_are_looked_at_together(held: Any) -> None:
    assert calls_for({"a": held}) < 100
    assert calls_for({"a": [*held, 2**60]}) < 2_000  # found by halves


class Kept(Params, frozen=True, forbid_unknown_fields=True):
    one: JsonMap | None = None
    many: list[JsonMap] | msgspec.UnsetType = msgspec.UNSET


def test_Q8_maps_are_looked_into_wherever_parameters_have_them() -> None:
    for sent, place in (
        ({"one": {"a": {"__proto__": {}}}}, "$.one.a.__proto__"),
        ({"many": [{}, {"b": "\0"}]}, "$.many[1].b"),
    ):
        with pytest.raises(msgspec.ValidationError, match=r"may not be|control") as caught:
            msgspec.json.decode(msgspec.json.encode(sent), type=Kept)
        assert str(caught.value).endswith(f" - at `{place}`")
