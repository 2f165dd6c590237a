"""The client's digest is another program's, and the same number."""

import random
from typing import Any

import pytest

from prime_client.copy.digest import digest, term
from rooms.document.digest import digest_of
from tests.rooms.chaos import Chaos
from tests.rooms.songs import song

MARKER: dict[str, Any] = {"time": 1, "name": "Drop \u266b", "color": None}


def test_vectors_for_clients_in_other_languages() -> None:
    assert f"{term('markers', 'marker_1', MARKER):016x}" == VECTOR_MARKER
    assert digest({"markers": {"marker_1": MARKER}, "notes": {}}) == VECTOR_MARKER
    assert digest({}) == "0" * 16


def test_numbers_are_floats_and_zero_has_no_sign() -> None:
    for same in ({"time": 1.0}, {"time": 1}):
        assert term("markers", "marker_1", MARKER | same) == term("markers", "marker_1", MARKER)
    assert term("points", "p", {"value": -0.0}) == term("points", "p", {"value": 0})
    assert term("tracks", "t", {"loaded": True}) != term("tracks", "t", {"loaded": 1})


def test_keys_are_sorted_at_every_level() -> None:
    one = {"params": {"b": 1, "a": [2, "x"], "\u00e9": None}, "name": "d"}
    other = {"name": "d", "params": {"\u00e9": None, "a": [2, "x"], "b": 1}}
    assert term("devices", "d", one) == term("devices", "d", other)


@pytest.mark.parametrize("seed", range(10))
def test_both_programs_agree_on_any_state(seed: int) -> None:
    document = song()
    for ops, atomic in Chaos(seed).deltas(document, 60):
        document.apply(ops, atomic=atomic)
        assert digest(document.collections) == document.digest
    entities = [
        (collection, entity_id, entity)
        for collection, all_ in document.collections.items()
        for entity_id, entity in all_.items()
    ]
    random.Random(seed).shuffle(entities)
    assert digest_of(entities) == document.digest


VECTOR_MARKER = "d9f8a2e070dc996c"
