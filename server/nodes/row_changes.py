"""Row changes that every node must act on: announce our own, read those of other nodes.

A call that writes a row says so here and on the bus; other nodes read the row and act on what it
holds. What the bus loses is found in the change log by the slow tick.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Coroutine, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import structlog

from persistence.errors import PersistenceError
from persistence.pool import Executor
from persistence.tables import (
    auth_sessions,
    collaboration_sessions,
    project_members,
    studio_projects,
)
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import NOWHERE
from rooms.presence.session_permissions import SessionPermissions
from rooms.roles import Grant
from schema.node_messages import RowChanged
from server.logs.outages import DATABASE, OUTAGES, because

CHANGES_AT_ONCE = 1_000
TABLES = (
    "audio_files",
    "auth_sessions",
    "collaboration_sessions",
    "project_members",
    "studio_projects",
)
"""Whose changes are acted on."""

REMEMBERED = 10_000
"""Facts that the listener got last, so that it gets none twice."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class TableConcern:
    """The rows that connections and rooms of a node depend on; made once for many changes."""

    users: frozenset[str]
    sessions: frozenset[str]
    roles: Mapping[tuple[str, str], Grant]
    """(project, user) -> what its seats in open rooms have been granted."""
    projects: frozenset[str]
    """Those of the open rooms."""

    def has(self, row_change: RowChanged) -> bool:
        """Whether anyone here is to be told of it."""
        match row_change.table:
            case "project_members":
                return row_change.project in self.projects or row_change.user in self.users
            case "auth_sessions":
                return row_change.row in self.sessions
            case "studio_projects":
                return row_change.row in self.projects
            case "audio_files" | "collaboration_sessions":
                return row_change.project in self.projects
            case _:
                return False

    def rows(self) -> list[RowChanged]:
        """Every such row, as if it had changed."""
        return [
            *(RowChanged("auth_sessions", session) for session in self.sessions),
            *(RowChanged("project_members", f"{p}/{u}", p, u) for p, u in self.roles),
            *(RowChanged("studio_projects", project, project) for project in self.projects),
            *(RowChanged("audio_files", project, project) for project in self.projects),
            *(RowChanged("collaboration_sessions", "", project) for project in self.projects),
        ]


class RowListener(Protocol):
    """Acts on what a row says: tells the connections and rooms of this node."""

    def concern(self) -> TableConcern: ...

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None: ...

    def session_revoked(self, auth_session: str, reason: str = "") -> None: ...

    def project_changed(self, project: str, version: int, archived: bool) -> None: ...

    def media_changed(self, project: str) -> None: ...

    def permit(self, project: str, permits: SessionPermissions) -> None: ...


