"""Members of a room on several nodes: each once, wherever it is, and nobody flickers."""

from typing import TypeVar

import pytest
from msgspec import UNSET

from rooms.effects import Announce, Disconnect, Effects, ForwardTick, Packet, SendTick
from rooms.presence.absent_members import ABSENCE_SECONDS
from rooms.presence.remote_members import LEASE_SECONDS
from rooms.presence.seat import member_id
from rooms.presence.ticks import least_gap
from schema.close_codes import REPLACED
from schema.limits import MAX_MEMBERS_PER_ROOM
from schema.messages import (
    Cursor,
    Error,
    Gesture,
    Joined,
    MemberJoined,
    MemberLeft,
    MovePresence,
    Presence,
    Previewed,
    Tick,
)
from schema.server_limits import MAX_WAITING_TICKS
from tests.rooms.bench import KEY, PROJECT, Bench

Heard = TypeVar("Heard")


class TwoNodes:
    """The room on two nodes; what one announces is told to the other when the test says so."""

    def __init__(self) -> None:
        self.here, self.there = Bench("a"), Bench("b")
        self.numbers = iter(range(1, 1_000))

    def tell(self, now: float = 0.0) -> None:
        """Both announce who is there, and hear it."""
        for speaker, listener in ((self.here, self.there), (self.there, self.here)):
            self.announce(speaker, listener, now)

    def announce(self, speaker: Bench, listener: Bench, now: float = 0.0) -> None:
        members = listener.room.members
        here = speaker.room.members.here()
        listener.take(members.on_present(speaker.node, next(self.numbers), here, now))

    def tick(self, speaker: Bench, listener: Bench, now: float) -> Effects:
        """A tick of one node, as the other hears it."""
        effects = speaker.room.tick(now)
        [packet] = [effect.packet for effect in effects if isinstance(effect, ForwardTick)]
        return listener.room.on_remote_tick(speaker.node, next(self.numbers), packet)


def said(bench: Bench, who: str, kind: type[Heard]) -> list[Heard]:
    return [message for message in bench.heard.get(who, []) if isinstance(message, kind)]


def move(bench: Bench, who: str, time: float) -> None:
    change = MovePresence(project=PROJECT, cursor=Cursor(time=time, y=0.5))
    bench.room.seats[who].move(change)


def names(bench: Bench) -> list[str]:
    return sorted(member.name for member in bench.room.members.everyone())


def joined(bench: Bench, who: str) -> Joined:
    return next(m for m in bench.heard[who] if isinstance(m, Joined))


def test_P8_members_of_another_node_are_members() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    assert names(two.here) == names(two.there) == ["ann", "ben"]
    assert [m.member.name for m in said(two.here, "ann", MemberJoined)] == ["ben"]
    two.there.join("cleo")
    assert {m.name for m in joined(two.there, "cleo").members} == {"ann", "ben", "cleo"}


def test_P2_ticks_of_another_node_go_out_with_ours() -> None:
    two = TwoNodes()
    for who in ("ann", "ada"):
        two.here.join(who)
    two.there.join("ben")
    two.tell()
    move(two.there, "ben", 8.0)
    assert two.tick(two.there, two.here, 1.0) == []
    move(two.here, "ann", 4.0)
    effects = two.here.room.tick(2.0)
    [forwarded] = [e for e in effects if isinstance(e, ForwardTick)]
    [out] = [e for e in effects if isinstance(e, SendTick)]
    assert out.packets[0] is forwarded.packet
    assert len(out.packets) == 2
    ticks = [p.message for p in out.packets]
    assert [len(t.moved) for t in ticks if isinstance(t, Tick)] == [1, 1]
    [ben] = [m for m in two.here.room.members.everyone() if m.name == "ben"]
    assert ben.presence.cursor == Cursor(time=8.0, y=0.5)


def test_P8_a_room_that_is_on_one_node_only_forwards_nothing() -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    move(bench, "ann", 1.0)
    assert not [e for e in bench.room.tick(1.0) if isinstance(e, ForwardTick)]


def test_P8_who_is_alone_here_still_sees_the_others() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    move(two.there, "ben", 8.0)
    two.tick(two.there, two.here, 1.0)
    two.here.take(two.here.room.tick(1.0))
    assert isinstance(two.here.last("ann"), Tick)


