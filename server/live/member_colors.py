"""The colours of the projects asked for of late, so that a join need not look at all members."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

from persistence.pool import Executor
from persistence.tables import project_members
from rooms.presence.colors import colors_of

PROJECTS_REMEMBERED = 256
"""A project has up to 500 members: 20 MiB at most."""


class MemberColors:
    """Those of a node (rule P9)."""

    def __init__(self) -> None:
        self._of: OrderedDict[str, dict[str, str]] = OrderedDict()
        """Project -> user -> colour; the one asked for longest ago goes first."""

    async def of(
        self, db: Executor, project: str, users: Collection[str] = ()
    ) -> Mapping[str, str]:
        """User -> colour, for all members, `users` among them if they are members now."""
        colors = self._of.get(project)
        if colors is None or not colors.keys() >= set(users):
            colors = colors_of(await project_members.in_order_of_coming(db, project))
            self._of[project] = colors
        self._of.move_to_end(project)
        while len(self._of) > PROJECTS_REMEMBERED:
            self._of.popitem(last=False)
        return colors
