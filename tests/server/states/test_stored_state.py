"""Tempi that an earlier Prime stored without a side (rule O12): the state is whole, and read."""

import json
from typing import Any

from persistence.journal.contract import Checkpoint
from rooms.aspect import StateSlice
from rooms.document.digest import canonical, shown, term
from schema.entities import empty_state
from server.states.stored_state import read_document


def test_O12_a_state_stored_without_sides_comes_to_its_digest_and_is_read() -> None:
    state: dict[str, Any] = empty_state("old")
    for n, name in enumerate(("tempo_cc", "tempo_aa", "tempo_bb")):
        state["tempo"][name] = {"time": 8.0, "bpm": 90.0 + n, "interp": "linear"}
    del state["tempo"]["tempo_start"]["slot"]
    total = sum(
        term(canonical(collection, entity_id, entity))
        for collection, entities in state.items()
        for entity_id, entity in entities.items()
    )
    slices = tuple(StateSlice(c, json.dumps(entities).encode()) for c, entities in state.items())
    stored = Checkpoint("project", "epoch", 7, shown(total), slices)
    document = read_document(stored)
    tempi = document.collections["tempo"]
    assert {i: e["slot"] for i, e in tempi.items()} == {
        "tempo_start": 0,
        "tempo_aa": 0,
        "tempo_cc": 1,
    }