def test_P3_a_tick_of_another_node_waits_for_none_of_ours() -> None:
    """It has waited there; ours goes when it is due, or the nodes would drive each other."""
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    move(two.there, "ben", 8.0)
    move(two.here, "ann", 3.0)
    two.tick(two.there, two.here, 1.0)
    due = two.here.room.tick_due()
    two.here.take(two.here.room.pass_on(1.0))
    tick = two.here.last("ann")
    assert isinstance(tick, Tick)
    [moved] = tick.moved.values()
    assert moved.cursor == Cursor(time=8.0, y=0.5)
    assert two.here.room.tick_due() == due is not None
    assert two.here.room.pass_on(2.0) == []


def test_P3_a_room_waits_for_its_own_tick_only_when_the_load_makes_it_wait() -> None:
    bench = Bench("a")
    for number in range(20):
        bench.join(f"ann {number}")
    least = least_gap(20)
    assert not bench.room.gathers(0.0)
    assert not bench.room.gathers(least * 64 / 20)
    assert bench.room.gathers(least * 64 / 20 * 1.01)


def test_P4_a_reader_that_is_fed_is_owed_what_other_nodes_told_meanwhile() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    feed = two.here.room.feed_from("ann", two.here.room.head)
    assert feed is not None
    move(two.there, "ben", 8.0)
    two.tick(two.there, two.here, 1.0)
    two.here.room.pass_on(1.0)
    assert two.here.room.has_caught_up("ann", feed)


def test_P8_a_tick_of_someone_unknown_makes_us_ask() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    two.there.join("cleo")
    move(two.there, "cleo", 1.0)
    assert two.tick(two.there, two.here, 1.0) == [Announce(asks=True)]


def test_P8_what_a_lost_tick_said_comes_with_the_next_announcement() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    move(two.there, "ben", 3.0)
    two.there.room.tick(1.0)  # nobody hears it
    two.tell()
    two.here.take(two.here.room.tick(2.0))
    tick = two.here.last("ann")
    assert isinstance(tick, Tick)
    [presence] = tick.moved.values()
    assert presence.cursor == Cursor(time=3.0, y=0.5)
    assert said(two.here, "ann", MemberLeft) == []


def test_F15_what_comes_twice_or_late_is_no_news() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    old = two.there.room.members.here()
    two.there.join("cleo")
    members = two.here.room.members
    two.here.take(members.on_present("b", 7, two.there.room.members.here(), 0.0))
    for number in (7, 6):
        assert members.on_present("b", number, old, 0.0) == []
    assert names(two.here) == ["ann", "ben", "cleo"]
    assert two.here.room.on_remote_tick("b", 5, Packet(Tick(PROJECT, {}, {}))) == []


def test_P8_a_node_that_falls_silent_takes_its_members_with_it() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell(now=100.0)
    members = two.here.room.members
    two.here.take(members.pass_time(100.0 + LEASE_SECONDS - 0.1))
    assert said(two.here, "ann", MemberLeft) == []
    two.here.take(members.pass_time(100.0 + LEASE_SECONDS + 0.1))
    assert len(said(two.here, "ann", MemberLeft)) == 1
    assert not members.remote.nodes


def test_P7_who_comes_back_soon_was_never_away() -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    move(bench, "ben", 5.0)
    bench.take(bench.room.members.lost("ben", 10.0))
    bench.take(bench.room.members.pass_time(10.0 + ABSENCE_SECONDS - 0.1))
    assert names(bench) == ["ann", "ben"]
    bench.join("ben", connection="ben again")
    bench.take(bench.room.members.pass_time(10.0 + ABSENCE_SECONDS + 0.1))
    assert said(bench, "ann", MemberLeft) == []
    assert len(said(bench, "ann", MemberJoined)) == 1
    seat = bench.room.seats["ben again"]
    assert seat.presence.cursor == Cursor(time=5.0, y=0.5)


@pytest.mark.parametrize("is_lost", [False, True])
@pytest.mark.parametrize("moves_on", [False, True])
def test_P2_the_last_move_before_a_reconnect_is_told(is_lost: bool, moves_on: bool) -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    move(bench, "ben", 5.0)
    if is_lost:
        bench.take(bench.room.members.lost("ben", 10.0))
    bench.join("ben", connection="ben again")
    seat = bench.room.seats["ben again"]
    if moves_on:
        seat.move(Presence(tool="knife"))
    bench.take(bench.room.tick(10.1))
    [tick] = said(bench, "ann", Tick)
    tool = "knife" if moves_on else UNSET
    assert tick.moved == {seat.member: Presence(Cursor(time=5.0, y=0.5), tool=tool)}
    assert seat.presence.cursor == Cursor(time=5.0, y=0.5)


