"""The law of ticks as arithmetic, on a simulated node whose load comes from what the law says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from rooms.presence.gathering import FULL_SECONDS, LONGEST_FULL_ROOM_GAP, Gathering, LoadSample
from rooms.presence.ticks import (
    FULL_SIZE,
    LEAST_FULL_GAP,
    LONGEST_GAP,
    URGENT_PART,
    least_gap,
    load_gap,
    tick_gap,
)

SHARE = 0.6
LOOK = 0.05
READ, TICK, WRITE = 5e-6, 15e-6, 6e-6
"""Seconds of a core: a move that comes, a tick, and the tick's write to one member."""


@dataclass(frozen=True)
class Rooms:
    """So many rooms of one size, whose members move at so many hertz each."""

    count: int
    size: int
    hz: float

    def gap(self, full_room_gap: float) -> float:
        return tick_gap(self.size, full_room_gap, LONGEST_GAP)

    def load(self, full_room_gap: float) -> float:
        """What they take of a core: the gap runs from the first move after a tick."""
        moves = self.size * self.hz
        if not moves:
            return 0.0
        ticks = 1.0 / max(1.0 / moves, self.gap(full_room_gap))
        return self.count * (moves * READ + ticks * (TICK + self.size * WRITE))


SMALL, MANY_SMALL = [Rooms(60, 4, 20)], [Rooms(220, 4, 20)]
LARGE, MANY_LARGE = [Rooms(3, 50, 30)], [Rooms(13, 50, 30)]


@dataclass
class Node:
    """A node in simulated time. `had`: the part of a core that others leave it."""

    gathering: Gathering = field(default_factory=lambda: Gathering(SHARE))
    had: float = 1.0
    now: float = 0.0
    loads: list[float] = field(default_factory=list)
    """What the node took of a core that it had, look by look."""

    @property
    def full_room_gap(self) -> float:
        return self.gathering.full_room_gap

    def wants(self, rooms: Sequence[Rooms], besides: float = 0.0) -> float:
        return besides + sum(each.load(self.full_room_gap) for each in rooms)

    def look(self, rooms: Sequence[Rooms], besides: float = 0.0, seconds: float = LOOK) -> None:
        wants = self.wants(rooms, besides)
        taken, waited = min(wants, self.had), (1.0 - self.had) * min(1.0, wants / self.had)
        late = 0.001 if wants < self.had else 0.03
        look = LoadSample(seconds, taken * seconds, waited * seconds, late)
        self.gathering.looked(look)
        self.now += seconds
        self.loads.append(look.load)

    def go_on(
        self,
        seconds: float,
        rooms: Sequence[Rooms] | Callable[[float], Sequence[Rooms]],
        besides: float = 0.0,
    ) -> None:
        until = self.now + seconds
        while self.now < until - LOOK / 2:
            self.look(rooms(self.now) if callable(rooms) else rooms, besides)


@pytest.mark.parametrize(
    ("members", "gap"), [(0, 0), (1, 0), (2, 0), (4, 0), (8, 0), (50, 0.0082), (500, 0.0082)]
)
def test_P3_a_room_on_a_quiet_node_waits_for_its_size_alone(members: int, gap: float) -> None:
    assert least_gap(members) == tick_gap(members) == pytest.approx(gap)
    assert load_gap(members, 0.0) == 0.0


def test_P3_the_gap_never_shrinks_as_a_room_grows() -> None:
    for full_room_gap in (0.0, 0.01, 0.05, 0.1, LONGEST_FULL_ROOM_GAP):
        gaps = [tick_gap(members, full_room_gap, LONGEST_GAP) for members in range(600)]
        assert gaps == sorted(gaps)
        assert max(gaps) <= LONGEST_GAP
    assert max(map(least_gap, range(600))) == LEAST_FULL_GAP


