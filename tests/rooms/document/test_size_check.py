"""A project at the bound of its size: what the door refuses whole, to the byte (rule O16)."""

import random
from collections.abc import Container, Sequence

import pytest

from rooms.document import digest
from rooms.document.document import Document
from rooms.document.entity_store import Change, Steps
from rooms.document.size_check import SizeCheck
from schema.errors import DropReason, ErrorCode
from schema.ops import Delete, Insert, Leaf, Move, Op, Set
from tests.rooms.bench import Bench
from tests.rooms.songs import song

NAME = "n" * 100
MARKERS: list[Op] = [
    Insert("markers", f"marker_{n:03}", {"time": n, "name": NAME}) for n in range(90)
]
BOUND = "rooms.document.document.MAX_STATE_BYTES"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """These songs are small, and so are their bounds: one delta may pass them from anywhere."""
    monkeypatch.setattr("rooms.document.document.FREE_OF_COUNTING", 0)


def size_of(document: Document) -> int:
    return sum(
        len(digest.canonical(col, entity_id, entity))
        for col, entities in document.frozen().items()
        for entity_id, entity in entities.items()
    )


def limits(document: Document, *ops: Op) -> list[int]:
    """Which of the ops the door finds past the bound; it leaves the state as it was."""
    before = document.size, document.digest
    drops = document.rehearse(ops)
    assert (document.size, document.digest) == before
    return [drop.op for drop in drops if drop.reason is DropReason.LIMIT]


@pytest.mark.parametrize("fits", [0, 1, 39, 40, 41, 79, 89])
def test_O16_the_door_sees_at_which_op_a_delta_passes_the_bound(
    monkeypatch: pytest.MonkeyPatch, fits: int
) -> None:
    document, full = song(), song()
    full.apply(MARKERS[:fits])
    full.apply([Insert("markers", "marker_end", {"time": 0, "name": NAME})])
    monkeypatch.setattr(BOUND, size_of(full) - 1)
    assert limits(document, *MARKERS)[0] == fits
    assert limits(document, *MARKERS[:fits]) == []
    monkeypatch.setattr(BOUND, size_of(full))
    assert limits(document, *MARKERS[: fits + 1]) == []


def test_O16_a_delta_that_passes_the_bound_at_the_head_is_refused_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench()
    ann = bench.join("ann")
    document = bench.room.document
    monkeypatch.setattr(BOUND, document.size + 5_000)
    bench.edit(ann, *MARKERS)
    assert not bench.waiting
    [look_up] = bench.look_ups
    assert look_up.refusal.code == ErrorCode.LIMIT_REACHED
    assert "bytes" in look_up.refusal.message


def test_O16_what_makes_a_text_of_a_full_project_longer_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = song()
    monkeypatch.setattr(BOUND, document.size)
    assert limits(document, Set("tracks", "tr_bass_", {"name": "Bass, but longer"})) == [0]
    assert limits(document, Move("tracks", "tr_bass_", order="a1" + "V" * 20)) == [0]
    assert limits(document, Set("channels", "ch_bass_", {"volume": 0.1, "mute": True})) == []
    assert limits(document, Set("channels", "ch_bass_", {"name": "Bas"})) == []
    assert limits(document, Delete("tracks", "tr_group")) == []


def test_O16_a_full_project_takes_what_there_is_room_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = song()
    document.apply(MARKERS)
    monkeypatch.setattr(BOUND, document.size - 100)
    assert not document.apply([Delete("markers", "marker_000")]).drops
    tiny = Insert("markers", "marker_end", {"time": 1})
    assert limits(document, tiny) == []
    assert not document.apply([tiny]).drops
    assert document.size == size_of(document)


@pytest.mark.parametrize("seed", range(20))
def test_O16_the_door_counts_each_op_to_the_byte(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """With devices changed in place, cascades and points that make room for each other."""
    rng = random.Random(seed)
    document, stepwise = song(), song()
    monkeypatch.setattr(BOUND, document.size * 100)
    seen: list[int] = []

    class Watched(SizeCheck):
        def counting(self, log: Sequence[Change], apart: Container[int], grown: int) -> Steps[None]:
            yield from super().counting(log, apart, grown)
            seen.append(self.bytes)

    monkeypatch.setattr("rooms.document.document.SizeCheck", Watched)
    ops = [any_op(rng, number) for number in range(100)]
    sizes = [size_of(stepwise) for op in ops if not stepwise.apply([op]).drops]
    document.rehearse(ops)
    assert seen == sizes


def any_op(rng: random.Random, number: int) -> Op:
    leaves: dict[str, Leaf] = {
        f"leaf_{rng.randrange(99)}": rng.choice([None, 1, "text"]) for _ in range(30)
    }
    device = rng.choice(["dev_synth", "dev_other"])
    ops: list[Op] = [
        Set("devices", device, {"params": {**leaves}}),
        Set("devices", device, {"params": {**leaves}, "name": "x" * rng.randrange(40)}),
        Insert("devices", "dev_other", {"channel": "ch_drums"}),
        Delete("devices", "dev_other"),
        Insert("points", f"point_{number:03}", {"lane": "lane_vol", "time": rng.randrange(3)}),
        Delete("tracks", "tr_group") if number > 90 else Delete("devices", "dev_other"),
        Delete("channels", "ch_reverb") if number > 80 else Delete("notes", "note_one"),
        Set("tracks", "tr_audio", {"name": "y" * rng.randrange(40)}),
    ]
    return rng.choice(ops)
