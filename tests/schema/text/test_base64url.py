"""Bytes as text, in one spelling."""

import random
import string

import pytest

from schema.text.base64url import decode, encode


@pytest.mark.parametrize("length", range(8))
def test_A67_of_all_texts_of_its_letters_one_is_read(length: int) -> None:
    data = random.Random(length).randbytes(length)
    text = encode(data)
    assert decode(text) == data
    letters = string.ascii_letters + string.digits + "-_+/= \n\u200b\u212a"
    others = {text[:-1] + one for one in letters} | {text + one for one in letters} - {text}
    for other in others | {text + "==", "=" + text, " " + text}:
        try:
            assert encode(decode(other)) == other
        except ValueError:
            continue
        assert decode(other) != data or other == text
