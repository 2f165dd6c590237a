"""A seat: whose it is, what it may do now, and what still waits for an answer."""

from typing import Any

import pytest

from rooms.document.contributor_scope import ContributorScope
from rooms.presence.seat import JoinRequest, NotTaken, Seat, member_id
from rooms.presence.session_permissions import SessionPermissions
from rooms.presence.ticks import Ticks
from rooms.roles import Grant
from schema.errors import ErrorCode
from schema.messages import Left
from schema.server_limits import MAX_LOOKED_BACK

KEY = b"the deployment's own"
LISTED = SessionPermissions(lists={"edit": frozenset({"ben"})})


def seat_of(**other: Any) -> Seat:
    request = JoinRequest(
        connection="socket-1",
        request="join-1",
        user="ann",
        name="Ann",
        device="desk",
        auth_session="login",
        role="editor",
        position=None,
        member="ann-desk",
        **other,
    )
    return Seat("ann-desk", Ticks(), request, "project", "editor")


def test_J7_a_user_on_a_device_is_the_same_member_after_every_return() -> None:
    assert member_id(KEY, "ann", "desk") == member_id(KEY, "ann", "desk")
    members = {
        member_id(key, user, device)
        for key in (KEY, b"another's")
        for user, device in (("ann", "desk"), ("ann", "sofa"), ("ben", "desk"), ("an", "n\0desk"))
    }
    assert len(members) == 8
    assert all(len(member) == 16 for member in members)


def test_D23_who_is_given_up_hears_no_answer() -> None:
    seat = seat_of()
    before = seat.answer_to
    seat.is_given_up = True
    assert [before, seat.answer_to] == [("socket-1",), ()]


@pytest.mark.parametrize(
    ("is_given_up", "is_carried_out", "is_void"),
    [(False, False, False), (True, False, True), (True, True, False)],
)
def test_D13_D23_what_was_sent_is_dropped_only_where_it_is_sent_again(
    is_given_up: bool, is_carried_out: bool, is_void: bool
) -> None:
    seat = seat_of()
    seat.is_given_up, seat.is_carried_out = is_given_up, is_carried_out
    assert seat.is_void is is_void


def test_D12_only_the_delta_that_was_not_taken_lets_the_others_go_on() -> None:
    seat = seat_of()
    place = seat.on_delta("delta-1")
    seat.delta_not_taken = NotTaken("delta-1", ErrorCode.UNAVAILABLE, place)
    assert seat.on_delta("delta-2") > place
    assert seat.delta_not_taken is not None
    assert seat.on_delta("delta-1") == place, "it stands where it stood"
    assert seat.delta_not_taken is None


def test_D20_what_may_be_gone_back_over_grows_with_each_delta_up_to_a_bound() -> None:
    seat = seat_of()
    seat.changes_to_look_back = 0
    seat.on_delta("delta-1")
    once = seat.changes_to_look_back
    assert 0 < once < MAX_LOOKED_BACK
    seat.changes_to_look_back = MAX_LOOKED_BACK - 1
    seat.on_delta("delta-2")
    assert seat.changes_to_look_back == MAX_LOOKED_BACK


def test_R20_only_a_contributor_has_tracks() -> None:
    seat = seat_of()
    reaches = []
    for grant in (Grant("contributor", ("tr_1", "tr_2")), Grant("editor")):
        seat.give(grant, SessionPermissions())
        assert seat.granted == grant
        reaches.append(type(seat.contributor_scope))
    assert reaches == [ContributorScope, type(None)]


def test_R38_what_was_agreed_on_and_the_role_say_what_a_seat_may() -> None:
    seat = seat_of()
    for role, permits, is_refused in (
        ("editor", SessionPermissions(), False),
        ("editor", LISTED, True),
        ("owner", LISTED, False),
        ("viewer", SessionPermissions(), True),
    ):
        seat.give(Grant(role), permits)
        assert (seat.denied_actions.edit is not None) is is_refused, role


def test_P9_the_colour_of_the_project_goes_before_the_own_one() -> None:
    own = seat_of().as_member().color
    assert own.startswith("#")
    assert seat_of(color="#123456").as_member().color == "#123456" != own


def test_X3_a_seat_is_owed_until_it_is_let_in_and_all_that_it_asked_for_is_answered() -> None:
    assert seat_of().is_owed, "its join has no answer"
    owed = []
    for count in ("", "arrived_count", "in_flight_count"):
        seat = seat_of()
        seat.is_live = True
        if count:
            setattr(seat, count, 1)
        owed.append(seat.is_owed)
    assert owed == [False, True, True]
    leaving = seat_of()
    leaving.is_live, leaving.leave_answers = True, (Left("song", "leave-1"),)
    assert leaving.is_owed
