"""Whoever sends a word that is not allowed is told which ones are."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from schema.calls import METHODS
from schema.messages import ClientMessage
from schema.recall.calls import EraseRecall
from server.encoding.codec import CODECS, BadMessage, Codec


@pytest.mark.parametrize("codec", CODECS.values())
@pytest.mark.parametrize(("sent", "is_told"), [("yes", True), (5, False)])
def test_C3_the_words_that_are_allowed_are_told(codec: Codec, sent: object, is_told: bool) -> None:
    with pytest.raises(BadMessage) as refused:
        codec.params(msgspec.Raw(codec.encode({"confirm": sent})), EraseRecall)
    assert refused.value.details == {"field": "confirm"}
    assert str(refused.value).endswith("; allowed: erase") is is_told


@pytest.mark.parametrize("codec", CODECS.values())
def test_E8_so_they_are_for_a_field_of_a_message(codec: Codec) -> None:
    hello = {"t": "hello", "versions": [1], "device": "laptop", "device_kind": "fridge"}
    with pytest.raises(BadMessage) as refused:
        codec.decode(codec.encode(hello))
    assert refused.value.details == {"field": "device_kind"}
    assert str(refused.value).endswith('; allowed: "", browser, desktop, mobile, plugin, tool')


def words_in(hint: Any) -> Iterator[str]:
    """All that a type takes of a few words, however it is written."""
    if get_origin(hint) is Literal:
        yield from get_args(hint)
    elif get_origin(hint) is Annotated:
        yield from words_in(get_args(hint)[0])
    else:
        for inner in get_args(hint):
            yield from words_in(inner)


def fields_of_words(kind: type[msgspec.Struct]) -> Iterator[tuple[str, list[str]]]:
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if words := sorted(set(words_in(hint))):
            yield name, words


CALLS_WITH_WORDS = [
    (method, name, words)
    for method, (kind, _) in METHODS.items()
    for name, words in fields_of_words(kind)
]


@pytest.mark.parametrize(("method", "name", "words"), CALLS_WITH_WORDS)
def test_C3_every_parameter_of_a_few_words_says_which(
    method: str, name: str, words: list[str]
) -> None:
    kind: Any = METHODS[method][0]
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    others = {other: None for other, field in fields.items() if field.required and other != name}
    for codec in CODECS.values():
        text = ""
        for order in ({name: "fridge"} | others, {name: "fridge"}):
            with pytest.raises(BadMessage) as refused:
                codec.params(msgspec.Raw(codec.encode(order)), kind)
            if refused.value.details == {"field": name}:
                text = str(refused.value)
                break
        assert text.endswith(f"; allowed: {', '.join(words)}"), (method, text)


def test_C3_the_walk_finds_what_the_page_names() -> None:
    found = {(method, name) for method, name, _ in CALLS_WITH_WORDS}
    assert {
        ("projects.update", "default_role"),
        ("members.grant", "role"),
        ("invitations.create", "role"),
        ("audio_files.set_status", "status"),
        ("snapshots.list", "kind"),
    } <= found
    of_messages = {
        (kind.__name__, name)
        for kind in get_args(ClientMessage)
        for name, _ in fields_of_words(kind)
    }
    assert of_messages == {("Hello", "device_kind"), ("Join", "state")}


@pytest.mark.parametrize("codec", CODECS.values())
def test_what_a_type_holds_is_found_out_once(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took four milliseconds of each message that was wrong."""

    def decode() -> None:
        for message in ({"t": "join"}, {"t": "hello", "versions": [1], "device": "x", "x": 1}):
            with pytest.raises(BadMessage):
                codec.decode(codec.encode(message))
        for params in ({"confirm": "yes"}, {"x": 1}):
            with pytest.raises(BadMessage):
                codec.params(msgspec.Raw(codec.encode(params)), EraseRecall)

    decode()
    monkeypatch.setattr("msgspec.inspect.type_info", None)
    decode()
