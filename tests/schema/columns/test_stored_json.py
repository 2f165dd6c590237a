"""JSON that the database gives back: read so that both encodings can send it."""

import json
from sys import float_info
from typing import Any

import msgspec
import pytest

from schema.columns.json_maps import CLIPPED
from schema.columns.stored_json import DEEPEST, read_stored, read_stored_map
from schema.limits import MAX_PAGE_BYTES

LARGEST = float_info.max

READ: list[tuple[str, Any]] = [
    ("9007199254740992", 2**53),
    ("-9007199254740992", -(2**53)),
    ("9007199254740993", 2.0**53),
    ("18446744073709551616", 2.0**64),
    ("-9223372036854775809", -(2.0**63)),
    ("1" + 300 * "0", 1e300),
    ("1" + 400 * "0", LARGEST),
    ("-1" + 5_000 * "0", -LARGEST),
    ("1" + 400 * "0" + ".5", LARGEST),
    ("0." + 319 * "0" + "1", 1e-320),
    ("0.1234567890123456789", 0.1234567890123456789),
    ('"0000000000000000"', 16 * "0"),
    ('"99999999999999999999"', 20 * "9"),
]


@pytest.mark.parametrize(("text", "value"), READ, ids=[text[:24] for text, _ in READ])
def test_Q8_C7_whatever_number_is_stored_can_be_sent_in_both_encodings(
    text: str, value: Any
) -> None:
    for stored, expected in (
        (f'{{"a": {text}}}', {"a": value}),
        (f'{{"a":{text}}}', {"a": value}),
        (f'[{{"a": [1, {text}]}}]', [{"a": [1, value]}]),
    ):
        for read in (read_stored(stored), read_stored(stored.encode()), read_stored_map(stored)):
            assert read == expected
            assert repr(read) == repr(expected)  # the kind of number, too
            assert msgspec.msgpack.decode(msgspec.msgpack.encode(read)) == expected
            assert json.loads(msgspec.json.encode(read)) == expected


def test_C8_a_map_that_no_reply_has_room_for_is_clipped_and_says_so() -> None:
    text = json.dumps({"a": "x" * MAX_PAGE_BYTES})
    assert read_stored_map(text) == {CLIPPED: len(text)}
    assert read_stored_map(f"[{text}]") == [{CLIPPED: len(text) + 2}]
    fits = {"a": "x" * (MAX_PAGE_BYTES - 100)}
    assert read_stored_map(json.dumps(fits)) == fits


def test_C8_numbers_that_are_long_in_the_database_are_not_clipped_for_it() -> None:
    many = [1e308] * 3_500
    text = json.dumps({"a": [int(one) for one in many]})
    assert len(text) > 4 * MAX_PAGE_BYTES
    assert read_stored_map(text) == {"a": many}


@pytest.mark.parametrize("depth", [DEEPEST + 1, 900, 100_000])
def test_C8_a_map_that_is_too_deep_is_clipped(depth: int) -> None:
    text = '{"a": ' + depth * "[" + depth * "]" + "}"
    assert read_stored_map(text) == {CLIPPED: len(text)}
    depth = DEEPEST - 1
    assert "a" in read_stored_map('{"a": ' + depth * "[" + depth * "]" + "}")
