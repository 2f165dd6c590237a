"""The builder of songs: always sound, always complete, never silent about what it lost."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from files import imported_song as song_module
from files.broken_song import BrokenSong
from files.fitted_values import fit
from files.imported_song import Song
from files.importing import read_song
from files.routing_circles import cut_circles
from files.songs.compose import SONG_FILE
from rooms.rules.entity_rules import problem_with_value
from schema.entities import ENTITY_TYPES, MASTER_CHANNEL, defaults, empty_state
from tests.files.helpers.song_files import corpus_file
from tests.files.helpers.state_rules import broken_rules, is_allowed

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=300),
    st.lists(st.text(max_size=8), max_size=4),
    st.dictionaries(st.text(max_size=70), st.one_of(st.floats(), st.text()), max_size=3),
    st.sampled_from(["lanes/lane_001/name", "points/point_01/value", "channels/a/volume", "a/b/c"]),
)


PROPERTIES = [(c, n, field) for c, fields in ENTITY_TYPES.items() for n, field in fields.items()]


def applied(ops: list[dict[str, Any]]) -> dict[str, Any]:
    """What the ops make of an empty project; every parent must be there before its child."""
    state: Any = empty_state("")
    for op in ops:
        entities = state[op["col"]]
        if op["op"] == "insert":
            entity = defaults(op["col"]) | op["entity"]
            for name, field in ENTITY_TYPES[op["col"]].items():
                if field.kind == "pointer" and entity[name] is not None:
                    assert entity[name] in state[field.points_to], (op["col"], name)
            assert op["id"] not in entities
            entities[op["id"]] = entity
        else:
            assert op["op"] == "set"
            entities[op["id"]] = entities[op["id"]] | op["props"]
    return dict(state)


def test_a_list_of_projects_says_how_the_song_begins() -> None:
    song = Song("Waltz")
    assert song.in_list == {"bpm": 120.0, "signature": "4/4", "key": None, "scale": None}
    song.add_tempo(0, 88.5)
    song.add_tempo(8, 140)
    song.add_signature(0, 3, 4)
    song.change("project", "project", key="F#", scale="minor")
    assert song.in_list == {"bpm": 88.5, "signature": "3/4", "key": "F#", "scale": "minor"}


def test_E8_of_a_key_a_list_says_what_it_may_show() -> None:
    song = Song("Waltz")
    song.change("project", "project", key="F\n#", scale="\t")
    assert song.in_list["key"] == "F #"
    assert song.in_list["scale"] is None


def test_M2_a_song_is_called_as_its_project() -> None:
    song = Song("Waltz")
    song.be_called("My own name")
    assert song.name == "My own name"
    nameless = Song("")
    nameless.be_called("the file's")
    assert nameless.name == "the file's"
    in_two_lines = Song("Waltz\nin C")
    in_two_lines.be_called("Waltz in C")
    assert in_two_lines.name == "Waltz\nin C", "what the list shows of this very name"


def test_a_new_song_is_an_empty_project() -> None:
    song = Song("Nothing yet")
    assert song.state == empty_state("Nothing yet")
    assert song.to_ops() == [
        {"op": "set", "col": "project", "id": "project", "props": {"name": "Nothing yet"}}
    ]
    assert song.counts.entities == 5
    assert song.counts.channels == 1


def test_ops_make_the_whole_song_again() -> None:
    song = read_song(SONG_FILE)
    assert applied(song.to_ops()) == song.state


def test_ops_of_a_real_song() -> None:
    song = read_song(corpus_file("CapDan-ZeroSumGame-OriginalByZakarra.mmpz"))
    assert applied(song.to_ops()) == song.state


def test_parents_come_first_even_when_made_last() -> None:
    song = Song("Nested")
    inner = song.add("tracks", name="inner")
    outer = song.add("tracks", name="outer", content=["tracks"])
    song.change("tracks", inner, parent=outer)
    source = song.add("channels", dest=MASTER_CHANNEL)
    song.change("channels", source, dest=song.add("channels", dest=MASTER_CHANNEL))
    assert applied(song.to_ops()) == song.state


def test_ids_are_random_and_long_enough_or_the_same_for_a_content() -> None:
    ids = {Song("x").add("scenes") for _ in range(50)}
    assert len(ids) == 50
    assert {len(entity_id) for entity_id in ids} == {16}
    derived = [Song("x", content=b"same").add("scenes") for _ in range(2)]
    assert derived[0] == derived[1] != Song("x", content=b"other").add("scenes")


def test_misfits_are_mended_and_reported_together() -> None:
    song = Song("Loud")
    for volume in (3, 4.5):
        song.add("channels", volume=volume)
    song.add("channels", volume=float("nan"), pan=-1, name="\0" + "n" * 300, role="karaoke")
    assert "2 mended: volume of a mixer channel is above 2" in song.problems
    assert len(song.problems) == 5
    assert broken_rules(song.state) == []


@given(st.data())
def test_whatever_comes_in_what_is_kept_is_allowed(data: st.DataObject) -> None:
    # The kind first: there is one path and one map among a hundred properties.
    kind = data.draw(st.sampled_from(sorted({field.kind for _, _, field in PROPERTIES})))
    of_kind = [(c, n) for c, n, field in PROPERTIES if field.kind == kind]
    collection, name = data.draw(st.sampled_from(of_kind))
    fields = ENTITY_TYPES[collection]
    value = data.draw(ANYTHING)
    field = fields[name]
    fitted, fault = fit(field, value)
    if field.kind in ("pointer", "path") and fitted is None:
        assert fault or field.nullable
    else:
        assert is_allowed(field, fitted), (collection, name, fitted)
        assert problem_with_value(field, fitted) is None, (collection, name, fitted)
    assert fit(field, fitted)[0] == fitted or fitted is None
    if not fault:
        assert fitted == value


def test_order_keys_go_on_after_each_sibling() -> None:
    song = Song("x")
    assert [song.next_order("tracks") for _ in range(3)] == ["a0", "a1", "a2"]
    assert song.next_order("tracks", "parent") == "a0"
    assert song.next_order("channels") == "a1", "the master is first"


def test_tempo_and_signature_at_the_start_replace_what_is_there() -> None:
    song = Song("x")
    song.add_tempo(0, 99)
    song.add_tempo(8, 101, "linear")
    song.add_signature(0, 7, 8)
    song.add_signature(14, 3, 4)
    assert song.state["tempo"]["tempo_start"]["bpm"] == 99
    assert len(song.state["tempo"]) == 2
    assert song.state["signatures"]["signature_start"]["den"] == 8
    assert len(song.state["signatures"]) == 2


def test_a_third_point_at_one_time_replaces_the_second() -> None:
    song = Song("x")
    lane = song.add("lanes", target=f"channels/{MASTER_CHANNEL}/volume")
    for value in (0.1, 0.2, 0.3):
        song.add_point(lane, 4, value, "linear")
    assert [point["value"] for point in song.state["points"].values()] == [0.1, 0.3]
    assert song.problems == ["1 automation points between two others at the same time"]


def test_circles_are_cut_with_the_automation_of_what_is_cut() -> None:
    song = Song("Feedback")
    one, two = (song.add("channels", dest=MASTER_CHANNEL) for _ in range(2))
    song.change("channels", one, dest=two)
    back = song.add("sends", channel=two, dest=one)
    out = song.add("sends", channel=MASTER_CHANNEL, dest=one)
    lane = song.add("lanes", target=f"sends/{back}/volume")
    song.add_point(lane, 0, 1, "hold")
    song.add("lanes", target=f"channels/{one}/pan")
    cut_circles(song)
    assert out not in song.state["sends"]
    assert broken_rules(song.state) == []
    assert any("fed themselves" in problem for problem in song.problems)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=40))
def test_any_mixer_is_free_of_circles_once_they_are_cut(
    routes: list[tuple[int, int, bool]],
) -> None:
    song = Song("Maze")
    channels = [MASTER_CHANNEL, *(song.add("channels", dest=MASTER_CHANNEL) for _ in range(7))]
    for source, dest, is_send in routes:
        if is_send:
            song.add("sends", channel=channels[source], dest=channels[dest])
        else:
            song.change("channels", channels[source], dest=channels[dest])
    cut_circles(song)
    assert broken_rules(song.state) == []


def test_a_song_that_is_too_large_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(song_module, "MAX_ENTITIES", 10)
    song = Song("Endless", source=Path("endless.mmp"))
    for _ in range(5):
        song.add("scenes")
    with pytest.raises(BrokenSong, match=r"endless\.mmp: holds more than 10 entities"):
        song.add("scenes")


def test_plug_in_states_are_kept_by_their_hash() -> None:
    song = Song("x")
    reference = song.keep_blob(b"chunk")
    assert reference is not None
    assert reference.startswith("sha256:")
    assert song.blobs == {reference: b"chunk"}
    assert song.keep_blob(bytes(17 * 1_048_576)) is None
    assert song.problems == ["1 plug-in states larger than 16 MiB were left out"]


def test_losses_name_their_items_once_and_not_without_end() -> None:
    song = Song("x")
    for n in range(60):
        song.lost("devices that are not loaded", item=f"device {n}")
    song.lost("devices that are not loaded", item="device 0")
    song.lost("comments", 0, item="none at all")
    [loss] = song.losses
    assert (loss.what, loss.count, len(loss.items)) == ("devices that are not loaded", 61, 50)
    assert song.problems == ["61 devices that are not loaded"]


@pytest.mark.parametrize(
    ("collection", "name", "value", "kept"),
    [
        ("devices", "params", {"a": 1e308, "b": 2**53, "c": -(2**60)}, {"b": 2**53}),
        ("lanes", "target", "lanes/lane_001/name", None),
        ("lanes", "target", "points/point_01/value", None),
    ],
)
def test_what_the_server_would_refuse_is_not_kept(
    collection: str, name: str, value: object, kept: object
) -> None:
    field = ENTITY_TYPES[collection][name]
    assert problem_with_value(field, value) is not None
    fitted, fault = fit(field, value)
    assert (fitted, bool(fault)) == (kept, True)


def test_what_lies_past_the_end_of_all_songs_meets_there_and_has_its_side() -> None:
    song = Song("x")
    channel = song.add("channels", name="Bass", dest=MASTER_CHANNEL)
    lane = song.add("lanes", target=f"channels/{channel}/volume")
    for time in (2e6, 3e6, 4e6, 2e6):
        song.add_point(lane, time, 0.5, "hold")
        song.add_tempo(time, 90)
        song.add_signature(time, 3, 4)
    assert broken_rules(song.state) == []
    assert [(p["time"], p["slot"]) for p in song.state["points"].values()] == [(1e6, 0), (1e6, 1)]
    assert len(song.state["tempo"]) == 3
    assert len(song.state["signatures"]) == 2
