"""The general road: what is written in PostgreSQL and every node must act on.

Whoever writes a row announces it here and on the bus; other nodes read the row and act on what it
says. What the bus loses is found in the change log by the slow tick.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Coroutine, Hashable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import structlog

from persistence import auth_sessions, change_log, project_members, studio_projects
from persistence.errors import PersistenceError
from persistence.pool import Executor
from schema.node_messages import RowChanged

if TYPE_CHECKING:
    from persistence.change_log import Place

CHANGES_AT_ONCE = 1_000
REMEMBERED = 10_000
"""Facts that were told last, so that none is told twice."""

log = structlog.get_logger()


class Told(Protocol):
    """Those of this node who are concerned."""

    def concerns(self, changed: RowChanged) -> bool: ...

    def role_changed(self, project: str, user: str, role: str | None) -> None: ...

    def session_revoked(self, auth_session: str) -> None: ...

    def project_changed(self, project: str, version: int, archived: bool) -> None: ...


class RowNews:
    """The `Announcer` of every call, and the reader of what calls on other nodes have written.

    `is_current` is false from a look that fails until one that succeeds.
    """

    def __init__(
        self,
        db: Executor,
        told: Told,
        tell_nodes: Callable[[RowChanged], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._db = db
        self._told = told
        self._tell_nodes = tell_nodes
        self._spawn = spawn
        self.is_current = True
        self._place: Place | None = None
        self._known: OrderedDict[Hashable, object] = OrderedDict()
        self._waiting: set[RowChanged] = set()
        self._is_reading = False

    # What a call of this node has written.

    def role_changed(self, project: str, user: str, role: str | None) -> None:
        """A role was granted, changed or revoked (rule R3)."""
        if self._is_news((project, user), role):
            self._told.role_changed(project, user, role)
        row = f"{project}/{user}"
        self._tell_nodes(RowChanged("project_members", row, project, user))

    def project_made(self, project: str, owner: str, version: int) -> None:
        """A project was created or forked: whoever asked for it knows."""
        self._is_news((project, owner), "owner")
        self._is_news(project, version)

    def session_revoked(self, auth_session: str) -> None:
        """A login was ended (rule A3)."""
        self._told.session_revoked(auth_session)
        self._tell_nodes(RowChanged("auth_sessions", auth_session))

    def project_changed(self, project: str, version: int, archived: bool) -> None:
        """The row of a project is another one (rule R5)."""
        if self._is_news(project, version):
            self._told.project_changed(project, version, archived)
        self._tell_nodes(RowChanged("studio_projects", project, project))

    # What other nodes have written.

    def heard(self, changed: RowChanged) -> None:
        """Another node has changed a row: read it, with all that is heard meanwhile."""
        if not self._is_of_concern(changed) or len(self._waiting) >= REMEMBERED:
            return
        self._waiting.add(changed)
        if not self._is_reading:
            self._is_reading = True
            self._spawn(self._read_waiting())

    async def look(self) -> None:
        """The slow tick: what the change log holds since the last time; raises `Unavailable`."""
        try:
            await self._look()
        except PersistenceError:
            self.is_current = False
            raise
        self.is_current = True

    async def _look(self) -> None:
        if self._place is None:
            self._place = await change_log.now(self._db)
        while True:
            changes = await change_log.since(self._db, self._place, CHANGES_AT_ONCE)
            rows = [RowChanged(c.table, c.row, c.project, c.user) for c in changes]
            await self._act(list(filter(self._is_of_concern, rows)))
            if changes:
                self._place = changes[-1].place
            if len(changes) < CHANGES_AT_ONCE:
                return

    async def _read_waiting(self) -> None:
        try:
            while self._waiting:
                rows, self._waiting = list(self._waiting), set()
                await self._act(rows)
        except PersistenceError as error:
            log.warning("cannot read what has changed; the slow tick will", reason=str(error))
        finally:
            self._is_reading = False

    async def _act(self, rows: Sequence[RowChanged]) -> None:
        tables: dict[str, list[RowChanged]] = {}
        for row in rows:
            tables.setdefault(row.table, []).append(row)
        await self._act_on_members(tables.get("project_members", ()))
        await self._act_on_sessions({row.row for row in tables.get("auth_sessions", ())})
        await self._act_on_projects({row.row for row in tables.get("studio_projects", ())})

    async def _act_on_members(self, rows: Collection[RowChanged]) -> None:
        pairs = {(row.project, row.user) for row in rows if row.project and row.user}
        asked = [(project, user) for project, user in pairs if project and user]
        roles = await project_members.roles_among(self._db, asked) if asked else {}
        for pair in asked:
            role = roles.get(pair)
            if self._is_news(pair, role):
                self._told.role_changed(*pair, role)

    async def _act_on_sessions(self, sessions: set[str]) -> None:
        revoked = await auth_sessions.revoked_among(self._db, sessions) if sessions else ()
        for session in revoked:
            self._told.session_revoked(session)

    async def _act_on_projects(self, projects: set[str]) -> None:
        rows = await studio_projects.versions_among(self._db, projects) if projects else ()
        for project, version, archived in rows:
            if self._is_news(project, version):
                self._told.project_changed(project, version, archived)

    def _is_of_concern(self, changed: RowChanged) -> bool:
        if self._told.concerns(changed):
            return True
        self._known.pop(_subject(changed), None)  # nobody here is told, so nothing is known
        return False

    def _is_news(self, subject: Hashable, fact: object) -> bool:
        if subject in self._known and self._known[subject] == fact:
            return False
        self._known[subject] = fact
        self._known.move_to_end(subject)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return True


def _subject(changed: RowChanged) -> Hashable:
    if changed.table == "project_members":
        return changed.project, changed.user
    return changed.row
