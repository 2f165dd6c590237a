"""Whatever a project holds, written as DAWproject and read again: only what was told differs."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from files.dawproject.export import dawproject, write_dawproject
from files.dawproject.reader import read_dawproject
from files.music.song_tempo import SongClock, SongTempo, beats_lasting
from rooms.document.document import Document
from schema.ops import Insert, Op, Set
from tests.files.helpers.state_equality import differences
from tests.files.helpers.state_rules import broken_rules
from tests.rooms.chaos import Chaos
from tests.rooms.songs import song

SOME = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def any_state(seed: int) -> dict[str, Any]:
    """A valid state: a song after many senseless deltas, its clips and tempi anywhere."""
    rng = random.Random(seed)
    document = song()
    for ops, atomic in Chaos(seed).deltas(document, rng.randint(1, 150)):
        document.apply(ops, atomic=atomic)
    document.apply([*_tempi(rng), *_moved_clips(document, rng)])
    return document.frozen()


def _tempi(rng: random.Random) -> list[Op]:
    return [
        Insert(
            "tempo",
            f"tempo_{n:04}",
            {
                "time": rng.choice([0.0, 4.0, round(rng.uniform(0, 64), 3)]),
                "bpm": round(rng.uniform(20, 300), 2),
                "interp": rng.choice(["hold", "linear"]),
                "slot": rng.randint(0, 1),
            },
        )
        for n in range(rng.randint(0, 5))
    ]


def _moved_clips(document: Document, rng: random.Random) -> list[Op]:
    ops: list[Op] = []
    for clip_id in document.collections["clips"]:
        duration = round(rng.uniform(0.1, 40), 6)
        loop = sorted(round(rng.uniform(0, 16), 6) for _ in range(2))
        props: dict[str, Any] = {
            "time": round(rng.uniform(0, 100), 6),
            "duration": duration,
            "playStart": round(rng.uniform(-4, 16), 6),
            "fadeIn": round(rng.uniform(0, duration / 2), 6),
            "fadeOut": round(rng.uniform(0, duration / 2), 6),
            "contentTimeUnit": rng.choice(["beats", "seconds"]),
        }
        if rng.random() < 0.5:
            props |= {"loopStart": loop[0], "loopEnd": loop[1]}
        ops.append(Set("clips", clip_id, props))
    return ops


@SOME
@example(seed=324)  # two lanes of one parameter in different units
@given(seed=st.integers(0, 2**32))
def test_any_project_comes_back_but_for_what_was_told(tmp_path: Path, seed: int) -> None:
    state, path = any_state(seed), tmp_path / "song.dawproject"
    write_dawproject(path, state)
    _, losses = dawproject(state)
    again = read_dawproject(path).state
    assert broken_rules(again) == []
    assert differences(state, again, losses.places) == []
    write_dawproject(path, again)
    third = read_dawproject(path).state
    assert differences(again, third, dawproject(again)[1].places) == []


@given(
    tempi=st.lists(
        st.tuples(st.floats(0, 64), st.floats(10, 1000), st.sampled_from(["hold", "linear"])),
        min_size=1,
        max_size=6,
    ),
    beat=st.floats(-16, 128),
    unit=st.sampled_from(["beats", "seconds"]),
    time=st.floats(-8, 64),
)
def test_a_clock_and_its_inverse(
    tempi: list[tuple[float, float, str]], beat: float, unit: str, time: float
) -> None:
    tempo = SongTempo([(0.0, 120.0, "hold"), *tempi])
    clock = SongClock(tempo, unit, time, beat)
    assert clock.beat_at(time) == pytest.approx(beat, abs=1e-6)
    for other in (-3.0, 0.0, 1.5, 40.0):
        assert clock.time_at(clock.beat_at(other)) == pytest.approx(other, abs=1e-6)
    elsewhere = "beats" if unit == "seconds" else "seconds"
    assert clock.aligned(elsewhere).beat_at(0.0) == pytest.approx(clock.beat_at(0.0), abs=1e-6)


@given(seconds=st.floats(0, 100), bpm=st.floats(10, 1000), next_bpm=st.floats(10, 1000))
def test_a_glide_lasts_as_long_as_it_is_meant_to(
    seconds: float, bpm: float, next_bpm: float
) -> None:
    beats = beats_lasting(seconds, bpm, next_bpm)
    tempo = SongTempo([(0.0, bpm, "linear"), (beats, next_bpm, "hold")])
    assert tempo.seconds_at(beats) == pytest.approx(seconds, rel=1e-6, abs=1e-6)
