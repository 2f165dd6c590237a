"""Members whose connection was lost, until they are back or gone for good."""

from rooms.presence.absent_members import ABSENCE_SECONDS, AbsentMembers
from schema.messages import Member, Presence


def member(name: str) -> Member:
    return Member(name, f"user of {name}", name, "desk", "editor", "#fff", Presence())


def test_P7_a_member_is_absent_for_three_seconds() -> None:
    absent = AbsentMembers()
    absent.add(member("ann"), 7, 100.0, was_here=True)
    [one] = absent.members.values()
    assert (one.gone_at, one.generation, one.was_here) == (100.0 + ABSENCE_SECONDS, 7, True)
    assert "ann" in absent.members
    assert "ben" not in absent.members


def test_who_is_back_is_told_once_and_absent_no_longer() -> None:
    absent = AbsentMembers()
    absent.add(member("ann"), 7, 100.0, was_here=False)
    back = absent.returned("ann")
    assert back is not None
    assert back.member.name == "ann"
    assert absent.returned("ann") is None
    assert absent.members == {}


def test_the_same_member_is_absent_once_with_what_was_said_last() -> None:
    absent = AbsentMembers()
    absent.add(member("ann"), 7, 100.0, was_here=True)
    absent.add(member("ann"), 8, 200.0, was_here=True)
    assert [one.generation for one in absent.members.values()] == [8]


def test_who_is_gone_is_named_and_the_others_stay() -> None:
    absent = AbsentMembers()
    for name, now in (("ann", 1.0), ("ben", 2.0), ("cleo", 3.0)):
        absent.add(member(name), 1, now, was_here=True)
    assert absent.drop(lambda one: one.gone_at <= 2.0 + ABSENCE_SECONDS) == ["ann", "ben"]
    assert [one.member.name for one in absent.members.values()] == ["cleo"]
