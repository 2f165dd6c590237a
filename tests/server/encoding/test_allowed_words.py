"""Whoever sends a word that is not allowed is told which ones are."""

import msgspec
import pytest

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
