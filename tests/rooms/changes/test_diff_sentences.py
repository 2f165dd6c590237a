"""A diff in the words of the model."""

from rooms.changes.diff import changes_between
from rooms.changes.diff_sentences import EntityNames, sentences
from schema.limits import MAX_SENTENCES
from schema.ops import Delete, Insert, Op, Set
from tests.rooms.songs import song


def told(*ops: Op) -> list[str]:
    document = song()
    document.apply([Set("tracks", "tr_bass_", {"name": "Bass"})])
    before = document.frozen()
    assert document.apply(ops).drops == []
    after = document.frozen()
    return sentences(changes_between(before, after), before, after)


def test_N3_a_channel_is_told_under_the_name_of_its_track_with_what_else_is_on_it() -> None:
    clips: list[Op] = [
        Insert("clips", f"clip_no{n}", {"track": "tr_bass_", "time": n, "duration": 1})
        for n in range(3)
    ]
    assert told(Set("channels", "ch_bass_", {"volume": 0.65}), *clips) == [
        "Bass: volume 1 -> 0.65, 3 clips added"
    ]


def test_N3_notes_are_counted() -> None:
    note = Insert("notes", "note_new", {"clip": "clip_bass", "time": 2, "duration": 1, "key": 50})
    assert told(Delete("notes", "note_one"), Set("notes", "note_two", {"key": 1}), note) == [
        "Bass: 1 note added, 1 removed, 1 changed"
    ]


def test_N3_devices_by_name_and_leaf() -> None:
    assert told(
        Set("devices", "dev_synth", {"name": "Surge", "params": {"cutoff": 0.75, "res": None}})
    ) == ["Bass: Surge name nothing -> Surge, Surge cutoff 0.5 -> 0.75, Surge res 1 -> nothing"]


def test_N3_the_song_as_a_whole() -> None:
    meter = "signature changed to 3/4 at beat 0"
    assert told(
        Set("project", "project", {"key": "D"}),
        Set("tempo", "tempo_start", {"bpm": 128}),
        Set("signatures", "signature_start", {"num": 3}),
        Insert("tempo", "tempo_two", {"time": 16, "bpm": 90.5}),
        Set("transport", "transport", {"loopOn": True}),
    ) == [
        "project: key nothing -> D",
        "transport: loopOn off -> on",
        f"tempo 120 -> 128 at beat 0, tempo 90.5 at beat 16 added, {meter}",
    ]


def test_N3_tracks_that_come_and_go() -> None:
    assert told(Insert("tracks", "tr_lead_", {"name": "Lead"}), Delete("tracks", "tr_audio")) == [
        "track tr_audio: removed, 1 clip removed, 1 warp marker removed",
        "Lead: added",
    ]


def test_N3_many_sentences_are_counted_at_the_end() -> None:
    tracks: list[Op] = [
        Insert("tracks", f"tr_{n:05}", {"name": f"T{n}"}) for n in range(MAX_SENTENCES + 7)
    ]
    lines = told(*tracks)
    assert (len(lines), lines[-1]) == (MAX_SENTENCES + 1, "and 7 more")


def test_N3_an_entity_without_a_name_is_called_by_what_it_belongs_to() -> None:
    document = song()
    document.apply([Set("tracks", "tr_bass_", {"name": "Bass"})])
    state = document.frozen()
    for collection, entity_id in (
        ("notes", "note_one"),
        ("points", "point_one"),
        ("devices", "dev_synth"),
        ("clips", "clip_bass"),
    ):
        assert EntityNames(state).of(collection, entity_id) == "Bass"
    assert EntityNames(state).of("channels", "ch_reverb") == "channel ch_reverb"
