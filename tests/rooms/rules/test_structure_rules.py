from random import Random
from typing import Any

import pytest

from rooms.document.document import Document
from schema.entities import TRACK_DEPTH
from schema.errors import DropReason
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import MASTER, outcome, song

CYCLE, INVALID = DropReason.CYCLE, DropReason.INVALID


def folders(*parents: tuple[str, str | None]) -> list[Op]:
    return [Insert("tracks", i, {"parent": above, "content": ["tracks"]}) for i, above in parents]


def test_O6_a_track_is_never_inside_itself() -> None:
    document = song()
    made = folders(("folder_a", None), ("folder_b", "folder_a"), ("folder_c", "folder_b"))
    assert outcome(document, *made) == []
    for inside in ("folder_a", "folder_b", "folder_c"):
        assert outcome(document, Move("tracks", "folder_a", parent=inside)) == [CYCLE]
        assert outcome(document, Set("tracks", "folder_a", {"parent": inside})) == [CYCLE]


def test_O6_of_two_moves_into_each_other_the_later_one_is_dropped() -> None:
    document = song()
    document.apply(folders(("folder_a", None), ("folder_b", None)))
    assert outcome(document, Move("tracks", "folder_a", parent="folder_b")) == []
    assert outcome(document, Move("tracks", "folder_b", parent="folder_a")) == [CYCLE]


@pytest.mark.parametrize(
    "op",
    [
        Set("channels", "ch_bass_", {"dest": "ch_bass_"}),
        Set("channels", "ch_reverb", {"dest": "ch_bass_"}),
        Move("channels", "ch_reverb", parent="ch_bass_"),
        Insert("sends", "send_back", {"channel": "ch_reverb", "dest": "ch_bass_"}),
        Insert("sends", "send_self", {"channel": "ch_drums", "dest": "ch_drums"}),
        Insert("sends", "send_mast", {"channel": MASTER, "dest": "ch_bass_"}),
        Set("sends", "send_bass", {"dest": "ch_bass_"}),
        Set("sends", "send_bass", {"channel": MASTER}),
    ],
    ids=["itself", "dest", "move", "send", "loop", "from master", "send to", "send from"],
)
def test_O6_a_channel_never_feeds_itself(op: Op) -> None:
    """The bass is sent to the reverb, and everything to the master."""
    assert outcome(song(), op) == [CYCLE]


def test_O6_routes_that_end_are_fine() -> None:
    document = song()
    ops: list[Op] = [
        Set("channels", "ch_drums", {"dest": "ch_bass_"}),
        Set("sends", "send_bass", {"channel": "ch_drums"}),
        Set("channels", "ch_reverb", {"dest": None}),
        Insert("sends", "send_cue_", {"channel": MASTER, "dest": "ch_reverb"}),
        Insert("sends", "send_two_", {"channel": "ch_drums", "dest": "ch_reverb"}),
    ]
    assert outcome(document, *ops) == []


@pytest.mark.parametrize("seed", range(20))
def test_O6_walks_from_both_ends_say_what_a_whole_walk_says(seed: int) -> None:
    random = Random(seed)
    document = song()
    channels = [f"channel_{n:02}" for n in range(12)]
    document.apply([Insert("channels", channel, {}) for channel in channels])
    for n in range(200):
        source, dest = random.choice(channels), random.choice([*channels, MASTER])
        op: Op = Set("channels", source, {"dest": dest})
        if n % 3 == 0:
            op = Insert("sends", f"send_{n:04}", {"channel": source, "dest": dest})
        elif n % 3 == 1:
            sends = sorted(document.collections["sends"])
            op = Set("sends", random.choice(sends), {"channel": source, "dest": dest})
            document.apply([Delete("sends", random.choice(sends[1:]))] if len(sends) > 8 else [])
        if document.get(op.id) is not None or isinstance(op, Insert):
            assert outcome(document, op) == ([CYCLE] if _leads(document, dest, source) else [])


def _leads(document: Document, source: str, goal: str) -> bool:
    """Looks at every channel and send at each step."""
    state, reached, new = document.collections, {source}, {source}
    while new:
        links = [(i, c["dest"]) for i, c in state["channels"].items()]
        links += [(s["channel"], s["dest"]) for s in state["sends"].values()]
        new = {dest for start, dest in links if start in reached and dest} - reached
        reached |= new
    return goal in reached


