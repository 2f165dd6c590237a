"""What a state may hold at and past every bound goes out in every format, and comes in again."""

import json
import math
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from files.commands.import_and_export import _writer_for
from files.importing import read_song
from prime_client.copy.digest import digest
from rooms.document.document import Document
from rooms.rules.proposal_rules import problem_with_new_op
from schema.entities import ENTITY_TYPES, Field, empty_state
from schema.ops import Delete, Insert, Op, Set, decode_ops, encode_ops
from tests.files.dawproject.test_export import a_state
from tests.files.helpers.server_side import taken_whole
from tests.rooms.chaos import Chaos
from tests.rooms.songs import song

SOME = settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a song takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FORMATS = ("mid", "dawproject", "prime.json")
LEAVES = [0, 1.0, 2**53, -(2**53), 2.0**53, 1e15, 5e-324, 2**31, True, "", "t" * 1_024, None]


def odd_values(field: Field) -> list[Any]:
    """The values of a field at its bounds, and those that numbers are odd in."""
    match field.kind:
        case "number":
            low, high = field.minimum, field.maximum
            low = math.nextafter(low, high) if field.exclusive_minimum else low
            wanted = [low, high, math.nextafter(high, low), 0.0, 5e-324, 1e-7, 1 / 3, 0.1 + 0.2]
            return [value for value in wanted if low <= value <= high]
        case "integer":
            numbers: list[float] = [int(word) for word in field.choices] or [
                field.minimum,
                field.maximum,
            ]
            return [kind(number) for number in numbers for kind in (int, float)]
        case "text":
            return ["", "\u202e", " <&>]]> \U0001f3b9", "\t\n", "x" * field.max_length]
        case "choice":
            return list(field.choices)
        case "choices":
            return [[*field.choices], [*reversed(field.choices)]]
        case "boolean":
            return [True, False]
        case "params":
            return [{f"leaf{n}": leaf for n, leaf in enumerate(LEAVES)}, {"a/b": 1, "x" * 64: 2}]
    return []


ODD = [
    (collection, name, value)
    for collection, fields in ENTITY_TYPES.items()
    for name, field in fields.items()
    for value in odd_values(field)
]


def apply(document: Document, ops: list[Op]) -> None:
    """As they come over the wire; what the server refuses or drops has no effect."""
    ops = decode_ops(encode_ops(ops))
    document.apply([op for op in ops if problem_with_new_op(op) is None])


def set_everywhere(document: Document, collection: str, props: dict[str, Any]) -> None:
    apply(document, [Set(collection, each, props) for each in document.collections[collection]])


def automate(document: Document) -> None:
    """Lanes of all that has a number or a switch, with points that rise without end."""
    ops: list[Op] = []
    for number, target in enumerate(_targets(document)):
        lane = f"oddlane_{number:04}"
        ops.append(Insert("lanes", lane, {"target": target, "track": "track_01"}))
        for n, (time, value) in enumerate([(0, -1e9), (5e-324, 1e9), (4, 1.01), (5, -0.01)]):
            props: dict[str, Any] = {"lane": lane, "time": time, "value": value, "interp": "linear"}
            ops.append(Insert("points", f"{lane}_{n}", props))
    apply(document, ops)


def _targets(document: Document) -> Iterator[str]:
    for collection, fields in ENTITY_TYPES.items():
        for entity_id in document.collections[collection]:
            for name, field in fields.items():
                if field.kind in ("number", "boolean") and collection not in ("lanes", "points"):
                    yield f"{collection}/{entity_id}/{name}"
                elif field.kind == "params":
                    yield f"{collection}/{entity_id}/params/cutoff"
                    yield f"{collection}/{entity_id}/params/never_there"


def goes_out_and_comes_in(document: Document, folder: Path) -> None:
    state: Any = document.frozen()
    for form in FORMATS:
        path = folder / f"song.{form}"
        _writer_for(path)(path, state)
        again = read_song(path)
        assert taken_whole(again) == []
        if form == "prime.json":
            assert digest(again.state) == digest(state)
            made = Document(empty_state("another name"))
            apply(made, decode_ops(json.dumps(again.to_ops()).encode()))
            assert digest(made.frozen()) == digest(state)
            assert again.problems == []


def test_every_odd_value_of_every_property(tmp_path: Path) -> None:
    """In turn, those of all collections at the same time."""
    of_collections = [[odd for odd in ODD if odd[0] == each] for each in ENTITY_TYPES]
    for odd in zip_longest(*of_collections):
        document = Document(a_state())
        for collection, name, value in filter(None, odd):
            set_everywhere(document, collection, {name: value})
        goes_out_and_comes_in(document, tmp_path)