def test_P2_the_last_move_of_one_who_is_away_is_told() -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    move(bench, "ben", 5.0)
    bench.take(bench.room.members.lost("ben", 10.0))
    bench.take(bench.room.tick(10.1))
    [tick] = said(bench, "ann", Tick)
    assert [presence.cursor for presence in tick.moved.values()] == [Cursor(time=5.0, y=0.5)]


def test_P2_the_last_move_before_a_reconnect_elsewhere_is_told() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.here.join("ben")
    two.tell()
    move(two.here, "ben", 5.0)
    two.there.join("ben", at=5)
    two.tell()
    assert len(two.here.disconnected) == 1
    two.here.take(two.here.room.tick(10.1))
    tick = said(two.here, "ann", Tick)[0]
    assert [presence.cursor for presence in tick.moved.values()] == [Cursor(time=5.0, y=0.5)]


def test_P2_no_tick_tells_of_who_has_left_for_good() -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    move(bench, "ben", 5.0)
    bench.take(bench.room.members.lost("ben", 10.0))
    bench.take(bench.room.members.role_changed("ben", None))
    bench.take(bench.room.tick(10.1))
    assert said(bench, "ann", Tick) == []


def test_P7_who_does_not_come_back_has_left() -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    bench.take(bench.room.members.lost("ben", 10.0))
    bench.take(bench.room.members.pass_time(10.0 + ABSENCE_SECONDS))
    assert len(said(bench, "ann", MemberLeft)) == 1
    assert names(bench) == ["ann"]


def test_P7_what_an_absent_member_was_showing_is_over_at_once() -> None:
    bench = Bench("a")
    bench.join("ann")
    bench.join("ben")
    values = {"ch_bass_": Previewed("channels", {"volume": 0.4})}
    bench.take(bench.room.gesture("ben", Gesture(PROJECT, "ride", values)))
    bench.take(bench.room.tick(1.0))
    bench.take(bench.room.members.lost("ben", 10.0))
    bench.take(bench.room.tick(10.0))
    tick = bench.last("ann")
    assert isinstance(tick, Tick)
    assert list(tick.gestures.values()) == [{"ride": None}]


def test_P7_an_absent_member_may_come_back_on_another_node() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.here.join("ben")
    two.there.join("cleo")
    two.tell()
    two.here.take(two.here.room.members.lost("ben", 10.0))
    two.tell()
    two.there.join("ben")
    two.tell(now=12.0)
    for bench, who in ((two.here, "ann"), (two.there, "cleo")):
        bench.take(bench.room.members.pass_time(11.0 + ABSENCE_SECONDS))
        assert names(bench) == ["ann", "ben", "cleo"]
        assert said(bench, who, MemberLeft) == []
    assert len(said(two.there, "cleo", MemberJoined)) == 2


def test_P7_members_of_a_node_that_leaves_may_be_on_their_way() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    members = two.here.room.members
    two.here.take(members.node_left("b", next(two.numbers), 10.0))
    two.here.join("ben")
    two.here.take(members.pass_time(10.0 + 2 * ABSENCE_SECONDS))
    assert names(two.here) == ["ann", "ben"]
    assert said(two.here, "ann", MemberLeft) == []


def test_P7_what_members_of_a_node_that_leaves_were_showing_is_over() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    values = {"ch_bass_": Previewed("channels", {"volume": 0.4})}
    two.there.take(two.there.room.gesture("ben", Gesture(PROJECT, "ride", values)))
    two.tell()
    members = two.here.room.members
    two.here.take(members.node_left("b", next(two.numbers), 10.0))
    assert [m.gestures for m in members.everyone()] == [{}, {}]
    two.here.take(two.here.room.tick(10.0))
    tick = two.here.last("ann")
    assert isinstance(tick, Tick)
    assert list(tick.gestures.values()) == [{"ride": None}]


def test_J7_the_later_place_of_a_member_counts_on_every_node() -> None:
    two = TwoNodes()
    two.here.join("ann", at=1_000)
    two.there.join("ann", at=2_000)
    two.tell()
    two.tell()
    assert two.here.room.seats == {}
    assert two.here.disconnected == [Disconnect("ann", REPLACED)]
    assert list(two.there.room.seats) == ["ann"]
    assert names(two.here) == names(two.there) == ["ann"]


def test_J7_a_seat_counts_more_than_an_absence_elsewhere_whatever_clocks_say() -> None:
    two = TwoNodes()
    two.here.join("ann", at=9_000)  # a clock that is ahead
    two.here.join("ben", at=9_000)
    two.there.join("cleo", at=1_000)
    two.tell()
    two.here.take(two.here.room.members.lost("ann", 10.0))
    two.there.room.members.remote.members.clear()  # it has just opened the room
    two.there.join("ann", at=1_000)
    two.tell(now=11.0)
    two.tell(now=11.0)
    assert two.there.disconnected == []
    assert "ann" in two.there.room.seats