def test_P3_the_fullest_gather_first_and_all_gather_in_the_end() -> None:
    full_room_gap = LONGEST_GAP
    assert load_gap(FULL_SIZE, full_room_gap) == LONGEST_GAP
    assert load_gap(32, full_room_gap) == LONGEST_GAP / 2
    assert load_gap(2, full_room_gap) == LONGEST_GAP / 4
    assert {load_gap(members, LONGEST_FULL_ROOM_GAP) for members in range(100)} == {LONGEST_GAP}


def test_P3_a_hand_at_a_fader_waits_less() -> None:
    for members in (2, 30, 64):
        calm, urgent = (load_gap(members, 0.02, is_urgent=is_urgent) for is_urgent in (False, True))
        assert urgent == pytest.approx(calm * URGENT_PART)


@pytest.mark.parametrize("rooms", [SMALL, LARGE], ids=["small", "large"])
def test_P3_below_its_share_a_node_never_gathers(rooms: Sequence[Rooms]) -> None:
    node = Node()
    node.go_on(5.0, rooms)
    assert 0.1 < max(node.loads) < SHARE
    assert node.full_room_gap == 0.0


@pytest.mark.parametrize("rooms", [MANY_SMALL, MANY_LARGE], ids=["small", "large"])
def test_P3_above_its_share_rooms_gather_just_so_long_that_it_is_held(
    rooms: Sequence[Rooms],
) -> None:
    """Within a second of a jump, without hunting after it, and with no gap longer than the most."""
    node = Node()
    node.go_on(2.0, [])
    node.go_on(1.0, rooms)
    settled = len(node.loads)
    assert node.loads[-1] == pytest.approx(SHARE, rel=0.05)
    node.go_on(9.0, rooms)
    assert all(load == pytest.approx(SHARE, rel=0.05) for load in node.loads[settled:])
    assert 0.0 < max(each.gap(node.full_room_gap) for each in rooms) < LONGEST_GAP
    assert not node.gathering.is_full


@pytest.mark.parametrize(
    ("rooms", "less"), [(MANY_SMALL, SMALL), (MANY_LARGE, LARGE)], ids=["small", "large"]
)
def test_P3_within_a_second_of_a_fall_nobody_waits(
    rooms: Sequence[Rooms], less: Sequence[Rooms]
) -> None:
    node = Node()
    node.go_on(5.0, rooms, besides=0.3)
    assert node.full_room_gap > 0.0
    node.go_on(1.0, less)
    assert node.full_room_gap == 0.0


def test_P3_a_load_that_rises_slowly_is_followed() -> None:
    node = Node()
    node.go_on(20.0, lambda now: [Rooms(100 + int(now * 10), 4, 20)])
    assert max(node.loads) < SHARE * 1.2
    assert node.full_room_gap > 0.0


@pytest.mark.parametrize("period", [0.1, 0.2, 0.5, 1.0, 3.0])
def test_P3_a_load_that_swings_makes_nobody_wait_longer_than_a_steady_one(period: float) -> None:
    """Rooms that come and go: no gap is longer than that of a node that always has them."""
    steady, swinging = Node(), Node()
    steady.go_on(10.0, MANY_SMALL)
    longest = 0.0
    while swinging.now < 10.0:
        has_them = swinging.now % period < period / 2
        swinging.look(MANY_SMALL if has_them else SMALL)
        longest = max(longest, swinging.full_room_gap)
    assert longest <= steady.full_room_gap * 1.05


def test_P3_one_room_a_hundred_times_the_others_waits_for_them() -> None:
    """The large one gathers first: the small ones wait a fraction of what it does."""
    large, small = Rooms(1, 400, 20), Rooms(120, 4, 20)
    node = Node()
    node.go_on(5.0, [large, small])
    assert node.loads[-1] == pytest.approx(SHARE, rel=0.05)
    assert 0.0 < small.gap(node.full_room_gap) <= large.gap(node.full_room_gap) / 4


