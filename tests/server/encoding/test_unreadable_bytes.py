"""Texts of MessagePack that are in no UTF-8: where they stand is told, and who said it."""

from typing import Any

import msgspec
import pytest

from schema.messages import Join
from schema.server_limits import READ_ANYHOW_BYTES
from server.encoding.codec import JSON, MSGPACK, BadMessage, Codec
from server.encoding.unreadable_bytes import (
    MARK,
    MOST_MARKS,
    MOST_TEXTS,
    mended_halves,
    mended_texts,
    with_mark,
)
from tests.server.encoding.spoilt_messages import (
    DELTA,
    GOOD_OP,
    PLAIN,
    PROJECT,
    SPOILT,
    read_all,
)
from tests.server.wire import Message

LATIN_1 = b"caf\xe9"
"""As long as PLAIN."""


def refusal(message: Message, size: int = len(PLAIN)) -> BadMessage:
    """Of that message with such a text of so many bytes wherever PLAIN stands."""
    whole = MSGPACK.encode(_longer(message, PLAIN * (size // len(PLAIN))))
    with pytest.raises(BadMessage) as told:
        read_all(MSGPACK, whole.replace(PLAIN.encode(), LATIN_1))
    return told.value


def _longer(value: Any, text: str) -> Any:
    match value:
        case dict():
            return {_longer(name, text): _longer(one, text) for name, one in value.items()}
        case list():
            return [_longer(one, text) for one in value]
    return text if value == PLAIN else value


@pytest.mark.parametrize("where", SPOILT)
def test_E1_D21_a_text_that_is_no_utf_8_is_answered_with_its_place(where: str) -> None:
    message, code, details = SPOILT[where]
    error = refusal(message).as_answer()
    assert (error.code, error.details) == (code, details)
    assert error.id in (message.get("id"), None)
    by_call = error.message.startswith("params.") and error.message.endswith(" is not UTF-8")
    assert by_call or "the text is not UTF-8 - at `$." in error.message


@pytest.mark.parametrize("size", [4, 32, 300, 70_000])
def test_E1_so_is_one_of_any_length(size: int) -> None:
    """By whatever head MessagePack gives it."""
    props = {"col": "tracks", "op": "insert", "id": "track_01"}
    ops = [{**props, "entity": {"name": PLAIN}}]
    assert refusal({**DELTA, "ops": ops}, size).details == {"op": 0, "field": "name"}


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"t": "gesture", "project": PROJECT, "id": "gesture_001", "values": None}, "id"),
        ({"t": "gesture", "project": PROJECT, "id": "gesture_001", "values": None}, "project"),
        ({"t": "call", "id": "call_001", "method": "projects.list"}, "id"),
        (DELTA, "id"),
        (DELTA, "project"),
        ({"t": "join", "id": "join_0001", "project": PROJECT}, "id"),
        ({"t": "join", "id": "join_0001", "project": PROJECT}, "project"),
        ({"t": "nothing_here", "id": "other_001", "project": PROJECT}, "project"),
    ],
)
def test_E4_E10_what_names_a_message_is_no_noise_whatever_its_ids_are(
    message: Message, field: str
) -> None:
    told = refusal(message | {field: PLAIN})
    assert not told.is_noise
    assert told.id == (None if field == "id" else message["id"])


@pytest.mark.parametrize(
    ("message", "code", "details"),
    [
        ({"t": "join", "id": "join_0001", PLAIN: 1}, "bad_message", {"field": "\ufffd"}),
    ],
)
def test_E1_a_name_that_is_no_utf_8_is_shown_as_one_that_cannot_be_read(
    message: Message, code: str, details: Message
) -> None:
    error = refusal(message).as_answer()
    assert (error.code, error.details) == (code, details)
    assert "\ufffd" in error.message


@pytest.mark.parametrize(("count", "most"), [(10, MOST_TEXTS), (READ_ANYHOW_BYTES, 1)])
def test_what_such_texts_cost_is_bounded_however_many_there_are(count: int, most: int) -> None:
    reads: list[bytes] = []

    def decode(data: bytes) -> object:
        reads.append(data)
        return msgspec.msgpack.decode(data)

    texts = b"\xdd" + count.to_bytes(4, "big") + b"\xa1\xff" * count
    mended = mended_texts(texts, decode)
    assert len(reads) == most
    assert mended.count(b"\xff") == count - most


