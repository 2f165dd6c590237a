"""The colours asked for of late: who was given one keeps it, so that none is read twice."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

from persistence.pool import Executor
from persistence.tables.internal import project_colors
from rooms.presence.colors import color_at, color_of

COLORS_REMEMBERED = 65_536
"""Of a user in a project each: some 20 MiB at most."""


class MemberColors:
    """Those of a node (rule P9)."""

    def __init__(self) -> None:
        self._color_by_member: OrderedDict[tuple[str, str], str] = OrderedDict()
        """Project and user -> colour, once given; the one asked for longest ago goes first."""

    async def of(self, db: Executor, project: str, users: Collection[str]) -> Mapping[str, str]:
        """User -> colour, for all of them: who never was a member has the own one."""
        unknown_users = {
            (project, user) for user in users if (project, user) not in self._color_by_member
        }
        if unknown_users:
            places = await project_colors.places(db, unknown_users)
            self._color_by_member.update(
                {pair: color_at(color_place) for pair, color_place in places.items()}
            )
        colors = {
            user: self._color_by_member.get((project, user)) or color_of(user) for user in users
        }
        for user in users:
            if (project, user) in self._color_by_member:
                self._color_by_member.move_to_end((project, user))
        while len(self._color_by_member) > COLORS_REMEMBERED:
            self._color_by_member.popitem(last=False)
        return colors
