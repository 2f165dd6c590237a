"""Two tempi at one time (rules O12, T3): who is left and right, what old states become, seconds."""

import random
from typing import Any

import pytest

from rooms.changes.diff import ops_between
from rooms.changes.inverse import inverse
from rooms.document.document import Document, State
from rooms.music.between_beats import between
from rooms.pauses import finish
from schema.ops import Delete, Insert, Move, Op, Set
from tests.rooms.songs import blank, outcome


def tempo(entity_id: str, bpm: float = 90, time: float = 8, **props: Any) -> Insert:
    return Insert("tempo", entity_id, {"time": time, "bpm": bpm} | props)


def places(document: Document) -> dict[str, tuple[float, int]]:
    tempi = document.collections["tempo"]
    return {i: (e["time"], e["slot"]) for i, e in tempi.items() if i != "tempo_start"}


def test_O12_the_later_of_two_tempi_is_right() -> None:
    document = blank()
    assert outcome(document, tempo("tempo_two"), tempo("tempo_thr")) == []
    assert places(document) == {"tempo_two": (8, 0), "tempo_thr": (8, 1)}


def test_O12_tempi_and_points_at_one_time_leave_each_other_alone() -> None:
    document = blank()
    document.apply(
        [
            Insert("lanes", "lane_one", {"target": "channels/ch_master/volume"}),
            Insert("points", "point_on", {"lane": "lane_one", "time": 8, "value": 1}),
            tempo("tempo_two"),
        ]
    )
    assert places(document) == {"tempo_two": (8, 0)}


@pytest.mark.parametrize("slot", [0, 1])
def test_O12_a_third_tempo_replaces_the_right_one_and_what_automates_it(slot: int) -> None:
    document = blank()
    document.apply(
        [
            tempo("tempo_two"),
            tempo("tempo_thr"),
            Insert("lanes", "lane_one", {"target": "tempo/tempo_thr/bpm"}),
            Insert("points", "point_on", {"lane": "lane_one", "time": 8, "value": 99}),
        ]
    )
    applied = document.apply([tempo("tempo_fou", slot=slot)])
    assert places(document) == {"tempo_two": (8, 0), "tempo_fou": (8, 1)}
    assert document.get("lane_one") is document.get("point_on") is None
    gone = {op.id for op in applied.ops if isinstance(op, Delete)}
    assert gone == {"tempo_thr", "lane_one", "point_on"}


def test_O12_a_tempo_moved_to_the_time_of_two_replaces_the_right_one() -> None:
    document = blank()
    document.apply([tempo("tempo_two"), tempo("tempo_thr"), tempo("tempo_fou", time=4)])
    applied = document.apply([Move("tempo", "tempo_fou", time=8.0)])
    assert applied.ops == [
        Delete("tempo", "tempo_thr"),
        Set("tempo", "tempo_fou", {"time": 8.0, "slot": 1}),
    ]


def test_O10_the_tempo_at_time_zero_stays_when_a_third_comes() -> None:
    document = blank()
    ops = [tempo("tempo_two", time=0), tempo("tempo_thr", time=0)]
    assert outcome(document, *ops, Set("tempo", "tempo_start", {"slot": 1})) == []
    assert {e["time"] for e in document.collections["tempo"].values()} == {0}
    assert len(document.collections["tempo"]) == 2


@pytest.mark.parametrize("seed", range(60))
def test_N4_tempi_of_the_same_times_lead_from_any_state_to_any_other(seed: int) -> None:
    rng = random.Random(seed)
    states = [_some_tempi(rng) for _ in range(2)]
    for before, target in (states, reversed(states)):
        document = Document(before)
        assert document.apply(ops_between(before, target)).drops == []
        assert document.frozen() == target


def _some_tempi(rng: random.Random) -> State:
    document = blank()
    names = [f"tempo_{n}_" for n in range(5)]
    ops: list[Op] = []
    for _ in range(30):
        name, time, slot = rng.choice(names), float(rng.randrange(3)), rng.randrange(2)
        ops += [
            tempo(name, rng.randint(60, 180), time, slot=slot),
            Set("tempo", rng.choice([*names, "tempo_start"]), {"time": time, "slot": slot}),
            Insert("lanes", f"lane_{name}", {"target": f"tempo/{name}/bpm"}),
        ]
        if rng.random() < 0.3:
            ops.append(Delete("tempo", rng.choice([*names, "tempo_start"])))
    document.apply(ops)
    return document.frozen()


def test_T1_of_two_at_one_time_the_left_one_comes_first() -> None:
    document = blank()
    document.apply([tempo("tempo_zz", 140), tempo("tempo_aa", 90)])
    found = between(document.frozen(), 8, 9).found
    assert [f.id for f in found] == ["tempo_zz", "tempo_aa"]


def test_U3_a_tempo_that_was_moved_beside_another_goes_back_with_its_side() -> None:
    document = blank()
    document.apply([tempo("tempo_two"), tempo("tempo_thr", time=4)])
    before = document.frozen()
    applied = document.apply([Move("tempo", "tempo_thr", time=8.0)])
    assert places(document)["tempo_thr"] == (8, 1)
    ops = finish(inverse(applied.changes, document))
    assert document.apply(ops).drops == []
    assert document.frozen() == before


def test_U3_a_tempo_that_was_replaced_comes_back_with_what_automated_it() -> None:
    document = blank()
    lane = Insert("lanes", "lane_one", {"target": "tempo/tempo_thr/bpm"})
    point = Insert("points", "point_on", {"lane": "lane_one", "time": 8, "value": 99})
    document.apply([tempo("tempo_two"), tempo("tempo_thr"), lane, point])
    before = document.frozen()
    applied = document.apply([tempo("tempo_fou")])
    assert document.get("tempo_thr") is None
    assert document.apply(finish(inverse(applied.changes, document))).drops == []
    assert document.frozen() == before
