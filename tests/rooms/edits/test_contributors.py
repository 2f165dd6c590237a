"""A contributor beside editors, in a room: who was first decides what is whose (rules R21-R25)."""

import pytest

from rooms.journal.entry import Outcome, Purpose
from rooms.roles import Grant
from schema.errors import DropReason, ErrorCode
from schema.messages import Ack, Error, Gesture, Previewed
from schema.ops import Delete, Insert, Move, Set
from tests.rooms.bench import PROJECT, Bench

BASS = Grant("contributor", ("tr_bass_",))
RIFF = Set("clips", "clip_bass", {"name": "riff"})
TAKEN = Move("clips", "clip_slot", parent="tr_group")


def room() -> Bench:
    bench = Bench()
    for who in ("ann", "ben"):
        bench.join(who)
    bench.take(bench.room.role_changed("ben", BASS))
    return bench


def heard(bench: Bench, who: str = "ben") -> list[Ack | Error]:
    return [message for message in bench.heard[who] if isinstance(message, Ack | Error)]


def test_R23_what_others_took_before_its_seq_is_dropped_and_the_rest_takes_effect() -> None:
    bench = room()
    bench.edit("ann", Set("tracks", "tr_group", {"content": ["tracks", "notes"]}))
    bench.propose("ben", Set("clips", "clip_slot", {"name": "mine"}), RIFF)
    theirs, bench.waiting = bench.waiting, []
    bench.edit("ann", Set("clips", "clip_slot", {"slot": None}), TAKEN)
    bench.waiting = theirs  # the journal had it later
    bench.commit()
    [ack] = heard(bench)
    assert isinstance(ack, Ack)
    assert [(drop.op, drop.reason) for drop in ack.dropped] == [(0, DropReason.FOREIGN)]
    assert ack.ops == [RIFF]
    clips = bench.room.document.collections["clips"]
    assert (clips["clip_slot"]["name"], clips["clip_bass"]["name"]) == ("", "riff")


def test_R23_an_id_that_another_has_used_first_is_not_edited_through_the_back_door() -> None:
    """Its own insert is on its way when another's of this id, on another track, is stored."""
    bench = room()
    clip = {"time": 9, "duration": 1}
    bench.propose("ben", Insert("clips", "clip_new_", clip | {"track": "tr_bass_"}))
    bench.propose("ben", Set("clips", "clip_new_", {"name": "mine"}))
    bench.propose("ben", Delete("clips", "clip_new_"))
    theirs, bench.waiting = bench.waiting, []
    bench.edit("ann", Insert("clips", "clip_new_", clip | {"track": "tr_audio", "name": "ann's"}))
    bench.waiting = theirs
    bench.commit()
    acks = [message for message in heard(bench) if isinstance(message, Ack)]
    assert [[drop.reason for drop in ack.dropped] for ack in acks] == [
        [DropReason.EXISTS], [DropReason.FOREIGN], [DropReason.FOREIGN],
    ]  # fmt: skip
    assert bench.room.document.collections["clips"]["clip_new_"]["name"] == "ann's"


def test_R21_what_is_not_the_contributors_now_is_refused_whole_with_the_op() -> None:
    bench = room()
    bench.propose("ben", RIFF, Set("tracks", "tr_audio", {"name": "x"}))
    [look_up] = bench.look_ups
    assert (look_up.refusal.code, look_up.refusal.details) == (ErrorCode.FORBIDDEN, {"op": 1})
    assert bench.waiting == []


def test_R23_an_undo_undoes_the_rest() -> None:
    bench = room()
    bench.edit("ben", RIFF, Set("tracks", "tr_bass_", {"name": "Upright"}))
    bench.edit("ann", Set("tracks", "tr_group", {"content": ["tracks", "notes"]}))
    bench.edit("ann", Set("clips", "clip_slot", {"slot": None}))
    bench.edit("ann", Move("clips", "clip_bass", parent="tr_group"))
    bench.run(bench.room.undo_or_redo("ben", "undo-00001", Purpose.UNDO))
    bench.commit()
    ack = heard(bench)[-1]
    assert isinstance(ack, Ack)
    assert [(drop.id, drop.reason) for drop in ack.dropped] == [("clip_bass", DropReason.FOREIGN)]
    document = bench.room.document.collections
    assert document["clips"]["clip_bass"]["name"] == "riff"
    assert document["tracks"]["tr_bass_"]["name"] == ""


