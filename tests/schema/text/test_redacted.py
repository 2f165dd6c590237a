"""No log and no audit holds what keys say is secret."""

import pytest

from schema.accounts.audit_events import SECRET_WORDS
from schema.text.redacted import REDACTED, holds_secret, redacted


@pytest.mark.parametrize("word", SECRET_WORDS)
def test_a_key_with_a_secret_word_in_it_shows_nothing(word: str) -> None:
    for key in (word, word.upper(), f"new_{word}", f"{word}_2"):
        assert redacted({key: "canary"}) == {key: REDACTED}
        assert redacted({"deep": {"er": [{key: "canary"}]}}) == {"deep": {"er": [{key: REDACTED}]}}
        assert redacted({key: ["canary"]}) == {key: [REDACTED]}


def test_other_values_stay_as_they_are() -> None:
    values = {
        "user": "ann",
        "close_code": 4501,
        "sqlstate": "23505",
        "codes": 10,
        "cause": "reused",
    }
    assert redacted(values) == values
    assert not holds_secret("sqlstate")
    assert redacted({"code": 7}) == {"code": 7}, "numbers of errors, not secrets"
