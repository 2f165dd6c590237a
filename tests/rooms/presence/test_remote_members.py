"""Members on other nodes, as far as those have said."""

from rooms.effects import Packet
from rooms.presence.remote_members import LEASE_SECONDS, RemoteMembers
from schema.messages import Cursor, Member, Presence, Previewed, Tick
from schema.node_messages import RemoteMember
from schema.server_limits import MAX_NODES_KNOWN, MAX_WAITING_TICKS

VALUES = {"ch_bass_": Previewed("channels", {"volume": 0.5})}


def announced(name: str, generation: int = 1, time: float = 0.0, shows: str = "") -> RemoteMember:
    presence = Presence(cursor=Cursor(time))
    gestures = {shows: VALUES} if shows else {}
    who = Member(name, f"user of {name}", name, "desk", "editor", "#fff", presence, gestures)
    return RemoteMember(who, generation)


def there(*members: RemoteMember) -> RemoteMembers:
    remote = RemoteMembers("project")
    remote.present("node-b", members)
    return remote


def test_P8_an_announcement_names_all_of_a_node_who_came_and_who_left() -> None:
    remote = there(announced("ann"), announced("ben"))
    diff = remote.present("node-b", [announced("ben"), announced("cleo")])
    assert ([m.member for m in diff.joined], diff.left) == (["cleo"], ["ann"])
    assert remote.of("node-b") == ["ben", "cleo"]


def test_P8_what_an_earlier_seat_says_changes_nothing() -> None:
    remote = there(announced("ann", generation=5))
    diff = remote.present("node-c", [announced("ann", generation=4)])
    assert (diff.joined, diff.left, remote.of("node-b")) == ([], [], ["ann"])
    remote.present("node-c", [announced("ann", generation=6)])
    assert (remote.of("node-b"), remote.of("node-c")) == ([], ["ann"])


def test_P8_of_two_seats_of_one_moment_all_nodes_choose_the_same() -> None:
    for order in (["node-b", "node-c"], ["node-c", "node-b"]):
        remote = RemoteMembers("project")
        for node in order:
            remote.present(node, [announced("ann", generation=5)])
        assert remote.members["ann"].node == "node-c"


def test_what_was_said_before_the_newest_is_old_also_the_same_once_more() -> None:
    remote = RemoteMembers("project")
    assert [remote.is_newest("node-b", n) for n in (3, 3, 2, 3)] == [True, False, False, False]
    assert remote.is_newest("node-c", 0)


def test_only_so_many_nodes_are_known() -> None:
    remote = RemoteMembers("project")
    remote.is_newest("first", 9)
    for n in range(MAX_NODES_KNOWN):
        remote.is_newest(f"node-{n}", 1)
    assert remote.is_newest("first", 1)


def test_a_tick_of_someone_unknown_or_elsewhere_says_so_and_changes_nothing() -> None:
    remote = there(announced("ann"))
    moved = Packet(Tick("project", {"ann": Presence(cursor=Cursor(9.0))}))
    assert not remote.tick("node-c", moved)
    assert not remote.tick("node-b", Packet(Tick("project", {"ben": Presence()})))
    assert remote.waiting_ticks == []
    assert remote.members["ann"].member.presence.cursor == Cursor(0.0)


def test_a_tick_moves_its_members_and_waits_for_ours() -> None:
    remote = there(announced("ann"))
    packet = Packet(Tick("project", {"ann": Presence(cursor=Cursor(9.0))}, {"ann": {"g": VALUES}}))
    assert remote.tick("node-b", packet)
    [ann] = remote.as_members()
    assert (ann.presence.cursor, ann.gestures) == (Cursor(9.0), {"g": VALUES})
    assert remote.flush() == [packet]
    assert remote.flush() == []


def test_too_many_that_wait_give_way_to_one_that_tells_all() -> None:
    remote = there(announced("ann"))
    for _ in range(MAX_WAITING_TICKS + 1):
        remote.pass_on(Packet(Tick("project", {})))
    assert remote.is_overrun
    assert remote.flush() == []
    assert not remote.is_overrun


def test_what_a_lost_tick_held_is_made_good_by_the_next_announcement() -> None:
    remote = there(announced("ann", shows="old"))
    remote.present("node-b", [announced("ann", time=9.0, shows="new")])
    [packet] = remote.flush()
    tick = Tick(
        "project", {"ann": Presence(cursor=Cursor(9.0))}, {"ann": {"new": VALUES, "old": None}}
    )
    assert packet.message == tick
    remote.present("node-b", [announced("ann", time=9.0, shows="new")])
    assert remote.flush() == []


def test_what_a_member_showed_there_is_over_when_it_comes_here() -> None:
    remote = there(announced("ann", shows="fade"))
    was = remote.end("ann")
    assert was is not None
    assert was.node == "node-b"
    [packet] = remote.flush()
    assert packet.message == Tick("project", {}, {"ann": {"fade": None}})
    assert remote.end("ann") is None


def test_P8_a_node_is_silent_past_its_lease_and_takes_its_members_along() -> None:
    remote = there(announced("ann"))
    remote.on_life_sign("node-b", 10.0)
    assert remote.silent(10.0 + LEASE_SECONDS) == []
    assert remote.silent(10.1 + LEASE_SECONDS) == ["node-b"]
    assert remote.nodes
    assert [one.member.name for one in remote.forget_node("node-b")] == ["ann"]
    assert (remote.nodes, remote.members) == ({}, {})


def test_P5_what_waits_says_nothing_of_who_has_left_and_all_of_the_others() -> None:
    remote = there(announced("ann"), announced("ben"))
    ann, ben = Presence(cursor=Cursor(8.0)), Presence(cursor=Cursor(9.0))
    of_ann = Packet(Tick("project", {"ann": ann}, {"ann": {"g": VALUES}}))
    of_ben = Packet(Tick("project", {"ben": ben}))
    of_both = Packet(Tick("project", {"ann": ann, "ben": ben}, {"ann": {"g": VALUES}}))
    for packet in (of_ann, of_ben, of_both):
        assert remote.tick("node-b", packet)
    remote.leave_untold(["ann"])
    first, second = remote.flush()
    assert first is of_ben
    assert second.message == Tick("project", {"ben": ben}, {})
