import math
from typing import Any

import pytest

from rooms.rules.entity_rules import (
    missing_props,
    path_target,
    problem_with_id,
    problem_with_props,
    problem_with_value,
    problem_with_whole,
)
from rooms.rules.op_rules import problem_with_op
from schema.entities import ENTITY_ID, ENTITY_TYPES, SINGLETONS, defaults, empty_state
from schema.errors import DropReason
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import outcome, song


@pytest.mark.parametrize(
    ("collection", "name", "value"),
    [
        ("channels", "volume", 2),
        ("channels", "volume", 0.0),
        ("channels", "mute", True),
        ("channels", "audioChannels", 64),
        ("channels", "dest", None),
        ("signatures", "den", 32),
        ("notes", "key", 127),
        ("notes", "time", -1.5),
        ("clips", "kind", "video"),
        ("tracks", "content", ["audio", "notes"]),
        ("tracks", "color", None),
        ("tracks", "name", "x" * 256),
        ("devices", "params", {"a": 1, "b": "text", "c": None, "d": False, "e": 2**53}),
        ("lanes", "target", "devices/dev_synth/params/cutoff"),
    ],
)
def test_O8_what_fits_its_field_is_fine(collection: str, name: str, value: Any) -> None:
    assert problem_with_props(collection, {name: value}) is None


@pytest.mark.parametrize(
    ("collection", "name", "value"),
    [
        ("channels", "volume", 2.0001),
        ("channels", "volume", -0.1),
        ("channels", "volume", "loud"),
        ("channels", "volume", True),
        ("channels", "volume", None),
        ("channels", "volume", math.nan),
        ("channels", "volume", math.inf),
        ("channels", "mute", 1),
        ("channels", "audioChannels", 1.5),
        ("channels", "dest", "short"),
        ("channels", "dest", 7),
        ("channels", "role", "boss"),
        ("signatures", "den", 3),
        ("signatures", "den", 64),
        ("notes", "key", 128),
        ("notes", "key", 10**400),
        ("notes", "duration", 0),
        ("clips", "time", -1),
        ("clips", "kind", ["notes"]),
        ("tracks", "content", []),
        ("tracks", "content", ["notes", "notes"]),
        ("tracks", "content", ["noise"]),
        ("tracks", "content", "notes"),
        ("tracks", "name", "x" * 257),
        ("tracks", "name", "a\0b"),
        ("tracks", "order", "zz"),
        ("tracks", "nmae", "typo"),
        ("devices", "params", [1]),
        ("devices", "params", {f"p{n}": 0 for n in range(4_097)}),
        ("devices", "params", {"a": math.nan}),
        ("devices", "params", {"a": -math.inf}),
        ("devices", "params", {"a": 2**53 + 1}),
        ("devices", "params", {"a": 10**400}),
        ("devices", "params", {"a": "\0"}),
        ("devices", "params", {"a\0": 1}),
        ("devices", "params", {"a": {"deep": 1}}),
        ("lanes", "target", "devices/dev_synth/params"),
    ],
)
def test_O8_what_does_not_fit_is_told_in_a_sentence(collection: str, name: str, value: Any) -> None:
    problem = problem_with_props(collection, {name: value})
    assert problem is not None
    assert name in problem
    assert len(problem) < 200


def test_O8_the_bounds_of_a_number_are_written_out() -> None:
    problem = problem_with_props("notes", {"time": 1e9})
    assert problem is not None
    assert "e+" not in problem
    assert "1,000,000" in problem


@pytest.mark.parametrize("collection", sorted(ENTITY_TYPES))
def test_O8_every_default_fits_its_field(collection: str) -> None:
    for name, value in defaults(collection).items():
        assert problem_with_value(ENTITY_TYPES[collection][name], value) is None


@pytest.mark.parametrize(
    ("collection", "props", "missing"),
    [
        ("notes", {"clip": "clip_bass", "time": 0, "duration": 1}, "notes.key"),
        ("notes", {"clip": None, "time": 0, "duration": 1, "key": 1}, "notes.clip"),
        ("markers", {}, "markers.time"),
    ],
)
def test_O8_an_insert_names_what_is_required(
    collection: str, props: dict[str, Any], missing: str
) -> None:
    assert missing_props(collection, props) == f"{missing} is required"


@pytest.mark.parametrize("entity_id", ["abcdefgh", "A-_45678", "x" * 32])
def test_O8_ids_have_8_to_32_letters(entity_id: str) -> None:
    assert problem_with_id("notes", entity_id) is None


@pytest.mark.parametrize("entity_id", ["seven77", "x" * 37, "no space", "nü_nü_nü", "abcdefgh\n"])
def test_O8_other_ids_are_refused(entity_id: str) -> None:
    assert problem_with_id("notes", entity_id) is not None
    assert problem_with_value(ENTITY_TYPES["notes"]["clip"], entity_id) is not None


