"""An error repeats little of a client's own words, however long they are."""

import msgpack
import pytest

from schema.errors import ErrorCode
from server.encoding.codec import CODECS, BadMessage
from server.encoding.reasons import cause
from server.encoding.repeated_words import (
    CUT,
    MOST_OF_A_PLACE,
    MOST_OF_ALL,
    UNSEEN,
    readable,
    repeated,
    repeated_place,
)
from tests.server.encoding.test_exact_places import PROJECT, delta, refused
from tests.server.encoding.test_reasons import bad_call
from tests.server.wire import JSON, MSGPACK, Message

LONG = "k" * 900_000

NOTE = {"op": "set", "col": "notes", "id": "note_001"}

WRONG: list[Message] = [
    {"t": "ping", "time": 1, LONG: 1},
    {"t": "leave", "id": "a", "project": PROJECT, LONG: 1},
    {"t": "call", "id": "a", "method": "auth.me", "params": {}, LONG: 1},
    {"t": "join", "id": "a", "project": PROJECT, "position": {LONG: 1}},
    {"t": "gesture", "id": "a", "project": PROJECT, "values": {LONG: 1}},
    {"t": "presence", "project": PROJECT, LONG: {}},
    delta({"op": LONG, "col": "notes", "id": "note_001"}),
    delta(NOTE | {"props": {LONG: 1}}),
    delta(NOTE | {"props": {"key": 1}, LONG: 1}),
    delta(NOTE | {"props": {"key": LONG}}),
    delta(NOTE | {"props": {"key": 1}, "col": LONG}),
    {"t": "ping", "time": 1, "`'" * 450_000: 1},
    {"t": "ping", "time": 1, "\u0001\u202e" * 90_000: 1},
    {"t": LONG},
]


def assert_short(told: BadMessage) -> None:
    assert len(str(told)) <= MOST_OF_ALL + 1
    assert len(str(told.details.get("field", ""))) <= MOST_OF_A_PLACE + 1
    assert not {"\u0001", "\u202e"} & {*str(told), *str(told.details)}


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_E1_no_error_is_as_long_as_what_was_sent(number: int) -> None:
    for codec, pack in ((MSGPACK, msgpack.packb), (JSON, CODECS[JSON].encode)):
        assert_short(refused(codec, pack(WRONG[number])))


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("projects.get", {"project": PROJECT, LONG: 1}),
        ("projects.get", {LONG: 1}),
        ("members.grant", {"project": PROJECT, "user": PROJECT, "role": LONG}),
        ("batch", {"calls": [{"method": "auth.me", "params": {}, LONG: 1}]}),
    ],
)
def test_C3_nor_is_one_of_a_call(method: str, params: Message) -> None:
    for codec in (MSGPACK, JSON):
        assert_short(bad_call(codec, method, params))


@pytest.mark.parametrize("length", [33, 511, 513, 70_000, 900_000])
def test_E2_a_name_that_does_not_exist_is_none_however_long(length: int) -> None:
    for codec, pack in ((MSGPACK, msgpack.packb), (JSON, CODECS[JSON].encode)):
        told = refused(codec, pack({"t": "x" * length, "id": "abc"}))
        assert (told.code, told.is_noise, told.id) == (ErrorCode.UNKNOWN_MESSAGE, False, "abc")
        assert str(told) == f"there is no message '{'x' * 32}'"


def test_both_ends_of_what_a_decoder_said_are_kept_and_no_more_is_looked_through() -> None:
    """Where a megabyte was looked through for a place, that took a tenth of a second."""
    reason = cause(ValueError(f"Object contains unknown field `{LONG}` - at `$.position`"))
    assert len(reason) == 2 * MOST_OF_ALL + 1
    assert reason.startswith("Object contains unknown field `kkk")
    assert reason.endswith("kkk` - at `$.position`")
    assert readable("short") == "short"


def test_what_is_short_is_repeated_as_it_is() -> None:
    sentence = "Expected `str`, got `int` - at `$.ops[0].props.name`"
    assert repeated(sentence) == sentence
    assert repeated_place("ops[0].props.name") == "ops[0].props.name"


def test_what_is_long_is_cut_between_its_quotes() -> None:
    assert repeated(f"no field `{LONG}` here") == f"no field `{'k' * 64}{CUT}` here"
    assert repeated(f"Invalid value '{LONG}'") == f"Invalid value '{'k' * 64}{CUT}'"
    cut = repeated(f"wrong - at `$.{LONG}`")
    assert cut == f"wrong - at `$.{'k' * (MOST_OF_A_PLACE - 2)}{CUT}`"
    assert repeated_place(LONG) == "k" * MOST_OF_A_PLACE + CUT


def test_what_nobody_sees_is_shown() -> None:
    assert repeated("no `a\u202eb\n`") == f"no `a{UNSEEN}b{UNSEEN}`"
    assert repeated_place("a\u0000b") == f"a{UNSEEN}b"