def test_M4_automation_beyond_every_range(tmp_path: Path) -> None:
    document = Document(a_state())
    automate(document)
    assert len(document.collections["lanes"]) > 40
    goes_out_and_comes_in(document, tmp_path)


@SOME
@given(seed=st.integers(0, 2**32), odd=st.lists(st.sampled_from(ODD), min_size=1, max_size=12))
def test_odd_values_together(tmp_path: Path, seed: int, odd: list[tuple[str, str, Any]]) -> None:
    document = Document(a_state()) if seed % 2 else song()
    for ops, atomic in Chaos(seed).deltas(document, seed % 100):
        document.apply(ops, atomic=atomic)
    for collection, name, value in odd:
        set_everywhere(document, collection, {name: value})
    automate(document)
    goes_out_and_comes_in(document, tmp_path)


@pytest.mark.parametrize("collection", list(ENTITY_TYPES))
def test_what_was_referred_to_is_deleted_later(tmp_path: Path, collection: str) -> None:
    """One after the other."""
    document = Document(a_state())
    automate(document)
    for entity_id in list(document.collections[collection])[:4]:
        apply(document, [Delete(collection, entity_id)])
        goes_out_and_comes_in(document, tmp_path)


def test_a_lane_outlives_the_leaf_that_it_moves(tmp_path: Path) -> None:
    document = Document(a_state())
    assert "devices/dev_0001/params/cutoff" in [
        lane["target"] for lane in document.collections["lanes"].values()
    ]
    apply(document, [Set("devices", "dev_0001", {"params": {"cutoff": None}})])
    goes_out_and_comes_in(document, tmp_path)


@pytest.mark.parametrize("start", ["deleted", "moved"])
@pytest.mark.parametrize("collection", ["tempo", "signatures"])
def test_another_one_stands_at_the_beginning(tmp_path: Path, collection: str, start: str) -> None:
    document = Document(a_state())
    [start_id] = (key for key, e in document.collections[collection].items() if e["time"] == 0)
    other = document.collections[collection][start_id] | {"slot": 0}
    props = {name: other[name] for name in ENTITY_TYPES[collection]}
    later: Op = Set(collection, start_id, {"time": 3.0})
    begin = Delete(collection, start_id) if start == "deleted" else later
    apply(document, [Insert(collection, "other_001", props), begin])
    assert document.collections[collection]["other_001"]["time"] == 0
    goes_out_and_comes_in(document, tmp_path)


def test_the_master_feeds_what_leads_nowhere(tmp_path: Path) -> None:
    document = Document(a_state())
    nowhere = Insert("channels", "chan_out", {"dest": None})
    apply(
        document,
        [nowhere, Insert("sends", "send_out", {"channel": "ch_master", "dest": "chan_out"})],
    )
    assert "send_out" in document.collections["sends"]
    goes_out_and_comes_in(document, tmp_path)


def test_recordings_that_are_stems_of_each_other(tmp_path: Path) -> None:
    document = Document(a_state())
    apply(document, [Insert("media", "media_02", {"stemOf": "media_01"})])
    apply(document, [Set("media", "media_01", {"stemOf": "media_02"})])
    assert document.collections["media"]["media_01"]["stemOf"] == "media_02"
    goes_out_and_comes_in(document, tmp_path)


def test_times_come_back_to_the_last_digit(tmp_path: Path) -> None:
    document, path = Document(a_state()), tmp_path / "song.dawproject"
    times: dict[str, Any] = {"time": 1 / 3, "duration": 1e-7}
    set_everywhere(document, "clips", {"time": 8 + 1 / 3, "playStart": 0.1 + 0.2})
    clip_times: dict[str, Any] = {
        "duration": 100 / 7,
        "loopStart": 1 / 7,
        "loopEnd": 2 / 7,
        "fadeIn": 1 / 9,
    }
    apply(document, [Set("clips", "clip_001", clip_times), Set("notes", "note_001", times)])
    set_everywhere(document, "markers", {"time": 1e6 / 7})
    apply(document, [Set("points", "lane_001_p2", {"time": 1 + 1e-9})])
    state: Any = document.frozen()
    _writer_for(path)(path, state)
    again = read_song(path).state
    for collection in ("clips", "notes", "markers", "points", "tempo", "signatures"):
        fields = [n for n, field in ENTITY_TYPES[collection].items() if field.unit == "beats"]
        before, after = (
            sorted([entity[name] for name in fields] for entity in one[collection].values())
            for one in (state, again)
        )
        assert after == before
