"""Stays in a room are gathered when a seat is given up, and forgotten when they are written."""

from types import SimpleNamespace
from typing import Any, cast

from rooms.presence.seat import Seat
from server.live.write_behind.stays import Stays


def seat(user: str, at: int, *, is_live: bool = True) -> Seat:
    made: Any = SimpleNamespace(request=SimpleNamespace(user=user, asked_at=at), is_live=is_live)
    return cast("Seat", made)


def test_I5_a_stay_is_from_the_first_join_to_the_last_leave() -> None:
    stays = Stays()
    stays.gone(seat("ann", 2_000))
    stays.gone(seat("ann", 1_000))
    stays.gone(seat("ben", 3_000, is_live=False))
    assert list(stays.ended_stays) == ["ann"]
    assert stays.ended_stays["ann"].entered_at == 1_000
    assert stays.ended_stays["ann"].left_at > 2_000


def test_I5_what_ends_while_others_are_written_is_written_the_next_time() -> None:
    stays = Stays()
    stays.gone(seat("ann", 1_000))
    stays.gone(seat("ben", 1_000))
    written = dict(stays.ended_stays)
    stays.gone(seat("ben", 5_000))
    stays.forget(written)
    assert list(stays.ended_stays) == ["ben"]