@pytest.mark.parametrize("seed", range(20))
def test_O8_levels_that_are_kept_are_those_that_are_counted(seed: int) -> None:
    random = Random(seed)
    document = song()
    tracks = [f"folder_{n:02}" for n in range(30)]
    document.apply(folders(*((track, None) for track in tracks)))
    for _ in range(300):
        track, parent = random.choice(tracks), random.choice([*tracks, None])
        document.apply([Move("tracks", track, parent=parent)], atomic=random.random() < 0.5)
        for each in tracks:
            assert document.track_levels(each) == _levels(document, each)
    backwards = dict(reversed(document.collections["tracks"].items()))
    loaded = Document({"tracks": backwards})
    assert [loaded.track_levels(t) for t in tracks] == [document.track_levels(t) for t in tracks]


def _levels(document: Document, track: str) -> int:
    children = document.referring(track, "tracks", "parent")
    return 1 + max((_levels(document, child) for child in children), default=0)


def test_O8_tracks_nest_only_so_deep() -> None:
    document = song()
    names = [f"folder_{n:02}" for n in range(TRACK_DEPTH + 1)]
    chain = folders(*zip(names, [None, *names], strict=False))
    assert outcome(document, *chain) == [INVALID]


def test_O8_what_is_inside_a_moved_track_counts() -> None:
    document = song()
    half = TRACK_DEPTH // 2
    for letter in "ab":
        names = [f"folder_{letter}{n:02}" for n in range(half)]
        assert outcome(document, *folders(*zip(names, [None, *names], strict=False))) == []
    deep, one_up = f"folder_b{half - 1:02}", f"folder_b{half - 2:02}"
    assert outcome(document, Move("tracks", "folder_a00", parent=deep)) == []
    document.apply([Move("tracks", "folder_a00", parent=None)])
    document.apply(folders(("folder_end", f"folder_a{half - 1:02}")))
    assert outcome(document, Move("tracks", "folder_a00", parent=deep)) == [INVALID]
    assert outcome(document, Move("tracks", "folder_a00", parent=one_up)) == []


def test_O8_a_broken_state_does_not_hang_the_rules() -> None:
    document = song()
    state = document.frozen()
    folder: dict[str, Any] = state["tracks"]["tr_group"]
    state["tracks"] |= {"folder_a": folder | {"parent": "folder_b"}}
    state["tracks"] |= {"folder_b": folder | {"parent": "folder_a"}}
    assert outcome(Document(state), Move("tracks", "tr_audio", parent="folder_a")) == [INVALID]


def test_O8_only_folders_hold_tracks() -> None:
    document = song()
    assert outcome(document, Move("tracks", "tr_audio", parent="tr_bass_")) == [INVALID]
    assert outcome(document, Set("tracks", "tr_group", {"content": ["notes"]})) == [INVALID]
    assert outcome(document, Set("tracks", "tr_bass_", {"parent": None})) == []
    assert outcome(document, Set("tracks", "tr_group", {"content": ["notes"]})) == []


def test_O8_a_channel_belongs_to_one_track() -> None:
    document = song()
    assert outcome(document, Set("tracks", "tr_audio", {"channel": "ch_bass_"})) == [INVALID]
    assert outcome(document, Insert("tracks", "tr_third", {"channel": "ch_bass_"})) == [INVALID]
    assert outcome(document, Set("tracks", "tr_bass_", {"channel": "ch_bass_"})) == []
    assert outcome(document, Set("tracks", "tr_bass_", {"channel": None})) == []
    assert outcome(document, Set("tracks", "tr_audio", {"channel": "ch_bass_"})) == []


def test_O8_a_clip_is_of_a_kind_that_its_track_holds() -> None:
    document = song()
    assert outcome(document, Move("clips", "clip_loop", parent="tr_bass_")) == [INVALID]
    assert outcome(document, Set("clips", "clip_bass", {"kind": "audio"})) == [INVALID]
    assert outcome(document, Move("clips", "clip_bass", parent="tr_audio")) == []
    assert outcome(document, Delete("notes", "note_one"), Delete("notes", "note_two")) == []
    assert outcome(document, Set("clips", "clip_bass", {"kind": "audio"})) == []