def test_R24_other_tracks_meanwhile_mean_the_same_id_again_and_what_follows_waits() -> None:
    bench = room()
    first, second = bench.propose("ben", RIFF), bench.propose("ben", RIFF)
    proposals, bench.waiting = [parts[0] for parts in bench.waiting], []
    for proposal in proposals:
        assert proposal.reach == "tr_bass_"
        bench.run(bench.room.answered(proposal, Outcome.GRANT_CHANGED, None))
    codes = [(m.id, m.code) for m in heard(bench) if isinstance(m, Error)]
    assert codes == [(first, ErrorCode.UNAVAILABLE), (second, ErrorCode.UNAVAILABLE)]
    bench.propose("ben", RIFF)
    behind = heard(bench)[-1]
    assert isinstance(behind, Error)
    assert behind.details["after"] == first


@pytest.mark.parametrize("before", [BASS, Grant("editor")])
def test_D12_what_follows_with_other_tracks_waits_for_what_may_be_sent_back(before: Grant) -> None:
    bench = room()
    bench.take(bench.room.role_changed("ben", before))
    first = bench.propose("ben", RIFF)
    [sent], bench.waiting = bench.waiting, []
    bench.take(bench.room.role_changed("ben", Grant("contributor", ("tr_bass_", "tr_audio"))))
    second = bench.propose("ben", RIFF)
    assert bench.waiting == []
    bench.run(bench.room.answered(sent[0], Outcome.GRANT_CHANGED, None))
    errors = [(m.id, m.code) for m in heard(bench) if isinstance(m, Error)]
    assert errors == [(first, ErrorCode.UNAVAILABLE), (second, ErrorCode.UNAVAILABLE)]
    assert bench.waiting == []


def test_D12_what_follows_with_other_tracks_goes_on_behind_what_is_stored() -> None:
    bench = room()
    first = bench.propose("ben", RIFF)
    bench.take(bench.room.role_changed("ben", Grant("contributor", ("tr_bass_", "tr_audio"))))
    second = bench.propose("ben", Set("tracks", "tr_audio", {"name": "x"}))
    [sent] = bench.waiting
    assert sent[0].delta_id == first
    bench.commit()
    assert [m.id for m in heard(bench) if isinstance(m, Ack)] == [first, second]


def test_R25_gestures_are_shown_on_what_is_the_contributors_and_end_with_other_tracks() -> None:
    bench = room()
    shown = Previewed("channels", {"volume": 0.5})
    for values, count in (({"ch_drums": shown}, 1), ({"ch_bass_": shown}, 1)):
        bench.take(bench.room.gesture("ben", Gesture(PROJECT, "g", values)))
        assert len([m for m in heard(bench) if isinstance(m, Error)]) == count
    assert bench.room.gestures.bytes > 0
    for entity_id, collection, name, value in (
        ("ch_bass_", "channels", "dest", "ch_reverb"),
        ("tr_bass_", "tracks", "order", "a5"),
        ("clip_bass", "clips", "track", "tr_audio"),
        ("dev_synth", "devices", "channel", "ch_drums"),
    ):
        values = {entity_id: Previewed(collection, {name: value})}
        bench.take(bench.room.gesture("ben", Gesture(PROJECT, "h", values)))
        error = heard(bench)[-1]
        assert isinstance(error, Error)
        assert (error.id, error.code) == ("h", ErrorCode.FORBIDDEN), name
    bench.take(bench.room.role_changed("ben", Grant("contributor", ("tr_audio",))))
    assert bench.room.gestures.bytes == 0
