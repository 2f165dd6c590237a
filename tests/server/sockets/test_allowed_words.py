"""Whoever sends a word that is not allowed is told which ones are."""

import msgspec
import pytest

from schema.recall.calls import EraseRecall
from server.sockets.codec import CODECS, BadMessage, Codec


@pytest.mark.parametrize("codec", CODECS.values())
@pytest.mark.parametrize(("sent", "is_told"), [("yes", True), (5, False)])
def test_C3_the_words_that_are_allowed_are_told(codec: Codec, sent: object, is_told: bool) -> None:
    with pytest.raises(BadMessage) as refused:
        codec.params(msgspec.Raw(codec.encode({"confirm": sent})), EraseRecall)
    assert refused.value.details == {"field": "confirm"}
    assert str(refused.value).endswith("; allowed: erase") is is_told
