"""A watch begins: its first rows and where they stand, or what has changed since it was away."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from persistence.pool import Database, Executor
from persistence.rows import watched_rows
from persistence.rows.embedded_values import bring
from persistence.rows.reading import Row
from persistence.tables.internal import change_log
from persistence.tables.internal.change_log import LoggedChange, LogPosition
from schema.errors import ResyncReason
from schema.limits import MAX_CHANGES_AT_ONCE, MAX_WATCHED_ROWS
from schema.server_limits import MAX_CHANGES_READ
from schema.tables.description import Table
from server.metrics.metrics import Count
from server.row_feed.visibility import is_seen_by_peers, is_seen_by_role, is_told
from server.row_feed.watches import Watch, name_in_change_log, require_few, too_large


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What a watch is told first."""

    place: LogPosition
    rows: list[Row]
    """All that the list shows; resumed: those of them that have changed."""
    left_ids: list[str]
    """Resumed: what has changed and is not in the list, if it ever was."""
    resumed: bool
    reason: ResyncReason | None = None
    """Why it is not resumed, where that was asked for."""


class WatchStart:
    """Reads over the lane of long reads, as the owner; what it finds goes past the second wall."""

    def __init__(self, reads: Database, callers: Database, count: Count) -> None:
        self._reads = reads
        self._callers = callers
        self._count = count

    async def first(self, watch: Watch, since: LogPosition | ResyncReason | None) -> FirstAnswer:
        """The watch shows its rows from then on; raises `Refused` where they are too many."""
        watched_list, user = watch.group.watched_list, watch.user
        table, columns = watched_list.table, watched_list.columns
        async with watched_rows.one_snapshot(self._reads) as db:
            log_place = await change_log.here(db)
            try:
                rows = await watched_rows.list_rows(
                    db, table, columns, user, watched_list.condition, MAX_WATCHED_ROWS + 1
                )
            except watched_rows.TooLarge:
                raise too_large() from None
            require_few(rows)
            await bring(db, table, rows)
            missed = (
                await _missed(db, table, user, since) if isinstance(since, LogPosition) else since
            )
            visible_ids = await self._behind_second_wall(db, watch, rows)
        if len(visible_ids) < len(rows):
            self._count("rows_hidden", len(rows) - len(visible_ids))
        shown_rows = [row for row in rows if watched_rows.row_id(table, row) in visible_ids]
        await asyncio.sleep(0)  # cursors wait for it: a thousand rows are some milliseconds
        watch.first_rows_place = log_place
        for id in () if watch.is_over else visible_ids:
            watch.show(id)
        await asyncio.sleep(0)
        if missed is None:
            return FirstAnswer(log_place, shown_rows, [], resumed=False)
        if isinstance(missed, ResyncReason):
            return FirstAnswer(log_place, shown_rows, [], resumed=False, reason=missed)
        return _resumed(watch, log_place, shown_rows, missed)

    async def _behind_second_wall(
        self, db: Executor, watch: Watch, rows: Sequence[Row]
    ) -> set[str]:
        """Of the same moment: a row that a later one hides would be told gone to nobody."""
        if not rows:
            return set()
        table = watch.group.watched_list.table
        ids = [watched_rows.row_id(table, row) for row in rows]
        async with watched_rows.same_snapshot(db, self._callers) as callers:
            return await watched_rows.behind_second_wall(callers, table, watch.user, ids)


@dataclass(frozen=True, slots=True)
class _MissedChanges:
    changes: list[LoggedChange]
    projects: set[str]
    """In which the user has a role now."""


async def _missed(
    db: Executor, table: Table, user: str, since: LogPosition
) -> _MissedChanges | ResyncReason:
    """What has changed since, or the reason why that cannot be told."""
    logged_table = name_in_change_log(table)
    tables = {logged_table, "project_members"}
    now, changes = await change_log.since(db, since, MAX_CHANGES_READ, tables)
    if not since.leads_to(now):
        return ResyncReason.OTHER_HISTORY
    if changes is None:
        return ResyncReason.TOO_OLD
    projects = await watched_rows.projects_of(db, user)
    roles = [change for change in changes if change.table == "project_members"]
    if is_seen_by_role(table) and any(change.user == user for change in roles):
        return ResyncReason.ACCESS
    if is_seen_by_peers(table) and any(c.user == user or c.project in projects for c in roles):
        return ResyncReason.ACCESS
    told = [change for change in changes if change.table == logged_table and is_told(table, change)]
    return _MissedChanges(told, projects)


def _resumed(
    watch: Watch, log_place: LogPosition, rows: Sequence[Row], missed_changes: _MissedChanges
) -> FirstAnswer:
    table = watch.group.watched_list.table
    changes_by_id: dict[str, list[LoggedChange]] = {}
    for change in missed_changes.changes:
        changes_by_id.setdefault(change.row, []).append(change)
    rows_by_id = {watched_rows.row_id(table, row): row for row in rows}
    ids_gone = [
        id
        for id, changes in changes_by_id.items()
        if id not in rows_by_id
        and any(_was_seen(watch.user, change, missed_changes.projects) for change in changes)
    ]
    rows_again = [rows_by_id[id] for id in changes_by_id if id in rows_by_id]
    if len(ids_gone) + len(rows_again) > MAX_CHANGES_AT_ONCE:
        return FirstAnswer(log_place, list(rows), [], resumed=False, reason=ResyncReason.TOO_MUCH)
    return FirstAnswer(log_place, rows_again, ids_gone, resumed=True)


def _was_seen(user: str, change: LoggedChange, projects: set[str]) -> bool:
    """Whether the user may have seen the row: of others', not even ids are told."""
    if change.everyone or user in (change.user, change.old_user):
        return True
    return change.project in projects or change.old_project in projects