def test_P8_more_ticks_than_may_wait_become_one_with_everyone() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    two.tell()
    for n in range(MAX_WAITING_TICKS + 1):
        move(two.there, "ben", float(n))
        two.tick(two.there, two.here, 1.0)
    two.here.take(two.here.room.tick(2.0))
    tick = two.here.last("ann")
    assert isinstance(tick, Tick)
    assert tick.whole
    assert Cursor(time=float(MAX_WAITING_TICKS), y=0.5) in [
        presence.cursor for presence in tick.moved.values()
    ]


def test_F17_a_zombie_does_not_take_its_members_back() -> None:
    two = TwoNodes()
    two.here.join("ann", at=1_000)
    two.there.join("ben", at=1_000)
    two.tell(now=0.0)
    two.there.take(two.there.room.members.pass_time(LEASE_SECONDS + 1))  # a is frozen
    two.there.join("ann", at=60_000)
    two.tell(now=LEASE_SECONDS + 1)  # a is back, and says what it last knew
    two.tell(now=LEASE_SECONDS + 1)
    assert list(two.there.room.seats) == ["ben", "ann"]
    assert two.there.disconnected == []
    assert list(two.here.room.seats) == []


def test_the_same_user_on_two_devices_is_two_members() -> None:
    two = TwoNodes()
    two.here.join("ann")
    phone = two.here.request("ann", device="phone")
    two.there.take(two.there.room.join(phone))
    two.tell()
    assert names(two.here) == names(two.there) == ["ann", "ann"]


def test_a_room_is_full_wherever_its_members_are() -> None:
    two = TwoNodes()
    for n in range(MAX_MEMBERS_PER_ROOM - 1):
        two.here.join(f"ann {n}")
    two.there.join("ben")
    two.tell()
    two.there.join("cleo")
    refused = two.there.last("cleo")
    assert isinstance(refused, Error)
    assert refused.code == "limit_reached"
    known = two.here.room.members.here()[0]
    request = two.there.request(known.member.name)
    two.there.take(two.there.room.join(request))
    assert request.connection in two.there.room.seats


def test_one_node_keeps_what_one_must_keep() -> None:
    two = TwoNodes()
    two.here.join("ann")
    two.there.join("ben")
    assert two.here.room.members.is_first_node
    assert two.there.room.members.is_first_node
    two.tell()
    assert two.here.room.members.is_first_node
    assert not two.there.room.members.is_first_node


def test_J7_a_members_id_cannot_be_looked_for() -> None:
    """It is keyed and long; and what user and device have in common is no way to another."""
    ids = {
        member_id(key, user, device)
        for key in (b"one", b"another")
        for user, device in (("ann", "x"), ("ann", "y"), ("ben", "x"), ("annx", ""))
    }
    assert len(ids) == 8
    assert {len(member) for member in ids} == {16}
    assert member_id(b"one", "ann", "x") in ids


@pytest.mark.parametrize("what", ["cursor", "gesture"])
@pytest.mark.parametrize("is_tick_first", [True, False])
def test_P5_no_tick_names_a_member_of_another_node_that_has_left(
    is_tick_first: bool, what: str
) -> None:
    nodes = TwoNodes()
    nodes.here.join("ann")
    nodes.there.join("ben")
    nodes.tell()
    ben = member_id(KEY, "ben", "desk")
    fader = {"ch_bass_": Previewed("channels", {"volume": 0.5})}
    tick = {
        "cursor": Tick(PROJECT, {ben: Presence(cursor=Cursor(9.0))}),
        "gesture": Tick(PROJECT, {}, {ben: {"g": fader}}),
    }[what]
    packet = Packet(tick)
    nodes.there.take(nodes.there.room.leave("ben"))
    if is_tick_first:
        nodes.here.room.on_remote_tick("b", next(nodes.numbers), packet)
        assert nodes.here.room.members.remote.waiting_ticks == [packet]
    nodes.announce(nodes.there, nodes.here)
    if not is_tick_first:
        nodes.here.room.on_remote_tick("b", next(nodes.numbers), packet)
    assert [left.member for left in said(nodes.here, "ann", MemberLeft)] == [ben]
    sent = [effect for effect in nodes.here.room.tick(1.0) if isinstance(effect, SendTick)]
    assert sent == []
    assert nodes.here.room.pass_on(1.0) == []
