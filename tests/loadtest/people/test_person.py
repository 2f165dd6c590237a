"""People of a session: who they are, and when what they did was seen."""

import time
from collections import Counter
from typing import Any

import pytest

from loadtest.bare.bare_prime import Account
from loadtest.load.cursor_watch import seen_after
from loadtest.people.person import Kind, ObserverCounts, Person, Trail, kind_of
from loadtest.people.returning_member import ReturningTally

ACCOUNT = Account("ws://127.0.0.1:1/v1", "a@b.c", "token", "user")


def test_of_ten_people_seven_are_busy_two_idle_and_one_drops_off() -> None:
    kinds = Counter(map(kind_of, range(100)))
    assert kinds == {Kind.BUSY: 70, Kind.IDLE: 20, Kind.DROPPING: 10}


def test_a_move_that_was_replaced_is_as_late_as_what_replaced_it() -> None:
    assert seen_after(now=1_010.0, at=1_000.0, last=0.0, gap=20.0) == [10.0]
    assert seen_after(now=1_010.0, at=1_000.0, last=980.0, gap=20.0) == [10.0]
    assert seen_after(now=1_010.0, at=1_000.0, last=940.0, gap=20.0) == [10.0, 30.0, 50.0]
    assert len(seen_after(now=110.0, at=100.0, last=100.0 - 1_000 / 30 * 4, gap=1_000 / 30)) == 4


class Observer:
    """A person who hears ticks of one other."""

    def __init__(self, times_others: bool = True) -> None:
        self.trail = Trail()
        self.seen = ObserverCounts()
        trails = {"other": self.trail}
        self.person = Person(ACCOUNT, 0, "p", trails, ReturningTally(), self.seen, 1, times_others)

    def hears(self, monkeypatch: pytest.MonkeyPatch, at: float, now: float, **more: Any) -> None:
        monkeypatch.setattr(time, "perf_counter", lambda: now / 1_000)
        tick = {"t": "tick", "project": "p", "moved": {"other": {"at": at}}, **more}
        self.person.hear(tick)


def test_every_move_is_timed_once_by_when_it_was_due(monkeypatch: pytest.MonkeyPatch) -> None:
    observer = Observer()
    observer.trail.due_ms += [100.0, 133.0, 166.0, 200.0]
    observer.hears(monkeypatch, at=100.0, now=105.0)
    observer.hears(monkeypatch, at=166.0, now=180.0)
    observer.hears(monkeypatch, at=166.0, now=190.0)
    assert observer.seen.cursor_ms == pytest.approx([5.0, 47.0, 14.0])
    assert observer.seen.updates == 3


def test_what_a_lost_connection_swallowed_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    observer = Observer()
    observer.trail.due_ms += [100.0, 133.0]
    observer.trail.cut = 2
    observer.trail.due_ms.append(5_000.0)
    observer.hears(monkeypatch, at=5_000.0, now=5_004.0)
    assert observer.seen.cursor_ms == pytest.approx([4.0])


def test_who_came_back_does_not_time_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    observer = Observer()
    observer.trail.due_ms += [100.0, 133.0]
    observer.person.member.connections += 1
    observer.hears(monkeypatch, at=133.0, now=9_000.0)
    assert observer.seen.cursor_ms == []


def test_others_are_counted_not_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    observer = Observer(times_others=False)
    observer.trail.due_ms.append(100.0)
    observer.hears(monkeypatch, at=100.0, now=105.0, gestures={"other": {}, "": {}})
    assert (observer.seen.updates, observer.seen.previews) == (1, 1)
    assert observer.seen.cursor_ms == []
