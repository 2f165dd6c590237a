"""What stands in front of damage in MessagePack is read, at a cost that is bounded."""

import random
from typing import Any

import msgspec
import pytest

from server.encoding.packed_in_front import LONGEST_TEXT, MOST_VALUES, packed_fields_in_front

EVERY_KIND: list[Any] = [
    None, True, False, 0, 127, 128, 65_536, 2**32, -1, -33, -129, -40_000, -(2**40), 1.5,
    "a" * 31, "a" * 32, "a" * 300, "a" * 70_000, b"a" * 3, b"a" * 300, b"a" * 70_000,
    [1, [2]], [0] * 20, {"a": {"b": [1]}}, {str(n): n for n in range(20)},
    *(msgspec.msgpack.Ext(5, b"a" * size) for size in (1, 2, 3, 4, 8, 16, 300, 70_000)),
]  # fmt: skip


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda value: repr(value)[:20])
def test_what_is_behind_a_value_of_any_kind_is_read(value: Any) -> None:
    data = msgspec.msgpack.encode({"x": value, "id": "q1", "last": None})
    short = value if isinstance(value, str) and len(value) <= LONGEST_TEXT else value is not None
    expected = {"x": short or None, "id": "q1"}
    assert dict(packed_fields_in_front(data[:-1])) == expected
    assert dict(packed_fields_in_front(data)) == expected | {"last": None}


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda value: repr(value)[:20])
def test_a_value_that_breaks_off_is_none_wherever_it_does(value: Any) -> None:
    data = msgspec.msgpack.encode({"id": "q1", "x": value})
    for length in {*range(1, min(len(data), 50)), len(data) - 1}:
        fields = dict(packed_fields_in_front(data[:length]))
        assert fields in ({}, {"id": "q1"})


def test_bytes_at_random_raise_nothing() -> None:
    dice = random.Random(7)
    for size in range(500):
        list(packed_fields_in_front(b"\x8f" + dice.randbytes(size)))


@pytest.mark.parametrize("data", [b"", b"\xa2hi", b"\x92\xa2id\xa2q1", b"\xc4\x02ab", b"\xc1"])
def test_what_is_no_map_has_no_fields(data: bytes) -> None:
    assert list(packed_fields_in_front(data)) == []


def test_what_is_walked_over_is_bounded() -> None:
    def behind(count: int) -> dict[str, object]:
        many = msgspec.msgpack.encode({"x": [0] * count, "id": "q1"})
        return dict(packed_fields_in_front(many))

    assert behind(MOST_VALUES // 2) == {"x": True, "id": "q1"}
    assert behind(MOST_VALUES) == {}
    nested = b"\x82\xa2id\xa2q1\xa1x" + b"\x91" * 1_000_000
    assert dict(packed_fields_in_front(nested)) == {"id": "q1"}
    endless = b"\x82\xa2id\xa2q1\xa1x\xdf\xff\xff\xff\xff"
    assert dict(packed_fields_in_front(endless)) == {"id": "q1"}
