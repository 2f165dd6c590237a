"""Joins of one moment on several nodes: as many members stay as a room may have."""

import itertools

import pytest

from rooms.presence.member_bounds import ROOM_IS_FULL
from schema.limits import MAX_MEMBERS_PER_ROOM, MAX_SEATS_PER_USER
from schema.messages import Error, Left, MemberLeft
from tests.rooms.bench import Bench
from tests.rooms.presence.test_members import said

NODES = "abc"
ORDERS = list(itertools.permutations(NODES))


class Nodes:
    """The room on several nodes, none of which has heard of the others' members."""

    def __init__(self) -> None:
        self.benches = {name: Bench(name) for name in NODES}
        self._numbers = itertools.count(1)
        self._at = itertools.count(1)

    def join(self, user: str, device: int) -> None:
        """On one node after the other, each a moment later."""
        at = next(self._at)
        bench = self.benches[NODES[at % len(NODES)]]
        bench.join(user, device=f"device {device}", connection=f"{user} {device}", at=at)

    def tell(self, order: tuple[str, ...]) -> None:
        """Each announces in this order who is there, until all have heard of all."""
        for _ in range(3):
            for speaker in order:
                here = self.benches[speaker].room.members.here()
                for name, bench in self.benches.items():
                    if name != speaker:
                        number = next(self._numbers)
                        bench.take(bench.room.members.on_present(speaker, number, here, 0.0))

    def seats(self) -> set[str]:
        return {seat for bench in self.benches.values() for seat in bench.room.seats}

    def last(self, connection: str) -> object:
        [bench] = [bench for bench in self.benches.values() if connection in bench.heard]
        return bench.last(connection)


@pytest.mark.parametrize("order", ORDERS)
def test_K3_of_one_users_devices_the_first_stay_whoever_speaks_first(
    order: tuple[str, ...],
) -> None:
    nodes = Nodes()
    nodes.join("ben", 0)
    for n in range(3 * MAX_SEATS_PER_USER):
        nodes.join("ann", n)
    nodes.tell(order)
    stay = {f"ann {n}" for n in range(MAX_SEATS_PER_USER)} | {"ben 0"}
    assert nodes.seats() == stay
    for bench in nodes.benches.values():
        assert len(bench.room.members.everyone()) == len(stay)
    left = nodes.last(f"ann {MAX_SEATS_PER_USER}")
    assert isinstance(left, Left)
    assert left.reason == "limit_reached"
    assert f"{MAX_SEATS_PER_USER} devices" in left.message
    [ben] = [bench for bench in nodes.benches.values() if "ben 0" in bench.heard]
    gone = {message.member for message in said(ben, "ben 0", MemberLeft)}
    assert not gone & {member.member for member in ben.room.members.everyone()}


@pytest.mark.parametrize("order", ORDERS)
def test_K3_of_a_rooms_members_the_first_stay(order: tuple[str, ...]) -> None:
    nodes = Nodes()
    for n in range(MAX_MEMBERS_PER_ROOM + 20):
        nodes.join(f"user {n}", 0)
    nodes.tell(order)
    assert nodes.seats() == {f"user {n} 0" for n in range(MAX_MEMBERS_PER_ROOM)}
    left = nodes.last(f"user {MAX_MEMBERS_PER_ROOM} 0")
    assert isinstance(left, Left)
    assert (left.reason, left.message) == ("limit_reached", ROOM_IS_FULL)


def test_K3_as_many_as_may_be_there_stay() -> None:
    nodes = Nodes()
    for n in range(MAX_SEATS_PER_USER):
        nodes.join("ann", n)
    nodes.tell(tuple(NODES))
    assert len(nodes.seats()) == MAX_SEATS_PER_USER


def test_K3_J7_who_waits_for_the_state_hears_it_as_the_answer_to_its_join() -> None:
    here, there = Bench("a"), Bench("b")
    for n in range(MAX_SEATS_PER_USER):
        here.join("ann", device=f"device {n}", connection=f"ann {n}", at=n)
    late = there.request("ann", device="late", connection="late", at=99)
    there.heard["late"] = []
    there.take(there.room.join(late))
    there.take(there.room.members.on_present("a", 1, here.room.members.here(), 0.0))
    error = there.last("late")
    assert isinstance(error, Error)
    assert (error.id, error.code) == ("join", "limit_reached")
    assert not there.room.seats
