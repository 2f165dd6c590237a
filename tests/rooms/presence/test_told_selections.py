"""What members are told of selections: all of them, or the first ids of each."""

from rooms.presence.told_selections import with_less_selected
from schema.limits import MAX_SELECTED_TOLD
from schema.messages import Member, Presence


def who_selected(name: str, count: int) -> Member:
    presence = Presence(selection=[f"{name}_{n:06}" for n in range(count)])
    return Member(name, f"user of {name}", name, "desk", "editor", "#fff", presence)


def test_J12_as_many_as_may_be_told_are_told_as_they_are() -> None:
    members = [who_selected("ann", MAX_SELECTED_TOLD - 1), who_selected("ben", 1)]
    assert with_less_selected(members) is members


def test_J12_of_more_the_first_of_each_are_told() -> None:
    ann, ben, cleo = (
        who_selected(n, c) for n, c in (("ann", MAX_SELECTED_TOLD), ("ben", 2), ("cleo", 0))
    )
    told = with_less_selected([ann, ben, cleo])
    assert isinstance(ann.presence.selection, list)
    assert told[0].presence.selection == ann.presence.selection[: MAX_SELECTED_TOLD // 2]
    assert told[1:] == [ben, cleo]
    assert told[0].name == "ann"