def test_O8_notes_are_in_clips_of_notes_and_warps_in_clips_of_sound() -> None:
    document = song()
    note: dict[str, Any] = {"clip": "clip_loop", "time": 0, "duration": 1, "key": 60}
    warp: dict[str, Any] = {"clip": "clip_bass", "time": 0, "contentTime": 0}
    assert outcome(document, Insert("notes", "note_new", note)) == [INVALID]
    assert outcome(document, Insert("warps", "warp_new", warp)) == [INVALID]
    assert outcome(document, Move("notes", "note_one", parent="clip_loop")) == [INVALID]
    document.apply([Move("clips", "clip_bass", parent="tr_audio")])
    assert outcome(document, Set("clips", "clip_bass", {"kind": "audio"})) == [INVALID]
    assert outcome(document, Set("clips", "clip_loop", {"kind": "notes"})) == [INVALID]


def test_O8_a_track_goes_on_holding_what_is_on_it() -> None:
    document = song()
    assert outcome(document, Set("tracks", "tr_audio", {"content": ["notes"]})) == [INVALID]
    assert outcome(document, Set("tracks", "tr_audio", {"content": ["audio"]})) == []


def alias(of: str, **props: Any) -> dict[str, Any]:
    return {"track": "tr_audio", "time": 4, "duration": 4, "ref": of} | props


def test_O8_an_alias_repeats_an_original_of_its_kind() -> None:
    document = song()
    document.apply([Insert("clips", "clip_echo", alias("clip_bass"))])
    for op in (
        Insert("clips", "clip_far_", alias("clip_echo")),
        Insert("clips", "clip_odd_", alias("clip_bass", kind="audio")),
        Set("clips", "clip_echo", {"kind": "audio"}),
        Set("clips", "clip_echo", {"ref": "clip_loop"}),
    ):
        assert outcome(document, op) == [INVALID]


def test_O8_an_original_neither_becomes_an_alias_nor_changes_its_kind() -> None:
    document = song()
    document.apply([Insert("clips", "clip_echo", alias("clip_bass"))])
    other: dict[str, Any] = {"track": "tr_audio", "time": 0, "duration": 1}
    document.apply([Insert("clips", "clip_more", other), Move("clips", "clip_bass", "tr_audio")])
    assert outcome(document, Set("clips", "clip_bass", {"ref": "clip_more"})) == [INVALID]
    assert outcome(document, Set("clips", "clip_bass", {"kind": "audio"})) == [INVALID]
    assert outcome(document, Set("clips", "clip_bass", {"kind": "notes"})) == []


def test_O10_there_is_one_master_and_it_leads_nowhere() -> None:
    document = song()
    lonely: list[Op] = [Insert("channels", "ch_alone", {})]
    assert outcome(document, *lonely) == []
    assert outcome(document, Set("channels", MASTER, {"dest": "ch_alone"})) == [INVALID]
    assert outcome(document, Set("channels", "ch_alone", {"role": "master"})) == [INVALID]


def test_O6_nothing_leads_to_itself() -> None:
    document = song()
    assert outcome(document, Set("clips", "clip_bass", {"ref": "clip_bass"})) == [CYCLE]
    assert outcome(document, Set("media", "media_one", {"stemOf": "media_one"})) == [CYCLE]
    assert outcome(document, Set("tracks", "tr_group", {"parent": "tr_group"})) == [CYCLE]


def test_O14_a_slot_holds_one_clip_of_its_own_track() -> None:
    document = song()
    clip: dict[str, Any] = {"track": "tr_bass_", "time": 0, "duration": 1, "slot": "slot_one"}
    assert outcome(document, Insert("clips", "clip_too_", clip)) == [INVALID]
    other = clip | {"track": "tr_audio"}
    assert outcome(document, Insert("clips", "clip_far_", other)) == [INVALID]
    assert outcome(document, Set("clips", "clip_slot", {"track": "tr_audio"})) == [INVALID]
    assert outcome(document, Set("slots", "slot_one", {"track": "tr_audio"})) == [INVALID]
    assert outcome(document, Set("clips", "clip_slot", {"slot": None})) == []
    assert outcome(document, Insert("clips", "clip_too_", clip)) == []


def test_O5_with_a_scene_go_its_slots_and_the_clips_in_them() -> None:
    document = song()
    assert outcome(document, Delete("scenes", "scene_one")) == []
    assert [document.get(i) for i in ("slot_one", "clip_slot")] == [None, None]
