"""Members whose connection was lost: others get nothing for three seconds, for they may be back."""

from collections.abc import Callable
from dataclasses import dataclass

from schema.messages import Member

ABSENCE_SECONDS = 3.0
"""How long a member may be without a connection before others get `member_left` (rule P7)."""


@dataclass(frozen=True, slots=True)
class AbsentMember:
    """Who it is, as others see it; `gone_at` when, in seconds. `was_here`: its seat was ours."""

    member: Member
    generation: int
    gone_at: float
    was_here: bool


class AbsentMembers:
    """Those of one room. Times are seconds, given."""

    __slots__ = ("members",)

    def __init__(self) -> None:
        self.members: dict[str, AbsentMember] = {}
        """By member id."""

    def add(self, member: Member, generation: int, now: float, *, was_here: bool) -> None:
        """The connection is lost; what was shown by it is over."""
        self.keep(AbsentMember(member, generation, now + ABSENCE_SECONDS, was_here))

    def keep(self, absent: AbsentMember) -> None:
        """The member is not back after all."""
        self.members[absent.member.member] = absent

    def returned(self, member: str) -> AbsentMember | None:
        """The member is somewhere again; what it was."""
        return self.members.pop(member, None)

    def drop(self, is_gone: Callable[[AbsentMember], bool]) -> list[str]:
        """Forget those who are gone for good, and name them."""
        members_gone = [name for name, absent in self.members.items() if is_gone(absent)]
        for member in members_gone:
            del self.members[member]
        return members_gone
