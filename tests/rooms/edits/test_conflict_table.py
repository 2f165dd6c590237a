"""The conflict table, row by row: what becomes of two edits that meet, the later seq last."""

from typing import Any

import pytest

from rooms.document.document import Document
from schema.errors import DropReason
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import song, why

CLIP: dict[str, Any] = {"track": "tr_bass_", "time": 8, "duration": 4}
NOTE: dict[str, Any] = {"clip": "clip_bass", "time": 0, "duration": 1, "key": 60}


def meet(*ops: Op) -> tuple[Document, list[DropReason]]:
    """Each op in a delta of its own, one after the other; what the last one came to."""
    document = song()
    for op in ops[:-1]:
        assert document.apply([op]).drops == []
    return document, why(document.apply([ops[-1]]))


def value(document: Document, entity_id: str, name: str) -> Any:
    entity = document.get(entity_id)
    assert entity is not None
    return entity[name]


def test_O1_row_set_and_set_of_one_property_the_last_in_order_wins() -> None:
    document, drops = meet(
        Set("channels", "ch_bass_", {"volume": 0.2}), Set("channels", "ch_bass_", {"volume": 0.9})
    )
    assert (value(document, "ch_bass_", "volume"), drops) == (0.9, [])


def test_O1_row_set_and_set_of_different_properties_merge() -> None:
    document, drops = meet(
        Set("channels", "ch_bass_", {"volume": 0.2}), Set("channels", "ch_bass_", {"pan": 0.9})
    )
    assert (value(document, "ch_bass_", "volume"), value(document, "ch_bass_", "pan")) == (0.2, 0.9)
    assert drops == []


def test_O2_row_leaves_of_params_merge_and_each_leaf_has_a_last_writer() -> None:
    document, drops = meet(
        Set("devices", "dev_synth", {"params": {"cutoff": 0.1, "drive": 1}}),
        Set("devices", "dev_synth", {"params": {"cutoff": 0.2, "mix": 2}}),
    )
    assert value(document, "dev_synth", "params") == {"cutoff": 0.2, "res": 1, "drive": 1, "mix": 2}
    assert drops == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (
            Set("transport", "transport", {"loopEnd": 32.0, "loopStart": 24.0}),
            Set("transport", "transport", {"loopEnd": 20.0}),
        ),
        (
            Set("clips", "clip_loop", {"fadeIn": 3.0}),
            Set("clips", "clip_loop", {"duration": 2.0}),
        ),
        (
            Set("clips", "clip_loop", {"loopStart": 1.0, "loopEnd": 3.0}),
            Set("clips", "clip_loop", {"loopEnd": 0.5}),
        ),
    ],
)
def test_O9_row_coupled_properties_are_judged_as_the_pair_they_come_to(
    first: Op, second: Op
) -> None:
    document, drops = meet(first, second)
    assert drops == [DropReason.INVALID]
    assert document.frozen() == meet(first, first)[0].frozen()


def test_O3_row_set_after_delete_is_gone_and_brings_nothing_back() -> None:
    document, drops = meet(Delete("clips", "clip_bass"), Set("clips", "clip_bass", {"name": "x"}))
    assert drops == [DropReason.GONE]
    assert document.get("clip_bass") is None


def test_O3_row_delete_after_set_wins() -> None:
    document, drops = meet(Set("clips", "clip_bass", {"name": "x"}), Delete("clips", "clip_bass"))
    assert drops == []
    assert document.get("clip_bass") is None


def test_O4_row_insert_into_a_deleted_parent_is_dropped_and_leaves_no_orphan() -> None:
    document, drops = meet(Delete("clips", "clip_bass"), Insert("notes", "note_new", NOTE))
    assert drops == [DropReason.PARENT_GONE]
    assert document.get("note_new") is None


def test_O3_row_delete_and_delete_is_a_no_op() -> None:
    document, drops = meet(Delete("clips", "clip_bass"), Delete("clips", "clip_bass"))
    assert drops == [DropReason.GONE]
    assert document.frozen() == meet(Delete("clips", "clip_bass"))[0].frozen()


def test_O5_row_delete_of_a_clip_takes_its_notes() -> None:
    document, _ = meet(Delete("clips", "clip_bass"))
    assert document.get("note_one") is None
    assert document.get("note_two") is None


def test_O5_row_delete_of_a_track_moves_its_tracks_to_the_grandparent() -> None:
    document, _ = meet(
        Insert("tracks", "tr_inner", {"parent": "tr_group", "content": ["tracks"]}),
        Move("tracks", "tr_bass_", parent="tr_inner"),
        Delete("tracks", "tr_inner"),
    )
    assert value(document, "tr_bass_", "parent") == "tr_group"


def test_O5_row_delete_of_a_channel_takes_devices_sends_and_automation_and_reroutes() -> None:
    document, _ = meet(
        Set("channels", "ch_drums", {"dest": "ch_bass_"}), Delete("channels", "ch_bass_")
    )
    assert [i for i in ("dev_synth", "send_bass", "lane_vol", "point_one") if document.get(i)] == []
    assert value(document, "ch_drums", "dest") == "ch_master"
    assert value(document, "tr_bass_", "channel") is None


def test_O6_row_move_and_move_are_one_unit_and_the_last_wins() -> None:
    document, drops = meet(
        Move("tracks", "tr_audio", parent="tr_group", order="a5"),
        Move("tracks", "tr_audio", parent=None, order="a2"),
    )
    track = document.get("tr_audio")
    assert track is not None
    assert (track["parent"], track["order"], drops) == (None, "a2", [])


