"""What is wrong with the parameters of a call is said in plain words, and where."""

from itertools import product
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from schema.calls import METHODS
from server.encoding.codec import CODECS, JSON, BadMessage, Codec


class Part(msgspec.Struct, forbid_unknown_fields=True):
    key: Annotated[str, Meta(min_length=1)] = "k"


class Params(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    bpm: Annotated[float, Meta(ge=20, le=1_000)] | None = None
    limit: Annotated[int, Meta(ge=1)] = 1
    tags: Annotated[list[str], Meta(max_length=1)] = []
    role: Literal["editor", "viewer"] = "viewer"
    parts: list[Part] = []


WRONG: list[tuple[Any, str, str]] = [
    ({}, "params: `name` is missing", "name"),
    ({"name": ""}, "params.name: must not be empty", "name"),
    ({"name": "abcdef"}, "params.name: must have at most 5 characters", "name"),
    ({"name": 3}, "params.name: must be a text, and is a whole number", "name"),
    ({"nme": "a"}, "params: there is no `nme`: is `name` meant?", "nme"),
    (
        {"xyzzy": "a"},
        "params: there is no `xyzzy`; there is `name`, `bpm`, `limit`, `tags`, `role`, `parts`",
        "xyzzy",
    ),
    ({"name": "a", "bpm": 1e9}, "params.bpm: must be at most 1000", "bpm"),
    ({"name": "a", "bpm": "1"}, "params.bpm: must be a number or null, and is a text", "bpm"),
    ({"name": "a", "limit": 0}, "params.limit: must be at least 1", "limit"),
    ({"name": "a", "tags": ["a", "b"]}, "params.tags: must have at most 1 item", "tags"),
    (
        {"name": "a", "role": "king"},
        "params.role: 'king' is not allowed; allowed: editor, viewer",
        "role",
    ),
    ({"name": "a", "parts": [{"key": ""}]}, "params.parts[0].key: must not be empty", ""),
    ({"name": "a", "parts": [{"kee": "a"}]}, "params.parts[0]: there is no `kee`: is `key` ", ""),
    ([], "params: must be a map, and is a list", "params"),
]


@pytest.mark.parametrize("codec", CODECS.values())
@pytest.mark.parametrize(("sent", "said", "field"), WRONG)
def test_C3_what_is_wrong_with_parameters_is_told_in_plain_words(
    codec: Codec, sent: object, said: str, field: str
) -> None:
    with pytest.raises(BadMessage) as refused:
        codec.params(msgspec.Raw(codec.encode(sent)), Params)
    assert str(refused.value).startswith(said)
    if field:
        assert refused.value.details == {"field": field}


VALUES: tuple[object, ...] = (
    None,
    "",
    0,
    -1,
    1.5,
    [],
    {},
    [{}],
    {"x": []},
    "x" * 5_000,
    10**15,
    [0] * 5_000,
)


@pytest.mark.parametrize("method", METHODS)
def test_C3_no_call_says_it_in_the_words_of_a_library(method: str) -> None:
    """Each parameter is sent what most of them cannot be."""
    kind, codec = METHODS[method][0], JSON
    for name, value in product(("x", *kind.__struct_fields__), VALUES):
        said = refusal(codec, {name: value}, kind)
        assert not said or said.startswith("params")
        assert "Expected" not in said
        assert "Object" not in said


def refusal(codec: Codec, params: dict[str, object], kind: type[msgspec.Struct]) -> str:
    """What is said of them; empty: nothing is wrong."""
    try:
        codec.params(msgspec.Raw(codec.encode(params)), kind)
    except BadMessage as refused:
        return str(refused)
    return ""
