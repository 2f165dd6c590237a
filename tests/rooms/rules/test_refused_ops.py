"""The refusal of an op names it, the property and the bound, for programs."""

from typing import Any

import pytest

from schema.errors import ERRORS, ErrorCode
from schema.invariants import BOUND_OF, INVARIANTS
from schema.messages import Error, ProposeDelta
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.bench import PROJECT, Bench

NOTE: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 60}

FAULTS: list[tuple[str, Op]] = [
    ("fadeIn", Set("clips", "clip_loop", {"name": "x", "fadeIn": 9.0})),
    ("duration", Set("clips", "clip_full", {"duration": 1.0})),
    ("volume", Set("channels", "ch_bass_", {"pan": 0.1, "volume": 9.0})),
    ("wet", Set("channels", "ch_bass_", {"wet": 9.0})),
    ("volume", Set("channels", "ch_bass_", {"pan": 0.1}, {"volume": 9.0})),
    ("key", Insert("notes", "note_new", NOTE | {"key": 200})),
    ("clip", Insert("notes", "note_new", {"time": 0, "duration": 1, "key": 60})),
    ("id", Insert("notes", "note_one", NOTE)),
    ("parent", Move("tracks", "tr_group", parent="tr_bass_")),
    ("order", Move("tracks", "tr_group", order="b0")),
    ("parent", Set("tracks", "tr_audio", {"parent": "tr_bass_"})),
    ("dest", Set("channels", "ch_reverb", {"dest": "ch_bass_"})),
    ("slot", Set("clips", "clip_bass", {"slot": "slot_one"})),
    ("loopStart", Set("clips", "clip_bass", {"loopStart": 1.0})),
    ("content", Set("tracks", "tr_bass_", {"content": ["audio"]})),
    ("params", Set("devices", "dev_synth", {"params": {"x": 1e300}})),
    ("id", Delete("channels", "ch_master")),
]


@pytest.fixture(scope="module")
def bench() -> Bench:
    made = Bench()
    made.join("ann")
    full: dict[str, Any] = {
        "track": "tr_audio",
        "kind": "notes",
        "time": 0,
        "duration": 4,
        "fadeIn": 4,
    }
    made.edit("ann", Insert("clips", "clip_full", full))
    return made


def refused(bench: Bench, *ops: Op) -> Error:
    delta = ProposeDelta(PROJECT, "delta-wrong", list(ops))
    bench.run(bench.room.edits.propose("ann", delta))
    answer = bench.last("ann")
    assert isinstance(answer, Error)
    keys, row = set(answer.details), ERRORS[ErrorCode(answer.code)]
    assert set(row.has) <= keys <= {*row.has, *row.may_have}
    return answer


@pytest.mark.parametrize(("field", "op"), FAULTS)
def test_D21_a_refusal_names_the_op_and_the_property(field: str, op: Op, bench: Bench) -> None:
    details = refused(bench, Set("markers", "marker_one", {"name": "x"}), op).details
    assert details == {"op": 1, "field": field}


def test_D21_a_refusal_past_a_bound_names_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    bench.join("ann")
    monkeypatch.setattr("rooms.document.op_application.MAX_ENTITIES", len(bench.room.document))
    error = refused(bench, Insert("notes", "note_new", NOTE))
    assert (error.code, error.details) == ("limit_reached", {"op": 0, "bound": "MAX_ENTITIES"})
    monkeypatch.undo()
    long: dict[str, Any] = {f"p{n}": "x" * 1_000 for n in range(140)}
    error = refused(bench, Set("devices", "dev_synth", {"params": long}))
    assert error.details == {"op": 0, "field": "params", "bound": "MAX_PARAMS_BYTES"}


def test_D21_every_bound_of_the_project_state_has_its_row() -> None:
    limits = {row.says for row in INVARIANTS if row.code is ErrorCode.LIMIT_REACHED}
    assert limits == set(BOUND_OF)