def test_O6_row_the_second_of_two_moves_that_would_make_a_cycle_is_dropped() -> None:
    document, drops = meet(
        Insert("tracks", "tr_other", {"content": ["tracks"]}),
        Move("tracks", "tr_group", parent="tr_other"),
        Move("tracks", "tr_other", parent="tr_group"),
    )
    assert drops == [DropReason.CYCLE]
    assert value(document, "tr_other", "parent") is None


def test_O11_row_two_inserts_at_one_place_are_both_kept_in_order_of_their_ids() -> None:
    document, drops = meet(
        Insert("tracks", "tr_bbbbb", {"order": "a7"}), Insert("tracks", "tr_aaaaa", {"order": "a7"})
    )
    tracks = document.collections["tracks"]
    here = sorted((t["order"], i) for i, t in tracks.items() if t["order"] == "a7")
    assert (here, drops) == ([("a7", "tr_aaaaa"), ("a7", "tr_bbbbb")], [])


def test_O4_row_one_id_inserted_twice_exists_in_every_collection() -> None:
    document, drops = meet(
        Insert("clips", "same_id_", CLIP), Insert("markers", "same_id_", {"time": 1})
    )
    assert drops == [DropReason.EXISTS]
    assert document.collection_by_id["same_id_"] == "clips"


def test_O12_row_points_at_one_time_are_left_and_right_and_a_third_replaces_the_right() -> None:
    ops = [
        Insert("points", f"point_n{n}", {"lane": "lane_vol", "time": 4, "value": n})
        for n in range(3)
    ]
    document, drops = meet(*ops)
    assert value(document, "point_n0", "slot") == 0
    assert document.get("point_n1") is None
    assert (value(document, "point_n2", "slot"), drops) == (1, [])


def test_O14_row_clips_may_overlap() -> None:
    document, drops = meet(
        Insert("clips", "clip_aaa", CLIP), Insert("clips", "clip_bbb", CLIP | {"time": 9})
    )
    assert drops == []
    assert value(document, "clip_aaa", "duration") == 4


def test_O10_row_the_last_tempo_and_signature_at_zero_stay() -> None:
    for op in (
        Delete("tempo", "tempo_start"),
        Move("tempo", "tempo_start", time=4.0),
        Delete("signatures", "signature_start"),
    ):
        _, drops = meet(op)
        assert drops == [DropReason.INVALID]


def test_O1_row_solo_and_mute_have_a_last_writer() -> None:
    document, _ = meet(
        Set("channels", "ch_bass_", {"mute": True, "solo": True}),
        Set("channels", "ch_bass_", {"mute": False}),
    )
    assert (value(document, "ch_bass_", "mute"), value(document, "ch_bass_", "solo")) == (
        False,
        True,
    )


def test_D10_row_an_offline_edit_is_judged_by_the_same_rules_and_named_if_overtaken() -> None:
    document = song()
    document.apply([Delete("clips", "clip_bass"), Set("channels", "ch_bass_", {"volume": 0.3})])
    offline: list[Op] = [
        Set("clips", "clip_bass", {"name": "mine"}),
        Set("channels", "ch_bass_", {"volume": 0.8}),
        Insert("notes", "note_new", NOTE),
    ]
    applied = document.apply(offline)
    assert [(drop.op, drop.reason) for drop in applied.drops] == [
        (0, DropReason.GONE),
        (2, DropReason.PARENT_GONE),
    ]
    assert value(document, "ch_bass_", "volume") == 0.8


def test_U3_row_undo_reverts_a_property_only_if_it_is_still_what_its_author_wrote() -> None:
    document, drops = meet(
        Set("channels", "ch_bass_", {"volume": 0.5}),
        Set("channels", "ch_bass_", {"volume": 0.7}),
        Set("channels", "ch_bass_", {"volume": 1}, expect={"volume": 0.5}),
    )
    assert drops == [DropReason.CHANGED]
    assert value(document, "ch_bass_", "volume") == 0.7


def test_O17_row_delete_alone_leaves_what_others_have_built_on() -> None:
    document, drops = meet(
        Insert("clips", "clip_new", CLIP),
        Insert("notes", "note_his", NOTE | {"clip": "clip_new"}),
        Delete("clips", "clip_new", alone=True),
    )
    assert drops == [DropReason.CHANGED]
    assert document.get("note_his") is not None


def test_O15_row_a_text_is_one_value() -> None:
    document, _ = meet(
        Set("tracks", "tr_bass_", {"name": "Bass left"}),
        Set("tracks", "tr_bass_", {"name": "Bass right"}),
    )
    assert value(document, "tr_bass_", "name") == "Bass right"


def test_O16_a_full_project_takes_nothing_more_and_can_still_be_emptied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = song()
    monkeypatch.setattr("rooms.document.op_application.MAX_STATE_BYTES", document.size + 1)
    assert document.apply([Insert("clips", "clip_new", CLIP)]).drops == []
    assert why(document.apply([Insert("clips", "clip_two", CLIP)])) == [DropReason.LIMIT]
    leaf = Set("devices", "dev_synth", {"params": {"more": 1}})
    assert why(document.apply([leaf])) == [DropReason.LIMIT]
    assert document.apply([Set("channels", "ch_bass_", {"volume": 0.1})]).drops == []
    assert document.apply([Delete("clips", "clip_new")]).drops == []
    assert document.apply([Insert("clips", "clip_two", CLIP)]).drops == []