class RowChanges:
    """The `Announcer` of every call, and the reader of what calls on other nodes have written.

    After a restore, after a failover, and where more has changed than is read at once, all rows of
    concern are read anew.
    """

    def __init__(
        self,
        db: Executor,
        listener: RowListener,
        tell_nodes: Callable[[RowChanged], None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        rows_changed: Callable[[], None],
    ) -> None:
        self._db = db
        self._listener = listener
        self._tell_nodes = tell_nodes
        self._spawn = spawn
        self.rows_changed = rows_changed
        """A call has written rows that somebody may watch, and they are committed."""
        self.is_current = True
        """False from a poll that failed until one that succeeds."""
        self._read_up_to = NOWHERE
        """Up to where the change log was read."""
        self._known_values: OrderedDict[Hashable, object] = OrderedDict()
        """(project, user) -> grant, project -> version: what the listener knows, oldest first."""
        self._reading = asyncio.Lock()
        """One reading at a time, told before the next begins: none is told behind a later one."""
        self._granted_here: set[Hashable] = set()
        """(project, user) whose grant a call of this node has told since the reading began."""
        self._unread_rows: set[RowChanged] = set()
        """Rows that other nodes have changed and we have not read yet."""
        self._is_reading = False
        """A task that reads them is under way."""

    # What a call of this node has written.

    def role_changed(self, project: str, user: str, grant: Grant | None) -> None:
        """A role, or a contributor's tracks, were granted, changed or revoked (rule R3)."""
        self._granted_here.add((project, user))
        if self._is_new((project, user), grant):
            self._tell(self._listener.role_changed, project, user, grant)
        row = f"{project}/{user}"
        self._tell_nodes(RowChanged("project_members", row, project, user))
        self.rows_changed()

    def project_made(self, project: str, owner: str, version: int) -> None:
        """A project was created or forked: whoever asked for it knows."""
        self._is_new((project, owner), Grant("owner"))
        self._is_new(project, version)
        self.rows_changed()

    def session_revoked(self, auth_session: str, reason: str = "") -> None:
        """A login was ended (rule A3); `reason`: by an operator, for this reason (R50)."""
        self._tell(self._listener.session_revoked, auth_session, reason)
        self._tell_nodes(RowChanged("auth_sessions", auth_session))
        self.rows_changed()

    def project_changed(self, project: str, version: int, archived: bool) -> None:
        """The row of a project is another one (rule R5)."""
        if self._is_newer(project, version):
            self._tell(self._listener.project_changed, project, version, archived)
        self._tell_nodes(RowChanged("studio_projects", project, project))
        self.rows_changed()

    def media_changed(self, project: str) -> None:
        """An audio file of the project is another one (rule L2)."""
        self._tell(self._listener.media_changed, project)
        self._tell_nodes(RowChanged("audio_files", project, project))
        self.rows_changed()

    def session_permitted(self, project: str, session: str) -> None:
        """Something else is agreed on for a session (rule R38): read as any other node reads it."""
        row_change = RowChanged("collaboration_sessions", session, project)
        self.on_row_changed(row_change)
        self._tell_nodes(row_change)
        self.rows_changed()

    # What other nodes have written.

    def on_row_changed(self, row_change: RowChanged) -> None:
        """Another node has changed a row: read it, with all that are named meanwhile."""
        if len(self._unread_rows) >= REMEMBERED:
            return  # the slow tick reads it
        self._unread_rows.add(row_change)
        if not self._is_reading:
            self._is_reading = True
            self._spawn(self._read_waiting())

    async def poll(self) -> None:
        """The slow tick: act on what is new in the change log; raises `Unavailable`."""
        try:
            await self._poll()
        except PersistenceError:
            self.is_current = False
            raise
        self.is_current = True
        OUTAGES.works(DATABASE)

    async def _poll(self) -> None:
        log_place, changes = await change_log.since(
            self._db, self._read_up_to, CHANGES_AT_ONCE, TABLES, with_contents=False
        )
        if changes is None:
            await self._act_on_all()
        else:
            await self._act([RowChanged(c.table, c.row, c.project, c.user) for c in changes])
        self._read_up_to = log_place

    async def _act_on_all(self) -> None:
        concern = self._listener.concern()
        log.info("looking at all rows of concern", rows=len(concern.rows()))
        self._known_values.clear()
        self._known_values.update(concern.roles)  # who still has that role need not be told
        await self._act(concern.rows())

    async def _read_waiting(self) -> None:
        try:
            while self._unread_rows:
                rows, self._unread_rows = list(self._unread_rows), set()
                await self._act(rows)
        except PersistenceError as error:
            log.warning("cannot read what has changed; the slow tick will", **because(error))
        finally:
            self._is_reading = False

    async def _act(self, row_changes: Sequence[RowChanged]) -> None:
        async with self._reading:
            self._granted_here.clear()
            await self._read_and_tell(self._of_concern(row_changes) if row_changes else ())

    async def _read_and_tell(self, rows: Sequence[RowChanged]) -> None:
        tables: dict[str, list[RowChanged]] = {}
        for row in rows:
            tables.setdefault(row.table, []).append(row)
        await self._act_on_members(tables.get("project_members", ()))
        await self._act_on_sessions({row.row for row in tables.get("auth_sessions", ())})
        await self._act_on_projects({row.row for row in tables.get("studio_projects", ())})
        sessions = tables.get("collaboration_sessions", ())
        await self._act_on_permits({row.project for row in sessions if row.project})
        for project in {row.project for row in tables.get("audio_files", ()) if row.project}:
            self._tell(self._listener.media_changed, project)

    async def _act_on_members(self, rows: Collection[RowChanged]) -> None:
        row_by_pair = {(row.project, row.user): row for row in rows if row.project and row.user}
        pairs = list(row_by_pair)
        grants = await project_members.grants_among(self._db, pairs) if pairs else {}
        for (project, user), row in row_by_pair.items():
            grant = grants.get((project, user))
            if (project, user) in self._granted_here:  # which of the two is later nobody can say
                self.on_row_changed(row)
            elif self._is_new((project, user), grant):
                self._tell(self._listener.role_changed, project, user, grant)

    async def _act_on_sessions(self, sessions: set[str]) -> None:
        revoked = await auth_sessions.revoked_among(self._db, sessions) if sessions else {}
        for session, reason in revoked.items():
            self._tell(self._listener.session_revoked, session, reason)

    async def _act_on_projects(self, projects: set[str]) -> None:
        rows = await studio_projects.versions_among(self._db, projects) if projects else ()
        for project, version, archived in rows:
            if self._is_newer(project, version):
                self._tell(self._listener.project_changed, project, version, archived)

    async def _act_on_permits(self, projects: set[str]) -> None:
        permits_by_project = (
            await collaboration_sessions.permits_among(self._db, projects) if projects else {}
        )
        for project in projects:
            self._tell(
                self._listener.permit,
                project,
                permits_by_project.get(project, SessionPermissions()),
            )

    @staticmethod
    def _tell(tell: Callable[..., None], *news: object) -> None:
        """What one row cannot be told for is lost alone: the others are told, and none is kept."""
        try:
            tell(*news)
        except Exception as error:
            failed = {"message": "what a row says could not be acted on", "exception": error}
            asyncio.get_running_loop().call_exception_handler(failed)

    def _of_concern(self, row_changes: Sequence[RowChanged]) -> list[RowChanged]:
        concern = self._listener.concern()
        rows: list[RowChanged] = []
        for row in row_changes:
            if concern.has(row):
                rows.append(row)
            else:
                self._known_values.pop(
                    _subject(row), None
                )  # nobody here is told, so nothing is known
        return rows

    def _is_newer(self, project: str, version: int) -> bool:
        """Versions only rise: one that was read before a later one was told is no news."""
        known_version = self._known_values.get(project)
        if isinstance(known_version, int) and version < known_version:
            return False
        return self._is_new(project, version)

    def _is_new(self, subject: Hashable, fact: object) -> bool:
        if subject in self._known_values and self._known_values[subject] == fact:
            return False
        self._known_values[subject] = fact
        self._known_values.move_to_end(subject)
        while len(self._known_values) > REMEMBERED:
            self._known_values.popitem(last=False)
        return True


def _subject(row_change: RowChanged) -> Hashable:
    if row_change.table == "project_members":
        return row_change.project, row_change.user
    return row_change.row
