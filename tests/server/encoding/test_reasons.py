"""The reason is told wherever a text is none: in ids, in names of fields, in `t`."""

from typing import Any

import msgpack
import msgspec
import pytest

from schema.calls import METHODS
from schema.errors import ErrorCode
from server.encoding.codec import CODECS, BadMessage
from server.encoding.reasons import HALF, NOT_UTF8
from tests.server.encoding.spoilt_messages import DELTA, GOOD_OP, PLAIN, PROJECT
from tests.server.wire import JSON, MSGPACK, Message

SPOILT = pytest.mark.parametrize(
    ("codec", "spoilt", "said"),
    [
        (MSGPACK, b"a\xff\xfeb", NOT_UTF8),
        (MSGPACK, b"a\xed\xa0\x80", HALF),
        (JSON, b"a\xed\xb0\x80", HALF),
        (JSON, rb"\ud800", HALF),
    ],
)


def refused(codec: str, message: Message, spoilt: bytes) -> BadMessage:
    data = CODECS[codec].encode(message).replace(PLAIN.encode(), spoilt)
    with pytest.raises(BadMessage) as caught:
        CODECS[codec].decode(data)
    return caught.value


def bad_call(codec: str, method: str, params: object, spoilt: bytes = b"") -> BadMessage:
    """What is wrong with the parameters of a call, which may be found in two places."""
    pack = msgpack.packb if codec == MSGPACK else CODECS[codec].encode
    data = pack({"t": "call", "id": "c1", "method": method, "params": params})
    try:
        message: Any = CODECS[codec].decode(data.replace(PLAIN.encode(), spoilt))
        CODECS[codec].params(msgspec.Raw(bytes(message.params)), METHODS[method][0])
    except BadMessage as bad_message:
        return bad_message
    raise AssertionError("nothing is wrong with them")


def with_long_ops(message: Message) -> Message:
    """The same, in more than 64 KiB."""
    op = {"op": "set", "col": "tracks", "id": "track_01", "props": {"name": "x" * 200}}
    return message | {"ops": [*message["ops"], *[op] * 400]}


@SPOILT
@pytest.mark.parametrize(
    ("message", "details"),
    [
        (DELTA | {"id": PLAIN + "_0001", "ops": [GOOD_OP]}, {"field": "id"}),
        (DELTA | {"project": PLAIN + "_0001", "ops": [GOOD_OP]}, {"field": "project"}),
        (DELTA | {"ops": [GOOD_OP, GOOD_OP | {"id": "tr_" + PLAIN}]}, {"op": 1, "field": "id"}),
        (DELTA | {"ops": [GOOD_OP | {"col": PLAIN}]}, {"op": 0, "field": "col"}),
        (DELTA | {"ops": [GOOD_OP | {"op": PLAIN}]}, {"op": 0, "field": "op"}),
        ({"t": "join", "id": "j1", "project": PROJECT[:-4] + PLAIN}, {"field": "project"}),
    ],
)
def test_E10_an_id_that_is_no_text_is_told_as_that(
    codec: str, spoilt: bytes, said: str, message: Message, details: Message
) -> None:
    of_length = [message, with_long_ops(message)] if "ops" in message else [message]
    for one in of_length:
        told = refused(codec, one, spoilt)
        assert told.details == details
        assert said in str(told)


@SPOILT
def test_E10_a_project_of_params_that_is_no_text_is_told_as_that(
    codec: str, spoilt: bytes, said: str
) -> None:
    told = bad_call(codec, "history.list", {"project": PROJECT[:-4] + PLAIN}, spoilt)
    assert (told.code, told.details) == (ErrorCode.VALIDATION, {"field": "project"})
    assert said in str(told)


@SPOILT
@pytest.mark.parametrize(
    ("message", "code"),
    [
        (DELTA | {"ops": [GOOD_OP | {"k" + PLAIN: 1}]}, ErrorCode.OP_INVALID),
        (DELTA | {"ops": [GOOD_OP], "k" + PLAIN: 1}, ErrorCode.BAD_MESSAGE),
    ],
)
def test_E10_a_name_of_a_field_that_is_no_text_is_told_as_that(
    codec: str, spoilt: bytes, said: str, message: Message, code: ErrorCode
) -> None:
    told = refused(codec, message, spoilt)
    assert told.code == code
    assert said in str(told)
    assert "\ufffd`)" in str(told), "and the name, as far as it can be read"


@SPOILT
def test_E10_a_key_of_params_that_is_no_text_is_told_as_that(
    codec: str, spoilt: bytes, said: str
) -> None:
    told = bad_call(codec, "projects.create", {"n" + PLAIN: "a"}, spoilt)
    assert told.code == ErrorCode.VALIDATION
    assert said in str(told)


@SPOILT
def test_E4_E10_a_t_that_is_no_text_is_noise_and_says_why(
    codec: str, spoilt: bytes, said: str
) -> None:
    told = refused(codec, {"t": PLAIN, "id": "join_0001"}, spoilt)
    assert (told.is_noise, told.id, told.details) == (True, "join_0001", {"field": "t"})
    assert str(told) == f"not a message: {said} - at `$.t`"


def test_E10_what_else_is_wrong_is_told_where_a_mark_is_elsewhere() -> None:
    told = refused(MSGPACK, DELTA | {"id": "short", "step": PLAIN}, b"a\xff\xfeb")
    assert told.details == {"field": "id"}
    assert "8 to 64 characters" in str(told)


@pytest.mark.parametrize(
    ("codec", "data"),
    [
        (JSON, b'{"t":"call","t":"ping","id":"c1"}'),
        (JSON, b'{"t":"nothing","t":"ping","id":"c1"}'),
        (MSGPACK, b"\x83\xa1t\xa4call\xa1t\xa4ping\xa2id\xa2c1"),
    ],
)
def test_E10_two_different_t_are_named(codec: str, data: bytes) -> None:
    with pytest.raises(BadMessage) as caught:
        CODECS[codec].decode(data)
    told = caught.value
    assert (told.code, told.id, told.details) == (ErrorCode.UNKNOWN_MESSAGE, "c1", {})
    assert str(told) == "two different `t` stand in one message; the last is 'ping'"
    with pytest.raises(BadMessage, match="there is no message 'nothing'"):
        CODECS[JSON].decode(b'{"t":"nothing"}')


def test_C3_a_key_that_is_a_number_is_told_to_be_a_key() -> None:
    told = bad_call(MSGPACK, "projects.create", {1: 2})
    assert (told.code, told.details) == (ErrorCode.VALIDATION, {"field": "params"})
    assert str(told) == "params: a key must be a text, and is a whole number"
    inner = {"plugin": "a", "name": "b", "parameters": {1: 1}}
    told = bad_call(MSGPACK, "presets.create", inner)
    assert told.details == {"field": "parameters[...]"}
    assert str(told) == "params.parameters: a key must be a text, and is a whole number"
