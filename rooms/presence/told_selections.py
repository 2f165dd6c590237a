"""What members have selected, as far as it is told at once (rule J12)."""

from msgspec import structs

from schema.limits import MAX_SELECTED_TOLD
from schema.messages import Member


def with_less_selected(members: list[Member]) -> list[Member]:
    """What all have selected, if it may be told at once; else the first ids of each (rule J12)."""
    selections = [s for m in members if isinstance(s := m.presence.selection, list) and s]
    if sum(map(len, selections)) <= MAX_SELECTED_TOLD:
        return members
    selected_each = MAX_SELECTED_TOLD // len(selections)
    return [_with_selected(member, selected_each) for member in members]


def _with_selected(member: Member, most: int) -> Member:
    selection = member.presence.selection
    if not isinstance(selection, list) or len(selection) <= most:
        return member
    presence = structs.replace(member.presence, selection=selection[:most])
    return structs.replace(member, presence=presence)