def test_O8_the_ids_of_a_new_project_obey_the_rule() -> None:
    for collection, entities in empty_state("test").items():
        assert isinstance(entities, dict)
        for entity_id in entities:
            assert problem_with_id(collection, entity_id) is None
            assert collection in SINGLETONS or ENTITY_ID.fullmatch(entity_id)


def test_O8_a_singleton_has_the_id_of_its_collection() -> None:
    assert problem_with_id("transport", "transport") is None
    assert problem_with_id("project", "transport") is not None


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("channels/ch_master/volume", ("channels", "ch_master")),
        ("devices/dev_synth/params/cutoff", ("devices", "dev_synth")),
        ("clips/clip_bass/gain", ("clips", "clip_bass")),
        ("channels/ch_master/loudness", None),
        ("channels/ch_master", None),
        ("channels/ch_master/volume/left", None),
        ("devices/dev_synth/params", None),
        ("nothing/ch_master/volume", None),
        ("points/point_one/value", None),
        ("devices/dev_synth/params/" + "x" * 256, None),
        ("devices/dev_synth/params/\0", None),
        ("", None),
    ],
)
def test_O8_a_path_leads_to_a_property(path: str, target: tuple[str, str] | None) -> None:
    assert path_target(path) == target


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("points/point_one/value", "must not lead to points"),
        ("lanes/lane_one1/target", "must not lead to lanes"),
        ("devices/dev_synth/params", "of params with the name of a leaf behind it"),
    ],
)
def test_O8_what_is_wrong_with_a_path_is_told_as_it_is(path: str, words: str) -> None:
    assert words in (problem_with_props("lanes", {"target": path}) or "")


@pytest.mark.parametrize(
    "op",
    [
        Set("nothing", "note_one", {"key": 1}),
        Set("notes", "note_one", {}),
        Set("notes", "note", {"key": 1}),
        Set("notes", "note_one", {"key": -1}),
        Insert("notes", "note_new", {"clip": "clip_bass", "time": 0, "duration": 1}),
        Insert("markers", "marker_x", {"time": 0, "size": 3}),
        Move("notes", "note_one"),
        Move("notes", "note_one", order="a0"),
        Move("notes", "note_one", parent=None),
        Move("notes", "note_one", time=math.nan),
        Move("markers", "marker_one", parent="tr_group"),
        Delete("nothing", "note_one"),
    ],
)
def test_O8_an_op_that_is_wrong_in_itself_is_invalid(op: Op) -> None:
    assert problem_with_op(op) is not None
    assert outcome(song(), op) == [DropReason.INVALID]


def test_O8_a_pointer_that_leads_nowhere_is_dropped() -> None:
    document = song()
    for op in (
        Set("clips", "clip_loop", {"media": "nobody__"}),
        Set("clips", "clip_loop", {"media": "clip_bass"}),
        Set("lanes", "lane_vol", {"target": "channels/nobody__/volume"}),
        Set("lanes", "lane_vol", {"target": "channels/dev_synth/volume"}),
    ):
        assert outcome(document, op) == [DropReason.PARENT_GONE]


def clip(**props: Any) -> dict[str, Any]:
    return defaults("clips") | {"track": "tr_bass_", "time": 0, "duration": 4} | props


@pytest.mark.parametrize(
    ("props", "is_fine"),
    [
        ({}, True),
        ({"loopStart": 0, "loopEnd": 2}, True),
        ({"loopStart": 2, "loopEnd": 2}, False),
        ({"loopStart": 2, "loopEnd": 1}, False),
        ({"loopStart": 2}, False),
        ({"loopEnd": 2}, False),
        ({"fadeIn": 2, "fadeOut": 2}, True),
        ({"fadeIn": 0.1, "fadeOut": 0.2, "duration": 0.3}, True),
        ({"fadeIn": 2, "fadeOut": 2.1}, False),
        ({"fadeIn": 5, "loopStart": 0, "loopEnd": 2}, False),
    ],
)
def test_O9_a_clip_fits_together(props: dict[str, Any], is_fine: bool) -> None:
    assert (problem_with_whole("clips", clip(**props)) is None) == is_fine


def test_O9_the_loop_of_the_transport_ends_after_it_starts() -> None:
    document = song()
    backwards = Set("transport", "transport", {"loopStart": 16})
    assert outcome(document, backwards) == [DropReason.INVALID]
    assert outcome(document, Set("transport", "transport", {"loopStart": 16, "loopEnd": 32})) == []


def test_O9_a_pair_that_others_made_impossible_is_dropped() -> None:
    document = song()
    assert outcome(document, Set("clips", "clip_bass", {"duration": 1})) == []
    assert outcome(document, Set("clips", "clip_bass", {"fadeIn": 2})) == [DropReason.INVALID]
    assert outcome(document, Set("clips", "clip_bass", {"fadeIn": 2, "duration": 2})) == []