def test_P3_ten_thousand_quiet_rooms_make_nobody_wait() -> None:
    node = Node()
    node.go_on(5.0, [Rooms(10_000, 1, 0.0), Rooms(1, 4, 20)], besides=0.1)
    assert node.full_room_gap == 0.0


@pytest.mark.parametrize("had", [0.9, 0.4, 0.2])
def test_P3_of_a_core_that_others_use_too_the_share_is_that_of_what_is_left(had: float) -> None:
    alone, beside = Node(), Node(had=had)
    rooms = [Rooms(100, 4, 20)]
    alone.go_on(5.0, rooms)
    beside.go_on(5.0, rooms)
    assert alone.full_room_gap == 0.0
    assert beside.loads[-1] <= SHARE * 1.05 or beside.full_room_gap == LONGEST_FULL_ROOM_GAP
    assert (beside.full_room_gap > 0.0) == (had < 0.9)
    beside.had = 1.0
    beside.go_on(1.0, rooms)
    assert beside.full_room_gap == 0.0


def test_P3_ticks_that_come_late_are_load_whatever_the_clock_of_the_processor_says() -> None:
    """The core was taken away, by whom nobody tells: all that is seen is that ticks are late."""
    gathering = Gathering(SHARE)
    for _ in range(300):
        gathering.looked(LoadSample(LOOK, cpu_seconds=0.1 * LOOK, late_seconds=0.03))
    assert gathering.full_room_gap == LONGEST_FULL_ROOM_GAP
    assert gathering.is_full


def test_P3_a_node_past_its_share_is_full_and_says_so_and_is_no_longer_soon() -> None:
    node, rooms = Node(), [Rooms(500, 4, 20), Rooms(20, 50, 30)]
    node.go_on(FULL_SECONDS, rooms)
    assert not is_full(node)
    node.go_on(2.0, rooms)
    assert is_full(node)
    assert node.gathering.longest_gap == LONGEST_GAP
    node.go_on(1.0, SMALL)
    assert not is_full(node)
    node.go_on(FULL_SECONDS / 2, rooms)
    assert not is_full(node)


def is_full(node: Node) -> bool:
    """What mypy must not take for settled."""
    return node.gathering.is_full


def test_P3_a_herd_that_is_in_before_that_leaves_the_node_open() -> None:
    node = Node()
    node.go_on(FULL_SECONDS - 1.0, SMALL, besides=1.0)
    assert not node.gathering.is_full
    node.go_on(1.0, SMALL)
    assert node.full_room_gap == 0.0


@pytest.mark.parametrize(
    "look",
    [
        LoadSample(0.0, 0.0),
        LoadSample(-5.0, 1.0),
        LoadSample(1e-12, 0.0),
        LoadSample(0.05, -1.0, -1.0, -1.0),
        LoadSample(0.05, 0.01, 7.0),
        LoadSample(3_600.0, 3_600.0),
        LoadSample(3_600.0, 0.0),
        LoadSample(0.05, 99.0),
    ],
)
def test_P3_a_clock_that_jumps_moves_the_law_by_one_step(look: LoadSample) -> None:
    node = Node()
    node.go_on(5.0, MANY_SMALL)
    before = node.full_room_gap
    node.gathering.looked(look)
    assert 0.0 <= node.full_room_gap <= LONGEST_FULL_ROOM_GAP
    node.go_on(1.0, MANY_SMALL)
    assert node.full_room_gap == pytest.approx(before, rel=0.15)
    assert not node.gathering.is_full


def test_P3_looks_that_come_late_end_where_others_do() -> None:
    ends = []
    for seconds in (0.01, 0.05, 0.2, 1.0):
        node = Node()
        while node.now < 20.0:
            node.look(MANY_SMALL, seconds=seconds)
        ends.append(node.full_room_gap)
    assert ends == pytest.approx([ends[0]] * len(ends), rel=0.05)