@pytest.mark.parametrize(
    "one", [b"\xed\xa0\x80", rb"\ud800", rb"\uDFFF", rb"\ud83d\ud83d"], ids=repr
)
def test_of_many_halves_some_are_marked(one: bytes) -> None:
    """A message of 1 MiB of them took a quarter of a second."""
    mended = mended_halves(one * 2 * MOST_MARKS)
    marks = mended.count(MARK.encode()) + mended.count(rb"\ua9c1")
    assert marks == MOST_MARKS
    assert mended.endswith(one)


def test_a_whole_pair_is_no_half() -> None:
    pairs = rb"\ud83d\ude00 \uD83D\uDE00 \ud83d\uDE00 \uD83D\ude00"
    assert mended_halves(pairs) == pairs
    assert mended_halves(pairs + rb" \ud83d \ude00 \uD83D") == pairs + rb" \ua9c1 \ua9c1 \ua9c1"
    assert mended_halves(rb"\ud83d\uD83D\uDE00") == rb"\ua9c1\uD83D\uDE00"
    assert mended_halves(rb"\ud7ff\ue000 \u0041") == rb"\ud7ff\ue000 \u0041"


def test_of_many_numbers_that_json_has_not_some_are_mended() -> None:
    mended = with_mark(b"[" + b"NaN," * (3 * MOST_MARKS) + b"1]", 1)
    assert mended.startswith(f'["{MARK}",0,'.encode())
    assert mended.count(b"0,") == MOST_MARKS


def test_what_is_wrong_besides_is_left_as_it_is() -> None:
    assert mended_texts(b"\x92\xa1\xff\xc1", msgspec.msgpack.decode) == b"\x92\xa3\xea\xa7\x81\xc1"
    assert mended_texts(b"\xc1", msgspec.msgpack.decode) == b"\xc1"


def test_E10_of_a_key_that_stands_twice_the_last_counts_and_no_two_names() -> None:
    twice = b"\x82\xa1t\xa4ping\xa1t\xa5leave"
    with pytest.raises(BadMessage) as told:
        MSGPACK.decode(twice)
    assert told.value.code == "unknown_message"
    join = MSGPACK.encode({"t": "join", "id": "join_0001", "project": PROJECT})
    doubled = bytes((join[0] + 1,)) + join[1:] + MSGPACK.encode("id") + MSGPACK.encode("join_0002")
    read = MSGPACK.decode(doubled)
    assert isinstance(read, Join)
    assert read.id == "join_0002"


@pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=lambda codec: codec.name)
@pytest.mark.parametrize("spoilt", [b"\xc1", b"\xd9", b"\xdb\xff", b""])
def test_E10_the_id_in_front_of_damage_is_in_the_answer(codec: Codec, spoilt: bytes) -> None:
    whole = codec.encode({"t": "leave", "id": "q1", "project": 1})
    cut = whole.rindex(b"1" if codec is JSON else b"\x01")
    with pytest.raises(BadMessage) as refused:
        codec.decode(whole[:cut] + spoilt)
    assert (refused.value.id, refused.value.is_noise) == ("q1", False)


@pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=lambda codec: codec.name)
def test_E10_the_id_is_in_the_answer_where_more_stands_behind_the_message(codec: Codec) -> None:
    with pytest.raises(BadMessage) as refused:
        codec.decode(codec.encode({"t": "leave", "id": "q1", "project": PROJECT}) * 2)
    assert refused.value.id == "q1"


@pytest.mark.parametrize("codec", [JSON, MSGPACK], ids=lambda codec: codec.name)
def test_E10_G2_what_a_damaged_delta_would_have_ended_is_known(codec: Codec) -> None:
    delta = {"t": "delta", "id": "delta_00001", "project": PROJECT, "gesture": "gesture_001"}
    damaged = codec.encode({**delta, "ops": [GOOD_OP]})[:-2]
    with pytest.raises(BadMessage) as refused:
        codec.decode(damaged)
    assert (refused.value.project, refused.value.gesture) == (PROJECT, "gesture_001")
