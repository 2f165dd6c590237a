"""The calls of recall say what they are given, and where it is wrong."""

import uuid
from typing import Any

import msgspec
import pytest

from schema.calls import METHODS
from schema.recall.calls import RECALL_METHODS, ObserveRecall, RecallContext


def test_all_of_them_are_calls() -> None:
    assert RECALL_METHODS.items() <= METHODS.items()


@pytest.mark.parametrize(
    ("context", "field"), [({"bpm": 9}, "bpm"), ({"hour": 24}, "hour"), ({"genre": 1}, "genre")]
)
def test_W9_the_field_at_fault_is_named(context: dict[str, Any], field: str) -> None:
    use = {"id": str(uuid.uuid4()), "key": "OTT", "context": context}
    with pytest.raises(msgspec.ValidationError, match=rf"uses\[0\]\.context\.{field}"):
        msgspec.convert({"category": "plugin_choice", "uses": [use]}, ObserveRecall)


@pytest.mark.parametrize("key", ["\u0301", "a \u0301", " ", "a\u200b", "a\u202eb", "a\u0378"])
def test_W9_E8_the_name_of_a_context_of_ones_own_is_a_name(key: str) -> None:
    for more in ({key: "x"}, {"x": key}):
        with pytest.raises(msgspec.ValidationError, match=r"more"):
            msgspec.convert({"more": more}, RecallContext)


def test_W9_E15_so_it_is_one_however_it_was_spelt() -> None:
    told = msgspec.convert({"more": {"e\u0301": "e\u0301", "b": "x"}}, RecallContext)
    assert told.more == {"\u00e9": "\u00e9", "b": "x"}
    with pytest.raises(msgspec.ValidationError, match="twice, in two spellings"):
        msgspec.convert({"more": {"e\u0301": "x", "\u00e9": "y"}}, RecallContext)


def test_W9_names_are_spelt_alike() -> None:
    told = msgspec.convert({"genre": "me\u0301tal", "after": "e\u0301"}, RecallContext)
    assert (told.genre, told.after) == ("m\u00e9tal", "\u00e9")
